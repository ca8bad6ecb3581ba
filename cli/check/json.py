"""Strict JSON: one object."""

from __future__ import annotations

from typing import Any

from ...parser.analysis.claims import Verdict
from ...parser.analysis.compare import Check
from ...parser.analysis.result import json_line
from ...parser.analysis.verdict import CheckReport
from ..shell.printing import Style


def render(report: CheckReport, style: Style) -> str:
    """The report as a JSON object; `nonfinite` says which of its nulls are inf, -inf or nan."""
    facts = {
        "expr": report.expr,
        "order": report.order,
        "seed": report.seed,
        "points": [point for point, _ in report.checks],
        "checks": [_check(i, check) for i, (_, checks) in enumerate(report.checks) for check in checks],
        "claims": [_claim(verdict) for verdict in report.claims],
        "notes": report.notes,
        "holds": report.holds,
    }
    return json_line(facts)


def _check(point: int, check: Check) -> dict[str, Any]:
    what = {"point": point, "derivative": check.key, "by": str(check.coordinate)}
    return {**what, **check.numbers(), "verdict": check.verdict}


def _claim(verdict: Verdict) -> dict[str, Any]:
    return {
        "by": verdict.claim.name,
        "claim": verdict.claim.text,
        "verdict": "ok" if verdict.holds else "wrong",
        "decided_by": verdict.decided_by,
        "points": verdict.points,
        "at": verdict.at,
        **verdict.numbers(),
        "slip": verdict.slip,
    }
