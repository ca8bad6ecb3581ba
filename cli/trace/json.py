"""Strict JSON: the object of `eval`, with the steps of both passes."""

from __future__ import annotations

import json
from typing import Any

from ...parser.analysis.passes import Contribution, Passes, Visit
from ...parser.analysis.result import Report, json_value
from ...parser.syntax.printer import Printer
from ..shell.printing import Style
from ..value.json import as_object


def render(report: Report, passes: Passes, style: Style) -> str:
    """One object on one line: beside the keys of `eval`, `forward`, `backward` and `leaves`."""
    return json.dumps(traced(report, passes), allow_nan=False) + "\n"


def traced(report: Report, passes: Passes) -> dict[str, Any]:
    """The passes as what JSON can hold; `nonfinite` says which of its nulls are inf, -inf or nan."""
    result = as_object(report)
    nonfinite: dict[str, str] = result.pop("nonfinite", {})
    result["forward"] = [
        {
            "result": step.name,
            "expr": step.written,
            "start": step.expr.start,
            "end": step.expr.end,
            "part": step.part,
            "value": json_value(step.value, f"forward[{i}].value", nonfinite),
            "grad_fn": step.grad_fn,
        }
        for i, step in enumerate(passes.steps)
    ]
    result["backward"] = [_visit(visit, f"backward[{i}]", nonfinite) for i, visit in enumerate(passes.visits)]
    result["leaves"] = {
        leaf.name: _contributions(leaf.contributions, f"leaves.{leaf.name}", nonfinite) for leaf in passes.leaves
    }
    if nonfinite:
        result["nonfinite"] = nonfinite
    return result


def _visit(visit: Visit, path: str, nonfinite: dict[str, str]) -> dict[str, Any]:
    printer = Printer()
    return {
        "grad_fn": visit.grad_fn,
        "incoming": [
            {
                "result": arrival.name,
                "gradient": json_value(arrival.total, f"{path}.incoming[{i}].gradient", nonfinite),
                "contributions": _contributions(
                    arrival.contributions, f"{path}.incoming[{i}].contributions", nonfinite
                ),
            }
            for i, arrival in enumerate(visit.arrivals)
        ],
        "sends": [
            {
                "to": sent.to,
                "rule": None if sent.rule is None else printer.text(sent.rule),
                "local": None if sent.local is None else json_value(sent.local, f"{path}.sends[{i}].local", nonfinite),
                "gradient": json_value(sent.gradient, f"{path}.sends[{i}].gradient", nonfinite),
            }
            for i, sent in enumerate(visit.sent)
        ],
    }


def _contributions(given: list[Contribution], path: str, nonfinite: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"from": c.sender, "gradient": json_value(c.gradient, f"{path}[{i}].gradient", nonfinite)}
        for i, c in enumerate(given)
    ]
