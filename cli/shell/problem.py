"""What a command is asked about one expression: the expression, its variables, and which to differentiate by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from ...engine import Tensor
from ...parser.analysis.given_names import differentiated, match, unused
from ...parser.analysis.problem import Problem
from ...parser.library.expression import Expression
from ...parser.semantics.names import CONSTANTS
from ...parser.syntax.records import Assign, Name
from ...parser.syntax.wording import listed
from .options import GivenVariables, Limits, caller, split_names
from .saying import say
from .streams import from_input
from .variables import collect, split_words

if TYPE_CHECKING:
    from ...parser.analysis.several import Several


def read_given(
    words: Sequence[str],
    context: click.Context,
    limits: Limits,
    assignments: Iterable[str],
    vars_file: str | None = None,
) -> tuple[Expression, dict[str, Tensor]]:
    """The expression that a command was called with, and the values of those of its variables that have one.

    ExpressionError, UsageError: a wrong expression, or none; a value without a variable.
    """
    source, assigned = source_of(context, words, "")
    expression = Expression(source, limits=limits.found)
    given = collect(context.obj, [*assignments, *assigned], vars_file, expression.free)
    names = expression.names(given)
    for name in given:
        if name not in names:
            raise unused(name, expression.program, names, caller(context.command))
    return expression, given


def read_problem(words: Sequence[str], variables: GivenVariables, limits: Limits) -> Problem:
    """What a command was called with.

    ExpressionError, UsageError: as `read_given`; a variable without a value.
    """
    problem = read_problems(words, variables, limits, several=False)
    assert isinstance(problem, Problem)
    return problem


def read_problems(
    words: Sequence[str], variables: GivenVariables, limits: Limits, several: bool = True
) -> Problem | Several:
    """As `read_problem`, of one expression or, on standard input, of several with names.

    What `diff` writes into a pipe need not have each variable that the expression had: those it lacks are named in a
    note.
    """
    context = variables.context
    source, assigned, piped = _source(context, words, " --x 3")
    if piped and not several:
        _check_is_one(source)
    parts: dict[str, str] = {}
    if piped:
        # Here, as most calls need it not.
        from ...parser.analysis.several import named_parts

        parts = named_parts(source)
    found = {name: Expression(part, limits=limits.found) for name, part in (parts or {"": source}).items()}
    free: dict[str, Name] = {}
    for expression in found.values():
        free = {**expression.free, **free}
    given = collect(context.obj, [*variables.assignments, *assigned], variables.vars_file, free)
    wrt, const = split_names(variables.wrt), split_names(variables.const)
    if piped:
        spare = [name for name in given if name not in free and not _assigns(found.values(), name)]
        if spare and all(name in given or name in CONSTANTS for name in free):
            say(f"note: {listed(spare)} {'does' if len(spare) == 1 else 'do'} not occur in the expression")
            given = {name: value for name, value in given.items() if name not in spare}
            wrt, const = ([name for name in asked if name not in spare] if asked else asked for asked in (wrt, const))
    whole = next(iter(found.values()))
    names = match(whole.program, free, given, caller(context.command))
    by = differentiated(names, wrt, const)
    if not parts:
        return whole.problem(given, by)
    from ...parser.analysis.several import Several

    return Several(source, {name: expression.problem(given, by) for name, expression in found.items()})


def _source(context: click.Context, words: Sequence[str], example: str) -> tuple[str, list[str], bool]:
    """The text of the expression, the `name=value` words, and whether the text came from standard input."""
    expression, assigned = split_words(words)
    if expression is not None:
        return expression, assigned, False
    return from_input(f'{context.command_path} "x**2"{example}'), assigned, True


def source_of(context: click.Context, words: Sequence[str], example: str) -> tuple[str, list[str]]:
    """The text of the one expression, and the `name=value` words. ExpressionError: there are several."""
    source, assigned, piped = _source(context, words, example)
    if piped:
        _check_is_one(source)
    return source, assigned


def _check_is_one(source: str) -> None:
    from ...parser.analysis.several import check_is_one

    check_is_one(source)


def _assigns(found: Iterable[Expression], name: str) -> bool:
    return any(type(s) is Assign and s.name == name for expression in found for s in expression.program.statements)
