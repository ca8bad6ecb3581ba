"""How far one distribution is from another."""

from __future__ import annotations

import math
from typing import Any

from ..table.registry import ops
from ..tensors.tensor import Tensor
from .continuous import Exponential, Laplace, Normal, Uniform
from .discrete import Bernoulli, Categorical, Poisson
from .distribution import Distribution
from .joint import Independent, added


def _kl_of_normals(p: Any, q: Any) -> Tensor:
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


def _kl_of_uniforms(p: Any, q: Any) -> Tensor:
    outside = (q.low > p.low) | (q.high < p.high)
    return ops.where(outside, math.inf, ((q.high - q.low) / (p.high - p.low)).log())


def _weighed(chance: Tensor, other: Tensor, log_ratio: Tensor) -> Tensor:
    """How much one outcome adds: nothing where it never comes, and no end where it comes but never in the other."""
    return ops.where(chance == 0, 0, ops.where(other == 0, math.inf, chance * log_ratio))


def _kl_of_coins(p: Any, q: Any) -> Tensor:
    ones = _weighed(p.probs, q.probs, ops.softplus(-q.logits) - ops.softplus(-p.logits))
    return ones + _weighed(1 - p.probs, 1 - q.probs, ops.softplus(q.logits) - ops.softplus(p.logits))


def _kl_of_categories(p: Any, q: Any) -> Tensor:
    return _weighed(p.probs, q.probs, p.logits - q.logits).sum(-1)


def _kl_of_exponentials(p: Any, q: Any) -> Tensor:
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


def _kl_of_laplaces(p: Any, q: Any) -> Tensor:
    ratio, away = p.scale / q.scale, (p.loc - q.loc).abs()
    return away / q.scale + ratio * (-away / p.scale).exp() - ratio.log() - 1


def _kl_of_counts(p: Any, q: Any) -> Tensor:
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


def _kl_of_independents(p: Any, q: Any) -> Tensor:
    count = p.reinterpreted_batch_ndims
    if count != q.reinterpreted_batch_ndims:
        raise NotImplementedError("No KL(p || q) is implemented for events of different dimensions")
    return added(kl_divergence(p.base_dist, q.base_dist), count)


_KL = {
    Exponential: _kl_of_exponentials,
    Laplace: _kl_of_laplaces,
    Poisson: _kl_of_counts,
    Independent: _kl_of_independents,
    Normal: _kl_of_normals,
    Uniform: _kl_of_uniforms,
    Bernoulli: _kl_of_coins,
    Categorical: _kl_of_categories,
}


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """The relative entropy of p to q (Kullback and Leibler, 1951), for each of the batch.

    NotImplementedError: they are of two kinds, or of one for which it is not known.
    """
    for kind, computed in _KL.items():
        if isinstance(p, kind) and isinstance(q, kind):
            return computed(p, q)
    raise NotImplementedError(
        f"No KL(p || q) is implemented for p type {type(p).__name__} and q type {type(q).__name__}"
    )
