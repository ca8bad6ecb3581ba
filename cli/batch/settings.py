"""What holds for all records of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from ...engine import Tensor
from ...parser.analysis.differentiate import Request
from ...parser.semantics.limits import Limits as EvaluationLimits
from ..shell.failures import ERROR_KEYS
from ..shell.options import Limits, Variables, split_names
from ..shell.printing import DELIMITERS
from .output import Output
from .record import Record
from .source import Source


class Settings(NamedTuple):
    """What holds for all records of a batch.

    `read` makes a record of a line; `give` says how a record gives a value to a variable; `source` names the input.
    `defaults` are NumPy values for variables that a record does not give. `wrt` and `const` name variables that not
    every expression has. `errors` is "stop", "skip" or "mark".
    """

    read: Callable[[int, str], Record]
    give: str
    source: str
    longest: int
    defaults: dict[str, Any]
    wrt: Sequence[str] | None
    const: Sequence[str]
    dtype: str
    request: Request
    bounds: dict[str, int]
    limits: EvaluationLimits
    errors: str
    output: Output


def settings_for(
    source: Source,
    output: Output,
    variables: Variables,
    request: Request,
    defaults: Mapping[str, Tensor],
    limits: Limits,
    errors: str,
) -> Settings:
    """The settings for the records of a source. UsageError: its results are a table without known columns."""
    wrt, const = split_names(variables.wrt), split_names(variables.const) or []
    if output.format_name in DELIMITERS:
        names = source.names(defaults) if wrt is None else dict.fromkeys(wrt)
        columns = _columns_of([name for name in names if name not in const], request)
        dialect = source.form.written(output.format_name)
        output = output._replace(columns=columns, kept=source.kept_names(), dialect=dialect)
    return Settings(
        read=source.read,
        give=source.give,
        source=source.name,
        longest=source.longest,
        defaults={name: value._data for name, value in defaults.items()},
        wrt=wrt,
        const=const,
        dtype=variables.dtype,
        request=request,
        bounds=limits.parsing(),
        limits=limits.evaluation(),
        errors=errors,
        output=output,
    )


def _columns_of(names: Sequence[str], request: Request) -> list[str]:
    """The columns of a table of results that are differentiated by variables among `names`."""
    columns = ["line", "ok", "value", "grad_fn", *(f"grad.{name}" for name in names)]
    if request.jacobian:
        columns += [f"jacobian.{name}" for name in names]
    if request.hessian:
        columns += [f"hessian.{x}.{y}" for x, y in product(names, names)]
    columns += [f"d{k}.{name}" for k in range(2, request.order + 1) for name in names]
    return columns + [f"error.{key}" for key in ERROR_KEYS]
