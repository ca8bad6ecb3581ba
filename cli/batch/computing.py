"""Lines in, text out: what a batch does with a chunk of its input, in this process or in another."""

from __future__ import annotations

import contextlib
import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...parser.semantics.computing import computing
from ...parser.syntax.errors import UsageError
from .alike import Alike
from .alone import Alone
from .lines import Line
from .outcome import Outcome
from .record import Record
from .settings import Settings

# Objects that are made before Python looks for garbage again.
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
    """Computes chunks of lines, each on its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.alone = Alone(settings)
        self.alike = Alike(self.alone)

    def run(self, lines: Sequence[Line]) -> Done:
        """The results of a chunk, in order; with errors "stop", those before the first that failed."""
        errors = self.settings.errors
        texts: list[str] = []
        messages: list[str] = []
        counts: Counter[str] = Counter()
        self.alone.used = set()
        with computing(self.settings.dtype), _few_collections():
            records = [self.alone.record(line) for line in lines]
            together = self.alike.texts(records)
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


@contextlib.contextmanager
def _few_collections() -> Iterator[None]:
    """Looks for garbage in rings seldom: graphs are in none, and all that is kept of a chunk would be gone through."""
    before = gc.get_threshold()
    gc.set_threshold(_ALLOCATED, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
