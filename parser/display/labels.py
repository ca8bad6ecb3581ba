"""What is written in a node of a drawing: few words, numbers shortened."""

from __future__ import annotations

from typing import Any

from ..analysis.graph import Link, Vertex
from ..syntax.wording import legible
from .pass_tables import Cells

_MOST_SHOWN = 6
_LONGEST = 48
_RELATIONS = {"value": " = ", "part": ", part of ", "derivative": ", for the derivative of "}


class Labels:
    """Texts about vertices, with so many digits in their numbers, None for as many as is usual."""

    def __init__(self, digits: int | None) -> None:
        self.cells = Cells(digits)

    def value(self, value: Any) -> str:
        """A number or a small array; of a larger one, its shape."""
        if value.size <= _MOST_SHOWN:
            return self.cells.value(value)
        return f"{value.dtype.name}[{', '.join(map(str, value.shape))}]"

    def lines(self, vertex: Vertex) -> list[str]:
        """The name of the grad_fn or of the variable, the sub-expression, then value and gradient of each result."""
        found = [legible(vertex.grad_fn or vertex.name)]
        if vertex.expression:
            named = f"{vertex.name}{_RELATIONS[vertex.relation]}" if vertex.grad_fn else ""
            found.append(shortened(f"{named}{vertex.expression}"))
        several = len(vertex.results) > 1
        for result in vertex.results:
            which = f"{result.name} " if several else ""
            if result.value is not None:
                found.append(f"{which}value {self.value(result.value)}")
            if result.gradient is not None:
                found.append(f"{which}grad {self.value(result.gradient)}")
        return found

    def link(self, link: Link) -> str:
        """What stands at an edge: the local rule."""
        return "" if link.rule is None else shortened(link.rule)


def shortened(text: str) -> str:
    """The text, or its ends where it is long: of similar ones, one end tells them apart."""
    half = (_LONGEST - 5) // 2
    return text if len(text) <= _LONGEST else f"{text[:half]} ... {text[-half:]}"
