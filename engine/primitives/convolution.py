"""Convolutions of any number of dimensions, and their transposes.

All is one form in three tensors, images x, a kernel w and images y: the sum over places p and elements k of the kernel
of `x[p * stride + k * dilation - padding] * w[k] * y[p]`. Its derivative by y is the convolution of x with w, that by x
the transposed one of y with w, and that by w the gradient of a kernel. Each has the other two as its rules.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.errors import shape_error, type_error
from .arguments import c_names, data_of, sizes, titles
from .axes import squeeze, unsqueeze
from .families import LAYER
from .patches import Grid, Sizes, counts, merged, patches, put_back
from .reshaping import reshape

private, function = LAYER.private, LAYER.function


def _matrices(weight: Any, groups: int) -> Any:
    """A kernel as a matrix for each group: shape (groups, outputs, elements of a patch)."""
    return weight.reshape(groups, weight.shape[0] // groups, -1)


def _images_as_rows(y: Any, groups: int) -> Any:
    return y.reshape(len(y), groups, y.shape[1] // groups, math.prod(y.shape[2:]))


def _added(result: Any, bias: Any) -> Any:
    if bias is not None:
        result += bias.reshape(-1, *(1,) * (result.ndim - 2))
    return result


def _bias_rule(g: Gradient) -> Gradient:
    return ops.sum(g, (0, *range(2, g.ndim)))


# A batch of images with one kernel is a longer list of images; one with a kernel for each, as many groups.


def _for_each(primitive: Call, x: Any, weight: Any, bias: Any, grid: Grid, *size: Any) -> Any:
    rank = len(grid[0]) + 2
    apart = bias is not None and bias.ndim > 1
    if weight.ndim == rank:
        together = x.ndim > rank
        result = primitive(merged(x, 0) if together else x, weight, None if apart else bias, grid, *size)
        result = reshape(result, (x.shape[0] if together else 1, -1, *result.shape[1:]))
        if bias is None or not apart:
            return result
        return result + bias[(slice(None), None, slice(None), *(None,) * (rank - 2))]
    count = len(weight)
    if x.ndim == rank:
        x = ops.expand(x, (count, *x.shape))
    if bias is not None:
        bias = reshape(bias if apart else ops.expand(bias, (count, *bias.shape)), -1)
    many = (*grid[:3], grid[3] * count)
    result = primitive(merged(ops.movedim(x, 0, 1), 1), merged(weight, 0), bias, many, *size)
    return ops.movedim(reshape(result, (len(result), count, -1, *result.shape[2:])), 1, 0)


def _kernels_of_each(x: Any, y: Any, shape: Sizes, grid: Grid) -> Any:
    count = len(x)
    many = (*grid[:3], grid[3] * count)
    x, y = (merged(ops.movedim(images, 0, 1), 1) for images in (x, y))
    result = kernel_gradient(x, y, (count * shape[0], *shape[1:]), many)
    return reshape(result, (-1, *shape))


_CONVOLUTION: Any = {"name": "convolution", "promotes": (), "ranks": (None,) * 3, "saved_as": {"x": "input"}}


@private(
    lambda g, weight, x_shape, grid: transposed(g, weight, None, grid, x_shape[2:]),
    lambda g, x, weight_shape, grid: kernel_gradient(x, g, weight_shape, grid),
    _bias_rule,
    batch=lambda x, weight, bias, grid: _for_each(convolution, x, weight, bias, grid),
    **_CONVOLUTION,
)
def convolution(x: Data, weight: Data, bias: Data, grid: Grid) -> Data:
    kernel = weight.shape[2:]
    result = np.matmul(_matrices(weight, grid[3]), patches(x, kernel, grid))
    return _added(result.reshape(len(x), len(weight), *counts(x.shape[2:], kernel, grid)), bias)


@private(
    lambda g, weight, grid: convolution(g, weight, None, grid),
    lambda g, x, weight_shape, grid: kernel_gradient(g, x, weight_shape, grid),
    _bias_rule,
    batch=lambda x, weight, bias, grid, size: _for_each(transposed, x, weight, bias, grid, size),
    **_CONVOLUTION,
)
def transposed(x: Data, weight: Data, bias: Data, grid: Grid, size: Sizes) -> Data:
    columns = np.matmul(_matrices(weight, grid[3]).swapaxes(1, 2), _images_as_rows(x, grid[3]))
    return _added(put_back(columns, size, weight.shape[2:], grid), bias)


@private(
    lambda g, y, x_shape, grid: transposed(y, g, None, grid, x_shape[2:]),
    lambda g, x, grid: convolution(x, g, None, grid),
    name="convolution_backward",
    promotes=(),
    batch=_kernels_of_each,
)
def kernel_gradient(x: Data, y: Data, shape: Sizes, grid: Grid) -> Data:
    rows, columns = _images_as_rows(y, grid[3]), patches(x, shape[2:], grid)
    return np.matmul(rows, columns.swapaxes(2, 3)).sum(0).reshape(shape)


def _spread(name: str, value: Any, count: int) -> Sizes:
    """A number for each dimension. RuntimeError: they are not as many, or too small."""
    numbers = sizes((value,))
    if len(numbers) not in (1, count):
        raise shape_error(
            f"expected {name} to be a single integer value or a list of {count} values to match the convolution "
            f"dimensions, but got {name}={list(numbers)}"
        )
    if min(numbers) < (name not in ("padding", "output_padding")):
        kind = "negative" if "padding" in name else "non-positive"
        raise shape_error(f"{kind} {name.replace('_', ' ')} is not supported")
    return numbers * count if len(numbers) == 1 else numbers


def _check(x: Any, weight: Any, bias: Any, grid: Grid, is_transposed: bool) -> None:
    """RuntimeError, in PyTorch's words: the operands do not fit together, or are of several dtypes."""
    shape, own, groups = tuple(x.shape), tuple(weight.shape), grid[3]
    if groups <= 0:
        raise shape_error("non-positive groups is not supported")
    if len(own) < 3:
        raise shape_error("weight should have at least three dimensions")
    if len(own) != len(shape):
        raise shape_error(
            f"expected stride to be a single integer value or a list of {len(own) - 2} values to match the convolution "
            f"dimensions, but got stride={list(grid[0])}"
            if len(grid[0]) > 1
            else f"Expected {len(own)}-dimensional input for {len(own)}-dimensional weight {list(own)}, but got "
            f"{len(shape)}-dimensional input of size {list(shape)} instead"
        )
    given = f"transposed={int(is_transposed)}" if is_transposed else f"groups={groups}"
    if own[0] < groups:
        raise shape_error(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"{list(own)} instead"
        )
    if own[0] % groups:
        raise shape_error(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of "
            f"size [{list(own)}] instead"
        )
    channels = own[0] if is_transposed else own[1] * groups
    if shape[1] != channels:
        raise shape_error(
            f"Given {given}, weight of size {list(own)}, expected input{list(shape)} to have {channels} channels, but "
            f"got {shape[1]} channels instead"
        )
    outputs = own[1] * groups if is_transposed else own[0]
    if bias is not None and tuple(bias.shape) != (outputs,):
        start = f"Given {given}, weight" if is_transposed else "Given weight"
        raise shape_error(
            f"{start} of size {list(own)}, expected bias to be 1-dimensional with {outputs} elements, but got bias of "
            f"size {list(bias.shape)} instead"
        )
    if bias is not None and data_of(x).dtype != data_of(bias).dtype:
        raise RuntimeError("Input type ({}) and bias type ({}) should be the same".format(*c_names(x, bias)))
    if data_of(x).dtype != data_of(weight).dtype:
        raise RuntimeError("expected scalar type {} but found {}".format(*titles(x, weight)))


