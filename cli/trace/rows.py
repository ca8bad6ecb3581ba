"""The passes as rows of exact values: one for each input, result, gradient sent, and leaf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...parser.analysis.passes import Passes
from ...parser.analysis.result import value_text
from ...parser.syntax.printer import Printer

COLUMNS = ("pass", "result", "expression", "value", "grad_fn", "incoming", "to", "rule", "local", "sends")
_INPUT = ("pass", "result", "value")
_FORWARD = ("pass", "result", "expression", "value", "grad_fn")
_BACKWARD = ("pass", "result", "grad_fn", "incoming", "to", "rule", "local", "sends")
_LEAF = ("pass", "result", "incoming")


def lines(inputs: Mapping[str, Any], passes: Passes) -> Iterator[dict[str, str]]:
    """Rows by column, each with the columns that its kind has, in their order; an unknown one is empty."""
    for name, value in inputs.items():
        yield dict(zip(_INPUT, ("input", name, _value(value)), strict=True))
    for step in passes.steps:
        facts = ("forward", step.name, step.written, _value(step.value), step.grad_fn or "")
        yield dict(zip(_FORWARD, facts, strict=True))
    printer = Printer()
    for visit in passes.visits:
        names = ",".join(arrival.name for arrival in visit.arrivals)
        totals = ",".join(value_text(arrival.total) for arrival in visit.arrivals)
        for sent in visit.sent:
            rule = "" if sent.rule is None else printer.text(sent.rule)
            local = "" if sent.local is None else value_text(sent.local)
            facts = ("backward", names, visit.grad_fn, totals, sent.to, rule, local, value_text(sent.gradient))
            yield dict(zip(_BACKWARD, facts, strict=True))
    for leaf in passes.leaves:
        yield dict(zip(_LEAF, ("gradient", leaf.name, value_text(leaf.total)), strict=True))


def _value(value: Any) -> str:
    return "" if value is None else value_text(value)
