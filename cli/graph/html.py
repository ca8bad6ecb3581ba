"""One page with everything in it: the drawing as SVG, and a panel about the node that is clicked."""

from __future__ import annotations

import html
import re
from pathlib import Path

from ...parser.analysis.graph import Graph
from ..shell.printing import Style
from . import json, svg


def render(graph: Graph, style: Style) -> str:
    """The page. UsageError: pygraphviz is not installed."""
    drawing = svg.render(graph, style)
    # Without the head of an XML file, which has no place inside a page.
    drawing = drawing[drawing.index("<svg") :]
    # A node can be reached and opened with the keyboard too.
    drawing = re.sub(r'(<g id="[^"]*" class="node")', r'\1 tabindex="0" role="button"', drawing)
    # Inside a script, `</script>` would end it, wherever it stands.
    facts = json.render(graph, style).rstrip().replace("<", "\\u003c")
    parts = {"TITLE": html.escape(" ".join(graph.source.split())), "DRAWING": drawing, "FACTS": facts}
    page = Path(__file__).with_name("page.html").read_text("utf-8")
    return re.sub("@([A-Z]+)@", lambda match: parts[match[1]], page)
