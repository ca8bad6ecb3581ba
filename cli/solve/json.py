"""Strict JSON: one object."""

from __future__ import annotations

import dataclasses

from ...parser.analysis.result import json_line
from ...parser.solving.solutions import SolutionReport
from ..shell.printing import Style


def render(report: SolutionReport, style: Style) -> str:
    """The report as a JSON object; `nonfinite` says which of its nulls are inf, -inf or nan."""
    facts = {
        "equations": report.source,
        "unknowns": report.unknowns,
        "roots": [
            {
                "point": root.point,
                "residual": root.residual,
                "error": root.error,
                "multiplicity": root.multiplicity,
                "singular": root.singular,
                "proof": root.proof,
            }
            for root in report.roots
        ],
        "zeros": [list(ends) for ends in report.zeros],
        "poles": list(report.poles),
        "jumps": list(report.jumps),
        "evaluations": dataclasses.asdict(report.counts),
        "reason": report.reason,
        "nearest": report.nearest,
        "residual": report.residual,
        "solved": report.is_solved,
        "notes": report.notes,
    }
    return json_line(facts)
