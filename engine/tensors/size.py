# pyright: strict, reportPrivateUsage=false
"""The shape of a tensor, and how many elements one may have."""

from __future__ import annotations

import math
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import numpy as np


class Size(tuple[int, ...]):
    """A tensor's shape: a tuple that prints as PyTorch's does."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def numel(self) -> int:
        """How many elements a tensor of this shape has."""
        return math.prod(self)


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
