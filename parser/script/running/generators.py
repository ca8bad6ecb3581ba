"""Functions of a script that `yield`: what calling one gives, which goes on where it stopped."""

from __future__ import annotations

import _thread
import warnings
from contextlib import suppress
from typing import Any, NamedTuple

from .exceptions import raised
from .frames import Frame


class Yielding(NamedTuple):
    """What a function asks for to stop with a value; it is given what is sent when it goes on."""

    value: Any


class Generator:
    """An iterator over what a function yields. `frame` is where it stopped, None where it has ended.

    One that nothing refers to any more is closed at once, as Python's are.
    """

    __slots__ = ("frame", "is_running", "machine", "name")

    def __init__(self, machine: Any, frame: Frame) -> None:
        self.machine = machine
        self.frame: Frame | None = frame
        self.name = frame.code.name
        self.is_running = False

    def __iter__(self) -> Generator:
        return self

    def __next__(self) -> Any:
        return self._resumed(None, None)

    def send(self, value: Any) -> Any:
        """Goes on where it stopped, with the value of `yield` there."""
        if value is not None and self.frame is not None and not self.frame.stack[-1].gi_suspended:
            raise TypeError("can't send non-None value to a just-started generator")
        return self._resumed(value, None)

    def throw(self, error: Any) -> Any:
        """Goes on with an error where it stopped."""
        error = raised(error, self.machine.guard)
        if self.frame is None:
            raise error
        return self._resumed(None, error)

    def close(self) -> None:
        """Leaves it where it stopped: what stands after `finally` there is run."""
        if self.frame is not None:
            with suppress(StopIteration):
                self._resumed(None, GeneratorExit())
                raise RuntimeError("generator ignored GeneratorExit")

    def _resumed(self, value: Any, error: BaseException | None) -> Any:
        if self.frame is None:
            raise StopIteration
        if self.is_running:
            raise ValueError("generator already executing")
        self.is_running = True
        try:
            has_more, value = self.machine.resume(self.frame, value, error)
        except BaseException:
            self.frame = None
            raise
        finally:
            self.is_running = False
        if not has_more:
            self.frame = None
            raise StopIteration(value)
        return value

    def __del__(self) -> None:
        if self.frame is None or not self.machine.may_close():
            return
        under_way = self.machine.result, self.machine.suspended
        try:
            self.close()
        except KeyboardInterrupt:
            # Python drops what is raised here.
            _thread.interrupt_main()
        except Exception as error:
            error.__traceback__ = error.__context__ = error.__cause__ = None
            words = getattr(error, "message", error)
            warnings.warn(f"an error in the generator `{self.name}`, which is left, is lost: {words}", stacklevel=1)
        finally:
            self.machine.result, self.machine.suspended = under_way

    def __repr__(self) -> str:
        return f"<generator {self.name}>"
