"""Normalization: numbers brought to a mean of 0 and a variance of 1, over a batch, a layer or groups, then scaled.

All are one operation, of x seen in a shape that has what is taken together in dimensions of its own.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.batched import Batched, BatchError
from ..tensors.errors import shape_error, type_error, value_error
from ..tensors.modes import no_grad
from ..tensors.symbol import is_formal
from ..tensors.tensor import Tensor
from .arguments import check_computed, data_of, sizes
from .arithmetic import plus_number
from .families import LAYER
from .reshaping import expand, reshape, sum_to_size

private, function = LAYER.private, LAYER.function
Shape = tuple[int, ...]


def _slope(
    g: Gradient, x: Data, weight: Data, mean: Data, var: Data, seen: tuple[Shape, Shape], dims: Shape, eps: float
) -> Gradient:
    """The gradient of x: `g` are those of the result, and of the mean and variance where they were computed."""
    shape, scale = seen
    apart = reshape(x, shape) - mean
    terms: list[Any] = []
    if g[0] is not None:
        own = reshape(g[0], shape)
        own = (own if weight is None else own * reshape(weight, scale)) * (var + eps) ** -0.5
        if dims:
            own = own - ops.mean(own, dims, True) - apart * (ops.mean(own * apart, dims, True) / (var + eps))
        terms.append(own)
    count = math.prod(shape[d] for d in dims)
    if dims and g[1] is not None:
        terms.append(expand(g[1] / count, shape))
    if dims and g[2] is not None:
        terms.append(apart * (g[2] * (2 / count)))
    return reshape(builtins.sum(terms[1:], terms[0]), x.shape) if terms else None


def _weight_slope(g: Gradient, x: Data, weight_shape: Shape, mean: Data, var: Data, seen: Any, eps: float) -> Gradient:
    if g[0] is None:
        return None
    each = reshape(g[0], seen[0]) * (reshape(x, seen[0]) - mean) * (var + eps) ** -0.5
    return reshape(sum_to_size(each, seen[1]), weight_shape)


def _bias_slope(g: Gradient, bias_shape: Shape, seen: Any) -> Gradient:
    return None if g[0] is None else reshape(sum_to_size(reshape(g[0], seen[0]), seen[1]), bias_shape)


def _normalizing(name: str) -> Call:
    """The operation: of x `seen` in a shape, over `dims`; the parameters are seen in another that goes with it.

    With `given`, a mean and a variance, there is nothing to be found, and no `dims`.
    """

    def normalize(
        x: Any, weight: Any, bias: Any, seen: tuple[Shape, Shape], dims: Shape, eps: float, given: Any = None
    ) -> tuple[Any, Any, Any]:
        shape, scale = seen
        own = x.reshape(shape)
        mean = own.mean(dims, keepdims=True) if given is None else given[0]
        result = own - mean
        var = np.square(result).mean(dims, keepdims=True) if given is None else given[1]
        result *= (var + own.dtype.type(eps)) ** own.dtype.type(-0.5)
        if weight is not None:
            result *= weight.reshape(scale)
        if bias is not None:
            result += bias.reshape(scale)
        return result.reshape(x.shape), mean, var

    def for_each(x: Any, weight: Any, bias: Any, seen: Any, dims: Shape, eps: float, given: Any = None) -> Any:
        both = tuple((len(x), *part) for part in seen)
        given = given and tuple(np.repeat(part[None], len(x), 0) for part in given)
        return call(x, weight, bias, both, tuple(d + 1 for d in dims), eps, given)

    call = private(
        name,
        normalize,
        _slope,
        _weight_slope,
        _bias_slope,
        promotes=(),
        outputs=("out", "mean", "var"),
        batch=for_each,
    )
    return call


native_batch_norm, native_layer_norm, native_group_norm = map(
    _normalizing, ("native_batch_norm", "native_layer_norm", "native_group_norm")
)


def _check_alike(x: Any, parameters: Sequence[Any]) -> None:
    """RuntimeError: parameters are of another dtype than x."""
    if any(p is not None and data_of(p).dtype != data_of(x).dtype for p in parameters):
        raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")


def _update(running_mean: Any, running_var: Any, mean: Any, var: Any, count: int, momentum: float) -> None:
    """Moves the running mean and the running, unbiased, variance towards those of a batch."""
    with no_grad():
        for running, new in ((running_mean, mean), (running_var, var * (count / max(count - 1, 1)))):
            if running is not None:
                running.copy_(running * (1 - momentum) + reshape(new, tuple(running.shape)) * momentum)


@function(torch=("nn.functional.batch_norm",))
def batch_norm(
    x: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Any:
    """each channel brought to mean 0 and variance 1: of the batch in training, which moves the running ones"""
    shape = data_of(x).shape
    if training and shape[0] * math.prod(shape[2:]) == 1:
        raise value_error(
            f"Expected more than 1 value per channel when training, got input size torch.Size({list(shape)})"
        )
    if type(momentum) not in (int, float):
        given = type(momentum).__name__
        raise type_error(f"batch_norm(): argument 'momentum' (position 7) must be float, not {given}")
    channels = shape[1] if len(shape) > 1 else 0
    named = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    for name, value in named.items():
        if value is None:
            if not training and name.startswith("running"):
                raise RuntimeError(f"{name} must be defined in evaluation mode")
            continue
        if math.prod(value.shape) != channels:
            raise shape_error(f"{name} should contain {channels} elements not {math.prod(value.shape)}")
        if name.startswith("running") and isinstance(value, Tensor) and value._requires_grad:
            raise RuntimeError(
                f"The function 'native_batch_norm' is not differentiable with respect to argument '{name}'. This input "
                "cannot have requires_grad True."
            )
    kept = [running for running in (running_mean, running_var) if running is not None]
    if training and isinstance(data_of(x), Batched) and not all(isinstance(data_of(r), Batched) for r in kept):
        raise BatchError(
            "Batch norm got a batched tensor as input while the running_mean or running_var, which will be updated in "
            "place, were not batched."
        )
    check_computed(x, "batch_norm")
    _check_alike(x, [*named.values()])
    own = (1, shape[1], *(1,) * (len(shape) - 2))
    if not training:
        fixed = tuple(data_of(running).reshape(own) for running in (running_mean, running_var))
        return native_batch_norm(x, weight, bias, (tuple(shape), own), (), eps, fixed)[0]
    dims = (0, *range(2, len(shape)))
    out, mean, var = native_batch_norm(x, weight, bias, (tuple(shape), own), dims, eps, None)
    if not is_formal(data_of(x)):
        _update(running_mean, running_var, mean, var, math.prod(shape) // channels, momentum)
    return out


@function(torch=("layer_norm", "nn.functional.layer_norm"), taken=("cudnn_enable", "cudnn_enabled"))
def layer_norm(x: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-05) -> Any:
    """the numbers of the last dimensions brought to mean 0 and variance 1, then times a weight, plus a bias"""
    if not isinstance(normalized_shape, (list, tuple)):
        given = type(normalized_shape).__name__
        raise type_error(f"layer_norm(): argument 'normalized_shape' (position 2) must be tuple of ints, not {given}")
    last, shape = sizes((normalized_shape,)), tuple(data_of(x).shape)
    if not last:
        raise shape_error(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    for name, value in (("weight", weight), ("bias", bias)):
        if value is not None and tuple(value.shape) != last:
            raise shape_error(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(value.shape)} and normalized_shape = {list(last)}"
            )
    first = len(shape) - len(last)
    if first < 0 or shape[first:] != last:
        wanted = "".join(f", {n}" for n in last)
        raise shape_error(
            f"Given normalized_shape={list(last)}, expected input with shape [*{wanted}], but got input of "
            f"size{list(shape)}"
        )
    check_computed(x, "LayerNormKernelImpl")
    _check_alike(x, (weight, bias))
    seen = (shape, (*(1,) * first, *last))
    return native_layer_norm(x, weight, bias, seen, tuple(range(first, len(shape))), eps, None)[0]


@function(torch=("group_norm", "nn.functional.group_norm"), taken=("cudnn_enabled",))
def group_norm(x: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-05) -> Any:
    """each group of channels brought to mean 0 and variance 1, then each channel times a weight, plus a bias"""
    shape = tuple(data_of(x).shape)
    if len(shape) < 2:
        raise shape_error(f"Expected at least 2 dimensions for input tensor but received {len(shape)}")
    if num_groups <= 0:
        raise value_error(f"Expected num groups to be greater than 0, got {num_groups}", RuntimeError)
    taken = [shape[0] * shape[1] // num_groups, num_groups, *shape[2:]]
    if taken[0] * math.prod(taken[2:]) == 1:
        raise value_error(f"Expected more than 1 value per channel when training, got input size {taken}")
    if shape[1] % num_groups:
        raise shape_error(
            f"Expected number of channels in input to be divisible by num_groups, but got input of shape {list(shape)} "
            f"and num_groups={num_groups}"
        )
    for name, value in (("weight", weight), ("bias", bias)):
        if value is not None and tuple(value.shape) != shape[1:2]:
            raise shape_error(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of "
                f"shape {list(value.shape)} and input of shape {list(shape)}"
            )
    check_computed(x, "GroupNormKernelImpl")
    _check_alike(x, (weight, bias))
    groups = (num_groups, shape[1] // num_groups)
    seen = ((shape[0], *groups, *shape[2:]), (1, *groups, *(1,) * (len(shape) - 2)))
    return native_group_norm(x, weight, bias, seen, tuple(range(2, len(seen[0]))), eps, None)[0]


@function(torch=("nn.functional.instance_norm",))
def instance_norm(
    x: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Any:
    """each channel of each image brought to mean 0 and variance 1, as a batch of one with more channels"""
    shape = tuple(data_of(x).shape)
    if use_input_stats and math.prod(shape[2:]) == 1:
        raise value_error(
            f"Expected more than 1 spatial element when training, got input size torch.Size({list(shape)})"
        )
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    count = shape[0]
    many = [None if p is None else ops.repeat(p, count) for p in (running_mean, running_var, weight, bias)]
    wide = reshape(x, (1, count * shape[1], *shape[2:]))
    result = batch_norm(wide, *many, use_input_stats, momentum, eps)
    if use_input_stats:
        with no_grad():
            for running, moved in zip((running_mean, running_var), many, strict=False):
                if running is not None:
                    running.copy_(ops.mean(reshape(moved, (count, shape[1])), 0))
    return reshape(result, shape)


@function(torch=("rms_norm", "nn.functional.rms_norm"))
def rms_norm(x: Any, normalized_shape: Any, weight: Any = None, eps: float | None = None) -> Any:
    """the numbers of the last dimensions divided by the square root of the mean of their squares"""
    last = sizes((normalized_shape,))
    least = float(np.finfo(data_of(x).dtype).eps) if eps is None else eps
    dims = tuple(range(-len(last), 0))
    result = x * ops.rsqrt(plus_number(ops.mean(ops.pow(x, 2), dims, True), least))
    return result if weight is None else result * weight
