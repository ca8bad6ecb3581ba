"""Functions of vectors in glibc's libmvec, found when they are asked for: each version of it has more; and C's own.

Their names say how many lanes they have and in which registers (the vector function ABIs of x86-64 and of AArch64).
They differ from the exact value by at most 4 units in the last place.
"""

from __future__ import annotations

import ctypes
import platform
from functools import cache

from .processor import features, vector_bytes

_OF_VECTORS, _OF_C = "libmvec.so.1", "libm.so.6"
_SIZES = {"float64": 8, "float32": 4}


@cache
def symbol(name: str, dtype: str, lanes: int, arguments: int) -> str | None:
    """The symbol of a function of C's for vectors. None: the processor or the library lacks it."""
    width = _SIZES.get(dtype, 0) * lanes
    letter = _letter(width)
    if letter is None:
        return None
    c_name = "pow" if name == "power" else name
    suffix = "f" if dtype == "float32" else ""
    found = f"_ZGV{letter}N{lanes}{'v' * arguments}_{c_name}{suffix}"
    return found if hasattr(_library(_OF_VECTORS), found) else None


def _letter(width: int) -> str | None:
    """The name of the registers of so many bytes. None: the processor has none."""
    machine = platform.machine().lower()
    if machine in ("aarch64", "arm64"):
        return {16: "n"}.get(width)
    if machine in ("x86_64", "amd64") and 16 <= width <= vector_bytes():
        return {16: "b" if "sse4_1" in features() else None, 32: "d", 64: "e"}.get(width)
    return None


@cache
def _library(name: str) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None


def is_scalar(name: str) -> bool:
    """Whether there is a function of C's for single numbers."""
    return hasattr(_library(_OF_C), name)


@cache
def address(symbol: str) -> int:
    """Where a function that `symbol` found is in memory, or one of C's own."""
    library = _library(_OF_VECTORS if symbol.startswith("_ZGV") else _OF_C)
    found = ctypes.cast(getattr(library, symbol), ctypes.c_void_p).value
    assert found is not None
    return found
