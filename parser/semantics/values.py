"""The values of a program on their way: as operands, as tensors, as an index."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np

from ...engine import Tensor
from ...engine.api.creation import tensor
from ...engine.table.registry import ops
from ...engine.tensors.dtypes import bool_, is_number
from ...engine.tensors.errors import ParameterError, type_error, value_error
from ...engine.tensors.size import check_count
from ...engine.tensors.symbol import TraceError, is_open, is_symbolic

Operand: TypeAlias = Tensor | int | float
# An operand, text, None, a slice, `...`, a list of such, or several results of a function by name: `max(x, dim=0)`.
Value: TypeAlias = Any


def operand(value: Value) -> Operand:
    """A value as an operand, a Tensor or a Python number: as `tensor_of`, but a number stays one."""
    if type(value) is Tensor:
        return value
    return value if is_number(value) else tensor_of(value)


def tensor_of(value: Value) -> Tensor:
    """A value as a tensor; numbers take the default dtype, a list is stacked. TypeError: something else."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, bool):
        return tensor(value)
    if is_number(value):
        return tensor(_as_float(value))
    if hasattr(value, "_fields"):
        return value[0]
    if isinstance(value, (list, tuple)):
        return _stacked(list(value))
    raise type_error(f"a number or tensor is expected here, not {_NAMES.get(type(value), type(value).__name__)}")


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def index_of(value: Value) -> Value:
    """A value as an index: a tensor of whole numbers, as all variables are floating, as integers.

    ParameterError: it is to be differentiated by, and nothing has a derivative by where it is.
    """
    if isinstance(value, Tensor) and value.requires_grad:
        raise ParameterError("an index is a number here, and there is no derivative by it")
    if isinstance(value, Tensor) and value.dtype.is_floating_point:
        data = value._data
        if is_open(data):
            raise TraceError("an index depends on the values of variables")
        if not np.all(np.isfinite(data)) or np.any(data != np.rint(data)):
            raise value_error("an index is a whole number", IndexError)
        return int(data) if not data.ndim else Tensor(data.astype(np.int64))
    if isinstance(value, Tensor) and not value.ndim and value.dtype is not bool_:
        return int(value)
    return value


def takes_elements(index: Value) -> bool:
    """Whether a part of an index needs a dimension to take elements of."""
    if isinstance(index, Tensor):
        return index.dtype is not bool_
    return isinstance(index, (int, slice, list)) and not isinstance(index, bool)


def gated(value: Value, condition: Tensor) -> Value:
    """The value, whose gradient is that of the condition's branch where it holds and 0 elsewhere.

    A branch that is not chosen may have a nan for its gradient, which multiplying by 0 would not remove.
    """
    if not isinstance(value, Tensor) or not value.requires_grad:
        return value
    return ops.where(condition, value, value.detach())


_NAMES = {type(None): "None", str: "text", slice: "a slice", type(...): "..."}


def _stacked(items: list[Any]) -> Tensor:
    # Nested as deep as its source, so not by recursion: innermost lists first.
    pending: list[tuple[list[Any], list[Tensor]]] = [(items, [])]
    while True:
        remaining, done = pending[-1]
        if len(done) < len(remaining):
            item = remaining[len(done)]
            if isinstance(item, list):
                pending.append((item, []))
            else:
                done.append(tensor_of(item))
            continue
        pending.pop()
        constant = not any(t.requires_grad or is_symbolic(t._data) for t in done)
        if not done:
            joined = tensor([])
        elif constant and len({t.shape for t in done}) == 1:
            check_count(len(done) * done[0].numel())
            joined = Tensor(np.stack([t._data for t in done]))
        else:
            joined = ops.stack(done)
        if not pending:
            return joined
        pending[-1][1].append(joined)
