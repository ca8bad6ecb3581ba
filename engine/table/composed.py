# pyright: strict, reportPrivateUsage=false
"""Functions made of other operations, as they are called by name: with `out=`, and with words for a wrong argument."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Any

from ..tensors.errors import is_foreign, misused, type_error
from ..tensors.symbol import is_items
from ..tensors.tensor import Tensor
from .binding import bind
from .out import run_into
from .record import Operation


@cache
def called_by_name(record: Operation) -> Callable[..., Any]:
    """The function of a record as others call it. TypeError: it is given what it does not take."""
    function = record.call
    if not record.composed:
        return function

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            if "out" in kwargs:
                return run_into(function, args, kwargs)
            return function(*args, **kwargs)
        except Exception as error:
            # Looking at each argument before would cost every call.
            if is_foreign(error):
                raise _in_our_words(record, error, args, kwargs) from None
            raise

    return call


def _in_our_words(record: Operation, error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Exception:
    """The error about arguments that Python or NumPy could not do with."""
    known = record.call.__kwdefaults__ or {}
    if not record.takes_many:
        try:
            bind(record, args, {name: value for name, value in kwargs.items() if name not in known})
        except TypeError as unbound:
            return unbound
    return _no_tensor(record, args) or misused(record.name, error, args, **kwargs)


def _no_tensor(record: Operation, args: Sequence[Any]) -> Exception | None:
    """PyTorch's error about the first argument that is no tensor; None if all are that are to be."""
    if record.variadic or not record.arguments:
        items = args[0] if len(args) == 1 and is_items(args[0]) else args
        for i, item in enumerate(items):
            if not isinstance(item, Tensor):
                return type_error(
                    f"{record.name}(): argument 'tensors' (position 1) must be tuple of Tensors, but found element of "
                    f"type {type(item).__name__} at pos {i}"
                )
    for i, value in enumerate(args[: min(record.tensors, len(record.arguments))]):
        if not isinstance(value, Tensor):
            name = ("input", "other")[i] if record.arguments[i] in ("x", "y") else record.arguments[i]
            given = type(value).__name__
            return type_error(f"{record.name}(): argument '{name}' (position {i + 1}) must be Tensor, not {given}")
    return None
