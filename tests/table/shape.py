"""Examples of the functions that rearrange, cut, repeat and join tensors."""

from collections.abc import Callable
from itertools import combinations, combinations_with_replacement, product
from typing import Any

import numpy as np

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.primitives import arranging, shape

from .example import CUBE, MATRIX, NUMBER, VECTOR, Example, rows, same, whole

REFERENCES: dict[str, Callable[..., Any]] = {"contiguous": same}

CALLS: dict[str, list[Example]] = {
    "full_like": [
        Example(lambda x: torch.full_like(x, 2.5), lambda x: [[2.5] * 3] * 2, (MATRIX,), "{}(x, 2.5)", order=0),
        Example(lambda x: torch.full_like(x, 1), lambda x: 1.0, (NUMBER,), "{}(x, 1)", order=0),
    ],
    "detach": [Example(torch.detach, same, (MATRIX,), "{}(x)", order=0)],
    "view_as": [
        Example(lambda x, y: torch.view_as(x, y), lambda x, y: [list(x.ravel())], (MATRIX, (1, 6)), "{}(x, y)", order=2)
    ],
    "reshape_as": [
        Example(lambda x, y: torch.reshape_as(x, y), lambda x, y: np.split(x.ravel(), 3), (MATRIX, (3, 2)), "{}(x, y)"),
        Example(
            lambda x, y: torch.reshape_as(x.t(), y), lambda x, y: np.hstack(x.T), (MATRIX, (6,)), "{}(x.T, y)", order=1
        ),
    ],
    "unflatten": [
        Example(
            lambda x: torch.unflatten(x, 1, (2, -1)),
            lambda x: [np.split(row, 2) for row in x],
            ((2, 4),),
            "{}(x, 1, [2, -1])",
        ),
    ],
    "sum_to_size": [
        Example(
            lambda x: torch.sum_to_size(x, 1, 3),
            lambda x: [[sum(column) for column in zip(*x, strict=True)]],
            (MATRIX,),
            "{}(x, 1, 3)",
        ),
        Example(lambda x: torch.sum_to_size(x, (3,)), lambda x: np.einsum("ij->j", x), (MATRIX,), "{}(x, [3])"),
        Example(lambda x: torch.sum_to_size(x, (2, 3)) * 1, same, (MATRIX,)),
    ],
    "broadcast_to": [Example(lambda x: torch.broadcast_to(x, (2, 3)), lambda x: [x, x], (VECTOR,), "{}(x, [2, 3])")],
    "expand_as": [Example(lambda x, y: torch.expand_as(x, y), lambda x, y: [x, x], (VECTOR, MATRIX), "{}(x, y)")],
    "movedim": [
        Example(lambda x: torch.movedim(x, 0, -1), lambda x: np.einsum("ijk->jki", x), (CUBE,), "{}(x, 0, -1)"),
        Example(
            lambda x: torch.movedim(x, (0, 1), (2, 0)),
            lambda x: np.einsum("ijk->jki", x),
            (CUBE,),
            "{}(x, [0, 1], [2, 0])",
        ),
    ],
    "adjoint": [
        Example(lambda x: torch.adjoint(x), lambda x: np.einsum("ijk->ikj", x), (CUBE,), "{}(x)"),
        Example(lambda x: torch.adjoint(x) * 1, same, (NUMBER,)),
    ],
    "unbind": [
        Example(lambda x: torch.unbind(x, 1)[2], rows(lambda v: v[2]), (MATRIX,), order=3),
        Example(lambda x: torch.stack(torch.unbind(x)), same, (MATRIX,), "{}(x)"),
        Example(lambda x: torch.unbind(x)[1] * torch.unbind(x, -1)[0].sum(), lambda x: x[1] * sum(x[:, 0]), (MATRIX,)),
    ],
    "split": [
        Example(lambda x: torch.split(x, 2)[1], lambda x: x[2:], ((3,),), order=3),
        Example(lambda x: torch.stack(torch.split(x, 1, 1)), lambda x: x.T[:, :, None], (MATRIX,), "{}(x, 1, 1)"),
        Example(lambda x: torch.split(x, [1, 2], -1)[1], rows(lambda v: v[1:]), (MATRIX,)),
        Example(lambda x: torch.cat(torch.split(x, 2)[::-1]), lambda x: [x[2], x[0], x[1]], ((3,),)),
    ],
    "split_with_sizes": [
        Example(lambda x: torch.split_with_sizes(x, [1, 2])[1], lambda x: x[1:], (VECTOR,), order=3),
        Example(
            lambda x: torch.stack(torch.split_with_sizes(x, [2, 2])), lambda x: np.split(x, 2), ((4,),), "{}(x, [2, 2])"
        ),
    ],
    "chunk": [
        Example(lambda x: torch.chunk(x, 2)[1], lambda x: x[2:], (VECTOR,)),
        Example(lambda x: torch.stack(torch.chunk(x, 3, 1)), lambda x: x.T[:, :, None], (MATRIX,), "{}(x, 3, 1)"),
    ],
    "tensor_split": [
        Example(lambda x: torch.tensor_split(x, 2)[0], lambda x: x[:2], (VECTOR,)),
        Example(lambda x: torch.tensor_split(x, (1, 2), -1)[2], rows(lambda v: v[2:]), (MATRIX,)),
        Example(lambda x: torch.stack(torch.tensor_split(x, 3)), lambda x: [[v] for v in x], (VECTOR,), "{}(x, 3)"),
    ],
    "hsplit": [
        Example(lambda x: torch.hsplit(x, (1,))[1], rows(lambda v: v[1:]), (MATRIX,)),
        Example(lambda x: torch.stack(torch.hsplit(x, 3)), lambda x: [[v] for v in x], (VECTOR,), "{}(x, 3)"),
    ],
    "vsplit": [
        Example(lambda x: torch.vsplit(x, 2)[1], lambda x: x[1:], (MATRIX,)),
        Example(lambda x: torch.stack(torch.vsplit(x, 2)), lambda x: [[row] for row in x], (MATRIX,), "{}(x, 2)"),
    ],
    "dsplit": [
        Example(lambda x: torch.dsplit(x, 2)[1], lambda x: x[:, :, 1:], (CUBE,)),
        Example(
            lambda x: torch.stack(torch.dsplit(x, 2)),
            lambda x: np.einsum("ijk->kij", x)[..., None],
            (CUBE,),
            "{}(x, 2)",
        ),
    ],
    "narrow": [
        Example(lambda x: torch.narrow(x, 1, 1, 2), rows(lambda v: v[1:]), (MATRIX,), "{}(x, 1, 1, 2)"),
        Example(lambda x: torch.narrow(x, -1, -3, 1), rows(lambda v: v[:1]), (MATRIX,), "{}(x, -1, -3, length=1)"),
    ],
    "repeat": [
        Example(
            lambda x: torch.repeat(x, 2, 1, 2), lambda x: [[[*row, *row] for row in x]] * 2, (MATRIX,), "{}(x, 2, 1, 2)"
        ),
        Example(lambda x: torch.repeat(x, (3,)), lambda x: [*x, *x, *x], (VECTOR,), "{}(x, [3])"),
        Example(lambda x: torch.repeat(x, 2), lambda x: [x, x], (NUMBER,), "{}(x, 2)"),
    ],
    "tile": [
        Example(lambda x: torch.tile(x, (2,)), rows(lambda v: v + v), (MATRIX,), "{}(x, [2])"),
        Example(lambda x: torch.tile(x, (2, 1)), lambda x: [x, x], (VECTOR,), "{}(x, 2, 1)"),
    ],
    "repeat_interleave": [
        Example(lambda x: torch.repeat_interleave(x, 2), whole(lambda v: [v[i // 2] for i in range(12)]), (MATRIX,)),
        Example(
            lambda x: torch.repeat_interleave(x, 2, 1),
            rows(lambda v: [v[i // 2] for i in range(6)]),
            (MATRIX,),
            "{}(x, 2, 1)",
        ),
        Example(
            lambda x: torch.repeat_interleave(x, torch.tensor([2, 0, 1])),
            lambda x: [x[0], x[0], x[2]],
            (VECTOR,),
            "{}(x, [2, 0, 1])",
        ),
    ],
    "fliplr": [Example(lambda x: torch.fliplr(x), rows(lambda v: v[::-1]), (MATRIX,), "{}(x)")],
    "flipud": [Example(lambda x: torch.flipud(x), lambda x: list(x)[::-1], (MATRIX,), "{}(x)")],
    "rot90": [
        Example(lambda x: torch.rot90(x), lambda x: list(zip(*x, strict=True))[::-1], (MATRIX,), "{}(x)"),
        Example(lambda x: torch.rot90(x, 2), lambda x: [row[::-1] for row in x[::-1]], (MATRIX,), "{}(x, 2)"),
        Example(
            lambda x: torch.rot90(x, -1, (1, 2)),
            lambda x: [list(zip(*m[::-1], strict=True)) for m in x],
            (CUBE,),
            "{}(x, -1, [1, 2])",
        ),
    ],
    "roll": [
        Example(lambda x: torch.roll(x, 1), lambda x: [x[-1], *x[:-1]], (VECTOR,), "{}(x, 1)"),
        Example(
            lambda x: torch.roll(x, (1, -1), (0, 1)),
            lambda x: [[row[1], row[2], row[0]] for row in x[::-1]],
            (MATRIX,),
            "{}(x, [1, -1], [0, 1])",
        ),
        Example(
            lambda x: torch.roll(x, 2), lambda x: np.split(x.ravel()[[4, 5, 0, 1, 2, 3]], 2), (MATRIX,), "{}(x, 2)"
        ),
    ],
    "tril": [
        Example(lambda x: torch.tril(x), lambda x: [[x[0, 0], 0, 0], [x[1, 0], x[1, 1], 0]], (MATRIX,), "{}(x)"),
        Example(
            lambda x: torch.tril(x, -1), lambda x: [[[0, 0], [m[1, 0], 0], [*m[2]]] for m in x], (CUBE,), "{}(x, -1)"
        ),
    ],
    "triu": [
        Example(lambda x: torch.triu(x), lambda x: [x[0], [0, x[1, 1], x[1, 2]]], (MATRIX,), "{}(x)"),
        Example(lambda x: torch.triu(x, 1), lambda x: [[0, *x[0, 1:]], [0, 0, x[1, 2]]], (MATRIX,), "{}(x, 1)"),
    ],
    "diagonal": [
        Example(lambda x: torch.diagonal(x), lambda x: [x[0, 0], x[1, 1]], (MATRIX,), "{}(x)", order=3),
        Example(
            lambda x: torch.diagonal(x, 1, 0, -1),
            lambda x: [[x[0, j, 1]] for j in range(3)],
            (CUBE,),
            "{}(x, 1, 0, -1)",
        ),
        Example(lambda x: torch.diagonal(x, -1), lambda x: [x[1, 0]], (MATRIX,), "{}(x, offset=-1)"),
    ],
    "diag_embed": [
        Example(lambda x: torch.diag_embed(x), lambda x: [np.eye(3) * row for row in x], (MATRIX,), "{}(x)"),
        Example(
            lambda x: torch.diag_embed(x, -1, 0, 2),
            lambda x: np.einsum("aij->iaj", [np.pad(np.eye(3) * row, ((1, 0), (0, 1))) for row in x]),
            (MATRIX,),
            "{}(x, -1, 0, 2)",
        ),
    ],
    "diag": [
        Example(lambda x: torch.diag(x), lambda x: np.eye(3) * x, (VECTOR,), "{}(x)"),
        Example(lambda x: torch.diag(x, 1), lambda x: [x[0, 1], x[1, 2]], (MATRIX,), "{}(x, 1)", order=3),
    ],
    "diagflat": [
        Example(lambda x: torch.diagflat(x), lambda x: np.eye(6) * x.ravel(), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.diagflat(x, 1), lambda x: [[0, x], [0, 0]], (NUMBER,), "{}(x, 1)"),
    ],
    "diagonal_scatter": [
        Example(
            lambda x, y: torch.diagonal_scatter(x, y, 1),
            lambda x, y: [[x[0, 0], y[0], x[0, 2]], [x[1, 0], x[1, 1], y[1]]],
            (MATRIX, (2,)),
            "{}(x, y, 1)",
            order=3,
        )
    ],
    "unfold": [
        Example(
            lambda x: torch.unfold(x, 0, 2, 1),
            lambda x: [[x[i], x[i + 1]] for i in range(4)],
            ((5,),),
            "{}(x, 0, 2, 1)",
        ),
        Example(
            lambda x: torch.unfold(x, -1, 3, 2),
            lambda x: [[row[0:3], row[2:5]] for row in x],
            ((2, 5),),
            "{}(x, -1, 3, 2)",
            order=3,
        ),
        Example(lambda x: torch.unfold(x, 0, 1, 1), lambda x: [x], (NUMBER,)),
    ],
    "as_strided": [
        Example(
            lambda x: torch.as_strided(x, (2, 2), (1, 2), 1),
            lambda x: [[x[0, 1], x[1, 0]], [x[0, 2], x[1, 1]]],
            (MATRIX,),
            "{}(x, [2, 2], [1, 2], 1)",
        ),
        Example(
            lambda x: torch.as_strided(x, (3, 2), (1, 1)),
            lambda x: [[x[0], x[1]], [x[1], x[2]], [x[2], x[3]]],
            ((4,),),
            "{}(x, [3, 2], [1, 1])",
            order=3,
        ),
        Example(lambda x: torch.as_strided(x.t()[1:], (2,), (1,), 1), lambda x: [x[0, 1], x[0, 2]], (MATRIX,)),
    ],
    "hstack": [
        Example(lambda x, y: torch.hstack([x, y]), lambda x, y: [*x, *y], (VECTOR, (2,)), "{}([x, y])"),
        Example(
            lambda x, y: torch.hstack([x, y]),
            lambda x, y: [[*a, *b] for a, b in zip(x, y, strict=True)],
            (MATRIX, (2, 1)),
            "{}([x, y])",
        ),
        Example(lambda x, y: torch.hstack([x, y]), lambda x, y: [x, y], (NUMBER, NUMBER), "{}([x, y])"),
    ],
    "vstack": [
        Example(lambda x, y: torch.vstack([x, y]), lambda x, y: [*x, *y], (MATRIX, (1, 3)), "{}([x, y])"),
        Example(lambda x, y: torch.vstack([x, y]), lambda x, y: [*x, y], (MATRIX, VECTOR), "{}([x, y])"),
    ],
    "dstack": [
        Example(
            lambda x, y: torch.dstack([x, y]),
            lambda x, y: [list(zip(x, y, strict=True))],
            (VECTOR, VECTOR),
            "{}([x, y])",
        ),
        Example(lambda x: torch.dstack([x]), lambda x: [[[x]]], (NUMBER,), "{}([x])"),
    ],
    "column_stack": [
        Example(
            lambda x, y: torch.column_stack([x, y]),
            lambda x, y: list(zip(x, y, strict=True)),
            (VECTOR, VECTOR),
            "{}([x, y])",
        ),
        Example(
            lambda x, y: torch.column_stack([x, y]),
            lambda x, y: [[*row, v] for row, v in zip(x, y, strict=True)],
            (MATRIX, (2,)),
            "{}([x, y])",
        ),
    ],
    "block_diag": [
        Example(
            lambda x, y, z: torch.block_diag(x, y, z),
            lambda x, y, z: [[*x[0], 0, 0, 0], [*x[1], 0, 0, 0], [0] * 3 + [*y, 0], [0] * 5 + [z]],
            (MATRIX, (2,), NUMBER),
            "{}([x, y, z])",
        )
    ],
    "broadcast_tensors": [
        Example(lambda x, y: torch.broadcast_tensors(x, y)[0], lambda x, y: [x, x], (VECTOR, (2, 1))),
        Example(
            lambda x, y: torch.stack(torch.broadcast_tensors(x, y)),
            lambda x, y: [[x, x], [[v] * 3 for v in np.ravel(y)]],
            (VECTOR, (2, 1)),
            "{}([x, y])",
        ),
    ],
    "meshgrid": [
        Example(lambda x, y: torch.meshgrid(x, y)[0], lambda x, y: [[v, v] for v in x], (VECTOR, (2,))),
        Example(lambda x, y: torch.meshgrid(x, y, indexing="xy")[0], lambda x, y: [x, x], (VECTOR, (2,))),
        Example(
            lambda x, y: torch.stack(torch.meshgrid([x, y], indexing="ij")),
            lambda x, y: [[[v, v] for v in x], [y, y, y]],
            (VECTOR, (2,)),
            "{}([x, y])",
        ),
    ],
    "cartesian_prod": [
        Example(
            lambda x, y: torch.cartesian_prod(x, y), lambda x, y: list(product(x, y)), (VECTOR, (2,)), "{}([x, y])"
        ),
        Example(lambda x: torch.cartesian_prod(x) * 1, same, (VECTOR,)),
    ],
    "combinations": [
        Example(lambda x: torch.combinations(x), lambda x: list(combinations(x, 2)), (VECTOR,), "{}(x)"),
        Example(lambda x: torch.combinations(x, 3), lambda x: list(combinations(x, 3)), ((4,),), "{}(x, 3)"),
        Example(
            lambda x: torch.combinations(x, 2, True),
            lambda x: list(combinations_with_replacement(x, 2)),
            (VECTOR,),
            "{}(x, 2, True)",
        ),
    ],
    "vander": [
        Example(lambda x: torch.vander(x), lambda x: [[v**2, v, 1] for v in x], (VECTOR,), "{}(x)"),
        Example(
            lambda x: torch.vander(x, 4, True), lambda x: [[1, v, v**2, v**3] for v in x], (VECTOR,), "{}(x, 4, True)"
        ),
        Example(lambda x: torch.vander(x, 2), lambda x: [[v, 1] for v in x], (VECTOR,), "{}(x, 2)"),
    ],
    "atleast_1d": [
        Example(lambda x: torch.atleast_1d(x), lambda x: [x], (NUMBER,), "{}(x)"),
        Example(lambda x: torch.atleast_1d(x) * 1, same, (MATRIX,)),
    ],
    "atleast_2d": [
        Example(lambda x: torch.atleast_2d(x), lambda x: [x], (VECTOR,), "{}(x)"),
        Example(lambda x: torch.atleast_2d(x), lambda x: [[x]], (NUMBER,), "{}(x)"),
    ],
    "atleast_3d": [
        Example(lambda x: torch.atleast_3d(x), lambda x: [[[v] for v in x]], (VECTOR,), "{}(x)"),
        Example(lambda x: torch.atleast_3d(x), lambda x: [[[v] for v in row] for row in x], (MATRIX,), "{}(x)"),
    ],
}

OVERLOADS: dict[str, list[Example]] = {
    "clone": [Example(lambda x: torch.clone(x.t()), lambda x: np.einsum("ij->ji", x), (MATRIX,), "{}(x.T)")],
    "contiguous": [Example(lambda x: torch.contiguous(x.t()), lambda x: np.einsum("ij->ji", x), (MATRIX,), "{}(x.T)")],
}


def changed_in_place(change: Callable[[Tensor], Any]) -> Callable[[Tensor], Tensor]:
    """The function that makes the change to a copy of its argument, which a view and its squares go through."""

    def call(x: Tensor) -> Tensor:
        copy = x * 1
        change(copy)
        return copy

    return call


OTHERS: dict[str, list[Example]] = {
    "other properties": [
        Example(lambda x: x.H, lambda x: np.einsum("ij->ji", x), (MATRIX,), "x.H"),
        Example(lambda x: x.mH, lambda x: np.einsum("ijk->ikj", x), (CUBE,)),
        Example(lambda x: torch.reshape(x[:, :2], 3, 2, 1), lambda x: x[:, :2, None], ((3, 3),)),
        Example(lambda x: torch.cat([x, x.new_zeros(0)]), same, (MATRIX,)),
        Example(lambda x, y: torch.cat([x, y.reshape(0), x]), lambda x, y: [*x, *x], (MATRIX, (0,))),
        Example(lambda x: torch.stack(list(x)[::-1]), lambda x: x[::-1], (MATRIX,)),
        Example(lambda x: torch.stack(list(reversed(x))), lambda x: x[::-1], (MATRIX,)),
    ],
    "reshaping in place": [
        Example(changed_in_place(lambda x: x.t_()), lambda x: np.einsum("ij->ji", x), (MATRIX,)),
        Example(changed_in_place(lambda x: x.transpose_(0, 2)), lambda x: np.einsum("ijk->kji", x), (CUBE,)),
        Example(changed_in_place(lambda x: x.unsqueeze_(1)), lambda x: x[:, None], (MATRIX,)),
        Example(changed_in_place(lambda x: x.squeeze_()), lambda x: x[0, :, 0], ((1, 3, 1),)),
        Example(changed_in_place(lambda x: x.squeeze_(0)), lambda x: x[0], ((1, 3, 1),)),
        Example(changed_in_place(lambda x: x.squeeze_((0, 2))), lambda x: x[0, :, 0], ((1, 3, 1),)),
        Example(changed_in_place(lambda x: x.tril_()), np.tril, (MATRIX,)),
        Example(changed_in_place(lambda x: x.t_()[0].mul_(2)), lambda x: [x[:, 0] * 2, x[:, 1], x[:, 2]], (MATRIX,)),
    ],
    "rules": [
        Example(
            lambda x: shape.strided_sum(x, np.array([0, 2, 2]), (4,)), lambda x: [x[0], 0, x[1] + x[2], 0], (VECTOR,)
        ),
        Example(lambda x: arranging.unfold_backward(x, (4,), 0, 2, 2), lambda x: [*x[0], *x[1]], ((2, 2),)),
    ],
}

# PyTorch's name for the node of the first example, where it is not the function's own name in title case.
NODES = {
    "view_as": "ViewBackward0",
    "reshape_as": "ViewBackward0",
    "unflatten": "ViewBackward0",
    "sum_to_size": "SumBackward1",
    "broadcast_to": "ExpandBackward0",
    "expand_as": "ExpandBackward0",
    "movedim": "PermuteBackward0",
    "adjoint": "TransposeBackward0",
    "chunk": "SplitBackward0",
    "tensor_split": "SliceBackward0",
    "hsplit": "SliceBackward0",
    "vsplit": "SliceBackward0",
    "dsplit": "SliceBackward0",
    "narrow": "SliceBackward0",
    "tile": "RepeatBackward0",
    "repeat_interleave": "ViewBackward0",
    "fliplr": "FlipBackward0",
    "flipud": "FlipBackward0",
    "diag": "DiagEmbedBackward0",
    "diagflat": "DiagEmbedBackward0",
    "hstack": "CatBackward0",
    "vstack": "CatBackward0",
    "dstack": "CatBackward0",
    "column_stack": "CatBackward0",
    "broadcast_tensors": "ExpandBackward0",
    "meshgrid": "ExpandBackward0",
    "cartesian_prod": "StackBackward0",
    "combinations": "StackBackward0",
    "vander": "FlipBackward0",
    "atleast_1d": "ViewBackward0",
    "atleast_2d": "UnsqueezeBackward0",
    "atleast_3d": "UnsqueezeBackward0",
}
# Functions that may return their argument itself.
THEMSELVES = {"contiguous"}
# Results that no gradient flows through.
WITHOUT_GRADIENT = {"full_like", "detach"}
