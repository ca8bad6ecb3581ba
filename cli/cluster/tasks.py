"""What there is to do, as data: ranges of files, the part that becomes of each, and what all of them share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any, NamedTuple

from ...parser.frames.row_plan import shapes_of
from ...parser.syntax.errors import AutodiffError
from ..map.folder_keys import Key
from ..map.mapping import Job
from ..map.table_formats import Table
from ..tables.dialect import TextForm
from ..tables.opening import Place


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
    """The ranges of a file, the digest of what is read of it for each of them, and its size and time of change."""

    ranges: Sequence[Range]
    head: str
    stamp: tuple[int, int]


class Run(NamedTuple):
    """What all tasks of a run have in common. `first` is the table whose columns all tables have."""

    job: Job[Any]
    format_name: str
    form: TextForm
    input_format: str | None
    first: Place
    is_alone: bool
    is_sized: bool
    version: str


class Task(NamedTuple):
    """A range of a table that becomes the file `path`; `digest` is that of all that its bytes depend on."""

    path: str
    place: Place
    keys: Mapping[str, Key]
    range: Range
    stamp: tuple[int, int]
    digest: str


class Outcome(NamedTuple):
    """What became of a part: its rows as `RowCounts` counts them, the places of some that failed, and its bytes.

    `error` is why there is none; `is_stopped` that a row failed and nothing was to be written.
    """

    rows: int = 0
    empty: int = 0
    failed: int = 0
    faults: Sequence[tuple[str, str]] = ()
    nonfinite: int = 0
    first: tuple[str, Mapping[str, Any]] | None = None
    size: int = 0
    digest: str = ""
    error: AutodiffError | None = None
    is_stopped: bool = False


@cache
def own_version() -> str:
    """Which autodiff this is."""
    return version("autodiff-cli")


def digest_of(*things: Any) -> str:
    """The digest of some numbers and texts, of dictionaries and lists of such."""
    return hashlib.blake2b(json.dumps(things).encode(), digest_size=16).hexdigest()


def described(run: Run, first: Table) -> dict[str, Any]:
    """What the bytes of all parts depend on beside the tables, in words that can be read, and compared."""
    job, form = run.job, run.form
    expression, columns = job.computation.expression, job.computation.columns
    native = expression.native_from(shapes_of(columns, first.source.widths))
    return {
        "autodiff": run.version,
        "numpy": version("numpy"),
        "pyarrow": _pyarrow(),
        "expression": expression.syntax.source,
        "constants": {name: expression.constants[name].tolist() for name in sorted(expression.named)},
        "columns": dict(columns),
        "results": dict(job.results),
        "removed": list(job.layout.removed),
        "only_new": job.layout.only_new,
        "errors": job.errors,
        "texts": list(job.texts),
        "limits": list(expression.limits),
        "machine_code_from_row": str(native),
        "format": run.format_name,
        "input_format": run.input_format,
        "text": [*form[:-1], list(form.nulls)],
    }


def _pyarrow() -> str | None:
    try:
        return version("pyarrow")
    except ModuleNotFoundError:
        return None
