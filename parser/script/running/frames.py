"""Scripts, functions and classes of a script that run."""

from __future__ import annotations

from typing import Any

from ..reading.language import Code
from ..reading.script import Place
from .function import Scope


class Frame:
    """A script, a function, or the body of a class, that runs in its scope.

    `stack` has what is under way, the innermost last: each asks for what it needs next. `place` is what runs, for
    errors: a node, a `Place`, or a `Field`. `handled` are the errors that handlers have caught.
    """

    __slots__ = ("code", "handled", "place", "scope", "stack")

    def __init__(self, code: Code, scope: Scope) -> None:
        self.code = code
        self.scope = scope
        self.stack: list[Any] = []
        self.place: Any = code.node or Place(1, 0, 1, 0)
        self.handled: list[BaseException] = []

    @property
    def closure(self) -> Scope | None:
        """The scope that functions made here see: the names of the body of a class are not theirs."""
        return self.scope.outer if self.code.is_class else self.scope
