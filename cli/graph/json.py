"""Strict JSON, one object: every number of every node."""

from __future__ import annotations

from typing import Any

from ...parser.analysis.graph import Graph, Vertex
from ...parser.analysis.result import json_line
from ..shell.printing import Style


def render(graph: Graph, style: Style) -> str:
    """`{"expr", "roots", "nodes"}`; `nonfinite` says which of its nulls are inf, -inf or nan."""
    return json_line({"expr": graph.source, "roots": graph.roots, "nodes": [_node(v) for v in graph.vertices.values()]})


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
