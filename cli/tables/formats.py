"""What a table is written in, by the name of its file or by its first bytes."""

from __future__ import annotations

import os
import re

BINARY = ("parquet", "arrow", "arrows")
ARROW_FILE = b"ARROW1"
COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zstd")
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
_FIRST_LINE = re.compile(rb"\s*([^\r\n]*)")


# What is given for a table and is none, by its first bytes, and what to do about it.
_NO_TABLES = (
    (rb"PK\x03\x04|\xd0\xcf\x11\xe0", "a spreadsheet or an archive", "save the table as CSV"),
    (rb"SQLite format 3\0", "a database", "write the table to a CSV file: `sqlite3 -csv -header FILE 'select ...'`"),
    (rb"%PDF-", "a PDF", "save the table as CSV"),
    (rb"\s*\[\s*\{", "one JSON array", "write an object a line: `jq -c '.[]' FILE`"),
    (rb"(?i)\s*<(?:!doctype|html|\?xml)\b", "a page in HTML or XML", "save the table as CSV"),
)


def no_table(head: bytes) -> tuple[str, str] | None:
    """What the first bytes are those of, in words, if it is nothing that can be read as a table; and the help."""
    return next(((what, help) for pattern, what, help in _NO_TABLES if re.match(pattern, head)), None)


def format_by_name(path: str) -> str | None:
    """The format that a file's name tells, None if none."""
    root, ending = os.path.splitext(path.lower())
    if ending in COMPRESSED:
        ending = os.path.splitext(root)[1]
    return _ENDINGS.get(ending)


def format_by_content(head: bytes) -> str:
    """The format that the first bytes of a table tell."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(ARROW_FILE):
        return "arrow"
    if head.startswith(b"\xff\xff\xff\xff"):
        return "arrows"
    first = _FIRST_LINE.match(head.removeprefix(b"\xef\xbb\xbf"))
    line = first[1] if first else b""
    if line.startswith(b"{"):
        return "jsonl"
    return "tsv" if b"\t" in line and b"," not in line else "csv"