def _by(numbers: Sizes) -> str:
    return " x ".join(str(n) for n in numbers)


def _of_images(name: str, count: int, x: Any, run: Call) -> Any:
    """What `run` makes of images, or of the one there is. RuntimeError: x is neither."""
    rank = data_of(x).ndim
    if rank not in (count + 1, count + 2):
        raise shape_error(
            f"Expected {count + 1}D (unbatched) or {count + 2}D (batched) input to {name}, but got input of size: "
            f"{list(x.shape)}"
        )
    return run(x) if rank == count + 2 else squeeze(run(unsqueeze(x, 0)), 0)


def _same(x: Any, kernel: Sizes, stride: Sizes, dilation: Sizes) -> tuple[Any, Sizes]:
    """x and the zeros around it with which its size stays: one more at the end is put there as it is by itself."""
    if max(stride) > 1:
        raise shape_error("padding='same' is not supported for strided convolutions")
    total = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    if any(n % 2 for n in total):
        warnings.warn(
            "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the "
            "input be created",
            stacklevel=6,
        )
        x = ops.pad(x, [part for n in reversed(total) for part in (0, n % 2)])
    return x, tuple(n // 2 for n in total)


def _offered(name: str, count: int, what: str) -> Callable[[Call], Call]:
    """Makes a function of images with so many dimensions one of the table."""
    sides = ("length", "height, width", "depth, height, width")[count - 1]
    doc = f"{what} of images of shape (count, channels, {sides}) with a kernel"
    return function(tensors=2, name=name, doc=doc, torch=(name, f"nn.functional.{name}"), gain=1)


def _convolving(count: int) -> Call:
    name = f"conv{count}d"

    @_offered(name, count, "the convolution")
    def call(
        x: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
    ) -> Any:
        steps, between = _spread("stride", stride, count), _spread("dilation", dilation, count)
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise RuntimeError(f"Invalid padding string: '{padding}'")

        def run(x: Any) -> Any:
            kernel = tuple(weight.shape[2:])
            if padding == "same":
                x, around = _same(x, kernel, steps, between)
            else:
                around = _spread("padding", 0 if padding == "valid" else padding, count)
            grid = (steps, around, between, groups)
            _check(x, weight, bias, grid, False)
            if min(counts(tuple(x.shape[2:]), kernel, grid)) < 1:
                available = tuple(n + 2 * p for n, p in zip(x.shape[2:], around, strict=True))
                reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel, between, strict=True))
                raise shape_error(
                    f"Calculated padded input size per channel: ({_by(available)}). Kernel size: ({_by(reach)}). "
                    "Kernel size can't be greater than actual input size"
                )
            return convolution(x, weight, bias, grid)

        return _of_images(name, count, x, run)

    return call


