"""Drawings of a graph: one small module for each format, each with `render(graph, style) -> str | bytes`."""

from __future__ import annotations

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
