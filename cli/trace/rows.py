"""The passes as rows of exact values: one for each input, result, gradient sent, and leaf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...parser.analysis.passes import Passes
from ...parser.analysis.result import value_text
from ...parser.syntax.printer import Printer

COLUMNS = ("pass", "result", "expression", "value", "grad_fn", "incoming", "to", "rule", "local", "sends")


def lines(inputs: Mapping[str, Any], passes: Passes) -> Iterator[dict[str, str]]:
    """Rows by column, each with the columns that its kind has, in their order; an unknown one is empty."""
    for name, value in inputs.items():
        yield {"pass": "input", "result": name, "value": _value(value)}
    for step in passes.steps:
        what = {"pass": "forward", "result": step.name, "expression": step.written}
        yield {**what, "value": _value(step.value), "grad_fn": step.grad_fn or ""}
    printer = Printer()
    for visit in passes.visits:
        names = ",".join(arrival.name for arrival in visit.arrivals)
        totals = ",".join(value_text(arrival.total) for arrival in visit.arrivals)
        for sent in visit.sent:
            rule = "" if sent.rule is None else printer.text(sent.rule)
            what = {"pass": "backward", "result": names, "grad_fn": visit.grad_fn, "incoming": totals}
            yield {**what, "to": sent.to, "rule": rule, "local": _value(sent.local), "sends": _value(sent.gradient)}
    for leaf in passes.leaves:
        yield {"pass": "gradient", "result": leaf.name, "incoming": value_text(leaf.total)}


def _value(value: Any) -> str:
    return "" if value is None else value_text(value)
