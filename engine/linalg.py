"""torch.linalg: decompositions, solvers and norms under PyTorch's names."""

from __future__ import annotations

from typing import Any

from .table.composed import called_by_name
from .table.registry import functions_of
from .tensors.errors import LinAlgError

_FUNCTIONS = {name: called_by_name(function) for name, function in functions_of("linalg").items()}
globals().update(_FUNCTIONS)

# What is no operation of the table, and imported when it is first asked for.
_ELSEWHERE = ("eig", "eigvals", "lu", "lu_factor", "lu_solve")
__all__ = ["LinAlgError", *_ELSEWHERE, *_FUNCTIONS]


def __getattr__(name: str) -> Any:
    if name in _ELSEWHERE:
        from .api import complex_numbers, factors

        return (complex_numbers.IN_LINALG | factors.IN_LINALG)[name]
    raise AttributeError(f"module 'torch.linalg' has no attribute '{name}'")
