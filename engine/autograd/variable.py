"""PyTorch's old name for a tensor that requires grad, under which its engine is still found."""

from __future__ import annotations

from typing import Any

from ..tensors.tensor import Tensor
from .passes import queue_callback


class Engine:
    """What programs ask of PyTorch's engine by this name."""

    queue_callback = staticmethod(queue_callback)


def is_tensor_like(inp: Any) -> bool:
    """Whether a value is a tensor."""
    return isinstance(inp, Tensor)


class set_multithreading_enabled:  # noqa: N801  (PyTorch's name)
    """Nothing, in a block or not: a backward pass is of one thread."""

    def __init__(self, mode: bool) -> None:
        self.mode = mode

    def __enter__(self) -> None: ...

    def __exit__(self, *exc_info: object) -> None: ...


class Variable:
    """`Variable(data)` is the data of a tensor as a leaf; `tensor(..., requires_grad=True)` is the way now."""

    _execution_engine = Engine

    def __new__(cls, data: Tensor, requires_grad: bool = False) -> Any:
        return data.detach().requires_grad_(requires_grad)
