"""The language of Graphviz."""

from __future__ import annotations

from ...parser.analysis.graph import Graph
from ...parser.display.graph_drawing import digraph
from ..shell.printing import Style


def render(graph: Graph, style: Style) -> str:
    """A digraph: a box for each node, an ellipse for each variable, the local rule at each edge."""
    return digraph(graph, style.precision, style.theme)
