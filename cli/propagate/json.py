"""Strict JSON, one object on a line."""

from __future__ import annotations

from ...parser.analysis.result import json_line
from ...parser.solving.uncertainty import Propagation
from ..shell.printing import Style


def render(report: Propagation, style: Style) -> str:
    """The report as a JSON object; `nonfinite` says which of its nulls are inf, -inf or nan."""
    return json_line(
        {
            "expr": report.expr,
            "value": report.value,
            "sd": report.deviation,
            "rounded": report.rounded,
            "inputs": {
                name: {
                    "value": part.value,
                    "sd": part.deviation,
                    "grad": part.gradient,
                    "contribution": part.contribution,
                    "share": part.share,
                    "elasticity": part.elasticity,
                }
                for name, part in report.inputs.items()
            },
            "second": report.second and dict(zip(("value", "sd"), report.second, strict=True)),
            "check": report.check and report.check_numbers(),
            "warnings": [finding.text for finding in report.warnings],
        }
    )
