"""torch.nn.utils.parametrizations: weights of a length and a direction (Salimans and Kingma, 2016)."""

from __future__ import annotations

from typing import Any

from ..table.registry import ops
from ..tensors.tensor import Tensor
from .module import Module
from .parametrize import register_parametrization

__all__ = ["weight_norm"]


def length(v: Tensor, dim: int | None) -> Any:
    """The length of each part of a weight along `dim`, in its number of dimensions; None: of the whole."""
    return ops.norm(v) if dim is None else ops.norm(v, 2, [d for d in range(v.dim()) if d != dim % v.dim()], True)


def of_length(g: Any, v: Tensor, dim: int | None) -> Any:
    """The weight in the direction of `v` with the lengths `g`."""
    return v * (g / length(v, dim))


class _WeightNorm(Module):
    def __init__(self, dim: int | None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, g: Tensor, v: Tensor) -> Tensor:
        return of_length(g, v, self.dim)

    def right_inverse(self, weight: Tensor) -> Any:
        return length(weight, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Has a weight computed of its length, for each place along `dim` or (None) the whole, and its direction."""
    return register_parametrization(module, name, _WeightNorm(dim), unsafe=True)
