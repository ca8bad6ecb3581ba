"""A drawing as SVG."""

from __future__ import annotations

from ...parser.analysis.graph import Graph
from ..shell.printing import Style
from . import dot
from .graphviz import drawn


def render(graph: Graph, style: Style) -> str:
    """The drawing of the graph in Graphviz's language. UsageError: pygraphviz is not installed."""
    return drawn(dot.render(graph, style), "svg").decode().rstrip() + "\n"
