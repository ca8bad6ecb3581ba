"""Lines in, text out: what a batch does with a chunk of its input, in this process or in another."""

from __future__ import annotations

import contextlib
import gc
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ...engine import Tensor
from ...engine.api.creation import tensor
from ...parser.analysis.differentiate import differentiate
from ...parser.analysis.given_names import canonical, misnamed_help, unused
from ...parser.analysis.given_values import from_json, read_value
from ...parser.analysis.of_numbers import of_numbers
from ...parser.analysis.problem import Problem
from ...parser.analysis.result import Report
from ...parser.rows.forms import Forms, Member, Pieces, split
from ...parser.semantics.computing import computing
from ...parser.semantics.names import CONSTANTS, free_variables
from ...parser.syntax.callers import Caller
from ...parser.syntax.errors import ExpressionError, UsageError
from ...parser.syntax.parse import parse
from ...parser.syntax.records import Name, Program
from ...parser.syntax.wording import quoted, variables_help
from .lines import Line
from .outcome import Outcome, failure_of
from .record import Record, RecordError
from .settings import Settings

if TYPE_CHECKING:
    from ...parser.rows.together import Together

_MOST_REMEMBERED = 1000  # characters of an expression

# Literals of the language, which a cell does not mean by itself: `2024_01` is no number.
_GROUPED = re.compile(r"[+-]?[\d.]+_[\d_.e+-]*", re.IGNORECASE)

# Objects that are made before Python looks for garbage again.
_ALLOCATED = 100_000

# Of lines that share an expression: below it, tracing takes longer than it saves.
FEWEST = 32


class Done(NamedTuple):
    """A chunk done: its output, what there is to say about failed records, counts, and the names that were needed.

    Counted are "records", those of them "failed", "bugs" of ours among these, and those "nonfinite".
    """

    text: str
    messages: list[str]
    counts: Counter[str]
    used: set[str]


