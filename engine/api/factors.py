"""The factors of a matrix by elimination, P, L and U, and what is solved by them: `torch.linalg.lu` and its kin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.function import Function
from ..primitives.matrix import lapack
from ..table.recorded import result_type
from ..table.registry import ops
from ..tensors.aliases import Array
from ..tensors.errors import shape_error
from ..tensors.tensor import Tensor

_LU = result_type("linalg_lu", ("P", "L", "U"))
_FACTOR = result_type("linalg_lu_factor", ("LU", "pivots"))
_UNPACKED = result_type("lu_unpack", ("P", "L", "U"))


class LinalgLu(Function):
    """L and U of matrices whose rows are in order already."""

    generate_vmap_rule = False

    @staticmethod
    def forward(ctx: Any, x: Tensor, packed: Array) -> tuple[Tensor, Tensor]:
        rows, columns = packed.shape[-2:]
        size = min(rows, columns)
        lower = Tensor(np.tril(packed[..., :, :size], -1) + np.eye(rows, size, dtype=packed.dtype))
        upper = Tensor(np.triu(packed[..., :size, :]))
        ctx.save_for_backward(lower, upper)
        return lower, upper

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> tuple[Tensor, None]:
        of_lower, of_upper = grad_outputs
        lower, upper = ctx.saved_tensors
        if lower.shape[-2] != lower.shape[-1] or upper.shape[-2] != upper.shape[-1]:
            raise NotImplementedError(
                "the derivative for 'linalg_lu' of a matrix that is not square is not implemented."
            )
        inner = ops.tril(lower.mT @ of_lower, -1) + ops.triu(of_upper @ upper.mT)
        left = ops.solve_triangular(lower.mT, inner, upper=True, unitriangular=True)
        return ops.solve_triangular(upper.mT, left, upper=False, left=False), None


def _packed(x: Tensor, what: str, pivot: bool) -> tuple[Array, Array]:
    """L and U in one matrix, and for each step which row was exchanged with that one, counted from 1."""
    if x.ndim < 2:
        raise shape_error(f"{what}: Expected tensor with 2 or more dimensions. Got size: {list(x.shape)} instead")
    if not pivot:
        raise RuntimeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU")
    packed = np.array(x._data)
    *batch, rows, columns = packed.shape
    pivots = np.empty((*batch, min(rows, columns)), np.int32)
    for place in np.ndindex(*batch) if packed.size else ():
        packed[place], exchanged, _ = lapack(("getrf",), packed)[0](packed[place])
        pivots[place] = exchanged + 1
    return packed, pivots


def _order(pivots: Array, rows: int) -> Array:
    """Which row is where after the exchanges."""
    order = np.broadcast_to(np.arange(rows), (*pivots.shape[:-1], rows)).copy()
    for place in np.ndindex(*pivots.shape[:-1]):
        for step, other in enumerate(pivots[place]):
            order[place][[step, other - 1]] = order[place][[other - 1, step]]
    return order


def _permutation(pivots: Array, rows: int, dtype: Any) -> Tensor:
    """The matrix P with A = P L U."""
    return Tensor(np.swapaxes(np.eye(rows, dtype=dtype)[_order(pivots, rows)], -1, -2))


def _factors(x: Tensor, what: str, pivot: bool) -> tuple[Tensor, Array, Tensor, Tensor]:
    packed, pivots = _packed(x, what, pivot)
    matrix = _permutation(pivots, x.shape[-2], x._data.dtype)
    lower, upper = LinalgLu.apply(matrix.mT @ x, packed)
    return matrix, pivots, lower, upper


def linalg_lu(A: Tensor, *, pivot: bool = True) -> Any:  # noqa: N803  (PyTorch's name)
    """(P, L, U) with A = P L U: a permutation, and matrices that are 0 above and below the diagonal."""
    matrix, _, lower, upper = _factors(A, "linalg.lu", pivot)
    return _LU(matrix, lower, upper)


def linalg_lu_factor(A: Tensor, *, pivot: bool = True) -> Any:  # noqa: N803  (PyTorch's name)
    """(LU, pivots): L below the diagonal and U, in one matrix, and which rows were exchanged, counted from 1."""
    _, pivots, lower, upper = _factors(A, "linalg.lu_factor", pivot)
    rows, columns = A.shape[-2:]
    size = min(rows, columns)
    below = ops.tril(lower, -1)
    if columns > size:
        below = ops.cat([below, ops.zeros_like(upper[..., :rows, size:])], -1)
    if rows > size:
        upper = ops.cat([upper, ops.zeros_like(lower[..., size:, :])], -2)
    return _FACTOR(below + upper, Tensor(pivots))


def lu_unpack(
    LU_data: Tensor,  # noqa: N803  (PyTorch's names)
    LU_pivots: Tensor,  # noqa: N803
    unpack_data: bool = True,
    unpack_pivots: bool = True,
) -> Any:
    """(P, L, U) of what `linalg.lu_factor` returns."""
    rows, columns = LU_data.shape[-2:]
    size = min(rows, columns)
    nothing = Tensor(np.zeros(0, LU_data._data.dtype))
    matrix = _permutation(np.asarray(LU_pivots._data), rows, LU_data._data.dtype) if unpack_pivots else nothing
    if not unpack_data:
        return _UNPACKED(matrix, nothing, nothing)
    lower = ops.tril(LU_data[..., :, :size], -1) + Tensor(np.eye(rows, size, dtype=LU_data._data.dtype))
    return _UNPACKED(matrix, lower, ops.triu(LU_data[..., :size, :]))


def linalg_lu_solve(
    LU: Tensor,  # noqa: N803  (PyTorch's names)
    pivots: Tensor,
    B: Tensor,  # noqa: N803
    *,
    left: bool = True,
    adjoint: bool = False,
) -> Tensor:
    """The X with A X = B, or X A = B, of an A that `linalg.lu_factor` made LU and pivots of; A.T X = B if `adjoint`."""
    if not left:
        return linalg_lu_solve(LU, pivots, B.mT, adjoint=not adjoint).mT
    matrix, lower, upper = lu_unpack(LU, pivots)
    solve: Callable[..., Tensor] = ops.solve_triangular
    if adjoint:
        half = solve(lower.mT, solve(upper.mT, B, upper=False), upper=True, unitriangular=True)
        return matrix @ half
    return solve(upper, solve(lower, matrix.mT @ B, upper=False, unitriangular=True), upper=True)


def lu_solve(b: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:  # noqa: N803  (PyTorch's names)
    """As `linalg.lu_solve`, with the right-hand side first."""
    return linalg_lu_solve(LU_data, LU_pivots, b)


def lu(A: Tensor, pivot: bool = True, get_infos: bool = False) -> Any:  # noqa: N803  (PyTorch's name)
    """As `linalg.lu_factor`; with `get_infos`, zeros behind it."""
    found = tuple(linalg_lu_factor(A, pivot=pivot))
    return (*found, Tensor(np.zeros(A.shape[:-2], np.int32)[()])) if get_infos else found


IN_LINALG = {"lu": linalg_lu, "lu_factor": linalg_lu_factor, "lu_solve": linalg_lu_solve}
__all__ = ["lu", "lu_solve", "lu_unpack"]
