"""Single numbers and their gradients by the same records as tensors, without tensors and nodes, for whom nobody asks.

A tape has a row for each recorded operation, in order. What the operations of a function are is learnt by doing it
once on tensors, so that overloads are chosen in one place; after that its forward functions and rules run on bare
numbers, and gradients are added up in the order of `passes.py`: every bit is that of tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ..graph.observers import watch
from ..table.nodes import PrimitiveNode
from ..table.record import Operation
from ..table.recorded import saver
from ..tensors.tensor import Tensor
from .gradients import fit

_FLOAT64 = np.float64
_ONE = np.float64(1.0)


class UnusualError(Exception):
    """It is more than a tape can say, and tensors have to."""


class Step(NamedTuple):
    """An operation of a function: what it is called with, by place among the function's operands and earlier results.

    `given` are other arguments by place; `sources` is None for the operands as they are. `slots` are the arguments that
    gradients go to.
    """

    operation: Operation
    forward: Callable[..., Any]
    save: Callable[[Any, Any], Sequence[Any]]
    slots: Sequence[int]
    sources: Sequence[int] | None
    given: Mapping[int, Any]


class Tape:
    """Rows of operations on the numbers of some variables, which have the places 0, 1, ...; what has None is constant.

    A row holds the rules of its operation, where the gradient of each goes, and what they need.
    """

    def __init__(self, variables: int) -> None:
        self.variables = variables
        self.rows: list[tuple[Operation, list[int | None], Sequence[Any]]] = []

    def apply(
        self, function: Callable[..., Any], operands: list[Any], places: list[int | None]
    ) -> tuple[Any, int | None]:
        """The result of a function of tensors and Python's numbers, and its place. UnusualError: a tape cannot say."""
        steps = steps_of(function, (*map(type, operands),))
        if not steps:
            raise UnusualError
        value: Any = None
        place: int | None = None
        for operation, forward, save, slots, sources, given in steps:
            data, own = operands, places
            if sources is not None:
                data = [given[i] if source < 0 else operands[source] for i, source in enumerate(sources)]
                own = [None if source < 0 else places[source] for source in sources]
            value = forward(*data)
            if type(value) is not _FLOAT64:
                raise UnusualError
            place = None
            if own.count(None) < len(own):
                if len(slots) < len(own):
                    if any(p is not None and i not in slots for i, p in enumerate(own)):
                        raise UnusualError
                    own = [own[i] for i in slots]
                place = self.variables + len(self.rows)
                self.rows.append((operation, own, save(data, value)))
            if len(steps) > 1:
                operands, places = [*operands, value], [*places, place]
        return value, place

    def gradients(self) -> list[Any]:
        """The gradients of the last result by the variables; None for one that it does not depend on."""
        found: list[Any] = [None] * (self.variables + len(self.rows))
        found[-1] = _ONE
        number = len(found)
        for operation, places, saved in reversed(self.rows):
            number -= 1
            gradient = found[number]
            if gradient is None:
                continue
            for place, (rule, needs) in zip(places, operation.vjps, strict=True):
                if place is None:
                    continue
                if needs is None:
                    sent = rule(gradient)
                elif type(needs) is int:
                    sent = rule(gradient, saved[needs])
                else:
                    sent = rule(gradient, *needs(saved))
                if type(sent) is not _FLOAT64:
                    sent = fit(sent, None, 0)
                    if sent is None:
                        continue
                present = found[place]
                found[place] = sent if present is None else present + sent
        return found[: self.variables]


@cache
def steps_of(function: Callable[..., Any], kinds: tuple[type, ...]) -> Sequence[Step]:
    """What a function does with tensors without dimensions (float64) and Python's numbers; none: a tape cannot say."""
    if not {_FLOAT64, int, float}.issuperset(kinds):
        return ()
    known = [_stand_in(kind, i) for i, kind in enumerate(kinds)]
    made: list[tuple[Any, Sequence[Any], Any]] = []

    def observe(node: Any, args: Sequence[Any], result: Any) -> None:
        made.append((node, args, result))

    watch.made.append(observe)
    try:
        returned = function(*known)
    finally:
        watch.made.remove(observe)
    steps: list[Step] = []
    for node, args, result in made:
        operation: Operation = node.primitive
        sources = [next((i for i, value in enumerate(known) if value is argument), -1) for argument in args]
        given = {i: args[i] for i, source in enumerate(sources) if source < 0}
        is_usual = type(node).__base__ is PrimitiveNode and operation.elementwise and not operation.outputs
        if not is_usual or any(isinstance(value, Tensor) for value in given.values()):
            return ()
        as_they_are = len(made) == 1 and sources == [*range(len(kinds))]
        slots, kept = operation.differentiated, None if as_they_are else sources
        steps.append(Step(operation, operation.forward, saver(operation), slots, kept, given))
        known.append(result)
    return steps if steps and returned is known[-1] else ()


def _stand_in(kind: type, number: int) -> Any:
    """An operand of a kind that is no other operand."""
    return Tensor(np.float64(0.3 + number / 5), requires_grad=True) if kind is _FLOAT64 else kind(1234.5 + number)
