"""The columns of a table of results."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import product

from ...parser.analysis.differentiate import Request
from ..shell.printing import DELIMITERS
from .outcome import ERROR_KEYS
from .output import Output
from .source import Source


def with_columns(
    output: Output,
    source: Source,
    request: Request,
    given: Iterable[str],
    wrt: Sequence[str] | None,
    const: Collection[str],
) -> Output:
    """The output of a source, which as a table has its columns; `given` are variables that the command line gives.

    UsageError: they cannot be known.
    """
    if output.format_name not in DELIMITERS:
        return output
    names = source.names(given) if wrt is None else dict.fromkeys(wrt)
    columns = columns_of([name for name in names if name not in const], request)
    return output._replace(columns=columns, kept=source.kept_names(), dialect=source.form.written(output.format_name))


def columns_of(names: Sequence[str], request: Request) -> list[str]:
    """The columns of a table of results that are differentiated by variables among `names`."""
    columns = ["line", "ok", "value", "grad_fn", *(f"grad.{name}" for name in names)]
    if request.jacobian:
        columns += [f"jacobian.{name}" for name in names]
    if request.hessian:
        columns += [f"hessian.{x}.{y}" for x, y in product(names, names)]
    columns += [f"d{k}.{name}" for k in range(2, request.order + 1) for name in names]
    return columns + [f"error.{key}" for key in ERROR_KEYS]
