"""Further examples of linear algebra: batches, wide and tall matrices, singular ones, higher orders."""

import math
from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np

import autodiff.engine as torch

from .example import Example, same

REFERENCES: dict[str, Callable[..., Any]] = {}
CALLS: dict[str, list[Example]] = {}
OVERLOADS: dict[str, list[Example]] = {}

SQUARE = [[2.0, 0.5, -0.3], [0.7, 1.5, 0.4], [-0.6, 0.2, 1.8]]
OTHER = [[1.1, -0.4, 0.2], [0.3, 2.1, 0.6], [0.5, -0.7, 1.4]]
TALL = [[1.0, 0.3], [0.5, -1.0], [-0.7, 0.4]]
WIDE = [[1.0, 0.5, -0.7], [0.3, -1.0, 0.4]]
FACTOR = [[1.5, 0.0, 0.0], [0.4, 1.2, 0.0], [-0.3, 0.6, 0.9]]
COLUMNS = [[0.5, -1.0], [2.0, 0.7], [1.0, 0.3]]
SINGULAR = [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]]
ZEROS = [[0.0, 0.0], [0.0, 0.0]]


def determinant(x: Any) -> float:
    """Leibniz's sum over the permutations."""
    total = 0.0
    for order in permutations(range(len(x))):
        swaps = sum(a > b for i, a in enumerate(order) for b in order[i + 1 :])
        total += (-1) ** swaps * math.prod(x[i][j] for i, j in enumerate(order))
    return total


def inverse(x: Any) -> Any:
    """Cramer's rule."""
    x = np.asarray(x)
    minors = [[determinant(np.delete(np.delete(x, j, 0), i, 1)) for j in range(len(x))] for i in range(len(x))]
    signs = [[(-1) ** (i + j) for j in range(len(x))] for i in range(len(x))]
    return np.multiply(signs, minors) / determinant(x)


def solution(x: Any, y: Any) -> Any:
    return np.einsum("ij,j...->i...", inverse(x), y)


def pseudoinverse(x: Any) -> Any:
    """That of a matrix whose rows or columns are independent."""
    if len(x) >= len(x.T):
        return solution(x.T @ x, x.T)
    return x.T @ inverse(x @ x.T)


def nearest(x: Any, y: Any) -> tuple[Any, Any]:
    """The solution of least squares, and the sums of squares that are left."""
    found = pseudoinverse(x) @ y
    return found, ((x @ found - y) ** 2).sum(0)


