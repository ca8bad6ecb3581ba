"""Examples of linear maps of more and fewer dimensions, of padding along several, and of lengths of zero."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autodiff.engine as torch

from .example import CUBE, MATRIX, VECTOR, Example, same

REFERENCES: dict[str, Callable[..., Any]] = {}
CALLS: dict[str, list[Example]] = {}
OVERLOADS: dict[str, list[Example]] = {}

IMAGES, BLOCKS = (1, 2, 3, 4), (1, 1, 2, 3, 2)
EDGES, MIRRORED, ROUND = [0, 0, 1, 2, 2], [1, 0, 1, 2, 1], [2, 0, 1, 2, 0]


def mapped(subscripts: str) -> Callable[..., Any]:
    return lambda x, weight, *bias: np.einsum(subscripts, x, weight) + (bias[0] if bias else 0)


def picked(*places: list[int]) -> Callable[..., Any]:
    """The elements at the places along the last dimensions."""

    def apply(x: Any) -> Any:
        for i, along in enumerate(places):
            x = np.take(x, along, i - len(places))
        return x

    return apply


OTHERS: dict[str, list[Example]] = {
    "linear": [
        Example(lambda x, y: torch.linear(x, y), mapped("i,ji->j"), (VECTOR, (4, 3))),
        Example(lambda x, y: torch.linear(x, y), mapped("i,i->"), (VECTOR, VECTOR)),
        Example(lambda x, y: torch.linear(x, y), mapped("ai,i->a"), (MATRIX, VECTOR)),
        Example(lambda x, y: torch.linear(x, y), mapped("abi,ji->abj"), (CUBE, (4, 2))),
        Example(lambda x, y, z: torch.linear(x, y, z), mapped("i,ji->j"), (VECTOR, (4, 3), (4,))),
        Example(lambda x, y, z: torch.linear(x, y, z), mapped("abi,ji->abj"), (CUBE, (4, 2), (4,))),
        Example(lambda x, y, z: torch.linear(x.mT, y, z), mapped("aib,ji->abj"), (CUBE, (4, 3), (4,))),
        Example(lambda x, y, z: torch.linear(x, y, z), mapped("i,i->"), (VECTOR, VECTOR, ())),
    ],
    "embedding": [
        Example(
            lambda x: torch.embedding(x, torch.tensor([[1, 0], [1, 1]])),
            lambda x: [[x[1], x[0]], [x[1], x[1]]],
            (MATRIX,),
        ),
        Example(lambda x: torch.embedding(x, torch.tensor(1)), lambda x: x[1], (MATRIX,)),
        Example(
            lambda x: torch.embedding(x, torch.tensor([1, 0]), padding_idx=0),
            lambda x: [x[1], x[0]],
            (MATRIX,),
            order=0,
        ),
    ],
    "padding": [
        Example(lambda x: torch.pad(x, (-1, 2)), lambda x: [*x[1:], 0, 0], (VECTOR,)),
        Example(lambda x: torch.pad(x, (0, -1, -1, 0)), lambda x: [x[1][:2]], (MATRIX,)),
        Example(lambda x: torch.pad(x, (0, 0)), same, (VECTOR,)),
        Example(lambda x: torch.pad(x, (1, 1, 1, 1), "reflect"), picked(MIRRORED, [1, 0, 1, 2, 3, 2]), (IMAGES,)),
        Example(lambda x: torch.pad(x, (1, 1, 1, 1), "replicate"), picked(EDGES, [0, 0, 1, 2, 3, 3]), (IMAGES,)),
        Example(lambda x: torch.pad(x, (1, 1, 1, 1), "circular"), picked(ROUND, [3, 0, 1, 2, 3, 0]), (IMAGES,)),
        Example(
            lambda x: torch.pad(x, (0, 1, 1, 1, 1, 0), "reflect"), picked([1, 0, 1], MIRRORED, [0, 1, 0]), (BLOCKS,)
        ),
        Example(
            lambda x: torch.pad(x, (0, 3, 1, 1, 2, 0), "replicate"),
            picked([0, 0, 0, 1], EDGES, [0, 1, 1, 1, 1]),
            (BLOCKS,),
        ),
        Example(lambda x: torch.pad(x, (-1, 2), "replicate"), picked([1, 2, 2, 2]), (MATRIX,)),
        Example(lambda x: torch.pad(x, (-1, 1), "circular"), picked([1, 2, 1]), (MATRIX,)),
    ],
    "lengths": [
        Example(
            lambda x: torch.normalize(x, p=1.0, dim=0), lambda x: x / np.abs(x).sum(0), ([[1.0, -2.0], [-3.0, 0.5]],)
        ),
        Example(lambda x: torch.normalize(x, dim=-1, eps=100.0), lambda x: x / 100, (VECTOR,)),
        Example(
            lambda x, y: torch.cosine_similarity(x, y, 0),
            lambda x, y: math.cos(math.atan2(x[1], x[0]) - math.atan2(y[1], y[0])),
            ((2,), (2,)),
        ),
        Example(
            lambda x, y: torch.cosine_similarity(x, y, -1),
            lambda x, y: [math.cos(math.atan2(b, a) - math.atan2(y[1], y[0])) for a, b in x],
            ((3, 2), (2,)),
        ),
    ],
}

NODES: dict[str, str] = {
    "cosine_similarity": "SumBackward1",
    "linear": "AddmmBackward0",
    "normalize": "DivBackward0",
    "pad": "ConstantPadNdBackward0",
}
