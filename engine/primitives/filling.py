"""New tensors by size: of one number, of numbers at even distances, with ones on the diagonal.

`elements` of their records says how many elements a call will make, before it makes them. Where an expression computes
a number that PyTorch takes as it is, such as an end of `linspace`, it has its derivative here.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.aliases import Array, Call
from ..tensors.dtypes import dtype as DType  # noqa: N812
from ..tensors.errors import shape_error, type_error
from ..tensors.size import check_count
from ..tensors.spacing import spaced, stepped
from ..tensors.tensor import Tensor
from .arguments import sizes, whole, whole_argument
from .families import CREATION

_function = partial(CREATION.function, tensors=0)


def shape_of(function: str, size: tuple[Any, ...], named: Any) -> tuple[int, ...]:
    """The shape of a new tensor. TypeError: none is given, or not of whole numbers. RuntimeError: a negative size."""
    if named is not None:
        size = (named,)
    if not size:
        raise type_error(f'{function}() missing 1 required positional arguments: "size"')
    try:
        result = sizes(size)
    except TypeError:
        raise type_error(
            f"{function}(): argument 'size' (position 1) must be tuple of ints, not {type(size[0]).__name__}"
        ) from None
    if any(n < 0 for n in result):
        raise shape_error(f"{function}: Dimension size must be non-negative.")
    return result


def filled(shape: tuple[int, ...], value: Any, dtype: DType | None, requires_grad: bool) -> Tensor:
    """A tensor of one number."""
    check_count(math.prod(shape))
    numpy_dtype = (dtype or dtypes.get_default_dtype()).numpy
    return Tensor(np.full(shape, value, numpy_dtype)[()], requires_grad)


def _uniform(name: str, value: int) -> Call:
    def elements(*shape: Any, size: Any = None) -> int:
        return math.prod(shape_of(name, shape, size))

    @_function(elements=elements, name=name, doc=f"{name} in the given shape")
    def make(
        *shape: Any, size: Any = None, dtype: DType | None = None, requires_grad: bool = False, device: Any = None
    ) -> Tensor:
        return filled(shape_of(name, shape, size), value, dtype, requires_grad)

    return make


zeros, ones = _uniform("zeros", 0), _uniform("ones", 1)


@_function(elements=lambda size, fill_value: math.prod(shape_of("full", (size,), None)))
def full(
    size: Any, fill_value: Any, *, dtype: DType | None = None, requires_grad: bool = False, device: Any = None
) -> Tensor:
    """one number in the given shape"""
    shape = shape_of("full", (size,), None)
    if isinstance(fill_value, Tensor):
        if fill_value.ndim:
            raise type_error("full(): argument 'fill_value' (position 2) must be Number, not Tensor")
        if fill_value.requires_grad:
            return ops.expand(fill_value, shape)
        fill_value = fill_value.item()
    if not isinstance(fill_value, (int, float, np.number, np.bool_)):
        given = type(fill_value).__name__
        raise type_error(f"full(): argument 'fill_value' (position 2) must be Number, not {given}")
    kind = dtype or (dtypes.bool_ if isinstance(fill_value, bool) else dtypes.int64)
    if dtype is None and isinstance(fill_value, float):
        kind = dtypes.get_default_dtype()
    return filled(shape, fill_value, kind, requires_grad)


@_function(elements=lambda n, m=None: whole(n) * (whole(n) if m is None else whole(m)))
def eye(
    n: Any, m: Any = None, *, dtype: DType | None = None, requires_grad: bool = False, device: Any = None
) -> Tensor:
    """a matrix of n rows with ones on its diagonal and zeros elsewhere"""
    rows, columns = whole(n), whole(n if m is None else m)
    for name, count in (("n", rows), ("m", columns)):
        if count < 0:
            raise shape_error(f"{name} must be greater or equal to 0, got {count}")
    return Tensor(np.eye(rows, columns, dtype=(dtype or dtypes.get_default_dtype()).numpy), requires_grad)


def number(value: Any) -> Any:
    return value.item() if isinstance(value, (Tensor, np.generic)) else value


def count_of(start: Any, end: Any = None, step: Any = 1) -> int:
    """How many numbers `arange` makes. RuntimeError: a step of 0, or one that leads away from the end."""
    if end is None:
        start, end = 0, start
    start, end, step = map(number, (start, end, step))
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    return math.ceil((end - start) / step)


@_function(elements=count_of)
def arange(
    start: Any,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: DType | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """numbers from `start` (0 if only one is given) up to but not including `end`, in steps"""
    if end is None:
        start, end = 0, start
    if dtype is not None and not dtype.is_floating_point:
        start, end, step = int(number(start)), int(number(end)), int(number(step))
    count = count_of(start, end, step)
    if _is_differentiated(start) or _is_differentiated(step):
        return start + step * of_kind(np.arange(count), dtype, False)
    start, end, step = map(number, (start, end, step))
    if all(isinstance(v, int) for v in (start, end, step)):
        return of_kind(np.arange(start, end, step), dtype or dtypes.int64, requires_grad)
    return Tensor(stepped(start, step, count, _numpy(dtype)), requires_grad)


def _steps(steps: Any) -> int:
    return whole_argument(steps, "linspace(): argument 'steps' (position 3)")


@_function(elements=lambda start, end, steps: _steps(steps))
def linspace(
    start: Any, end: Any, steps: Any, *, dtype: DType | None = None, requires_grad: bool = False, device: Any = None
) -> Tensor:
    """evenly spaced numbers, both ends among them"""
    steps, kind = check_steps(_steps(steps)), _numpy(dtype)
    if _is_differentiated(start) or _is_differentiated(end):
        shares: Any = Tensor(spaced(0.0, 1.0, steps, kind))
        return start * (1 - shares) + end * shares
    return Tensor(spaced(number(start), number(end), steps, kind), requires_grad)


def _is_differentiated(value: Any) -> bool:
    return isinstance(value, Tensor) and value.requires_grad


def of_kind(numbers: Array, dtype: DType | None, requires_grad: bool) -> Tensor:
    """The numbers in a dtype, the default one unless another is given."""
    return Tensor(numbers.astype(_numpy(dtype)), requires_grad)


def _numpy(dtype: DType | None) -> Any:
    return (dtype or dtypes.get_default_dtype()).numpy


def check_steps(steps: int) -> int:
    """RuntimeError: a negative number of them."""
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    return steps
