# pyright: strict, reportPrivateUsage=false
"""Functions made of other operations, as they are called by name: with `out=`, and with words for a wrong argument."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from typing import Any

from ..graph.hooks import next_sequence
from ..tensors.device import check_device
from ..tensors.errors import ParameterError, is_foreign, misused, no_tensor, type_error
from ..tensors.modes import recording
from ..tensors.symbol import is_items
from ..tensors.tensor import Tensor
from .binding import bind
from .out import run_into
from .record import Operation


@cache
def called_by_name(record: Operation) -> Callable[..., Any]:
    """The function of a record as others call it. TypeError: it is given what it does not take."""
    function, tensors = record.call, record.tensors
    if not record.composed:
        return function

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            if kwargs:
                kwargs = record.own_names(kwargs)
                check_device(kwargs.get("device"))
            if "out" in kwargs:
                return run_into(function, args, kwargs)
            if (len(args) == tensors and not kwargs) or not recording.enabled:
                return function(*args, **kwargs)
            since = next_sequence()
            result = function(*args, **kwargs)
            check_parameters(record, args, kwargs, result, since)
            return result
        except Exception as error:
            # Looking at each argument before would cost every call.
            if is_foreign(error):
                raise _in_our_words(record, error, args, kwargs) from None
            raise

    return call


def check_parameters(
    record: Operation, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any, since: int
) -> None:
    """ParameterError, in PyTorch's words: an argument behind the tensors requires grad, and no gradient comes to it.

    Some functions made of others take numbers as tensors, such as `clamp` its bounds; of others they ask only what they
    are. `since` is a number of `next_sequence` from before the call.
    """
    behind = dict(enumerate(args[record.tensors :], record.tensors)) if not record.variadic else {}
    for key, value in (*behind.items(), *kwargs.items()):
        if not (isinstance(value, Tensor) and value._requires_grad):
            continue
        if key in record.arguments[: record.tensors] or _is_reached(value, result, since):
            continue
        name, place = (record.arguments[key], f" (position {key + 1})") if isinstance(key, int) else (key, "")
        raise ParameterError(f"{record.name}(): argument '{name}'{place} must be Number, not Tensor")


def _is_reached(tensor: Tensor, result: Any, since: int) -> bool:
    """Whether gradients of the results come to the tensor, by what was recorded since; true where there are none."""
    several: Sequence[Any] = result if is_items(result) else (result,)
    results = [r for r in several if isinstance(r, Tensor)]
    pending = [r._edge() for r in results if r._requires_grad]
    if not any(r.dtype.is_floating_point for r in results):
        return True
    wanted, seen = tensor._edge(), set[int]()
    while pending:
        edge = pending.pop()
        if edge == wanted:
            return True
        node = edge[0]
        if node is not None and node._sequence > since and id(node) not in seen:
            seen.add(id(node))
            pending.extend(node.next_functions)
    return False


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
            return no_tensor(record.name, name, i, value)
    return None
