"""Strict JSON, one object a line, always with the same keys."""

from __future__ import annotations

import json
from typing import Any

from ...parser.analysis.result import Report, json_value
from ..shell.printing import Style


def render(report: Report, style: Style) -> str:
    """The report as a JSON object; `nonfinite` says which of its nulls are inf, -inf or nan."""
    return json.dumps(as_object(report), allow_nan=False) + "\n"


def as_object(report: Report) -> dict[str, Any]:
    """The report as what JSON can hold."""
    nonfinite: dict[str, str] = {}
    result: dict[str, Any] = {
        "expr": report.expr,
        "inputs": {name: json_value(v, f"inputs.{name}", nonfinite) for name, v in report.inputs.items()},
        "dtype": report.dtype,
        "value": json_value(report.value, "value", nonfinite),
        "grad_fn": report.grad_fn,
        "grad": {name: json_value(v, f"grad.{name}", nonfinite) for name, v in report.grad.items()},
        "warnings": [finding.text for finding in report.warnings],
    }
    for kind, values in report.more.items():
        result[kind] = {name: json_value(v, f"{kind}.{name}", nonfinite) for name, v in values.items()}
    if nonfinite:
        result["nonfinite"] = nonfinite
    return result
