"""Checks of the operands of products, and PyTorch's names for their dtypes."""

from __future__ import annotations

from typing import Any

from ..tensors import dtypes
from ..tensors.tensor import Tensor


def titles(*values: Any) -> list[str]:
    """PyTorch's names of the dtypes of tensors or arrays, such as Double."""
    return [_dtype(value).title for value in values]


def c_names(*values: Any) -> list[str]:
    """C++'s names of the dtypes of tensors or arrays, such as double."""
    return [_dtype(value).c_name for value in values]


def _dtype(value: Any) -> dtypes.dtype:
    return value.dtype if isinstance(value, Tensor) else dtypes.of(value.dtype)


def check_ranks(rank: int, sentence: str, **operands: Any) -> None:
    """RuntimeError with the sentence about the first operand (its `name` and `ndim`) that has another rank."""
    for name, value in operands.items():
        if value.ndim != rank:
            raise RuntimeError(sentence.format(name=name, ndim=value.ndim))
