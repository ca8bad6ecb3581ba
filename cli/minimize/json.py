"""Strict JSON: one object."""

from __future__ import annotations

import dataclasses

from ...parser.analysis.result import json_line
from ...parser.solving.minimization import MinimumReport
from ..shell.printing import Style


def render(report: MinimumReport, style: Style, path: bool) -> str:
    """The report as a JSON object; `nonfinite` says which of its nulls are inf, -inf or nan."""
    facts = {
        "expr": report.expr,
        "maximize": report.maximize,
        "point": report.point,
        "value": report.value,
        "gradient": report.gradient,
        "gradient_norm": report.gradient_norm,
        "eigenvalues": report.eigenvalues,
        "kind": report.kind or None,
        "bounds": [{"at": name, "end": end, "multiplier": number} for name, end, number in report.bounds],
        "subject": [
            {"text": held.text, "difference": held.difference, "active": held.is_active, "multiplier": held.multiplier}
            for held in report.constraints
        ],
        "iterations": report.iterations,
        "evaluations": dataclasses.asdict(report.counts),
        "starts": report.starts,
        "reached_by": report.reached,
        "method": report.method,
        "reason": report.reason,
        "converged": report.converged,
        "notes": report.notes,
        "warnings": [finding.text for finding in report.warnings],
    }
    if path:
        facts["path"] = [
            {"point": point, "value": step.value, "gradient_norm": step.norm} for point, step in report.path
        ]
    return json_line(facts)
