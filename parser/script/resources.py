"""Time and memory of a running script."""

from __future__ import annotations

import _thread
import math
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

_MEGABYTE = 1_000_000
_GRACE = 5.0  # seconds for one operation of NumPy to come to its end


class Timer:
    """Interrupts the main thread (KeyboardInterrupt) some seconds after it is entered; `expired` says so then.

    An operation of NumPy is not interrupted. One that takes far too long is ended by the alarm of the system, and the
    process with it; where a system has none (Windows), it goes on to its end.
    """

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
            _alarm(self.seconds + _GRACE)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.thread is not None:
            self.thread.cancel()
            self.thread = None
            _alarm(0)

    def _expire(self) -> None:
        self.expired = True
        _thread.interrupt_main()


def _alarm(seconds: float) -> None:
    """Sets the alarm of the system, or with 0 takes it back."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


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
