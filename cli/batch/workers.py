"""Chunks computed in this process or in others, their results in the order of the input."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from typing import Any

from ...parser.syntax.errors import UsageError
from .computing import Computation, Done
from .lines import Line
from .settings import Settings

# Chunks a process that are with them, or wait for one that came before.
_AHEAD = 4


def results(
    chunks: Iterator[list[Line]], settings: Settings, jobs: int, is_waiting: Callable[[], bool]
) -> Generator[Done, None, None]:
    """The results of the chunks in order, computed here or by `jobs` processes of which each has one chunk at a time.

    Where `is_waiting` says that the next chunk is not there yet, results come first, so that who waits for an answer
    before writing the next line gets it. UsageError: a process was killed.
    """
    computation = Computation(settings)
    if jobs == 1:
        yield from map(computation.run, chunks)
        return
    # Here, because one process needs none of it.
    from multiprocessing.connection import wait

    with _starting(computation) as start:
        idle: list[Any] = []
        busy: dict[Any, int] = {}
        done: dict[int, Done] = {}
        given = taken = 0
        at_end = False
        try:
            while busy or done or not at_end:
                # First, so that all processes have work while a result is written.
                while not at_end and len(busy) < jobs and given < taken + _AHEAD * jobs:
                    if (busy or done) and is_waiting():
                        break
                    chunk = next(chunks, None)
                    if chunk is None:
                        at_end = True
                        break
                    # No more processes than there are chunks at a time.
                    process = idle.pop() if idle else start()
                    # Numbers and texts apart: to pickle each line takes as long as to read them all.
                    process.send(list(zip(*chunk, strict=True)))
                    busy[process] = given
                    given += 1
                if taken in done:
                    yield done.pop(taken)
                    taken += 1
                    continue
                ready: list[Any] = wait(list(busy)) if busy else []
                for process in ready:
                    done[busy.pop(process)] = process.recv()
                idle += ready
        except (BrokenPipeError, ConnectionResetError, EOFError):
            raise UsageError(
                "a process of `--jobs` was killed, perhaps for want of memory", "try fewer: `--jobs 1`"
            ) from None


@contextlib.contextmanager
def _starting(computation: Computation) -> Iterator[Callable[[], Any]]:
    """What starts a process to compute in, and returns the connection to it; they end with the block."""
    from multiprocessing import get_context

    # A copy of this process has all that it imported, and of its threads one, which others may have left waiting.
    context: Any = get_context("fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn")
    processes: list[Any] = []

    def start() -> Any:
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, computation.settings), daemon=True)
        # Ctrl-C goes to all processes of a terminal; that this one ends them is enough.
        previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            process.start()
        finally:
            signal.signal(signal.SIGINT, previous)
        processes.append(process)
        theirs.close()
        return ours

    try:
        yield start
    finally:
        for process in processes:
            # What this one does before it ends is none of theirs.
            process.kill()
        for process in processes:
            process.join()


def _serve(connection: Any, settings: Settings) -> None:
    """Computes what arrives, until nothing more can."""
    computation = Computation(settings)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            connection.send(computation.run([*map(Line, *connection.recv())]))
