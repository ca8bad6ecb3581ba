"""Strict JSON: one object."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ...parser.analysis.claims import Verdict
from ...parser.analysis.compare import Check
from ...parser.analysis.coordinates import Point
from ...parser.analysis.result import json_value
from ...parser.analysis.verdict import CheckReport
from ..shell.printing import Style


def render(report: CheckReport, style: Style) -> str:
    """The report as a JSON object; `nonfinite` says which of its nulls are inf, -inf or nan."""
    nonfinite: dict[str, str] = {}
    result: dict[str, Any] = {
        "expr": report.expr,
        "order": report.order,
        "seed": report.seed,
        "points": [_point(point, f"points[{i}]", nonfinite) for i, (point, _) in enumerate(report.checks)],
    }
    rows = [(i, check) for i, (_, checks) in enumerate(report.checks) for check in checks]
    result["checks"] = [_check(i, check, f"checks[{k}]", nonfinite) for k, (i, check) in enumerate(rows)]
    result["claims"] = [_claim(verdict, f"claims[{k}]", nonfinite) for k, verdict in enumerate(report.claims)]
    result["notes"] = report.notes
    result["holds"] = report.holds
    if nonfinite:
        result["nonfinite"] = nonfinite
    return json.dumps(result, allow_nan=False) + "\n"


def _point(point: Point, path: str, nonfinite: dict[str, str]) -> dict[str, Any]:
    return {name: _number(data, f"{path}.{name}", nonfinite) for name, data in point.items()}


def _check(point: int, check: Check, path: str, nonfinite: dict[str, str]) -> dict[str, Any]:
    numbers = ("autograd", "numeric", "absolute", "relative", "tolerance")
    return {
        "point": point,
        "derivative": check.key,
        "by": str(check.coordinate),
        **{key: _number(getattr(check, key), f"{path}.{key}", nonfinite) for key in numbers},
        "verdict": check.verdict,
    }


def _claim(verdict: Verdict, path: str, nonfinite: dict[str, str]) -> dict[str, Any]:
    numbers = ("claimed", "autograd", "numeric", "absolute", "relative")
    return {
        "by": verdict.claim.name,
        "claim": verdict.claim.text,
        "verdict": "ok" if verdict.holds else "wrong",
        "points": verdict.points,
        "at": _point(verdict.at, f"{path}.at", nonfinite),
        **{key: _number(getattr(verdict, key), f"{path}.{key}", nonfinite) for key in numbers},
        "slip": verdict.slip,
    }


def _number(value: Any, path: str, nonfinite: dict[str, str]) -> Any:
    return json_value(np.asarray(value, float), path, nonfinite)
