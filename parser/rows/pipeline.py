"""Reading, computing and writing at the same time, in bounded memory and in order."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 2


def overlapped(items: Iterable[T], work: Callable[[T], R], threads: int) -> Iterator[R]:
    """`work(item)` for each item, in order, done by `threads` threads while one more draws the items.

    At most a few results wait to be taken. An exception of either is raised in its turn. Whoever stops early is not
    kept waiting: an item that is being drawn is left to itself.
    """
    results: queue.Queue[Future[R] | None] = queue.Queue(_AHEAD * threads)
    stopped = threading.Event()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="map")

    def draw() -> None:
        try:
            for item in items:
                if stopped.is_set():
                    return
                results.put(pool.submit(work, item))
            results.put(None)
        except BaseException as error:
            failed: Future[Any] = Future()
            failed.set_exception(error)
            results.put(failed)

    # A thread that waits for input cannot be woken, so the process must be able to end without it.
    threading.Thread(target=draw, name="read", daemon=True).start()
    try:
        while (future := results.get()) is not None:
            yield future.result()
    finally:
        stopped.set()
        with contextlib.suppress(queue.Empty):
            while True:
                results.get_nowait()
        pool.shutdown(wait=False, cancel_futures=True)
