"""A batch in each format: a line for each record in `plain`, `json`, `csv` and `tsv`, and paragraphs for people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from ...parser.analysis.differentiate import Request
from ...parser.analysis.result import json_line, value_text
from ..shell.printing import DELIMITERS, Style, delimited, rendered
from ..value.json import as_object
from .outcome import ERROR_KEYS, Outcome


class Output(NamedTuple):
    """How to print: the format, with `keys` these results alone, and the columns of a table."""

    format_name: str
    keys: Sequence[str] = ()
    style: Style = Style()
    columns: Sequence[str] = ()

    def header(self) -> str:
        """What stands before all records."""
        return delimited([self.columns], DELIMITERS[self.format_name]) if self.columns else ""

    def text_of(self, outcome: Outcome) -> str:
        """The record, ending in a newline. UsageError: it has no such result."""
        if self.keys:
            report = outcome.report
            return "\t".join("" if report is None else report.text_of(key) for key in self.keys) + "\n"
        if self.format_name == "json":
            return json_line(_object(outcome))
        if self.format_name == "plain":
            return "\t".join(f"{key}\t{value_text(value)}" for key, value in outcome.facts()) + "\n"
        if self.format_name in DELIMITERS:
            facts = {key: value_text(value) for key, value in outcome.facts()}
            return delimited([[facts.get(key, "") for key in self.columns]], DELIMITERS[self.format_name])
        if outcome.report is not None:
            return rendered("value", self.format_name, outcome.report, self.style) + "\n"
        return outcome.failure.diagnostic + "\n\n" if outcome.failure else ""


def columns_of(names: Sequence[str], request: Request) -> list[str]:
    """The columns of a table of results that are differentiated by variables among `names`."""
    columns = ["line", "ok", "value", "grad_fn", *(f"grad.{name}" for name in names)]
    if request.jacobian:
        columns += [f"jacobian.{name}" for name in names]
    if request.hessian:
        columns += [f"hessian.{x}.{y}" for x, y in product(names, names)]
    columns += [f"d{k}.{name}" for k in range(2, request.order + 1) for name in names]
    return columns + [f"error.{key}" for key in ERROR_KEYS]


def _object(outcome: Outcome) -> dict[str, object]:
    if outcome.report is not None:
        return {"line": outcome.line, "ok": True, **as_object(outcome.report)}
    error = {key: getattr(outcome.failure, key) for key in ERROR_KEYS}
    return {"line": outcome.line, "ok": False, "expr": outcome.expr, "error": error}
