"""torch.linalg: decompositions, solvers and norms under PyTorch's names."""

from __future__ import annotations

from typing import Any

from .primitives.matrix import LinAlgError
from .table.composed import called_by_name
from .table.registry import functions_of

_FUNCTIONS = {name: called_by_name(function) for name, function in functions_of("linalg").items()}
globals().update(_FUNCTIONS)

__all__ = ["LinAlgError", *_FUNCTIONS]


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'torch.linalg' has no attribute '{name}'")
