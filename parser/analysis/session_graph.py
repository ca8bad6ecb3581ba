"""The passes through the graph of a session's tensor, whatever inputs made it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...engine import Tensor
from ...engine.graph.node import AccumulateGrad, Node
from ..syntax.errors import UsageError
from .backward_pass import NamedGraph, nodes_below
from .origins import Made, Origins, value_of
from .passes import Passes, Step

_DECIMAL = re.compile(r"\.[0-9]*[1-9]")


class Retraced(NamedTuple):
    """A graph and its passes; `failure` says why no backward pass could run, if so."""

    graph: SessionGraph
    passes: Passes
    failure: str | None


def retrace(value: Any, names: Mapping[str, Any], origins: Origins) -> Retraced:
    """Runs the backward pass from the sum of a value once more; no `.grad` changes, and the graph stays as it is.

    The variables are the leaves that require grad. They and the results are called as in `names`, the names of the
    session. UsageError: the value is no tensor, or has no graph.
    """
    if not isinstance(value, Tensor):
        raise UsageError(f"a value of type `{type(value).__name__}` has no graph", "give a tensor")
    if not value.requires_grad:
        raise UsageError(
            "this tensor has no graph: it depends on no tensor that requires grad",
            "make those to differentiate by as `torch.tensor(3.0, requires_grad=True)`",
        )
    try:
        nodes = sorted(nodes_below(value), key=lambda node: node._sequence)
    except RuntimeError as error:
        raise UsageError(f"this tensor has no graph any more: {error}") from None
    graph = SessionGraph(nodes, names, origins)
    visits, received, failure = [], [], None
    with origins.undisturbed(nodes):
        try:
            visits, received = graph.read(value, graph.run(value, graph.variables))
        except RuntimeError as error:
            # What it advises beside is not for a prompt.
            failure = str(error).partition(" Hint: ")[0]
    return Retraced(graph, Passes(value, graph.steps, visits, received, graph.gradient_name), failure)


class SessionGraph(NamedGraph):
    """Nodes in the order they were made, as steps. `variables` are the leaves by name."""

    def __init__(self, nodes: Sequence[Node], names: Mapping[str, Any], origins: Origins) -> None:
        # Where several names stand for one tensor, the first counts.
        tensors = {name: names[name] for name in reversed([*names]) if isinstance(names[name], Tensor)}
        leaves = [node.variable for node in nodes if isinstance(node, AccumulateGrad)]
        made = {node: origins.get(node) for node in nodes if not isinstance(node, AccumulateGrad)}
        super().__init__(tensors, names, _has_decimals(made.values()))
        called = {id(tensor): name for name, tensor in tensors.items()}
        self.variables = {called.get(id(leaf)) or self.new_name(): leaf for leaf in leaves}
        self.given = self.variables
        self.kept: dict[Node, Any] = {}
        results = {tensor._grad_fn: name for name, tensor in tensors.items()}
        for node, noted in made.items():
            self.names[node] = (None if node.is_multiple else results.get(node)) or self.new_name()
            if noted is not None:
                self.add(node, noted)

    def add(self, node: Node, made: Made) -> None:
        """Adds a step for each result of a node."""
        source, place = made.origin.script.source, made.origin.place
        for (child, _), leaf in zip(node.next_functions, made.leaves, strict=True):
            if child is not None and leaf is not None:
                self.kept.setdefault(child, leaf)
        for number, result in enumerate(made.results):
            name = self.name_of((node, number))
            self.steps.append(Step(name, None, source, place, made.is_part, value_of(result), node))

    def values(self) -> dict[str, Any]:
        """The NumPy values of the variables when they were first used; None for one that is not known any more."""
        found: dict[str, Any] = {}
        for name, leaf in self.variables.items():
            node = leaf._edge()[0]
            kept = None if node is None else self.kept.get(node)
            found[name] = leaf._data if kept is None else value_of(kept)
        return found


def _has_decimals(made: Any) -> bool:
    """Whether numbers such as 0.5 are written in what made the nodes."""
    origins = [noted.origin for noted in made if noted is not None]
    return any(_DECIMAL.search(origin.script.source, *origin.place) for origin in origins)
