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

    processes: dict[Any, Any] = {}
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
                if not idle:
                    connection, process = _started(settings)
                    processes[connection] = process
                    idle.append(connection)
                busy[idle[-1]] = given
                # Numbers and texts apart: to pickle each line takes as long as to read them all.
                idle.pop().send(list(zip(*chunk, strict=True)))
                given += 1
            if taken in done:
                yield done.pop(taken)
                taken += 1
                continue
            ready: list[Any] = wait(list(busy)) if busy else []
            for connection in ready:
                done[busy.pop(connection)] = connection.recv()
            idle += ready
    except (BrokenPipeError, ConnectionResetError, EOFError):
        raise UsageError(
            "a process of `--jobs` was killed, perhaps for want of memory", "try fewer: `--jobs 1`"
        ) from None
    finally:
        for process in processes.values():
            # Not by what a copy of this one does before it ends, such as to remove files.
            process.kill()
        for process in processes.values():
            process.join()


def _started(settings: Settings) -> tuple[Any, Any]:
    """A process to compute in, behind the connection to it."""
    from multiprocessing import get_context

    # A copy of this one has all that it imported, and of its threads one, which others may have left waiting.
    context: Any = get_context("fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, settings), daemon=True)
    # Ctrl-C goes to all processes of a terminal; that this one ends them is enough.
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.start()
    finally:
        signal.signal(signal.SIGINT, previous)
    theirs.close()
    return ours, process


def _serve(connection: Any, settings: Settings) -> None:
    """Computes what arrives, until nothing more can."""
    computation = Computation(settings)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            connection.send(computation.run([*map(Line, *connection.recv())]))
