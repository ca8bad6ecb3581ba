"""Operations of a user's own that several tests call."""

from __future__ import annotations

from typing import Any

from autodiff.engine import Tensor
from autodiff.engine.autograd import Function


class Same(Function):
    """A tensor of its own with the values of x."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * 1

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return gradient


class TwiceAndThrice(Function):
    """Two results: 2x and 3x."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Any:
        return x * 2, x * 3

    @staticmethod
    def backward(ctx: Any, twice: Tensor, thrice: Tensor) -> Tensor:
        return twice * 2 + thrice * 3
