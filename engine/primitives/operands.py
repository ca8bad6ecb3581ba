"""Checks of the operands of products, and PyTorch's names for their dtypes."""

from __future__ import annotations

from typing import Any

from ..tensors import dtypes
from ..tensors.tensor import Tensor

_C_NAMES = {
    "Double": "double",
    "Float": "float",
    "Half": "c10::Half",
    "Long": "long int",
    "Int": "int",
    "Short": "short",
    "Char": "signed char",
    "Byte": "unsigned char",
    "Bool": "bool",
}


def titles(*values: Any) -> list[str]:
    """PyTorch's names of the dtypes of tensors or arrays, such as Double."""
    return [dtypes.of(v._data.dtype if isinstance(v, Tensor) else v.dtype).title for v in values]


def c_names(*values: Any) -> list[str]:
    """C++'s names of the dtypes of tensors or arrays, such as double."""
    return [_C_NAMES[title] for title in titles(*values)]


def check_ranks(rank: int, sentence: str, **operands: Any) -> None:
    """RuntimeError with the sentence about the first operand (its `name` and `ndim`) that has another rank."""
    for name, value in operands.items():
        if value.ndim != rank:
            raise RuntimeError(sentence.format(name=name, ndim=value.ndim))
