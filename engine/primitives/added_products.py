"""Products of matrices and vectors, added to something."""

from __future__ import annotations

from typing import Any

import numpy as np

from .broadcasting import expand
from .families import LINEAR_ALGEBRA
from .matrix_products import batched_product, bmm, mm, mv, product_of_matrices, product_with_vector
from .operands import c_names, check_ranks, titles
from .squeezing import unsqueeze
from .transposing import t_primitive, transpose
from .vector_products import outer

primitive = LINEAR_ALGEBRA.primitive


# Products added to something


def _added(x: Any, product: Any, beta: Any, alpha: Any) -> Any:
    """`beta * x + alpha * product`, in the product's shape; with beta 0 it matters not what x holds."""
    beta, alpha = x.dtype.type(beta), x.dtype.type(alpha)
    scaled = product if alpha == 1 else product * alpha
    term = expand(x, product.shape)
    return np.array(scaled) if beta == 0 else scaled + (term if beta == 1 else term * beta)


def _addmm(x: Any, mat1: Any, mat2: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    check_ranks(2, "{name} must be a matrix, got {ndim}-D tensor", mat1=mat1, mat2=mat2)
    _check_dtypes(x, mat1, mat2)
    return _added(x, product_of_matrices(mat1, mat2), beta, alpha)


def _check_dtypes(x: Any, mat1: Any, mat2: Any) -> None:
    for value in (mat1, mat2):
        if value.dtype != x.dtype:
            names = titles(x, mat2)
            raise RuntimeError(f"self and mat2 must have the same dtype, but got {names[0]} and {names[1]}")


addmm = primitive(
    "addmm",
    _addmm,
    lambda g, beta: g * beta,
    lambda g, mat2, alpha: mm(g, t_primitive(mat2)) * alpha,
    lambda g, mat1, alpha: mm(t_primitive(mat1), g) * alpha,
    doc="`beta` times x plus `alpha` times the product of two matrices",
    in_place=True,
)


def _addmv(x: Any, mat: Any, vec: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    return _added(x, product_with_vector(mat, vec, x.shape[0] if x.ndim else 1, x.ndim, x.dtype), beta, alpha)


addmv = primitive(
    "addmv",
    _addmv,
    lambda g, beta: g * beta,
    lambda g, vec, alpha: outer(g, vec) * alpha,
    lambda g, mat, alpha: mv(t_primitive(mat), g) * alpha,
    doc="`beta` times x plus `alpha` times the product of a matrix and a vector",
    in_place=True,
)


def _addr(x: Any, vec1: Any, vec2: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    check_ranks(1, "addr: Expected 1-D argument {name}, but got {ndim}-D", vec1=vec1, vec2=vec2)
    return _added(x, np.multiply.outer(vec1, vec2), beta, alpha)


addr = primitive(
    "addr",
    _addr,
    lambda g, beta: g * beta,
    lambda g, vec2, alpha: mv(g, vec2) * alpha,
    lambda g, vec1, alpha: mv(t_primitive(g), vec1) * alpha,
    doc="`beta` times x plus `alpha` times the outer product of two vectors",
    in_place=True,
    promotes=(0, 1, 2),
)


def _baddbmm(x: Any, batch1: Any, batch2: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    product = batched_product(batch1, batch2)
    if x.dtype != product.dtype:
        names = c_names(x, batch1, batch2)
        raise RuntimeError(
            f"Input dtypes must be the same, got: input {names[0]}, batch1: {names[1]}, batch2: {names[2]}"
        )
    return _added(x, product, beta, alpha)


baddbmm = primitive(
    "baddbmm",
    _baddbmm,
    lambda g, beta: g * beta,
    lambda g, batch2, alpha: bmm(g, transpose(batch2, 1, 2)) * alpha,
    lambda g, batch1, alpha: bmm(transpose(batch1, 1, 2), g) * alpha,
    doc="`beta` times x plus `alpha` times the products of two sequences of matrices",
    in_place=True,
)


def _addbmm(x: Any, batch1: Any, batch2: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    check_ranks(3, "{name} must be a 3D tensor", batch1=batch1, batch2=batch2)
    if batch1.shape[0] != batch2.shape[0]:
        raise RuntimeError(
            f"batch1 and batch2 must have same number of batches, got {batch1.shape[0]} and {batch2.shape[0]}"
        )
    if batch1.shape[2] != batch2.shape[1]:
        sizes = [f"{b.shape[1]}x{b.shape[2]}" for b in (batch1, batch2)]
        raise RuntimeError(f"Incompatible matrix sizes for bmm ({sizes[0]} and {sizes[1]})")
    _check_dtypes(x, batch1, batch2)
    return _added(x, np.add.reduce(batch1 @ batch2, axis=0), beta, alpha)


def _for_each(g: Any, count: int) -> Any:
    """A matrix, as many times as there are matrices in a sequence."""
    return expand(unsqueeze(g, 0), (count, *g.shape))


addbmm = primitive(
    "addbmm",
    _addbmm,
    lambda g, beta: g * beta,
    lambda g, batch2, alpha: bmm(_for_each(g, batch2.shape[0]), transpose(batch2, 1, 2)) * alpha,
    lambda g, batch1, alpha: bmm(transpose(batch1, 1, 2), _for_each(g, batch1.shape[0])) * alpha,
    doc="`beta` times x plus `alpha` times the sum of the products of two sequences of matrices",
    in_place=True,
)
