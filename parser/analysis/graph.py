"""The graph of an expression, or of its gradient, as what every drawing of it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.autograd.jacobians import vjp
from ...engine.graph.node import AccumulateGrad, Node
from ...engine.graph.observers import nodes_observed
from ..syntax.printer import Printer
from .backward_pass import NamedGraph, nodes_below
from .differentiate import differentiate
from .forward_pass import Recording, record
from .passes import Passes, Step, Visit
from .problem import Problem
from .result import Report


class Result(NamedTuple):
    """A result of a node: its name, its NumPy value and gradient (None: not known)."""

    name: str
    value: Any
    gradient: Any


class Link(NamedTuple):
    """From a node to a result of another that is an input of it, by the result's name, with the local rule.

    `rule` is the local derivative as text, or with arrays the gradient sent, `local` its value where it is a number,
    `gradient` what was sent. None: not known.
    """

    result: str
    rule: str | None
    local: Any
    gradient: Any

    @property
    def to(self) -> str:
        """The vertex that the result is of."""
        return self.result.partition(".")[0].partition("[")[0]


class Vertex(NamedTuple):
    """A node (or, without a `grad_fn`, a variable or constant), with a sub-expression.

    `relation` says what the node is to it: its `value`, a `part` of several operations which it stands for, or
    something that its `derivative` needs. `start` and `end` are the sub-expression's place in the source; None where
    there is none.
    """

    name: str
    grad_fn: str | None
    results: list[Result]
    inputs: Sequence[Link] = ()
    relation: str = "value"
    expression: str = ""
    start: int | None = None
    end: int | None = None


class Graph(NamedTuple):
    """The vertices by name, results first, and what to begin with: names of vertices by what they are.

    `steps` are the results of the forward pass in their order, those without a vertex, which are constants, among them.
    """

    source: str
    roots: dict[str, str]
    vertices: dict[str, Vertex]
    steps: Sequence[Step] = ()


def graph_of(problem: Problem) -> tuple[Report, Graph]:
    """The graph of an expression, with the gradient of the sum of its value. Errors: as `differentiate`."""
    report, passes = record(problem)
    return report, graph_of_passes(passes, report.inputs, problem.program.source)


def graph_of_passes(passes: Passes, values: Mapping[str, Any], source: str) -> Graph:
    """The graph that a backward pass ran on, with the NumPy values of the variables."""
    steps = _by_node(passes.steps)
    vertices = [_visited(visit, steps.get(visit.node, [])) for visit in passes.visits]
    vertices += [Vertex(leaf.name, None, [Result(leaf.name, values[leaf.name], leaf.total)]) for leaf in passes.leaves]
    if not vertices:
        name = passes.steps[-1].name if passes.steps else "value"
        vertices = [
            Vertex(name, None, [Result(name, passes.value._data, None)], expression=" ".join(source.split())),
        ]
    return Graph(source, {"value": vertices[0].name}, {vertex.name: vertex for vertex in vertices}, passes.steps)


def graph_as_recorded(graph: NamedGraph, value: Tensor, values: Mapping[str, Any], source: str) -> Graph:
    """The graph of a value that no backward pass can run on, without gradients; `values` are those of the variables."""
    steps = _by_node(graph.steps)
    vertices = [
        Vertex(name, None, [Result(name, values[name], None)])
        if (name := _name(graph, node)) in values
        else _recorded(graph, node, steps.get(node, []))
        for node in nodes_below(value)
    ]
    return Graph(source, {"value": vertices[0].name}, {vertex.name: vertex for vertex in vertices}, graph.steps)


def gradient_graph_of(problem: Problem) -> tuple[Report, Graph]:
    """The graph of the gradients by each variable, recorded as `create_graph` does. Errors: as `differentiate`."""
    recording = _GradientRecording(problem)
    report = differentiate(problem, recorder=recording)
    vertices: dict[str, Vertex] = {}
    roots: dict[str, str] = {}
    steps = _by_node(recording.steps)
    for name, gradient in recording.found.items():
        root = f"grad.{name}"
        if not gradient.requires_grad:
            vertices[root] = Vertex(root, None, [Result(root, gradient._data, None)], expression="constant")
            roots[root] = root
            continue
        roots[root] = _name(recording, gradient._edge()[0])
        for node in nodes_below(gradient):
            vertex = _recorded(recording, node, steps.get(node, []), recording.origins.get(node))
            vertices.setdefault(vertex.name, vertex)
    return report, Graph(problem.program.source, roots, vertices, recording.steps)


class _GradientRecording(Recording):
    """An expression whose gradients are recorded.

    `found` are the gradients with their graph, `origins` the steps whose rules made the nodes of it.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.found: dict[str, Tensor] = {}
        self.origins: dict[Node, Step] = {}

    def differentiate(self, value: Tensor) -> dict[str, Any]:
        if not value.requires_grad:
            return super().differentiate(value)
        last = {step.node: step for step in self.steps if step.node is not None}
        running: list[Step] = []

        def observe(node: Node, result: Any) -> None:
            step = running[-1] if running else self.steps[-1]
            self.add(step.expr, node, result if isinstance(result, (tuple, list)) else [result], step.part)
            self.origins[node] = step

        handles = [
            node.register_prehook(lambda arrived, step=last[node]: running.append(step))
            for node in nodes_below(value)
            if node in last
        ]
        ones = Tensor(np.ones_like(value._data)[()])
        try:
            with nodes_observed(observe):
                found = vjp([value], [self.given[name] for name in self.problem.wrt], [ones], True)
        finally:
            for handle in handles:
                handle.remove()
        self.found = dict(zip(self.problem.wrt, found, strict=True))
        return {name: gradient._data for name, gradient in self.found.items()}


