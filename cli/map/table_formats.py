"""The formats of tables: what a file is by its name or its first bytes, what reads it and what writes it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ...parser.syntax.errors import UsageError
from .chunk import Source
from .layout import Layout, Writer
from .opening import Headed, Place, number_of, open_bytes, places

_ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".arrows": "arrows",
}
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zstd")
_ARROW_FILE = b"ARROW1"
_BINARY = ("parquet", "arrow", "arrows")
_TITLES = {"csv": "CSV", "tsv": "TSV", "jsonl": "JSON Lines"}
_DELIMITERS = {"csv": ",", "tsv": "\t"}


def format_by_name(path: str) -> str | None:
    """The format that a file's name tells, None if none."""
    root, ending = os.path.splitext(path.lower())
    if ending in _COMPRESSED:
        ending = os.path.splitext(root)[1]
    return _ENDINGS.get(ending)


def _format_by_content(head: bytes) -> str:
    """The format that the first bytes of a table tell."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_ARROW_FILE):
        return "arrow"
    if head.startswith(b"\xff\xff\xff\xff"):
        return "arrows"
    line = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    if line.startswith(b"{"):
        return "jsonl"
    return "tsv" if b"\t" in line and b"," not in line else "csv"


class Table(NamedTuple):
    """A table that is read, the name of its format, the columns that the folders on its way are, and whether it is
    the only one.
    """

    place: Place
    format_name: str
    source: Source
    keys: Mapping[str, float | str]
    is_alone: bool


def open_tables(words: Iterable[str], format_name: str | None, nulls: Sequence[str]) -> Iterator[Table]:
    """The tables that words name (see `places`), each open until the next is asked for.

    UsageError: one cannot be read, or is not what it should be.
    """
    found = places(words)
    for place in found:
        with contextlib.ExitStack() as opened:
            kind, source = _open_source(place, format_name, nulls, opened)
            keys = {name: value for name, value in place.keys.items() if name not in source.names}
            yield Table(place, kind, source, {name: number_of(text) for name, text in keys.items()}, len(found) == 1)


def _open_source(
    place: Place, format_name: str | None, nulls: Sequence[str], opened: contextlib.ExitStack
) -> tuple[str, Source]:
    """A table and the name of its format; `opened` closes what it needs open."""
    stream = opened.enter_context(open_bytes(place))
    found = _format_by_content(stream.head)
    kind = format_name or format_by_name(place.path or "") or found
    if found in _BINARY and kind not in _BINARY:
        raise UsageError(
            f"{place.title} holds {found.capitalize()}, not {_TITLES[kind]}", f"write `--input-format {found}`"
        )
    if kind in _DELIMITERS:
        from .delimited import Delimited, Dialect

        return kind, Delimited(stream, Dialect(_DELIMITERS[kind], tuple(nulls)), place.title)
    if kind == "jsonl":
        from .jsonl import JsonLines

        return kind, JsonLines(stream, place.title)
    from .arrow import open_arrow, open_parquet

    if kind == "parquet":
        return kind, open_parquet(_seekable(stream, place, opened), place.title)
    # Files and streams are told apart by what they hold, whatever they are called.
    if stream.head.startswith(_ARROW_FILE):
        return "arrow", open_arrow(_seekable(stream, place, opened), place.title, is_stream=False)
    return "arrows", open_arrow(stream, place.title, is_stream=True)


def open_writer(format_name: str, file: Any, layout: Layout) -> Writer:
    """What writes a format to a file."""
    if format_name in _DELIMITERS:
        from .delimited_writer import DelimitedWriter

        return DelimitedWriter(file, layout, _DELIMITERS[format_name])
    if format_name == "jsonl":
        from .jsonl_writer import JsonWriter

        return JsonWriter(file, layout)
    from .arrow_writer import ArrowWriter

    return ArrowWriter(file, layout, format_name)


def check_binary(format_name: str, is_terminal: bool) -> None:
    """UsageError: a binary format on a terminal."""
    if is_terminal and format_name in _BINARY:
        raise UsageError(
            f"{format_name} is not shown on a terminal", "write it to a file: `-o FILE`, or choose `--format csv`"
        )


def _seekable(stream: Headed, place: Place, opened: contextlib.ExitStack) -> Any:
    """The path of a table, or its bytes in a file without a name where they come from elsewhere or compressed."""
    if place.path is not None and os.path.isfile(place.path) and not place.path.endswith(_COMPRESSED):
        return place.path
    file = opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    shutil.copyfileobj(stream, file, 1 << 20)
    file.seek(0)
    return file
