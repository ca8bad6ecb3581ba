"""What a script is compiled to: instructions for `machine`, each with its place in the source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ...syntax.records import Syntax


class Label:
    """A place in the instructions to jump to, known when all of them are there."""

    __slots__ = ("position",)

    position: int


class Instruction(NamedTuple):
    """`operation(machine, frame, argument)`; `place` is the syntax record that an error in it is about."""

    operation: Callable[[Any, Any, Any], None]
    argument: Any
    place: Syntax


class Code:
    """The instructions of a script or a function.

    `names` are those assigned in a function, which are its own; a script has None. `parameters` are names; the last
    `defaults` of them have default values.
    """

    __slots__ = ("defaults", "instructions", "name", "names", "parameters", "script")

    def __init__(self, name: str, script: Any, parameters: tuple[str, ...] = (), defaults: int = 0) -> None:
        self.name = name
        self.script = script
        self.parameters = parameters
        self.defaults = defaults
        self.names: frozenset[str] | None = None
        self.instructions: list[Instruction] = []
