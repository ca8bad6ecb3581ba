"""A drawing as SVG."""

from __future__ import annotations

from . import Style, dot
from .graphviz import drawn
from .model import Graph


def render(graph: Graph, style: Style) -> str:
    """The drawing of the graph in Graphviz's language. UsageError: pygraphviz is not installed."""
    return drawn(dot.render(graph, style), "svg").decode().rstrip() + "\n"
