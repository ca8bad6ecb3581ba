"""Distributions of several numbers together."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ..api import sampling
from ..api.declared import require
from ..table.registry import ops
from ..tensors.tensor import Tensor
from .distribution import REAL, Constraint, Distribution, rows


def added(value: Tensor, count: int) -> Tensor:
    """The sums over so many of the last dimensions."""
    return value.sum([*range(-count, 0)]) if count else value


class Independent(Distribution):
    """Another distribution, of which the last dimensions of what is drawn alone are one event."""

    has_rsample = property(lambda self: self.base_dist.has_rsample)  # pyrefly: ignore[bad-override]
    support = property(lambda self: self.base_dist.support)  # pyrefly: ignore[bad-override]
    mean = property(lambda self: self.base_dist.mean)
    mode = property(lambda self: self.base_dist.mode)
    variance = property(lambda self: self.base_dist.variance)

    def __init__(self, base_distribution: Any, reinterpreted_batch_ndims: int, validate_args: Any = None) -> None:
        count, shape = reinterpreted_batch_ndims, base_distribution.batch_shape
        wrong = (
            f"Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), actual {count} vs {len(shape)}"
        )
        require(count <= len(shape), wrong)
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, count
        split = len(shape) - count
        super().__init__(shape[:split], (*shape[split:], *base_distribution.event_shape), validate_args)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Tensor) -> Tensor:
        return added(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self) -> Tensor:
        return added(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def __repr__(self) -> str:
        return f"Independent({self.base_dist}, {self.reinterpreted_batch_ndims})"


def _is_positive(matrix: Tensor) -> Tensor:
    even = ops.isclose(matrix, matrix.mT, atol=1e-6).all(-2).all(-1)
    return even & (ops.cholesky_ex(matrix).info == 0) if bool(even.all()) else even


def _is_lower(matrix: Tensor) -> Tensor:
    return (matrix.tril() == matrix).all(-2).all(-1) & (matrix.diagonal(0, -2, -1) > 0).all(-1)


_POSITIVE = Constraint("PositiveDefinite()", _is_positive)


class MultivariateNormal(Distribution):
    """Normal numbers that depend on each other, by their covariance, its inverse, or its lower triangular factor."""

    has_rsample = True
    arg_constraints: ClassVar[Any] = {
        "loc": rows(REAL),
        "covariance_matrix": _POSITIVE,
        "precision_matrix": _POSITIVE,
        "scale_tril": Constraint("LowerCholesky()", _is_lower),
    }
    support = rows(REAL)
    mean = mode = property(lambda self: self.loc)
    variance = property(lambda self: (self._factor**2).sum(-1).expand(self._shape(())))

    def __init__(
        self,
        loc: Tensor,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        require(loc.dim() > 0, "loc must be at least one-dimensional.")
        named = {"covariance_matrix": covariance_matrix, "precision_matrix": precision_matrix, "scale_tril": scale_tril}
        given = {name: matrix for name, matrix in named.items() if matrix is not None}
        wrong = "Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified."
        require(len(given) == 1, wrong)
        ((name, matrix),) = given.items()
        wrong = f"{name} must be at least two-dimensional, with optional leading batch dimensions"
        require(matrix.dim() > 1, wrong)
        batch = ops.broadcast_tensors(loc[..., 0], matrix[..., 0, 0])[0].shape
        self.loc = loc.expand((*batch, -1))
        matrix = vars(self)[name] = matrix.expand((*batch, -1, -1))
        super().__init__(batch, loc.shape[-1:], validate_args)
        if name == "scale_tril":
            self._factor = matrix
        else:
            self._factor = ops.cholesky(matrix if name == "covariance_matrix" else ops.inverse(matrix))

    def __getattr__(self, name: str) -> Any:
        factor = vars(self).get("_factor")
        if factor is not None and name in self.arg_constraints:
            found = factor
            if name != "scale_tril":
                found = found @ found.mT if name == "covariance_matrix" else ops.cholesky_inverse(found)
            vars(self)[name] = found
            return found
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        zeros = self.loc.new_zeros(self._shape(sample_shape))
        drawn = sampling.normal(zeros, zeros + 1)
        return self.loc + (self._factor @ drawn.unsqueeze(-1)).squeeze(-1)

    def _half_log_det(self) -> Tensor:
        return self._factor.diagonal(0, -2, -1).log().sum(-1)

    def log_prob(self, value: Tensor) -> Tensor:
        self._check(value)
        away = (value - self.loc).unsqueeze(-1)
        squares = ops.solve_triangular(self._factor, away, upper=False).pow(2).sum((-2, -1))
        size = self.event_shape[0]
        return -0.5 * (size * math.log(2 * math.pi) + squares) - self._half_log_det()

    def entropy(self) -> Tensor:
        size = self.event_shape[0]
        return (0.5 * size * (1 + math.log(2 * math.pi)) + self._half_log_det()).expand(self.batch_shape)
