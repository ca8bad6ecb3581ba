# pyright: strict, reportPrivateUsage=false
"""Whether operations are recorded: `no_grad`, `enable_grad`, `set_grad_enabled`. Each thread has its own state."""

from __future__ import annotations

import functools
import threading
from collections.abc import Generator
from typing import Any

_GENERATOR = 0x20  # inspect.CO_GENERATOR, without importing inspect


class _Recording(threading.local):
    enabled = True
    inference = False


recording = _Recording()


def is_grad_enabled() -> bool:
    """Whether operations on tensors that require grad are recorded in this thread."""
    return recording.enabled


class _Mode:
    """A context manager that also decorates functions; a generator function is under it at each of its steps."""

    def __enter__(self) -> None:
        raise NotImplementedError

    def __exit__(self, *exc_info: object) -> None:
        raise NotImplementedError

    def clone(self) -> _Mode:
        """Another one that does the same."""
        return type(self)()

    def __call__(self, function: Any) -> Any:
        if isinstance(function, type):
            import warnings

            warnings.warn(
                "Decorating classes is deprecated and will be disabled in future versions. You should only decorate "
                "functions or methods. To preserve the current behavior of class decoration, you can directly "
                "decorate the `__init__` method and nothing else.",
                FutureWarning,
                stacklevel=2,
            )
        code = getattr(function, "__code__", None)
        if code is not None and code.co_flags & _GENERATOR:
            return _decorated_generator(self.clone, function)

        def decorated(*args: Any, **kwargs: Any) -> Any:
            with self.clone():
                return function(*args, **kwargs)

        return functools.wraps(function, updated=() if isinstance(function, type) else ("__dict__",))(decorated)


def _decorated_generator(mode: Any, function: Any) -> Any:
    """The generator function with a mode on while it runs, and off while what it yielded is in use."""

    @functools.wraps(function)
    def decorated(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        generator = function(*args, **kwargs)
        step: Any = generator.send
        sent: Any = None
        while True:
            try:
                with mode():
                    given = step(sent)
            except StopIteration as stopped:
                return stopped.value
            try:
                sent = yield given
            except GeneratorExit:
                with mode():
                    generator.close()
                raise
            except BaseException as error:
                step, sent = generator.throw, error
            else:
                step = generator.send

    return decorated


class set_grad_enabled(_Mode):  # noqa: N801  (PyTorch's name)
    """Switches recording on or off: at once when called, until the end of the block as a context manager."""

    def __init__(self, mode: bool) -> None:
        self.previous = recording.enabled
        self.mode = mode
        recording.enabled = mode

    def __call__(self, function: Any) -> Any:
        recording.enabled = self.previous
        return super().__call__(function)

    def clone(self) -> set_grad_enabled:
        return set_grad_enabled(self.mode)

    def __enter__(self) -> None:
        recording.enabled = self.mode

    def __exit__(self, *exc_info: object) -> None:
        recording.enabled = self.previous


class _Switch(_Mode):
    mode: bool

    def __init__(self) -> None:  # pyright: ignore[reportInconsistentConstructor]  # with a function, it is not called
        self.previous: list[tuple[bool, bool]] = []

    def __new__(cls, mode: Any = None) -> Any:
        # PyTorch lets the decorator be written without parentheses.
        if callable(mode):
            return cls()(mode)
        return super().__new__(cls)

    def __enter__(self) -> None:
        self.previous.append((recording.enabled, recording.inference))
        recording.enabled = self.mode

    def __exit__(self, *exc_info: object) -> None:
        recording.enabled, recording.inference = self.previous.pop()


class no_grad(_Switch):  # noqa: N801  (PyTorch's name)
    """A context manager and decorator under which no operation is recorded."""

    mode = False


class enable_grad(_Switch):  # noqa: N801  (PyTorch's name)
    """A context manager and decorator that switches recording on again inside `no_grad`."""

    mode = True


class inference_mode(_Switch):  # noqa: N801  (PyTorch's name)
    """A context manager and decorator under which nothing is recorded, and new tensors never can be."""

    def __init__(self, mode: Any = True) -> None:
        super().__init__()
        self.inference = mode
        self.mode = not mode

    def clone(self) -> inference_mode:
        return inference_mode(self.inference)

    def __enter__(self) -> None:
        super().__enter__()
        recording.inference = self.inference


def is_inference_mode_enabled() -> bool:
    """Whether inference mode is on in this thread."""
    return recording.inference