def in_batch(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arrays: np.array([function(*matrices) for matrices in zip(*arrays, strict=True)])


def spectral(function: Callable[[float], float]) -> Callable[..., Any]:
    """A function of a symmetric matrix of two rows, by Lagrange's formula through its two eigenvalues."""

    def compute(x: Any) -> Any:
        middle, distance = (x[0, 0] + x[1, 1]) / 2, math.hypot((x[0, 0] - x[1, 1]) / 2, x[0, 1])
        low, high = middle - distance, middle + distance
        unit = np.eye(2)
        return function(low) * (x - high * unit) / (low - high) + function(high) * (x - low * unit) / (high - low)

    return compute


def symmetric(x: Any) -> Any:
    return x + x.mT


def through_eigenvectors(x: Any) -> Any:
    values, vectors = torch.eigh(symmetric(x), "U")
    return vectors * torch.exp(values) @ vectors.mT


def through_singular_vectors(x: Any, full: bool) -> Any:
    u, s, vt = torch.linalg_svd(x, full)
    return torch.narrow(u, -1, 0, s.shape[-1]) / s.unsqueeze(-2) @ torch.narrow(vt, -2, 0, s.shape[-1])


def squares_of(results: Any) -> tuple[Any, ...]:
    """Squares, which do not depend on the signs of the columns."""
    return tuple(result * result for result in results)


def pivots(x: Any) -> Any:
    """The squares of R's elements by Gram and Schmidt's method, then those of Q's."""
    columns, q = np.shape(x)[1], []
    for column in np.transpose(x):
        rest = np.array(column)
        for done in q:
            rest = rest - np.dot(done, column) * done
        if len(q) < len(x):
            q.append(rest / math.sqrt(np.dot(rest, rest)))
    r = [[np.dot(q[i], np.transpose(x)[j]) if j >= i else 0.0 for j in range(columns)] for i in range(len(q))]
    return np.square(np.transpose(q)), np.square(r)


OTHERS: dict[str, list[Example]] = {
    "determinants": [
        Example(lambda x: torch.det(x), determinant, (SQUARE,), "det(x)", order=3),
        Example(lambda x: torch.det(x), determinant, (SINGULAR,), "det(x)", order=2),
        Example(lambda x: torch.det(x), determinant, (ZEROS,), "det(x)", order=2),
        Example(lambda x: torch.det(x), in_batch(determinant), ([SQUARE, SINGULAR],), "det(x)"),
        Example(lambda x: torch.slogdet(x)[1], lambda x: math.log(determinant(x)), (SQUARE,)),
        Example(lambda x: torch.slogdet(x)[1], in_batch(lambda x: math.log(determinant(x))), ([SQUARE, OTHER],)),
        Example(lambda x: torch.logdet(x), in_batch(lambda x: math.log(determinant(x))), ([SQUARE, OTHER],)),
    ],
    "inverses": [
        Example(lambda x: torch.inverse(x), in_batch(inverse), ([SQUARE, OTHER],), "inv(x)"),
        Example(lambda x: torch.matrix_power(x, -2), lambda x: inverse(x @ x), (SQUARE,), "matrix_power(x, -2)"),
        Example(lambda x: torch.matrix_power(x, 1), same, (SQUARE,), "matrix_power(x, 1)"),
        Example(lambda x: torch.matrix_power(x, 5), lambda x: x @ x @ x @ x @ x, (SQUARE,), "matrix_power(x, 5)"),
        Example(lambda x: torch.pinv(x), pseudoinverse, (WIDE,), "pinv(x)"),
        Example(lambda x: torch.pinv(x), in_batch(pseudoinverse), ([TALL, COLUMNS],), "pinv(x)"),
        Example(lambda x: torch.pinv(symmetric(x), hermitian=True), lambda x: inverse(x + x.T), (SQUARE,)),
        Example(
            lambda x: torch.pinv(x, rtol=0.9),
            lambda x: [[0.0, 0.0], [0.0, 1 / 3]],
            ([[1.0, 0.0], [0.0, 3.0]],),
            order=0,
        ),
    ],
    "systems of equations": [
        Example(lambda x, y: torch.solve(x, y), in_batch(solution), ([SQUARE, OTHER], [COLUMNS, COLUMNS])),
        Example(
            lambda x, y: torch.solve(x, y),
            lambda x, y: [solution(m, y) for m in x],
            ([SQUARE, OTHER], [0.5, 1.0, -2.0]),
            "solve(x, y)",
        ),
        Example(lambda x, y: torch.solve(x, y), lambda x, y: [solution(m, y) for m in x], ([SQUARE, OTHER], COLUMNS)),
        Example(
            lambda x, y: torch.solve_triangular(x, y, upper=True),
            lambda x, y: [solution(np.triu(x), m) for m in y],
            (SQUARE, [COLUMNS, COLUMNS]),
        ),
        Example(
            lambda x, y: torch.solve_triangular(x, y, upper=True, left=False, unitriangular=True),
            lambda x, y: y @ inverse(np.triu(x, 1) + np.eye(3)),
            (SQUARE, WIDE),
        ),
        Example(
            lambda x, y: tuple(torch.triangular_solve(y, x)),
            lambda x, y: (solution(np.triu(x), y), x),
            (SQUARE, COLUMNS),
        ),
        Example(
            lambda x, y: torch.triangular_solve(y, x, transpose=True, unitriangular=True)[0],
            lambda x, y: solution((np.triu(x, 1) + np.eye(3)).T, y),
            (SQUARE, COLUMNS),
        ),
        Example(
            lambda x, y: torch.cholesky_solve(y, torch.triu(x), upper=True),
            lambda x, y: solution(np.triu(x).T @ np.triu(x), y),
            (SQUARE, COLUMNS),
        ),
        Example(
            lambda x: torch.cholesky_inverse(torch.triu(x), upper=True),
            lambda x: inverse(np.triu(x).T @ np.triu(x)),
            (SQUARE,),
        ),
    ],
    "least squares": [
        Example(lambda x, y: torch.lstsq(x, y, driver="gelsd")[:2], nearest, (TALL, COLUMNS)),
        Example(lambda x, y: torch.lstsq(x, y, driver="gels")[1], lambda x, y: nearest(x, y)[1], (TALL, COLUMNS)),
        Example(lambda x, y: torch.lstsq(x, y)[0], lambda x, y: nearest(x, y)[0], (WIDE, [[1.0], [2.0]])),
        Example(lambda x, y: torch.lstsq(x, y)[0], lambda x, y: nearest(x, y)[0], (TALL, [1.0, 2.0, -0.5])),
        Example(
            lambda x, y: torch.lstsq(x, y)[0],
            in_batch(lambda x, y: nearest(x, y)[0]),
            ([TALL, COLUMNS], [[1.0, 2.0, -0.5], [0.5, 0.1, 1.0]]),
        ),
    ],
    "decompositions": [
        Example(lambda x: torch.linalg_cholesky(x @ x.mT), same, (FACTOR,)),
        Example(lambda x: torch.linalg_cholesky(x @ x.mT, True), lambda x: x.T, (FACTOR,)),
        Example(lambda x: torch.linalg_cholesky(x @ x.mT), same, ([FACTOR, np.eye(3).tolist()],)),
        Example(lambda x: squares_of(torch.linalg_qr(x)), pivots, (SQUARE,)),
        Example(lambda x: squares_of(torch.linalg_qr(x)), pivots, (WIDE,)),
        Example(lambda x: squares_of(torch.linalg_qr(x, "complete")), pivots, (WIDE,)),
        Example(lambda x: squares_of(torch.linalg_qr(x))[0], lambda x: pivots(x)[0], (WIDE,)),
        Example(lambda x: squares_of(torch.linalg_qr(x))[1], lambda x: pivots(x)[1], (TALL,)),
        Example(through_eigenvectors, lambda x: spectral(math.exp)(x + x.T), ([[0.4, 0.1], [0.3, -0.5]],)),
        Example(
            lambda x: torch.linalg_svd(x, False)[0] @ torch.linalg_svd(x, False)[0].mT,
            lambda x: x @ pseudoinverse(x),
            (TALL,),
        ),
        Example(
            lambda x: torch.linalg_svd(x, False)[2].mT @ torch.linalg_svd(x, False)[2],
            lambda x: pseudoinverse(x) @ x,
            (WIDE,),
        ),
        *(
            Example(lambda x, full=full: through_singular_vectors(x, full), lambda x: pseudoinverse(x).T, (data,))
            for data in (TALL, WIDE, COLUMNS)
            for full in (False, True)
        ),
        Example(
            lambda x: torch.svdvals(x), lambda x: [4.0, 3.0], ([[0.0, 4.0], [3.0, 0.0], [0.0, 0.0]],), "svdvals(x)"
        ),
        Example(lambda x: torch.svd(x, compute_uv=False)[1], lambda x: [4.0, 3.0], ([[0.0, 4.0], [-3.0, 0.0]],)),
    ],
    "norms of matrices": [
        Example(
            lambda x, p=p: torch.matrix_norm(x, p, dim=(2, 0), keepdim=True),
            lambda x, p=p: np.linalg.norm(x, p, (2, 0), True),
            ((2, 2, 3),),
        )
        for p in ("fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf)
    ]
    + [
        Example(
            lambda x: torch.linalg_norm(x, dim=(0, 2)),
            lambda x: [math.hypot(*np.ravel(x[:, i])) for i in range(2)],
            ((2, 2, 3),),
            "linalg_norm(x, dim=[0, 2])",
        ),
        Example(
            lambda x: torch.linalg_norm(x, 1, -1),
            lambda x: [math.fsum(map(abs, row)) for row in x],
            ((2, 3),),
            "linalg_norm(x, 1, -1)",
        ),
        Example(lambda x: torch.cond(x, -2), lambda x: 0.75, ([[0.0, 4.0], [3.0, 0.0]],), "cond(x, -2)"),
        Example(lambda x: torch.cond(x, "nuc"), lambda x: 7 * (1 / 3 + 1 / 4), ([[0.0, 4.0], [3.0, 0.0]],)),
        Example(lambda x: torch.cond(x, 1), lambda x: 25 / 11, ([[1.0, 4.0], [3.0, 1.0]],), "cond(x, 1)"),
    ],
    "functions of matrices": [
        Example(
            lambda x: torch.matrix_exp(symmetric(x)),
            lambda x: spectral(math.exp)(x + x.T),
            ([[0.4, 0.1], [0.3, -0.5]],),
        ),
        Example(
            lambda x: torch.matrix_exp(x),
            lambda x: np.eye(3) + x + x @ x / 2,
            ([[0.0, 2.0, 0.5], [0.0, 0.0, -1.5], [0.0, 0.0, 0.0]],),
            "matrix_exp(x)",
        ),
        Example(
            lambda x: torch.linalg_vander(x, 2),
            lambda x: [[[1, v] for v in row] for row in x],
            ((2, 3),),
            "linalg_vander(x, 2)",
        ),
    ],
}
# The name of the node of each function's first example, where it is not the function's own in title case.
NODES = {
    "cholesky_ex": "LinalgCholeskyExBackward0",
    "cond": "SqueezeBackward1",
    "det": "LinalgDetBackward0",
    "eigh": "LinalgEighBackward0",
    "eigvalsh": "LinalgEighBackward0",
    "householder_product": "LinalgHouseholderProductBackward0",
    "inv_ex": "LinalgInvExBackward0",
    "inverse": "LinalgInvExBackward0",
    "linalg_cholesky": "LinalgCholeskyExBackward0",
    "linalg_norm": "LinalgVectorNormBackward0",
    "linalg_vander": "CatBackward0",
    "logdet": "WhereBackward0",
    "lstsq": "LinalgLstsqBackward0",
    "matrix_exp": "LinalgMatrixExpBackward0",
    "matrix_norm": "LinalgVectorNormBackward0",
    "matrix_power": "MmBackward0",
    "pinv": "LinalgPinvBackward0",
    "pinverse": "LinalgPinvBackward0",
    "qr": "LinalgQrBackward0",
    "slogdet": "LinalgSlogdetBackward0",
    "solve": "LinalgSolveExBackward0",
    "solve_ex": "LinalgSolveExBackward0",
    "solve_triangular": "LinalgSolveTriangularBackward0",
    "svd": "LinalgSvdBackward0",
    "svdvals": "LinalgSvdBackward0",
}
