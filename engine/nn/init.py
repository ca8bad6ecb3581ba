"""torch.nn.init: numbers to begin with, written into tensors and drawn as PyTorch draws them."""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import Any

from ..api.creation import empty_like
from ..api.declared import require
from ..api.offered import lacking, older
from ..api.sampling import randperm
from ..table.registry import FUNCTIONS, ops
from ..tensors.modes import no_grad
from ..tensors.tensor import Tensor

__all__ = ["calculate_gain"]


def _writing(function: Callable[..., Any], name: str = "", doc: str = "") -> Callable[..., Tensor]:
    """A function that writes into its tensor without being recorded, and returns it."""

    @functools.wraps(function)
    def call(tensor: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        with no_grad():
            function(tensor, *args, **kwargs)
        return tensor

    call.__name__, call.__doc__ = name or function.__name__, doc or function.__doc__
    __all__.append(call.__name__)
    return call


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much a nonlinearity asks for larger weights. ValueError: it is not known."""
    if nonlinearity == "leaky_relu":
        is_number = param is None or (isinstance(param, (int, float)) and not isinstance(param, bool))
        require(is_number, f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    gain = FUNCTIONS[nonlinearity].gain if nonlinearity in FUNCTIONS else None
    if gain is None:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    return gain


def fans(tensor: Tensor) -> tuple[int, int]:
    """How many inputs each output has, and outputs each input. ValueError: the tensor has fewer than two dimensions."""
    require(tensor.dim() > 1, "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


_calculate_fan_in_and_fan_out = fans


uniform_ = _writing(
    lambda tensor, a=0.0, b=1.0, generator=None: tensor.uniform_(a, b, generator=generator),
    "uniform_",
    "Evenly spread over [a, b).",
)
normal_ = _writing(
    lambda tensor, mean=0.0, std=1.0, generator=None: tensor.normal_(mean, std, generator=generator),
    "normal_",
    "Of the normal distribution.",
)
constant_ = _writing(lambda tensor, val: tensor.fill_(val), "constant_", "One number everywhere.")
ones_ = _writing(lambda tensor: tensor.fill_(1.0), "ones_", "Ones.")
zeros_ = _writing(lambda tensor: tensor.zero_(), "zeros_", "Zeros.")


@_writing
def trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator: Any = None
) -> None:
    """Of the normal distribution, between a and b: what lies outside is drawn again."""
    if not a - 2 * std <= mean <= b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be "
            "incorrect.",
            stacklevel=2,
        )
    low, high = ((1 + math.erf((end - mean) / std / math.sqrt(2.0))) / 2 for end in (a, b))
    if high - low > 0.3:
        tensor.normal_(mean, std, generator=generator)
        while (outside := ops.lt(tensor, a) | ops.gt(tensor, b)).any():
            tensor.copy_(ops.where(outside, empty_like(tensor).normal_(mean, std, generator=generator), tensor))
        return
    # Where most would lie outside: evenly spread, and kept as often as the density is high.
    peak, pending = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2, None
    while pending is None or pending.any():
        drawn = tensor.clone().uniform_(a, b, generator=generator)
        tensor.copy_(drawn if pending is None else ops.where(pending, drawn, tensor))
        refused = tensor.clone().uniform_(generator=generator).log() > -0.5 * ((drawn - mean) / std) ** 2 - peak
        pending = refused if pending is None else pending & refused


@_writing
def eye_(tensor: Tensor) -> None:
    """The identity matrix. ValueError: it is no matrix."""
    require(tensor.dim() == 2, "Only tensors with 2 dimensions are supported")
    tensor.zero_().diagonal().fill_(1.0)


@_writing
def dirac_(tensor: Tensor, groups: int = 1) -> None:
    """Kernels that leave as many channels as they are. ValueError: it is no weight of a convolution."""
    require(tensor.dim() in (3, 4, 5), "Only tensors with 3, 4, or 5 dimensions are supported")
    require(tensor.shape[0] % groups == 0, "dim 0 must be divisible by groups")
    each = tensor.shape[0] // groups
    tensor.zero_()
    for group in range(groups):
        for channel in range(min(each, tensor.shape[1])):
            tensor[(group * each + channel, channel, *(size // 2 for size in tensor.shape[2:]))] = 1


@_writing
def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Any = None) -> None:
    """Of the normal distribution, with 0 in this part of each column (Martens, 2010). ValueError: no matrix."""
    require(tensor.dim() == 2, "Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    tensor.normal_(0, std, generator=generator)
    for column in range(columns):
        tensor[randperm(rows)[: math.ceil(sparsity * rows)], column] = 0


# With a standard deviation: evenly spread, or of the normal distribution.
_DRAWN: dict[str, Callable[[Tensor, float, Any], Any]] = {
    "uniform": lambda tensor, std, generator: uniform_(tensor, -math.sqrt(3.0) * std, math.sqrt(3.0) * std, generator),
    "normal": lambda tensor, std, generator: normal_(tensor, 0.0, std, generator),
}


def _xavier(kind: str) -> Callable[..., Tensor]:
    def draw(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> None:
        _DRAWN[kind](tensor, gain * math.sqrt(2.0 / sum(fans(tensor))), generator)

    return _writing(
        draw, f"xavier_{kind}_", "With variance gain**2 * 2 / (inputs + outputs) (Glorot and Bengio, 2010)."
    )


def _kaiming(kind: str) -> Callable[..., Tensor]:
    def draw(
        tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
    ) -> None:
        if not tensor.numel():
            warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
            return
        modes = ["fan_in", "fan_out"]
        require(mode.lower() in modes, f"Mode {mode.lower()} not supported, please use one of {modes}")
        count = fans(tensor)[modes.index(mode.lower())]
        _DRAWN[kind](tensor, calculate_gain(nonlinearity, a) / math.sqrt(count), generator)

    return _writing(draw, f"kaiming_{kind}_", "With standard deviation gain / sqrt(inputs) (He and others, 2015).")


xavier_uniform_, xavier_normal_ = map(_xavier, _DRAWN)
kaiming_uniform_, kaiming_normal_ = map(_kaiming, _DRAWN)


@_writing
def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> None:
    """A matrix with orthonormal rows or columns, times `gain`. ValueError: fewer than two dimensions."""
    require(tensor.dim() > 1, "Only tensors with 2 or more dimensions are supported")
    rows, columns = tensor.shape[0], tensor.numel() // max(tensor.shape[0], 1)
    flat = tensor.new_empty((rows, columns)).normal_(0, 1, generator=generator)
    q, r = ops.qr(flat.t() if rows < columns else flat)
    q = q * r.diagonal().sign()
    tensor.copy_((q.t() if rows < columns else q).reshape(tensor.shape)).mul_(gain)


# The names that they had before PyTorch 0.4, but those that are newer.
_OLDER = {
    name[:-1]: older(globals()[name], f"`nn.init.{name[:-1]}` is now deprecated in favor of `nn.init.{name}`.")
    for name in __all__
    if name.endswith("_") and name not in ("ones_", "zeros_", "trunc_normal_")
}
globals().update(_OLDER)
__all__ += _OLDER
__getattr__ = lacking("torch.nn.init")
