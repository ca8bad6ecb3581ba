"""torch.linalg: decompositions, solvers and norms under PyTorch's names."""

from __future__ import annotations

from .primitives.chained_products import multi_dot
from .primitives.contraction import linalg_diagonal as diagonal
from .primitives.decomposition import cholesky_ex, eigh, eigvalsh, householder_product, svdvals
from .primitives.decomposition import linalg_cholesky as cholesky
from .primitives.decomposition import linalg_qr as qr
from .primitives.decomposition import linalg_svd as svd
from .primitives.determinant import det, slogdet
from .primitives.matrix import LinAlgError
from .primitives.matrix_products import matmul
from .primitives.norms import cond, matrix_exp, matrix_norm, matrix_power, matrix_rank
from .primitives.norms import linalg_norm as norm
from .primitives.norms import linalg_vander as vander
from .primitives.reduction import vector_norm
from .primitives.solving import inv_ex, lstsq, pinv, solve, solve_ex, solve_triangular
from .primitives.solving import inverse as inv
from .primitives.vector_products import linalg_cross as cross
from .primitives.vector_products import vecdot

__all__ = [
    "LinAlgError",
    "cholesky",
    "cholesky_ex",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eigh",
    "eigvalsh",
    "householder_product",
    "inv",
    "inv_ex",
    "lstsq",
    "matmul",
    "matrix_exp",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_ex",
    "solve_triangular",
    "svd",
    "svdvals",
    "vander",
    "vecdot",
    "vector_norm",
]
