# pyright: strict, reportPrivateUsage=false
"""Which levels of forward-mode differentiation are entered, and where tensors keep their tangents.

A trace (`program/tracing.py`) is a level too: each level says what becomes of an operation that is called inside it.

A tensor may have one tangent at each level. Levels nest: what is computed at one level sees only those outside it.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from ..tensors.tensor import Tensor


class Level:
    """One run of forward-mode differentiation; it knows who holds tangents of it, to take them away at its end."""

    __slots__ = ("__weakref__", "holders")

    # Whether tensors have no numbers in it, so that only operations on tensors are seen.
    numberless = False
    # Whether it is a batch, whose tensors stand for many.
    is_batch = False

    def __init__(self) -> None:
        self.holders: list[weakref.ref[Tangents]] = []

    def propagate(self, call: Callable[..., Any], primitive: Any, args: Any, kwargs: Any) -> Any:
        """The result of an operation called inside this level; `primitive` is its record in the table."""
        raise NotImplementedError

    def drawn(self, function: str, draw: Callable[[tuple[int, ...]], Any], shape: tuple[int, ...]) -> Any:
        """Data of random numbers that a function called inside this level asks for."""
        return draw(shape)

    def carry_over(self, source: Tensor, target: Tensor) -> None:
        """Gives `target` what this level knows of `source` now."""

    def written(self, tensor: Tensor, result: Tensor) -> None:
        """Called when `result` was written into `tensor` in place."""

    @contextmanager
    def outside(self) -> Generator[None]:
        """Only the levels outside this one are seen until the end of the block."""
        levels = forward.levels
        forward.levels = levels[: levels.index(self)] if self in levels else levels
        try:
            yield
        finally:
            forward.levels = levels


def carry_over(source: Tensor, target: Tensor) -> None:
    """Gives `target` what the levels of this thread know of `source` now, whatever is written into that later."""
    for level in forward.levels:
        level.carry_over(source, target)


def written(tensor: Tensor, result: Tensor) -> None:
    """Tells the levels of this thread that `result` was written into `tensor` in place."""
    for level in forward.levels:
        level.written(tensor, result)


def drawn(function: str, draw: Callable[[tuple[int, ...]], Any], shape: tuple[int, ...]) -> Any:
    """The random numbers that `draw` makes of a shape for a function, as the levels of this thread let them be drawn.

    An error: inside the innermost level that has a say none may be.
    """
    for level in reversed(forward.levels if entered else ()):
        if level.numberless:
            return level.drawn(function, draw, shape)
    return draw(shape)


class Tangents(dict[Level, "Tensor | None"]):
    """The tangents of a tensor by level; None says that it has none although its base has one."""

    __slots__ = ("__weakref__",)


class Transformed:
    """A function that is being differentiated or mapped as one, and the tensors that it has from elsewhere."""

    __slots__ = ("batch", "captured")

    def __init__(self, captured: list[Tensor], batch: Level | None = None) -> None:
        self.captured = captured
        # Of one that is mapped: the level at which tensors stand for many.
        self.batch = batch


class _Forward(threading.local):
    enabled = True

    def __init__(self) -> None:
        self.levels: list[Level] = []
        # The functions that are being transformed which this thread is in, the innermost last.
        self.functions: list[Transformed] = []


# The levels entered in any thread. Nearly always none, and looking at this list is all that an operation pays.
entered: list[Level] = []
forward = _Forward()


@contextmanager
def inside_function(transformed: Transformed) -> Generator[None]:
    """The block runs a function that is being differentiated or mapped as one."""
    forward.functions.append(transformed)
    try:
        yield
    finally:
        forward.functions.pop()


def check_outside(name: str, others: str = "") -> None:
    """RuntimeError: this thread is in a function that is being differentiated, where a method may not be called."""
    if forward.functions:
        raise RuntimeError(
            f"You are attempting to call Tensor.{name}() {others}inside of a function being transformed by a functorch "
            "transform. This is unsupported, please attempt to use the functorch transforms (e.g. grad, vjp, jacrev, "
            f"jacfwd, hessian) or call {name}() outside of a function being transformed instead."
        )


def active() -> bool:
    """Whether operations of this thread compute tangents."""
    return bool(entered) and forward.enabled and bool(forward.levels)


def numberless() -> bool:
    """Whether tensors of this thread may have no numbers: what is computed of them has to be operations on tensors."""
    return active() and any(level.numberless for level in forward.levels)


def in_batch_alone() -> bool:
    """Whether a batch is the only level that this thread is in."""
    return active() and len(forward.levels) == 1 and forward.levels[0].is_batch


def enter(level: Level) -> Level:
    """Begins a level inside those that this thread is in."""
    forward.levels = [*forward.levels, level]
    entered.append(level)
    return level


def leave(level: Level) -> None:
    """Ends the innermost level; its tangents are gone."""
    forward.levels = [other for other in forward.levels if other is not level]
    entered.remove(level)
    for reference in level.holders:
        held = reference()
        if held is not None:
            held.pop(level, None)
    level.holders.clear()


def hold(held: Tangents | None, level: Level, tangent: Tensor | None) -> Tangents:
    """Tangents with one more among them, noted for the end of the level."""
    if held is None:
        held = Tangents()
    if level not in held:
        level.holders.append(weakref.ref(held))
    held[level] = tangent
    return held
