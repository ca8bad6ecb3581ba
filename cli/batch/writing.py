"""Writes the results of a batch as they come, and says what there is to say about them."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

from ...parser.syntax.errors import did_you_mean
from ...parser.syntax.wording import quoted
from ..shell.progress import progress
from ..shell.saying import complain, say, say_total
from ..shell.streams import write
from .settings import Settings
from .source import Source
from .workers import results


class Tally:
    """Counts records, and tells the count while it grows."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.counts: Counter[str] = Counter()
        self.used: set[str] = set()

    def add(self, counts: Mapping[str, int], used: Iterable[str], share: str = "") -> None:
        """Counts a chunk (see `Done`); `share` stands before the count."""
        self.counts.update(counts)
        self.used.update(used)
        records = self.counts["records"]
        rate = records / (time.monotonic() - self.start or 1)
        progress.tell(f"{share}{records:,} expressions, {rate:,.0f} a second")

    def summarise(self) -> None:
        """Says what became of the records, as `600 expressions: 599 ok, 1 failed, 1.2 s`."""
        records, failed, nonfinite = (self.counts[key] for key in ("records", "failed", "nonfinite"))
        parts = [f"{records - failed} ok", f"{failed} failed", *([f"{nonfinite} not finite"] if nonfinite else [])]
        say_total(f"{records} {'expression' if records == 1 else 'expressions'}", parts, time.monotonic() - self.start)


def write_results(source: Source, settings: Settings, jobs: int, tally: Tally) -> None:
    """Computes all there is and writes it, each chunk at once."""
    write(settings.output.header())
    with closing(results(source.chunks(), settings, jobs, source.is_waiting)) as chunks:
        for done in chunks:
            with _whole():
                write(done.text)
            for message in done.messages:
                complain(message)
            tally.add(done.counts, done.used)
            if done.counts["failed"] and settings.errors == "stop":
                break


@contextmanager
def _whole() -> Iterator[None]:
    """Holds Ctrl-C back until what is being written is written; a second one is obeyed, as the reader may sleep."""
    held: list[int] = []

    def hold(number: int, frame: Any) -> None:
        if held:
            raise KeyboardInterrupt
        held.append(number)

    previous = signal.signal(signal.SIGINT, hold)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
    if held:
        raise KeyboardInterrupt


def warn_of_unused(named: Mapping[str, Collection[str]], used: Collection[str], options: Sequence[str]) -> None:
    """Says which names on the command line no expression has; `named` holds them by where they stand."""
    for where, names in named.items():
        for name in names:
            if name not in used:
                option = None if where else did_you_mean(name, options)
                help = f"\n  = help: did you mean the option `--{option}`?" if option else ""
                say(f"warning[unused]: no expression has a variable {quoted(name)}{where}{help}")
