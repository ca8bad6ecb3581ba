"""A drawing as SVG, by Graphviz as the library pygraphviz brings it along."""

from __future__ import annotations

from ...parser.analysis.graph import Graph
from ...parser.syntax.errors import UsageError
from ..shell.printing import Style
from . import dot


def render(graph: Graph, style: Style) -> str:
    """The drawing of the graph in Graphviz's language. UsageError: pygraphviz is not installed."""
    return drawn(dot.render(graph, style), "svg").decode().rstrip() + "\n"


def drawn(source: str, format_name: str) -> bytes:
    """The drawing of a graph in Graphviz's language. UsageError: pygraphviz is not installed."""
    try:
        from pygraphviz import AGraph
    except ImportError:
        raise UsageError(
            "svg, png and html need pygraphviz, which is not installed",
            'install it with `pip install "autodiff-cli[graph]"`',
        ) from None
    graph = AGraph(string=source)
    try:
        drawing = graph.draw(format=format_name, prog="dot")
    finally:
        graph.close()
    # Not None, as no file was named.
    assert drawing is not None
    return drawing
