"""A drawing as SVG."""

from __future__ import annotations

from ...parser.analysis.graph import Graph
from ...parser.display.graph_drawing import digraph, drawn
from ..shell.printing import Style


def render(graph: Graph, style: Style) -> str:
    """The drawing of the graph. UsageError: pygraphviz is not installed."""
    return drawn(digraph(graph, style.precision), "svg").decode().rstrip() + "\n"
