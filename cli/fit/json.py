"""Strict JSON, one object; its `parameters` and `covariance` are what `propagate` reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...parser.analysis.fit_report import Estimate, FitReport
from ...parser.analysis.result import json_line
from ..shell.printing import Style


def render(report: FitReport, style: Style) -> str:
    """The report as a JSON object; `nonfinite` says which of its nulls are inf, -inf or nan."""
    names = list(report.estimates)
    facts = {
        "expr": report.expr,
        "response": report.response,
        "status": report.status.value,
        "parameters": {name: _parameter(e) for name, e in report.estimates.items()},
        "fixed": dict(report.fixed),
        "covariance": _square(names, report.covariance),
        "correlations": _square(names, report.correlations),
        "level": report.level,
        "interval": report.interval,
        **report.measures,
        "evaluations": report.evaluations,
        "warnings": [finding.text for finding in report.warnings],
        "notes": list(report.notes),
    }
    return json_line(facts)


def _parameter(estimate: Estimate) -> dict[str, Any]:
    return {
        "value": estimate.value,
        "se": estimate.error,
        "t": estimate.t,
        "p": estimate.probability,
        "interval": [estimate.low, estimate.high],
        "at_bound": estimate.held,
    }


def _square(names: list[str], matrix: np.ndarray) -> dict[str, Any]:
    return {name: dict(zip(names, row, strict=True)) for name, row in zip(names, matrix, strict=True)}
