"""The passes as text: one small module for each format, each with `render(report, passes, style) -> str`."""

from __future__ import annotations

import importlib

from ...parser.analysis.passes import Passes
from ...parser.analysis.result import Report
from ..value import Style


def render(format_name: str, report: Report, passes: Passes, style: Style) -> str:
    """The passes in a format, ending in a newline."""
    return importlib.import_module(f".{format_name}", __name__).render(report, passes, style)
