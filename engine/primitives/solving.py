"""Inverses, and the solutions of systems of linear equations."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Data, Gradient
from ..tensors.errors import LinAlgError, shape_error
from .arguments import check_same_dtype, data_of, titles
from .arithmetic import both
from .axes import squeeze
from .diagonals import tril, triu
from .families import LINEAR_ALGEBRA
from .matrix import (
    check_floating,
    check_info,
    check_matrices,
    check_square,
    check_square_floating,
    check_square_sizes,
    column,
    eigen,
    for_each,
    lapack,
    row,
    turned,
)
from .products import matmul

private, primitive, function = LINEAR_ALGEBRA.private, LINEAR_ALGEBRA.primitive, LINEAR_ALGEBRA.function

SINGULAR = (
    "The diagonal element {info} is zero, the inversion could not be completed because the input matrix is singular."
)
_FAILED = "The solver failed because the input matrix is singular."


def _first_zero_pivots(x: Any) -> Any:
    """For each matrix the first diagonal element of its LU decomposition that is zero, counted from 1; 0 if none is."""
    info = np.zeros(x.shape[:-2], np.int32)
    if x.size:
        (getrf,) = lapack(("getrf",), x)
        for index in np.ndindex(x.shape[:-2]):
            info[index] = getrf(x[index])[2]
    return info


def triangular(a: Any, b: Any, upper: bool, left: bool, unit: bool) -> Any:
    """The solution for triangular matrices; infinite, without an error, where they are singular."""
    from scipy.linalg.blas import get_blas_funcs

    (trsm,) = get_blas_funcs(("trsm",), (a, b))
    flags = {"side": int(not left), "lower": int(not upper), "diag": int(bool(unit))}
    return for_each(lambda m, v: trsm(1.0, m, v, **flags), b.shape[-2:], b.dtype, a, b)


def solved_unchecked(x: Any, y: Any) -> Any:
    """The solution of `x @ result = y`; infinite or nan, without an error, where x is singular."""
    try:
        return np.linalg.solve(x, y)
    except np.linalg.LinAlgError:
        (getrf,) = lapack(("getrf",), x)

        def solved(a: Any, b: Any) -> Any:
            lu, pivots, _ = getrf(a)
            b = np.array(b)
            for i, pivot in enumerate(pivots):
                b[[i, pivot]] = b[[pivot, i]]
            return triangular(lu, triangular(lu, b, False, True, True), True, True, False)

        return for_each(solved, y.shape[-2:], y.dtype, x, y)


@private(
    lambda g, inverse: -matmul(turned(inverse), matmul(g[0], turned(inverse))),
    outputs=("inverse", "info"),
    rows="matrices",
    function="inverse",
)
def linalg_inv_ex(x: Data, check: bool, name: str) -> tuple[Data, Data]:
    check_square_floating(x, "linalg.inv" if name != "linalg.inv_ex" else name)
    info = np.zeros(x.shape[:-2], np.int32)
    try:
        return np.linalg.inv(x), info[()]
    except np.linalg.LinAlgError:
        info = _first_zero_pivots(x)
        if check:
            check_info(info, name, SINGULAR)
        return solved_unchecked(x, np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape)), info[()]


@function(aliases=("inv",), torch=("inverse", "linalg.inv"))
def inverse(x: Any) -> Any:
    """inverse of a square matrix"""
    return linalg_inv_ex(x, True, "linalg.inv")[0]


@function(method=False, torch=("linalg.inv_ex",))
def inv_ex(x: Any, check_errors: bool = False) -> Any:
    """inverse of a square matrix, and 0 or which diagonal element of its decomposition is zero"""
    return linalg_inv_ex(x, check_errors, "linalg.inv_ex")


def _is_vector(x_shape: tuple[int, ...], y_shape: tuple[int, ...]) -> bool:
    """Whether the right side is one vector for each matrix, rather than a matrix."""
    return len(y_shape) == 1 or (len(x_shape) - 1 == len(y_shape) and tuple(x_shape[:-1]) == tuple(y_shape))


def _check_fit(x: Any, shape: tuple[int, ...], left: bool, name: str) -> None:
    if x.shape[-1] != (shape[-2] if left else shape[-1]):
        equation = "AX = B" if left else "XA = B"
        raise shape_error(
            f"{name}: Incompatible shapes of A and B for the equation {equation} "
            f"({x.shape[-2]}x{x.shape[-1]} and {shape[-2]}x{shape[-1]})"
        )


def _solve_rule_of_y(g: Gradient, x: Data, left: bool) -> Gradient:
    return linalg_solve_ex(turned(x), g[0], left, True)[0]


def _solve_rule(g: Gradient, result: Data, x: Data, y_shape: tuple[int, ...], left: bool) -> Gradient:
    of_y = _solve_rule_of_y(g, x, left)
    if _is_vector(x.shape, y_shape):
        return -matmul(column(of_y), row(result))
    return -matmul(of_y, turned(result)) if left else -matmul(turned(result), of_y)


@private(
    _solve_rule,
    _solve_rule_of_y,
    outputs=("result", "info"),
    rows="matrices",
    function="solve",
)
def linalg_solve_ex(x: Data, y: Data, left: bool, check: bool) -> tuple[Data, Data]:
    check_square_floating(x, "linalg.solve")
    check_same_dtype(
        "linalg.solve: Expected A and B to have the same dtype, but found A of type {} and B of type {} instead", x, y
    )
    vector = _is_vector(x.shape, y.shape)
    right = y[..., None] if vector else y
    check_matrices(right, "linalg.solve", "B")
    _check_fit(x, right.shape, left, "linalg.solve")
    info = np.zeros(x.shape[:-2], np.int32)
    a, b = (x, right) if left else (np.swapaxes(x, -2, -1), np.swapaxes(right, -2, -1))
    try:
        result = np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        info = _first_zero_pivots(x)
        if check:
            check_info(info, "torch.linalg.solve", _FAILED)
        result = solved_unchecked(a, b)
    result = result if left else np.ascontiguousarray(np.swapaxes(result, -2, -1))
    return (result[..., 0] if vector else result), info[()]


@function(tensors=2, method=False, torch=("linalg.solve",))
def solve(x: Any, y: Any, left: bool = True) -> Any:
    """the solution of `x @ solution = y`, or of `solution @ x = y` without `left`"""
    return linalg_solve_ex(x, y, left, True)[0]


@function(tensors=2, method=False, torch=("linalg.solve_ex",))
def solve_ex(x: Any, y: Any, left: bool = True, check_errors: bool = False) -> Any:
    """the solution of `x @ solution = y`, and 0 or which diagonal element of the decomposition of x is zero"""
    return linalg_solve_ex(x, y, left, check_errors)


def _triangle(x: Any, upper: bool, unit: bool) -> Any:
    """The part of a gradient that belongs to the elements of a triangular matrix that count."""
    return triu(x, int(unit)) if upper else tril(x, -int(unit))


def _triangular_rule(g: Gradient, out: Data, x: Data, upper: bool, left: bool, unitriangular: bool) -> Gradient:
    of_y = solve_triangular(turned(x), g, not upper, left, unitriangular)
    of_x = -matmul(of_y, turned(out)) if left else -matmul(turned(out), of_y)
    return _triangle(of_x, upper, unitriangular)


@primitive(
    _triangular_rule,
    lambda g, x, upper, left, unitriangular: ops.solve_triangular(turned(x), g, not upper, left, unitriangular),
    method=False,
    promotes=(0, 1),
    rows="matrices",
    torch=("linalg.solve_triangular",),
    name="linalg_solve_triangular",
)
def solve_triangular(x: Data, y: Data, upper: bool, left: bool = True, unitriangular: bool = False) -> Data:
    """the solution of `x @ solution = y` for an upper or lower triangular x, whose other elements are not looked at"""
    name = "linalg.solve_triangular"
    check_square(x, name)
    check_matrices(y, name, "B")
    check_floating(x, name)
    _check_fit(x, y.shape, left, name)
    return triangular(x, y, upper, left, unitriangular)


def check_old_sizes(x: Any, b: Any, name: str) -> None:
    check_square_sizes(x)
    if x.shape[-1] != b.shape[-2]:
        raise shape_error(
            f"Incompatible matrix sizes for {name}: each A matrix is {x.shape[-1]} by {x.shape[-1]} but each b matrix "
            f"is {b.shape[-2]} by {b.shape[-1]}"
        )


def _old_rule_of_b(g: Gradient, x: Data, upper: bool, transpose: bool, unitriangular: bool) -> Gradient:
    if g[0] is None:
        return None
    return triangular_solve(g[0], x, upper, not transpose, unitriangular)[0]


def _old_rule_of_x(g: Gradient, solution: Data, x: Data, upper: bool, transpose: bool, unitriangular: bool) -> Gradient:
    if g[0] is None:
        return g[1]
    of_b = _old_rule_of_b(g, x, upper, transpose, unitriangular)
    of_x = -matmul(solution, turned(of_b)) if transpose else -matmul(of_b, turned(solution))
    return both(_triangle(of_x, upper, unitriangular), g[1])


@primitive(
    _old_rule_of_b,
    _old_rule_of_x,
    called="triangular_solve",
    outputs=("solution", "cloned_coefficient"),
    promotes=(0, 1),
    called_as={"b": "input", "x": "A"},
)
def triangular_solve(
    b: Any, x: Data, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> tuple[Data, Data]:
    """the solution of `x @ solution = b` for an upper or lower triangular x, and x"""
    for letter, value in (("b", b), ("A", x)):
        if value.ndim < 2:
            expected = f"Expected {letter} to have at least 2 dimensions, but it has {value.ndim} dimensions instead"
            raise RuntimeError(f"torch.triangular_solve: {expected}")
    check_old_sizes(x, b, "triangular_solve")
    a = np.swapaxes(x, -2, -1) if transpose else x
    batch = np.broadcast_shapes(b.shape[:-2], x.shape[:-2])
    solution = triangular(a, np.broadcast_to(b, (*batch, *b.shape[-2:])), upper != transpose, True, unitriangular)
    return solution, np.array(np.broadcast_to(x, (*batch, *x.shape[-2:])))


def decomposed(x: Any, full: bool = False) -> tuple[Any, Any, Any]:
    """The singular value decomposition. LinAlgError: the matrix is not finite."""
    if not np.isfinite(x).all():
        raise LinAlgError(
            "linalg.svd: The algorithm failed to converge because the input matrix contained non-finite values."
        )
    return np.linalg.svd(x, full_matrices=full)


def tolerances(x: Any, largest: Any, atol: Any, rtol: Any) -> Any:
    """Below which singular values count as zero, for each matrix, given the largest of each."""
    if rtol is None:
        rtol = np.finfo(x.dtype).eps * max(x.shape[-2:]) if atol is None else 0.0
    return np.maximum(0.0 if atol is None else atol, rtol * largest)


def _pinv_rule(g: Gradient, out: Data, x: Data) -> Gradient:
    out_t, g_t = turned(out), turned(g)
    if x.shape[-2] <= x.shape[-1]:
        k = matmul(g_t, out)
        k_out = matmul(k, out_t)
        inside = -turned(matmul(out, k)) + k_out - matmul(matmul(x, out), k_out)
        return inside + matmul(matmul(out_t, out), g_t - matmul(k, x))
    k = matmul(out, g_t)
    out_k = matmul(out_t, k)
    outside = matmul(matmul(g_t - matmul(x, k), out), out_t)
    return -turned(matmul(k, out)) + outside + out_k - matmul(matmul(out_k, out), x)


@private(_pinv_rule, rows="matrices", function="pinv")
def linalg_pinv(x: Data, atol: Any, rtol: Any, hermitian: bool) -> Data:
    if x.ndim < 2 or x.dtype.kind != "f":
        raise shape_error(
            f"linalg.pinv({titles(x)[0]}{{{list(x.shape)}}}): expected a tensor with 2 or more dimensions "
            "of float, double, cfloat or cdouble types"
        )
    if hermitian:
        check_square(x, "linalg.eigh")
    if not x.size:
        return np.zeros((*x.shape[:-2], x.shape[-1], x.shape[-2]), x.dtype)
    if hermitian:
        s, u = eigen(x)
        vt = np.swapaxes(u, -2, -1)
    else:
        u, s, vt = decomposed(x)
    size = np.abs(s)
    counts = size > np.asarray(tolerances(x, size.max(-1), atol, rtol))[..., None]
    inverted = np.where(counts, 1 / np.where(counts, s, 1), 0).astype(x.dtype)
    return (np.swapaxes(vt, -2, -1) * inverted[..., None, :]) @ np.swapaxes(u, -2, -1)


@function(method=False, torch=("linalg.pinv",))
def pinv(x: Any, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Any:
    """pseudoinverse"""
    relative = rcond if rtol is None else rtol
    return linalg_pinv(x, data_of(atol), data_of(relative), hermitian)


@function()
def pinverse(x: Any, rcond: float = 1e-15) -> Any:
    """pseudoinverse"""
    return linalg_pinv(x, None, data_of(rcond), False)


_DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


def _check_least_squares(x: Any, y: Any, driver: str) -> None:
    name = "torch.linalg.lstsq"
    if x.ndim < 2:
        raise shape_error(f"{name}: input must have at least 2 dimensions.")
    if not y.ndim:
        raise shape_error(f"{name}: other must have at least 1 dimension.")
    check_same_dtype(
        f"{name}: Expected input and other to have the same dtype, but got input's dtype {{}} and other's dtype {{}}",
        x,
        y,
    )
    if titles(x)[0] not in ("Double", "Float"):
        raise RuntimeError("This function doesn't handle types other than float and double")
    dim = -1 if _is_vector(x.shape, y.shape) else -2
    if x.shape[-2] != y.shape[dim]:
        raise shape_error(f"{name}: input.size(-2) should match other.size({dim})")
    if driver not in _DRIVERS:
        raise RuntimeError(f"{name}: parameter `driver` should be one of ({', '.join(_DRIVERS)})")


def _as_columns(value: Any, vector: bool) -> Any:
    return column(value) if vector else value


def _misfit(g: Gradient, solution: Data, x: Data, y: Data) -> Gradient:
    """Twice what is left of each equation, weighed with the gradient of the residuals; None without that."""
    if g[1] is None or 0 in tuple(g[1].shape):
        return None
    vector = _is_vector(x.shape, y.shape)
    return 2 * row(g[1]) * (matmul(x, _as_columns(solution, vector)) - _as_columns(y, vector))


def _lstsq_rule_of_x(g: Gradient, solution: Data, x: Data, y: Data) -> Gradient:
    vector = _is_vector(x.shape, y.shape)
    total = None
    if g[0] is not None:
        of_inverse = matmul(_as_columns(g[0], vector), turned(_as_columns(y, vector)))
        total = _pinv_rule(of_inverse, pinv(x), x)
    misfit = _misfit(g, solution, x, y)
    return both(total, None if misfit is None else matmul(misfit, turned(_as_columns(solution, vector))))


def _lstsq_rule_of_y(g: Gradient, solution: Data, x: Data, y: Data) -> Gradient:
    vector = _is_vector(x.shape, y.shape)
    total = None if g[0] is None else matmul(turned(pinv(x)), _as_columns(g[0], vector))
    misfit = _misfit(g, solution, x, y)
    total = both(total, None if misfit is None else -misfit)
    return squeeze(total, -1) if vector and total is not None else total


@private(
    _lstsq_rule_of_x, _lstsq_rule_of_y, outputs=("solution", "residuals", "rank", "singular_values"), function="lstsq"
)
def linalg_lstsq(x: Data, y: Data, rcond: Any, driver: str) -> tuple[Data, Data, Data, Data]:
    _check_least_squares(x, y, driver)
    from scipy.linalg import lstsq as compute

    vector = _is_vector(x.shape, y.shape)
    right = y[..., None] if vector else y
    (rows, columns), count = x.shape[-2:], right.shape[-1]
    batch = np.broadcast_shapes(x.shape[:-2], right.shape[:-2])
    smallest = min(rows, columns)
    solution = np.zeros((*batch, columns, count), x.dtype)
    rank = np.zeros(batch, np.int64)
    singular_values = np.zeros((*batch, smallest), x.dtype)
    a, b = np.broadcast_to(x, (*batch, rows, columns)), np.broadcast_to(right, (*batch, rows, count))
    limit = np.finfo(x.dtype).eps * max(rows, columns) if rcond is None else float(rcond)
    for index in np.ndindex(batch) if smallest and count else ():
        if not (np.isfinite(a[index]).all() and np.isfinite(b[index]).all()):
            solution[index] = singular_values[index] = np.nan
            continue
        how = "gelsy" if driver == "gelsy" else "gelsd"
        found: Any = compute(a[index], b[index], cond=limit, lapack_driver=how, check_finite=False)
        solution[index], rank[index] = found[0], found[2]
        if found[3] is not None:
            singular_values[index] = found[3]
    nothing = np.zeros(0, x.dtype)
    residuals = nothing
    if rows > columns and driver != "gelsy" and np.all(rank == columns):
        residuals = np.add.reduce((b - a @ solution) ** 2, axis=-2)
    has_rank, has_values = driver != "gels", driver in ("gelsd", "gelss")
    return (
        solution[..., 0] if vector else solution,
        residuals,
        rank[()] if has_rank else np.zeros(0, np.int64),
        singular_values if has_values else nothing,
    )


@function(tensors=2, method=False, torch=("linalg.lstsq",))
def lstsq(x: Any, y: Any, rcond: Any = None, *, driver: str | None = None) -> Any:
    """least squares: the solution that brings `x @ solution` nearest to y, residuals, rank and singular values"""
    result = linalg_lstsq(x, y, data_of(rcond), driver or "gelsy")
    # PyTorch has no derivative for the singular values.
    return result._replace(singular_values=result.singular_values.detach())
