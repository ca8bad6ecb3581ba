"""PyTorch's old name for a tensor that requires grad."""

from __future__ import annotations

from ..tensor import Tensor


def Variable(data: Tensor, requires_grad: bool = False) -> Tensor:  # noqa: N802  (PyTorch's name)
    """The tensor's data as a leaf; `tensor(..., requires_grad=True)` is the way now."""
    return data.detach().requires_grad_(requires_grad)
