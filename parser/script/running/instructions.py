"""What a script is compiled to: instructions for `machine`, each with its place in the source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..reading.script import Script


class Label:
    """A place in the instructions to jump to, known when all of them are there."""

    __slots__ = ("position",)

    position: int


class Instruction(NamedTuple):
    """`operation(machine, frame, argument)`; `place` is what an error in it is about: a node, or a `Place`."""

    operation: Callable[[Any, Any, Any], None]
    argument: Any
    place: Any


class Signature(NamedTuple):
    """The names of a function's parameters.

    The first `only_positional` of `parameters` cannot be given by name, and the last `defaults` of them have default
    values. `rest` and `others` take the arguments that are left, those of `keywords` are given by name alone, and those
    of `keyword_defaults` among them have default values.
    """

    parameters: tuple[str, ...] = ()
    only_positional: int = 0
    defaults: int = 0
    rest: str | None = None
    keywords: tuple[str, ...] = ()
    keyword_defaults: tuple[str, ...] = ()
    others: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.parameters, *self.keywords, *(name for name in (self.rest, self.others) if name is not None))


class Code:
    """The instructions of a script or a function.

    `names` are those assigned in a function, which are its own; a script has None. `generates` says that it yields,
    and `is_class` that it is the body of a class.
    """

    __slots__ = ("generates", "instructions", "is_class", "name", "names", "script", "signature")

    def __init__(self, name: str, script: Script, signature: Signature = Signature()) -> None:  # noqa: B008
        self.name = name
        self.script = script
        self.signature = signature
        self.names: frozenset[str] | None = None
        self.generates = False
        self.is_class = False
        self.instructions: list[Instruction] = []
