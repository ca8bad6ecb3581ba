"""Examples of the functions of the family `shape`."""

from itertools import combinations, combinations_with_replacement

import numpy as np
from examples.example import CUBE, MATRIX, NUMBER, VECTOR, Example
from examples.references import as_rows_of_2, rows, same, whole

import autodiff.engine as torch

CALLS: dict[str, list[Example]] = {
    "len": [Example(lambda x: torch.sum(x) / torch.len(x), lambda x: np.mean(x) * 3, (MATRIX,), "sum(x)/{}(x)")],
    "numel": [Example(lambda x: torch.sum(x) / torch.numel(x), np.mean, (MATRIX,), "sum(x)/{}(x)")],
    "reshape": [
        Example(lambda x: torch.reshape(x, 3, 2), lambda x: np.split(x.ravel(), 3), (MATRIX,), "{}(x, 3, 2)"),
        Example(lambda x: torch.reshape(x, (-1,)), whole(list), (MATRIX,), "{}(x, [-1])"),
        Example(lambda x: torch.reshape(x, 1, 1), lambda x: [[x]], (NUMBER,), "{}(x, 1, 1)"),
        Example(lambda x: torch.reshape(x.t(), 6), lambda x: np.hstack(x.T), (MATRIX,), "{}(x.T, 6)"),
    ],
    "view": [Example(lambda x: torch.view(x, 3, -1), lambda x: np.split(x.ravel(), 3), (MATRIX,), "{}(x, 3, -1)")],
    "flatten": [
        Example(lambda x: torch.flatten(x), whole(list), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.flatten(x, 1), lambda x: [b.ravel() for b in x], (CUBE,), "{}(x, 1)"),
        Example(lambda x: torch.flatten(x), whole(list), (NUMBER,), "{}(x)"),
    ],
    "ravel": [Example(lambda x: torch.ravel(x), whole(list), (MATRIX,), "{}(x)")],
    "expand": [
        Example(lambda x: torch.expand(x, 2, 3), lambda x: [x, x], (VECTOR,), "{}(x, 2, 3)"),
        Example(lambda x: torch.expand(x, -1, 2), lambda x: np.repeat(x, 2, 1), ((3, 1),), "{}(x, -1, 2)"),
        Example(lambda x: torch.expand(x, 2, 2), lambda x: [[x, x], [x, x]], (NUMBER,), "{}(x, [2, 2])"),
    ],
    "permute": [
        Example(lambda x: torch.permute(x, 2, 0, 1), lambda x: np.einsum("ijk->kij", x), (CUBE,), "{}(x, 2, 0, 1)"),
        Example(lambda x: torch.permute(x, (-1, 0)), lambda x: list(zip(*x, strict=True)), (MATRIX,), "{}(x, [-1, 0])"),
    ],
    "transpose": [
        Example(lambda x: torch.transpose(x, 0, 1), lambda x: list(zip(*x, strict=True)), (MATRIX,), "{}(x, 0, 1)"),
        Example(lambda x: torch.transpose(x, 0, -1), lambda x: np.einsum("ijk->kji", x), (CUBE,), "{}(x, 0, dim1=-1)"),
    ],
    "t": [
        Example(lambda x: torch.t(x), lambda x: list(zip(*x, strict=True)), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.t(x), same, (VECTOR,), "{}(x)"),
    ],
    "unsqueeze": [
        Example(lambda x: torch.unsqueeze(x, 1), lambda x: [[row] for row in x], (MATRIX,), "{}(x, 1)"),
        Example(lambda x: torch.unsqueeze(x, -1), lambda x: [[v] for v in x], (VECTOR,), "{}(x, -1)"),
        Example(lambda x: torch.unsqueeze(x, 0), lambda x: [x], (NUMBER,), "{}(x, 0)"),
    ],
    "squeeze": [
        Example(lambda x: torch.squeeze(x), whole(list), ((1, 3, 1),), "{}(x)"),
        Example(lambda x: torch.squeeze(x, 0), lambda x: x[0], ((1, 3, 1),), "{}(x, 0)"),
        Example(lambda x: torch.squeeze(x, 1), same, ((1, 3, 1),), "{}(x, 1)"),
        Example(lambda x: torch.squeeze(x, (0, -1)), whole(list), ((1, 3, 1),), "{}(x, [0, -1])"),
        Example(lambda x: torch.squeeze(x), same, (NUMBER,), "{}(x)"),
    ],
    "select": [
        Example(lambda x: torch.select(x, 0, 1), lambda x: x[1], (MATRIX,), "{}(x, 0, 1)", order=3),
        Example(lambda x: torch.select(x, -1, -1), rows(lambda v: v[2]), (MATRIX,), "{}(x, -1, -1)"),
    ],
    "stack": [
        Example(lambda x, y: torch.stack([x, y]), lambda x, y: [x, y], (VECTOR, VECTOR), "{}([x, y])"),
        Example(
            lambda x, y: torch.stack([x, y], 1),
            lambda x, y: list(zip(x, y, strict=True)),
            (VECTOR, VECTOR),
            "{}([x, y], 1)",
        ),
        Example(
            lambda x, y: torch.stack((x, y, x), -1),
            lambda x, y: [x, y, x],
            (NUMBER, NUMBER),
            "{}([x, y, x], dim=-1)",
        ),
    ],
    "cat": [
        Example(lambda x, y: torch.cat([x, y]), lambda x, y: [*x, *y], (VECTOR, (2,)), "{}([x, y])"),
        Example(
            lambda x, y: torch.cat([x, y], -1),
            lambda x, y: [[*a, *b] for a, b in zip(x, y, strict=True)],
            (MATRIX, (2, 1)),
            "{}([x, y], dim=-1)",
        ),
    ],
    "flip": [
        Example(lambda x: torch.flip(x, 0), lambda x: x[::-1], (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.flip(x, (0, 1)), lambda x: x[::-1, ::-1], (MATRIX,), "{}(x)"),
    ],
    "full_like": [Example(lambda x: torch.full_like(x, 7.0), lambda x: [[7.0] * 3] * 2, (MATRIX,), "{}(x, 7.0)")],
    "contiguous": [
        Example(lambda x: torch.contiguous(x.t()), lambda x: list(zip(*x, strict=True)), (MATRIX,), "{}(x.T)"),
        Example(lambda x: torch.contiguous(x * 1), same, (MATRIX,), "{}(x * 1)"),
    ],
    "detach": [Example(lambda x: torch.detach(x), same, (MATRIX,), "{}(x)", order=0)],
    "view_as": [Example(lambda x, y: torch.Tensor.view_as(x, y), as_rows_of_2, (MATRIX, (3, 2)), "{}(x, y)")],
    "reshape_as": [Example(lambda x, y: torch.Tensor.reshape_as(x, y), as_rows_of_2, (MATRIX, (3, 2)), "{}(x, y)")],
    "unflatten": [
        Example(lambda x: torch.unflatten(x, 1, (3, -1)), lambda x: x[:, :, None], (MATRIX,), "{}(x, 1, [3, -1])")
    ],
    "sum_to_size": [
        Example(lambda x: torch.Tensor.sum_to_size(x, 1, 3), lambda x: [x[0] + x[1]], (MATRIX,), "{}(x, 1, 3)"),
        Example(lambda x: torch.Tensor.sum_to_size(x, (3,)), lambda x: x[0] + x[1], (MATRIX,), "{}(x, [3])"),
    ],
    "broadcast_to": [Example(lambda x: torch.broadcast_to(x, (2, 3)), lambda x: [x, x], (VECTOR,), "{}(x, [2, 3])")],
    "expand_as": [
        Example(lambda x, y: torch.Tensor.expand_as(x, y), lambda x, y: [x, x], (VECTOR, MATRIX), "{}(x, y)")
    ],
    "movedim": [
        Example(lambda x: torch.movedim(x, 0, 2), lambda x: np.einsum("ijk->jki", x), (CUBE,), "{}(x, 0, 2)"),
        Example(
            lambda x: torch.movedim(x, (0, 1), (-2, -1)),
            lambda x: np.einsum("ijk->kij", x),
            (CUBE,),
            "{}(x, [0, 1], [-2, -1])",
        ),
    ],
    "adjoint": [Example(lambda x: torch.adjoint(x), lambda x: np.einsum("ijk->ikj", x), (CUBE,), "{}(x)")],
    "unbind": [
        Example(lambda x: torch.unbind(x), lambda x: [x[0], x[1]], (MATRIX,), "{}(x)"),
        Example(lambda x: torch.unbind(x, 1), lambda x: [x[:, 0], x[:, 1], x[:, 2]], (MATRIX,), "{}(x, 1)"),
    ],
    "split": [
        Example(lambda x: torch.split(x, 2, 1), lambda x: [x[:, :2], x[:, 2:]], (MATRIX,)),
        Example(lambda x: torch.split(x, 1), lambda x: [x[:1], x[1:]], (MATRIX,), "{}(x, 1)"),
        Example(lambda x: torch.split(x, [1, 2], dim=1), lambda x: [x[:, :1], x[:, 1:]], (MATRIX,)),
    ],
    "split_with_sizes": [
        Example(lambda x: torch.split_with_sizes(x, [2, 2]), lambda x: [x[:2], x[2:]], ((4,),), "{}(x, [2, 2])")
    ],
    "chunk": [
        Example(lambda x: torch.chunk(x, 2, 1), lambda x: [x[:, :2], x[:, 2:]], (MATRIX,)),
        Example(lambda x: torch.chunk(x, 2), lambda x: [x[:1], x[1:]], (MATRIX,), "{}(x, 2)"),
    ],
    "unsafe_split": [
        Example(lambda x: torch.unsafe_split(x, 1), lambda x: [x[:1], x[1:]], (MATRIX,), "{}(x, 1)"),
        Example(lambda x: torch.unsafe_split(x, 2, 1), lambda x: [x[:, :2], x[:, 2:]], (MATRIX,)),
    ],
    "unsafe_split_with_sizes": [
        Example(lambda x: torch.unsafe_split_with_sizes(x, [2, 2]), lambda x: [x[:2], x[2:]], ((4,),), "{}(x, [2, 2])")
    ],
    "unsafe_chunk": [
        Example(lambda x: torch.unsafe_chunk(x, 2), lambda x: [x[:1], x[1:]], (MATRIX,), "{}(x, 2)"),
        Example(lambda x: torch.unsafe_chunk(x, 2, 1), lambda x: [x[:, :2], x[:, 2:]], (MATRIX,)),
    ],
    "tensor_split": [
        Example(lambda x: torch.tensor_split(x, 2, 1), lambda x: [x[:, :2], x[:, 2:]], (MATRIX,)),
        Example(lambda x: torch.tensor_split(x, (2,)), lambda x: [x[:2], x[2:]], ((4,),), "{}(x, [2])"),
    ],
    "hsplit": [Example(lambda x: torch.hsplit(x, 3), lambda x: [x[:, :1], x[:, 1:2], x[:, 2:]], (MATRIX,), "{}(x, 3)")],
    "vsplit": [Example(lambda x: torch.vsplit(x, 2), lambda x: [x[:1], x[1:]], (MATRIX,), "{}(x, 2)")],
    "dsplit": [Example(lambda x: torch.dsplit(x, 2), lambda x: [x[..., :1], x[..., 1:]], (CUBE,), "{}(x, 2)")],
    "narrow": [Example(lambda x: torch.narrow(x, 1, 1, 2), lambda x: x[:, 1:3], (MATRIX,), "{}(x, 1, 1, 2)")],
    "repeat": [
        Example(lambda x: torch.Tensor.repeat(x, 2, 1), lambda x: [*x, *x], (MATRIX,), "{}(x, 2, 1)"),
        Example(lambda x: torch.Tensor.repeat(x, 2, 2), lambda x: [[*x, *x]] * 2, (VECTOR,), "{}(x, [2, 2])"),
    ],
    "tile": [Example(lambda x: torch.tile(x, (2,)), rows(lambda v: v + v), (MATRIX,), "{}(x, 2)")],
    "repeat_interleave": [
        Example(lambda x: torch.repeat_interleave(x, 2), lambda x: [x[0], x[0], x[1], x[1]], ((2,),), "{}(x, 2)"),
        Example(
            lambda x: torch.repeat_interleave(x, 2, dim=0), lambda x: [x[0], x[0], x[1], x[1]], (MATRIX,), "{}(x, 2, 0)"
        ),
        Example(
            lambda x: torch.repeat_interleave(x, torch.tensor([2, 0, 1]), 1),
            rows(lambda v: [v[0], v[0], v[2]]),
            (MATRIX,),
        ),
    ],
    "fliplr": [Example(lambda x: torch.fliplr(x), rows(lambda v: v[::-1]), (MATRIX,), "{}(x)")],
    "flipud": [Example(lambda x: torch.flipud(x), lambda x: [x[1], x[0]], (MATRIX,), "{}(x)")],
    "rot90": [
        Example(lambda x: torch.rot90(x), lambda x: list(zip(*x, strict=True))[::-1], (MATRIX,), "{}(x)"),
        Example(lambda x: torch.rot90(x, 2, (0, 1)), lambda x: x[::-1, ::-1], (MATRIX,), "{}(x, 2, [0, 1])"),
        Example(lambda x: torch.rot90(x, -1), lambda x: list(zip(*x[::-1], strict=True)), (MATRIX,), "{}(x, -1)"),
    ],
    "roll": [
        Example(lambda x: torch.roll(x, 1, 1), rows(lambda v: v[-1:] + v[:-1]), (MATRIX,), "{}(x, 1, 1)"),
        Example(
            lambda x: torch.roll(x, -2),
            lambda x: np.reshape([*x.flat][2:] + [*x.flat][:2], (2, 3)),
            (MATRIX,),
            "{}(x, -2)",
        ),
        Example(
            lambda x: torch.roll(x, (1, 1), (0, 1)), lambda x: x[::-1, [2, 0, 1]], (MATRIX,), "{}(x, [1, 1], [0, 1])"
        ),
    ],
    "tril": [Example(lambda x: torch.tril(x), lambda x: x * [[1, 0, 0], [1, 1, 0]], (MATRIX,), "{}(x)")],
    "triu": [Example(lambda x: torch.triu(x, 1), lambda x: x * [[0, 1, 1], [0, 0, 1]], (MATRIX,), "{}(x, 1)")],
    "diagonal": [
        Example(lambda x: torch.diagonal(x), lambda x: [x[0, 0], x[1, 1]], (MATRIX,), "{}(x)", order=3),
        Example(lambda x: torch.diagonal(x, 1), lambda x: [x[0, 1], x[1, 2]], (MATRIX,), "{}(x, 1)"),
        Example(lambda x: torch.diagonal(x, 0, 0, 2), lambda x: np.einsum("iji->ji", x), (CUBE,), "{}(x, 0, 0, 2)"),
    ],
    "diag_embed": [
        Example(lambda x: torch.diag_embed(x), lambda x: [[[v[0], 0], [0, v[1]]] for v in x], ((3, 2),), "{}(x)"),
        Example(
            lambda x: torch.diag_embed(x, -1), lambda x: [[0, 0, 0], [x[0], 0, 0], [0, x[1], 0]], ((2,),), "{}(x, -1)"
        ),
    ],
    "diag": [
        Example(lambda x: torch.diag(x), lambda x: [[x[0], 0], [0, x[1]]], ((2,),), "{}(x)"),
        Example(lambda x: torch.diag(x, 1), lambda x: [x[0, 1], x[1, 2]], (MATRIX,), "{}(x, 1)"),
    ],
    "diagflat": [
        Example(
            lambda x: torch.diagflat(x),
            lambda x: [[v if i == j else 0 for j in range(4)] for i, v in enumerate(x.flat)],
            ((2, 2),),
            "{}(x)",
        )
    ],
    "diagonal_scatter": [
        Example(
            lambda x, y: torch.diagonal_scatter(x, y),
            lambda x, y: [[y[0], x[0, 1], x[0, 2]], [x[1, 0], y[1], x[1, 2]]],
            (MATRIX, (2,)),
            "{}(x, y)",
        )
    ],
    "unfold": [
        Example(
            lambda x: torch.Tensor.unfold(x, 0, 3, 1),
            lambda x: [x[0:3], x[1:4], x[2:5]],
            ((5,),),
            "{}(x, 0, 3, 1)",
            order=3,
        ),
        Example(
            lambda x: torch.Tensor.unfold(x, 1, 2, 2),
            lambda x: [[v[0:2], v[2:4]] for v in x],
            ((2, 5),),
            "{}(x, 1, 2, 2)",
        ),
    ],
    "as_strided": [
        Example(
            lambda x: torch.as_strided(x, (2, 2), (1, 2), 1),
            lambda x: [[x.flat[1], x.flat[3]], [x.flat[2], x.flat[4]]],
            (MATRIX,),
            "{}(x, [2, 2], [1, 2], 1)",
        ),
        Example(
            lambda x: torch.as_strided(x, (3, 2), (1, 1)),
            lambda x: [x[0:2], x[1:3], x[2:4]],
            ((4,),),
            "{}(x, [3, 2], [1, 1])",
            order=3,
        ),
    ],
    "atleast_1d": [Example(lambda x: torch.atleast_1d(x), lambda x: [x], (NUMBER,), "{}(x)")],
    "atleast_2d": [Example(lambda x: torch.atleast_2d(x), lambda x: [x], (VECTOR,), "{}(x)")],
    "atleast_3d": [Example(lambda x: torch.atleast_3d(x), lambda x: x[:, :, None], (MATRIX,), "{}(x)")],
    "hstack": [
        Example(lambda x, y: torch.hstack([x, y]), lambda x, y: [*x, y], (VECTOR, NUMBER), "{}([x, y])"),
        Example(
            lambda x, y: torch.hstack([x, y]),
            lambda x, y: [[*a, *b] for a, b in zip(x, y, strict=True)],
            (MATRIX, (2, 1)),
            "{}([x, y])",
        ),
    ],
    "vstack": [Example(lambda x, y: torch.vstack([x, y]), lambda x, y: [x, *y], (VECTOR, MATRIX), "{}([x, y])")],
    "dstack": [
        Example(
            lambda x, y: torch.dstack([x, y]),
            lambda x, y: [[[a, b] for a, b in zip(x, y, strict=True)]],
            (VECTOR, VECTOR),
            "{}([x, y])",
        )
    ],
    "column_stack": [
        Example(
            lambda x, y: torch.column_stack([x, y]),
            lambda x, y: [[a, *b] for a, b in zip(x, y, strict=True)],
            ((2,), MATRIX),
            "{}([x, y])",
        )
    ],
    "block_diag": [
        Example(
            lambda x, y, z: torch.block_diag(x, y, z),
            lambda x, y, z: [[*x[0], 0, 0, 0], [*x[1], 0, 0, 0], [0, 0, *y, 0], [0, 0, 0, 0, z]],
            ((2, 2), (2,), NUMBER),
            "{}([x, y, z])",
        )
    ],
    "broadcast_tensors": [
        Example(
            lambda x, y: torch.broadcast_tensors(x, y),
            lambda x, y: [[x] * 2, [[a] * 3 for (a,) in y]],
            (VECTOR, (2, 1)),
            "{}(x, y)",
        )
    ],
    "meshgrid": [
        Example(
            lambda x, y: torch.meshgrid(x, y, indexing="ij"),
            lambda x, y: [[[a] * 2 for a in x], [list(y)] * 3],
            (VECTOR, (2,)),
            "{}(x, y)",
        ),
        Example(
            lambda x, y: torch.meshgrid(x, y, indexing="xy"),
            lambda x, y: [[list(x)] * 2, [[b] * 3 for b in y]],
            (VECTOR, (2,)),
        ),
    ],
    "cartesian_prod": [
        Example(
            lambda x, y: torch.cartesian_prod(x, y),
            lambda x, y: [(a, b) for a in x for b in y],
            (VECTOR, (2,)),
            "{}(x, y)",
        )
    ],
    "combinations": [
        Example(lambda x: torch.combinations(x), lambda x: [*combinations(x, 2)], (VECTOR,), "{}(x)"),
        Example(
            lambda x: torch.combinations(x, 2, True),
            lambda x: [*combinations_with_replacement(x, 2)],
            (VECTOR,),
            "{}(x, 2, True)",
        ),
    ],
    "vander": [
        Example(lambda x: torch.vander(x), lambda x: [[v * v, v, 1] for v in x], (VECTOR,), "{}(x)"),
        Example(
            lambda x: torch.vander(x, 4, True),
            lambda x: [[1, v, v * v, v * v * v] for v in x],
            ((2,),),
            "{}(x, 4, True)",
        ),
    ],
}