def _transposing(count: int) -> Call:
    name = f"conv_transpose{count}d"

    @_offered(name, count, "the transposed convolution")
    def call(
        x: Any,
        weight: Any,
        bias: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Any:
        if isinstance(padding, str):
            raise type_error(f"{name}(): argument 'padding' must be tuple of ints, not str")
        steps, around = _spread("stride", stride, count), _spread("padding", padding, count)
        beyond, between = _spread("output_padding", output_padding, count), _spread("dilation", dilation, count)
        grid = (steps, around, between, groups)

        def run(x: Any) -> Any:
            _check(x, weight, bias, grid, True)
            _check_beyond(beyond, grid)
            each = zip(x.shape[2:], weight.shape[2:], steps, around, between, beyond, strict=True)
            size = tuple((n - 1) * s - 2 * p + d * (k - 1) + e + 1 for n, k, s, p, d, e in each)
            if min(size) < 1:
                raise shape_error(
                    f"Given input size per channel: ({_by(tuple(x.shape[2:]))}). Calculated output size per channel: "
                    f"({_by(size)}). Output size is too small"
                )
            return transposed(x, weight, bias, grid, size)

        return _of_images(name, count, x, run)

    return call


def _check_beyond(beyond: Sizes, grid: Grid) -> None:
    """RuntimeError: more is to be added at the end than any place of the kernel reaches."""
    stride, _, dilation, _ = grid
    if all(n < max(s, d) for n, s, d in zip(beyond, stride, dilation, strict=True)):
        return
    parts = {"output_padding": beyond, "stride": stride, "dilation": dilation}
    if len(beyond) == 1:
        # PyTorch takes a line for an image of height 1.
        parts = {name: (int(name != "output_padding"), *own) for name, own in parts.items()}
    sides = ("depth", "height", "width")[-max(len(beyond), 2) :]
    given = [f"{name}_{side}: {n}" for name, own in parts.items() for side, n in zip(sides, own, strict=True)]
    raise shape_error(f"output padding must be smaller than either stride or dilation, but got {' '.join(given)}")


conv1d, conv2d, conv3d = (_convolving(count) for count in (1, 2, 3))
conv_transpose1d, conv_transpose2d, conv_transpose3d = (_transposing(count) for count in (1, 2, 3))
