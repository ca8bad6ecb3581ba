"""A tree of lines: results above what they were computed from, a shared node once and then referred to."""

from __future__ import annotations

from collections.abc import Sequence

from ...parser.analysis.graph import Graph, Vertex
from ...parser.display.labels import Labels
from ..shell.highlight import colored, formula
from ..shell.printing import Style
from ..shell.streams import printable

_UNICODE = ("├── ", "└── ", "│   ", "    ")
_ASCII = ("|-- ", "`-- ", "|   ", "    ")


def render(graph: Graph, style: Style) -> str:
    """A line for each node: its grad_fn, name, sub-expression, value and gradient."""
    branch, last, through, space = _ASCII if style.ascii else _UNICODE
    labels = Labels(style.precision)
    lines: list[str] = []
    shown: set[str] = set()
    # From the last to the first, as they are taken from the end: connector, indentation of what follows, vertex.
    pending: list[tuple[str, str, str, str]] = []
    for label, root in reversed(graph.roots.items()):
        pending.append(("" if label in ("value", root) else f"{label}: ", "", "", root))
    while pending:
        connector, indentation, which, name = pending.pop()
        vertex = graph.vertices[name]
        prefix = f"{connector}{which}"
        if name in shown and vertex.inputs:
            lines.append(printable(f"{prefix}{vertex.grad_fn}  {name}, shown above"))
            continue
        shown.add(name)
        parts = [printable(part) for part in labels.lines(vertex)]
        lines.append(prefix + "  ".join(_colored(parts, vertex) if style.color else parts))
        for i, link in enumerate(reversed(vertex.inputs)):
            output = f"{link.result} of " if link.result != link.to else ""
            joint = last if not i else branch
            pending.append((indentation + joint, indentation + (space if not i else through), output, link.to))
    return "".join(f"{line}\n" for line in lines)


def _colored(parts: Sequence[str], vertex: Vertex) -> list[str]:
    """The parts of a line in colours: what it is, the expression, and numbers after their names."""
    head, *others = parts
    looks = [colored(head, "35" if vertex.grad_fn else "1;36")]
    if vertex.expression:
        looks.append(formula(others.pop(0)))
    for part in others:
        label, _, number = part.rpartition(" ")
        looks.append(f"{label} {colored(number, '32' if label.endswith('grad') else '1')}")
    return looks
