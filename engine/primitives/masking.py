"""Elements where a mask is true: filled, and picked out."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.dtypes import is_number
from ..tensors.tensor import Tensor
from .arguments import data_of
from .families import INDEXING
from .indices import check_value

private, function = INDEXING.private, INDEXING.function


def _mask(function: str, message: str, mask: Any) -> Any:
    """A mask, which may be given as a list. RuntimeError: it is not one of booleans."""
    if not isinstance(mask, (Tensor, np.ndarray, np.generic)):
        mask = np.asarray(mask)
    dtype = data_of(mask).dtype
    if dtype.kind != "b":
        raise RuntimeError(function + message.format(dtypes.of(dtype).c_name))
    return mask


def _masked_put(x: Any, value: Any, mask: Any) -> Any:
    shape = np.broadcast_shapes(np.shape(x), np.shape(mask))
    result = np.array(np.broadcast_to(x, shape), order="C")
    result[np.broadcast_to(mask, shape)] = value
    return result


masked_fill_number = private(
    "masked_fill",
    lambda x, mask, value: _masked_put(x, value, mask),
    lambda g, mask: masked_fill_number(g, mask, 0),
    elementwise=True,
)
masked_fill_tensor = private(
    "masked_fill",
    lambda x, mask, value: _masked_put(x, value, mask),
    lambda g, mask: masked_fill_number(g, mask, 0),
    None,
    lambda g, mask: ops.where(mask, g, 0),
    overload=1,
    promotes=(),
    elementwise=True,
)


@function(in_place=True)
def masked_fill(x: Any, mask: Any, value: Any) -> Any:
    """x with one value where the mask is true"""
    mask = _mask("masked_fill_", " only supports boolean masks, but got mask with dtype {}", mask)
    if is_number(value):
        return masked_fill_number(x, mask, value)
    check_value("masked_fill_", value)
    return masked_fill_tensor(x, mask, value)


def _masked_select(x: Any, mask: Any) -> Any:
    shape = np.broadcast_shapes(np.shape(x), np.shape(mask))
    return np.broadcast_to(x, shape)[np.broadcast_to(mask, shape)]


def _masked_select_backward(grad: Any, mask: Any, shape: Any) -> Any:
    shape = np.broadcast_shapes(shape, np.shape(mask))
    result = np.zeros(shape, grad.dtype)
    result[np.broadcast_to(mask, shape)] = grad
    return result


masked_select_primitive = private(
    "masked_select",
    _masked_select,
    lambda g, mask, x_shape: masked_select_backward(g, mask, x_shape),
    moves="places",
    shaped_by="mask",
)
masked_select_backward = private(
    "masked_select_backward",
    _masked_select_backward,
    lambda g, mask: masked_select_primitive(g, mask),
    moves="places",
    shaped_by="mask",
)


@function()
def masked_select(x: Any, mask: Any) -> Any:
    """the elements of x where the mask is true, in one dimension"""
    return masked_select_primitive(x, _mask("masked_select", ": expected BoolTensor for mask", mask))
