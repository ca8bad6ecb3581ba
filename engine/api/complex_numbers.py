"""What PyTorch has for complex numbers, which are not offered here: refused by name, or what it is of real ones."""

from __future__ import annotations

from typing import Any

from ..tensors.aliases import Call
from ..tensors.tensor import Tensor


def _refused(name: str, instead: str = "") -> Call:
    def function(*args: Any, **named: Any) -> Any:
        raise NotImplementedError(f"torch.{name}: complex numbers are not supported{instead}")

    function.__name__ = function.__qualname__ = name.rpartition(".")[2]
    function.__doc__ = f"NotImplementedError: `torch.{name}` is about complex numbers."
    return function


def _same(name: str) -> Call:
    def function(input: Tensor) -> Tensor:
        return input

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "The tensor itself: all numbers are real."
    return function


_SYMMETRIC = "; if the matrix is symmetric, `torch.linalg.{}` has real ones"
IN_LINALG = {
    "eig": _refused("linalg.eig", _SYMMETRIC.format("eigh")),
    "eigvals": _refused("linalg.eigvals", _SYMMETRIC.format("eigvalsh")),
}
_FUNCTIONS = {
    **{name: _refused(name) for name in ("complex", "polar", "view_as_complex", "view_as_real", "stft", "istft")},
    "imag": _refused("imag", "; that of a real number is 0"),
    **{name: _same(name) for name in ("conj", "resolve_conj", "resolve_neg")},
}
globals().update(_FUNCTIONS)
__all__ = [*_FUNCTIONS]  # pyright: ignore[reportUnsupportedDunderAll]
