# pyright: strict, reportPrivateUsage=false
"""Batched: what a tensor holds that stands for each of a batch of tensors at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from .aliases import NumpyDtype
from .symbol import Numberless, numbers_of
from .tensor import Tensor

# The changes in place that PyTorch refuses in the same words; others it leaves to what broadcasts.
_ALIKE = ("copy_", "div_", "mul_", "sub_")


class BatchError(RuntimeError):
    """A function of a batch of tensors asked for what only one of them has."""


class RefusedError(BatchError):
    """A function of a batch of tensors did what PyTorch refuses too: decided by a number, wrote many into one."""

    def __init__(self, message: str, level: Any = None) -> None:
        super().__init__(message)
        self.level = level


class Batched(Numberless):
    """One of the tensors in `value`, whose first dimension counts them; shape and dtype are those of one."""

    __slots__ = ("trace", "value")

    def __init__(self, level: Any, value: Tensor) -> None:
        self.trace = level
        self.value = value

    @property
    def example(self) -> Any:  # pyrefly: ignore[bad-override]
        """One of them, zeros if there is none."""
        data = self.value._data
        rows = data.example if isinstance(data, Numberless) else data
        return rows[0] if len(rows) else np.broadcast_to(np.zeros((), rows.dtype), rows.shape[1:])[()]

    # Not from the example, which takes as long as to compute with a few numbers.

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value._data.shape[1:]

    @property
    def dtype(self) -> NumpyDtype:
        return self.value._data.dtype

    @property
    def ndim(self) -> int:
        return self.value._data.ndim - 1

    def detached(self) -> Batched:
        return Batched(self.trace, self.value.detach())

    def refusal(self, asker: str) -> BatchError:
        return BatchError("Cannot access data pointer of Tensor that doesn't have storage")

    def numbers(self) -> Any:
        return numbers_of(self.value._data)

    def unwritable(self, shape: tuple[int, ...], change: str) -> BatchError:
        if change not in _ALIKE:
            return RefusedError(
                f"output with shape {list(shape)} doesn't match the broadcast shape {[*self.value.shape[:1], *shape]}",
                self.trace,
            )
        return RefusedError(
            "vmap: inplace arithmetic(self, *extra_args) is not possible because there exists a Tensor `other` in "
            "extra_args that has more elements than `self`. This happened due to `other` being vmapped over but `self` "
            "not being vmapped over in a vmap. Please try to use out-of-place operators instead of inplace arithmetic. "
            "If said operator is being called inside the PyTorch framework, please file a bug report instead.",
            self.trace,
        )

    def text(self) -> str:
        lines = repr(self.value).split("\n")
        return f"BatchedTensor(lvl={self.depth}, bdim=0, value=\n" + "\n".join(f"    {line}" for line in lines) + "\n)"

    @property
    def depth(self) -> int:
        """How many times a tensor stands for many."""
        inner = self.value._data
        return 1 + (inner.depth if isinstance(inner, Batched) else 0)

    def item(self) -> Any:
        """RefusedError: there are as many numbers as tensors."""
        raise RefusedError(
            "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a "
            "Tensor, please try to rewrite what you're doing with other operations. If error is occurring somewhere "
            "inside PyTorch internals, please file a bug report.",
            self.trace,
        )

    __float__ = __int__ = item

    def __bool__(self) -> bool:
        raise RefusedError(
            "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't "
            "support that yet, please file an issue at https://github.com/pytorch/pytorch/issues .",
            self.trace,
        )
