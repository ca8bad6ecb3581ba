"""Cholesky, QR, eigenvalue and singular value decompositions, in PyTorch's conventions for their derivatives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..table.recorded import result_type
from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.aliases import Data, Gradient
from ..tensors.errors import shape_error
from ..tensors.size import check_count
from .arithmetic import both
from .copying import new_zeros
from .diagonals import diag_embed, tril, triu
from .families import LINEAR_ALGEBRA
from .matrix import (
    check_floating,
    check_info,
    check_matrices,
    check_square,
    check_square_floating,
    column,
    eigen,
    for_each,
    lapack,
    off_diagonal_differences,
    row,
    turned,
)
from .parts import cat, narrow, slice_primitive
from .products import matmul
from .solving import SINGULAR, check_old_sizes, decomposed, solve_triangular, triangular

private, primitive, function = LINEAR_ALGEBRA.private, LINEAR_ALGEBRA.primitive, LINEAR_ALGEBRA.function


_NOT_POSITIVE = (
    "The factorization could not be completed because the input is not positive-definite (the leading minor of order "
    "{info} is not positive-definite)."
)


def _factored(x: Any, upper: bool) -> tuple[Any, Any]:
    """The factor of each matrix, and 0 or the order of its first minor that is not positive."""
    info = np.zeros(x.shape[:-2], np.int32)
    lower = np.swapaxes(x, -2, -1) if upper else x
    try:
        factor = np.linalg.cholesky(lower)
    except np.linalg.LinAlgError:
        (potrf,) = lapack(("potrf",), x)
        factor = np.zeros_like(x)
        for index in np.ndindex(x.shape[:-2]):
            factor[index], info[index] = potrf(lower[index], lower=1, clean=1)
    return (np.ascontiguousarray(np.swapaxes(factor, -2, -1)) if upper else factor), info


def _cholesky_rule(g: Gradient, factor: Data, upper: bool) -> Gradient:
    lower, g = (turned(factor), turned(g)) if upper else (factor, g)
    inner = tril(matmul(turned(lower), g))
    inner = 0.5 * (inner + turned(tril(inner, -1)))
    inner = solve_triangular(turned(lower), inner, True)
    return solve_triangular(lower, inner, False, False)


@private(
    lambda g, L, upper: _cholesky_rule(g[0], L, upper),  # noqa: N803  (PyTorch's name)
    outputs=("L", "info"),
    rows="matrices",
    function="cholesky",
)
def linalg_cholesky_ex(x: Data, upper: bool, check: bool, name: str) -> tuple[Data, Data]:
    check_square_floating(x, "linalg.cholesky")
    factor, info = _factored(x, upper)
    if check:
        check_info(info, name, _NOT_POSITIVE)
    return factor, info[()]


@primitive(lambda g, out, upper: _cholesky_rule(g, out, upper), called="cholesky")
def cholesky(x: Data, upper: bool = False) -> Data:
    """the lower (or upper) triangular matrix whose product with its transpose is x"""
    check_square(x, "cholesky")
    factor, info = _factored(x, upper)
    check_info(info, "cholesky", _NOT_POSITIVE)
    return factor


@function(method=False, torch=("linalg.cholesky",))
def linalg_cholesky(x: Any, upper: bool = False) -> Any:
    """the lower (or upper) triangular matrix whose product with its transpose is x"""
    return linalg_cholesky_ex(x, upper, True, "linalg.cholesky")[0]


@function(method=False, torch=("linalg.cholesky_ex",))
def cholesky_ex(x: Any, upper: bool = False, check_errors: bool = False) -> Any:
    """Cholesky factor of x, and 0 or the order of the first minor of x that is not positive"""
    return linalg_cholesky_ex(x, upper, check_errors, "linalg.cholesky_ex")


def _cholesky_inverse_rule(g: Gradient, out: Data, x: Data, upper: bool) -> Gradient:
    common = matmul(matmul(out, g + turned(g)), out)
    return -matmul(x, common) if upper else -matmul(common, x)


@primitive(_cholesky_inverse_rule, called="cholesky_inverse")
def cholesky_inverse(x: Data, upper: bool = False) -> Data:
    """inverse of the matrix that has x as its Cholesky factor"""
    check_square(x, "cholesky_inverse")
    zeros = np.diagonal(x, axis1=-2, axis2=-1) == 0
    first = np.where(zeros.any(-1), zeros.argmax(-1) + 1 if x.shape[-1] else 0, 0)
    check_info(first, "cholesky_inverse", SINGULAR)
    unit = np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape)
    inverted = triangular(x, unit, upper, True, False)
    transposed = np.swapaxes(inverted, -2, -1)
    return inverted @ transposed if upper else transposed @ inverted


def _cholesky_solve_rule(g: Gradient, out: Data, x: Data, upper: bool) -> Gradient:
    common = matmul(cholesky_solve(g, x, upper), turned(out))
    common = common + turned(common)
    return -matmul(x, common) if upper else -matmul(common, x)


@primitive(
    lambda g, x, upper: ops.cholesky_solve(g, x, upper),
    _cholesky_solve_rule,
    called="cholesky_solve",
    promotes=(0, 1),
    called_as={"b": "input", "x": "input2"},
)
def cholesky_solve(b: Any, x: Data, upper: bool = False) -> Data:
    """the solution of `a @ solution = b` for the matrix a that has x as its Cholesky factor"""
    for name, value in (("b", b), ("u", x)):
        if value.ndim < 2:
            raise shape_error(f"{name} should have at least 2 dimensions, but has {value.ndim} dimensions instead")
    check_old_sizes(x, b, "cholesky_solve")
    transposed = np.swapaxes(x, -2, -1)
    first, second = (transposed, x) if upper else (x, transposed)
    return triangular(second, triangular(first, b, False, True, False), True, True, False)


def _qr_rule(g: Gradient, Q: Any, R: Any, x: Data, mode: str) -> Gradient:  # noqa: N803  (PyTorch's names)
    rows, columns = x.shape[-2:]
    if mode == "r":
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use "
            "linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr."
        )
    if mode == "complete" and rows > columns:
        raise RuntimeError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols.")
    if rows >= columns:
        return _qr_square_rule(g[0], g[1], Q, R)
    # Of a wide matrix, the first columns alone make Q; the others are Q times what R holds of them.
    last = x.ndim - 1
    of_q, of_first, of_rest = g[0], None, None
    if g[1] is not None:
        of_first = slice_primitive(g[1], last, 0, rows, 1)
        of_r_rest = slice_primitive(g[1], last, rows, columns, 1)
        of_rest = matmul(Q, of_r_rest)
        through = matmul(slice_primitive(x, last, rows, columns, 1), turned(of_r_rest))
        of_q = both(of_q, through)
    of_first = _qr_square_rule(of_q, of_first, Q, slice_primitive(R, last, 0, rows, 1))
    if of_rest is None:
        of_rest = new_zeros(x, (*x.shape[:-1], columns - rows))
    return cat([of_first, of_rest], -1)


def _qr_square_rule(of_q: Any, of_r: Any, q: Any, r: Any) -> Any:
    """The gradient of a matrix that has at least as many rows as columns."""
    inner = None if of_q is None else -matmul(turned(q), of_q)
    inner = triu(both(None if of_r is None else matmul(of_r, turned(r)), inner))
    result = both(matmul(q, inner + turned(triu(inner, 1))), of_q)
    return solve_triangular(turned(r), result, False, False)


@primitive(_qr_rule, called="linalg_qr", method=False, outputs=("Q", "R"), rows="matrices", torch=("linalg.qr",))
def linalg_qr(x: Data, mode: str = "reduced") -> tuple[Data, Data]:
    """orthonormal columns Q and upper triangular R whose product is x"""
    check_matrices(x, "linalg.qr")
    check_floating(x, "linalg.qr")
    if mode not in ("reduced", "r", "complete"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    if mode == "r":
        return np.zeros(0, x.dtype), np.linalg.qr(x, "r")
    if mode == "complete":
        check_count(x.shape[-2] * math.prod(x.shape[:-1]))
    q, r = np.linalg.qr(x, mode)
    return q, r


_QR = result_type("qr", ("Q", "R"))
_SVD = result_type("svd", ("U", "S", "V"))


@function()
def qr(x: Any, some: bool = True) -> Any:
    """orthonormal columns Q and upper triangular R whose product is x"""
    return _QR(*linalg_qr(x, "reduced" if some else "complete"))


def _eigh_rule(g: Gradient, eigenvalues: Data, eigenvectors: Any) -> Gradient:
    inner = None
    if g[1] is not None:
        turn = matmul(turned(eigenvectors), g[1])
        inner = 0.5 * (turn - turned(turn)) / off_diagonal_differences(eigenvalues)
    if g[0] is None:
        return matmul(eigenvectors, matmul(inner, turned(eigenvectors)))
    if inner is None:
        return matmul(eigenvectors * row(g[0]), turned(eigenvectors))
    return matmul(eigenvectors, matmul(inner + diag_embed(g[0]), turned(eigenvectors)))


@primitive(
    _eigh_rule,
    method=False,
    outputs=("eigenvalues", "eigenvectors"),
    rows="matrices",
    torch=("linalg.eigh",),
    name="linalg_eigh",
)
def eigh(x: Data, UPLO: str = "L") -> tuple[Data, Data]:  # noqa: N803  (PyTorch's name)
    """eigenvalues and eigenvectors of a symmetric matrix"""
    check_square(x, "linalg.eigh")
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    if x.dtype not in (np.float64, np.float32):
        raise NotImplementedError(f"\"linalg_eigh_cpu\" not implemented for '{dtypes.of(x.dtype).title}'")
    return eigen(x, UPLO)


@function(method=False, torch=("linalg.eigvalsh",))
def eigvalsh(x: Any, UPLO: str = "L") -> Any:  # noqa: N803  (PyTorch's name)
    """eigenvalues of a symmetric matrix"""
    return eigh(x, UPLO)[0]


def _svd_rule(g: Gradient, U: Any, S: Any, Vh: Any) -> Gradient:  # noqa: N803  (PyTorch's names)
    rows, columns = U.shape[-2], Vh.shape[-1]
    count = S.shape[-1]
    u, vt = narrow(U, -1, 0, count), narrow(Vh, -2, 0, count)
    of_u = None if g[0] is None else narrow(g[0], -1, 0, count)
    of_vt = None if g[2] is None else narrow(g[2], -2, 0, count)
    if of_u is None and of_vt is None:
        return matmul(u, column(g[1]) * vt) if rows >= columns else matmul(u * row(g[1]), vt)
    squares = off_diagonal_differences(S * S)
    inner = 0
    if of_u is not None:
        inner = _skew(matmul(turned(u), of_u)) / squares * row(S)
    if of_vt is not None:
        inner = inner + column(S) * (_skew(matmul(vt, turned(of_vt))) / squares)
    if g[1] is not None:
        inner = inner + diag_embed(g[1])
    result = matmul(u, matmul(inner, vt))
    if rows > count and of_u is not None:
        scaled = of_u / row(S)
        result = result + matmul(scaled - matmul(u, matmul(turned(u), scaled)), vt)
    if columns > count and of_vt is not None:
        scaled = of_vt / column(S)
        result = result + matmul(u, scaled - matmul(matmul(scaled, turned(vt)), vt))
    return result


def _skew(x: Any) -> Any:
    return x - turned(x)


@primitive(
    _svd_rule,
    called="linalg_svd",
    method=False,
    outputs=("U", "S", "Vh"),
    rows="matrices",
    torch=("linalg.svd",),
    taken=("driver",),
)
def linalg_svd(x: Data, full_matrices: bool = True) -> tuple[Data, Data, Data]:
    """singular value decomposition: U, the singular values, and the transpose of V"""
    check_matrices(x, "linalg.svd")
    check_floating(x, "linalg.svd")
    if full_matrices:
        check_count(max(x.shape[-2:]) ** 2 * math.prod(x.shape[:-2]))
    u, s, vt = decomposed(x, full_matrices)
    return u, s, vt


@function()
def svd(x: Any, some: bool = True, compute_uv: bool = True) -> Any:
    """singular value decomposition: U, the singular values, and V"""
    u, s, vt = linalg_svd(x, not some)
    if not compute_uv:
        rows, columns = x.shape[-2:]
        batch = tuple(x.shape[:-2])
        return _SVD(new_zeros(s, (*batch, rows, rows)), s, new_zeros(s, (*batch, columns, columns)))
    return _SVD(u, s, turned(vt))


@function(method=False, torch=("linalg.svdvals",), taken=("driver",))
def svdvals(x: Any) -> Any:
    """singular values, largest first"""
    return linalg_svd(x, False)[1]


# Products of reflections


def _check_householder(x: Any, tau: Any) -> None:
    name = "torch.linalg.householder_product"
    if x.ndim < 2:
        raise shape_error(f"{name}: input must have at least 2 dimensions.")
    if x.shape[-2] < x.shape[-1]:
        raise shape_error(f"{name}: input.shape[-2] must be greater than or equal to input.shape[-1]")
    if x.shape[-1] < tau.shape[-1]:
        raise shape_error(f"{name}: input.shape[-1] must be greater than or equal to tau.shape[-1]")
    if x.ndim - tau.ndim != 1:
        raise shape_error(
            f"{name}: Expected tau to have one dimension less than input, but got tau.ndim equal to {tau.ndim} and "
            f"input.ndim is equal to {x.ndim}"
        )


def _reflections(x: Any, tau: Any) -> list[tuple[Any, Any]]:
    """The direction and the factor of each reflection, both as columns."""
    rows = x.shape[-2]
    below = tril(x, -1)
    pairs = []
    for i in range(tau.shape[-1]):
        direction = slice_primitive(below, x.ndim - 1, i, i + 1, 1)
        unit = np.eye(rows, 1, -i, dtype=bool)
        pairs.append((ops.where(unit, 1.0, direction), column(slice_primitive(tau, tau.ndim - 1, i, i + 1, 1))))
    return pairs


def _reflected(value: Any, direction: Any, factor: Any) -> Any:
    return value - matmul(direction * factor, matmul(turned(direction), value))


def _householder_gradients(g: Gradient, x: Data, tau: Data) -> tuple[Gradient, Gradient]:
    """The gradients of the directions, below the diagonal, and of the factors."""
    pairs = _reflections(x, tau)
    start = ops.where(np.eye(*x.shape[-2:], dtype=bool), 1.0, ops.zeros_like(x))
    # What the reflections after each make of the identity.
    after = [start]
    for direction, factor in reversed(pairs[1:]):
        after.insert(0, _reflected(after[0], direction, factor))
    directions, factors = [], []
    for (direction, factor), right in zip(pairs, after, strict=False):
        forth = matmul(g, matmul(turned(right), direction))
        back = matmul(right, matmul(turned(g), direction))
        directions.append(-factor * (forth + back))
        factors.append(-matmul(turned(direction), forth))
        g = _reflected(g, direction, factor)
    unused = x.shape[-1] - len(pairs)
    if unused or not pairs:
        directions.append(new_zeros(x, (*x.shape[:-1], unused)))
    of_tau = cat(factors, -1) if factors else new_zeros(x, (*x.shape[:-2], 1, 0))
    return tril(cat(directions, -1), -1), ops.select(of_tau, -2, 0)


@primitive(
    lambda g, x, tau: _householder_gradients(g, x, tau)[0],
    lambda g, x, tau: _householder_gradients(g, x, tau)[1],
    aliases=("orgqr",),
    method=False,
    promotes=(0, 1),
    torch=("orgqr", "linalg.householder_product"),
    name="linalg_householder_product",
    called_as={"x": "A"},
)
def householder_product(x: Data, tau: Any) -> Data:
    """first columns of the product of reflections, whose directions are below the diagonal of x"""
    _check_householder(x, tau)
    rows, columns = x.shape[-2:]

    def product(v: Any, t: Any) -> Any:
        result = np.eye(rows, columns, dtype=x.dtype)
        for i in reversed(range(t.shape[-1])):
            vector = np.concatenate([np.zeros(i, x.dtype), np.ones(1, x.dtype), v[i + 1 :, i]])
            result = result - t[0, i] * np.outer(vector, vector @ result)
        return result

    return for_each(product, (rows, columns), x.dtype, x, tau[..., None, :])
