"""Norms, ranks, powers and exponentials of matrices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Data, Gradient
from ..tensors.dtypes import is_number
from ..tensors.errors import shape_error, type_error
from ..tensors.symbol import is_symbolic
from ..tensors.tensor import Tensor
from .arguments import check_floating, data_of, dimension
from .axes import permute_primitive, squeeze, unsqueeze
from .copying import clone, to, zeros_like
from .decomposition import svdvals
from .families import LINEAR_ALGEBRA
from .matrix import check_matrices, check_square, check_square_floating, eigen, turned
from .parts import cat, slice_primitive
from .products import matmul
from .reduction import vector_norm
from .reshaping import expand
from .solving import decomposed, inv_ex, inverse, tolerances

private, primitive, function = LINEAR_ALGEBRA.private, LINEAR_ALGEBRA.primitive, LINEAR_ALGEBRA.function


@function(method=False, torch=("linalg.matrix_norm",))
def matrix_norm(x: Any, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False) -> Any:
    """norm of matrices: Frobenius, or of order 1, -1, 2, -2, inf, -inf or nuclear"""
    check_matrices(x, "linalg.matrix_norm")
    check_floating(x, "linalg.matrix_norm")
    if ord not in ("fro", "nuc") and (isinstance(ord, str) or abs(ord) not in (1, 2, math.inf)):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    dims = [dim] if isinstance(dim, int) else list(dim)
    if len(dims) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dims))}")
    rows, columns = (dimension(d, x.ndim) for d in dims)
    if rows == columns:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({dims[0]}, {dims[1]})")
    if ord == "fro":
        return vector_norm(x, 2, [rows, columns], keepdim)
    if ord == "nuc" or abs(ord) == 2:
        return _norm_of_singular_values(x, ord, rows, columns, keepdim)
    if abs(ord) == math.inf:
        rows, columns = columns, rows
    sums = vector_norm(x, 1, [rows], keepdim)
    if not keepdim and columns > rows:
        columns -= 1
    return _extreme(sums, ord > 0, columns, keepdim)


def _extreme(x: Any, largest: bool, dim: int, keepdim: bool) -> Any:
    if largest and not x.shape[dim]:
        return ops.sum(x.detach(), dim, keepdim)
    return ops.amax(x, dim, keepdim) if largest else ops.amin(x, dim, keepdim)


def _norm_of_singular_values(x: Any, ord: Any, rows: int, columns: int, keepdim: bool) -> Any:
    order = (*(i for i in range(x.ndim) if i not in (rows, columns)), rows, columns)
    values = svdvals(permute_primitive(x, order))
    norm = ops.sum(values, -1, keepdim) if ord == "nuc" else _extreme(values, ord > 0, values.ndim - 1, keepdim)
    if keepdim:
        norm = permute_primitive(unsqueeze(norm, -1), tuple(order.index(i) for i in range(x.ndim)))
    return norm


@function(method=False, torch=("linalg.norm",), called_as={})
def linalg_norm(x: Any, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """norm of a vector, or of a matrix where `ord` and two dimensions say so"""
    if dtype is not None:
        x = to(x, dtype)
    dims = [dim] if isinstance(dim, int) else dim
    if dims is not None and len(dims) not in (1, 2):
        raise shape_error(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dims)}")
    if ord is not None and dims is None and x.ndim not in (1, 2):
        raise shape_error(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {x.ndim}D."
        )
    rank = x.ndim if dims is None else len(dims)
    if isinstance(ord, str) or (ord is not None and rank == 2):
        return matrix_norm(x, ord, (-2, -1) if dims is None else dims, keepdim)
    return vector_norm(x, 2 if ord is None else ord, dims, keepdim)


@function(method=False, torch=("linalg.cond",))
def cond(x: Any, p: Any = None) -> Any:
    """condition number: the largest singular value over the smallest, or a norm times that of the inverse"""
    if x.ndim < 2:
        raise shape_error("linalg.cond: The input tensor must have at least 2 dimensions.")
    if p is None or (is_number(p) and abs(p) == 2):
        return _ratio_of_singular_values(x, p == -2)
    if not (p in ("fro", "nuc") if isinstance(p, str) else abs(p) in (1, math.inf)):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {p}")
    check_square(x, f"linalg.cond(ord={p})")
    if p == "nuc":
        values = svdvals(x)
        return ops.sum(values, -1) * ops.sum(ops.reciprocal(values), -1)
    inverted, info = inv_ex(x)
    # Of a singular matrix the condition number is infinite.
    singular = np.asarray(data_of(info) != 0)[..., None, None]
    product = matrix_norm(x, p) * matrix_norm(ops.masked_fill(inverted, singular, math.inf), p)
    return ops.nan_to_num(product, math.inf, math.inf, -math.inf)


def _ratio_of_singular_values(x: Any, inverted: bool) -> Any:
    values = svdvals(x)
    last, count = values.ndim - 1, values.shape[-1]
    if not count:
        return ops.sum(values, -1)
    largest, smallest = slice_primitive(values, last, 0, 1, 1), slice_primitive(values, last, count - 1, count, 1)
    return squeeze(smallest / largest if inverted else largest / smallest, -1)


@private(name="linalg_matrix_rank")
def rank_primitive(x: Data, atol: Any, rtol: Any, hermitian: bool) -> Data:
    check_matrices(x, "torch.linalg.matrix_rank", "input")
    if not x.size:
        return np.zeros(x.shape[:-2], np.int64)[()]
    values = np.abs(eigen(x)[0]) if hermitian else decomposed(x)[1]
    return np.add.reduce(values > np.asarray(tolerances(x, values.max(-1), atol, rtol))[..., None], axis=-1)


@function(method=False, torch=("linalg.matrix_rank",))
def matrix_rank(x: Any, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Any:
    """number of singular values that count as more than zero"""
    if tol is not None:
        return rank_primitive(x, data_of(tol), 0.0, hermitian)
    return rank_primitive(x, data_of(atol), data_of(rtol), hermitian)


def _exponential_rule(g: Gradient, x: Data) -> Gradient:
    # The exponential of a matrix of blocks, which has the derivative in the direction of g in its corner.
    # g may be of any size: next to it, x would lose its digits.
    largest = ops.amax(ops.abs(ops.detach(g)), (-2, -1), True) if x.shape[-1] else 1.0
    scale = ops.where(largest > 0, largest, 1.0) if x.shape[-1] else 1.0
    g = g / scale
    size, last = x.shape[-1], x.ndim - 1
    transposed = turned(x)
    upper = cat([transposed, g], -1)
    lower = cat([zeros_like(transposed), transposed], -1)
    blocks = matrix_exp(cat([upper, lower], -2))
    return scale * slice_primitive(slice_primitive(blocks, last - 1, 0, size, 1), last, size, 2 * size, 1)


@primitive(_exponential_rule, rows="matrices", torch=("linalg.matrix_exp", "matrix_exp"), name="linalg_matrix_exp")
def matrix_exp(x: Data) -> Data:
    """exponential of a square matrix"""
    check_square_floating(x, "linalg.matrix_exp")
    if not x.size:
        return np.zeros_like(x)
    from scipy.linalg import expm

    return expm(x) if np.isfinite(x).all() else np.full_like(x, math.nan)


@function(torch=("matrix_power", "linalg.matrix_power"))
def matrix_power(x: Any, n: int) -> Any:
    """product of a square matrix with itself, n times; of its inverse for a negative n"""
    check_square(x, "linalg.matrix_power")
    if not isinstance(n, (int, np.integer)):
        raise type_error(f"matrix_power(): argument 'n' (position 2) must be int, not {type(n).__name__}")
    if n == 0:
        identity = ops.diag_embed(ops.ones_like(ops.select(x, -1, 0).detach()))
        if is_symbolic(data_of(x)):
            return ops.where(Tensor(np.ones(x.shape, np.bool_)), identity, x)
        return clone(x).copy_(identity)
    if n == 1:
        return clone(x)
    base = inverse(x) if n < 0 else x
    n = abs(n)
    if n == 3:
        return matmul(matmul(base, base), base)
    power: Any = None
    result: Any = None
    while n:
        power = base if power is None else matmul(power, power)
        if n % 2:
            result = power if result is None else matmul(result, power)
        n //= 2
    return result


@function(method=False, torch=("linalg.vander",))
def linalg_vander(x: Any, N: int | None = None) -> Any:  # noqa: N803  (PyTorch's name)
    """the powers of the elements of vectors, from 0 on, in a new last dimension"""
    if not x.ndim:
        x = unsqueeze(x, 0)
    count = (x.shape[-1] if x.ndim else 0) if N is None else N
    if count <= 1:
        raise RuntimeError("N must be greater than 1.")
    repeated = expand(unsqueeze(x, -1), (*x.shape, count - 1))
    powers = ops.cumprod(repeated, -1)
    return cat([ops.ones_like(slice_primitive(powers.detach(), powers.ndim - 1, 0, 1, 1)), powers], -1)
