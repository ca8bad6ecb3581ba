"""Layers of lines, images and volumes: convolutions, pooling, padding, resizing."""

from __future__ import annotations

from typing import Any, ClassVar

from ..api.declared import require
from ..tensors.tensor import Tensor
from . import functional
from .layers import Layer, calling


class _OfImages(Layer):
    """A layer of images with so many dimensions, which calls a function of theirs."""

    _rank: ClassVar[int] = 2

    def _for_each_dimension(self, *names: str) -> None:
        for name in names:
            value = getattr(self, name, None)
            if isinstance(value, (int, list)):
                vars(self)[name] = (value,) * self._rank if isinstance(value, int) else tuple(value)


class _Convolution(_OfImages):
    """A weight for each output and input channel and element of a kernel, and a bias for each output."""

    _alone = ("in_channels", "out_channels")
    _if_changed = ("padding", "dilation", "output_padding", "groups", "bias", "padding_mode")
    _order = ("in_channels", "out_channels", "kernel_size", "stride", *_if_changed)

    def _settle(self) -> None:
        require(self.groups > 0, "groups must be a positive integer")
        for name in ("in_channels", "out_channels"):
            require(getattr(self, name) % self.groups == 0, f"{name} must be divisible by groups")
        if isinstance(self.padding, str):
            known = self.padding in ("same", "valid")
            require(known, f"Invalid padding string {self.padding!r}, should be one of {{'same', 'valid'}}")
            strided = self.padding == "same" and self.stride not in (1, (1,) * self._rank)
            require(not strided, "padding='same' is not supported for strided convolutions")
        modes = ("zeros", "reflect", "replicate", "circular")
        message = f"padding_mode must be one of {set(modes)}, but got padding_mode='{self.padding_mode}'"
        require(self.padding_mode in modes, message)
        self._for_each_dimension("kernel_size", "stride", "padding", "dilation", "output_padding")

    def _channels(self) -> tuple[int, int]:
        return self.out_channels, self.in_channels // self.groups

    def _shapes(self) -> dict[str, Any]:
        return {"weight": (*self._channels(), *self.kernel_size), "bias": self.bias and (self.out_channels,)}

    def forward(self, input: Tensor) -> Tensor:
        padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = functional.pad(input, self._around(), mode=self.padding_mode), 0
        return self._calls[0](input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def _around(self) -> list[int]:
        """How much is put before and after each dimension, from the last on."""
        if self.padding == "same":
            whole = [d * (k - 1) for k, d in zip(self.kernel_size, self.dilation, strict=True)]
            return [part for n in reversed(whole) for part in (n // 2, n - n // 2)]
        return [0] * 2 * self._rank if self.padding == "valid" else [n for n in reversed(self.padding) for _ in (0, 1)]

    def _shown(self, name: str) -> Any:
        value, default = super()._shown(name), self._settings[name]
        return default if value == (default,) * self._rank and name in self._if_changed else value


class _Transposed(_Convolution):
    """As a convolution, with input and output exchanged."""

    def _channels(self) -> tuple[int, int]:
        return self.in_channels, self.out_channels // self.groups

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        own, beyond = (self.stride, self.padding), self.output_padding
        if output_size is not None:
            beyond = self._beyond(input, [*output_size])
        return self._calls[0](input, self.weight, self.bias, *own, beyond, self.groups, self.dilation)

    def _beyond(self, input: Tensor, wanted: list[int]) -> tuple[int, ...]:
        """How much has to be added at the ends for this size of the output. ValueError: it cannot be had."""
        first = input.dim() - self._rank
        if len(wanted) == input.dim():
            wanted = wanted[first:]
        require(
            len(wanted) == self._rank,
            f"ConvTranspose{self._rank}D: for {input.dim()}D input, output_size must have {self._rank} or "
            f"{input.dim()} elements (got {len(wanted)})",
        )
        each = zip(input.shape[first:], self.stride, self.padding, self.dilation, self.kernel_size, strict=True)
        least = [(n - 1) * s - 2 * p + d * (k - 1) + 1 for n, s, p, d, k in each]
        most = [n + s - 1 for n, s in zip(least, self.stride, strict=True)]
        require(
            all(a <= n <= b for a, n, b in zip(least, wanted, most, strict=True)),
            f"requested an output size of {tuple(wanted)}, but valid sizes range from {least} to {most} (for an input "
            f"of {input.shape[2:]})",
        )
        return tuple(n - a for n, a in zip(wanted, least, strict=True))


class _Pool(_OfImages):
    """What a function of images makes of them with the settings."""

    _unseen = ("return_indices", "count_include_pad", "divisor_override")

    def _settle(self) -> None:
        if "stride" in self._settings and self.stride is None:
            self.stride = self.kernel_size
        if self._rank == 1 and "count_include_pad" in self._settings:
            self._for_each_dimension("kernel_size", "stride", "padding")


class _Pad(_OfImages):
    """More elements around, before and after each dimension from the last on."""

    value = None
    _alone = ("padding",)

    def _settle(self) -> None:
        if isinstance(self.padding, int):
            self.padding = (self.padding,) * 2 * self._rank


class Upsample(Layer, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None):
    """Lines, images or volumes of another size, or so many times as large."""

    _calls = functional.interpolate, ("size", "scale_factor", "mode", "align_corners", "recompute_scale_factor")

    def _settle(self) -> None:
        factor = self.scale_factor
        self.scale_factor = tuple(map(float, factor)) if isinstance(factor, tuple) else factor and float(factor)

    def extra_repr(self) -> str:
        given = "size" if self.scale_factor is None else "scale_factor"
        return f"{given}={getattr(self, given)!r}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample, size=None, scale_factor=None):
    """As Upsample, by the nearest element."""

    mode, align_corners, recompute_scale_factor = "nearest", None, None


class UpsamplingBilinear2d(Upsample, size=None, scale_factor=None):
    """As Upsample, between the elements, with those of the corners as they are."""

    mode, align_corners, recompute_scale_factor = "bilinear", True, None


_CHANNELS: dict[str, Any] = {"in_channels": ..., "out_channels": ..., "kernel_size": ..., "stride": 1, "padding": 0}
_GROUPS: dict[str, Any] = {"groups": 1, "bias": True}
_CONV = {**_CHANNELS, "dilation": 1, **_GROUPS, "padding_mode": "zeros"}
_TRANSPOSED = {**_CHANNELS, "output_padding": 0, **_GROUPS, "dilation": 1, "padding_mode": "zeros"}
_POOL: dict[str, Any] = {"kernel_size": ..., "stride": None, "padding": 0}
_MAX = {**_POOL, "dilation": 1, "return_indices": False, "ceil_mode": False}
_MEAN = {**_POOL, "ceil_mode": False, "count_include_pad": True}
_MEANS = {**_MEAN, "divisor_override": None}
_TAKES = {"takes": ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices")}
_HIDES = {"_unseen": (*_Pool._unseen, "ceil_mode")}
_SIZE: dict[str, Any] = {"output_size": ...}
_AROUND: dict[str, Any] = {"padding": ...}
_PADS = {"takes": ("padding", "_mode", "value")}
# The class and the function of a number of dimensions, the numbers, the base, the settings, and what else it says.
_TABLE: list[tuple[str, str, tuple[int, ...], Any, dict[str, Any], dict[str, Any]]] = [
    ("Conv{}d", "conv{}d", (1, 2, 3), _Convolution, _CONV, {}),
    ("ConvTranspose{}d", "conv_transpose{}d", (1, 2, 3), _Transposed, _TRANSPOSED, {}),
    ("MaxPool{}d", "max_pool{}d", (1, 2, 3), _Pool, _MAX, _TAKES),
    ("AvgPool{}d", "avg_pool{}d", (1,), _Pool, _MEAN, _HIDES),
    ("AvgPool{}d", "avg_pool{}d", (2, 3), _Pool, _MEANS, _HIDES),
    ("AdaptiveAvgPool{}d", "adaptive_avg_pool{}d", (1, 2, 3), _Pool, _SIZE, {}),
    ("AdaptiveMaxPool{}d", "adaptive_max_pool{}d", (1, 2, 3), _Pool, {**_SIZE, "return_indices": False}, {}),
    ("ConstantPad{}d", "pad", (1, 2, 3), _Pad, {**_AROUND, "value": ...}, {**_PADS, "_mode": "constant", "_alone": ()}),
    ("ZeroPad{}d", "pad", (1, 2, 3), _Pad, _AROUND, {**_PADS, "_mode": "constant"}),
    ("ReflectionPad{}d", "pad", (1, 2, 3), _Pad, _AROUND, {**_PADS, "_mode": "reflect"}),
    ("ReplicationPad{}d", "pad", (1, 2, 3), _Pad, _AROUND, {**_PADS, "_mode": "replicate"}),
    ("CircularPad{}d", "pad", (1, 2, 3), _Pad, _AROUND, {**_PADS, "_mode": "circular"}),
]
for _name, _function, _ranks, _base, _settings, _own in _TABLE:
    for _rank in _ranks:
        _call = getattr(functional, _function.format(_rank))
        _all: dict[str, Any] = {"base": _base, "_rank": _rank, "__module__": __name__, **_own}
        globals()[_name.format(_rank)] = calling(_name.format(_rank), _call, _settings, **_all)
