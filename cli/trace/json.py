"""Strict JSON: the object of `eval`, with the steps of both passes."""

from __future__ import annotations

from typing import Any

from ...parser.analysis.passes import Contribution, Passes, Step, Visit
from ...parser.analysis.result import Report, json_line
from ...parser.syntax.printer import Printer
from ..shell.printing import Style
from ..value.json import as_object


def render(report: Report, passes: Passes, style: Style) -> str:
    """One object on one line: beside the keys of `eval`, `forward`, `backward` and `leaves`."""
    forward = [_step(step) for step in passes.steps]
    backward = [_visit(visit) for visit in passes.visits]
    leaves = {leaf.name: _contributions(leaf.contributions) for leaf in passes.leaves}
    return json_line({**as_object(report), "forward": forward, "backward": backward, "leaves": leaves})


def _step(step: Step) -> dict[str, Any]:
    return {
        "result": step.name,
        "expr": step.written,
        "start": step.expr.start,
        "end": step.expr.end,
        "part": step.part,
        "value": step.value,
        "grad_fn": step.grad_fn,
    }


def _visit(visit: Visit) -> dict[str, Any]:
    printer = Printer()
    return {
        "grad_fn": visit.grad_fn,
        "incoming": [
            {"result": arrival.name, "gradient": arrival.total, "contributions": _contributions(arrival.contributions)}
            for arrival in visit.arrivals
        ],
        "sends": [
            {
                "to": sent.to,
                "rule": None if sent.rule is None else printer.text(sent.rule),
                "local": sent.local,
                "gradient": sent.gradient,
            }
            for sent in visit.sent
        ],
    }


def _contributions(given: list[Contribution]) -> list[dict[str, Any]]:
    return [{"from": contribution.sender, "gradient": contribution.gradient} for contribution in given]
