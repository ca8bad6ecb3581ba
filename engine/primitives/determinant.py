"""Determinants and their logarithms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Data, Gradient
from ..tensors.symbol import is_formal
from ..tensors.tensor import Tensor
from .arguments import data_of
from .axes import unsqueeze
from .diagonals import diag_embed
from .families import LINEAR_ALGEBRA
from .matrix import check_square_floating, column, for_each, lapack, turned
from .products import matmul
from .reshaping import expand
from .solving import inverse, solve, solved_unchecked

private, primitive, function = LINEAR_ALGEBRA.private, LINEAR_ALGEBRA.primitive, LINEAR_ALGEBRA.function


def _product_of_pivots(x: Any) -> Any:
    # np.linalg.det goes by logarithms: it would give 11.000000000000002 for [[4, 1], [1, 3]].
    (getrf,) = lapack(("getrf",), x)

    def product(matrix: Any) -> Any:
        lu, pivots, _ = getrf(matrix)
        swaps = np.count_nonzero(pivots != np.arange(len(pivots)))
        return np.prod(np.diagonal(lu)) * (-1) ** swaps

    return for_each(product, (), x.dtype, x) if x.size else np.ones(x.shape[:-2], x.dtype)


@primitive(
    lambda g, x: column(column(g)) * cofactor(x), rows="matrices", torch=("det", "linalg.det"), name="linalg_det"
)
def det(x: Data) -> Data:
    """determinant"""
    check_square_floating(x, "linalg.det")
    return _product_of_pivots(x)


# The gradient of the determinant is the matrix of cofactors, a polynomial: it exists for singular matrices too.
# The singular values give it where there is no inverse.


def _singular_frame(x: Any) -> tuple[Any, Any, Any, Any]:
    """The singular value decomposition, and the determinant of the two rotations in it."""
    u, s, vt = np.linalg.svd(x)
    return u, s, vt, np.linalg.det(u) * np.linalg.det(vt)


def _products_without(s: Any, left_out: int) -> Any:
    """For each element, or each two, the product of all others; 0 for an element paired with itself."""
    n = s.shape[-1]
    if left_out == 1:
        return np.stack([np.prod(np.delete(s, i, -1), -1) for i in range(n)], -1)
    pairs = np.zeros((*s.shape, n), s.dtype)
    for i in range(n):
        for j in range(n):
            if i != j:
                pairs[..., i, j] = np.prod(np.delete(s, [i, j], -1), -1)
    return pairs


@private(lambda g, x: cofactor_change(g, x), rows="matrices")
def cofactor(x: Data) -> Data:
    if not x.size:
        return np.zeros_like(x)
    determinant = _product_of_pivots(x)[..., None, None]
    if np.all(np.abs(determinant) >= 100 * np.finfo(x.dtype).eps):
        try:
            return np.linalg.solve(np.swapaxes(x, -2, -1), determinant * np.eye(x.shape[-1], dtype=x.dtype))
        except np.linalg.LinAlgError:
            pass  # The transposed matrix is singular for its rounding errors, where numbers are of very unlike size.
    if not np.isfinite(x).all():
        return np.full_like(x, math.nan)
    u, s, vt, sign = _singular_frame(x)
    return sign[..., None, None] * ((u * _products_without(s, 1)[..., None, :]) @ vt)


def _second_change(g: Gradient, change: Any, x: Data) -> Gradient:
    # The derivative of det(x) (tr(P) tr(Q) - tr(P Q)), with P and Q the inverse times each of the two changes.
    inverted = inverse(x)
    p, q = matmul(inverted, change), matmul(inverted, g)
    trace_p, trace_q = _trace(p), _trace(q)
    both = matmul(p, q)
    total = (trace_p * trace_q - _trace(both)) * inverted
    parts = matmul(both, inverted) + matmul(matmul(q, p), inverted)
    parts = parts - trace_q * matmul(p, inverted) - trace_p * matmul(q, inverted)
    return column(column(det(x))) * turned(total + parts)


def _trace(x: Any) -> Any:
    return ops.sum(ops.diagonal(x, 0, -2, -1), [-1], True)[..., None]


@private(lambda g, x: cofactor_change(g, x), _second_change)
def cofactor_change(change: Any, x: Data) -> Data:
    """How the cofactors change with x, in the first order."""
    if not x.size or not np.isfinite(x).all():
        return np.full(np.broadcast_shapes(change.shape, x.shape), math.nan, x.dtype)
    u, s, vt, sign = _singular_frame(x)
    inner = np.swapaxes(u, -2, -1) @ change @ np.swapaxes(vt, -2, -1)
    pairs = _products_without(s, 2)
    result = -pairs * np.swapaxes(inner, -2, -1)
    on_diagonal = np.einsum("...ij,...jj->...i", pairs, inner)
    result = result + on_diagonal[..., None] * np.eye(x.shape[-1], dtype=x.dtype)
    return sign[..., None, None] * (u @ result @ vt)


def _slogdet_rule(g: Gradient, x: Data) -> Gradient:
    if g[1] is None:
        return None
    scaled = diag_embed(expand(unsqueeze(g[1], -1), tuple(x.shape[:-1])))
    # As in PyTorch, a singular matrix is an error only where the gradient is itself differentiated.
    return solve(turned(x), scaled) if isinstance(x, Tensor) else solved_unchecked(turned(x), scaled)


@primitive(
    _slogdet_rule,
    outputs=("sign", "logabsdet"),
    rows="matrices",
    torch=("slogdet", "linalg.slogdet"),
    name="linalg_slogdet",
)
def slogdet(x: Data) -> tuple[Data, Data]:
    """sign of the determinant and logarithm of its size"""
    check_square_floating(x, "linalg.slogdet")
    sign, logarithm = np.linalg.slogdet(x)
    return sign, logarithm


@function()
def logdet(x: Any) -> Any:
    """logarithm of the determinant; nan where that is negative"""
    check_square_floating(data_of(x), "logdet")
    sign, logarithm = slogdet(x)
    if is_formal(data_of(sign)):
        return logarithm
    return ops.where(sign == -1.0, math.nan, logarithm)
