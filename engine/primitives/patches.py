"""The patches of images that a kernel is laid on, what they add up to when put back, and channels as places."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided as strided

from ..tensors.aliases import Data
from ..tensors.errors import shape_error
from ..tensors.size import check_count
from .arguments import check_computed, data_of, sizes
from .axes import squeeze, unsqueeze
from .families import LAYER
from .reshaping import reshape

private, function = LAYER.private, LAYER.function
Sizes = tuple[int, ...]


# Where patches lie, for each of the last dimensions: the step from one patch to the next, how many zeros surround the
# image, and the step from one element of a patch to the next; and how many groups of channels are looked at apart.
Grid = tuple[Sizes, Sizes, Sizes, int]


def counts(size: Sizes, kernel: Sizes, grid: Grid) -> Sizes:
    """How many patches lie along each dimension of an image of this size; less than one: it is too small."""
    stride, padding, dilation, _ = grid
    each = zip(size, kernel, padding, dilation, stride, strict=True)
    return tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, p, d, s in each)


def framed(x: Any, padding: Sizes) -> Any:
    """Images, of shape (count, channels, ...), with zeros around them."""
    if not any(padding):
        return x
    result = _empty_frame(x.shape, padding, x.dtype)
    result[_inner(x.shape[2:], padding)] = x
    return result


def _empty_frame(shape: Sizes, padding: Sizes, dtype: Any) -> Any:
    shape = (*shape[:2], *(n + 2 * p for n, p in zip(shape[2:], padding, strict=True)))
    check_count(math.prod(shape))
    return np.zeros(shape, dtype)


def _inner(size: Sizes, padding: Sizes) -> Any:
    return (..., *(slice(p, p + n) for n, p in zip(size, padding, strict=True)))


def patches(x: Any, kernel: Sizes, grid: Grid) -> Any:
    """The patches of images as a matrix for each: shape (count, groups, elements of a patch, patches)."""
    stride, padding, dilation, groups = grid
    places = counts(x.shape[2:], kernel, grid)
    x = framed(x, padding)
    count, channels = x.shape[:2]
    along = x.strides[2:]
    inside = [n * d for n, d in zip(along, dilation, strict=True)]
    between = [n * s for n, s in zip(along, stride, strict=True)]
    view = strided(x, (count, channels, *kernel, *places), (*x.strides[:2], *inside, *between), writeable=False)
    elements = channels // groups * math.prod(kernel)
    check_count(count * groups * elements * math.prod(places))
    return view.reshape(count, groups, elements, math.prod(places))


def put_back(columns: Any, size: Sizes, kernel: Sizes, grid: Grid) -> Any:
    """Images of these sizes with the sum, in each place, of what lies there in patches: the adjoint of `patches`."""
    stride, padding, dilation, _ = grid
    places = counts(size, kernel, grid)
    columns = columns.reshape(len(columns), -1, *kernel, *places)
    total = _empty_frame((*columns.shape[:2], *size), padding, columns.dtype)
    for at in np.ndindex(kernel):
        each = zip(at, places, stride, dilation, strict=True)
        lines = tuple(slice(i * d, i * d + s * (n - 1) + 1, s) for i, n, s, d in each)
        total[(..., *lines)] += columns[(slice(None), slice(None), *at)]
    return np.ascontiguousarray(total[_inner(size, padding)]) if any(padding) else total


# PyTorch's names: an image becomes columns, columns become an image.


def merged(x: Any, dim: int) -> Any:
    """Two dimensions that follow one another as one."""
    return reshape(x, (*x.shape[:dim], x.shape[dim] * x.shape[dim + 1], *x.shape[dim + 2 :]))


def _apart(x: Any, before: Any) -> Any:
    return reshape(x, (*before.shape[:2], *x.shape[1:]))


@private(
    lambda g, x_shape, kernel, grid: put(g, x_shape[2:], kernel, grid),
    name="im2col",
    batch=lambda x, kernel, grid: _apart(cut(merged(x, 0), kernel, grid), x),
)
def cut(x: Data, kernel: Sizes, grid: Grid) -> Data:
    return patches(x, kernel, grid)[:, 0]


@private(
    lambda g, kernel, grid: cut(g, kernel, grid),
    name="col2im",
    batch=lambda x, size, kernel, grid: _apart(put(merged(x, 0), size, kernel, grid), x),
)
def put(x: Data, size: Sizes, kernel: Sizes, grid: Grid) -> Data:
    return put_back(x, size, kernel, grid)


def _pairs(**given: Any) -> list[Sizes]:
    """Two numbers for each argument. RuntimeError: they are not two, or too small."""
    pairs: list[Sizes] = []
    for name, value in given.items():
        pair = sizes((value,))
        pair = pair * 2 if len(pair) == 1 else pair
        if len(pair) != 2:
            raise shape_error(f"It is expected {name} equals to 2, but got size {len(pair)}")
        short, least = name.removesuffix("_size"), 0 if name == "padding" else 1
        if min(pair) < least:
            should = "non-negative" if least == 0 else "greater than zero"
            raise shape_error(f"{short} should be {should}, but got {short}_height: {pair[0]} {short}_width: {pair[1]}")
        pairs.append(pair)
    return pairs


@function(torch=("nn.functional.unfold",), module="Unfold")
def im2col(x: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Any:
    """the patches of images of shape (count, channels, height, width), each as a column"""
    kernel, dilation, padding, stride = _pairs(
        kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride
    )
    shape = data_of(x).shape
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        raise shape_error(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for "
            f"input, but got: {list(shape)}"
        )
    check_computed(x, "im2col_out_cpu")
    grid = (stride, padding, dilation, 1)
    places = counts(shape[-2:], kernel, grid)
    if min(places) < 1:
        raise shape_error(
            f"Given input with spatial size {shape[-2:]}, kernel_size={kernel}, dilation={dilation}, "
            f"padding={padding}, calculated shape of the array of sliding blocks as {places}, but its components must "
            "be at least one."
        )
    return cut(x, kernel, grid) if len(shape) == 4 else squeeze(cut(unsqueeze(x, 0), kernel, grid), 0)


@function(torch=("nn.functional.fold",), module="Fold")
def col2im(x: Any, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Any:
    """images of shape (count, channels, height, width) with the sum of the patches that columns have for them"""
    size, kernel, dilation, padding, stride = _pairs(
        output_size=output_size, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride
    )
    shape = data_of(x).shape
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise shape_error(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for "
            f"input, but got: {list(shape)}"
        )
    if shape[-2] % math.prod(kernel):
        raise shape_error(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={shape[-2]} and kernel_size={kernel}."
        )
    grid = (stride, padding, dilation, 1)
    places = counts(size, kernel, grid)
    if math.prod(places) != shape[-1] or min(places) < 1:
        raise shape_error(
            f"Given output_size={size}, kernel_size={kernel}, dilation={dilation}, padding={padding}, stride={stride}, "
            f"expected size of input's dimension 2 to match the calculated number of sliding blocks {places[0]} * "
            f"{places[1]} = {math.prod(places)}, but got input.size(2)={shape[-1]}."
        )
    if len(shape) == 3:
        return put(x, size, kernel, grid)
    return squeeze(put(unsqueeze(x, 0), size, kernel, grid), 0)


# Channels as places


def _as_places(x: Any, factor: int) -> Any:
    *first, channels, height, width = x.shape
    apart = x.reshape(*first, channels // factor**2, factor, factor, height, width)
    order = (*range(len(first) + 1), *(len(first) + i for i in (3, 1, 4, 2)))
    return apart.transpose(order).reshape(*first, channels // factor**2, height * factor, width * factor)


def _as_channels(x: Any, factor: int) -> Any:
    *first, channels, height, width = x.shape
    apart = x.reshape(*first, channels, height // factor, factor, width // factor, factor)
    order = (*range(len(first) + 1), *(len(first) + i for i in (2, 4, 1, 3)))
    return apart.transpose(order).reshape(*first, channels * factor**2, height // factor, width // factor)


shuffled: Any = private(
    "pixel_shuffle", _as_places, lambda g, factor: unshuffled(g, factor), batch=lambda x, factor: shuffled(x, factor)
)
unshuffled: Any = private(
    "pixel_unshuffle",
    _as_channels,
    lambda g, factor: shuffled(g, factor),
    batch=lambda x, factor: unshuffled(x, factor),
)


def _check_factor(name: str, shape: Sizes, what: str, factor: int) -> None:
    if len(shape) < 3:
        raise shape_error(
            f"{name} expects input to have at least 3 dimensions, but got input with {len(shape)} dimension(s)"
        )
    if factor < 1:
        raise RuntimeError(f"{name} expects a positive {what}, but got {factor}")


@function(torch=("pixel_shuffle", "nn.functional.pixel_shuffle"), module="PixelShuffle")
def pixel_shuffle(x: Any, upscale_factor: int) -> Any:
    """images so many times as high and wide, whose elements come from as many channels (Shi and others, 2016)"""
    shape = data_of(x).shape
    _check_factor("pixel_shuffle", shape, "upscale_factor", upscale_factor)
    if shape[-3] % upscale_factor**2:
        raise shape_error(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={shape[-3]} is not divisible by {upscale_factor**2}"
        )
    return shuffled(x, upscale_factor)


@function(torch=("pixel_unshuffle", "nn.functional.pixel_unshuffle"), module="PixelUnshuffle")
def pixel_unshuffle(x: Any, downscale_factor: int) -> Any:
    """the opposite of pixel_shuffle: images so many times less high and wide, in as many channels"""
    shape = data_of(x).shape
    _check_factor("pixel_unshuffle", shape, "downscale_factor", downscale_factor)
    for what, dim in (("height", -2), ("width", -1)):
        if shape[dim] % downscale_factor:
            raise shape_error(
                f"pixel_unshuffle expects {what} to be divisible by downscale_factor, but "
                f"input.size({dim})={shape[dim]} is not divisible by {downscale_factor}"
            )
    return unshuffled(x, downscale_factor)
