"""One record of a batch by itself: what there is to compute for it, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from ...engine import Tensor
from ...engine.api.creation import tensor
from ...parser.analysis.given_names import canonical, misnamed_help, unused
from ...parser.analysis.given_values import from_json, read_value
from ...parser.analysis.of_numbers import computed
from ...parser.analysis.problem import Problem
from ...parser.semantics.names import CONSTANTS, free_variables
from ...parser.syntax.callers import Caller
from ...parser.syntax.errors import ExpressionError
from ...parser.syntax.parse import parse
from ...parser.syntax.records import Name, Program
from ...parser.syntax.wording import quoted, variables_help
from .lines import Line
from .outcome import Outcome, failure_of
from .record import Record, RecordError
from .settings import Settings

# Characters of an expression that is remembered.
MOST_REMEMBERED = 1000

# Literals of the language, which a cell does not mean by itself: `2024_01` is no number.
_GROUPED = re.compile(r"[+-]?[\d.]+_[\d_.e+-]*", re.IGNORECASE)


class Alone:
    """Reads and computes records one by one. Whatever goes wrong with one is its own affair."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.remembered = lru_cache(maxsize=1024)(self.parsed)
        self.defaults = {name: Tensor(data) for name, data in settings.defaults.items()}
        # The names on the command line that records needed.
        self.used: set[str] = set()

    def record(self, line: Line) -> Record | Outcome:
        """The record in a line, or why there is none."""
        longest = self.settings.longest
        try:
            if len(line.text) <= longest:
                return self.settings.read(line.number, line.text)
            raise RecordError(
                f"the line is longer than {longest:,} characters",
                "raise the limit with `--limit length=N`; a line may be 16 times as long as an expression",
                code="limit",
            )
        except Exception as error:
            return self.failed(line.number, None, error)

    def outcome(self, record: Record) -> Outcome:
        """What becomes of a record."""
        try:
            problem = self.problem(record)
            found = Outcome(record.line, problem.program.source, computed(problem, self.settings.request))
        except Exception as error:
            found = self.failed(record.line, record.expr, error)
        return found._replace(kept=record.kept) if record.kept else found

    def failed(self, line: int, expr: str | None, error: Exception) -> Outcome:
        """The outcome of a record that an exception put an end to."""
        return Outcome(line, expr, None, failure_of(error, line, self.settings.source))

    def problem(self, record: Record) -> Problem:
        """What there is to compute for a record. ExpressionError, UsageError: something is wrong with it."""
        program, free = self.program(record.expr)
        variables = self.variables(record, program, free)
        return Problem(program, variables, self.differentiated(record, list(variables)), self.settings.limits)

    def program(self, expr: str) -> tuple[Program, dict[str, Name]]:
        """The expression's syntax and its variables. An expression met before is not parsed again, nor found wrong."""
        found = self.remembered(expr) if len(expr) <= MOST_REMEMBERED else self.parsed(expr)
        if isinstance(found, ExpressionError):
            raise found.with_traceback(None)
        return found

    def parsed(self, expr: str) -> tuple[Program, dict[str, Name]] | ExpressionError:
        """The expression's syntax and its variables, or what is wrong with it."""
        try:
            program = parse(expr, **self.settings.bounds)
            return program, free_variables(program)
        except ExpressionError as error:
            return error

    def variables(self, record: Record, program: Program, free: Mapping[str, Name]) -> dict[str, Tensor]:
        """The values of the expression's variables, in its order: the record's own, else those for all records."""
        own = {canonical(name): value for name, value in record.values.items()}
        needed = [name for name in free if name in own or name in self.defaults or name not in CONSTANTS]
        for name in () if record.may_ignore else own:
            if name not in needed:
                raise unused(name, program, needed, Caller())
        found: dict[str, Tensor] = {}
        for name in needed:
            if name in own:
                found[name] = value_of(name, own[name])
            elif name in self.defaults:
                found[name] = self.defaults[name]
                self.used.add(name)
            else:
                place = free[name]
                help = misnamed_help(name) or self.settings.give.format(name=name)
                raise ExpressionError("name", f"`{name}` has no value", program.source, place.start, place.end, help)
        return found

    def differentiated(self, record: Record, names: Sequence[str]) -> list[str]:
        """The variables to differentiate by. RecordError: the record's own choice is none of its variables."""
        for name in record.wrt or ():
            if name not in names:
                raise RecordError(
                    f"`wrt` names {quoted(name)}, which is not a variable of the expression", variables_help(names)
                )
        chosen = self.settings.wrt if record.wrt is None else record.wrt
        self.used.update(name for name in (*(self.settings.wrt or ()), *self.settings.const) if name in names)
        wanted = names if chosen is None else [name for name in dict.fromkeys(chosen) if name in names]
        return [name for name in wanted if name not in self.settings.const]


def value_of(name: str, value: Any) -> Tensor:
    """A value as a record has it: text as on the command line, or what JSON holds. UsageError: it is no value."""
    if isinstance(value, float):
        return tensor(value)
    if not isinstance(value, str):
        return from_json(name, value)
    value = value.strip()
    if value.startswith("@"):
        # Records come from elsewhere than the command: they do not say which files to open.
        raise RecordError("a record does not read files", f"give the file for all records: `--{name} {value}`")
    if "_" in value and _GROUPED.fullmatch(value):
        raise RecordError(f"`{name}` is {quoted(value)}, not a number", "write its digits without underscores")
    return read_value(name, value)
