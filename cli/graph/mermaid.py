"""Mermaid's flowcharts, which GitHub and others draw in Markdown."""

from __future__ import annotations

import re

from ...parser.analysis.graph import Graph
from ...parser.display.labels import Labels
from ..shell.printing import Style

# In quotes, everything may stand but these; numbers of characters stand for them.
_SPECIAL = re.compile(r"[\"#&<>`\\|{}\[\]]")


def render(graph: Graph, style: Style) -> str:
    """A flowchart from what is computed first to its results."""
    labels = Labels(style.precision)
    # A vertex may be called `end`, which Mermaid takes for a word of its own.
    ids = {name: f"n{i}" for i, name in enumerate(graph.vertices)}
    lines = ["flowchart TD"]
    for vertex in graph.vertices.values():
        text = "<br/>".join(_escaped(line) for line in labels.lines(vertex))
        opening, closing = ("[", "]") if vertex.grad_fn else ("([", "])")
        lines.append(f'{ids[vertex.name]}{opening}"{text}"{closing}')
    for i, (label, root) in enumerate(graph.roots.items()):
        if label not in ("value", root):
            lines.append(f'{ids[root]} --> r{i}["{_escaped(label)}"]')
    for vertex in graph.vertices.values():
        for link in vertex.inputs:
            text = labels.link(link)
            label = f'|"{_escaped(text)}"|' if text else ""
            lines.append(f"{ids[link.to]} -->{label} {ids[vertex.name]}")
    return "\n    ".join(lines) + "\n"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"#{ord(match.group())};", text)
