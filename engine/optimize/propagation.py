"""Errors of what is computed from numbers that have errors: along the straight line, to second order, and by chance.

The law of propagation of the Guide to the Expression of Uncertainty in Measurement (JCGM 100:2008, section 5), its
second-order terms for normal inputs, and random draws as its first supplement has them (JCGM 101:2008).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..tensors.aliases import Array

# Draws are made and computed so many at a time.
_BLOCK = 1 << 16
# The smallest eigenvalue of a correlation matrix that is 0 but for rounding.
_SINGULAR = -1e-9


class Propagated(NamedTuple):
    """The deviation of a result of inputs (..., k), and where it comes from.

    `contributions` |df/dx| s are each input's alone; `shares` of the variance count half of what two correlated inputs
    have in common to each, so that they add up to 1 and may be negative; nan where the variance is 0.
    """

    deviation: Array
    contributions: Array
    shares: Array


def propagated(gradient: Array, deviations: Array, correlations: Array) -> Propagated:
    """The deviation along the straight line: gradients and deviations (..., k), correlations (k, k)."""
    # A derivative that is not finite has no part where the input has no error.
    parts = np.where(deviations == 0, 0.0, gradient * deviations)
    along = parts * (parts @ correlations)
    variance = np.maximum(along.sum(axis=-1), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = along / variance[..., None]
    return Propagated(np.sqrt(variance), np.abs(parts), shares)


def second_order(gradient: Array, hessian: Array, covariance: Array) -> tuple[Array, Array]:
    """What the bend adds to the value on average, and the deviation with it: gradient (..., k), the others (..., k, k).

    The moments of the Taylor polynomial of degree 2 for normal inputs: tr(HC)/2, and g'Cg + tr(HCHC)/2 as variance.
    """
    bent = hessian @ covariance
    variance = np.einsum("...i,...ij,...j->...", gradient, covariance, gradient)
    variance = variance + np.trace(bent @ bent, axis1=-2, axis2=-1) / 2
    return np.trace(bent, axis1=-2, axis2=-1) / 2, np.sqrt(np.maximum(variance, 0.0))


class Drawn(NamedTuple):
    """What random draws of the inputs made of a result: mean, deviation, and the middle 95 % with their own errors.

    `lost` of the `draws` gave no finite result, and are not in these.
    """

    mean: float
    deviation: float
    low: float
    high: float
    low_error: float
    high_error: float
    draws: int
    lost: int


def drawn(
    function: Callable[[Array], Array],
    values: Array,
    covariance: Array,
    count: int,
    seed: int,
    level: float = 0.95,
    seen: Callable[[int], None] | None = None,
) -> Drawn:
    """The results of a function of points (n, k), which returns (n,), for `count` normal draws around values (k,)."""
    random = np.random.default_rng(seed)
    root = _root(covariance)
    parts: list[Array] = []
    for start in range(0, count, _BLOCK):
        normal = random.standard_normal((min(_BLOCK, count - start), len(values)))
        parts.append(np.asarray(function(values + normal @ root.T), float))
        if seen is not None:
            seen(start + len(normal))
    results = np.concatenate(parts)
    finite = np.sort(results[np.isfinite(results)])
    lost = count - len(finite)
    if len(finite) < 2:
        return Drawn(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, count, lost)
    ends = [_quantile(finite, (1 - level) / 2), _quantile(finite, (1 + level) / 2)]
    (low, low_error), (high, high_error) = ends
    return Drawn(float(finite.mean()), float(finite.std(ddof=1)), low, high, low_error, high_error, count, lost)


def _quantile(ordered: Array, probability: float) -> tuple[float, float]:
    """A quantile of ordered draws, and its standard error by the order statistics one deviation of their rank away."""
    last = len(ordered) - 1
    rank = probability * last
    spread = np.sqrt(len(ordered) * probability * (1 - probability))
    low, high = (ordered[int(np.clip(rank + side * spread, 0, last))] for side in (-1, 1))
    return float(np.quantile(ordered, probability)), float(high - low) / 2


def is_possible(correlations: Array) -> bool:
    """Whether inputs can be correlated like this: no combination of them has a negative variance."""
    return bool(np.linalg.eigvalsh(correlations).min(initial=0.0) >= _SINGULAR)


def _root(covariance: Array) -> Array:
    """A matrix A with A A' the covariance, which may be singular."""
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(values, 0.0))
