"""What `solve` is asked: the equations, their variables, and from where to look for which of them."""

from __future__ import annotations

from collections.abc import Sequence

from ...parser.semantics.names import free_variables
from ...parser.solving.relations import read_equations
from ...parser.solving.solutions import Equations
from ...parser.syntax.errors import UsageError
from ...parser.syntax.records import Program
from ...parser.syntax.wording import quoted
from ..shell.command import is_assignment
from ..shell.options import Limits, Unknowns
from ..shell.streams import from_input
from ..shell.unknowns import in_order, read_unknowns


def read_asked(words: Sequence[str], variables: Unknowns, starts: int | None, limits: Limits) -> Equations:
    """The equations that the command was called with.

    ExpressionError, UsageError: they are wrong, or there are none; a variable is missing, or in none of them.
    """
    source, assigned = _split(words)
    if source is None:
        source = from_input(f'{variables.context.command_path} "x**2 = 2" --x 1')
    relations = read_equations(source, **limits.parsing())
    free = in_order(*(free_variables(relation.difference) for relation in relations))
    whole = Program(source, tuple(s for relation in relations for s in relation.difference.statements))
    values, wrt, ranges = read_unknowns(whole, free, variables, assigned)
    return Equations(source, relations, values, wrt, ranges, starts, limits.evaluation())


def _split(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """The text of the equations, the first of the words, and the `name=value` words. UsageError: a second text."""
    if not words:
        return None, []
    for word in words[1:]:
        if not is_assignment(word):
            raise UsageError(
                f"{quoted(word)} is a second text, after {quoted(words[0])}",
                "put all equations in quotes, with `;` between them, and write variables as `--x 3` or `x=3`",
            )
    return None if words[0] == "-" else words[0], list(words[1:])
