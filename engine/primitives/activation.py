"""The activation functions of neural networks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..graph.transforms import drawn
from ..table.record import BESIDE_ZERO, REAL, EdgeCase
from ..table.registry import ops
from ..tensors.aliases import Data, Gradient
from ..tensors.errors import shape_error
from .arguments import check_same_dtype, data_of, dimension
from .copying import zeros_like
from .elementary import exp, tanh
from .families import ACTIVATION
from .parts import cat, slice_primitive
from .reshaping import reshape
from .selection import abs, where

private, primitive, function = ACTIVATION.private, ACTIVATION.primitive, ACTIVATION.function


def _logistic(x: Any) -> Any:
    # exp of a large negative number is 0 where exp of its opposite would overflow.
    z = np.exp(-np.abs(x))
    if type(x) is np.float64:
        # The same for one number, of which `np.where` takes five times as long as all the rest.
        return (1 if x >= 0 else z) / (1 + z)
    # The larger of z and 1, or of z and 0: `np.where` takes ten times as long, as signs cannot be foreseen.
    return np.maximum(z, x >= 0) / (1 + z)


@private(lambda g, y: g * (1 - y) * y, lambda g, grad, y: g * grad * (1 - 2 * y), formula="grad*y*(1 - y)")
def sigmoid_backward(grad: Data, y: Data) -> Data:
    return grad * (1 - y) * y


sigmoid = primitive(
    "sigmoid",
    _logistic,
    lambda g, out: sigmoid_backward(g, out),
    floating=True,
    doc="1 / (1 + exp(-x))",
    aliases=("expit",),
    edges=[EdgeCase((0.0,), 0.5, (0.25,)), EdgeCase((-1000.0,), 0.0, (0.0,))],
    torch=("sigmoid", "special.expit", "nn.functional.sigmoid"),
    in_place=True,
    definition="exp(minimum(x, 0))/(1 + exp(-abs(x)))",
    exponential="1/(1 + exp(-x))",
    is_positive=True,
    method=True,
    module="Sigmoid",
    gain=1.0,
)


def _passed(grad: Any, x: Any, threshold: float) -> Any:
    if type(grad) is np.ndarray is type(x) and grad.ndim and grad.shape == x.shape and grad.dtype == x.dtype:
        # All bits of a number or none: `np.where` takes ten times as long, as signs cannot be foreseen.
        bits = (x <= threshold).astype(f"i{grad.itemsize}")
        bits -= 1
        bits &= grad.view(bits.dtype)
        return bits.view(grad.dtype)
    return np.where(x <= threshold, 0, grad)


threshold_backward = private(
    "threshold_backward",
    _passed,
    lambda g, x, threshold: threshold_backward(g, x, threshold),
    lambda g: zeros_like(g),
    formula="where(x <= threshold, 0, grad)",
)
relu = primitive(
    "relu",
    lambda x: np.maximum(x, 0),
    lambda g, out: threshold_backward(g, out, 0),
    doc="x where it is positive, else 0",
    domain=BESIDE_ZERO,
    edges=[EdgeCase((0.0,), 0.0, (0.0,)), EdgeCase((-1.0,), 0.0, (0.0,))],
    torch=("relu", "nn.functional.relu"),
    in_place=True,
    inplace_flag=True,
    written=True,
    definition="maximum(x, 0)",
    chooses=">",
    method=True,
    module="ReLU",
    gain=math.sqrt(2.0),
)
threshold = primitive(
    "threshold",
    lambda x, threshold, value: np.where(x <= threshold, value, x),
    lambda g, x, threshold: threshold_backward(g, x, threshold),
    doc="x where it exceeds `threshold`, else `value`",
    torch=("threshold", "nn.functional.threshold"),
    inplace_flag=True,
    written=True,
    formula="where(x <= threshold, value, x)",
    module="Threshold",
)


def _softplus(x: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    scaled = x * beta
    return np.where(scaled > threshold, x, np.log1p(np.exp(np.minimum(scaled, threshold))) / beta)


softplus = primitive(
    "softplus",
    _softplus,
    lambda g, x, beta, threshold: where(x * beta > threshold, g, g * sigmoid(x * beta)),
    floating=True,
    doc="log(1 + exp(beta*x)) / beta; x itself where beta*x exceeds `threshold`",
    definition="maximum(x, 0) + log1p(exp(-abs(x)))",
    module="Softplus",
)
silu = primitive(
    "silu",
    lambda x: x * _logistic(x),
    lambda g, x: g * (sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
    floating=True,
    doc="x * sigmoid(x)",
    aliases=("swish",),
    inplace_flag=True,
    definition="x*sigmoid(x)",
    module="SiLU",
)
mish = primitive(
    "mish",
    lambda x: x * np.tanh(_softplus(x)),
    lambda g, x: g * (tanh(softplus(x)) + x * sigmoid(x) * (1 - ops.square(tanh(softplus(x))))),
    floating=True,
    doc="x * tanh(softplus(x))",
    inplace_flag=True,
    definition="x*tanh(softplus(x))",
    module="Mish",
)


def _gelu_rule(g: Gradient, x: Data, approximate: Any) -> Gradient:
    if approximate == "tanh":
        inner = tanh(_GELU_SCALE * (x + _GELU_CUBIC * x * x * x))
        slope = _GELU_SCALE * (1 + 3 * _GELU_CUBIC * x * x)
        return g * (0.5 * (1 + inner) + 0.5 * x * (1 - inner * inner) * slope)
    return g * (0.5 * (1 + ops.erf(x * math.sqrt(0.5))) + x * exp(-0.5 * x * x) / math.sqrt(2 * math.pi))


_GELU_SCALE = math.sqrt(2 / math.pi)
_GELU_CUBIC = 0.044715


def _gelu_formula(approximate: str) -> str:
    return "gelu(x)" if approximate == "none" else "x/2*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))"


@primitive(_gelu_rule, floating=True, formula=_gelu_formula, definition="x*(1 + erf(x/sqrt(2)))/2", module="GELU")
def gelu(x: Data, approximate: str = "none") -> Data:
    """x times the normal distribution's cumulative probability at x (approximate="tanh": by a tanh)"""
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(_GELU_SCALE * (x + _GELU_CUBIC * (x * x * x))))
    return 0.5 * x * (1 + ops.erf(x * math.sqrt(0.5)))


