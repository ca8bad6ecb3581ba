"""Layers that bring numbers to a mean of 0 and a variance of 1: over a batch, an image, a layer or a group."""

from __future__ import annotations

from typing import Any, ClassVar

from ..api.creation import empty, tensor
from ..api.declared import require
from ..tensors.tensor import Tensor
from . import functional, init
from .layers import Layer

_ORDER = ("num_groups", "num_channels", "num_features", "normalized_shape", "eps", "momentum", "affine")


class _Normalization(Layer):
    """A weight that begins as ones, and a bias that begins as zeros."""

    _alone = _ORDER[:4]
    _order = (*_ORDER, "elementwise_affine", "bias", "track_running_stats")

    def _shape(self) -> tuple[int, ...]:
        return (self.num_channels,)

    def _shapes(self) -> dict[str, Any]:
        has = self.affine if "affine" in self._settings else self.elementwise_affine
        shapes = {"weight": has and self._shape()}
        return {**shapes, "bias": self.bias and shapes["weight"]} if "bias" in self._settings else shapes

    def reset_parameters(self) -> None:
        for name, fill in (("weight", init.ones_), ("bias", init.zeros_)):
            if self._parameters.get(name) is not None:
                fill(self._parameters[name])


class GroupNorm(_Normalization, num_groups=..., num_channels=..., eps=1e-5, affine=True, bias=True):
    """Each group of channels brought to mean 0 and variance 1."""

    _calls = functional.group_norm, ("num_groups", "weight", "bias", "eps")

    def _settle(self) -> None:
        fits = self.num_channels % self.num_groups == 0
        require(fits, f"num_channels ({self.num_channels}) must be divisible by num_groups ({self.num_groups})")


class _OfLast(_Normalization):
    """Of the numbers of the last dimensions."""

    def _settle(self) -> None:
        shape = self.normalized_shape
        self.normalized_shape = (shape,) if isinstance(shape, int) else tuple(shape)

    def _shape(self) -> tuple[int, ...]:
        return self.normalized_shape


class LayerNorm(_OfLast, normalized_shape=..., eps=1e-5, elementwise_affine=True, bias=True):
    """The numbers of the last dimensions brought to mean 0 and variance 1."""

    _calls = functional.layer_norm, ("normalized_shape", "weight", "bias", "eps")


class RMSNorm(_OfLast, normalized_shape=..., eps=None, elementwise_affine=True):
    """The numbers of the last dimensions divided by the square root of the mean of their squares."""

    _calls = functional.rms_norm, ("normalized_shape", "weight", "eps")


class _OfBatches(_Normalization):
    """Keeps the mean and variance of what it has seen, which it uses when it does not train."""

    _ranks: ClassVar[tuple[int, ...]]

    def _shape(self) -> tuple[int, ...]:
        return (self.num_features,)

    def _begin(self, storage: dict[str, Any]) -> None:
        super()._begin(storage)
        for name in ("running_mean", "running_var", "num_batches_tracked"):
            new = tensor(0) if name.startswith("num") else empty((self.num_features,), **storage)
            self.register_buffer(name, new if self.track_running_stats else None)
        self.reset_running_stats()

    def reset_running_stats(self) -> None:
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def _check(self, input: Tensor) -> None:
        wanted = " or ".join(f"{rank}D" for rank in self._ranks)
        require(input.dim() in self._ranks, f"expected {wanted} input (got {input.dim()}D input)")


_OF_BATCHES: dict[str, Any] = {"num_features": ..., "eps": 1e-5, "momentum": 0.1}


class _BatchNorm(_OfBatches, **_OF_BATCHES, affine=True, track_running_stats=True, bias=True):
    """Each channel brought to mean 0 and variance 1 over the batch."""

    def forward(self, input: Tensor) -> Tensor:
        self._check(input)
        momentum, trains = self.momentum, self.training
        kept = (self.running_mean, self.running_var) if self.track_running_stats or not trains else (None, None)
        if trains and self.track_running_stats:
            self.num_batches_tracked.add_(1)
            momentum = 1 / self.num_batches_tracked.item() if momentum is None else momentum
        uses_batch = trains or kept[0] is None
        return functional.batch_norm(input, *kept, self.weight, self.bias, uses_batch, momentum or 0.0, self.eps)


class _InstanceNorm(_OfBatches, **_OF_BATCHES, affine=False, track_running_stats=False, bias=True):
    """Each channel of each line or image brought to mean 0 and variance 1."""

    def forward(self, input: Tensor) -> Tensor:
        self._check(input)
        if input.dim() == self._ranks[0]:
            return self.forward(input.unsqueeze(0)).squeeze(0)
        kept, momentum = (self.running_mean, self.running_var), self.momentum or 0.0
        uses_own = self.training or not self.track_running_stats
        return functional.instance_norm(input, *kept, self.weight, self.bias, uses_own, momentum, self.eps)


for _base, _dims, _taken in [
    (_BatchNorm, 1, (2, 3)),
    (_BatchNorm, 2, (4,)),
    (_BatchNorm, 3, (5,)),
    (_InstanceNorm, 1, (2, 3)),
    (_InstanceNorm, 2, (3, 4)),
]:
    _name, _own = f"{_base.__name__[1:]}{_dims}d", {"_ranks": _taken, "__doc__": _base.__doc__, "__module__": __name__}
    globals()[_name] = type(_name, (_base,), _own, **_base._settings)
