"""Further examples of products: operands of other ranks, sequences of matrices, labels given as numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np

import autodiff.engine as torch

from .example import CUBE, MATRIX, NUMBER, VECTOR, Example, same

REFERENCES: dict[str, Callable[..., Any]] = {}
CALLS: dict[str, list[Example]] = {}
OVERLOADS: dict[str, list[Example]] = {}


def sums_of(labels: str) -> Callable[..., Any]:
    """An equation of einsum computed by going through all places, one by one."""
    inputs, output = labels.split("->")
    names = sorted(set(inputs) - {","})

    def compute(*arrays: Any) -> Any:
        sizes = {
            name: max(a.shape[i] for a, part in zip(arrays, inputs.split(","), strict=True) for i in places(part, name))
            for name in names
        }
        result = np.zeros([sizes[name] for name in output])
        for place in np.ndindex(*(sizes[name] for name in names)):
            at = dict(zip(names, place, strict=True))
            term = 1.0
            for array, part in zip(arrays, inputs.split(","), strict=True):
                term *= array[tuple(at[n] if array.shape[i] > 1 else 0 for i, n in enumerate(part))]
            result[tuple(at[name] for name in output)] += term
        return result

    return compute


def places(text: str, name: str) -> list[int]:
    return [i for i, letter in enumerate(text) if letter == name]


EQUATIONS: list[tuple[str, tuple[tuple[int, ...], ...]]] = [
    ("ij->i", (MATRIX,)),
    ("iji->j", ((2, 3, 2),)),
    ("ii->i", ((3, 3),)),
    ("i,i->", (VECTOR, VECTOR)),
    ("i,j->ij", (VECTOR, (2,))),
    ("ij,jk->ik", (MATRIX, (3, 2))),
    ("ij,jk->ki", (MATRIX, (3, 2))),
    ("bij,bjk->bik", ((2, 2, 3), CUBE)),
    ("ij,jk->", (MATRIX, (3, 2))),
    ("ij,kl->ik", (MATRIX, (2, 2))),
    ("ij,jk,kl->il", (MATRIX, (3, 2), (2, 2))),
    ("aB,Ba->a", (MATRIX, (3, 2))),
    ("ij,j->ij", (MATRIX, (1,))),
    ("ij,jk->ik", ((2, 1), (3, 2))),
]
PRODUCTS: list[tuple[str, tuple[tuple[int, ...], tuple[int, ...]]]] = [
    ("j,bjk->bk", (VECTOR, CUBE)),
    ("bij,jk->bik", ((2, 2, 3), (3, 2))),
    ("ij,bjk->bik", ((2, 3), CUBE)),
    ("bij,bjk->bik", ((1, 2, 3), CUBE)),
    ("bij,bjk->bik", ((2, 2, 3), (1, 3, 2))),
    ("abij,bjk->abik", ((2, 1, 2, 3), CUBE)),
    ("bij,j->bi", ((2, 2, 3), VECTOR)),
]


LEVI_CIVITA = np.array([[[(i - j) * (j - k) * (k - i) / 2 for k in range(3)] for j in range(3)] for i in range(3)])

OTHERS: dict[str, list[Example]] = {
    "equations": [
        Example(lambda *x, equation=equation: torch.einsum(equation, *x), sums_of(equation), shapes)
        for equation, shapes in EQUATIONS
    ],
    "labels": [
        Example(lambda x, y: torch.einsum("...ij,...jk", x, y), sums_of("bij,jk->bik"), ((2, 2, 3), (3, 2)), order=1),
        Example(lambda x, y: torch.einsum("i...,...->...", x, y), sums_of("ij,j->j"), (MATRIX, VECTOR), order=1),
        Example(lambda x, y: torch.einsum(" i j , j k ", [x, y]), sums_of("ij,jk->ik"), (MATRIX, (3, 2)), order=1),
        Example(lambda x: torch.einsum("ba", x), sums_of("ba->ab"), (MATRIX,), order=1),
        Example(
            lambda x, y: torch.einsum(x, [0, 1], y, [1, 2], [2, 0]),
            sums_of("ij,jk->ki"),
            (MATRIX, (3, 2)),
            "einsum(x, [0, 1], y, [1, 2], [2, 0])",
            order=1,
        ),
        Example(lambda x, y: torch.einsum(x, [..., 1], y, [1]), sums_of("ij,j->i"), (MATRIX, VECTOR), order=1),
    ],
    "sequences of matrices": [
        Example(lambda x, y: torch.matmul(x, y), sums_of(equation), shapes, "x @ y") for equation, shapes in PRODUCTS
    ],
    "sums of products": [
        Example(lambda x, y: torch.tensordot(x, y), sums_of("ijk,jkl->il"), ((2, 3, 2), (3, 2, 2)), "tensordot(x, y)"),
        Example(lambda x, y: torch.tensordot(x, y, 0), sums_of("i,j->ij"), (VECTOR, (2,)), "tensordot(x, y, 0)"),
        Example(lambda x, y: torch.tensordot(x, y, ([0, 1], [1, 0])), sums_of("ij,ji->"), (MATRIX, (3, 2))),
        Example(lambda x, y: torch.tensordot(x, y, ([1], [0])), sums_of("ij,jk->ik"), ((2, 1), (3, 2))),
        Example(lambda x, y: torch.inner(x, y), sums_of("abi,i->ab"), ((2, 2, 3), VECTOR)),
        Example(lambda x, y: torch.vecdot(x, y, dim=0), sums_of("ij,ij->j"), (MATRIX, MATRIX), "vecdot(x, y, dim=0)"),
        Example(lambda x, y: torch.kron(x, y), lambda x, y: x * y, (NUMBER, MATRIX), "kron(x, y)"),
        Example(
            lambda x, y: torch.kron(x, y),
            lambda x, y: [[[a * b for a in x for b in row] for row in part] for part in y],
            ((2,), CUBE),
            "kron(x, y)",
        ),
    ],
    "added products": [
        Example(
            lambda x, y, z: torch.addmm(x, y, z, beta=0),
            lambda x, y, z: sums_of("ij,jk->ik")(y, z),
            (NUMBER, MATRIX, (3, 2)),
            "addmm(x, y, z, beta=0)",
        ),
        Example(
            lambda x, y, z: torch.addbmm(x, y, z, alpha=3),
            lambda x, y, z: x + 3 * sums_of("bij,bjk->ik")(y, z),
            (VECTOR, (2, 2, 3), (2, 3, 3)),
            "addbmm(x, y, z, alpha=3)",
        ),
        Example(
            lambda x, y, z: torch.addr(x, y, z),
            lambda x, y, z: x + sums_of("i,j->ij")(y, z),
            (VECTOR, (2,), VECTOR),
            "addr(x, y, z)",
        ),
    ],
    "chains": [
        Example(
            lambda x, y, z: torch.multi_dot([x, y, z]),
            sums_of("i,ij,j->"),
            ((2,), MATRIX, VECTOR),
            "multi_dot([x, y, z])",
        ),
        Example(
            lambda w, x, y, z: torch.multi_dot((w, x, y, z)),
            sums_of("ij,jk,kl,lm->im"),
            ((4, 2), (2, 5), (5, 1), (1, 3)),
        ),
        Example(lambda x: torch.chain_matmul(x), same, (MATRIX,), "chain_matmul(x)"),
    ],
    "reflected product": [Example(lambda x, y: x.__rmatmul__(y), sums_of("jk,ij->ik"), ((3, 2), MATRIX))],
    "vector products": [
        Example(
            lambda x, y: torch.cross(x, y),
            lambda x, y: sums_of("ijk,ja,ka->ia")(LEVI_CIVITA, x, y),
            ((3, 2), (3, 2)),
            "cross(x, y)",
        ),
        Example(
            lambda x, y: torch.linalg_cross(x, y, 0),
            lambda x, y: sums_of("ijk,ja,ka->ia")(LEVI_CIVITA, x, y),
            ((3, 1), (3, 2)),
            "linalg_cross(x, y, 0)",
        ),
    ],
}
# The name of the node of each function's first example, where it is not the function's own in title case.
NODES = {
    "chain_matmul": "ViewBackward0",
    "cross": "LinalgCrossBackward0",
    "einsum": "ViewBackward0",
    "inner": "ViewBackward0",
    "kron": "UnsafeViewBackward0",
    "linalg_diagonal": "DiagonalBackward0",
    "multi_dot": "ViewBackward0",
    "tensordot": "ViewBackward0",
    "vecdot": "SumBackward1",
}