def _elu(x: Any, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0) -> Any:
    return np.where(x > 0, scale * x, scale * alpha * np.expm1(np.where(x > 0, 0, x) * input_scale))


def minimum_zero(x: Any) -> Any:
    """x where it is negative, else 0."""
    return where(x < 0, x, 0)


def _elu_rule(g: Gradient, x: Data, alpha: float, scale: float, input_scale: float) -> Gradient:
    return where(x <= 0, g * (scale * alpha * input_scale) * exp(minimum_zero(x) * input_scale), g * scale)


def _elu_formula(alpha: float, scale: float, input_scale: float) -> str:
    if alpha == scale == input_scale == 1:
        return "elu(x)"
    return f"where(x > 0, scale*x, ({scale * alpha!r})*expm1(x*input_scale))"


scaled_elu = private("elu", _elu, _elu_rule, floating=True, formula=_elu_formula)


@function(domain=BESIDE_ZERO, inplace_flag=True, written=True, definition="where(x > 0, x, expm1(x))", module="ELU")
def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where it is positive, else alpha * (exp(x) - 1)"""
    return scaled_elu(x, alpha)


@function(
    domain=BESIDE_ZERO, torch=("nn.functional.selu", "selu"), inplace_flag=True, written=True, module="SELU", gain=0.75
)
def selu(x: Any) -> Any:
    """elu with the alpha and scale of self-normalising networks"""
    return scaled_elu(x, 1.6732632423543772848170429916717, 1.0507009873554804934193349852946)


celu = primitive(
    "celu",
    lambda x, alpha=1.0: _elu(x, alpha, 1.0, 1 / alpha),
    lambda g, x, alpha: _elu_rule(g, x, alpha, 1.0, 1 / alpha),
    floating=True,
    doc="x where it is positive, else alpha * (exp(x/alpha) - 1)",
    domain=BESIDE_ZERO,
    torch=("nn.functional.celu", "celu"),
    inplace_flag=True,
    written=True,
    definition="where(x > 0, x, alpha*expm1(x/alpha))",
    module="CELU",
)
leaky_relu = primitive(
    "leaky_relu",
    lambda x, negative_slope=0.01: np.where(x > 0, x, x * negative_slope),
    lambda g, x, negative_slope: where(x > 0, g, g * negative_slope),
    doc="x where it is positive, else x * negative_slope",
    domain=BESIDE_ZERO,
    edges=[EdgeCase((0.0,), 0.0, (0.01,))],
    inplace_flag=True,
    written=True,
    formula="where(x > 0, x, x*negative_slope)",
    module="LeakyReLU",
)


@primitive(
    lambda g, x: g * sigmoid(-x),
    floating=True,
    node_name="LogSigmoidBackward0",
    definition="minimum(x, 0) - log1p(exp(-abs(x)))",
    module="LogSigmoid",
)
def logsigmoid(x: Data) -> Data:
    """log(sigmoid(x))"""
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


@function(module="Softsign")
def softsign(x: Any) -> Any:
    """x / (1 + abs(x))"""
    return x / (abs(x) + 1)


@primitive(
    lambda g, x, min_val, max_val: where((x <= min_val) | (x >= max_val), 0, g),
    domain=BESIDE_ZERO,
    inplace_flag=True,
    written=True,
    definition="minimum(maximum(x, min_val), max_val)",
    module="Hardtanh",
)
def hardtanh(x: Data, min_val: Any = -1.0, max_val: Any = 1.0) -> Data:
    """x limited to the interval from min_val to max_val; the bounds pass no gradient"""
    return np.minimum(np.maximum(x, min_val), max_val)


@function(domain=BESIDE_ZERO, inplace_flag=True, module="ReLU6")
def relu6(x: Any) -> Any:
    """x limited to the interval from 0 to 6"""
    return hardtanh(x, 0.0, 6.0)


hardsigmoid = primitive(
    "hardsigmoid",
    lambda x: np.minimum(np.maximum(x + 3, 0), 6) / 6,
    lambda g, x: where((x > -3) & (x < 3), g / 6, 0),
    doc="x/6 + 1/2 limited to the interval from 0 to 1",
    inplace_flag=True,
    definition="minimum(maximum(x + 3, 0), 6)/6",
    module="Hardsigmoid",
)
hardswish = primitive(
    "hardswish",
    lambda x: x * np.minimum(np.maximum(x + 3, 0), 6) / 6,
    lambda g, x: where(x <= -3, 0, where(x < 3, g * (x / 3 + 0.5), g)),
    doc="x * hardsigmoid(x)",
    inplace_flag=True,
    definition="x*minimum(maximum(x + 3, 0), 6)/6",
    module="Hardswish",
)
hardshrink = primitive(
    "hardshrink",
    lambda x, lambd=0.5: np.where((x >= -lambd) & (x <= lambd), 0, x),
    lambda g, x, lambd: where((x >= -lambd) & (x <= lambd), 0, g),
    doc="x outside the interval from -lambd to lambd, else 0",
    torch=("hardshrink", "nn.functional.hardshrink"),
    method=True,
    definition="where(abs(x) <= lambd, 0, x)",
    module="Hardshrink",
)
softshrink = primitive(
    "softshrink",
    lambda x, lambd=0.5: np.where(x > lambd, x - lambd, np.where(x < -lambd, x + lambd, 0 * x)),
    lambda g, x, lambd: where((x >= -lambd) & (x <= lambd), 0, g),
    doc="x moved towards 0 by lambd",
    definition="where(x > lambd, x - lambd, where(x < -lambd, x + lambd, 0*x))",
    module="Softshrink",
)


@function(module="Tanhshrink")
def tanhshrink(x: Any) -> Any:
    """x - tanh(x)"""
    return x - tanh(x)


@function(assumed={"dim": -1}, elementwise=False, module="Softmin")
def softmin(x: Any, dim: int) -> Any:
    """exp(-x) scaled to a sum of 1 along `dim`"""
    return ops.softmax(-x, dim)


# PyTorch has one node for both, in training and not: the slopes are a number, or one for each element.
@private(lambda g, x, slopes: where(x > 0, g, g * slopes), name="rrelu_with_noise", formula="where(x > 0, x, x*slopes)")
def rrelu_with_slopes(x: Data, slopes: Any) -> Data:
    return np.where(x > 0, x, x * slopes)


@function(
    domain=BESIDE_ZERO,
    torch=("rrelu", "nn.functional.rrelu"),
    inplace_flag=True,
    written=True,
    method=True,
    module="RReLU",
)
def rrelu(x: Any, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False) -> Any:
    """x where it is positive, else x times the mean of lower and upper, or in training a random number between"""
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    if not training:
        return rrelu_with_slopes(x, (lower + upper) / 2)
    from ..tensors.generator import default_generator
    from ..tensors.random_numbers import uniform

    data: Any = data_of(x)

    def draw(shape: tuple[int, ...]) -> Any:
        # Drawn where they are needed alone.
        slopes = np.ones(shape)
        needed = np.broadcast_to(data <= 0, shape) if isinstance(data, np.ndarray) else slopes > 0
        slopes[needed] = uniform(default_generator(), (int(needed.sum()),), slopes.dtype, lower, upper)
        return np.asarray(slopes, data.dtype)

    return rrelu_with_slopes(x, drawn("rrelu", draw, tuple(x.shape)))


prelu_kernel = private(
    "prelu_kernel",
    lambda x, weight: np.where(x > 0, x, x * weight),
    lambda g, x, weight: where(x > 0, g, g * weight),
    lambda g, x: where(x > 0, 0, g * x),
    formula="where(x > 0, x, x*weight)",
)


@function(tensors=2, domain=(BESIDE_ZERO, REAL), elementwise=False, torch=("prelu", "nn.functional.prelu"), method=True)
def prelu(x: Any, weight: Any) -> Any:
    """x where it is positive, else x times a weight: a single one, or one for each place along dimension 1"""
    _check_prelu(data_of(x), data_of(weight))
    if len(weight.shape) == len(x.shape):
        return prelu_kernel(x, weight)
    shape = [1] * len(x.shape)
    if len(shape) > 1:
        shape[1] = data_of(weight).size
    return prelu_kernel(x, reshape(weight, shape))


def _check_prelu(x: Any, weight: Any) -> None:
    check_same_dtype("prelu: Type promoting not supported. Got {} and {}", x, weight)
    if weight.size == 1:
        return
    if not x.ndim:
        raise shape_error("Not allow zero-dim input tensor.")
    channels = x.shape[1] if x.ndim > 1 else 1
    if weight.size != channels:
        raise shape_error(
            f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {weight.size} and "
            f"channel size = {channels}."
        )
    if weight.ndim > 1:
        raise shape_error(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}")


def _half(x: Any, dim: int) -> int:
    if not x.ndim:
        raise shape_error("glu does not support scalars because halving size must be even")
    axis = dimension(dim, x.ndim)
    if x.shape[axis] % 2:
        raise shape_error(f"Halving dimension must be even, but dimension {axis} is size {x.shape[axis]}")
    return x.shape[axis] // 2


def _glu_rule(g: Gradient, x: Data, dim: int) -> Gradient:
    axis = dim % x.ndim
    half = _half(x, dim)
    value = slice_primitive(x, axis, 0, half, 1)
    gate = sigmoid(slice_primitive(x, axis, half, 2 * half, 1))
    return cat([g * gate, g * value * gate * (1 - gate)], axis)


@primitive(_glu_rule, elementwise=False, floating=True, rows="dimensions", module="GLU")
def glu(x: Data, dim: int = -1) -> Data:
    """the first half of x along `dim`, times the sigmoid of the second"""
    _half(x, dim)
    value, gate = np.split(x, 2, dim)
    return value * _logistic(gate)
