"""The expressions of a batch as parts: their lines are sent to workers, who write the results."""

from __future__ import annotations

import os
import pickle
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ..batch.computing import Computation
from ..batch.lines import Line
from ..batch.settings import Settings
from ..batch.source import MOST_RECORDS, Source
from ..batch.writing import Tally
from ..shell.saying import complain
from .cluster_options import Where
from .distribution import Parts, write_parts
from .scheduler import Cluster
from .tasks import StoppedPartError, Task, digest_of, own_versions
from .worker import loaded

# Of a part, whichever comes first: about a second of work, and of the messages that the scheduler passes on.
RECORDS = 2 * MOST_RECORDS
_CHARACTERS = 1 << 17

_ENDINGS = {"json": "jsonl", "csv": "csv", "tsv": "tsv"}
# What settings say of reading and of errors, which depend on the others.
_NOT_DESCRIBED = ("read", "give", "defaults")

_lock = threading.Lock()


def pieces(chunks: Iterable[Sequence[Line]]) -> Iterator[list[Line]]:
    """The lines of each part, whenever they arrive and however they are read; there is one, if without lines."""
    held: list[Line] = []
    size = 0
    is_first = True
    for lines in chunks:
        for line in lines:
            held.append(line)
            size += len(line.text)
            if len(held) == RECORDS or size >= _CHARACTERS:
                yield held
                held, size, is_first = [], 0, False
    if held or is_first:
        yield held


def write_results(data: bytes, file: Any, lines: Sequence[Line]) -> Mapping[str, Any]:
    """Writes the results of a part, and says what became of its records."""
    counts: Counter[str] = Counter()
    used: set[str] = set()
    messages: list[str] = []
    # Threads would wait for each other all the same: the work is Python's.
    with _lock:
        computation = _computation(data)
        output, errors = computation.settings.output, computation.settings.errors
        file.write(output.header().encode())
        for start in range(0, len(lines), MOST_RECORDS):
            done = computation.run(lines[start : start + MOST_RECORDS])
            file.write(done.text.encode("utf-8", "backslashreplace"))
            counts.update(done.counts)
            used |= done.used
            messages += done.messages
            if counts["failed"] and errors == "stop":
                break
    report = {"counts": dict(counts), "used": sorted(used), "messages": messages}
    if counts["failed"] and errors == "stop":
        raise StoppedPartError(report)
    return report


@lru_cache(4)
def _computation(data: bytes) -> Computation:
    return Computation(loaded(data))


def write_expressions(where: Where, source: Source, settings: Settings, tally: Tally) -> None:
    """Has the results of a batch written by a cluster. UsageError: it, the folder or the input is wrong."""
    write_parts(where, ExpressionParts(source, settings, tally))


class ExpressionParts(Parts):
    """The lines of a batch, some to a part."""

    work = staticmethod(write_results)
    unit = "record"

    def __init__(self, source: Source, settings: Settings, tally: Tally) -> None:
        about = {name: repr(value) for name, value in settings._asdict().items() if name not in _NOT_DESCRIBED}
        defaults = {name: value.tolist() for name, value in settings.defaults.items()}
        super().__init__(pickle.dumps(settings), {**own_versions("numpy", "scipy"), **about, "defaults": defaults}, {})
        self.source = source
        self.ending = _ENDINGS.get("" if settings.output.keys else settings.output.format_name, "txt")
        self.tally = tally

    def tasks(self, cluster: Cluster, folder: str) -> Iterator[Task]:
        """The parts as they are read: how many there are is known at the end."""
        run = digest_of(self.about)
        for number, lines in enumerate(pieces(self.source.chunks())):
            yield Task(os.path.join(folder, f"part-{number:06}.{self.ending}"), (lines,), digest_of(run, lines))

    def written(self, report: Mapping[str, Any], share: str) -> None:
        """Counts the records of a part that is written."""
        self.tally.add(Counter(report["counts"]), report["used"], share)

    def settled(self, number: int, report: Mapping[str, Any]) -> None:
        """Says why records failed."""
        for message in report["messages"]:
            complain(message)
