"""Examples of the functions of the family `linear algebra`."""

import math
import operator

import numpy as np
from examples.example import CUBE, INF, MATRIX, NUMBER, SQUARE, SYMMETRIC, VECTOR, Example
from examples.references import (
    cholesky,
    determinant,
    dot_product,
    eigenvalues,
    exponential,
    first_projector,
    gram_schmidt,
    inverse,
    length,
    norm_of_order,
    product,
    projector,
    pseudoinverse,
    reflections,
    same,
    singular_values,
    vector_product,
    whole,
    with_positive_diagonal,
)

import autodiff.engine as torch

CALLS: dict[str, list[Example]] = {
    "vdot": [Example(lambda x, y: torch.vdot(x, y), dot_product, (VECTOR, VECTOR), "{}(x, y)")],
    "inner": [
        Example(lambda x, y: torch.inner(x, y), lambda x, y: product(x, y.T), (MATRIX, (4, 3)), "{}(x, y)"),
        Example(lambda x, y: torch.inner(x, y), lambda x, y: x * y, (NUMBER, VECTOR), "{}(x, y)"),
    ],
    "vecdot": [
        Example(
            lambda x, y: torch.vecdot(x, y), lambda x, y: [dot_product(v, y) for v in x], (MATRIX, VECTOR), "{}(x, y)"
        )
    ],
    "linalg_cross": [
        Example(lambda x, y: torch.linalg_cross(x, y), vector_product, (VECTOR, VECTOR), "{}(x, y)"),
    ],
    "cross": [
        Example(
            lambda x, y: torch.cross(x, y, dim=0),
            lambda x, y: np.transpose([vector_product(a, b) for a, b in zip(x.T, y.T, strict=True)]),
            ((3, 2), (3, 2)),
            "{}(x, y, dim=0)",
        )
    ],
    "addmm": [
        Example(
            lambda x, y, z: torch.addmm(x, y, z),
            lambda x, y, z: x + product(y, z),
            (VECTOR, (2, 4), (4, 3)),
            "{}(x, y, z)",
        ),
        Example(
            lambda x, y, z: torch.addmm(x, y, z, beta=2, alpha=3),
            lambda x, y, z: x + x + np.multiply(product(y, z), 3),
            (MATRIX, (2, 4), (4, 3)),
            "{}(x, y, z, beta=2, alpha=3)",
        ),
    ],
    "addmv": [
        Example(
            lambda x, y, z: torch.addmv(x, y, z, beta=2, alpha=3),
            lambda x, y, z: [a + a + 3 * dot_product(row, z) for a, row in zip(x, y, strict=True)],
            ((2,), MATRIX, VECTOR),
            "{}(x, y, z, beta=2, alpha=3)",
        )
    ],
    "addr": [
        Example(
            lambda x, y, z: torch.addr(x, y, z, beta=2, alpha=3),
            lambda x, y, z: [[x[i, j] * 2 + a * b * 3 for j, b in enumerate(z)] for i, a in enumerate(y)],
            (MATRIX, (2,), VECTOR),
            "{}(x, y, z, beta=2, alpha=3)",
        )
    ],
    "baddbmm": [
        Example(
            lambda x, y, z: torch.baddbmm(x, y, z, beta=2, alpha=3),
            lambda x, y, z: 2 * x + 3 * np.einsum("aij,ajk->aik", y, z),
            ((2, 2, 2), (2, 2, 3), CUBE),
            "{}(x, y, z, beta=2, alpha=3)",
        )
    ],
    "addbmm": [
        Example(
            lambda x, y, z: torch.addbmm(x, y, z, beta=2, alpha=3),
            lambda x, y, z: 2 * x + 3 * np.einsum("aij,ajk->ik", y, z),
            ((2, 2), (2, 2, 3), CUBE),
            "{}(x, y, z, beta=2, alpha=3)",
        )
    ],
    "multi_dot": [
        Example(
            lambda x, y, z: torch.multi_dot([x, y, z]),
            lambda x, y, z: np.einsum("ij,jk,kl->il", x, y, z),
            (MATRIX, (3, 4), (4, 2)),
            "{}([x, y, z])",
        )
    ],
    "chain_matmul": [
        Example(
            lambda x, y, z: torch.chain_matmul(x, y, z),
            lambda x, y, z: np.einsum("ij,jk,kl->il", x, y, z),
            (MATRIX, (3, 4), (4, 2)),
            "{}(x, y, z)",
        )
    ],
    "einsum": [
        Example(
            lambda x, y: torch.einsum("ij,jk->k", x, y),
            lambda x, y: [sum(v) for v in zip(*product(x, y), strict=True)],
            (MATRIX, (3, 2)),
        ),
        Example(lambda x: torch.einsum("ii", x), lambda x: x[0, 0] + x[1, 1], ((2, 2),)),
        Example(lambda x: torch.einsum("ij->ji", x), lambda x: list(zip(*x, strict=True)), (MATRIX,)),
    ],
    "tensordot": [
        Example(lambda x, y: torch.tensordot(x, y, 1), lambda x, y: product(x, y), (MATRIX, (3, 4)), "{}(x, y, 1)"),
        Example(
            lambda x, y: torch.tensordot(x, y, ([0], [1])),
            lambda x, y: product(x.T, y.T),
            (MATRIX, (4, 2)),
            "{}(x, y, [[0], [1]])",
        ),
    ],
    "kron": [
        Example(
            lambda x, y: torch.kron(x, y),
            lambda x, y: [[a * b for a in row for b in other] for row in x for other in y],
            (MATRIX, (2, 2)),
            "{}(x, y)",
        )
    ],
    "trace": [Example(lambda x: torch.trace(x), lambda x: x[0, 0] + x[1, 1], (MATRIX,), "{}(x)")],
    "linalg_diagonal": [
        Example(lambda x: torch.linalg_diagonal(x), lambda x: [[v[0, 0], v[1, 1]] for v in x], (CUBE,), "{}(x)")
    ],
    "inverse": [
        Example(lambda x: torch.inverse(x), inverse, (SQUARE,), "{}(x)"),
        Example(lambda x: torch.inverse(x), lambda x: [inverse(v) for v in x], ([SQUARE, SYMMETRIC],), "{}(x)"),
    ],
    "inv_ex": [Example(lambda x: torch.inv_ex(x)[0], inverse, (SQUARE,), "{}(x)")],
    "solve": [
        Example(lambda x, y: torch.solve(x, y), lambda x, y: product(inverse(x), y), (SQUARE, (3, 2)), "{}(x, y)"),
        Example(
            lambda x, y: torch.solve(x, y, left=False),
            lambda x, y: product(y, inverse(x)),
            (SQUARE, (2, 3)),
            "{}(x, y, left=False)",
        ),
        Example(
            lambda x, y: torch.solve(x, y),
            lambda x, y: [dot_product(row, y) for row in inverse(x)],
            (SQUARE, VECTOR),
            "{}(x, y)",
        ),
    ],
    "solve_ex": [
        Example(lambda x, y: torch.solve_ex(x, y)[0], lambda x, y: product(inverse(x), y), (SQUARE, (3, 2)), "{}(x, y)")
    ],
    "solve_triangular": [
        Example(
            lambda x, y: torch.solve_triangular(x, y, upper=True),
            lambda x, y: product(inverse(np.triu(x)), y),
            (SQUARE, (3, 2)),
            "{}(x, y, upper=True)",
        ),
        Example(
            lambda x, y: torch.solve_triangular(x, y, upper=False, left=False),
            lambda x, y: product(y, inverse(np.tril(x))),
            (SQUARE, (2, 3)),
            "{}(x, y, upper=False, left=False)",
        ),
        Example(
            lambda x, y: torch.solve_triangular(x, y, upper=False, unitriangular=True),
            lambda x, y: product(inverse(np.tril(x, -1) + np.eye(3)), y),
            (SQUARE, (3, 2)),
            "{}(x, y, upper=False, unitriangular=True)",
        ),
    ],
    "triangular_solve": [
        Example(
            lambda x, y: torch.triangular_solve(x, y)[0],
            lambda x, y: product(inverse(np.triu(y)), x),
            ((3, 2), SQUARE),
            "{}(x, y)",
        ),
        Example(
            lambda x, y: torch.triangular_solve(x, y, False, True)[0],
            lambda x, y: product(inverse(np.tril(y).T), x),
            ((3, 2), SQUARE),
            "{}(x, y, False, True)",
        ),
    ],
    "pinv": [Example(lambda x: torch.pinv(x), pseudoinverse, ((3, 2),), "{}(x)")],
    "pinverse": [Example(lambda x: torch.pinverse(x), pseudoinverse, ((3, 2),), "{}(x)")],
    "lstsq": [
        Example(
            lambda x, y: torch.lstsq(x, y)[0],
            lambda x, y: product(pseudoinverse(x), y),
            ((3, 2), (3, 1)),
            "{}(x, y)",
        )
    ],
    "det": [
        Example(lambda x: torch.det(x), determinant, (SQUARE,), "{}(x)", order=3),
        Example(lambda x: torch.det(x), determinant, ([[1.0, 2.0], [2.0, 4.0]],), "{}(x)"),
    ],
    "slogdet": [
        Example(
            lambda x: torch.slogdet(x),
            lambda x: [math.copysign(1, determinant(x)), math.log(abs(determinant(x)))],
            (SQUARE,),
        ),
        Example(lambda x: torch.slogdet(x)[0], lambda x: math.copysign(1, determinant(x)), (SQUARE,), "{}(x)"),
    ],
    "logdet": [Example(lambda x: torch.logdet(x), lambda x: math.log(determinant(x)), (SYMMETRIC,), "{}(x)")],
    "cholesky": [
        Example(lambda x: torch.cholesky(x @ x.mT), lambda x: cholesky(x @ x.T), (SQUARE,), "{}(x @ x.mT)"),
        Example(
            lambda x: torch.cholesky(x @ x.mT, True),
            lambda x: np.transpose(cholesky(x @ x.T)),
            (SQUARE,),
            "{}(x @ x.mT, True)",
        ),
    ],
    "linalg_cholesky": [
        Example(lambda x: torch.linalg_cholesky(x @ x.mT), lambda x: cholesky(x @ x.T), (SQUARE,), "{}(x @ x.mT)")
    ],
    "cholesky_ex": [
        Example(lambda x: torch.cholesky_ex(x @ x.mT)[0], lambda x: cholesky(x @ x.T), (SQUARE,), "{}(x @ x.mT)")
    ],
    "cholesky_inverse": [
        Example(
            lambda x: torch.cholesky_inverse(torch.tril(x)),
            lambda x: inverse(np.tril(x) @ np.tril(x).T),
            (SQUARE,),
            "{}(tril(x))",
        )
    ],
    "cholesky_solve": [
        Example(
            lambda x, y: torch.cholesky_solve(x, torch.tril(y)),
            lambda x, y: product(inverse(np.tril(y) @ np.tril(y).T), x),
            ((3, 2), SQUARE),
            "{}(x, tril(y))",
        )
    ],
    "linalg_qr": [
        Example(with_positive_diagonal(lambda x: torch.linalg_qr(x)), gram_schmidt, ((3, 2),)),
        Example(
            lambda x: torch.linalg_qr(x)[0] @ torch.linalg_qr(x)[0].mT,
            lambda x: product(x, pseudoinverse(x)),
            ((3, 2),),
            "{0}(x) @ {0}(x).mT",
        ),
    ],
    "qr": [
        Example(with_positive_diagonal(lambda x: torch.qr(x)), gram_schmidt, ((3, 2),)),
        Example(
            lambda x: torch.qr(x)[0] @ torch.qr(x)[0].mT,
            lambda x: product(x, pseudoinverse(x)),
            ((3, 2),),
            "{0}(x) @ {0}(x).mT",
        ),
    ],
    "eigh": [
        Example(
            lambda x: torch.eigh(x + x.mT)[0],
            lambda x: eigenvalues(x + x.T),
            ([[2.0, 0.5], [1.0, -1.0]],),
            "{}(x + x.mT)",
        ),
        Example(projector(lambda x: torch.eigh(x + x.mT)[1]), first_projector, ([[2.0, 0.5], [1.0, -1.0]],)),
    ],
    "eigvalsh": [
        Example(
            lambda x: torch.eigvalsh(x + x.mT),
            lambda x: eigenvalues(x + x.T),
            ([[2.0, 0.5], [1.0, -1.0]],),
            "{}(x + x.mT)",
        )
    ],
    "linalg_svd": [
        Example(lambda x: torch.linalg_svd(x, False)[1], singular_values, (MATRIX,)),
        Example(
            lambda x: (parts := torch.linalg_svd(x, full_matrices=False))[0] * parts[1] @ parts[2], same, ((3, 2),)
        ),
        Example(
            lambda x: torch.linalg_svd(x, False)[0] @ torch.linalg_svd(x, False)[0].mT,
            lambda x: np.eye(2),
            (MATRIX,),
            "{0}(x, False) @ {0}(x, False).mT",
        ),
    ],
    "svd": [
        Example(lambda x: torch.svd(x)[0] @ torch.svd(x)[0].mT, lambda x: np.eye(2), (MATRIX,), "{0}(x) @ {0}(x).mT"),
        Example(lambda x: (parts := torch.svd(x))[0] * parts[1] @ parts[2].mT, same, (MATRIX,)),
    ],
    "svdvals": [Example(lambda x: torch.svdvals(x), singular_values, (MATRIX,), "{}(x)")],
    "householder_product": [
        Example(
            lambda x, y: torch.householder_product(x, y),
            reflections,
            ([[1.0, 0.3], [0.5, 1.0], [-0.7, 0.4]], [0.6, 0.9]),
            "{}(x, y)",
        )
    ],
    "matrix_norm": [
        Example(lambda x: torch.matrix_norm(x), whole(length), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.matrix_norm(x, 1), lambda x: max(sum(map(abs, v)) for v in x.T), (MATRIX,), "{}(x, 1)"),
        Example(
            lambda x: torch.matrix_norm(x, INF), lambda x: max(sum(map(abs, v)) for v in x), (MATRIX,), "{}(x, inf)"
        ),
        Example(lambda x: torch.matrix_norm(x, 2), lambda x: singular_values(x)[0], (MATRIX,), "{}(x, 2)"),
        Example(lambda x: torch.matrix_norm(x, -2), lambda x: singular_values(x)[1], (MATRIX,), "{}(x, -2)"),
        Example(lambda x: torch.matrix_norm(x, "nuc"), lambda x: sum(singular_values(x)), (MATRIX,)),
    ],
    "linalg_norm": [
        Example(lambda x: torch.linalg_norm(x), whole(length), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.linalg_norm(x, 2), lambda x: singular_values(x)[0], (MATRIX,), "{}(x, 2)"),
        Example(lambda x: torch.linalg_norm(x, 3), whole(norm_of_order(3)), (VECTOR,), "{}(x, 3)"),
    ],
    "cond": [
        Example(lambda x: torch.cond(x), lambda x: singular_values(x)[0] / singular_values(x)[1], (MATRIX,), "{}(x)"),
        Example(
            lambda x: torch.cond(x, "fro"), lambda x: length(np.ravel(x)) * length(np.ravel(inverse(x))), (SQUARE,)
        ),
    ],
    "matrix_rank": [Example(lambda x: torch.matrix_rank(x), lambda x: 1, ([[1.0, 2.0], [2.0, 4.0]],), "{}(x)")],
    "matrix_exp": [Example(lambda x: torch.matrix_exp(x), exponential, (SQUARE,), "{}(x)")],
    "matrix_power": [
        Example(
            lambda x: torch.matrix_power(x, 3), lambda x: product(np.array(product(x, x)), x), (SQUARE,), "{}(x, 3)"
        ),
        Example(lambda x: torch.matrix_power(x, -1), inverse, (SQUARE,), "{}(x, -1)"),
        Example(lambda x: torch.matrix_power(x, 0), lambda x: np.eye(3), (SQUARE,), "{}(x, 0)", order=0),
    ],
    "linalg_vander": [
        Example(lambda x: torch.linalg_vander(x), lambda x: [[1, v, v * v] for v in x], (VECTOR,), "{}(x)")
    ],
    "dot": [
        Example(
            lambda x, y: torch.dot(x, y), lambda x, y: math.fsum(map(operator.mul, x, y)), (VECTOR, VECTOR), "{}(x, y)"
        )
    ],
    "mm": [Example(lambda x, y: torch.mm(x, y), product, (MATRIX, (3, 4)), "{}(x, y)", order=3)],
    "mv": [
        Example(
            lambda x, y: torch.mv(x, y), lambda x, y: np.ravel(product(x, y[:, None])), (MATRIX, VECTOR), "{}(x, y)"
        )
    ],
    "bmm": [
        Example(lambda x, y: torch.bmm(x, y), lambda x, y: list(map(product, x, y)), ((2, 2, 3), CUBE), "{}(x, y)")
    ],
    "outer": [
        Example(
            lambda x, y: torch.outer(x, y), lambda x, y: [[a * b for b in y] for a in x], (VECTOR, (2,)), "{}(x, y)"
        )
    ],
    "matmul": [
        Example(
            lambda x, y: torch.matmul(x, y),
            lambda x, y, subscripts=subscripts: np.einsum(subscripts, x, y),
            shapes,
            "{}(x, y)",
        )
        for subscripts, shapes in {
            "i,i->": (VECTOR, VECTOR),
            "ij,j->i": (MATRIX, VECTOR),
            "i,ij->j": (VECTOR, (3, 2)),
            "ij,jk->ik": (MATRIX, (3, 2)),
            "aij,jk->aik": ((2, 2, 3), (3, 2)),
            "aij,j->ai": ((2, 2, 3), VECTOR),
            "i,aij->aj": (VECTOR, CUBE),
            "ij,ajk->aik": (MATRIX, CUBE),
            "aij,ajk->aik": ((2, 2, 3), CUBE),
            "baij,ajk->baik": ((2, 2, 2, 3), CUBE),
        }.items()
    ],
}
