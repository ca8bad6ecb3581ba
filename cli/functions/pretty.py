"""Functions for a person at a terminal: as in `plain`, with colours."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ...engine.table.record import Operation
from ...parser.analysis.function_entry import Entry
from ..shell.streams import wants_color
from . import plain


def listed(functions: Sequence[Operation], width: int) -> str:
    """The functions by family, each with what it computes, folded at the width."""
    return plain.listed(functions, width, wants_color(sys.stdout))


def described(entry: Entry) -> str:
    """What is known of one function, a fact a line."""
    return plain.described(entry, wants_color(sys.stdout))
