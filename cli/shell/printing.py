"""How results are printed: the module of a room that is named for the format, found when it is needed."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

# TSV is CSV with another delimiter.
DELIMITERS = {"csv": ",", "tsv": "\t"}


class Style(NamedTuple):
    """What a person may choose about the looks: digits to show (None: as many as is usual), colours, ASCII alone, and
    whether pictures are `light` or `dark`.
    """

    precision: int | None = None
    color: bool = False
    ascii: bool = True
    theme: str = "light"


def printer(room: str, format_name: str) -> Any:
    """The module of a room, such as `value`, that prints a format; that of `value` where the room has none of its own.

    Only the format in use is imported: `pretty` brings Rich, which takes longer than all the others.
    """
    try:
        return importlib.import_module(f"..{room}.{format_name}", __package__)
    except ModuleNotFoundError as error:
        if not (error.name or "").endswith(f".{room}.{format_name}"):
            raise
        return importlib.import_module(f"..value.{format_name}", __package__)


def rendered(room: str, format_name: str, *what: Any) -> Any:
    """What the printer makes of `what`: text that ends in a newline, or for a picture bytes."""
    if format_name in DELIMITERS:
        return printer(room, "csv").render(*what, DELIMITERS[format_name])
    return printer(room, format_name).render(*what)


def answer(room: str, format_name: str, report: Any, style: Style, keys: Sequence[str], *what: Any) -> str:
    """A report as it was asked for: the results of `keys`, a line each, or all of it in a format."""
    if keys:
        return "".join(report.text_of(key) + "\n" for key in keys)
    return rendered(room, format_name, report, style, *what)


def delimited(rows: Iterable[Sequence[str]], delimiter: str) -> str:
    """Rows of cells as CSV or TSV."""
    # Here, as few commands need it.
    import csv

    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()
