"""Machine code in memory: compiled, or as it is kept on disk."""

from __future__ import annotations

import ctypes
import mmap
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import kept, vector_math
from .image import ImageError
from .machine import VERSION, compiled, llvm_version
from .processor import identity

_READ, _WRITE, _RUN = 1, 2, 4


def available() -> bool:
    """Whether machine code can be made here: llvmlite is installed, and the processor is known."""
    return bool(identity() and llvm_version())


def code_of(text: str, symbols: Sequence[str], *, compiles: bool = True) -> Code | None:
    """A module in LLVM's language that calls these functions, as code.

    None: there is no LLVM or an old one that does not understand it, or the system lets no code be made, or it is not
    kept on disk and, by `compiles`, not to be made either.
    """
    if not available():
        return None
    key = kept.key_of(str(VERSION), llvm_version(), identity(), text)
    image = kept.load(key)
    try:
        if image is None:
            if not compiles:
                return None
            image = compiled(text)
            kept.keep(key, image)
        return Code(image, [vector_math.address(symbol) for symbol in symbols])
    except (ImageError, ImportError, OSError, RuntimeError):
        return None


class Code:
    """An image in memory that can be run, and no longer be written to. OSError: the system does not let it be."""

    def __init__(self, image: bytes, functions: Sequence[int]) -> None:
        (entry,) = struct.unpack_from("<Q", image)
        code = image[8:]
        self._functions = list(functions)
        self._memory = mmap.mmap(-1, len(code), mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, _READ | _WRITE)
        self._memory.write(code)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        protect = ctypes.CDLL(None, use_errno=True).mprotect
        if protect(ctypes.c_void_p(start), ctypes.c_size_t(len(code)), _READ | _RUN):
            raise OSError(ctypes.get_errno(), "the system lets no code be made")
        self._function = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_void_p)(start + entry)

    def run(self, rows: int, arrays: Sequence[Any]) -> None:
        """Runs it over arrays without gaps of so many rows, or of one number. Others can run meanwhile."""
        pointers = np.array([*(array.ctypes.data for array in arrays), *self._functions], np.uintp)
        self._function(rows, pointers.ctypes.data)
