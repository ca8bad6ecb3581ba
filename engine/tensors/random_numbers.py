# pyright: strict, reportPrivateUsage=false
"""Random numbers of each distribution, as NumPy arrays: those that PyTorch draws on a CPU, digit for digit.

Each function takes the generator first. How many words of it a number takes, and in which order, is PyTorch's.
"""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np

from .aliases import Array, NumpyDtype
from .generator import Generator
from .spacing import fused

Shape = tuple[int, ...]

_BLOCK = 16  # of normal numbers, drawn together where there are so many
_DOUBLE = np.dtype(np.float64)
# From so many on, whole numbers are drawn from 64 bits.
_WIDE = 2**28


def shares(generator: Generator, shape: Shape, dtype: NumpyDtype) -> Array:
    """Numbers evenly spread over [0, 1), of as many bits as a float32 or float64 holds."""
    count, bits = math.prod(shape), np.finfo(dtype).nmant + 1
    words = (generator.long_words if dtype.itemsize == 8 else generator.words)(count)
    drawn = (words & np.uint64(2**bits - 1)).astype(np.float64) * 2.0**-bits
    return drawn.astype(dtype).reshape(shape)


def uniform(generator: Generator, shape: Shape, dtype: NumpyDtype, low: float = 0.0, high: float = 1.0) -> Array:
    """Numbers evenly spread over [low, high)."""
    wide = _wider(dtype)
    start, end = wide.type(low), wide.type(high)
    drawn = fused(shares(generator, shape, wide), end - start, start).astype(dtype)
    return cast(Array, np.where(drawn == dtype.type(high), dtype.type(low), drawn))


def _wider(dtype: NumpyDtype) -> NumpyDtype:
    """In which dtype numbers of a dtype are drawn."""
    return _DOUBLE if dtype.itemsize == 8 else np.dtype(np.float32)


def normal(generator: Generator, shape: Shape, dtype: NumpyDtype, mean: float = 0.0, std: float = 1.0) -> Array:
    """Numbers of a normal distribution, by the Box-Muller transform."""
    count, dtype, given = math.prod(shape), _wider(dtype), dtype
    if count < _BLOCK:
        numbers = [generator.one_normal() * std + mean for _ in range(count)]
        return np.array(numbers, np.float64).astype(given).reshape(shape)
    drawn = shares(generator, (count,), dtype).astype(np.float64)
    whole = count - count % _BLOCK
    blocks = _pairs(drawn[:whole])
    if whole < count:
        # The last ones are drawn anew, and those of them that there were before are forgotten.
        last = _pairs(shares(generator, (_BLOCK,), dtype).astype(np.float64))
        blocks = np.concatenate([blocks[: count - _BLOCK], last])
    return (blocks.astype(dtype) * dtype.type(std) + dtype.type(mean)).astype(given).reshape(shape)


