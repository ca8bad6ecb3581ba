"""A drawing as pixels."""

from __future__ import annotations

from ...parser.analysis.graph import Graph
from ...parser.display.graph_drawing import digraph, drawn
from ..shell.printing import Style

_DOTS_PER_INCH = 160


def render(graph: Graph, style: Style) -> bytes:
    """The drawing of the graph in Graphviz's language. UsageError: pygraphviz is not installed."""
    source = digraph(graph, style.precision).replace("digraph {", f"digraph {{\n  graph [dpi={_DOTS_PER_INCH}]", 1)
    return drawn(source, "png")
