"""For scripts: one check a line, keys and values divided by tabs; at the end whether all hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...parser.analysis.claims import Verdict
from ...parser.analysis.result import value_text
from ...parser.analysis.verdict import CheckReport
from ..shell.printing import Style


def render(report: CheckReport, style: Style) -> str:
    """The report, exact and unadorned."""
    lines: list[dict[str, str]] = []
    for number, (point, checks) in enumerate(report.checks, 1):
        for check in checks:
            what = {"derivative": check.key, "by": str(check.coordinate)}
            verdict = {"verdict": check.verdict}
            lines.append({"point": str(number), **_texts(point, "at."), **what, **_texts(check.numbers()), **verdict})
    lines += [_claim(verdict) for verdict in report.claims]
    lines.append({"holds": "true" if report.holds else "false"})
    return "".join("\t".join(f"{key}\t{value}" for key, value in line.items()) + "\n" for line in lines)


def _claim(verdict: Verdict) -> dict[str, str]:
    what = {
        "claim": verdict.claim.name,
        "verdict": "ok" if verdict.holds else "wrong",
        "decided_by": verdict.decided_by,
        "points": str(verdict.points),
    }
    slip = {"slip": verdict.slip} if verdict.slip else {}
    return {**what, **_texts(verdict.at, "at."), **_texts(verdict.numbers()), **slip}


def _texts(numbers: Mapping[str, Any], lead: str = "") -> dict[str, str]:
    return {lead + key: value_text(np.asarray(data, float)) for key, data in numbers.items() if data is not None}
