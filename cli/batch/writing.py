"""Writes the results of a batch as they come, and says what there is to say about them."""

from __future__ import annotations

import signal
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

from ...parser.syntax.errors import did_you_mean
from ...parser.syntax.wording import quoted
from ..shell.saying import complain, say
from ..shell.streams import write
from .settings import Settings
from .source import Source
from .tally import Tally
from .workers import results


def write_results(source: Source, settings: Settings, jobs: int, progress: Tally) -> None:
    """Computes all there is and writes it, each chunk at once."""
    write(settings.output.header())
    with closing(results(source.chunks(), settings, jobs, source.is_waiting)) as chunks:
        for done in chunks:
            with _whole():
                write(done.text)
            for message in done.messages:
                complain(message)
            progress.add(done.counts, done.used)
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