class Computation:
    """Computes chunks of lines, each on its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.remembered = lru_cache(maxsize=1024)(self.parsed)
        self.defaults = {name: Tensor(data) for name, data in settings.defaults.items()}
        self.used: set[str] = set()
        # Forms compute in float64, and the length of an expression is no matter of its form.
        longest = settings.bounds.get("max_length", _MOST_REMEMBERED)
        is_usual = settings.dtype == "float64" and longest >= _MOST_REMEMBERED
        self.forms = Forms(self.program) if is_usual else None

    @cached_property
    def together(self) -> Together:
        """What computes problems that share an expression; imported where there are any."""
        from ...parser.rows.together import Together

        return Together(self.settings.request)

    def run(self, lines: Sequence[Line]) -> Done:
        """The results of a chunk, in order; with errors "stop", those before the first that failed."""
        errors = self.settings.errors
        texts: list[str] = []
        messages: list[str] = []
        counts: Counter[str] = Counter()
        self.used = set()
        with computing(self.settings.dtype), _few_collections():
            for outcome in self.outcomes(lines):
                outcome, text = self.printed(outcome)
                counts["records"] += 1
                if outcome.failure is not None:
                    is_bug = outcome.failure.code == "bug"
                    counts.update(failed=1, bugs=int(is_bug))
                    # Where a record is but the results asked for, the reason has no place in it.
                    if is_bug or errors != "mark" or self.settings.output.keys:
                        messages.append(outcome.failure.diagnostic)
                    if errors == "stop":
                        break
                elif outcome.report is not None:
                    counts["nonfinite"] += bool(outcome.report.warnings)
                if outcome.report is not None or errors == "mark":
                    texts.append(text)
        return Done("".join(texts), messages, counts, self.used)

    def printed(self, outcome: Outcome) -> tuple[Outcome, str]:
        """The text of what became of a record; without the result asked for, it has failed."""
        try:
            return outcome, self.settings.output.text_of(outcome)
        except UsageError as error:
            failed = self.failed(outcome.line, outcome.expr, error)._replace(kept=outcome.kept)
            return failed, self.settings.output.text_of(failed)

    def outcomes(self, lines: Sequence[Line]) -> Iterator[Outcome]:
        """What became of the record in each line. Whatever goes wrong with one is its own affair."""
        records = [self.record(line) for line in lines]
        problems = self.alike(records)
        groups: dict[Any, list[int]] = {}
        for i, problem in problems.items():
            if not isinstance(problem, Outcome):
                groups.setdefault(problem.key(), []).append(i)
        reports: dict[int, Report | None] = {}
        for members in groups.values():
            if len(members) >= FEWEST:
                shared = self.shared([lines[i] for i in members], [problems[i] for i in members])
                reports.update(zip(members, shared, strict=True))
        for i, record in enumerate(records):
            if isinstance(record, Outcome):
                yield record
                continue
            problem = problems.get(i) or self.prepared(record)
            outcome = problem if isinstance(problem, Outcome) else self.outcome(record.line, problem, reports.get(i))
            yield outcome._replace(kept=record.kept) if record.kept else outcome

    def alike(self, records: Sequence[Record | Outcome]) -> dict[int, Problem | Member | Outcome]:
        """What there is to compute for records, by place, where so many look alike that they may be of one form.

        All others are prepared when it is their turn, so that what is known of them is soon gone: of expressions that
        all differ, a batch takes 1.1 times as long if they are not.
        """
        cut = [(i, record, split(record.expr)) for i, record in enumerate(records) if isinstance(record, Record)]
        counts = Counter(between for _, _, (between, _) in cut)
        return {i: self.prepared(record, pieces) for i, record, pieces in cut if counts[pieces[0]] >= FEWEST}

    def shared(self, lines: Sequence[Line], members: Sequence[Any]) -> Sequence[Report | None]:
        """The reports of records that share a program, None for those that have to be computed alone."""
        if not isinstance(members[0], Member):
            return self.together.reports(members)
        ends = [self.alone(lines[i].number, members[i]) for i in (0, -1)]
        problems = [end for end in ends if isinstance(end, Problem)]
        if self.forms is None or len(problems) < len(ends):
            return [None] * len(members)
        return self.together.reports_of_form(self.forms.form(members[0]), members, *problems)

    def prepared(self, record: Record, pieces: Pieces | None = None) -> Problem | Member | Outcome:
        """What there is to compute for a record, with `pieces` of its expression perhaps with others of its form."""
        try:
            return (pieces and self.member(record, pieces)) or self.problem(record)
        except Exception as error:
            return self.failed(record.line, record.expr, error)

    def member(self, record: Record, pieces: Pieces) -> Member | None:
        """A record whose expression has a form; None where it has none, or where something is wrong with it."""
        if self.forms is None or len(record.expr) > _MOST_REMEMBERED:
            return None
        try:
            found = self.forms.of(record.expr, pieces)
            if found is None:
                return None
            frame, form, numbers = found
            variables = self.variables(record, frame.program, frame.free)
            return Member(frame, form, record.expr, numbers, variables, self.differentiated(record, list(variables)))
        except Exception:
            # Said as for the record alone, where its place is known.
            return None

    def problem(self, record: Record) -> Problem:
        """What there is to compute for a record. ExpressionError, UsageError: something is wrong with it."""
        program, free = self.program(record.expr)
        variables = self.variables(record, program, free)
        return Problem(program, variables, self.differentiated(record, list(variables)), self.settings.limits)

    def alone(self, line: int, member: Member) -> Problem | Outcome:
        """What there is to compute for a member of a form by itself, or why nothing is."""
        try:
            return Problem(self.program(member.expr)[0], member.variables, member.wrt, self.settings.limits)
        except Exception as error:
            return self.failed(line, member.expr, error)

    def outcome(self, line: int, problem: Problem | Member, report: Report | None) -> Outcome:
        """What becomes of a problem, which has a report if it was computed together with others."""
        if isinstance(problem, Member):
            if report is not None:
                return Outcome(line, problem.expr, report)
            alone = self.alone(line, problem)
            return alone if isinstance(alone, Outcome) else self.outcome(line, alone, None)
        expr = problem.program.source
        try:
            if report is None and not self.settings.request.is_more():
                report = of_numbers(problem)
            return Outcome(line, expr, report or differentiate(problem, self.settings.request))
        except Exception as error:
            return self.failed(line, expr, error)

    def failed(self, line: int, expr: str | None, error: Exception) -> Outcome:
        """The outcome of a record that an exception put an end to."""
        return Outcome(line, expr, None, failure_of(error, line, self.settings.source))

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

    def program(self, expr: str) -> tuple[Program, dict[str, Name]]:
        """The expression's syntax and its variables. An expression met before is not parsed again, nor found wrong."""
        found = self.remembered(expr) if len(expr) <= _MOST_REMEMBERED else self.parsed(expr)
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
        if not record.may_ignore:
            for name in own:
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


@contextlib.contextmanager
def _few_collections() -> Iterator[None]:
    """Looks for garbage in rings seldom: graphs are in none, and all that is kept of a chunk would be gone through."""
    before = gc.get_threshold()
    gc.set_threshold(_ALLOCATED, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


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
