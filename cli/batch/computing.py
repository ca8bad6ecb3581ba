"""Lines in, text out: what a batch does with a chunk of its input, in this process or in another."""

from __future__ import annotations

import contextlib
import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...engine.tensors.dtypes import get_default_dtype
from ...parser.analysis.given_names import canonical
from ...parser.rows.forms import split
from ...parser.semantics.computing import computing
from ...parser.syntax.decimal_text import decimal
from ...parser.syntax.errors import UsageError
from .alone import MOST_REMEMBERED, Alone, value_of
from .lines import Line
from .outcome import Outcome
from .record import Record
from .settings import Settings

if TYPE_CHECKING:
    from ...parser.rows.together import Together

# Of records that are alike: below it, tracing takes longer than it saves.
FEWEST = 32

# Objects that are made before Python looks for garbage again: graphs are in no rings, and with all that is kept of a
# chunk they would be gone through often.
_ALLOCATED = 100_000


class Done(NamedTuple):
    """A chunk done: its output, what there is to say about failed records, counts, and the names that were needed.

    Counted are "records", those of them "failed", "bugs" of ours among these, and those "nonfinite".
    """

    text: str
    messages: list[str]
    counts: Counter[str]
    used: set[str]


class Computation:
    """Computes chunks of lines: records that are alike together, which nobody can tell from what is printed of them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.alone = Alone(settings)
        gc.set_threshold(_ALLOCATED)

    def run(self, lines: Sequence[Line]) -> Done:
        """The results of a chunk, in order; with errors "stop", those before the first that failed."""
        errors = self.settings.errors
        texts: list[str] = []
        messages: list[str] = []
        counts: Counter[str] = Counter()
        self.alone.used = set()
        with computing(self.settings.dtype):
            records = [self.alone.record(line) for line in lines]
            together = self.texts(records)
            for i, record in enumerate(records):
                counts["records"] += 1
                if i in together:
                    texts.append(together[i])
                    continue
                outcome = self.alone.outcome(record) if isinstance(record, Record) else record
                outcome, text = self.printed(outcome)
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
        return Done("".join(texts), messages, counts, self.alone.used)

    def printed(self, outcome: Outcome) -> tuple[Outcome, str]:
        """The text of what became of a record; without the result asked for, it has failed."""
        try:
            return outcome, self.settings.output.text_of(outcome)
        except UsageError as error:
            failed = self.alone.failed(outcome.line, outcome.expr, error)._replace(kept=outcome.kept)
            return failed, self.settings.output.text_of(failed)

    @cached_property
    def together(self) -> Together:
        """What computes them; imported where there are any."""
        from ...parser.rows.together import Together

        settings = self.settings
        # Numbers vary in float64, and where the length of an expression is no matter of its form.
        vary = settings.dtype == "float64" and settings.bounds.get("max_length", MOST_REMEMBERED) >= MOST_REMEMBERED
        return Together(settings.request, self.alone.program, vary)

    def texts(self, records: Sequence[Record | Outcome]) -> dict[int, str]:
        """The texts of records by their place among all, of which those computed alone are left out."""
        alike: dict[Any, list[tuple[int, Record, list[str]]]] = {}
        for i, record in enumerate(records):
            if type(record) is Record:
                between, numbers = split(record.expr)
                key = between, tuple(record.values), tuple(record.kept), str(record.wrt)
                alike.setdefault(key, []).append((i, record, numbers))
        found: dict[int, str] = {}
        for members in alike.values():
            if len(members) >= FEWEST:
                places, own, numbers = zip(*members, strict=True)
                # What is wrong with them is said of each alone, where its place is known.
                with contextlib.suppress(Exception):
                    for rows, texts in self._of_forms(own, [*zip(*numbers, strict=True)]):
                        found.update({places[row]: text for row, text in zip(rows, texts, strict=True) if text})
        return found

    def _of_forms(
        self, records: Sequence[Record], numbers: Sequence[Sequence[str]]
    ) -> Iterator[tuple[Sequence[int], Sequence[str | None]]]:
        """The texts of rows of records that have the same between their numbers, by form; None of one alone."""
        # Here, as short batches need none of it.
        from .patterns import texts

        alone, first, n = self.alone, records[0], len(records)
        own = {canonical(name): name for name in first.values}
        columns = {
            name: _column(name, [record.values[own[name]] for record in records])
            if name in own
            else np.broadcast_to(value._data, (n, *value._data.shape))
            for name, value in alone.problem(first).variables.items()
        }
        exprs = [record.expr for record in records]
        found = self.together.groups(exprs, numbers, columns, lambda row: alone.problem(records[row]), FEWEST)
        for rows, results in found:
            yield rows, texts(alone.settings.output, [records[row] for row in rows], results)


def _column(name: str, cells: Sequence[Any]) -> np.ndarray:
    """The values of a variable, (n,), of arrays and None for what is no value if there are others than numbers."""
    try:
        numbers = [cell if type(cell) is float else decimal(cell) for cell in cells]
        return np.array(numbers, get_default_dtype().numpy)
    except (AttributeError, ValueError):
        column = np.empty(len(cells), object)
        for row, cell in enumerate(cells):
            with contextlib.suppress(Exception):
                column[row] = value_of(name, cell)._data
        return column
