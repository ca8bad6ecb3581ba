"""Time and memory of a running script."""

from __future__ import annotations

import _thread
import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

_MEGABYTE = 1_000_000


class Timer:
    """Interrupts the main thread (KeyboardInterrupt) some seconds after it is entered; `expired` says so then."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.expired = False
        self.thread: threading.Timer | None = None

    def __enter__(self) -> None:
        self.expired = False
        if not math.isinf(self.seconds):
            self.thread = threading.Timer(self.seconds, self._expire)
            self.thread.daemon = True
            self.thread.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.thread is not None:
            self.thread.cancel()
            self.thread = None

    def _expire(self) -> None:
        self.expired = True
        _thread.interrupt_main()


@contextmanager
def memory_limit(megabytes: int) -> Iterator[None]:
    """Lets the process take that much more memory; what takes more is a MemoryError. On Linux only: else nothing."""
    if not os.path.exists("/proc/self/statm"):
        yield
        return
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = used + megabytes * _MEGABYTE
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
