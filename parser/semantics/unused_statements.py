"""Statements whose value nothing uses: as a rule, lines that were meant to go on."""

from __future__ import annotations

from itertools import pairwise

from ..syntax.errors import ExpressionError
from ..syntax.records import Assign, Call, Define, Name, Program, Statement
from ..syntax.walk import body_of, walk

_SIGNS = ("+", "-", "\N{MINUS SIGN}", "\N{EN DASH}")


def check_all_used(program: Program) -> None:
    """ExpressionError: the value of a statement before the last is lost.

    That of an assignment may be, but not where the next line begins with a sign and so looks like the rest of it.
    """
    for number, (statement, following) in enumerate(pairwise(program.statements), 1):
        between = program.source[statement.end : following.start]
        if isinstance(statement, Assign | Define):
            goes_on = "\n" in between and program.source.startswith(_SIGNS, following.start)
            if not goes_on or statement.name in _names(program.statements[number:]):
                continue
            message = f"`{statement.name}` is not used, and the next line begins with a sign"
        else:
            message = "nothing uses the value of this statement"
        if "\n" in between:
            help = (
                "to go on in the next line, end this one with an operator or put parentheses around all of it; "
                "`autodiff batch` takes an expression a line"
            )
        else:
            help = "only the last statement is the result; give this one a name, such as `z = ...`, or leave it out"
        raise ExpressionError("syntax", message, program.source, statement.start, statement.end, help)


def _names(statements: tuple[Statement, ...]) -> set[str]:
    """The variables and functions that statements use."""
    found: set[str] = set()
    for statement in statements:
        for record in walk(body_of(statement)):
            if type(record) is Name:
                found.add(record.name)
            elif type(record) is Call:
                found.add(record.function)
    return found
