"""The drawing of a graph in the language of Graphviz, by Graphviz as the library pygraphviz brings it along.

Edges lead from what is computed first to its results.
"""

from __future__ import annotations

from ..analysis.graph import Graph
from ..syntax.errors import UsageError
from .labels import Labels

_HEADS = {
    "light": """digraph {
  node [shape=box, style="rounded,filled", fillcolor="#eef3fb", color="#5b7db1", fontname="Helvetica", fontsize=11]
  edge [color="#5f6b7a", fontcolor="#3d4650", fontname="Helvetica", fontsize=9]
""",
    "dark": """digraph {
  graph [bgcolor="#14181f"]
  node [shape=box, style="rounded,filled", fillcolor="#1f2b3d", color="#7f9fd0", fontcolor="#e6eaf0",
        fontname="Helvetica", fontsize=11]
  edge [color="#9aa6b5", fontcolor="#c9d1db", fontname="Helvetica", fontsize=9]
""",
}
_LEAVES = {
    "light": ', shape=ellipse, fillcolor="#eaf6ea", color="#4f8f57"',
    "dark": ', shape=ellipse, fillcolor="#1d3323", color="#6fb079"',
}
# Among many nodes Graphviz takes minutes to lead curves around them and to let few cross; straight lines take seconds.
_MANY = 100
_STRAIGHT = "  graph [nslimit=1, nslimit1=1, mclimit=0.2, splines=line]\n"


def digraph(graph: Graph, digits: int | None = None, theme: str = "light") -> str:
    """A digraph: a box for each node, an ellipse for each variable, the local rule at each edge.

    `theme` is what the ground is, "light" or "dark".
    """
    labels = Labels(digits)
    lines: list[str] = []
    for vertex in graph.vertices.values():
        text = "\\n".join(_escaped(line) for line in labels.lines(vertex))
        kind = "" if vertex.grad_fn else _LEAVES[theme]
        lines.append(f'  {_quoted(vertex.name)} [id={_quoted(vertex.name)}, label="{text}"{kind}]')
    for label, root in graph.roots.items():
        if label not in ("value", root):
            lines.append(f"  {_quoted(label)} [label={_quoted(label)}, shape=plaintext, style=solid]")
            lines.append(f"  {_quoted(root)} -> {_quoted(label)}")
    for vertex in graph.vertices.values():
        for link in vertex.inputs:
            text = labels.link(link)
            # Spaces keep the text off the line.
            label = f" [label={_quoted(f' {text} ')}]" if text else ""
            lines.append(f"  {_quoted(link.to)} -> {_quoted(vertex.name)}{label}")
    head = _HEADS[theme] + (_STRAIGHT if len(graph.vertices) > _MANY else "")
    return head + "".join(f"{line}\n" for line in lines) + "}\n"


def _escaped(text: str) -> str:
    # Graphviz reads the names of characters, such as &lt;, anywhere.
    return text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def drawn(source: str, format_name: str) -> bytes:
    """The drawing of a graph in Graphviz's language. UsageError: pygraphviz is not installed."""
    try:
        from pygraphviz import AGraph
    except ImportError:
        from ..syntax.extras import how_to_install

        raise UsageError(
            "svg, png and html need pygraphviz, which is not installed",
            f"install it with `{how_to_install('graph')}`",
        ) from None
    graph = AGraph(string=source)
    try:
        drawing = graph.draw(format=format_name, prog="dot")
    finally:
        graph.close()
    # Not None, as no file was named.
    assert drawing is not None
    return drawing
