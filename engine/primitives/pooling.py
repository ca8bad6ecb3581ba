"""Pooling: the largest element or the mean of each of the windows over an image, which lie evenly or fill a size.

Which elements a window has is a table for each of the last two dimensions: a line for each window, with the places of
its elements along the dimension, and the size of the dimension where it reaches beyond.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Array, Call
from ..tensors.errors import index_error, shape_error, type_error
from ..tensors.size import check_count
from .arguments import data_of, sizes, titles
from .axes import squeeze, unsqueeze
from .families import LAYER
from .gathering import gather_primitive
from .reshaping import reshape

private, function = LAYER.private, LAYER.function
Tables = tuple[Array, Array]


# Windows


def evenly(size: int, count: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> Array:
    """The table of `count` windows that are a step apart."""
    check_count(count * kernel)
    places = np.arange(count)[:, None] * stride - padding + np.arange(kernel) * dilation
    return np.where((places >= 0) & (places < size), places, size)


def filling(size: int, count: int) -> Array:
    """The table of `count` windows that together are a whole dimension, and are as equal as they can be."""
    check_count(count)
    starts = np.arange(count) * size // count
    ends = -(-np.arange(1, count + 1) * size // count)
    places = starts[:, None] + np.arange((ends - starts).max(initial=1))
    return np.where(places < ends[:, None], places, size)


def _within(table: Array, size: int) -> Array:
    """The table with an element of the same window in place of each that lies beyond."""
    inside = table < size
    if not inside.any(1).all():
        raise NotImplementedError("max_pool2d: a window lies in the padding alone")
    first, last = inside.argmax(1), table.shape[1] - 1 - inside[:, ::-1].argmax(1)
    return np.take_along_axis(table, np.arange(table.shape[1]).clip(first[:, None], last[:, None]), 1)


def _turned(table: Array, size: int) -> Array:
    """The table that has, for each place, the windows it lies in: that of the gradient of sums over windows."""
    inside = table < size
    places, windows = table[inside], np.nonzero(inside)[0]
    order, often = np.argsort(places, kind="stable"), np.bincount(places, minlength=size)
    result = np.full((size, often.max(initial=1)), len(table))
    rank = np.arange(len(places)) - np.repeat(np.cumsum(often) - often, often)
    result[places[order], rank] = windows[order]
    return result


# The largest


def _largest(x: Any, tables: Tables) -> tuple[Any, Any]:
    """The largest element of each window and its place in the image; the first of equals, the last nan."""
    height, width = x.shape[-2:]
    has_nan = x.dtype.kind == "f" and bool(np.isnan(x.max(initial=-np.inf)))
    best, place = x, np.zeros((1, 1), np.int64)
    for axis, size, table in ((-1, width, tables[1]), (-2, height, tables[0])):
        image, before = best, place
        for i, line in enumerate(_within(table, size).T):
            other = image.take(line, axis)
            at = line if axis == -1 else before.take(line, axis) + line[:, None] * width
            if i == 0:
                best, place = other, np.broadcast_to(at, other.shape)
                continue
            better = other > best
            if has_nan:
                better |= np.isnan(other)
            best, place = np.maximum(best, other), np.where(better, at, place)
    return best, np.ascontiguousarray(place)


def _flat(x: Any) -> Any:
    return reshape(x, (*x.shape[:-2], x.shape[-2] * x.shape[-1]))


def _chosen(x: Any, indices: Any) -> Any:
    """The elements of images at places in them."""
    return reshape(gather_primitive(_flat(x), -1, _flat(indices)), tuple(indices.shape))


def _choosing(name: str) -> Call:
    def put(grad: Any, indices: Any, shape: tuple[int, ...]) -> Any:
        result = np.zeros(shape, grad.dtype)
        size = shape[-2] * shape[-1]
        images = np.arange(math.prod(shape[:-2])).reshape(*shape[:-2], 1, 1)
        np.add.at(result.reshape(-1), (indices + images * size).reshape(-1), grad.reshape(-1))
        return result

    backward = private(
        f"{name}_backward",
        put,
        lambda g, indices: _chosen(g, indices),
        None,
        promotes=(),
        batch=lambda grad, indices, shape: backward(grad, indices, (len(grad), *shape)),
    )
    forward = private(
        name,
        _largest,
        lambda g, indices, x_shape: backward(g[0], indices, x_shape),
        outputs=("out", "indices"),
        batch=lambda x, tables: forward(x, tables),
    )
    return forward


max_pool2d_with_indices, adaptive_max_pool2d_with_indices = map(
    _choosing, ("max_pool2d_with_indices", "adaptive_max_pool2d")
)


# The mean


def _sums(x: Any, tables: Tables) -> Any:
    for axis, table in zip((-1, -2), tables[::-1], strict=True):
        size = x.shape[axis]
        if (table == size).any():
            wider = list(x.shape)
            wider[axis] += 1
            beyond, x = x, np.zeros(wider, x.dtype)
            x[(..., slice(size), *(slice(None),) * (-1 - axis))] = beyond
        total = x.take(table[:, 0], axis)
        for line in table[:, 1:].T:
            total += x.take(line, axis)
        x = total
    return x


def _averaging(name: str) -> Call:
    def mean(x: Any, tables: Tables, spans: Tables) -> Any:
        means = _sums(x, tables) / np.multiply.outer(*spans).astype(x.dtype)
        return means if x.dtype.kind == "f" else np.trunc(means).astype(x.dtype)

    def spread(grad: Any, tables: Tables, spans: Tables) -> Any:
        return _sums(grad / np.multiply.outer(*spans).astype(grad.dtype), tables)

    def turned(tables: Tables, shape: Sequence[int]) -> Tables:
        rows, columns = tables
        return _turned(rows, shape[-2]), _turned(columns, shape[-1])

    backward = private(
        f"{name}_backward",
        spread,
        lambda g, grad_shape, tables, spans: forward(g, turned(tables, grad_shape), spans),
        batch=lambda grad, tables, spans: backward(grad, tables, spans),
    )
    forward = private(
        name,
        mean,
        lambda g, x_shape, tables, spans: backward(g, turned(tables, x_shape), spans),
        batch=lambda x, tables, spans: forward(x, tables, spans),
    )
    return forward


avg_pool2d_primitive, adaptive_avg_pool2d_primitive = map(_averaging, ("avg_pool2d", "adaptive_avg_pool2d"))


# Arguments


def _numbers(function: str, name: str, position: int, value: Any) -> tuple[int, ...]:
    try:
        return sizes((value,))
    except TypeError:
        given = type(value).__name__
        message = f"{function}(): argument '{name}' (position {position}) must be tuple of ints, not {given}"
        raise type_error(message) from None


def _pair(function: str, name: str, position: int, value: Any) -> tuple[int, int]:
    numbers = _numbers(function, name, position, value)
    if len(numbers) not in (1, 2):
        raise shape_error(f"{function}: {name} must either be a single int, or a tuple of two ints")
    return numbers[0], numbers[-1]


def _counts(shape: Sequence[int], kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool) -> list[int]:
    """How many windows there are along the last two dimensions. RuntimeError: there are none, or no such windows."""
    if 0 in stride:
        raise shape_error("stride should not be zero")
    if min(dilation) <= 0:
        raise shape_error(
            f"dilation should be greater than zero, but got dilationH: {dilation[0]} dilationW: {dilation[1]}"
        )
    if min(kernel) <= 0:
        raise shape_error(f"kernel size should be greater than zero, but got kH: {kernel[0]} kW: {kernel[1]}")
    counts = []
    for n, k, s, p, d in zip(shape[-2:], kernel, stride, padding, dilation, strict=True):
        if p < 0:
            raise shape_error(f"pad must be non-negative, but got pad: {p}")
        if p > ((k - 1) * d + 1) // 2:
            raise shape_error(
                f"pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} and "
                f"dilation={d}"
            )
        count = (n + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil_mode else 0)) // s + 1
        # The last window has to begin in the image or in the padding before it.
        counts.append(count - (ceil_mode and (count - 1) * s >= n + p))
    if min(counts) < 1:
        before, after = ("x".join(str(n) for n in (shape[-3], *last)) for last in (shape[-2:], counts))
        raise shape_error(f"Given input size: ({before}). Calculated output size: ({after}). Output size is too small")
    check_count(math.prod(shape[:-2]) * math.prod(counts))
    return counts


def _stride(read: Callable[..., Any], function: str, stride: Any, kernel: Any) -> Any:
    """The steps between windows, read as the kernel was; windows stand side by side where nothing is said."""
    return kernel if stride is None or stride == () else read(function, "stride", 3, stride)


def _check_images(shape: Sequence[int]) -> None:
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        raise shape_error(
            f"Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:{list(shape)}"
        )


def _line(run: Callable[..., Any], x: Any) -> Any:
    """What `run` makes of lines, as of images of height 1."""
    result = run(unsqueeze(x, -2))
    return tuple(squeeze(r, -2) for r in result) if isinstance(result, tuple) else squeeze(result, -2)


def _max_pool(x: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool) -> tuple[Any, Any]:
    shape = data_of(x).shape
    counts = _counts(shape, kernel, stride, padding, dilation, ceil_mode)
    each = zip(shape[-2:], counts, kernel, stride, padding, dilation, strict=True)
    return tuple(max_pool2d_with_indices(x, tuple(evenly(*part) for part in each)))


@function(torch=("max_pool2d", "nn.functional.max_pool2d"))
def max_pool2d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """the largest element of each window of images, and with `return_indices` its place in the image"""
    name = "max_pool2d"
    kernel = _pair(name, "kernel_size", 2, kernel_size)
    steps = _stride(_pair, name, stride, kernel)
    around, between = _pair(name, "padding", 4, padding), _pair(name, "dilation", 5, dilation)
    shape = data_of(x).shape
    if len(shape) not in (3, 4):
        raise shape_error("non-empty 3D or 4D (batch mode) tensor expected for input")
    _check_images(shape)
    result = _max_pool(x, kernel, steps, around, between, ceil_mode)
    return result if return_indices else result[0]


def _single(function: str, name: str, position: int, value: Any) -> int:
    numbers = _numbers(function, name, position, value)
    if len(numbers) != 1:
        raise shape_error(
            f"{function}() {name} must be an int, list of ints or tuple of ints of size 1 but got size {len(numbers)}"
            if function == "max_pool1d"
            else f"{function}() argument '{name}' should contain one int (got {len(numbers)})"
        )
    return numbers[0]


@function(torch=("max_pool1d", "nn.functional.max_pool1d"))
def max_pool1d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """the largest element of each window along the last dimension, and with `return_indices` its place"""
    name = "max_pool1d"
    shape = data_of(x).shape
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise shape_error(
            f"{name}: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:"
            f"{list(shape)}"
        )
    kernel = _single(name, "kernel_size", 2, kernel_size)
    step = _stride(_single, name, stride, kernel)
    around, between = _single(name, "padding", 4, padding), _single(name, "dilation", 5, dilation)
    for argument, value in (("kernel_size", kernel), ("stride", step), ("dilation", between)):
        if value <= 0:
            raise shape_error(f"{name}() {argument} must be greater than zero, but got {value}")
    if around < 0:
        raise shape_error(f"{name}() padding must be non-negative, but got {around}")
    if around > kernel // 2:
        raise shape_error(
            f"{name}() padding should be at most half of kernel size, but got padding={around} and kernel_size={kernel}"
        )
    length = (shape[-1] + 2 * around - between * (kernel - 1) - 1) // step + 1
    if length < 1 and not ceil_mode:
        raise shape_error(f"{name}() Invalid computed output size: {length}")
    _check_computed("max_pool1d_impl", x)
    result = _line(lambda x: _max_pool(x, (1, kernel), (1, step), (0, around), (1, between), ceil_mode), x)
    return result if return_indices else result[0]


def _avg_pool(
    x: Any, kernel: Any, stride: Any, padding: Any, ceil_mode: bool, includes_padding: bool, divisor: int | None
) -> Any:
    shape = data_of(x).shape
    counts = _counts(shape, kernel, stride, padding, (1, 1), ceil_mode)
    tables, often = [], []
    for n, count, k, s, p in zip(shape[-2:], counts, kernel, stride, padding, strict=True):
        tables.append(evenly(n, count, k, s, p))
        starts = np.arange(count) * s - p
        ends = np.minimum(starts + k, n + p)
        often.append(ends - starts if includes_padding else np.minimum(ends, n) - np.maximum(starts, 0))
    if divisor is not None:
        often = [np.full(counts[0], divisor), np.ones(counts[1])]
    return avg_pool2d_primitive(x, tuple(tables), tuple(often))


@function()
def avg_pool2d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """the mean of each window of images; zeros around them count, if they are to"""
    name = "avg_pool2d"
    kernel = _pair(name, "kernel_size", 2, kernel_size)
    steps = _stride(_pair, name, stride, kernel)
    around = _pair(name, "padding", 4, padding)
    if divisor_override == 0:
        raise shape_error("divisor must be not zero")
    shape = data_of(x).shape
    if len(shape) < 3:
        raise index_error(
            f"Dimension out of range (expected to be in range of [{-max(len(shape), 1)}, {max(len(shape), 1) - 1}], "
            "but got -3)"
        )
    _check_images(shape)
    return _avg_pool(x, kernel, steps, around, ceil_mode, count_include_pad, divisor_override)


def _check_lines(function: str, shape: Sequence[int]) -> None:
    if len(shape) not in (2, 3):
        raise shape_error(
            f"Expected 2 to 3 dimensions, but got {len(shape)}-dimensional tensor for argument #1 'self' (while "
            f"checking arguments for {function})"
        )


@function(torch=("avg_pool1d", "nn.functional.avg_pool1d"))
def avg_pool1d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """the mean of each window along the last dimension; zeros around it count, if they are to"""
    name = "avg_pool1d"
    _check_lines(name, data_of(x).shape)
    kernel = _single(name, "kernel_size", 2, kernel_size)
    step = _stride(_single, name, stride, kernel)
    around = _single(name, "padding", 4, padding)
    _check_images((*data_of(x).shape[:-1], 1, data_of(x).shape[-1]))
    return _line(lambda x: _avg_pool(x, (1, kernel), (1, step), (0, around), ceil_mode, count_include_pad, None), x)


# Windows that fill a size


def _filled(function: str, x: Any, size: Any) -> tuple[list[int], Tables]:
    """How many windows there are along each dimension, and their tables; None: as many as there are elements."""
    shape, given = data_of(x).shape, size if isinstance(size, (tuple, list)) else (size,) * 2
    if len(given) != 2:
        raise shape_error(f"{function}: output_size must be 2")
    if len(shape) not in (3, 4):
        mark = ":" if "max" in function else ""
        raise shape_error(f"{function}(): Expected 3D or 4D tensor, but got{mark} {list(shape)}")
    counts = [n if c is None else _numbers(function, "output_size", 2, c)[0] for n, c in zip(shape[-2:], given)]  # noqa: B905
    if min(counts) < 0:
        raise shape_error(
            f"{function}: elements of output_size must be greater than or equal to 0 but received "
            f"{{{counts[0]}, {counts[1]}}}"
        )
    if 0 in shape[-2:]:
        raise shape_error(
            f"{function}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
            f"{list(shape)} with dimension {len(shape) - 2 + shape[-2:].index(0)} being empty"
        )
    check_count(math.prod(shape[:-2]) * math.prod(counts))
    rows, columns = (filling(n, count) for n, count in zip(shape[-2:], counts, strict=True))
    return counts, (rows, columns)


def _check_computed(function: str, x: Any) -> None:
    if data_of(x).dtype.kind != "f":
        raise NotImplementedError(f"\"{function}\" not implemented for '{titles(x)[0]}'")


def _adaptive_mean(x: Any, size: Any) -> Any:
    counts, tables = _filled("adaptive_avg_pool2d", x, size)
    if counts == [1, 1]:
        return ops.mean(x, (-1, -2), True)
    _check_computed("adaptive_avg_pool2d", x)
    shape = data_of(x).shape
    spans = tuple((table < n).sum(1) for table, n in zip(tables, shape[-2:], strict=True))
    return adaptive_avg_pool2d_primitive(x, tables, spans)


@function()
def adaptive_avg_pool2d(x: Any, output_size: Any) -> Any:
    """the means of as many windows of images as there are to be, which together are all of an image"""
    return _adaptive_mean(x, output_size)


@function(torch=("adaptive_avg_pool1d", "nn.functional.adaptive_avg_pool1d"))
def adaptive_avg_pool1d(x: Any, output_size: Any) -> Any:
    """the means of as many windows along the last dimension as there are to be, which together are all of it"""
    _check_lines("adaptive_avg_pool1d", data_of(x).shape)
    count = _single("adaptive_avg_pool1d", "output_size", 2, output_size)
    return _line(lambda x: _adaptive_mean(x, (1, count)), x)


def _adaptive_largest(x: Any, size: Any) -> tuple[Any, Any]:
    _, tables = _filled("adaptive_max_pool2d", x, size)
    _check_computed("adaptive_max_pool2d", x)
    return tuple(adaptive_max_pool2d_with_indices(x, tables))


@function()
def adaptive_max_pool2d(x: Any, output_size: Any, return_indices: bool = False) -> Any:
    """the largest elements of as many windows of images as there are to be, which together are all of an image"""
    result = _adaptive_largest(x, output_size)
    return result if return_indices else result[0]


@function(torch=("nn.functional.adaptive_max_pool1d",))
def adaptive_max_pool1d(x: Any, output_size: Any, return_indices: bool = False) -> Any:
    """the largest elements of as many windows along the last dimension as there are to be, together all of it"""
    _check_lines("adaptive_max_pool1d", data_of(x).shape)
    count = _single("adaptive_max_pool1d", "output_size", 2, output_size)
    result = _line(lambda x: _adaptive_largest(x, (1, count)), x)
    return result if return_indices else result[0]
