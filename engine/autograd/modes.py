"""Whether operations are recorded: `no_grad`, `enable_grad`, `set_grad_enabled`. Each thread has its own state."""

from __future__ import annotations

import threading
from contextlib import ContextDecorator
from typing import Any


class _Recording(threading.local):
    enabled = True


recording = _Recording()


def is_grad_enabled() -> bool:
    """Whether operations on tensors that require grad are recorded in this thread."""
    return recording.enabled


class set_grad_enabled(ContextDecorator):  # noqa: N801  (PyTorch's name)
    """Switches recording on or off: at once when called, until the end of the block as a context manager."""

    def __init__(self, mode: bool) -> None:
        self.previous = recording.enabled
        self.mode = mode
        recording.enabled = mode

    def __call__(self, function: Any) -> Any:
        recording.enabled = self.previous
        return super().__call__(function)

    def __enter__(self) -> None:
        recording.enabled = self.mode

    def __exit__(self, *exc_info: object) -> None:
        recording.enabled = self.previous


class _Switch(ContextDecorator):
    mode: bool

    def __init__(self) -> None:
        self.previous: list[bool] = []

    def __new__(cls, function: Any = None) -> Any:
        # PyTorch lets the decorator be written without parentheses.
        if callable(function):
            return cls()(function)
        return super().__new__(cls)

    def __enter__(self) -> None:
        self.previous.append(recording.enabled)
        recording.enabled = self.mode

    def __exit__(self, *exc_info: object) -> None:
        recording.enabled = self.previous.pop()


class no_grad(_Switch):  # noqa: N801  (PyTorch's name)
    """A context manager and decorator under which no operation is recorded."""

    mode = False


class enable_grad(_Switch):  # noqa: N801  (PyTorch's name)
    """A context manager and decorator that switches recording on again inside `no_grad`."""

    mode = True
