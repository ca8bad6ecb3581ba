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


class Code:
    """The instructions of a script or a function.

    `names` are those assigned in a function, which are its own; a script has None. `parameters` are names; the last
    `defaults` of them have default values.
    """

    __slots__ = ("defaults", "instructions", "name", "names", "parameters", "script")

    def __init__(self, name: str, script: Script, parameters: tuple[str, ...] = (), defaults: int = 0) -> None:
        self.name = name
        self.script = script
        self.parameters = parameters
        self.defaults = defaults
        self.names: frozenset[str] | None = None
        self.instructions: list[Instruction] = []
