"""For scripts: one check a line, keys and values divided by tabs; at the end whether all hold."""

from __future__ import annotations

import numpy as np

from ...parser.analysis.claims import Verdict
from ...parser.analysis.compare import Check
from ...parser.analysis.coordinates import Point
from ...parser.analysis.result import value_text
from ...parser.analysis.verdict import CheckReport
from ..shell.printing import Style


def render(report: CheckReport, style: Style) -> str:
    """The report, exact and unadorned."""
    lines = [
        _line({"point": str(number), **_at(point), **_fields(check)})
        for number, (point, checks) in enumerate(report.checks, 1)
        for check in checks
    ]
    lines += [_line(_claim_fields(verdict)) for verdict in report.claims]
    lines.append(f"holds\t{'true' if report.holds else 'false'}")
    return "".join(line + "\n" for line in lines)


def _line(fields: dict[str, str]) -> str:
    return "\t".join(f"{key}\t{value}" for key, value in fields.items())


def _at(point: Point) -> dict[str, str]:
    return {f"at.{name}": _text(data) for name, data in point.items()}


def _fields(check: Check) -> dict[str, str]:
    return {
        "derivative": check.key,
        "by": str(check.coordinate),
        "autograd": repr(check.autograd),
        "numeric": repr(check.numeric),
        "absolute": repr(check.absolute),
        "relative": repr(check.relative),
        "tolerance": repr(check.tolerance),
        "verdict": check.verdict,
    }


def _claim_fields(verdict: Verdict) -> dict[str, str]:
    fields = {
        "claim": verdict.claim.name,
        "verdict": "ok" if verdict.holds else "wrong",
        "points": str(verdict.points),
        **_at(verdict.at),
        "claimed": _text(verdict.claimed),
        "autograd": _text(verdict.autograd),
        "numeric": _text(verdict.numeric),
        "absolute": repr(verdict.absolute),
        "relative": repr(verdict.relative),
    }
    if verdict.slip:
        fields["slip"] = verdict.slip
    return fields


def _text(data: object) -> str:
    return value_text(np.asarray(data, float))
