"""The variables of expressions that are looked for: their starts, or the ranges to look in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.api.creation import tensor
from ...parser.analysis.given_names import differentiated, match
from ...parser.semantics.names import CONSTANTS
from ...parser.syntax.errors import ExpressionError, UsageError
from ...parser.syntax.records import Name, Program
from .options import Unknowns, caller, split_names
from .variables import collect_ranges


class Given(NamedTuple):
    """The values of all variables (of those with a range, its middle), the unknowns, and the ends of the ranges."""

    values: dict[str, Tensor]
    wrt: list[str]
    ranges: dict[str, tuple[float, float]]


def read_unknowns(
    program: Program, free: Mapping[str, Name], variables: Unknowns, assigned: Sequence[str] = ()
) -> Given:
    """What is given for the free variables of a program, as options and as `name=value` words.

    ExpressionError, UsageError: a variable is missing, or not in the program; a constant has a range; a start is not
    finite.
    """
    context = variables.context
    ranges, given = collect_ranges(context.obj, [*variables.assignments, *assigned], variables.vars_file, free)
    who = caller(context.command)
    try:
        names = match(program, free, {**ranges, **given}, who)
    except (ExpressionError, UsageError) as error:
        missing = next((name for name in free if name not in CONSTANTS), None)
        if missing is not None and not ranges and not given:
            near, within = who.value(missing), who.value(missing, "-10:10")
            error.help = f"say where to look: near a start, `{near}`, or in a range, `{within}`"
        raise
    wrt = differentiated(names, split_names(variables.wrt), split_names(variables.const))
    for name in ranges:
        if name not in wrt:
            raise UsageError(f"`{name}` is no unknown, and has a range", f"give it one value: `--{name} 1`")
    ends = {name: value.ends for name, value in ranges.items()}
    values = {name: tensor(sum(ends[name]) / 2) if name in ends else given[name] for name in names}
    for name in wrt:
        if not values[name].numel():
            raise UsageError(f"`{name}` has no elements to look for", f"write some: `--{name} 1`")
        if not np.isfinite(values[name]._data).all():
            raise UsageError(f"the start of `{name}` is not finite", f"write a number: `--{name} 1`")
    return Given(values, wrt, ends)


def in_order(*uses: Mapping[str, Name]) -> dict[str, Name]:
    """The free variables of several programs, each where it is first used."""
    found: dict[str, Name] = {}
    for use in uses:
        found |= {name: place for name, place in use.items() if name not in found}
    return found
