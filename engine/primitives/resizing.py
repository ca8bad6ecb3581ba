"""Resizing: lines, images and volumes of another size, whose elements are the nearest ones or lie between some.

What is taken is a table for each of the last dimensions: lines of places along it, one for each new element, and by how
much each counts. Places never go back, so that gradients are sums over runs of equal ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Array, Call
from ..tensors.errors import shape_error, value_error
from ..tensors.size import check_count
from .arguments import check_computed, data_of
from .families import LAYER

private, function = LAYER.private, LAYER.function
Taps = tuple[tuple[Array, Array], ...]
_CUBIC = -0.75  # Keys' kernel, with PyTorch's number
_NEAREST = ("nearest", "nearest-exact", "area")
_RANKS = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}


def _resampled(x: Any, taps: Taps) -> Any:
    for axis, (places, weights) in zip(range(-1, -len(taps) - 1, -1), taps[::-1], strict=True):
        ones = (1,) * (-1 - axis)
        parts = [x.take(line, axis) * weight.reshape(-1, *ones) for line, weight in zip(places, weights, strict=True)]
        x = sum(parts[1:], parts[0])
    return x


def _collected(grad: Any, taps: Taps, sizes: Sequence[int]) -> Any:
    """What goes back to images of these sizes."""
    for axis, (places, weights), size in zip(range(-len(taps), 0), taps, sizes, strict=True):
        grad = np.moveaxis(grad, axis, 0)
        result = np.zeros((size, *grad.shape[1:]), grad.dtype)
        for line, weight in zip(places, weights, strict=True):
            found, starts = np.unique(line, return_index=True)
            result[found] += np.add.reduceat(grad * weight.reshape(-1, *(1,) * (grad.ndim - 1)), starts, axis=0)
        grad = np.moveaxis(result, 0, axis)
    return np.ascontiguousarray(grad)


def _resizing(name: str) -> Call:
    backward = private(
        f"{name}_backward",
        _collected,
        lambda g, taps: forward(g, taps),
        batch=lambda grad, taps, sizes: backward(grad, taps, sizes),
    )
    forward = private(
        name,
        _resampled,
        lambda g, x_shape, taps: backward(g, taps, tuple(x_shape[-len(taps) :])),
        batch=lambda x, taps: forward(x, taps),
    )
    return forward


_BY_NEAREST = {
    (mode, n): _resizing(f"upsample_{mode.replace('-', '_')}{n}d") for mode in _NEAREST[:2] for n in (1, 2, 3)
}
_BY_MODE = _BY_NEAREST | {(mode, n): _resizing(f"upsample_{mode}{n}d") for mode, n in _RANKS.items()}
_SMOOTH = {mode: _resizing(f"_upsample_{mode}2d_aa") for mode in ("bilinear", "bicubic", "lanczos")}
# How far the kernels that smooth reach, and what they are within.
_KERNELS: dict[str, tuple[int, Callable[[Array], Array]]] = {
    "bilinear": (1, lambda t: 1 - t),
    "bicubic": (2, lambda t: np.where(t < 1, (1.5 * t - 2.5) * t * t + 1, ((2.5 - 0.5 * t) * t - 4) * t + 2)),
    "lanczos": (3, lambda t: np.sinc(t) * np.sinc(t / 3)),
}


def _taps(
    mode: str, rank: int, size: int, count: int, scale: float | None, aligned: bool, kind: Any
) -> tuple[Array, Array]:
    """For each of `count` new elements, which of `size` it is made of, in the arithmetic of PyTorch."""
    if mode in ("linear", "bilinear", "trilinear") and count == size:
        return np.arange(size)[None], np.ones((1, size), kind)
    if mode == "nearest" and rank == 2 and count in (size, 2 * size):
        scale = None  # whatever the factor was: of images alone, as in PyTorch
    number: Any = np.float32 if mode in _NEAREST else kind
    step = number(1 / scale if scale else size / count) if not aligned else number((size - 1) / max(count - 1, 1))
    line = np.arange(count, dtype=number)
    if mode in _NEAREST:
        at = np.floor((line + number(0.5)) * step if mode == "nearest-exact" else line * step)
        return np.minimum(at.astype(np.int64), size - 1)[None], np.ones((1, count), kind)
    at = line * step if aligned else (line + number(0.5)) * step - number(0.5)
    if mode != "bicubic":
        at = np.maximum(at, 0)
        first = np.minimum(at.astype(np.int64), size - 1)
        part = np.clip(at - first, 0, 1).astype(kind)
        return np.stack([first, np.minimum(first + 1, size - 1)]), np.stack([1 - part, part])
    first = np.floor(at).astype(np.int64)
    part = at - first
    near = [((_CUBIC + 2) * t - (_CUBIC + 3)) * t * t + 1 for t in (part, 1 - part)]
    far = [((_CUBIC * t - 5 * _CUBIC) * t + 8 * _CUBIC) * t - 4 * _CUBIC for t in (part + 1, (1 - part) + 1)]
    places = np.clip(first + np.arange(-1, 3)[:, None], 0, size - 1)
    return places, np.stack([far[0], *near, far[1]]).astype(kind)


def _smooth_taps(
    mode: str, size: int, count: int, scale: float | None, aligned: bool, kind: Any
) -> tuple[Array, Array]:
    """The same where all elements that a new one covers count, by a kernel that is as wide as it is."""
    if count == size:
        return np.arange(size)[None], np.ones((1, size), kind)
    step = (size - 1) / (count - 1 or math.inf) if aligned else 1 / scale if scale else size / count
    reach, kernel = _KERNELS[mode]
    wide = max(step, 1.0)
    middles = (np.arange(count) + 0.5) * step
    first = np.maximum((middles - reach * wide + 0.5).astype(np.int64), 0)
    places = first + np.arange(math.ceil(reach * wide) * 2 + 1)[:, None]
    away = abs(places + 0.5 - middles) / wide
    weights = np.where((away < reach) & (places < size), kernel(away), 0.0)
    return np.minimum(places, size - 1), (weights / weights.sum(0)).astype(kind)


@function(torch=("nn.functional.interpolate", "nn.functional.upsample"))
def interpolate(
    x: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Any:
    """lines, images or volumes of another size, by the nearest element or (bi-, tri-)linearly or bicubically between"""
    shape = data_of(x).shape
    rank = len(shape) - 2
    if mode in _NEAREST and align_corners is not None:
        modes = "linear | bilinear | bicubic | trilinear"
        raise value_error(f"align_corners option can only be set with the interpolating modes: {modes}")
    if recompute_scale_factor and size is not None:
        raise value_error("recompute_scale_factor is not meaningful with an explicit size.")
    counts, scales = _sizes(shape[2:], size, scale_factor)
    if recompute_scale_factor:
        scales = [None] * rank
    if antialias and (rank != 2 or mode not in _SMOOTH):
        modes = "bilinear, bicubic, and lanczos modes"
        raise value_error(f"Anti-alias option is restricted to {modes} and requires a 4-D tensor as input")
    if mode == "lanczos" and rank == 2 and (align_corners or not antialias):
        raise value_error(
            f"Lanczos mode {'does not support align_corners=True' if align_corners else 'requires antialias=True'}"
        )
    if not antialias and (mode, rank) not in _BY_MODE and (mode != "area" or rank not in (1, 2, 3)):
        if mode in _RANKS and mode != "bicubic" and rank in (1, 2, 3):
            raise NotImplementedError(f"Got {rank + 2}D input, but {mode} mode needs {_RANKS[mode] + 2}D input")
        raise NotImplementedError(
            f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {len(shape)}D) for the modes: nearest | "
            f"linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got {mode})"
        )
    if mode == "area":
        return getattr(ops, f"adaptive_avg_pool{rank}d")(x, tuple(counts))
    if min(*shape[1:], *counts) <= 0:
        both = (
            ", ".join(f"{side}: {n}" for side, n in zip("DHW"[-rank:], part, strict=True))
            for part in (shape[2:], counts)
        )
        between = " and " if rank == 1 else " "
        got = between.join(f"{what} ({size})" for what, size in zip(("input", "output"), both, strict=True))
        raise shape_error(f"Input and output sizes should be greater than 0, but got {got}")
    check_computed(x, f"upsample_{mode}{rank}d")
    check_count(math.prod(shape[:2]) * math.prod(counts))
    each = zip(shape[2:], counts, scales, strict=True)
    aligned, kind = bool(align_corners), data_of(x).dtype.type
    if antialias:
        return _SMOOTH[mode](x, tuple(_smooth_taps(mode, *part, aligned, kind) for part in each))
    return _BY_MODE[mode, rank](x, tuple(_taps(mode, rank, *part, aligned, kind) for part in each))


def _sizes(shape: Sequence[int], size: Any, factor: Any) -> tuple[list[int], list[float | None]]:
    """How many elements there are to be along each dimension, and by which factors more. ValueError: it is not said."""
    if (size is None) == (factor is None):
        raise value_error(
            "either size or scale_factor should be defined"
            if size is None
            else "only one of size or scale_factor should be defined"
        )
    named, letter = ("output size", "o") if size is not None else ("scale_factor", "s")
    given = size if size is not None else factor
    several = list(given) if isinstance(given, (list, tuple)) else [given] * len(shape)
    if len(several) != len(shape):
        of = f"and {named} of {'shape ' * (size is None)}{given}"
        both = "output" if size is not None else "scale_factor"
        raise value_error(
            f"Input and {both} must have the same number of spatial dimensions, but got input with spatial dimensions "
            f"of {list(shape)} {of}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and {named} in "
            f"({letter}1, {letter}2, ...,{letter}K) format."
        )
    if size is not None:
        return [int(n) for n in several], [None] * len(shape)
    return [math.floor(n * f) for n, f in zip(shape, several, strict=True)], [float(f) for f in several]
