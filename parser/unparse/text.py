"""The language itself: what is printed can be evaluated."""

from __future__ import annotations

from ..derivatives.derivative import Derivatives
from ..syntax.printer import program_text
from .how import How, label


def render(derivatives: Derivatives, source: str, how: How) -> str:
    """A single derivative, a statement a line; of several, each on one line after its name and a tab."""
    programs = {by: program_text(derivatives.program(by)) for by in derivatives.results}
    if len(programs) == 1:
        return "".join(f"{line}\n" for lines in programs.values() for line in lines)
    return "".join(f"{label(by)}\t{'; '.join(lines)}\n" for by, lines in programs.items())
