"""Strict JSON, one object a line, always with the same keys."""

from __future__ import annotations

from typing import Any

from ...parser.analysis.result import Report, json_line
from ..shell.printing import Style


def render(report: Report, style: Style) -> str:
    """The report as a JSON object; `nonfinite` says which of its nulls are inf, -inf or nan."""
    return json_line(as_object(report))


def as_object(report: Report) -> dict[str, Any]:
    """The report as an object, of NumPy values."""
    return {
        "expr": report.expr,
        "inputs": report.inputs,
        "dtype": report.dtype,
        "value": report.value,
        "grad_fn": report.grad_fn,
        "grad": report.grad,
        "warnings": [finding.text for finding in report.warnings],
        **report.more,
    }
