"""Jacobians: built row by row by reverse mode, or column by column by forward mode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..primitives.joining import stack
from ..primitives.reshaping import reshape
from ..tensors.tensor import Tensor


def stacked(parts: Sequence[Tensor], dim: int, shape: tuple[int, ...], like: Tensor) -> Tensor:
    """Slices of a Jacobian put together, in its shape."""
    if not parts:
        return Tensor(np.zeros(shape, like._data.dtype))
    return reshape(stack(parts, dim), shape)


def units(like: Tensor) -> Iterator[Tensor]:
    """The tensors of a shape that are 1 in one place and 0 elsewhere, place by place."""
    for place in range(like.numel()):
        flat = np.zeros(like.numel(), like._data.dtype)
        flat[place] = 1
        yield Tensor(flat.reshape(like.shape)[()])
