"""The commands of the prompt that take what is written as a formula: `:diff` and `:check`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from ...engine import Tensor
from ...parser.analysis.coordinates import NumericFunction
from ...parser.analysis.symbolic import written
from ...parser.analysis.verdict import check
from ...parser.semantics.limits import Limits
from ...parser.semantics.names import CONSTANTS, free_variables
from ...parser.syntax.errors import UsageError
from ...parser.syntax.parse import parse
from ...parser.syntax.records import Program
from ...parser.unparse import How
from ..shell.highlight import formula
from ..shell.printing import Style, rendered
from ..shell.saying import say
from ..shell.streams import wants_color, write

_POINTS = 3


def show_derivatives(known: Mapping[str, Any], text: str) -> None:
    """Prints the derivative by each of its variables, which have the shapes that they have in the session."""
    program, names = _read(text, ":diff")
    shapes = {name: tuple(value.shape) for name, value in _values(known, names).items()}
    shown, notes = written(program, [(name,) for name in names], shapes, "text", How())
    write(formula(shown) if wants_color(sys.stdout) else shown)
    for note in notes:
        say(f"note: {note}")


def show_check(known: Mapping[str, Any], text: str) -> None:
    """Compares derivatives with differences, where the session has the variables, else at random points."""
    program, names = _read(text, ":check")
    point = {name: value.detach().numpy() for name, value in _values(known, names).items()}
    subject = NumericFunction(program, names, Limits(), "float64")
    free = [name for name in names if name not in point]
    report = check(subject, point, free, _POINTS if free else None, 0, 1, lambda number: None)
    write(rendered("check", "pretty", report, Style(color=wants_color(sys.stdout))))
    for note in report.notes:
        say(f"note: {note}")


def _read(text: str, command: str) -> tuple[Program, list[str]]:
    """A formula and its variables. UsageError: there is none, or it has none."""
    if not text:
        raise UsageError("the expression is missing", f"write `{command} sin(x**2)`")
    program = parse(text)
    names = [name for name in free_variables(program) if name not in CONSTANTS]
    if not names:
        raise UsageError("there is no variable to differentiate by", f"write `{command} sin(x**2)`")
    return program, names


def _values(known: Mapping[str, Any], names: list[str]) -> dict[str, Tensor]:
    """Those of the variables that the session knows as numbers or tensors."""
    from ...engine.api.creation import tensor

    found = {name: known[name] for name in names if name in known}
    return {
        name: value if isinstance(value, Tensor) else tensor(float(value))
        for name, value in found.items()
        if isinstance(value, (Tensor, int, float))
    }
