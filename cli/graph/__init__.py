"""Drawings of a graph: one small module for each format, each with `render(graph, style) -> str | bytes`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ...parser.analysis.graph import Graph

# The formats, with the endings of the names of files that are written in them.
FORMATS = {
    "tree": (".txt",),
    "dot": (".dot", ".gv"),
    "mermaid": (".mmd", ".mermaid"),
    "json": (".json",),
    "svg": (".svg",),
    "png": (".png",),
    "html": (".html", ".htm"),
}


class Style(NamedTuple):
    """What a person may choose about the looks: digits to show (None: as many as is usual), and ASCII alone."""

    precision: int | None = None
    ascii: bool = True


def render(format_name: str, graph: Graph, style: Style) -> str | bytes:
    """The drawing in a format; text ends in a newline."""
    return importlib.import_module(f".{format_name}", __name__).render(graph, style)
