"""What is known of a forward and a backward pass, as they ran on the very graph that gave a value."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...engine import Tensor
from ...engine.graph.node import Node


class Step(NamedTuple):
    """A result of the forward pass.

    `name` is what others call it, `assigned` what the program does. `expr` is the syntax of its sub-expression in
    `source`; `part` says that it is one of several operations which that sub-expression stands for, and not the last.
    `value` is NumPy's, None where it is not known any more. `node` made it, None where no gradient is computed.
    """

    name: str
    assigned: str | None
    source: str
    expr: Any
    part: bool
    value: Any
    node: Node | None

    @property
    def grad_fn(self) -> str | None:
        """The name of the node."""
        return None if self.node is None else self.node.name()

    @property
    def written(self) -> str:
        """The sub-expression as written, on one line."""
        return " ".join(self.source[self.expr.start : self.expr.end].split())


class Contribution(NamedTuple):
    """A gradient that arrived at a result, and the name of the one whose node sent it; None: the pass began here."""

    sender: str | None
    gradient: Any


class Arrival(NamedTuple):
    """The gradient of a result, and what it is the sum of."""

    name: str
    contributions: list[Contribution]
    total: Any


class Sent(NamedTuple):
    """What a node sent to one of its inputs.

    `rule` is the syntax of the local derivative, or, `with_gradient`, of the gradient sent, where `g` is the one that
    came in; None: it has no formula. `local` is the local derivative as a number, None where there are arrays.
    """

    to: str
    rule: Any
    with_gradient: bool
    local: Any
    gradient: Any


class Visit(NamedTuple):
    """A node of the backward pass by the name of its result: what came in, by output, and what it sent on."""

    name: str
    node: Node
    arrivals: list[Arrival]
    sent: list[Sent]

    @property
    def grad_fn(self) -> str:
        """The name of the node."""
        return self.node.name()


class Passes(NamedTuple):
    """The steps of the forward pass, and those of the backward pass in the order they ran, ending in the leaves.

    `value` is the tensor with its graph, `gradient_name` what rules call the gradient that came in.
    """

    value: Tensor
    steps: list[Step]
    visits: list[Visit]
    leaves: list[Arrival]
    gradient_name: str
