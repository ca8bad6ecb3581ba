"""Loss functions. `reduction` says what becomes of the losses of the elements: "mean", "sum" or "none"."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..table.record import NONZERO, PROBABILITY, REAL
from ..table.registry import ops
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.errors import index_error, shape_error, value_error
from ..tensors.size import check_together
from ..tensors.symbol import is_formal, is_symbolic, numbers_of
from ..tensors.tensor import Tensor
from .activation import logsigmoid, sigmoid
from .arguments import check_same_dtype, data_of, titles
from .arithmetic import minus, over_number, plus_number, times_number
from .axes import unsqueeze
from .copying import zeros_like
from .elementary import exp, log
from .families import LOSS
from .layer import at_least, pairwise_distance
from .reshaping import expand, reshape, view_primitive
from .selection import abs, sgn, where

private, function = LOSS.private, LOSS.function
# What PyTorch adds to squares of lengths that it divides by.
_TINY = 1e-12


def _constant(value: Any, x: Any) -> Any:
    """An argument that may be given as a list or a number, as a tensor: of integers, or in the dtype of x."""
    if not isinstance(value, (list, tuple, int, float)):
        return value
    data = np.asarray(value)
    return Tensor(data.astype(data_of(x).dtype) if data.dtype.kind == "f" else data)


def _reduced(values: Any, reduction: str) -> Any:
    if reduction == "none":
        return values
    total = np.add.reduce(values, axis=None)
    return total / values.size if reduction == "mean" else total


def _share(g: Gradient, numel: int, reduction: str) -> Gradient:
    """What a loss that was reduced sends back to each of the `numel` that it was made of."""
    return g / numel if reduction == "mean" else g


def _check_reduction(reduction: str) -> None:
    if reduction not in ("none", "mean", "sum"):
        raise value_error(f"{reduction} is not a valid value for reduction")


def _check_same_shape(x: Any, target: Any, message: str) -> None:
    """ValueError with the message, the two shapes put in, unless they are equal."""
    if tuple(target.shape) != tuple(x.shape):
        raise shape_error(message.format(*(f"torch.Size({list(value.shape)})" for value in (target, x))), ValueError)


def _check_constant(name: str, **arguments: Any) -> None:
    for argument, value in arguments.items():
        if isinstance(value, Tensor) and value.requires_grad:
            raise RuntimeError(
                f"The function '{name}' is not differentiable with respect to argument '{argument}'. This input cannot "
                "have requires_grad True."
            )


def _summed_up(values: Any, reduction: str) -> Any:
    _check_reduction(reduction)
    return values if reduction == "none" else ops.mean(values) if reduction == "mean" else ops.sum(values)


def _in_one_shape(x: Any, target: Any) -> tuple[Any, Any]:
    """Both in the shape that they broadcast to."""
    if data_of(x).shape == data_of(target).shape:
        return x, target
    return ops.broadcast_tensors(x, target)


# Losses of the difference d of x and the target


def _difference_loss(name: str, value: Any, slope: Any) -> Call:
    """The operation whose elements are `value(d, width)`; `slope(d, width)` is the derivative."""

    def share(g: Gradient, x: Data, target: Data, x_numel: int, reduction: str, width: float) -> Gradient:
        return _share(g, x_numel, reduction) * slope(x - target, width)

    return private(
        name,
        lambda x, target, reduction, width: _reduced(value(x - target, width), reduction),
        share,
        lambda g, x, target, x_numel, reduction, width: -share(g, x, target, x_numel, reduction, width),
        reduces=True,
    )


mse_primitive = _difference_loss("mse_loss", lambda d, width: d * d, lambda d, width: 2 * d)
smooth_l1_primitive = _difference_loss(
    "smooth_l1_loss",
    lambda d, width: np.where(np.abs(d) < width, 0.5 * d * d / width, np.abs(d) - 0.5 * width),
    lambda d, width: where(abs(d) >= width, sgn(d), d / width),
)
huber_primitive = _difference_loss(
    "huber_loss",
    lambda d, width: np.where(np.abs(d) <= width, 0.5 * d * d, width * (np.abs(d) - 0.5 * width)),
    lambda d, width: where(abs(d) >= width, width * sgn(d), d),
)


@function(tensors=2, module="MSELoss")
def mse_loss(x: Any, target: Any, reduction: str = "mean") -> Any:
    """(x - target)**2, averaged"""
    _check_reduction(reduction)
    return mse_primitive(*_in_one_shape(x, target), reduction, 0.0)


@function(tensors=2, domain=(REAL, NONZERO), module="L1Loss")
def l1_loss(x: Any, target: Any, reduction: str = "mean") -> Any:
    """abs(x - target), averaged"""
    x, target = _in_one_shape(x, target)
    return _summed_up(abs(minus(x, target)), reduction)


@function(tensors=2, module="SmoothL1Loss")
def smooth_l1_loss(x: Any, target: Any, reduction: str = "mean", beta: float = 1.0) -> Any:
    """abs(x - target) less beta/2, and where that is below beta a parabola, averaged"""
    _check_reduction(reduction)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    if beta == 0:
        return l1_loss(x, target, reduction)
    return smooth_l1_primitive(*_in_one_shape(x, target), reduction, beta)


@function(tensors=2, module="HuberLoss")
def huber_loss(x: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """(x - target)**2 / 2, and where the difference exceeds delta a straight line, averaged"""
    _check_reduction(reduction)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    return huber_primitive(*_in_one_shape(x, target), reduction, delta)


# Losses of probabilities


def _weighted(value: Any, weight: Any) -> Any:
    return value if weight is None else value * weight


_LEAST_VARIANCE = float(np.float32(1e-12))  # PyTorch has it in single precision.


def _bce_slope_rule(g: Gradient, x: Data, target: Data, weight: Data, numel: int, reduction: str) -> Gradient:
    slope = (x - target) / ops.clamp_min(x * (1 - x), _LEAST_VARIANCE)
    return _share(g, numel, reduction) * _weighted(slope, weight)


def _bce_curvature_rule(
    g: Gradient, grad: Data, x: Data, target: Data, weight: Data, numel: int, reduction: str
) -> Gradient:
    curvature = (x * x - 2 * x * target + target) / ((x + 1e-12) * (1 - x + 1e-12)) ** 2
    return _share(g * grad, numel, reduction) * _weighted(curvature, weight)


def _bce_mixed_rule(g: Gradient, grad: Data, x: Data, weight: Data, numel: int, reduction: str) -> Gradient:
    slope = -1 / ops.clamp_min(x * (1 - x), _LEAST_VARIANCE)
    return _share(g * grad, numel, reduction) * _weighted(slope, weight)


def _slope_formula(weight: Any, reduction: str) -> str:
    slope = "grad*((x - target)/maximum(x*(1 - x), 1e-12))"
    slope = slope if weight is None else f"weight*({slope})"
    return f"{slope}/numel" if reduction == "mean" else slope


@private(
    _bce_slope_rule,
    _bce_curvature_rule,
    _bce_mixed_rule,
    tensors=4,
    formula=_slope_formula,
    name="binary_cross_entropy_backward",
)
def bce_backward(grad: Data, x: Data, target: Data, weight: Data, numel: int, reduction: str) -> Data:
    slope = (x - target) / np.maximum(x * (1 - x), x.dtype.type(_LEAST_VARIANCE))
    return _share(grad, numel, reduction) * _weighted(slope, weight)


@private(
    lambda g, x, target, weight, x_numel, reduction: bce_backward(g, x, target, weight, x_numel, reduction),
    lambda g, x, weight, x_numel, reduction: _share(g, x_numel, reduction) * _weighted(log(1 - x) - log(x), weight),
    tensors=3,
    name="binary_cross_entropy",
    reduces=True,
)
def bce_primitive(x: Data, target: Data, weight: Data, reduction: str) -> Data:
    for name, value in (("input", x), ("target", target)):
        if not np.all((value >= 0) & (value <= 1)):
            raise RuntimeError(f"all elements of {name} should be between 0 and 1")
    # The logarithms are limited, so that the loss of a certain and wrong answer is large and not infinite.
    value = (target - 1) * np.maximum(np.log1p(-x), -100) - target * np.maximum(np.log(x), -100)
    return _reduced(_weighted(value, weight), reduction)


@function(tensors=2, domain=PROBABILITY, module="BCELoss")
def binary_cross_entropy(x: Any, target: Any, weight: Any = None, reduction: str = "mean") -> Any:
    """-target * log(x) - (1 - target) * log(1 - x), averaged"""
    _check_reduction(reduction)
    _check_same_shape(
        x,
        target,
        "Using a target size ({}) that is different to the input size ({}) is deprecated. Please ensure they have the "
        "same size.",
    )
    _check_constant("binary_cross_entropy", weight=weight)
    return bce_primitive(x, target, _constant(weight, x), reduction)


def _logits_rule(
    g: Gradient, x: Data, target: Data, weight: Data, pos_weight: Data, x_numel: int, reduction: str
) -> Gradient:
    positive = _weighted(target, pos_weight)
    # Without a weight not the same for infinite targets.
    slope = sigmoid(x) - target if pos_weight is None else (positive + 1 - target) * sigmoid(x) - positive
    return _share(g, x_numel, reduction) * _weighted(slope, weight)


def _logits_target_rule(g: Gradient, x: Data, weight: Data, pos_weight: Data, x_numel: int, reduction: str) -> Gradient:
    slope = logsigmoid(-x) - _weighted(logsigmoid(x), pos_weight)
    return _share(g, x_numel, reduction) * _weighted(slope, weight)


@private(_logits_rule, _logits_target_rule, tensors=4, name="binary_cross_entropy_with_logits", reduces=True)
def logits_primitive(x: Data, target: Data, weight: Data, pos_weight: Any, reduction: str) -> Data:
    factor = 1 if pos_weight is None else (pos_weight - 1) * target + 1
    return _reduced(_weighted((1 - target) * x - factor * logsigmoid(x), weight), reduction)


@function(
    tensors=2,
    domain=(REAL, PROBABILITY),
    torch=("binary_cross_entropy_with_logits", "nn.functional.binary_cross_entropy_with_logits"),
    module="BCEWithLogitsLoss",
)
def binary_cross_entropy_with_logits(
    x: Any, target: Any, weight: Any = None, reduction: str = "mean", pos_weight: Any = None
) -> Any:
    """binary_cross_entropy of sigmoid(x), without overflow"""
    _check_reduction(reduction)
    _check_same_shape(x, target, "Target size ({}) must be the same as input size ({})")
    _check_constant("binary_cross_entropy_with_logits", weight=weight, pos_weight=pos_weight)
    return logits_primitive(x, target, _constant(weight, x), _constant(pos_weight, x), reduction)


@function(tensors=2, torch=("kl_div", "nn.functional.kl_div"), module="KLDivLoss")
def kl_div(x: Any, target: Any, reduction: str = "mean", log_target: bool = False) -> Any:
    """target * (log(target) - x), averaged; with `log_target`, the target is a logarithm as x is"""
    value = exp(target) * minus(target, x) if log_target else minus(ops.xlogy(target, target), target * x)
    if reduction == "batchmean":
        return ops.sum(value) / (x.shape[0] if x.ndim else 1)
    return _summed_up(value, reduction)


# Losses of classes


def _class_axis(x: Any) -> int:
    return 0 if data_of(x).ndim == 1 else 1


def _chosen(x: Any, target: Any, weight: Any, ignore_index: int) -> Any:
    """The weight of each element of x in the loss: that of its class where it is the target, and 0 elsewhere."""
    axis = _class_axis(x)
    classes = np.arange(x.shape[axis]).reshape([-1 if i == axis else 1 for i in range(x.ndim)])
    weights = np.ones(x.shape[axis], x.dtype) if weight is None else weight
    counts = np.where(classes != ignore_index, weights.reshape(classes.shape), 0).astype(x.dtype)
    if is_symbolic(target):
        return where(unsqueeze(Tensor(target), axis) == Tensor(classes), Tensor(counts), 0.0)._data
    return np.where(classes == np.expand_dims(target, axis), counts, 0).astype(x.dtype)


def _in_shape(target: Any, shape: tuple[int, ...]) -> Any:
    return reshape(Tensor(target), shape)._data if is_symbolic(target) else target.reshape(shape)


def _nll(x: Any, chosen: Any, axis: int, reduction: str) -> Any:
    # An element that is not chosen counts nothing, even if it is infinite.
    losses = -np.add.reduce(np.where(chosen == 0, 0, x * chosen), axis=axis)
    if reduction == "none":
        return losses
    total = np.add.reduce(losses, axis=None)
    return total / np.add.reduce(chosen, axis=None) if reduction == "mean" else total


def _nll_rule(g: Gradient, chosen: Any, axis: int, reduction: str) -> Gradient:
    if reduction == "none":
        g = unsqueeze(g, axis)
    if reduction == "mean":
        g = g / ops.sum(chosen)
    return where(chosen == 0, 0, -g * chosen)


def _nll_of_each(x: Any, chosen: Any, axis: int, reduction: str) -> Any:
    losses = -ops.sum(where(chosen == 0, 0.0, x * chosen), (axis + 1,))
    if reduction == "none":
        return losses
    totals = ops.sum(losses.reshape(len(x), -1), (1,))
    return totals / ops.sum(chosen.reshape(len(x), -1), (1,)) if reduction == "mean" else totals


nll_vector = private("nll_loss", _nll, _nll_rule, batch=_nll_of_each)
nll_image = private("nll_loss2d", _nll, _nll_rule, batch=_nll_of_each)


def _check_classes(x: Any, target: Any, weight: Any, ignore_index: int) -> None:
    if not x.ndim:
        raise shape_error("Expected 1 or more dimensions (got 0)", ValueError)
    if x.ndim == 1 and target.ndim == 1 and target.size != 1:
        raise shape_error(f"For 1D input, 1D target must have size 1, but got target size: {target.size}", ValueError)
    if x.ndim > 1 and (not target.ndim or x.shape[0] != target.shape[0]):
        batch = target.shape[0] if target.ndim else 1
        raise shape_error(f"Expected input batch_size ({x.shape[0]}) to match target batch_size ({batch}).", ValueError)
    if target.dtype not in (np.int64, np.uint8):
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {titles(target)[0]}")
    expected = (x.shape[0], *x.shape[2:]) if x.ndim > 1 else target.shape
    if target.shape != expected:
        if x.ndim < 3:
            raise shape_error("0D or 1D target tensor expected, multi-target not supported")
        raise shape_error(f"Expected target size {list(expected)}, got {list(target.shape)}")
    classes = x.shape[_class_axis(x)]
    if weight is not None and weight.shape != (classes,):
        raise shape_error(
            f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of "
            f"shape: {list(weight.shape)}"
        )
    if weight is not None:
        check_same_dtype("expected scalar type {} but found {}", x, weight)
    numbers = numbers_of(target)
    outside = (numbers != ignore_index) & ((numbers < 0) | (numbers >= classes))
    if outside.any():
        raise index_error(f"Target {numbers[outside].flat[0]} is out of bounds.")


@function(module="NLLLoss")
def nll_loss(x: Any, target: Any, weight: Any = None, ignore_index: int = -100, reduction: str = "mean") -> Any:
    """-x at the target classes, averaged; x are logarithms of probabilities, with a class for each index of dim 1"""
    _check_reduction(reduction)
    classes, weights = data_of(_constant(target, x)), data_of(_constant(weight, x))
    classes = classes if is_symbolic(classes) else np.asarray(classes)
    _check_classes(data_of(x), classes, weights, ignore_index)
    shape = data_of(x).shape
    _check_constant(f"nll_loss{'2d' * (len(shape) > 2)}_forward", weight=weight)
    if len(shape) < 3:
        classes = _in_shape(classes, shape[:-1])
        chosen = _chosen(data_of(x), classes, weights, ignore_index)
        return nll_vector(x, chosen, len(shape) - 1, reduction)
    if len(shape) != 4:
        x = reshape(x, (*shape[:2], 1, -1))
        classes = _in_shape(classes, (data_of(x).shape[0], *data_of(x).shape[2:]))
    result = nll_image(x, _chosen(data_of(x), classes, weights, ignore_index), 1, reduction)
    return view_primitive(result, (shape[0], *shape[2:])) if reduction == "none" and len(shape) != 4 else result


@function(module="CrossEntropyLoss")
def cross_entropy(
    x: Any,
    target: Any,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """nll_loss of log_softmax(x); the target may also give the probability of each class, in the shape of x"""
    _check_reduction(reduction)
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}")
    axis = _class_axis(x)
    target, weight = _constant(target, x), _constant(weight, x)
    if data_of(x).ndim and tuple(target.shape) == tuple(x.shape):
        return _cross_entropy_of_probabilities(x, target, weight, axis, ignore_index, reduction, label_smoothing)
    if not data_of(x).ndim:
        return nll_loss(x, target)
    logarithms = ops.log_softmax(x, axis)
    loss = nll_loss(logarithms, target, weight, ignore_index, reduction)
    if not label_smoothing:
        return loss
    smooth = _loss_of_all(logarithms, target, weight, axis, ignore_index, reduction)
    share = label_smoothing / x.shape[axis]
    return times_number(loss, 1 - label_smoothing) + times_number(smooth, share)


def _along_classes(weight: Any, x: Any, axis: int) -> Any:
    return reshape(weight, [-1 if i == axis else 1 for i in range(len(x.shape))])


def _loss_of_all(logarithms: Any, target: Any, weight: Any, axis: int, ignore_index: int, reduction: str) -> Any:
    """The loss with every class as the target."""
    weights = None if weight is None else _along_classes(weight, logarithms, axis)
    losses = ops.masked_fill(-ops.sum(_weighted(logarithms, weights), (axis,)), target == ignore_index, 0.0)
    if reduction == "none":
        return losses
    total = ops.sum(losses)
    if reduction == "sum":
        return total
    chosen = _chosen(data_of(logarithms), data_of(target), data_of(weight), ignore_index)
    return total / Tensor(chosen.sum(dtype=chosen.dtype))


def _cross_entropy_of_probabilities(
    x: Any, target: Any, weight: Any, axis: int, ignore_index: int, reduction: str, label_smoothing: float
) -> Any:
    if data_of(target).dtype.kind != "f":
        raise RuntimeError(f"Expected floating point type for target with class probabilities, got {titles(target)[0]}")
    if ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    if label_smoothing:
        target = plus_number(times_number(target, 1 - label_smoothing), label_smoothing / x.shape[axis])
    products = ops.log_softmax(x, axis) * target
    if weight is not None:
        products = products * _along_classes(weight, x, axis)
    if reduction == "none":
        return -ops.sum(products, (axis,))
    loss = -ops.sum(products)
    return over_number(loss, math.prod(x.shape) // x.shape[axis]) if reduction == "mean" else loss


@private(
    lambda g, x, target, x_numel, reduction: _share(g, x_numel, reduction) * (-target * sigmoid(-target * x)),
    name="soft_margin_loss",
    tensors=2,
    reduces=True,
)
def soft_margin_primitive(x: Data, target: Data, reduction: str) -> Data:
    check_together(x, target)
    return _reduced(np.logaddexp(0, -target * x).astype(x.dtype), reduction)


@function(tensors=2, module="SoftMarginLoss")
def soft_margin_loss(x: Any, target: Any, reduction: str = "mean") -> Any:
    """log(1 + exp(-target * x)), averaged; a target is 1 or -1"""
    _check_reduction(reduction)
    _check_constant("soft_margin_loss", target=target)
    return soft_margin_primitive(x, target, reduction)


@function(tensors=2, torch=("hinge_embedding_loss", "nn.functional.hinge_embedding_loss"), module="HingeEmbeddingLoss")
def hinge_embedding_loss(x: Any, target: Any, margin: float = 1.0, reduction: str = "mean") -> Any:
    """x where the target is 1, and margin - x, at least 0, where it is -1, averaged"""
    near = ops.clamp_min(minus(margin, x), 0)
    zeros = zeros_like(x)
    return _summed_up(where(target != 1, near, zeros) + where(target != -1, x, zeros), reduction)


@function(
    tensors=3,
    torch=("margin_ranking_loss", "nn.functional.margin_ranking_loss"),
    called_as={"x": "input1", "y": "input2"},
    module="MarginRankingLoss",
)
def margin_ranking_loss(x: Any, y: Any, target: Any, margin: float = 0.0, reduction: str = "mean") -> Any:
    """margin - target * (x - y), at least 0, averaged; the target is 1 where x should be the larger, else -1"""
    return _summed_up(ops.clamp_min(plus_number(-target * minus(x, y), margin), 0), reduction)


@function(
    tensors=3,
    torch=("triplet_margin_loss", "nn.functional.triplet_margin_loss"),
    called_as={"x": "anchor", "y": "positive", "z": "negative"},
    module="TripletMarginLoss",
)
def triplet_margin_loss(
    x: Any,
    y: Any,
    z: Any,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """by how much the distance of x from y, with a margin, exceeds that from z, averaged; swap: or that of y from z"""
    dims = [len(data_of(value).shape) for value in (x, y, z)]
    if len({*dims}) > 1:
        raise shape_error(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            "anchor {}D, positive {}D, and negative {}D inputs".format(*dims)
        )
    if margin <= 0:
        raise value_error(f"margin must be greater than 0, got {margin}")
    far = pairwise_distance(x, z, p, eps)
    if swap:
        far = ops.minimum(far, pairwise_distance(y, z, p, eps))
    return _summed_up(ops.clamp_min(plus_number(minus(pairwise_distance(x, y, p, eps), far), margin), 0), reduction)


@function(
    tensors=3,
    torch=("cosine_embedding_loss", "nn.functional.cosine_embedding_loss"),
    called_as={"x": "input1", "y": "input2"},
    module="CosineEmbeddingLoss",
)
def cosine_embedding_loss(x: Any, y: Any, target: Any, margin: float = 0.0, reduction: str = "mean") -> Any:
    """1 - cos(x, y) where the target is 1, and cos(x, y) - margin, at least 0, where it is -1, averaged"""
    rank = len(data_of(target).shape) + 1
    if any(len(data_of(value).shape) != rank for value in (x, y)):
        sizes = [[*data_of(value).shape] for value in (x, y)]
        raise shape_error(
            f"{rank - 1}D target tensor expects {rank}D input tensors, but found inputs with sizes {sizes[0]} and "
            f"{sizes[1]}."
        )
    inner, *squares = (
        plus_number(ops.sum(u * v, (-1,)), added) for u, v, added in ((x, y, 0), (x, x, _TINY), (y, y, _TINY))
    )
    cosine = inner / ops.sqrt(squares[0] * squares[1])
    zeros = zeros_like(cosine)
    near = where(target == 1, minus(1, cosine), zeros)
    return _summed_up(near + where(target == -1, ops.clamp_min(plus_number(cosine, -margin), 0), zeros), reduction)


@function(tensors=2, torch=("poisson_nll_loss", "nn.functional.poisson_nll_loss"), module="PoissonNLLLoss")
def poisson_nll_loss(
    x: Any, target: Any, log_input: bool = True, full: bool = False, eps: float = 1e-8, reduction: str = "mean"
) -> Any:
    """exp(x) - target * x, averaged; without `log_input`, x - target * log(x + eps)"""
    loss = minus(exp(x), target * x) if log_input else minus(x, target * log(plus_number(x, eps)))
    if full:
        stirling = target * log(target) - target + 0.5 * log(2 * math.pi * target)
        loss = loss + where(target <= 1, 0, stirling)
    return _summed_up(loss, reduction)


@function(tensors=3, module="GaussianNLLLoss")
def gaussian_nll_loss(
    x: Any, target: Any, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Any:
    """(log(var) + (x - target)**2 / var) / 2, averaged; the variance is at least eps"""
    _check_reduction(reduction)
    if not isinstance(var, Tensor):
        var = expand(Tensor(np.asarray(var, data_of(x).dtype)), tuple(x.shape))
    if not is_formal(data_of(var)) and np.any(numbers_of(data_of(var)) < 0):
        raise value_error("var has negative entry/entries")
    if tuple(var.shape) != tuple(x.shape):
        if tuple(x.shape[:-1]) == tuple(var.shape):
            var = unsqueeze(var, -1)
        elif tuple(var.shape) != (*x.shape[:-1], 1):
            raise shape_error("var is of incorrect size", ValueError)
    var = at_least(var, eps)
    loss = 0.5 * (log(var) + (x - target) ** 2 / var)
    return _summed_up(loss + 0.5 * math.log(2 * math.pi) if full else loss, reduction)
