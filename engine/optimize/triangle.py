"""The rows of a least-squares problem as one triangle, whatever their number.

With [J r] = Q [[R, c], [0, s]], Q of orthonormal columns, all that a solver and the statistics ask of n residuals r and
their Jacobian J by k parameters is in k + 1 rows: |r|^2 = |c|^2 + s^2, J'J = R'R and J'r = R'c. The rows come in
blocks, each factored with the triangle of those before it, so that nothing is squared as in normal equations. (Golub
and Van Loan, Matrix Computations, 4th edition, section 5.2; Demmel et al., SIAM J. Sci. Comput. 34, 2012: TSQR.)
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ..tensors.aliases import Array

# Rows that are factored at a time: they fit in a core's first cache.
_ROWS = 256


class Decomposition(NamedTuple):
    """R with its columns scaled to length 1, taken apart: R = u diag(values) vt diag(lengths)."""

    u: Array
    values: Array
    vt: Array
    lengths: Array

    def rank(self) -> int:
        """How many directions of the parameters the residuals depend on."""
        limit = np.finfo(float).eps * 10 * len(self.values) * max(self.values, default=0.0)
        return int((self.values > limit).sum())


class Reduction:
    """The triangle (k + 1, k + 1) of residuals and their derivatives by k parameters."""

    def __init__(self, triangle: Array) -> None:
        self.triangle = triangle

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return len(self.triangle) - 1

    @property
    def factor(self) -> Array:
        """R, (k, k)."""
        return self.triangle[:-1, :-1]

    @property
    def projected(self) -> Array:
        """c, (k,): what of the residuals a change of the parameters could take away."""
        return self.triangle[:-1, -1]

    @property
    def rest(self) -> float:
        """s: the length of what no change of the parameters takes away."""
        return abs(float(self.triangle[-1, -1]))

    @cached_property
    def squares(self) -> float:
        """The sum of the squares of the residuals."""
        return float(self.triangle[:, -1] @ self.triangle[:, -1])

    @property
    def is_finite(self) -> bool:
        """Whether all residuals and derivatives are."""
        return bool(np.isfinite(self.triangle).all())

    @cached_property
    def decomposition(self) -> Decomposition:
        """The singular values of the scaled R, which do not depend on the units of the parameters."""
        lengths = np.linalg.norm(self.factor, axis=0)
        lengths = np.where(lengths > 0, lengths, 1.0)
        return Decomposition(*np.linalg.svd(self.factor / lengths), lengths)

    def step(self) -> Array:
        """The change of the parameters that a linear model would end with, the shortest one where there are several."""
        u, values, vt, lengths = self.decomposition
        rank = self.decomposition.rank()
        return -(vt[:rank].T @ ((u.T @ self.projected)[:rank] / values[:rank])) / lengths

    def only(self, kept: Array) -> Reduction:
        """The same with some of the parameters alone: a bool array (k,)."""
        columns = self.triangle[:, np.append(np.flatnonzero(kept), self.size)]
        return joined([columns])

    def widened(self, places: Array, size: int) -> Array:
        """Rows (k + 1, size + 1) for a problem of more parameters, of which these are the ones at the places."""
        rows = np.zeros((len(self.triangle), size + 1))
        rows[:, [*places, size]] = self.triangle
        return rows


def reduced(columns: Array) -> Reduction:
    """The triangle of n rows [J r], given by their columns (k + 1, n)."""
    width, rows = columns.shape
    pieces = rows // max(_ROWS, 4 * width)
    if pieces > 1:
        length = -(-rows // pieces)
        padded = np.concatenate([columns, np.zeros((width, pieces * length - rows))], axis=1)
        columns = _factors(padded.reshape(width, pieces, length).transpose(1, 2, 0)).reshape(-1, width).T
    return joined([columns.T])


def joined(triangles: Iterable[Array]) -> Reduction:
    """The triangle of all rows, of which some have these; nan in it where a number is not finite."""
    rows = np.concatenate(list(triangles))
    factor = _factors(rows)
    return Reduction(np.concatenate([factor, np.zeros((rows.shape[1] - len(factor), rows.shape[1]))]))


def _factors(rows: Array) -> Any:
    """The factor R of a matrix, or of each of several."""
    return np.linalg.qr(rows, mode="r")