def _pairs(drawn: Array) -> Array:
    """Normal numbers of shares: in each block the first half is of the radius, the second of the angle."""
    blocks = drawn.reshape(-1, 2, _BLOCK // 2)
    radius, angle = np.sqrt(-2 * np.log(1 - blocks[:, 0])), 2 * math.pi * blocks[:, 1]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()


def integers(generator: Generator, shape: Shape, low: int, high: int) -> Array:
    """Whole numbers of [low, high), as integers of 64 bits."""
    count, width = math.prod(shape), high - low
    words = (generator.long_words if width >= _WIDE else generator.words)(count)
    return ((words % np.uint64(width)).astype(np.int64) + low).reshape(shape)


def any_of(generator: Generator, shape: Shape, dtype: NumpyDtype) -> Array:
    """Whole numbers from 0 to the largest that the dtype holds with all before it."""
    kind = dtype.kind
    top = 2 ** (np.finfo(dtype).nmant + 1) if kind == "f" else 1 if kind == "b" else np.iinfo(dtype).max
    words = (generator.long_words if dtype.itemsize == 8 else generator.words)(math.prod(shape))
    return (words % np.uint64(top + 1)).astype(dtype).reshape(shape)


def permutation(generator: Generator, count: int) -> Array:
    """The whole numbers from 0 to count - 1 in an order."""
    places = list(range(count))
    for i, word in enumerate(generator.words(max(count - 1, 0)).tolist()):
        j = i + word % (count - i)
        places[i], places[j] = places[j], places[i]
    return np.array(places, np.int64)


def chosen(generator: Generator, probability: Array) -> Array:
    """Whether each comes true, of these probabilities."""
    return shares(generator, probability.shape, _wider(probability.dtype)) < probability


def coins(generator: Generator, shape: Shape, probability: float) -> Array:
    """Whether each comes true, all of one probability."""
    return shares(generator, shape, _DOUBLE) < probability


def exponential(generator: Generator, shape: Shape, dtype: NumpyDtype, rate: float = 1.0) -> Array:
    """Numbers of an exponential distribution."""
    return (-1 / rate * np.log1p(-shares(generator, shape, _DOUBLE))).astype(dtype)


def cauchy(generator: Generator, shape: Shape, dtype: NumpyDtype, median: float = 0.0, sigma: float = 1.0) -> Array:
    """Numbers of a Cauchy distribution."""
    drawn = shares(generator, shape, _DOUBLE)
    return (median + sigma * np.tan(math.pi * (drawn - 0.5))).astype(dtype)


def log_normal(generator: Generator, shape: Shape, dtype: NumpyDtype, mean: float = 1.0, std: float = 2.0) -> Array:
    """exp of numbers of a normal distribution, each drawn alone."""
    numbers = [math.exp(generator.one_normal() * std + mean) for _ in range(math.prod(shape))]
    return np.array(numbers, np.float64).astype(dtype).reshape(shape)


def geometric(generator: Generator, shape: Shape, dtype: NumpyDtype, probability: float) -> Array:
    """How many times something of a probability is tried until it comes true."""
    drawn = shares(generator, shape, _DOUBLE)
    return np.ceil(np.log(drawn) / math.log1p(-probability)).astype(dtype)


def poisson(generator: Generator, rates: Array) -> Array:
    """How many events come that come at these rates."""
    return np.array([_events(generator, float(rate)) for rate in rates.flat], rates.dtype).reshape(rates.shape)


def _events(generator: Generator, rate: float) -> int:
    def share() -> float:
        return float(shares(generator, (), _DOUBLE))

    if rate >= 10:
        return _many_events(share, rate)
    if rate == 0:
        return 0
    count, product, end = 0, share(), math.exp(-rate)
    while product > end:
        count, product = count + 1, product * share()
    return count


def _many_events(share: Any, rate: float) -> int:
    """By transformed rejection: W. Hörmann, Insurance: Mathematics and Economics 12 (1993), 39-45."""
    root, log_rate = math.sqrt(rate), math.log(rate)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    inverse_alpha, within = 1.1239 + 1.1328 / (b - 3.4), 0.9277 - 3.6224 / (b - 2)
    while True:
        u, v = share() - 0.5, share()
        us = 0.5 - abs(u)
        count = math.floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= within:
            return count
        if count < 0 or (us < 0.013 and v > us):
            continue
        size = math.log(v) + math.log(inverse_alpha) - math.log(a / (us * us) + b)
        if size <= -rate + count * log_rate - math.lgamma(count + 1):
            return count


def categories(generator: Generator, weights: Array, count: int, replacement: bool) -> Array:
    """The indices of `count` of the weights for each row of them, the heavier the likelier."""
    if replacement and count > 1:
        totals = np.cumsum(weights, axis=1)
        totals = totals / totals[:, -1:]
        drawn = shares(generator, (len(weights), count), _DOUBLE)
        return np.array(
            [np.searchsorted(row, values, side="right") for row, values in zip(totals, drawn, strict=True)], np.int64
        ).reshape(len(weights), count)
    race = weights / exponential(generator, weights.shape, weights.dtype)
    if count == 1:
        return race.argmax(axis=1)[:, None]
    return np.argsort(-race, axis=1, kind="stable")[:, :count]
