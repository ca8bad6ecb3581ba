"""One page with everything in it: the drawing, and the passes through it as a lesson to be played step by step."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from ...parser.analysis.graph import Graph, Vertex
from ..shell.printing import Style
from . import svg
from .lesson import Frame, frames, number_of


def render(graph: Graph, style: Style, opened: str = "drawing") -> str:
    """The page, `opened` at its "drawing" or its "table". UsageError: pygraphviz is not installed."""
    # The page has colours of its own, for both grounds.
    drawing = svg.render(graph, style._replace(theme="light"))
    # Without the head of an XML file, which has no place inside a page.
    drawing = drawing[drawing.index("<svg") :]
    # A node can be reached and opened with the keyboard too.
    drawing = re.sub(r'(<g id="[^"]*" class="node")', r'\1 tabindex="0" role="button"', drawing)
    facts = {"expr": graph.source, "nodes": {name: _facts(vertex) for name, vertex in graph.vertices.items()}}
    steps = frames(graph)
    parts = {
        "TITLE": html.escape(" ".join(graph.source.split())),
        "GIVEN": html.escape(", ".join(f"{f.name} = {f.result}" for f in steps if f.phase == "input")),
        "OPENED": opened,
        "DRAWING": drawing,
        "STEPS": "\n".join(_row(number, frame) for number, frame in enumerate(steps, 1)),
        # Inside a script, `</script>` would end it, wherever it stands.
        "FACTS": json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c"),
    }
    page = Path(__file__).with_name("page.html").read_text("utf-8")
    return re.sub("@([A-Z]+)@", lambda match: parts[match[1]], page)


def _row(number: int, frame: Frame) -> str:
    """A step as a row of the table, from which the player reads it."""
    places = {"node": frame.node, "to": frame.to, "start": frame.start, "end": frame.end, "phase": frame.phase}
    marks = "".join(f' data-{key}="{html.escape(str(v))}"' for key, v in places.items() if v not in (None, ""))
    cells = (frame.phase, frame.name, frame.expression, frame.working, frame.result)
    texts = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f'<tr{marks}><th scope="row"><a href="#step={number}">{number}</a></th>{texts}</tr>'


def _facts(vertex: Vertex) -> dict[str, Any]:
    """All that is known of a node, as texts."""

    def text(value: Any) -> str | None:
        return None if value is None else number_of(value)

    return {
        "grad_fn": vertex.grad_fn,
        "relation": vertex.relation,
        "expr": vertex.expression,
        "start": vertex.start,
        "end": vertex.end,
        "results": [{"name": r.name, "value": text(r.value), "grad": text(r.gradient)} for r in vertex.results],
        "inputs": [
            {"result": link.result, "rule": link.rule, "local": text(link.local), "grad": text(link.gradient)}
            for link in vertex.inputs
        ],
    }
