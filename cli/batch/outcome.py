"""What became of one record: its result, or why it has none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ...parser.analysis.given_names import canonical
from ...parser.analysis.result import Report
from ...parser.syntax.errors import ExpressionError, UsageError, diagnostic
from ...parser.syntax.wording import shortened
from ..shell.failures import Failure
from .record import Cells, RecordError


class Outcome(NamedTuple):
    """A record's line in the input, its expression where it was read, and either its report or its failure.

    `kept` is what the record says beside its expression, by name.
    """

    line: int
    expr: str | None
    report: Report | None = None
    failure: Failure | None = None
    kept: Mapping[str, str] = {}

    def others(self) -> dict[str, str]:
        """What the record says beside its expression and variables, by names that no results have."""
        if not self.kept:
            return {}
        variables = self.report.inputs if self.report is not None and isinstance(self.kept, Cells) else ()
        return {kept_name(name): text for name, text in self.kept.items() if canonical(name) not in variables}

    def facts(self) -> list[tuple[str, Any]]:
        """The record as pairs of a dotted key and text or a NumPy value."""
        kept = [(name, on_a_line(text)) for name, text in self.others().items()]
        found: list[tuple[str, Any]] = []
        if self.report is not None:
            found = self.report.facts()
        elif self.failure is not None:
            said = self.failure.as_object().items()
            # A record is a line, whatever an error quotes.
            found = [(f"error.{key}", " ".join(str(text).split())) for key, text in said if text is not None]
        return [("line", str(self.line)), ("ok", "false" if self.report is None else "true"), *kept, *found]


# What results are called, in all formats.
_RESULTS = re.compile(
    r"(line|ok|expr|inputs|dtype|value|grad_fn|grad|warnings|nonfinite|error|hessian|jacobian|d\d+)(\..*)?", re.DOTALL
)


def kept_name(name: str) -> str:
    """What a column of the input is called in the output: `input.value` where its own name is that of a result."""
    return f"input.{name}" if _RESULTS.fullmatch(name) else name


def on_a_line(text: str) -> str:
    """A text that has no tab and no line end."""
    return text if text.isprintable() else json.dumps(text, ensure_ascii=False)


def failure_of(error: Exception, line: int, source: str) -> Failure:
    """The failure that an exception means for the record at a line of the input called `source`."""
    if isinstance(error, ExpressionError):
        error.name = source
        text = diagnostic(error, first_line=line)
        return Failure(error.kind, error.message, error.line, error.column, error.help, text)
    if isinstance(error, UsageError):
        code = error.code if isinstance(error, RecordError) else "record"
        return _around(code, error.message, error.help, line, source)
    if isinstance(error, MemoryError):
        return _around("limit", "this takes more memory than there is", None, line, source)
    help = (
        "this is a bug in autodiff; please report it with what `--debug` prints for the expression in `autodiff eval`"
    )
    return _around("bug", f"{type(error).__name__}: {shortened(str(error))}", help, line, source)


def _around(code: str, message: str, help: str | None, line: int, source: str) -> Failure:
    text = f"error[{code}]: {message}\n --> {source}:{line}"
    if help is not None:
        text += f"\n  = help: {help}"
    return Failure(code, message, None, None, help, text)
