"""Strict JSON, one object: every number of every node."""

from __future__ import annotations

import json
from typing import Any

from ...parser.analysis.graph import Graph, Vertex
from ...parser.analysis.result import json_value
from ..shell.printing import Style


def render(graph: Graph, style: Style) -> str:
    """`{"expr", "roots", "nodes"}`; `nonfinite` says which of its nulls are inf, -inf or nan."""
    return json.dumps(as_object(graph), allow_nan=False) + "\n"


def as_object(graph: Graph) -> dict[str, Any]:
    """The graph as what JSON can hold."""
    nonfinite: dict[str, str] = {}
    nodes = [_node(vertex, f"nodes[{i}]", nonfinite) for i, vertex in enumerate(graph.vertices.values())]
    result: dict[str, Any] = {"expr": graph.source, "roots": graph.roots, "nodes": nodes}
    if nonfinite:
        result["nonfinite"] = nonfinite
    return result


def _node(vertex: Vertex, path: str, nonfinite: dict[str, str]) -> dict[str, Any]:
    def number(value: Any, where: str) -> Any:
        return None if value is None else json_value(value, f"{path}.{where}", nonfinite)

    return {
        "name": vertex.name,
        "grad_fn": vertex.grad_fn,
        "relation": vertex.relation,
        "expr": vertex.expression,
        "start": vertex.start,
        "end": vertex.end,
        "results": [
            {
                "name": result.name,
                "value": number(result.value, f"results[{i}].value"),
                "grad": number(result.gradient, f"results[{i}].grad"),
            }
            for i, result in enumerate(vertex.results)
        ],
        "inputs": [
            {
                "node": link.to,
                "result": link.result,
                "rule": link.rule,
                "local": number(link.local, f"inputs[{i}].local"),
                "grad": number(link.gradient, f"inputs[{i}].grad"),
            }
            for i, link in enumerate(vertex.inputs)
        ],
    }
