"""A drawing as pixels."""

from __future__ import annotations

from ...parser.analysis.graph import Graph
from ..shell.printing import Style
from . import dot
from .svg import drawn

_DOTS_PER_INCH = 160


def render(graph: Graph, style: Style) -> bytes:
    """The drawing of the graph in Graphviz's language. UsageError: pygraphviz is not installed."""
    source = dot.render(graph, style).replace("digraph {", f"digraph {{\n  graph [dpi={_DOTS_PER_INCH}]", 1)
    return drawn(source, "png")
