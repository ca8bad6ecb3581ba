"""A row for each number that goes in, as CSV or TSV."""

from __future__ import annotations

from typing import Any

from ...parser.solving.uncertainty import Propagation
from ..shell.printing import Style, delimited

_HEADER = ("variable", "value", "sd", "grad", "contribution", "share", "elasticity")


def render(report: Propagation, style: Style, delimiter: str) -> str:
    """What goes in with what becomes of it, and the result in the last row; a cell without a number is empty."""
    rows: list[tuple[Any, ...]] = [(name, *part) for name, part in report.inputs.items()]
    rows.append((report.expr, report.value, report.deviation))
    cells = [[name, *("" if n != n else repr(n) for n in numbers)] for name, *numbers in rows]
    return delimited([_HEADER, *(row + [""] * (len(_HEADER) - len(row)) for row in cells)], delimiter)
