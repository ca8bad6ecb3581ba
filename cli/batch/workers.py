"""Chunks computed in this process or in others, their results in the order of the input."""

from __future__ import annotations

import contextlib
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import Any

from ...parser.syntax.errors import UsageError
from .computing import Computation, Done
from .lines import Line
from .settings import Settings


def results(
    chunks: Iterator[list[Line]], settings: Settings, jobs: int, is_waiting: Callable[[], bool]
) -> Generator[Done, None, None]:
    """The results of the chunks in order, computed here or by `jobs` processes of which each has one chunk at a time.

    Where `is_waiting` says that the next chunk is not there yet, results come first, so that who waits for an answer
    before writing the next line gets it. UsageError: a process was killed.
    """
    if jobs == 1:
        yield from map(Computation(settings).run, chunks)
        return
    with _starting(settings) as start:
        idle: deque[Any] = deque()
        busy: deque[Any] = deque()
        at_end = False
        try:
            while busy or not at_end:
                done: Done | None = None
                if busy and (at_end or len(busy) == jobs or is_waiting()):
                    idle.append(busy.popleft())
                    done = idle[-1].recv()
                if not at_end and (done is None or not is_waiting()):
                    chunk = next(chunks, None)
                    if chunk is None:
                        at_end = True
                    else:
                        # No more processes than there are chunks at a time.
                        busy.append(idle.popleft() if idle else start())
                        # Numbers and texts apart: to pickle each line takes as long as to read them all.
                        busy[-1].send(list(zip(*chunk, strict=True)))
                # Only now, so that all processes have work while this result is written.
                if done is not None:
                    yield done
        except (BrokenPipeError, ConnectionResetError, EOFError):
            raise UsageError(
                "a process of `--jobs` was killed, perhaps for want of memory", "try fewer: `--jobs 1`"
            ) from None


@contextlib.contextmanager
def _starting(settings: Settings) -> Iterator[Callable[[], Any]]:
    """What starts a process to compute in, and returns the connection to it; they end with the block."""
    # Here, because one process needs none of it.
    from multiprocessing import get_context

    context = get_context("spawn")
    processes: list[Any] = []

    def start() -> Any:
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, settings), daemon=True)
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
            process.terminate()
        for process in processes:
            process.join()


def _serve(connection: Any, settings: Settings) -> None:
    """Computes what arrives, until nothing more can."""
    computation = Computation(settings)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            connection.send(computation.run([*map(Line, *connection.recv())]))
