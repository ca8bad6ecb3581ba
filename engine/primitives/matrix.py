"""What the operations on matrices have in common: checks of their arguments, errors, and small helpers of rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.errors import LinAlgError, shape_error
from . import arguments
from .axes import transpose_primitive, unsqueeze

_LOW_PRECISION = {
    "linalg.det": "lu_cpu",
    "linalg.slogdet": "lu_cpu",
    "logdet": "lu_cpu",
    "linalg.svd": "linalg_svd_cpu",
    "linalg.cholesky": "cholesky_cpu",
    "linalg.eigh": "linalg_eigh_cpu",
}


def check_matrices(x: Any, name: str, argument: str = "A") -> None:
    """RuntimeError unless x has two dimensions at least."""
    if x.ndim < 2:
        raise shape_error(f"{name}: The input tensor {argument} must have at least 2 dimensions.")


def check_floating(x: Any, name: str) -> None:
    """RuntimeError unless the elements are floating, NotImplementedError unless LAPACK computes with them."""
    arguments.check_floating(x, name)
    if x.dtype == np.float16:
        if name in _LOW_PRECISION:
            raise NotImplementedError(f"\"{_LOW_PRECISION[name]}\" not implemented for 'Half'")
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got Half")


def check_square(x: Any, name: str) -> None:
    """RuntimeError unless the last two dimensions have the same size."""
    check_matrices(x, name)
    check_square_sizes(x, f"{name}: ")


def check_square_sizes(x: Any, about: str = "") -> None:
    rows, columns = x.shape[-2:]
    if rows != columns:
        raise shape_error(f"{about}A must be batches of square matrices, but they are {rows} by {columns} matrices")


def check_square_floating(x: Any, name: str) -> None:
    """RuntimeError unless x holds square matrices of floating elements."""
    check_square(x, name)
    check_floating(x, name)


def check_info(info: Any, name: str, sentence: str) -> None:
    """LinAlgError about the first matrix that LAPACK reports something of; {info} in the sentence is the report."""
    failed = np.argwhere(np.asarray(info) != 0)
    if not len(failed):
        return
    batch = f"(Batch element {int(np.flatnonzero(np.asarray(info))[0])}): " if np.ndim(info) else ""
    raise LinAlgError(f"{name}: {batch}{sentence.format(info=int(np.asarray(info)[tuple(failed[0])]))}")


def lapack(names: tuple[str, ...], like: Any) -> Any:
    """LAPACK's functions for the dtype of an array."""
    from scipy.linalg.lapack import get_lapack_funcs

    return get_lapack_funcs(names, (like,))


def for_each(function: Callable[..., Any], shape: tuple[int, ...], dtype: Any, *batches: Any) -> Any:
    """The results of a function of matrices for each of some batches (broadcast together), in one array."""
    result = np.zeros((*np.broadcast_shapes(*(b.shape[:-2] for b in batches)), *shape), dtype)
    if not result.size:
        return result
    count = result.ndim - len(shape)
    wide = [np.broadcast_to(b, (*result.shape[:count], *b.shape[-2:])) for b in batches]
    for index in np.ndindex(result.shape[:count]):
        result[index] = function(*(b[index] for b in wide))
    return result


def eigen(x: Any, uplo: str = "L") -> tuple[Any, Any]:
    """Eigenvalues and eigenvectors of symmetric matrices; nan where they are not finite."""
    try:
        values, vectors = np.linalg.eigh(x, "U" if uplo in "Uu" else "L")
    except np.linalg.LinAlgError:
        return np.full(x.shape[:-1], np.nan, x.dtype), np.full(x.shape, np.nan, x.dtype)
    return values, vectors


# For rules


def turned(x: Any) -> Any:
    """Matrices transposed."""
    return transpose_primitive(x, x.ndim - 2, x.ndim - 1)


def row(x: Any) -> Any:
    """Vectors as matrices of one row."""
    return unsqueeze(x, -2)


def column(x: Any) -> Any:
    """Vectors as matrices of one column."""
    return unsqueeze(x, -1)


def off_diagonal_differences(values: Any) -> Any:
    """The difference of each two elements of vectors, column minus row; 1 where an element meets itself."""
    size = values.shape[-1]
    return ops.where(np.eye(size, dtype=bool), 1.0, row(values) - column(values))
