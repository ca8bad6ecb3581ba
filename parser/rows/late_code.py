"""Machine code that is made when enough has been done without it that making it pays."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ...engine.program.native.code import Code, code_of

# What importing LLVM and compiling take, in ns.
_COST = 200_000_000


class LateCode:
    """The code of a routine: what it is kept as, as soon as it `pays`, or for as long as it is kept on disk."""

    def __init__(self, write: Callable[[], str], saved: int) -> None:
        """`write` gives its text; it saves about so many ns each time that something is done."""
        self.write = write
        self.enough = _COST // saved
        self.done = 0
        self._lock = threading.Lock()
        self._found: dict[bool, Code | None] = {}

    def get(self, times: int) -> Code | None:
        """The code, to do something so many times more. None: it does not pay yet, or none can be made here."""
        with self._lock:
            self.done += times
            return self._code(False) or (self._code(True) if self.done >= self.enough else None)

    def _code(self, compiles: bool) -> Code | None:
        if compiles not in self._found:
            self._found[compiles] = code_of(self.write(), [], compiles=compiles)
        return self._found[compiles]
