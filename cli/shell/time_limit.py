"""`--timeout`, which every command has: who runs too long is interrupted, and ended where that does not help.

An operation of NumPy cannot be interrupted from within its process. So a process that was given `--timeout` works in
a child, which tells its parent when its time is up; the parent ends it a little later, if it still runs, and says so.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import struct
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import click

from ...parser.syntax.errors import UsageError
from .exit_codes import TIMED_OUT
from .progress import ERASE

_HELP = "give it more with `--timeout SECONDS`"
_MESSAGE = struct.Struct("dd")


class OutOfTime(Exception):  # noqa: N818  (not an error of anything)
    """A command takes more than its `--timeout`."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.message = f"it takes more than {seconds:g} s"
        self.help = _HELP


class _Seconds(click.FloatRange):
    name = "number of seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            raise UsageError("`--timeout` takes a number of seconds, not `nan`", "write `--timeout 10`")
        return seconds


def timeout_option(help: str = f"Stop after so long, with exit code {TIMED_OUT}.") -> Any:
    """The option for seconds."""
    return click.Option(["--timeout"], type=_Seconds(min=0, min_open=True), metavar="SECONDS", help=help)


def within(seconds: float | None, work: Callable[[], int]) -> int:
    """What the work returns. OutOfTime: it takes longer."""
    if seconds is None:
        return work()
    from ...parser.script.running.resources import Timer

    timer = Timer(seconds)
    try:
        with timer:
            return work()
    except KeyboardInterrupt:
        if not timer.expired:
            raise
        raise OutOfTime(seconds) from None


def is_asked_for(args: Sequence[str]) -> bool:
    """Whether a command line has the option, as far as one can tell without knowing its command."""
    return any(arg.partition("=")[0] == "--timeout" for arg in args)


def work_in_child() -> None:
    """Goes on in a child of this process; this one waits for it, and exits as it does or when its time is up.

    Where processes cannot fork (Windows), nothing happens: what cannot be interrupted runs to its end there.
    """
    if not hasattr(os, "fork"):
        return
    sys.stdout.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        _watch(child, reading)
    os.close(reading)
    from ...parser.script.running import resources

    def announce(seconds: float, grace: float) -> None:
        with contextlib.suppress(OSError):
            os.write(writing, _MESSAGE.pack(seconds, grace))

    resources.announce = announce


def _watch(child: int, reading: int) -> NoReturn:
    """Waits for the child to end, or ends it where it is late."""
    import select

    def pass_on(number: int, frame: Any) -> None:
        # What a terminal sends, the child has received.
        if number != signal.SIGINT or not _in_foreground():
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, pass_on)
    seconds, deadline = 0.0, math.inf
    while True:
        left = None if deadline == math.inf else max(deadline - time.monotonic(), 0)
        if not select.select([reading], [], [], left)[0]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            words = f"it takes more than {seconds:g} s, and one operation does not let itself be interrupted"
            # The child's line that says how far it is.
            erased = ERASE if os.isatty(2) and os.environ.get("TERM") != "dumb" else ""
            os.write(2, f"{erased}error[timeout]: {words}\n  = help: {_HELP}\n".encode())
            os._exit(TIMED_OUT)
        told = os.read(reading, _MESSAGE.size)
        if len(told) < _MESSAGE.size:
            break
        seconds, grace = _MESSAGE.unpack(told)
        deadline = time.monotonic() + seconds + grace if seconds else math.inf
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status))


def _in_foreground() -> bool:
    """Whether the signals of a terminal's keys come to this process and its child."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
