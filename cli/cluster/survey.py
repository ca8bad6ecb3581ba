"""Where a table can be cut into ranges that are computed alone: between records of text, between row groups.

The cuts depend on the bytes of the file and on nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..map.arrow import parquet_file
from ..map.delimited import Delimited
from ..map.table_formats import open_tables
from ..shell.files import open_to_read, state_of
from ..tables.dialect import TextForm
from ..tables.formats import format_by_content
from ..tables.opening import Place
from ..tables.record_ends import BLOCK, blocks
from .file_range import FileRange, digest_of_range

# Bytes of a range, text or compressed columns: seconds of work, so that handing it out costs little.
PART_BYTES = 1 << 26
# About as many ranges there are at most, unless there are as many files.
_MOST = 100_000
# As many bytes tell a format.
_MAGIC = 16


def part_size(all_bytes: int, least: int) -> int:
    """How many bytes a range of tables that have so many together is to have: a power of two."""
    size = least
    while size * _MOST < all_bytes:
        size *= 2
    return size


class Range(NamedTuple):
    """Rows of a file that can be computed alone, with the digest of its bytes there.

    `kind` is `bytes` of text, `groups` of a Parquet file, or the whole `file`: `start` up to `stop` of them, behind so
    many lines or rows `before`.
    """

    kind: str
    start: int
    stop: int
    before: int
    digest: str


class Survey(NamedTuple):
    """The ranges of a file, the digest of what is read of it for each of them, and what changes with the file."""

    ranges: Sequence[Range]
    head: str
    state: str


def surveyed(place: Place, input_format: str | None, form: TextForm, part_bytes: int) -> Survey:
    """The ranges of a table in a file, each of about so many bytes. UsageError: it is none."""
    path = place.path or ""
    state = state_of(path)
    with open_to_read(path) as file:
        is_web = not file.seekable()
        if not is_web and format_by_content(file.read(_MAGIC)) == "parquet":
            # What stands at the end of a Parquet file says what its groups are.
            metadata = parquet_file(file, place.title).metadata
            size = file.seek(0, os.SEEK_END)
            head = digest_of_range(file, size - 8 - metadata.serialized_size, size)
            ranges = list(_of_groups(file, metadata, part_bytes)) if metadata.num_row_groups else []
        else:
            head = digest_of_range(file, 0, BLOCK)
            with contextlib.closing(open_tables([place], input_format, form)) as tables:
                source = next(tables).source
                ranges = list(_of_text(file, source, part_bytes)) if isinstance(source, Delimited) else []
    if not ranges:
        with open_to_read(path) as file:
            ranges = [Range("file", 0, 0, 0, digest_of_range(file))]
    return Survey(ranges, head, state)


def _of_text(file: Any, source: Delimited, part_bytes: int) -> Iterator[Range]:
    """Ranges of delimited text, of at least so many bytes: an empty one where it has no record.

    None of what is not read as it stands in the file.
    """
    if source.begun is None:
        return
    start = stop = source.begun
    line = before = source.lines_before
    digest = hashlib.sha256()
    records = FileRange(file, start)
    for block in blocks(records, source.dialect.delimiter.encode(), source.title):
        digest.update(block.data)
        stop += len(block.data)
        line += block.data.count(b"\n")
        if stop - start >= part_bytes:
            yield Range("bytes", start, stop, before, digest.hexdigest())
            start, before = stop, line
            digest = hashlib.sha256()
    if stop > start or start == source.begun:
        yield Range("bytes", start, stop, before, digest.hexdigest())


def _of_groups(file: Any, metadata: Any, part_bytes: int) -> Iterator[Range]:
    """Ranges of row groups that have at least so many bytes together."""
    start = before = rows = size = 0
    digest = hashlib.sha256()
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        columns = [group.column(i) for i in range(group.num_columns)]
        starts = [column.dictionary_page_offset or column.data_page_offset for column in columns]
        ends = [s + column.total_compressed_size for s, column in zip(starts, columns, strict=True)]
        digest.update(digest_of_range(file, min(starts, default=0), max(ends, default=0)).encode())
        rows += group.num_rows
        size += sum(column.total_compressed_size for column in columns)
        if size >= part_bytes or number == metadata.num_row_groups - 1:
            yield Range("groups", start, number + 1, before, digest.hexdigest())
            start, before, rows, size = number + 1, before + rows, 0, 0
            digest = hashlib.sha256()