def _by_node(steps: list[Step]) -> dict[Node, list[Step]]:
    found: dict[Node, list[Step]] = {}
    for step in steps:
        if step.node is not None:
            found.setdefault(step.node, []).append(step)
    return found


def _visited(visit: Visit, steps: list[Step]) -> Vertex:
    """The vertex of a node that the backward pass came to."""
    printer = Printer()
    links: list[Link] = []
    for sent in visit.sent:
        rule = None if sent.rule is None else printer.text(sent.rule)
        links.append(Link(sent.to, rule, sent.local, sent.gradient))
    gradients = {arrival.name: arrival.total for arrival in visit.arrivals}
    return _vertex(visit.name, visit.grad_fn, steps, links, gradients, None)


def _recorded(recording: NamedGraph, node: Node, steps: list[Step], origin: Step | None = None) -> Vertex:
    """The vertex of a node that no gradient has come to; `origin` is the step whose rule made it, if one did."""
    name = _name(recording, node)
    if isinstance(node, AccumulateGrad):
        return Vertex(name, None, [Result(name, node.variable._data, None)])
    links: list[Link] = []
    for position, (child, number) in enumerate(node.next_functions):
        if child is not None:
            rule = _rule(recording, node, position, child)
            links.append(Link(recording.name_of((child, number)), rule, None, None))
    return _vertex(name, node.name(), steps, links, {name: None}, origin)


def _vertex(
    name: str, grad_fn: str, steps: list[Step], links: list[Link], gradients: Mapping[str, Any], origin: Step | None
) -> Vertex:
    """A vertex with what is known of its results: the steps that they are, else the gradients by their names alone."""
    step = origin or (steps[0] if steps else None)
    if step is None:
        return Vertex(name, grad_fn, [Result(result, None, gradient) for result, gradient in gradients.items()], links)
    relation = "derivative" if origin else "part" if step.part else "value"
    results = [Result(step.name, step.value, gradients.get(step.name)) for step in steps]
    return Vertex(name, grad_fn, results, links, relation, step.written, step.expr.start, step.expr.end)


def _rule(recording: NamedGraph, node: Node, position: int, child: Node) -> str | None:
    """The rule of a node that no gradient has come to: the local derivative, or what it would send of a gradient."""
    if node.is_multiple:
        return None
    numbers = all(not described or not described[0] for described in (node._outputs, child._outputs))
    rule = recording.rule(node, position, None if numbers else {0: recording.gradient_name})
    return None if rule is None else Printer().text(rule)


def _name(recording: NamedGraph, node: Node | None) -> str:
    assert node is not None
    return recording.name_of((node, 0)) if isinstance(node, AccumulateGrad) else recording.named(node)
