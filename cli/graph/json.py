"""Strict JSON, one object: every number of every node."""

from __future__ import annotations

from typing import Any

from ...parser.analysis.graph import Graph, Vertex
from ...parser.analysis.result import json_line
from ..shell.printing import Style


def render(graph: Graph, style: Style) -> str:
    """`{"expr", "roots", "nodes"}`, and `constants` where there are.

    `nonfinite` says which of its nulls are inf, -inf or nan.
    """
    nodes = [_node(vertex) for vertex in graph.vertices.values()]
    # What rules name and no node has.
    constants = {step.name: step.value for step in graph.steps if step.node is None}
    more = {"constants": constants} if constants else {}
    return json_line({"expr": graph.source, "roots": graph.roots, "nodes": nodes, **more})


def _node(vertex: Vertex) -> dict[str, Any]:
    return {
        "name": vertex.name,
        "grad_fn": vertex.grad_fn,
        "relation": vertex.relation,
        "expr": vertex.expression,
        "start": vertex.start,
        "end": vertex.end,
        "results": [{"name": r.name, "value": r.value, "grad": r.gradient} for r in vertex.results],
        "inputs": [
            {"node": link.to, "result": link.result, "rule": link.rule, "local": link.local, "grad": link.gradient}
            for link in vertex.inputs
        ],
    }
