"""The passes through a graph as a lesson: steps forward and backward, one after the other, in words and numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...parser.analysis.graph import Graph, Link, Vertex
from ...parser.analysis.result import number_text
from ...parser.display.brackets import array_text

_ONE_LINE = 1_000_000


class Frame(NamedTuple):
    """A step of the lesson.

    `phase` is "input", "forward", "sum", "backward" or "gradient". `node` is the vertex it is about and `to` the one
    that it sends to; "" where there is none. `start` and `end` are the place of its sub-expression in the source. What
    comes out of the `working`, which has formulas and numbers, is `result`.
    """

    phase: str
    name: str
    expression: str
    working: str
    result: str
    node: str = ""
    to: str = ""
    start: int | None = None
    end: int | None = None


def frames(graph: Graph) -> list[Frame]:
    """The steps: the variables, the results in the order in which they are computed, then the gradients backward."""
    found = [*_inputs(graph), *_forward(graph)]
    came: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for vertex in graph.vertices.values():
        if vertex.grad_fn is None:
            continue
        found += _sums(vertex, came)
        for link in vertex.inputs:
            if link.gradient is not None:
                found.append(_sent(vertex, link))
                came[link.result].append((vertex.name, link.gradient))
    for vertex in graph.vertices.values():
        if vertex.grad_fn is None and vertex.results[0].gradient is not None:
            parts = [number_of(gradient) for _, gradient in came[vertex.name]]
            total = number_of(vertex.results[0].gradient)
            working = " + ".join(parts) if len(parts) > 1 else ""
            found.append(Frame("gradient", vertex.name, "", working, total, vertex.name))
    return found


def number_of(value: Any) -> str:
    """A number with all its digits, or an array on a line, abbreviated where it is long."""
    if value.ndim == 0:
        return number_text(value[()])
    return " ".join(array_text(value, _ONE_LINE, number_text).split())


def _inputs(graph: Graph) -> Iterator[Frame]:
    for vertex in graph.vertices.values():
        if vertex.grad_fn is None and not vertex.expression:
            yield Frame("input", vertex.name, "", "", _known(vertex.results[0].value), vertex.name)


def _forward(graph: Graph) -> Iterator[Frame]:
    for step in graph.steps:
        vertex = step.name.partition(".")[0].partition("[")[0]
        node = vertex if vertex in graph.vertices else ""
        written = f"part of {step.written}" if step.part else step.written
        yield Frame(
            *("forward", step.name, written, step.grad_fn or "constant", _known(step.value), node),
            start=step.expr.start,
            end=step.expr.end,
        )


def _sums(vertex: Vertex, came: dict[str, list[tuple[str, Any]]]) -> Iterator[Frame]:
    for result in vertex.results:
        parts = came[result.name]
        if len(parts) > 1 and result.gradient is not None:
            working = " + ".join(f"{number_of(gradient)} (from {sender})" for sender, gradient in parts)
            total = number_of(result.gradient)
            yield Frame("sum", result.name, "", working, total, vertex.name, "", vertex.start, vertex.end)


def _sent(vertex: Vertex, link: Link) -> Frame:
    incoming = next((r.gradient for r in vertex.results if r.gradient is not None), None)
    rule = link.rule or "its rule"
    if link.local is not None and incoming is not None and link.rule is not None:
        came, local = number_of(incoming), number_of(link.local)
        working = f"{came} * {local}" if _is_number(rule) else f"{came} * ({rule}) = {came} * {local}"
    else:
        working = f"g = {_known(incoming)}: {rule}"
    name = f"{vertex.name} to {link.result}"
    result = number_of(link.gradient)
    return Frame("backward", name, vertex.expression, working, result, vertex.name, link.to, vertex.start, vertex.end)


def _is_number(rule: str) -> bool:
    return rule.lstrip("-").replace(".", "", 1).isdecimal()


def _known(value: Any) -> str:
    return "" if value is None else number_of(value)
