"""Examples of the functions of the family `layer`."""

import math
import operator
from typing import Any

import numpy as np
from examples.example import CUBE, MATRIX, VECTOR, Example
from examples.references import (
    columns,
    length,
    norm_of_order,
    product,
    rows,
)

import autodiff.engine as torch


def convolved(x: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int = 1) -> Any:
    """Element by element: the sum of what the kernel's elements lie on."""
    own, kernel = weight.shape[1], weight.shape[2:]
    around = [(0, 0), (0, 0), *((p, p) for p in padding)]
    x = np.pad(x, around)
    each = zip(x.shape[2:], kernel, stride, dilation, strict=True)
    size = [(n - d * (k - 1) - 1) // s + 1 for n, k, s, d in each]
    result = np.zeros((len(x), len(weight), *size))
    for image, output, *place in np.ndindex(result.shape):
        first = output // (len(weight) // groups) * own
        for channel, *at in np.ndindex(weight.shape[1:]):
            where = tuple(p * s + k * d for p, s, k, d in zip(place, stride, at, dilation, strict=True))
            result[(image, output, *place)] += x[(image, first + channel, *where)] * weight[(output, channel, *at)]
    return result + bias.reshape(-1, *(1,) * len(kernel))


def transposed(x: Any, weight: Any, bias: Any, stride: Any, padding: Any, beyond: Any) -> Any:
    """A convolution with the kernel turned round, of images with zeros between their elements."""
    kernel = weight.shape[2:]
    apart = np.zeros(
        (*x.shape[:2], *((n - 1) * s + 1 + b for n, s, b in zip(x.shape[2:], stride, beyond, strict=True)))
    )
    apart[(..., *(slice(0, (n - 1) * s + 1, s) for n, s in zip(x.shape[2:], stride, strict=True)))] = x
    turned = np.flip(weight, tuple(range(2, weight.ndim))).swapaxes(0, 1)
    around = [k - 1 - p for k, p in zip(kernel, padding, strict=True)]
    ones = (1,) * len(kernel)
    return convolved(apart, turned, bias, ones, around, ones)


def pooled(choose: Any, *lines: Any) -> Any:
    """What is chosen of each window: that of each pair of the slices of the last dimensions."""
    rows, columns = (lines * 2)[:2] if len(lines) == 1 else lines
    return lambda x: np.stack([np.stack([choose(x[..., i, j], (-2, -1)) for j in columns], -1) for i in rows], -2)


def windows(*bounds: int) -> list[slice]:
    return [slice(a, b) for a, b in zip(bounds[::2], bounds[1::2], strict=True)]


def as_image(reference: Any) -> Any:
    """A reference for images, of lines."""
    return lambda x: reference(x[..., None, :])[..., 0, :]


def normalized(x: Any, dims: Any, eps: float = 1e-5) -> Any:
    """As far from the mean as there are standard deviations, by sums of exact differences."""
    mean = x.mean(dims, keepdims=True)
    return (x - mean) / np.sqrt(((x - mean) ** 2).mean(dims, keepdims=True) + eps)


def attended(x: Any, y: Any, z: Any, mask: Any = None, scale: float | None = None) -> Any:
    """Query by query."""
    result = np.zeros((*x.shape[:-1], z.shape[-1]))
    for *at, i in np.ndindex(x.shape[:-1]):
        allowed = [j for j in range(y.shape[-2]) if mask is None or mask[i][j]]
        odds = [math.exp(x[(*at, i)] @ y[(*at, j)] * (scale or 1 / math.sqrt(x.shape[-1]))) for j in allowed]
        result[(*at, i)] = sum(o / math.fsum(odds) * z[(*at, j)] for o, j in zip(odds, allowed, strict=True))
    return result


def sliding(choose: Any, *kernel: int) -> Any:
    """What is chosen of each window of this size, a step apart."""
    axes = tuple(range(-len(kernel), 0))
    return lambda x: choose(np.lib.stride_tricks.sliding_window_view(x, kernel, axes), axes)


def interpolated(x: Any, size: int, axis: int = -1) -> Any:
    """Between the middles of the elements of a dimension, by NumPy."""
    at = (np.arange(size) + 0.5) * x.shape[axis] / size - 0.5
    return np.apply_along_axis(lambda line: np.interp(at, np.arange(x.shape[axis]), line), axis, x)


def cubic(x: Any, size: int, axis: int) -> Any:
    """By Keys' kernel with a = -3/4, of all elements there would be if the outermost went on for ever."""
    n = x.shape[axis]
    at = (np.arange(size) + 0.5) * n / size - 0.5
    places = np.arange(-2, n + 2)
    t = np.abs(at[:, None] - places)
    near, far = 1.25 * t**3 - 2.25 * t**2 + 1, -0.75 * (t**3 - 5 * t**2 + 8 * t - 4)
    kernel = np.where(t <= 1, near, np.where(t < 2, far, 0))
    return np.apply_along_axis(lambda line: kernel @ line[places.clip(0, n - 1)], axis, x)


def smoothed(x: Any, size: int, axis: int, reach: int, kernel: Any) -> Any:
    """By a kernel over all that a new element covers, whose weights are one together."""
    n = x.shape[axis]
    step = n / size
    away = np.abs((np.arange(n) + 0.5)[:, None] - (np.arange(size) + 0.5) * step) / max(step, 1)
    weights = np.where(away < reach, kernel(away), 0)
    return np.apply_along_axis(lambda line: line @ (weights / weights.sum(0)), axis, x)


# Keys' kernel has a = -1/2 here.
SMOOTH: dict[str, tuple[int, Any]] = {
    "bilinear": (1, lambda t: 1 - t),
    "bicubic": (2, lambda t: np.where(t < 1, 1.5 * t**3 - 2.5 * t**2 + 1, -(t**3 - 5 * t**2 + 8 * t - 4) / 2)),
    "lanczos": (3, lambda t: np.sinc(t) * np.sinc(t / 3)),
}


RUNNING = torch.tensor([0.5, -1.0]), torch.tensor([2.0, 0.25])
IMAGE, LINES, VOLUME = (2, 1, 4, 5), (2, 2, 5), (1, 1, 2, 3, 2)

CALLS: dict[str, list[Example]] = {
    "conv1d": [
        Example(
            lambda x, y, z: torch.conv1d(x, y, z, stride=2, padding=1),
            lambda x, y, z: convolved(x, y, z, (2,), (1,), (1,)),
            (LINES, (3, 2, 2), (3,)),
            "{}(x, y, z, stride=2, padding=1)",
        ),
        Example(
            lambda x, y: torch.conv1d(x[0], y, padding="same", dilation=2),
            lambda x, y: convolved(x[:1], y, np.zeros(1), (1,), (2,), (2,))[0],
            (LINES, (1, 2, 3)),
        ),
    ],
    "conv2d": [
        Example(
            lambda x, y, z: torch.conv2d(x, y, z, dilation=(1, 2), padding=(0, 1)),
            lambda x, y, z: convolved(x, y, z, (1, 1), (0, 1), (1, 2)),
            (IMAGE, (2, 1, 2, 2), (2,)),
            "{}(x, y, z, dilation=[1, 2], padding=[0, 1])",
        ),
        Example(
            lambda x, y, z: torch.conv2d(x, y, z, (2, 1), groups=2),
            lambda x, y, z: convolved(x, y, z, (2, 1), (0, 0), (1, 1), 2),
            ((1, 2, 4, 3), (4, 1, 2, 2), (4,)),
            "{}(x, y, z, [2, 1], groups=2)",
        ),
    ],
    "conv3d": [
        Example(
            lambda x, y, z: torch.conv3d(x, y, z, (1, 2, 1)),
            lambda x, y, z: convolved(x, y, z, (1, 2, 1), (0, 0, 0), (1, 1, 1)),
            ((1, 1, 2, 3, 3), (2, 1, 2, 1, 2), (2,)),
            "{}(x, y, z, [1, 2, 1])",
        )
    ],
    "conv_transpose1d": [
        Example(
            lambda x, y, z: torch.conv_transpose1d(x, y, z, 2, 1, 1),
            lambda x, y, z: transposed(x, y, z, (2,), (1,), (1,)),
            ((2, 2, 3), (2, 2, 3), (2,)),
            "{}(x, y, z, 2, 1, 1)",
        )
    ],
    "conv_transpose2d": [
        Example(
            lambda x, y, z: torch.conv_transpose2d(x, y, z, (1, 2)),
            lambda x, y, z: transposed(x, y, z, (1, 2), (0, 0), (0, 0)),
            ((1, 1, 2, 3), (1, 2, 2, 2), (2,)),
            "{}(x, y, z, [1, 2])",
        )
    ],
    "conv_transpose3d": [
        Example(
            lambda x, y, z: torch.conv_transpose3d(x, y, z),
            lambda x, y, z: transposed(x, y, z, (1, 1, 1), (0, 0, 0), (0, 0, 0)),
            ((1, 1, 2, 1, 2), (1, 1, 2, 2, 1), (1,)),
            "{}(x, y, z)",
        )
    ],
    "batch_norm": [
        Example(
            lambda x, y, z: torch.batch_norm(x, None, None, y, z, training=True),
            lambda x, y, z: normalized(x, (0, 2)) * y[:, None] + z[:, None],
            ((3, 2, 2), (2,), (2,)),
            "{}(x, None, None, y, z, training=True)",
        ),
        Example(
            lambda x, y, z: torch.batch_norm(x, *(r.to(x.dtype) for r in RUNNING), y, z, eps=0.5),
            lambda x, y, z: (x - [0.5, -1.0]) / np.sqrt([2.5, 0.75]) * y + z,
            ((3, 2), (2,), (2,)),
        ),
    ],
    "layer_norm": [
        Example(
            lambda x, y, z: torch.layer_norm(x, (2, 3), y, z),
            lambda x, y, z: normalized(x, (1, 2)) * y + z,
            ((2, 2, 3), (2, 3), (2, 3)),
            "{}(x, [2, 3], y, z)",
        ),
        Example(lambda x: torch.layer_norm(x, (3,)), lambda x: normalized(x, 1), (MATRIX,), "{}(x, [3])"),
    ],
    "group_norm": [
        Example(
            lambda x, y, z: torch.group_norm(x, 2, y, z),
            lambda x, y, z: normalized(x.reshape(2, 2, 4), 2).reshape(2, 4, 2) * y[:, None] + z[:, None],
            ((2, 4, 2), (4,), (4,)),
            "{}(x, 2, y, z)",
        )
    ],
    "instance_norm": [
        Example(lambda x: torch.instance_norm(x), lambda x: normalized(x, 2), ((2, 2, 3),), "{}(x)"),
    ],
    "rms_norm": [
        Example(
            lambda x, y: torch.rms_norm(x, (3,), y, 0.1),
            lambda x, y: x / np.sqrt((x**2).mean(1, keepdims=True) + 0.1) * y,
            (MATRIX, VECTOR),
            "{}(x, [3], y, 0.1)",
        )
    ],
    "scaled_dot_product_attention": [
        Example(
            lambda x, y, z: torch.scaled_dot_product_attention(x, y, z, is_causal=True),
            lambda x, y, z: attended(x, y, z, [[1, 0], [1, 1], [1, 1]]),
            ((1, 2, 3, 2), (1, 2, 2, 2), (1, 2, 2, 2)),
            "{}(x, y, z, is_causal=True)",
        ),
        Example(
            lambda x, y, z: torch.scaled_dot_product_attention(x, y, z, scale=0.3),
            lambda x, y, z: attended(x, y, z, scale=0.3),
            ((3, 2), (2, 2), (2, 3)),
            "{}(x, y, z, scale=0.3)",
        ),
    ],
    "im2col": [
        Example(
            lambda x: torch.im2col(x, (2, 3), stride=(1, 2)),
            lambda x: np.array(
                [[w[0, i : i + 2, j : j + 3].ravel() for i in range(3) for j in (0, 2)] for w in x]
            ).swapaxes(1, 2),
            (IMAGE,),
            "{}(x, [2, 3], stride=[1, 2])",
        )
    ],
    "col2im": [
        Example(
            lambda x: torch.col2im(x, (2, 2), (1, 2), padding=(0, 1)),
            lambda x: np.stack([x[:, 1, [0, 3]] + x[:, 0, [1, 4]], x[:, 1, [1, 4]] + x[:, 0, [2, 5]]], -1)[:, None],
            ((2, 2, 6),),
            "{}(x, [2, 2], [1, 2], padding=[0, 1])",
        )
    ],
    "pixel_shuffle": [
        Example(
            lambda x: torch.pixel_shuffle(x, 2),
            lambda x: np.stack([np.block([[w[0], w[1]], [w[2], w[3]]])[None] for w in x]),
            ((2, 4, 1, 1),),
            "{}(x, 2)",
        )
    ],
    "pixel_unshuffle": [
        Example(
            lambda x: torch.pixel_unshuffle(x, 2),
            lambda x: np.stack([x[0, i::2, j::2] for i in (0, 1) for j in (0, 1)]),
            ((1, 2, 4),),
            "{}(x, 2)",
        )
    ],
    "max_pool1d": [
        Example(
            lambda x: torch.max_pool1d(x, 2, 1, ceil_mode=True),
            as_image(pooled(np.max, windows(0, 1), windows(0, 2, 1, 3, 2, 4, 3, 5))),
            (LINES,),
            "{}(x, 2, 1)",
        )
    ],
    "max_pool2d": [
        Example(
            lambda x: torch.max_pool2d(x, (2, 3), padding=(1, 0)),
            pooled(np.max, windows(0, 1, 1, 3, 3, 4), windows(0, 3)),
            (IMAGE,),
            "{}(x, [2, 3], padding=[1, 0])",
        )
    ],
    "avg_pool1d": [
        Example(
            lambda x: torch.avg_pool1d(x, 2, padding=1, count_include_pad=False),
            as_image(pooled(np.mean, windows(0, 1), windows(0, 1, 1, 3, 3, 5))),
            (LINES,),
            "{}(x, 2, padding=1, count_include_pad=False)",
        )
    ],
    "avg_pool2d": [
        Example(
            lambda x: torch.avg_pool2d(x, 2, 1, divisor_override=3),
            lambda x: pooled(np.sum, windows(0, 2, 1, 3, 2, 4), windows(0, 2, 1, 3, 2, 4, 3, 5))(x) / 3,
            (IMAGE,),
            "{}(x, 2, 1, divisor_override=3)",
        )
    ],
    "max_pool3d": [
        Example(lambda x: torch.max_pool3d(x, (1, 2, 2), 1), sliding(np.max, 1, 2, 2), (VOLUME,), "{}(x, [1, 2, 2], 1)")
    ],
    "avg_pool3d": [
        Example(
            lambda x: torch.avg_pool3d(x, (2, 2, 1), 1), sliding(np.mean, 2, 2, 1), (VOLUME,), "{}(x, [2, 2, 1], 1)"
        )
    ],
    "adaptive_avg_pool3d": [
        Example(
            lambda x: torch.adaptive_avg_pool3d(x, (1, 2, 2)),
            lambda x: pooled(np.mean, windows(0, 2, 1, 3), windows(0, 1, 1, 2))(x.mean(-3, keepdims=True)),
            (VOLUME,),
            "{}(x, [1, 2, 2])",
        )
    ],
    "adaptive_max_pool3d": [
        Example(
            lambda x: torch.adaptive_max_pool3d(x, (1, 2, 2)),
            lambda x: pooled(np.max, windows(0, 2, 1, 3), windows(0, 1, 1, 2))(x.max(-3, keepdims=True)),
            (VOLUME,),
            "{}(x, [1, 2, 2])",
        )
    ],
    "interpolate": [
        Example(
            lambda x: torch.interpolate(x, scale_factor=2),
            lambda x: x.repeat(2, -1).repeat(2, -2),
            (IMAGE,),
            "{}(x, scale_factor=2)",
        ),
        Example(lambda x: torch.interpolate(x, 3, mode="nearest"), lambda x: x[..., [0, 1, 3]], (LINES,), "{}(x, 3)"),
        Example(lambda x: torch.interpolate(x, 7, mode="linear"), lambda x: interpolated(x, 7), (LINES,)),
        Example(
            lambda x: torch.interpolate(x, (2, 9), mode="bilinear"),
            lambda x: interpolated(interpolated(x, 9), 2, -2),
            (IMAGE,),
        ),
        Example(
            lambda x: torch.interpolate(x, (3, 2, 3), mode="trilinear"),
            lambda x: interpolated(interpolated(interpolated(x, 3), 2, -2), 3, -3),
            (VOLUME,),
        ),
        Example(
            lambda x: torch.interpolate(x, (3, 7), mode="bicubic"), lambda x: cubic(cubic(x, 7, -1), 3, -2), (IMAGE,)
        ),
        *(
            Example(
                lambda x, mode=mode: torch.interpolate(x, (2, 7), mode=mode, antialias=True),
                lambda x, how=how: smoothed(smoothed(x, 7, -1, *how), 2, -2, *how),
                (IMAGE,),
            )
            for mode, how in SMOOTH.items()
        ),
        Example(lambda x: torch.interpolate(x, (1, 4, 1)), lambda x: x[..., :1, [0, 0, 1, 2], :1], (VOLUME,)),
        *(
            Example(lambda x: torch.interpolate(x, 3, mode="nearest-exact"), reference, (shape,))
            for shape, reference in (
                (LINES, lambda x: x[..., [0, 2, 4]]),
                (IMAGE, lambda x: x[..., [0, 2, 3], :][..., [0, 2, 4]]),
                (VOLUME, lambda x: x[..., [0, 1, 1], :, :][..., [0, 1, 1]]),
            )
        ),
    ],
    "adaptive_avg_pool1d": [
        Example(
            lambda x: torch.adaptive_avg_pool1d(x, 3),
            as_image(pooled(np.mean, windows(0, 1), windows(0, 2, 1, 4, 3, 5))),
            (LINES,),
            "{}(x, 3)",
        )
    ],
    "adaptive_avg_pool2d": [
        Example(
            lambda x: torch.adaptive_avg_pool2d(x, (2, 3)),
            pooled(np.mean, windows(0, 2, 2, 4), windows(0, 2, 1, 4, 3, 5)),
            (IMAGE,),
            "{}(x, [2, 3])",
        ),
        Example(
            lambda x: torch.adaptive_avg_pool2d(x, 1), lambda x: x.mean((2, 3), keepdims=True), (IMAGE,), "{}(x, 1)"
        ),
    ],
    "adaptive_max_pool1d": [
        Example(
            lambda x: torch.adaptive_max_pool1d(x, 3),
            as_image(pooled(np.max, windows(0, 1), windows(0, 2, 1, 4, 3, 5))),
            (LINES,),
            "{}(x, 3)",
        )
    ],
    "adaptive_max_pool2d": [
        Example(
            lambda x: torch.adaptive_max_pool2d(x, (2, 3)),
            pooled(np.max, windows(0, 2, 2, 4), windows(0, 2, 1, 4, 3, 5)),
            (IMAGE,),
            "{}(x, [2, 3])",
        )
    ],
    "linear": [
        Example(
            lambda x, y, z: torch.linear(x, y, z),
            lambda x, y, z: np.add(product(x, y.T), z),
            (MATRIX, (4, 3), (4,)),
            "{}(x, y, z)",
        ),
        Example(lambda x, y: torch.linear(x, y), lambda x, y: product(x, y.T), (MATRIX, (4, 3)), "{}(x, y)"),
        Example(lambda x, y: torch.linear(x, y), lambda x, y: product(x[None], y.T)[0], (VECTOR, (4, 3)), "{}(x, y)"),
    ],
    "normalize": [
        Example(lambda x: torch.normalize(x), rows(lambda v: [a / length(v) for a in v]), (MATRIX,), "{}(x)"),
        Example(
            lambda x: torch.normalize(x, 3, 0),
            columns(lambda v: [a / norm_of_order(3)(v) for a in v]),
            (MATRIX,),
            "{}(x, 3, 0)",
        ),
    ],
    "pairwise_distance": [
        Example(
            torch.pairwise_distance,
            lambda x, y: np.array([length(u - v + 1e-6) for u, v in zip(x, y, strict=True)]),
            ([[0.3, 1.0], [2.0, 0.5]], [[0.2, -1.0], [1.0, 0.4]]),
            "{}(x, y)",
        )
    ],
    "cosine_similarity": [
        Example(
            lambda x, y: torch.cosine_similarity(x, y),
            lambda x, y: [
                math.fsum(map(operator.mul, a, b)) / length(a) / length(b) for a, b in zip(x, y, strict=True)
            ],
            (MATRIX, MATRIX),
            "{}(x, y)",
        )
    ],
    "embedding": [
        Example(
            lambda x: torch.embedding(x, torch.tensor([1, 0, 1])),
            lambda x: [x[1], x[0], x[1]],
            (MATRIX,),
            "{}(x, [1, 0, 1])",
        )
    ],
    "pad": [
        Example(lambda x: torch.pad(x, (1, 2)), rows(lambda v: [0.0, *v, 0.0, 0.0]), (MATRIX,), "{}(x, [1, 2])"),
        Example(
            lambda x: torch.pad(x, (0, 0, 1, 0), value=7.0),
            lambda x: [[7.0] * 3, *x],
            (MATRIX,),
            "{}(x, [0, 0, 1, 0], value=7.0)",
        ),
        Example(lambda x: torch.pad(x, (2, 1), "reflect"), rows(lambda v: [v[2], v[1], *v, v[1]]), (MATRIX,)),
        Example(lambda x: torch.pad(x, (1, 2), "replicate"), rows(lambda v: [v[0], *v, v[2], v[2]]), (MATRIX,)),
        Example(
            lambda x: torch.pad(x, (1, 0, 0, 1), "reflect"),
            lambda x: np.pad(x, ((0, 0), (0, 1), (1, 0)), "reflect"),
            (CUBE,),
        ),
        Example(
            lambda x: torch.pad(x, (1, 0, 0, 1), "replicate"),
            lambda x: np.pad(x, ((0, 0), (0, 1), (1, 0)), "edge"),
            (CUBE,),
        ),
        Example(
            lambda x: torch.pad(x, (1, 0, 0, 1, 1, 0), "reflect"),
            lambda x: np.pad(x, ((0, 0), (1, 0), (0, 1), (1, 0)), "reflect"),
            ((1, 2, 2, 2),),
        ),
        Example(
            lambda x: torch.pad(x, (1, 0, 0, 1, 1, 0), "replicate"),
            lambda x: np.pad(x, ((0, 0), (1, 0), (0, 1), (1, 0)), "edge"),
            ((1, 2, 2, 2),),
        ),
        Example(lambda x: torch.pad(x, (1, 2), "circular"), rows(lambda v: [v[2], *v, v[0], v[1]]), (MATRIX,)),
    ],
}
