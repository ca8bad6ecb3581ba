"""What there is to compute for one record."""

from __future__ import annotations

from typing import NamedTuple

from ...engine import Tensor
from ...parser.syntax.records import Program

Shapes = tuple[tuple[str, tuple[int, ...]], ...]


class Task(NamedTuple):
    """A program, the values of its variables, and those to differentiate by."""

    program: Program
    variables: dict[str, Tensor]
    wrt: list[str]

    def key(self) -> tuple[str, Shapes, tuple[str, ...]]:
        """What tasks that can be computed together have in common."""
        shapes = tuple((name, value.shape) for name, value in self.variables.items())
        return self.program.source, shapes, tuple(self.wrt)
