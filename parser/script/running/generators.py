"""Functions of a script that `yield`: what calling one gives, which goes on where it stopped."""

from __future__ import annotations

from typing import Any, NamedTuple

from .frames import Frame


class Yielding(NamedTuple):
    """What a function asks for to stop with a value; it is given None when it goes on."""

    value: Any


class Generator:
    """An iterator over what a function yields. `frame` is where it stopped, None where it has ended."""

    __slots__ = ("frame", "is_running", "machine", "name")

    def __init__(self, machine: Any, frame: Frame) -> None:
        self.machine = machine
        self.frame: Frame | None = frame
        self.name = frame.code.name
        self.is_running = False

    def __iter__(self) -> Generator:
        return self

    def __next__(self) -> Any:
        if self.frame is None:
            raise StopIteration
        if self.is_running:
            raise ValueError("generator already executing")
        self.is_running = True
        try:
            has_more, value = self.machine.resume(self.frame)
        except BaseException:
            self.frame = None
            raise
        finally:
            self.is_running = False
        if not has_more:
            self.frame = None
            raise StopIteration(value)
        return value

    def __repr__(self) -> str:
        return f"<generator {self.name}>"
