"""The passes as tables for people: forward, backward, and what the variables receive."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np

from ..analysis.passes import Arrival, Passes, Step
from ..analysis.result import number_text
from ..syntax.printer import Printer
from .brackets import array_text

DIGITS = 6
_MOST_SHOWN = 1000
_WIDTH = 60

FORWARD = ("result", "expression", "value", "grad_fn")
BACKWARD = ("node", "grad_fn", "incoming", "to", "local derivative", "=", "sends")
GRADIENTS = ("variable", "gradient")


class Table(NamedTuple):
    """A title, the headers of columns, and rows of as many texts; `note` says what has to be known to read them."""

    title: str
    headers: tuple[str, ...]
    rows: list[tuple[str, ...]]
    note: str | None = None


class Cells:
    """What stands in a cell: text. A format that writes otherwise overrides what differs."""

    def __init__(self, digits: int | None = None) -> None:
        self.digits = digits or DIGITS
        self.printer = Printer()

    def name(self, name: str) -> str:
        """The name of a result, a variable or a node."""
        return name

    def word(self, text: str) -> str:
        """Plain text."""
        return text

    def rule(self, syntax: Any) -> str:
        """A derivative rule."""
        return self.printer.text(syntax)

    def expression(self, step: Step) -> str:
        """The sub-expression of a step, with the name it is assigned to."""
        text = self.source(step)
        if step.part:
            return f"part of {text}"
        return f"{self.assigned(step.assigned)} {text}" if step.assigned else text

    def source(self, step: Step) -> str:
        """The sub-expression of a step alone."""
        return step.written

    def assigned(self, name: str) -> str:
        """The name that a sub-expression is assigned to, and the sign between them."""
        return f"{self.name(name)} ="

    def number(self, value: Any) -> str:
        """A single number."""
        if isinstance(value, np.floating):
            # Not 16 for 16.0: it is a floating number.
            return number_text(np.float64(f"{value:.{self.digits}g}"))
        return number_text(value)

    def formula(self, text: str) -> str:
        """Numbers and what stands between them."""
        return text

    def value(self, value: Any) -> str:
        """A number, or an array of numbers on one line, with dots for most of very many; nothing for None."""
        return "" if value is None else self.formula(self._value(value))

    def total(self, arrival: Arrival) -> str:
        """A gradient, as the sum that it is where several came."""
        parts = [self._value(c.gradient) for c in arrival.contributions]
        total = self._value(arrival.total)
        if len(parts) < 2:
            return self.formula(total)
        summands = " + ".join(f"({part})" if part.startswith("-") else part for part in parts)
        return self.formula(f"{summands} = {total}")

    def _value(self, value: Any) -> str:
        if value.ndim == 0:
            return self.number(value[()])
        if value.size > _MOST_SHOWN:
            return " ".join(array_text(value, _WIDTH, self.number).split())
        return f"[{', '.join(self._value(part) for part in value)}]"


def tables(inputs: Mapping[str, Any], passes: Passes, cells: Cells) -> list[Table]:
    """The tables of the passes, `inputs` at the head of the first; without a gradient, that one alone."""
    forward = [(cells.name(name), "", cells.value(value), "") for name, value in inputs.items()]
    for step in passes.steps:
        value, grad_fn = cells.value(step.value), cells.word(step.grad_fn or "")
        forward.append((cells.name(step.name), cells.expression(step), value, grad_fn))
    found = [Table("Forward", FORWARD, [*forward])]
    if not passes.leaves:
        return found
    rows: list[tuple[str, ...]] = []
    for visit in passes.visits:
        came = [(cells.name(a.name), cells.word(visit.grad_fn), cells.total(a)) for a in visit.arrivals]
        went: list[tuple[str, ...]] = []
        for sent in visit.sent:
            rule = "" if sent.rule is None else cells.rule(sent.rule)
            went.append((cells.name(sent.to), rule, cells.value(sent.local), cells.value(sent.gradient)))
        for left, right in zip_longest(came, went):
            rows.append((*(left or ("",) * 3), *(right or ("",) * 4)))
    leaves: list[tuple[str, ...]] = [(cells.name(leaf.name), cells.total(leaf)) for leaf in passes.leaves]
    uses = any(sent.with_gradient and sent.rule for visit in passes.visits for sent in visit.sent)
    note = f"with {passes.gradient_name}, the incoming gradient, the formula is of what is sent" if uses else None
    found += [Table("Backward", BACKWARD, rows, note)] if rows else []
    return [*found, Table("Gradients", GRADIENTS, leaves)]
