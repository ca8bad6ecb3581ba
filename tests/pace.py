"""What tests can say about time on a machine of any speed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from autodiff.parser.script.running.resources import Timer

SECONDS = 60


@contextmanager
def at_once() -> Iterator[None]:
    """A block that takes far less than a second of the processor, and minutes where anything in it grows too fast."""
    start = time.process_time()
    yield
    assert time.process_time() - start < SECONDS


def calls(function: Callable[[], Any]) -> int:
    """How many functions a function calls, Python's and C's: what it costs, the same on every machine."""
    count = 0

    def see(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(see)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


def granting(*seconds: float) -> Callable[[Timer], None]:
    """A `Timer.__enter__` that gives the first that is entered so long, whatever its limit, and so on."""
    left, enter = iter(seconds), Timer.__enter__

    def entered(timer: Timer) -> None:
        timer.seconds = next(left)
        enter(timer)

    return entered
