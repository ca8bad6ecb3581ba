# pyright: strict, reportPrivateUsage=false
"""Functions made of other operations, as they are called by name: with `out=`, and with words for a wrong argument."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from ..tensors.symbol import is_items
from ..tensors.tensor import Tensor
from .out import run_into
from .record import Operation


def called_by_name(record: Operation) -> Callable[..., Any]:
    """The function of a composed record. TypeError: something else is given where it takes a tensor."""
    function = record.call

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            if "out" in kwargs:
                return run_into(function, args, kwargs)
            return function(*args, **kwargs)
        except AttributeError as error:
            # Looking at each argument before would cost every call; what is no tensor lacks what a tensor has.
            raise _wrong_argument(record, args) or error from None

    return call


def _wrong_argument(record: Operation, args: Sequence[Any]) -> TypeError | None:
    """PyTorch's error about the first argument that is no tensor; None if all are that are to be."""
    if record.variadic:
        items = args[0] if len(args) == 1 and is_items(args[0]) else args
        for i, item in enumerate(items):
            if not isinstance(item, Tensor):
                return TypeError(
                    f"{record.name}(): argument 'tensors' (position 1) must be tuple of Tensors, but found element of "
                    f"type {type(item).__name__} at pos {i}"
                )
    for i, value in enumerate(args[: record.tensors]):
        if not isinstance(value, Tensor):
            name = ("input", "other")[i] if record.arguments[i] in ("x", "y") else record.arguments[i]
            given = type(value).__name__
            return TypeError(f"{record.name}(): argument '{name}' (position {i + 1}) must be Tensor, not {given}")
    return None
