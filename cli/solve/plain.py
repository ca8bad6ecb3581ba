"""For scripts: one root a line, keys and values divided by tabs; where there is none, what the search ended with."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...parser.analysis.result import value_text
from ...parser.solving.solutions import SolutionReport
from ..shell.printing import Style


def render(report: SolutionReport, style: Style) -> str:
    """The report, exact and unadorned."""
    rows: list[dict[str, Any]] = [dict(root.facts()) for root in report.roots]
    rows += [{"zero.from": np.float64(low), "zero.to": np.float64(high)} for low, high in report.zeros]
    if not rows:
        last = {} if report.residual is None else {"residual": np.float64(report.residual)}
        rows = [{f"nearest.{name}": np.asarray(value) for name, value in report.nearest.items()} | last]
        rows[0]["reason"] = report.reason
    lines = ["\t".join(f"{key}\t{value_text(value)}" for key, value in row.items()) for row in rows]
    return "".join(f"{line}\n" for line in lines)
