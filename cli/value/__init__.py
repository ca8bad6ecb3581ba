"""Report to text: one small module for each format, each with `render(report, style) -> str`."""

from __future__ import annotations

import importlib
from typing import NamedTuple

from ...parser.analysis.result import Report


class Style(NamedTuple):
    """What a person may choose about the looks: digits to show, and whether to colour."""

    precision: int | None = None
    color: bool = False


def render(format_name: str, report: Report, style: Style) -> str:
    """The report in a format, ending in a newline."""
    # Only the format in use is imported: `pretty` brings Rich, which takes longer than all the others.
    module = importlib.import_module(f".{format_name}", __name__)
    return module.render(report, style)
