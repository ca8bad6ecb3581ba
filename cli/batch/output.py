"""A batch in each format: a line for each record in `plain`, `json`, `csv` and `tsv`, and paragraphs for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from ...parser.analysis.result import json_line, value_text
from ..shell.printing import DELIMITERS, Style, delimited, rendered
from ..shell.streams import printable
from ..tables.dialect import Dialect
from ..value.json import as_object
from .outcome import Outcome, kept_name, on_a_line
from .record import Json

# The line and whether all is well.
_LEADING = 2


class Output(NamedTuple):
    """How to print: the format, with `keys` these results alone, and the columns of a table in a dialect.

    Behind the first two columns, which are the line and whether all is well, stand those that are `kept` of the input.
    """

    format_name: str
    keys: Sequence[str] = ()
    style: Style = Style()
    columns: Sequence[str] = ()
    kept: Sequence[str] = ()
    dialect: Dialect = Dialect()

    def header(self) -> str:
        """What stands before all records."""
        if not self.columns or not self.dialect.has_header:
            return ""
        names = [*self.columns[:_LEADING], *map(kept_name, self.kept), *self.columns[_LEADING:]]
        return delimited([names], self.dialect.delimiter)

    def text_of(self, outcome: Outcome) -> str:
        """The record, ending in a newline. UsageError: it has no such result."""
        if self.keys:
            return "\t".join(_result(outcome, key) for key in self.keys) + "\n"
        if self.format_name == "json":
            return _object(outcome)
        if self.format_name == "plain":
            return "\t".join([f"{key}\t{value_text(value)}" for key, value in outcome.facts()]) + "\n"
        if self.format_name in DELIMITERS:
            return self._row(outcome)
        if outcome.report is not None:
            others = outcome.others() if self.format_name == "pretty" else {}
            lead = "".join(f"{printable(name)} {printable(on_a_line(text))}\n" for name, text in others.items())
            return lead + rendered("value", self.format_name, outcome.report, self.style) + "\n"
        return outcome.failure.diagnostic + "\n\n" if outcome.failure else ""

    def _row(self, outcome: Outcome) -> str:
        """The record as a row of a table."""
        facts = dict(outcome.facts())
        cells = [self._cell(facts[key]) if key in facts else "" for key in self.columns]
        kept = [outcome.kept.get(name, "") for name in self.kept]
        texts = ["" if isinstance(text, Json) and text == "null" else text for text in kept]
        return delimited([[*cells[:_LEADING], *texts, *cells[_LEADING:]]], self.dialect.delimiter)

    def _cell(self, value: Any) -> str:
        text = value_text(value)
        is_number = self.dialect.decimal != "." and not isinstance(value, str) and value.ndim == 0
        return text.replace(".", self.dialect.decimal) if is_number else text


def _object(outcome: Outcome) -> str:
    """The record as strict JSON, with what it says beside its expression and variables as it says it."""
    if outcome.report is not None:
        facts = as_object(outcome.report)
    else:
        facts = {"expr": outcome.expr, "error": outcome.failure.as_object() if outcome.failure else None}
    start = f'{{"line": {outcome.line}, "ok": {"false" if outcome.report is None else "true"}, '
    others = outcome.others().items()
    kept = "".join(
        f"{json.dumps(name)}: {text if isinstance(text, Json) else json.dumps(text)}, " for name, text in others
    )
    return start + kept + json_line(facts)[1:]


def _result(outcome: Outcome, key: str) -> str:
    """One result, or what the record says beside its expression, or its line; of what failed nothing else.

    UsageError: there is no such result.
    """
    if key == "line":
        return str(outcome.line)
    others = {kept_name(name): text for name, text in outcome.kept.items()}
    if key in others:
        return on_a_line(others[key])
    return "" if outcome.report is None else outcome.report.text_of(key)
