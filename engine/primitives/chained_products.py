"""Products of several matrices, in the cheapest order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .families import LINEAR_ALGEBRA
from .matrix_products import mm
from .operands import c_names
from .reshaping import view_primitive
from .squeezing import unsqueeze

function = LINEAR_ALGEBRA.function


def _check_chain(tensors: Sequence[Any]) -> None:
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}")
    for which, tensor in (("first", tensors[0]), ("last", tensors[-1])):
        if tensor.ndim not in (1, 2):
            raise RuntimeError(f"multi_dot(): the {which} tensor must be 1D or 2D but got {tensor.ndim}D")
    for i, tensor in enumerate(tensors):
        if 0 < i < len(tensors) - 1 and tensor.ndim != 2:
            raise RuntimeError(f"multi_dot(): tensor {i} must be 2D but got {tensor.ndim}D")
        if tensor.dtype != tensors[0].dtype:
            names = c_names(tensors[0], tensor)
            raise RuntimeError(
                "multi_dot(): all tensors must have be the same dtype but tensor 0 is "
                f"{names[0]} and tensor {i} {names[1]}"
            )
    for i, (left, right) in enumerate(pairwise(tensors)):
        if left.shape[-1] != right.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {list(left.shape)} and {list(right.shape)} "
                "cannot be multiplied"
            )


@function(variadic=True, method=False, torch=("linalg.multi_dot",))
def multi_dot(tensors: Any) -> Any:
    """product of several matrices, in the cheapest order; the first and the last may be vectors"""
    _check_chain(tensors)
    shape = (*tensors[0].shape[:-1], *tensors[-1].shape[1:])
    chain = list(tensors)
    if chain[0].ndim == 1:
        chain[0] = unsqueeze(chain[0], 0)
    if chain[-1].ndim == 1:
        chain[-1] = unsqueeze(chain[-1], -1)
    return view_primitive(_chained(chain), shape)


def _chained(matrices: Sequence[Any]) -> Any:
    sizes = [matrices[0].shape[0], *(m.shape[1] for m in matrices)]
    splits = _cheapest_splits(sizes)

    def product(first: int, last: int) -> Any:
        if first == last:
            return matrices[first]
        split = splits[first, last]
        return mm(product(first, split), product(split + 1, last))

    return product(0, len(matrices) - 1)


def _cheapest_splits(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """For each run of matrices (first, last), after which of them to split it. Matrix i has sizes i and i + 1."""
    count = len(sizes) - 1
    costs = {(i, i): 0 for i in range(count)}
    splits: dict[tuple[int, int], int] = {}
    # Of two equal costs PyTorch takes the later split for three matrices, and the earlier for more.
    later = count == 3
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            options = range(first, last)
            cost, split = min(
                (
                    costs[first, s] + costs[s + 1, last] + sizes[first] * sizes[s + 1] * sizes[last + 1],
                    -s if later else s,
                )
                for s in options
            )
            costs[first, last], splits[first, last] = cost, abs(split)
    return splits


@function(method=False)
def chain_matmul(x: Any, *matrices: Any) -> Any:
    """product of several matrices, in the cheapest order"""
    for matrix in (x, *matrices):
        if matrix.ndim != 2:
            raise RuntimeError(f"Tensor dimension is {matrix.ndim}, expected 2 instead.")
    return multi_dot((x, *matrices)) if matrices else x
