"""The sub-expressions of an expression, and what each of them contributes to the derivative."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.api.creation import tensor
from ...engine.autograd.jacobians import gradients
from ..semantics.computing import computing
from ..semantics.evaluate import evaluate
from ..syntax.parse import parse
from ..syntax.records import Assign, Define, Name, Program
from ..syntax.walk import walk
from .coordinates import NumericFunction, Point

# Beyond, looking for slips would take longer than reading the claim once more.
_MOST = 200


class _Place(NamedTuple):
    start: int
    end: int
    syntax: Any


class Part(NamedTuple):
    """A sub-expression `s` of `f`, with a number for each point: its value, df/ds and ds/dx by the one variable.

    `syntax` is its record, None for an occurrence of the variable itself; `column` where it stands, from 1.
    """

    text: str
    column: int
    syntax: Any
    value: Any
    outer: Any
    inner: Any

    @property
    def contribution(self) -> Any:
        """What reaches the derivative of `f` through this part."""
        return self.outer * self.inner


def parts_of(expression: NumericFunction, name: str, points: Sequence[Point]) -> list[Part]:
    """The parts that depend on a variable, the outermost first; none where something is not a single number."""
    program = expression.program
    if any(np.ndim(data) for point in points for data in point.values()):
        return []
    if any(type(s) is Assign and s.name == name for s in program.statements):
        return []
    apart, occurrences = _told_apart(program, name)
    if not occurrences or len(occurrences) > _MOST:
        return []
    runs = [_run(expression, apart, name, occurrences, point) for point in points]
    if len({tuple(places) for places, _ in runs}) > 1 or len(runs[0][0]) > _MOST:
        return []
    numbers = np.array([found for _, found in runs])
    parts: list[Part] = []
    for i, (start, end, syntax) in enumerate(runs[0][0]):
        text = apart.source[start:end]
        for spelling in reversed(occurrences):
            text = text.replace(spelling, name)
        longer = sum(len(s) - len(name) for s, (_, at) in occurrences.items() if at < start)
        parts.append(Part(text, start - longer + 1, syntax, *numbers[:, i].T))
    return sorted(parts, key=lambda part: -len(part.text))


def _told_apart(program: Program, name: str) -> tuple[Program, dict[str, tuple[int, int]]]:
    """The program with a name of its own for each occurrence of the variable, and where each stands in both sources."""
    numbers = (spelling for i in count(1) if (spelling := f"{name}__{i}") not in program.source)
    source = program.source
    text, end, occurrences = "", 0, {}
    for place in sorted(_occurrences(program, name), key=lambda place: place.start):
        spelling = next(numbers)
        text += source[end : place.start]
        occurrences[spelling] = (place.start, len(text))
        text += spelling
        end = place.end
    return parse(text + source[end:]), occurrences


def _occurrences(program: Program, name: str) -> Iterator[Name]:
    for statement in program.statements:
        if isinstance(statement, Define):
            if name not in statement.parameters:
                yield from (e for e in walk(statement.body) if type(e) is Name and e.name == name)
        else:
            body = statement.value if isinstance(statement, Assign) else statement
            yield from (e for e in walk(body) if type(e) is Name and e.name == name)


def _run(
    expression: NumericFunction, program: Program, name: str, occurrences: Mapping[str, tuple[int, int]], point: Point
) -> tuple[list[_Place], list[tuple[float, float, float]]]:
    """The place of each part, and its value, df/ds and ds/dx at a point."""
    with computing("float64"):
        leaves = [tensor(float(point[name])).requires_grad_() for _ in occurrences]
        places = [_Place(at, at + len(spelling), None) for spelling, (_, at) in occurrences.items()]
        results = list(leaves)

        def observe(syntax: Any, result: Any, arguments: list[Any]) -> None:
            if isinstance(result, Tensor) and result.requires_grad and result.ndim == 0:
                places.append(_Place(syntax.start, syntax.end, syntax))
                results.append(result)

        constants = {other: tensor(float(data)) for other, data in point.items() if other != name}
        given = {**constants, **dict(zip(occurrences, leaves, strict=True))}
        value = evaluate(program, given, expression.limits, observe)
        if not value.requires_grad or value.ndim:
            return [], []
        outer = map(float, gradients(value, results))
        inner = [sum(map(float, gradients(result, leaves))) for result in results]
        return places, list(zip(map(float, results), outer, inner, strict=True))
