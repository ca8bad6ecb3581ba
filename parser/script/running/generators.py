"""Functions of a script that `yield`: what calling one gives, which goes on where it stopped."""

from __future__ import annotations

from typing import Any


class Generator:
    """An iterator over what a function yields. `frame` is where it stopped, None where it has ended."""

    __slots__ = ("frame", "is_running", "machine", "name")

    def __init__(self, machine: Any, frame: Any) -> None:
        self.machine = machine
        self.frame = frame
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


def yield_value(machine: Any, frame: Any, argument: None) -> None:
    """Stops, with a value for whom asked for it; the value of `yield` itself is None."""
    value = frame.stack.pop()
    frame.stack.append(None)
    machine.suspend(value)


def advance_from(machine: Any, frame: Any, end: Any) -> None:
    """As for a loop, of `yield from`: where there is no next value, its result stands in its place."""
    try:
        frame.stack.append(next(frame.stack[-1]))
    except StopIteration as stop:
        frame.stack[-1] = stop.value
        frame.next = end.position
