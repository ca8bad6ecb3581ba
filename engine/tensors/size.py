# pyright: strict, reportPrivateUsage=false
"""The shape of a tensor, and how many elements one may have."""

from __future__ import annotations

import math
import operator
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import type_error


class Size(tuple[int, ...]):
    """A tensor's shape: a tuple that prints as PyTorch's does."""

    __slots__ = ()
    __module__ = "torch"

    def __reduce__(self) -> tuple[Any, ...]:
        return _size, (tuple(self),)

    def __new__(cls, sizes: Iterable[Any] = ()) -> Size:
        made = super().__new__(cls, sizes)
        for n in made:
            if type(n) is not int:
                return cls(_whole(made))
        return made

    # What a tuple gives as a tuple is a size here.
    if not TYPE_CHECKING:

        def __getitem__(self, key: Any) -> Any:
            part = tuple.__getitem__(self, key)
            return Size(part) if type(part) is tuple else part

        def __add__(self, other: Any) -> Size:
            if not isinstance(other, tuple):
                raise type_error(f"can only concatenate tuple (not {type(other).__name__}) to torch.Size")
            return Size((*self, *other))

        def __radd__(self, other: Any) -> Size:
            return Size((*other, *self)) if isinstance(other, tuple) else NotImplemented

        def __mul__(self, times: Any) -> Size:
            return Size(tuple(self) * times)

        __rmul__ = __mul__

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def numel(self) -> int:
        """How many elements a tensor of this shape has."""
        return math.prod(self)


def _size(sizes: Any) -> Size:
    return Size(sizes)


def _whole(sizes: Iterable[Any]) -> Iterator[int]:
    """The sizes as Python numbers. TypeError: one is not whole."""
    for i, n in enumerate(sizes):
        try:
            yield operator.index(n)
        except (TypeError, RuntimeError):
            raise type_error(f"torch.Size() takes an iterable of 'int' (item {i} is '{type(n).__name__}')") from None


# How many elements NumPy computes in about the time of one step of Python's.
_STEP = 100


class TooLargeError(RuntimeError):
    """What an operation would make has more elements than are allowed here."""


# What has a shape, typed so that no type of elements is asked for.
_OF_NUMPY: tuple[type[Any], ...] = (np.ndarray, np.generic)


class _Bound(threading.local):
    most: float = math.inf


# How many elements a tensor may have in this thread. What runs the text of strangers sets it.
bound = _Bound()


@contextmanager
def at_most(elements: float) -> Generator[None]:
    """Inside, an operation that would make a larger tensor raises TooLargeError before it takes the memory."""
    before = bound.most
    bound.most = elements
    try:
        yield
    finally:
        bound.most = before


def check_count(elements: int) -> None:
    """TooLargeError: so many elements are more than allowed."""
    if elements > bound.most:
        raise TooLargeError(f"a tensor of {elements:,} elements, which are more than {bound.most:,}")


def check_steps(count: int) -> None:
    """TooLargeError: an operation would take too many steps of Python, or make as many tensors."""
    check_count(count * _STEP)


def check_each(*data: Any) -> None:
    """TooLargeError: one of these NumPy values, or of lists of them, is too large, if only by repeating."""
    for value in data:
        if isinstance(value, np.ndarray):
            check_count(value.size)
        elif isinstance(value, list):
            parts: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
            check_count(sum([part.size for part in parts if isinstance(part, np.ndarray)]))


def check_together(*data: Any) -> None:
    """TooLargeError: what these NumPy values are broadcast to together is too large."""
    shapes: list[tuple[int, ...]] = [value.shape for value in data if isinstance(value, _OF_NUMPY)]
    most = math.prod([math.prod(shape) or 1 for shape in shapes])
    if most > bound.most:
        ranks = max(map(len, shapes))
        padded = [(1,) * (ranks - len(shape)) + shape for shape in shapes]
        check_count(math.prod([max(sizes) for sizes in zip(*padded, strict=True)]))
