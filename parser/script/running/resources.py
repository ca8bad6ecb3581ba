"""Time and memory of a running script."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any

_MEGABYTE = 1_000_000
_GRACE = 5.0  # seconds for one operation of NumPy to come to its end
_AGAIN = 1.0  # seconds between interrupts
# A signal that interrupts Python also where Ctrl-C is ignored, as in the background of a shell's script.
_INTERRUPT: signal.Signals = getattr(signal, "SIGVTALRM", signal.SIGINT)


class Timer:
    """Interrupts the main thread (KeyboardInterrupt) some seconds after it is entered; `expired` says so then.

    An operation of NumPy is not interrupted. One that takes far too long is ended by whom `announce` tells, and the
    process with it; where a system has no alarm (Windows), it goes on to its end.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.expired = False
        self.ended = threading.Event()
        self.thread: threading.Thread | None = None
        self.handler: Any = None

    def __enter__(self) -> None:
        self.expired = False
        if self.seconds <= threading.TIMEOUT_MAX:
            self.ended.clear()
            self.handler = signal.signal(_INTERRUPT, signal.default_int_handler)
            self.thread = threading.Thread(target=self._interrupt, daemon=True)
            announce(self.seconds, _GRACE)
            try:
                self.thread.start()
            except KeyboardInterrupt:
                # So short a time may be up already, and the block is never entered.
                self.__exit__(None, None, None)
                raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        while self.thread is not None:
            try:
                self.ended.set()
                announce(0, 0)
                if self.thread.is_alive():
                    self.thread.join()
                signal.signal(_INTERRUPT, self.handler)
                self.thread = None
            except KeyboardInterrupt:
                # Where time was up only now, all is done already.
                if not self.expired:
                    raise

    def _interrupt(self) -> None:
        """Interrupts again and again: one that comes as NumPy asks what an object is, or in a callback, is dropped."""
        stopped = self.ended.wait(self.seconds)
        while not stopped:
            self.expired = True
            _interrupt_main()
            stopped = self.ended.wait(_AGAIN)


def announce(seconds: float, grace: float) -> None:
    """Called when a time begins, with what is granted beyond it, and with 0 when it has ended.

    The alarm of the system ends the process after both, without a word; who can do better puts itself in this place.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds + grace)


def _interrupt_main() -> None:
    if hasattr(signal, "pthread_kill") and (main := threading.main_thread().ident) is not None:
        # A signal that is really sent interrupts what waits for input too.
        signal.pthread_kill(main, _INTERRUPT)
    else:
        _thread.interrupt_main(_INTERRUPT)


class MemoryLimit:
    """Lets the process take that much more memory; what takes more is a MemoryError. On Linux only: else nothing."""

    def __init__(self, megabytes: int) -> None:
        self.megabytes = megabytes
        self.lift: Callable[[], None] | None = None

    def __enter__(self) -> None:
        if not os.path.exists("/proc/self/statm"):
            return
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        before = resource.getrlimit(resource.RLIMIT_AS)
        most = min(used + self.megabytes * _MEGABYTE, sys.maxsize)
        allowed = most if before[1] == resource.RLIM_INFINITY else min(most, before[1])
        # Made now: where memory is full, nothing can be.
        self.lift = partial(resource.setrlimit, resource.RLIMIT_AS, before)
        resource.setrlimit(resource.RLIMIT_AS, (allowed, before[1]))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.lift is not None:
            self.lift()
