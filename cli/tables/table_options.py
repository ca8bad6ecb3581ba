"""Options for text tables, of all commands that read them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ...parser.syntax.errors import UsageError, suggested
from ...parser.syntax.wording import quoted
from ..shell.options import Options, option

if TYPE_CHECKING:
    from .dialect import TextForm

_NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
_CODE = re.compile(r"\\x([0-7][0-9a-fA-F])")
# What stands in cells without quotes, or ends them.
_IN_CELLS = re.compile(r"[\w.+\"\r\n\0-]")
_ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "ascii", "mac-roman"),
    *("cp1250", "cp1251", "cp1252", "cp437", "cp850", "iso-8859-1", "iso-8859-15", "gbk", "shift-jis", "euc-kr"),
)


def _delimiter(context: click.Context, param: click.Parameter, text: str | None) -> str | None:
    """The character that an option means. UsageError: none that can divide cells."""
    if text is None:
        return None
    code = _CODE.fullmatch(text)
    found = chr(int(code[1], 16)) if code else _NAMED.get(text.lower(), text)
    if len(found) != 1 or not found.isascii() or _IN_CELLS.match(found):
        raise UsageError(
            f"--delimiter takes a character that divides cells, not {quoted(text)}",
            "write `--delimiter ';'`, `'|'`, `tab` or `,`",
        )
    return found


def _encoding(context: click.Context, param: click.Parameter, text: str | None) -> str | None:
    """The encoding that an option names. UsageError: there is none of that name."""
    if text is None:
        return None
    try:
        # Not all that Python calls by a name is one of text.
        "".encode(text)
        codecs.getincrementaldecoder(text)
    except (LookupError, UnicodeError, ValueError):
        help = suggested(text.lower(), _ENCODINGS, f"some are {', '.join(_ENCODINGS)}")
        raise UsageError(f"there is no encoding {quoted(text)}", help) from None
    return text


TABLES = ("csv", "tsv", "jsonl", "parquet", "arrow", "arrows")
INPUT_FORMAT = option(
    "--input-format", type=click.Choice(TABLES), help="What TABLE is.  [default: by its name or content]"
)
RENAME = option("--rename", multiple=True, metavar="NAME=COLUMN", help="Which column a variable is.")
NULL = option("--null", multiple=True, metavar="TEXT", help="A text, such as NA, that means an empty cell.")


class TextTables(Options):
    """How text tables are written."""

    encoding: str | None = option(
        "--encoding", metavar="NAME", callback=_encoding, help="Of text that is not UTF-8: latin-1, cp1252, ..."
    )
    delimiter: str | None = option(
        "--delimiter", metavar="CHAR", callback=_delimiter, help="Between the cells of CSV, read and written: ';', tab."
    )
    decimal: str = option(
        "--decimal",
        type=click.Choice((".", ",")),
        default=".",
        help="Mark in the numbers of CSV and TSV. With a comma, CSV has semicolons.",
    )
    no_header: bool = option(
        "--no-header", is_flag=True, help="CSV and TSV have no names of columns: call them x1, x2, ..."
    )

    def form(self, nulls: Sequence[str] = ()) -> TextForm:
        """What is asked for, with texts that mean an empty cell."""
        from .dialect import TextForm

        return TextForm(self.encoding, self.delimiter, self.decimal, not self.no_header, tuple(nulls))

    def check_used(self, read: str, written: str) -> None:
        """UsageError: an option was given that tables of these formats have no use for."""
        delimited = {"csv", "tsv"} & {read, written}
        used = {
            "--encoding": self.encoding is None or read in ("text", "csv", "tsv", "jsonl"),
            "--delimiter": self.delimiter is None or delimited,
            "--decimal": self.decimal == "." or delimited,
            "--no-header": not self.no_header or delimited,
        }
        for name, is_used in used.items():
            if not is_used:
                kinds = "text" if name == "--encoding" else "CSV and TSV"
                raise UsageError(f"{name} is for {kinds}, and there is none", f"leave out `{name}`")
