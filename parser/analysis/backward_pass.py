"""A graph whose results have names, and the backward pass through it, step by step."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.autograd import grad
from ...engine.graph.node import AccumulateGrad, Edge, Node
from ...engine.table.nodes import MANY, PrimitiveNode
from .local_derivatives import rule_syntax
from .passes import Arrival, Contribution, Sent, Step, Visit

# What results may be called; the first that no variable's name looks like is.
_LETTERS = "vwstuabcd"


class BackwardRun(NamedTuple):
    """A backward pass as it ran: the gradient it began with, each node with what it sent and what arrived, the totals.

    The totals are by variable, None where nothing arrived.
    """

    start: Any
    order: list[tuple[Node, Any, Any]]
    totals: dict[str, Tensor | None]


class NamedGraph:
    """What is known of the nodes of a graph: the steps that made them, and what their results are called.

    `given` are variables by name, constant ones among them; `taken` are names that no result may have.
    """

    def __init__(self, given: Mapping[str, Tensor], taken: Collection[str], decimals: bool) -> None:
        self.given = given
        self.letter = next((c for c in _LETTERS if not any(re.fullmatch(rf"{c}\d+", name) for name in taken)), "v_")
        self.gradient_name = "g" if "g" not in taken else "grad"
        self.decimals = decimals
        # By identity: the values are alive as long as the variables.
        self.constants = {id(leaf._data): name for name, leaf in given.items()}
        self.steps: list[Step] = []
        self.names: dict[Node, str] = {}
        self.count = 0

    def new_name(self) -> str:
        """A name that no result has yet."""
        self.count += 1
        return f"{self.letter}{self.count}"

    def constant_name(self, edge: Edge, data: Any) -> str | None:
        """As `name_of`; where an edge leads nowhere, the name of the constant whose value `data` is, if it has one."""
        if edge[0] is not None:
            return self.name_of(edge)
        return self.constants.get(id(data))

    def name_of(self, edge: Edge) -> str:
        """What the result or variable is called that an edge leads to."""
        node, number = edge
        assert node is not None
        if isinstance(node, AccumulateGrad):
            return next(name for name, leaf in self.given.items() if leaf is node.variable)
        name = self.named(node)
        return output_name(name, node, number) if node.is_multiple else name

    def named(self, node: Node) -> str:
        """The name of a node's result; one that only the operations inside a step see is named when it is met."""
        if node not in self.names:
            self.names[node] = self.new_name()
        return self.names[node]

    def run(self, value: Tensor, wrt: Iterable[str]) -> BackwardRun:
        """Runs the backward pass from the sum of a value to the variables `wrt`, whose `.grad` stays as it is.

        The graph is kept, as its rules will be asked once more.
        """
        order: list[tuple[Node, Any, Any]] = []
        variables = {name: self.given[name] for name in wrt}
        start = np.ones_like(value._data)[()]
        handles = [
            node.register_hook(lambda sent, arrived, node=node: order.append((node, sent, arrived)))
            for node in nodes_below(value)
            if not isinstance(node, AccumulateGrad)
        ]
        try:
            totals = grad(value, [*variables.values()], Tensor(start), retain_graph=True, allow_unused=True)
        finally:
            for handle in handles:
                handle.remove()
        return BackwardRun(start, order, dict(zip(variables, totals, strict=True)))

    def read(self, value: Tensor, run: BackwardRun) -> tuple[list[Visit], list[Arrival]]:
        """What happened in a backward pass from a value, in the names of the results and the variables."""
        came: dict[Edge, list[Contribution]] = {value._edge(): [Contribution(None, run.start)]}
        visits: list[Visit] = []
        for node, sent, arrived in run.order:
            arrivals = [
                Arrival(self.name_of((node, i)), came[node, i], gradient._data)
                for i, gradient in enumerate(arrived)
                if gradient is not None
            ]
            sender = self.named(node)
            for edge, gradient in zip(node.next_functions, sent, strict=True):
                if gradient is not None:
                    came.setdefault(edge, []).append(Contribution(sender, gradient._data))
            visits.append(Visit(sender, node, arrivals, self.sent(node, arrived, sent)))
        leaves = [
            Arrival(name, came[self.given[name]._edge()], total._data)
            for name, total in run.totals.items()
            if total is not None
        ]
        return visits, leaves

    def sent(self, node: Node, arrived: Any, sent: Any) -> list[Sent]:
        """What a node sent to each of its inputs, with the rule."""
        locals_ = _local_derivatives(node, arrived, sent)
        found: list[Sent] = []
        for position, (edge, gradient) in enumerate(zip(node.next_functions, sent, strict=True)):
            if edge[0] is None or gradient is None:
                continue
            local = None if locals_ is None else locals_[position]
            names = None if local is not None else self.gradients(node, arrived)
            rule = self.rule(node, position, names)
            found.append(Sent(self.name_of(edge), rule, names is not None, local, gradient._data))
        return found

    def rule(self, node: Node, position: int, names: dict[int, str] | None) -> Any:
        """The syntax of a rule, of the gradients `names` that came in, by output; None where it has no formula."""
        if not isinstance(node, PrimitiveNode) or node.saved is None:
            return None
        return rule_syntax(node, position, self.constant_name, names, decimals=self.decimals)

    def gradients(self, node: Node, arrived: Any) -> dict[int, str]:
        """What a rule calls the gradients that came in, by output."""
        if not node.is_multiple:
            return {0: self.gradient_name}
        numbers = [i for i, gradient in enumerate(arrived) if gradient is not None]
        if len(numbers) == 1:
            return {numbers[0]: self.gradient_name}
        return {i: output_name(self.gradient_name, node, i) for i in numbers}


def output_name(name: str, node: Node | None, number: int) -> str:
    """The name of one of several results, as one would ask for it: `v3.values`, `v3[0]`."""
    outputs = node.primitive.outputs if isinstance(node, PrimitiveNode) else MANY
    return f"{name}[{number}]" if outputs == MANY else f"{name}.{outputs[number]}"


def nodes_below(value: Tensor) -> list[Node]:
    """The nodes of a value's graph, leaves included."""
    root = value._edge()[0]
    assert root is not None
    seen = {root: None}
    stack = [root]
    while stack:
        for child, _ in stack.pop().next_functions:
            if child is not None and child not in seen:
                seen[child] = None
                stack.append(child)
    return list(seen)


def _local_derivatives(node: Node, arrived: Any, sent: Any) -> list[Any] | None:
    """What a node sends if a gradient of 1 comes in, where all of these are numbers; else None."""
    if node.is_multiple or arrived[0].ndim or any(g is not None and g.ndim for g in sent):
        return None
    one = Tensor(np.ones_like(arrived[0]._data)[()])
    local = node(one)
    parts = local if isinstance(local, tuple) else (local,)
    if any(part is not None and part.ndim for part in parts):
        return None
    return [None if part is None else part._data for part in parts]
