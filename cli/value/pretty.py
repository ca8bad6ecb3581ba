"""For a person at a terminal: aligned, coloured, at the width of the window."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...parser.analysis.result import Report, label_of, number_text
from ...parser.display.brackets import array_text
from ...parser.syntax.errors import width_of
from ...parser.syntax.wording import legible
from ..shell.folding import folded, window_width
from ..shell.highlight import colored
from ..shell.printing import Style
from ..shell.streams import printable

_GAP = 2
_NARROW = 24
_LONGEST_EXPRESSION = 2000

# What stands on the left, what on the right, and the look of that (see `colored`).
Row = tuple[str, Any, str]


def render(report: Report, style: Style) -> str:
    """The report as a small table."""
    return facts_text(_rows(report), style, window_width())


def _rows(report: Report) -> list[Row]:
    rows: list[Row] = [("expression", _shortened(printable(report.expr.strip("\n"))), "")]
    rows += [(name, value, "") for name, value in report.inputs.items()]
    rows += [(name, value, "1") for name, value in report.values()]
    if report.grad_fn is not None:
        rows.append(("grad_fn", report.grad_fn, "35"))
    rows += [(label_of(key), value, "32") for key, value in report.derivatives()]
    return rows


def facts_text(rows: list[Row], style: Style, width: int) -> str:
    """Labels on the left, values on the right; in a narrow window, each value below its label."""
    labels = max(len(label) for label, _, _ in rows) + _GAP
    beside = width - labels >= _NARROW
    margin = labels if beside else _GAP
    lines: list[str] = []
    for label, value, look in rows:
        shown = value if isinstance(value, str) else _shown(value, style, width - margin)
        name = [colored(line, "1;36" if style.color else "") for line in folded(legible(label), width)]
        texts = [colored(line, look if style.color else "") for line in folded(legible(shown), width - margin)]
        if beside:
            # What is beside each other is no longer than a line.
            lines.append(name[0] + " " * (margin - width_of(label)) + texts.pop(0))
        else:
            lines += name
        lines += [" " * margin + text for text in texts]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _shown(value: Any, style: Style, width: int) -> str:
    def number(item: Any) -> str:
        if style.precision is None or not isinstance(item, np.floating):
            return number_text(item)
        return f"{item:.{style.precision}g}"

    return array_text(value, width, number) if value.ndim else number(value[()])


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_EXPRESSION:
        return text
    half = _LONGEST_EXPRESSION // 2
    return f"{text[:half]} ... {text[-half:]}"
