"""Functions as Markdown: a table, and a page on one of them."""

from __future__ import annotations

from collections.abc import Sequence

from ...engine.table.record import Operation
from ...parser.analysis.function_entry import Entry
from .plain import facts_of
from .selection import by_family

_CODE = ("signature", "operator", "also", "derivative", "grad_fn")


def listed(functions: Sequence[Operation], width: int) -> str:
    """A table with a row for each family: the names of its functions."""
    rows = [
        f"| {family} | {' '.join(f'`{function.name}`' for function in members)} |"
        for family, members in by_family(functions)
    ]
    return "\n".join(["| family | functions |", "|---|---|", *rows]) + "\n"


def described(entry: Entry) -> str:
    """What is known of one function: a table, and the example as a transcript."""
    lines = [f"### {entry.function.name}", "", "| | |", "|---|---|"]
    for label, text in facts_of(entry):
        shown = text.replace("|", "\\|")
        lines.append(f"| {label} | {f'`{shown}`' if label.partition(' ')[0] in _CODE else shown} |")
    if entry.example:
        lines += ["", "```text", f"$ {entry.example.call}"]
        lines += [f"{key}\t{value}" for key, value in entry.example.results.items()]
        lines.append("```")
    return "\n".join(lines) + "\n"
