"""A line for each step, columns divided by a TAB."""

from __future__ import annotations

from ...parser.analysis.passes import Passes
from ...parser.analysis.result import Report
from ..shell.printing import Style
from .rows import lines


def render(report: Report, passes: Passes, style: Style) -> str:
    """`input`, name, value; `forward`, result, expression, value, grad_fn; `backward`, result, grad_fn, incoming, to,
    rule, local, sends; `gradient`, variable, gradient.
    """
    return "".join("\t".join(line.values()) + "\n" for line in lines(report.inputs, passes))
