# pyright: strict, reportPrivateUsage=false
"""`out=`: an operation that writes its result into a tensor that is there already."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..graph.transforms import active
from ..tensors.errors import type_error
from ..tensors.memory import INFERENCE_TENSOR, resize, write
from ..tensors.modes import no_grad, recording
from ..tensors.symbol import is_items
from ..tensors.tensor import Tensor


def run_into(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Runs `function` and writes what it returns into `out`, one tensor or a tuple of them, which is returned.

    An `out` of another shape takes that of the result, with a warning unless it is empty.
    RuntimeError: a tensor among them requires grad while recording, or `out` cannot hold the result's dtype.
    TypeError: `out` is not as many tensors as there are results. NotImplementedError: one of them has a tangent.
    """
    given = dict(kwargs)
    out = given.pop("out")
    if out is None:
        return function(*args, **given)
    name = function.__name__
    tensors = list(_tensors((*args, *kwargs.values())))
    if recording.enabled and any(t._requires_grad for t in tensors):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad."
        )
    if active() and any(t._tangents for t in tensors):
        raise NotImplementedError(
            f"Trying to use forward AD with {name}_out that does not support it because it is an out= function"
        )
    with no_grad():
        result = function(*args, **given)
    if isinstance(result, Tensor):
        if not isinstance(out, Tensor):
            raise type_error(f"{name}(): argument 'out' must be Tensor, not {type(out).__name__}")
        _write(out, result)
        return out
    if not is_items(out):
        raise type_error(f"{name}(): argument 'out' must be tuple of Tensors, not {type(out).__name__}")
    if len(out) != len(result):
        raise type_error(f"expected tuple of {len(result)} elements but got {len(out)}")
    for target, part in zip(out, result, strict=True):
        _write(target, part)
    return type(result)(*out) if hasattr(result, "_fields") else tuple(out)


def _tensors(values: Iterable[Any]) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif is_items(value):
            yield from _tensors(value)


def _write(out: Tensor, result: Tensor) -> None:
    if out._inference and not recording.inference:
        raise RuntimeError(INFERENCE_TENSOR)
    present, shape = out._data, result._data.shape
    if present.shape != shape:
        if present.size:
            warnings.warn(
                "An output with one or more elements was resized since it had shape "
                f"{list(present.shape)}, which does not match the required output shape {list(shape)}. This behavior "
                "is deprecated, and in a future PyTorch release outputs will not be resized unless they have zero "
                "elements. You can explicitly reuse an out tensor t by resizing it, inplace, to zero elements with "
                "t.resize_(0).",
                stacklevel=4,
            )
        resize(out, shape)
    write(out, result._data)
