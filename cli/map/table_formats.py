"""The formats of tables: what a file is by its name or its first bytes, what reads it and what writes it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Generator, Iterable, Mapping
from typing import Any, NamedTuple

from ...parser.syntax.errors import UsageError
from ..shell.printing import DELIMITERS
from ..shell.saying import say
from ..shell.stores import is_address
from ..shell.streams import is_terminal
from ..tables.dialect import TextForm
from ..tables.encoding import as_utf8, with_newlines
from ..tables.formats import ARROW_FILE, BINARY, COMPRESSED, format_by_content, format_by_name, no_table
from ..tables.opening import Headed, Place, open_bytes, places
from .chunk import Source
from .delimited import Delimited
from .folder_keys import Key, typed_keys
from .layout import Layout, Writer

_TITLES = {"csv": "CSV", "tsv": "TSV", "jsonl": "JSON Lines"}


class Table(NamedTuple):
    """A table that is read, the name of its format, the columns that the folders on its way are, whether it is the
    only one, how many bytes the files of all have together, and whether that says how many rows there are.
    """

    place: Place
    format_name: str
    source: Source
    keys: Mapping[str, Key]
    is_alone: bool
    all_bytes: int
    is_sized: bool

    def expected_rows(self) -> float:
        """About how many rows all tables have together: known before they are read, at least of files."""
        return self.all_bytes / (self.source.row_bytes or 1)


def open_tables(words: Iterable[str | Place], format_name: str | None, form: TextForm) -> Generator[Table]:
    """The tables that words name (see `places`), each open until the next is asked for.

    UsageError: one cannot be read, or is not what it should be.
    """
    found = places(words)
    size = sum(place.size for place in found)
    is_sized = not any(place.path is None or place.path.endswith(COMPRESSED) or not place.size for place in found)
    for place, said in zip(found, typed_keys([place.keys for place in found]), strict=True):
        with contextlib.ExitStack() as opened:
            kind, source = _open_source(place, format_name, form, opened)
            keys = {name: key for name, key in said.items() if name not in source.names}
            yield Table(place, kind, source, keys, len(found) == 1, size, is_sized)


def _open_source(
    place: Place, format_name: str | None, form: TextForm, opened: contextlib.ExitStack
) -> tuple[str, Source]:
    """A table and the name of its format; `opened` closes what it needs open."""
    stream = opened.enter_context(open_bytes(place))
    found = format_by_content(stream.head)
    if found not in BINARY:
        stream = as_utf8(stream, form.encoding)
        found = format_by_content(stream.head)
    other = no_table(stream.head) if format_name is None and found not in BINARY else None
    if other is not None:
        raise UsageError(f"{place.title} is {other[0]}, not a table", other[1])
    kind = format_name or format_by_name(place.path or "") or found
    if found in BINARY and kind not in BINARY:
        raise UsageError(
            f"{place.title} holds {found.capitalize()}, not {_TITLES[kind]}", f"write `--input-format {found}`"
        )
    if kind in DELIMITERS:
        if form.delimiter not in (None, "\t") and format_name == "tsv":
            raise UsageError("the cells of TSV are divided by tabs", "leave out `--delimiter`, or `--input-format tsv`")
        if form.delimiter is not None and format_name is None:
            # Tabs are a guess, and the name a habit.
            kind = "csv"
        return kind, Delimited(with_newlines(stream, True), form.dialect(kind), place.title)
    if kind == "jsonl":
        from .jsonl import JsonLines

        return kind, JsonLines(with_newlines(stream, False), place.title)
    from .arrow import open_arrow, open_parquet

    if kind == "parquet":
        return kind, open_parquet(_seekable(stream, place, opened), place.title)
    # Files and streams are told apart by what they hold, whatever they are called.
    if stream.head.startswith(ARROW_FILE):
        return "arrow", open_arrow(_seekable(stream, place, opened), place.title, is_stream=False)
    return "arrows", open_arrow(stream, place.title, is_stream=True)


def open_writer(format_name: str, file: Any, layout: Layout, form: TextForm) -> Writer:
    """What writes a format to a file."""
    if format_name in DELIMITERS:
        from .delimited_writer import DelimitedWriter

        return DelimitedWriter(file, layout, form.written(format_name))
    if format_name == "jsonl":
        from .jsonl_writer import JsonWriter

        return JsonWriter(file, layout)
    from .arrow_writer import ArrowWriter

    return ArrowWriter(file, layout, format_name)


def format_to_write(asked: str | None, output: str | None, first: Table) -> str:
    """The format that was asked for, else the output's or that of the table. UsageError: binary on a terminal."""
    found = asked or format_by_name(output or "") or first.format_name
    if output is None and found in BINARY and is_terminal(sys.stdout):
        raise UsageError(
            f"{found} is not shown on a terminal", "write it to a file: `-o FILE`, or choose `--format csv`"
        )
    return found


def say_doubt(source: Source) -> None:
    """Warns of a table, of which no column is used, whose columns may end elsewhere."""
    doubt = source.one_cell() if isinstance(source, Delimited) else None
    if doubt is not None:
        say(f"warning[table]: {source.title} may be read as it is not meant\n  = help: {doubt}")


def _seekable(stream: Headed, place: Place, opened: contextlib.ExitStack) -> Any:
    """The path of a table, or a file that can be read anywhere: a temporary one where it is a pipe or compressed."""
    if stream.file is not None:
        stream.file.seek(0)
        return stream.file if is_address(place.path) else place.path
    # Here, as they bring every way to compress a file.
    import shutil
    import tempfile

    file = opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    shutil.copyfileobj(stream, file, 1 << 20)
    file.seek(0)
    return file
