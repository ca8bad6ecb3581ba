"""Pooling: the largest element or the mean of each of the windows over an image, which lie evenly or fill a size.

Which elements a window has is a table for each of the last dimensions: a line for each window, with the places of
its elements along the dimension, and the size of the dimension where it reaches beyond.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Array, Call
from ..tensors.errors import dimension_error, shape_error, type_error
from ..tensors.size import check_count
from .arguments import check_computed, data_of, sizes
from .axes import squeeze, unsqueeze
from .families import LAYER
from .gathering import gather_primitive
from .reshaping import reshape

private, function = LAYER.private, LAYER.function
Tables = tuple[Array, ...]


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
    has_nan = x.dtype.kind == "f" and bool(np.isnan(x.max(initial=-np.inf)))
    best, place, below = x, np.zeros((1,) * len(tables), np.int64), 1
    for axis, table in zip(range(-1, -len(tables) - 1, -1), tables[::-1], strict=True):
        image, before, size = best, place, x.shape[axis]
        for i, line in enumerate(_within(table, size).T):
            other = image.take(line, axis)
            along = (line * below).reshape(-1, *(1,) * (-1 - axis))
            at = along if axis == -1 else before.take(line, axis) + along
            if i == 0:
                best, place = other, np.broadcast_to(at, other.shape)
                continue
            better = other > best
            if has_nan:
                better |= np.isnan(other)
            best, place = np.maximum(best, other), np.where(better, at, place)
        below *= size
    return best, np.ascontiguousarray(place)


def _choosing(name: str, rank: int) -> Call:
    def flat(x: Any) -> Any:
        return reshape(x, (*x.shape[:-rank], math.prod(x.shape[-rank:])))

    def chosen(x: Any, indices: Any) -> Any:
        return reshape(gather_primitive(flat(x), -1, flat(indices)), tuple(indices.shape))

    def put(grad: Any, indices: Any, shape: tuple[int, ...]) -> Any:
        result = np.zeros(shape, grad.dtype)
        images = np.arange(math.prod(shape[:-rank])).reshape(*shape[:-rank], *(1,) * rank)
        np.add.at(result.reshape(-1), (indices + images * math.prod(shape[-rank:])).reshape(-1), grad.reshape(-1))
        return result

    backward = private(
        f"{name}_backward",
        put,
        lambda g, indices: chosen(g, indices),
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


_CHOOSING = {rank: _choosing(f"max_pool{rank}d_with_indices", rank) for rank in (2, 3)}
_CHOOSING_FILLED = {rank: _choosing(f"adaptive_max_pool{rank}d", rank) for rank in (2, 3)}


# The mean


def _sums(x: Any, tables: Tables) -> Any:
    for axis, table in zip(range(-1, -len(tables) - 1, -1), tables[::-1], strict=True):
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


def _volumes(spans: Tables) -> Any:
    """How many elements each window has, by those along each dimension."""
    return reduce(np.multiply.outer, spans)


def _averaging(name: str) -> Call:
    def mean(x: Any, tables: Tables, spans: Tables) -> Any:
        means = _sums(x, tables) / _volumes(spans).astype(x.dtype)
        return means if x.dtype.kind == "f" else np.trunc(means).astype(x.dtype)

    def spread(grad: Any, tables: Tables, spans: Tables) -> Any:
        return _sums(grad / _volumes(spans).astype(grad.dtype), tables)

    def turned(tables: Tables, shape: Sequence[int]) -> Tables:
        return tuple(_turned(table, n) for table, n in zip(tables, shape[-len(tables) :], strict=True))

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


_AVERAGING = {rank: _averaging(f"avg_pool{rank}d") for rank in (2, 3)}
_AVERAGING_FILLED = {rank: _averaging(f"adaptive_avg_pool{rank}d") for rank in (2, 3)}


# Arguments


def _numbers(function: str, name: str, position: int, value: Any) -> tuple[int, ...]:
    try:
        return sizes((value,))
    except TypeError:
        given = type(value).__name__
        message = f"{function}(): argument '{name}' (position {position}) must be tuple of ints, not {given}"
        raise type_error(message) from None


def _several(function: str, name: str, position: int, value: Any, rank: int) -> tuple[int, ...]:
    numbers = _numbers(function, name, position, value)
    if len(numbers) not in (1, rank):
        allowed = f"{'omitted, ' * (name == 'stride')}a single int, or a tuple of {('two', 'three')[rank - 2]} ints"
        raise shape_error(f"{function}: {name} must either be {allowed}")
    return numbers * rank if len(numbers) == 1 else numbers


def _counts(
    shape: Sequence[int], kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool, fits: bool = False
) -> list[int]:
    """How many windows there are along the last dimensions; those of means of volumes have to fit.

    RuntimeError: there are none, or no such windows.
    """
    rank = len(kernel)
    if 0 in stride:
        raise shape_error("stride should not be zero")
    for called, letter, numbers in (("dilation", "dilation", dilation), ("kernel size", "k", kernel)):
        if min(numbers) <= 0:
            given = " ".join(f"{letter}{side}: {n}" for side, n in zip("THW"[-rank:], numbers, strict=True))
            raise shape_error(f"{called} should be greater than zero, but got {given}")
    counts = []
    for n, k, s, p, d in zip(shape[-rank:], kernel, stride, padding, dilation, strict=True):
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
    sides = dict(zip("THW"[-rank:], zip(shape[-rank:], kernel, padding, strict=True), strict=True))
    if fits and any(n < k for n, k, _ in sides.values()):
        image = " ".join(f"{side}: {n}" for side, (n, _, _) in sides.items())
        window = " ".join(f"k{side}: {k}" for side, (_, k, _) in sides.items())
        raise shape_error(f"input image ({image}) smaller than kernel size ({window})")
    if any(p > k // 2 for _, k, p in sides.values()):
        # Said of each in PyTorch's order.
        order, sign, between = ("TWH", ": ", " ") if rank == 3 else ("WH", " = ", ", ")
        around = [f"pad{side}{sign}{sides[side][2]}" for side in order]
        windows = [f"k{side}{sign}{sides[side][1]}" for side in order]
        both = between.join([*windows, *around] if rank == 3 else [*around, *windows])
        raise shape_error(f"pad should be smaller than or equal to half of kernel size, but got {both}")
    if min(counts) < 1:
        before, after = ("x".join(str(n) for n in (shape[-rank - 1], *last)) for last in (shape[-rank:], counts))
        raise shape_error(f"Given input size: ({before}). Calculated output size: ({after}). Output size is too small")
    check_count(math.prod(shape[:-rank]) * math.prod(counts))
    return counts


def _grid(
    function: str, read: Callable[..., Any], kernel: Any, stride: Any, padding: Any, dilation: Any = 1
) -> tuple[Any, Any, Any, Any]:
    """Sizes of windows, steps between them, what is around and between; they stand side by side if nothing is said."""
    size = read(function, "kernel_size", 2, kernel)
    step = size if stride is None or stride == () else read(function, "stride", 3, stride)
    return size, step, read(function, "padding", 4, padding), read(function, "dilation", 5, dilation)


def _check_images(shape: Sequence[int], rank: int) -> None:
    ranks = f"{rank + 1}D or {rank + 2}D (batch mode) tensor"
    if len(shape) not in (rank + 1, rank + 2) or 0 in shape[-rank - 1 :]:
        raise shape_error(f"Expected {ranks} with optional 0 dim batch size for input, but got:{list(shape)}")


def _check_rank(shape: Sequence[int], rank: int) -> None:
    if len(shape) not in (rank + 1, rank + 2):
        raise shape_error(f"non-empty {rank + 1}D or {rank + 2}D (batch mode) tensor expected for input")


def _line(run: Callable[..., Any], x: Any) -> Any:
    """What `run` makes of lines, as of images of height 1."""
    result = run(unsqueeze(x, -2))
    return tuple(squeeze(r, -2) for r in result) if isinstance(result, tuple) else squeeze(result, -2)


def _max_pool(x: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool) -> tuple[Any, Any]:
    shape, rank = data_of(x).shape, len(kernel)
    counts = _counts(shape, kernel, stride, padding, dilation, ceil_mode)
    each = zip(shape[-rank:], counts, kernel, stride, padding, dilation, strict=True)
    return tuple(_CHOOSING[rank](x, tuple(evenly(*part) for part in each)))


def _several_of(rank: int) -> Callable[..., Any]:
    return lambda function, name, position, value: _several(function, name, position, value, rank)


def _max_pooling(rank: int) -> Call:
    name = f"max_pool{rank}d"
    doc = f"the largest element of each window of {_IMAGES[rank]}, and with `return_indices` its place in the image"

    @function(name=name, doc=doc, torch=(name, f"nn.functional.{name}"))
    def call(
        x: Any,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        grid = _grid(name, _several_of(rank), kernel_size, stride, padding, dilation)
        shape = data_of(x).shape
        _check_rank(shape, rank)
        _check_images(shape, rank)
        result = _max_pool(x, *grid, ceil_mode)
        return result if return_indices else result[0]

    return call


_IMAGES = {2: "images", 3: "images with depth"}
max_pool2d, max_pool3d = map(_max_pooling, (2, 3))


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
    kernel, step, around, between = _grid(name, _single, kernel_size, stride, padding, dilation)
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
    if not return_indices:
        check_computed(x, "max_pool1d_impl")
    result = _line(lambda x: _max_pool(x, (1, kernel), (1, step), (0, around), (1, between), ceil_mode), x)
    return result if return_indices else result[0]


def _avg_pool(x: Any, grid: Any, ceil_mode: bool, includes_padding: bool, divisor: int | None) -> Any:
    shape, rank = data_of(x).shape, len(grid[0])
    kernel, stride, padding, dilation = grid
    counts = _counts(shape, kernel, stride, padding, dilation, ceil_mode, fits=rank == 3)
    tables, often = [], []
    for n, count, k, s, p in zip(shape[-rank:], counts, kernel, stride, padding, strict=True):
        tables.append(evenly(n, count, k, s, p))
        starts = np.arange(count) * s - p
        ends = np.minimum(starts + k, n + p)
        often.append(ends - starts if includes_padding else np.minimum(ends, n) - np.maximum(starts, 0))
    if divisor is not None:
        often = [np.full(counts[0], divisor), *map(np.ones, counts[1:])]
    return _AVERAGING[rank](x, tuple(tables), tuple(often))


def _avg_pooling(rank: int) -> Call:
    name = f"avg_pool{rank}d"
    doc = f"the mean of each window of {_IMAGES[rank]}; zeros around them count, if they are to"

    @function(name=name, doc=doc, torch=(f"nn.functional.{name}",))
    def call(
        x: Any,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> Any:
        grid = _grid(name, _several_of(rank), kernel_size, stride, padding)
        if divisor_override == 0:
            raise shape_error("divisor must be not zero")
        shape = data_of(x).shape
        if rank == 3:
            _check_rank(shape, rank)
        elif len(shape) < 3:
            raise dimension_error(-3, len(shape))
        _check_images(shape, rank)
        return _avg_pool(x, grid, ceil_mode, count_include_pad, divisor_override)

    return call


avg_pool2d, avg_pool3d = map(_avg_pooling, (2, 3))


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
    grid = [(before, n) for before, n in zip((1, 1, 0, 1), _grid(name, _single, kernel_size, stride, padding))]  # noqa: B905
    _check_images((*data_of(x).shape[:-1], 1, data_of(x).shape[-1]), 2)
    return _line(lambda x: _avg_pool(x, grid, ceil_mode, count_include_pad, None), x)


# Windows that fill a size


def _filled(function: str, x: Any, size: Any, rank: int) -> tuple[list[int], Tables]:
    """How many windows there are along each dimension, and their tables; None: as many as there are elements."""
    shape, given = data_of(x).shape, size if isinstance(size, (tuple, list)) else (size,) * rank
    if len(given) != rank:
        raise shape_error(f"{function}: output_size must be {rank}")
    if len(shape) not in (rank + 1, rank + 2):
        mark = ":" if "max" in function else ""
        raise shape_error(f"{function}(): Expected {rank + 1}D or {rank + 2}D tensor, but got{mark} {list(shape)}")
    sizes = zip(shape[-rank:], given, strict=True)
    counts = [n if c is None else _numbers(function, "output_size", 2, c)[0] for n, c in sizes]
    if min(counts) < 0:
        received = ", ".join(map(str, counts))
        raise shape_error(
            f"{function}: elements of output_size must be greater than or equal to 0 but received {{{received}}}"
        )
    if 0 in shape[-rank:]:
        raise shape_error(
            f"{function}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
            f"{list(shape)} with dimension {len(shape) - rank + shape[-rank:].index(0)} being empty"
        )
    check_count(math.prod(shape[:-rank]) * math.prod(counts))
    return counts, tuple(filling(n, count) for n, count in zip(shape[-rank:], counts, strict=True))


def _adaptive_mean(x: Any, size: Any, rank: int = 2) -> Any:
    counts, tables = _filled(f"adaptive_avg_pool{rank}d", x, size, rank)
    if counts == [1] * rank:
        return ops.mean(x, tuple(range(-1, -rank - 1, -1)), True)
    check_computed(x, f"adaptive_avg_pool{rank}d")
    sizes = data_of(x).shape[-rank:]
    spans = tuple((table < n).sum(1) for table, n in zip(tables, sizes, strict=True))
    return _AVERAGING_FILLED[rank](x, tables, spans)


def _adaptive_largest(x: Any, size: Any, rank: int = 2) -> tuple[Any, Any]:
    _, tables = _filled(f"adaptive_max_pool{rank}d", x, size, rank)
    check_computed(x, f"adaptive_max_pool{rank}d")
    return tuple(_CHOOSING_FILLED[rank](x, tables))


def _adaptive_pooling(rank: int) -> tuple[Call, Call]:
    windows = f"of as many windows of {_IMAGES[rank]} as there are to be, which together are all of an image"
    names = [f"adaptive_{kind}_pool{rank}d" for kind in ("avg", "max")]

    @function(name=names[0], doc=f"the means {windows}", torch=(f"nn.functional.{names[0]}",))
    def mean(x: Any, output_size: Any) -> Any:
        return _adaptive_mean(x, output_size, rank)

    @function(name=names[1], doc=f"the largest elements {windows}", torch=(f"nn.functional.{names[1]}",))
    def largest(x: Any, output_size: Any, return_indices: bool = False) -> Any:
        result = _adaptive_largest(x, output_size, rank)
        return result if return_indices else result[0]

    return mean, largest


adaptive_avg_pool2d, adaptive_max_pool2d = _adaptive_pooling(2)
adaptive_avg_pool3d, adaptive_max_pool3d = _adaptive_pooling(3)


@function(torch=("adaptive_avg_pool1d", "nn.functional.adaptive_avg_pool1d"))
def adaptive_avg_pool1d(x: Any, output_size: Any) -> Any:
    """the means of as many windows along the last dimension as there are to be, which together are all of it"""
    _check_lines("adaptive_avg_pool1d", data_of(x).shape)
    count = _single("adaptive_avg_pool1d", "output_size", 2, output_size)
    return _line(lambda x: _adaptive_mean(x, (1, count)), x)


@function(torch=("nn.functional.adaptive_max_pool1d",))
def adaptive_max_pool1d(x: Any, output_size: Any, return_indices: bool = False) -> Any:
    """the largest elements of as many windows along the last dimension as there are to be, together all of it"""
    _check_lines("adaptive_max_pool1d", data_of(x).shape)
    count = _single("adaptive_max_pool1d", "output_size", 2, output_size)
    result = _line(lambda x: _adaptive_largest(x, (1, count)), x)
    return result if return_indices else result[0]
