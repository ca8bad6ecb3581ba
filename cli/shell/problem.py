"""What a command is asked about one expression: the expression, its variables, and which to differentiate by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from ...parser.analysis.problem import Problem
from ...parser.semantics.limits import Limits
from ...parser.semantics.names import free_variables
from ...parser.syntax.parse import parse
from . import options
from .streams import from_input
from .variables import collect, differentiated, match, split_words


def read_problem(
    ctx: click.Context,
    words: Sequence[str],
    assignments: Sequence[str],
    vars_file: str | None,
    wrt: str | None,
    const: str | None,
    limits: Mapping[str, int],
) -> Problem:
    """What a command was called with, its options as `options.variables` and `options.limits` name them.

    ExpressionError, UsageError: a wrong expression; a variable without a value, or a value without a variable.
    """
    expression, assigned = split_words(words)
    source = from_input(f'{ctx.command_path} "x**2" --x 3') if expression is None else expression
    bounds = {f"max_{name}": limits[name] for name in ("length", "depth") if name in limits}
    program = parse(source, **bounds)
    free = free_variables(program)
    given = collect(ctx.obj, [*assignments, *assigned], vars_file)
    names = match(program, free, given, options.names(ctx.command))
    others = {name: limit for name, limit in limits.items() if f"max_{name}" not in bounds}
    return Problem(
        program,
        {name: given[name] for name in names},
        differentiated(names, options.split_names(wrt), options.split_names(const)),
        Limits()._replace(**others),
    )
