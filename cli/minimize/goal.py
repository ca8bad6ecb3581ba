"""What `minimize` is asked: the expression, its unknowns with their starts, and what bounds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ...parser.analysis.problem import Problem
from ...parser.semantics.names import free_variables
from ...parser.solving.bounds import read_bounds
from ...parser.solving.minimization import Goal
from ...parser.solving.relations import read_constraints
from ...parser.syntax.errors import ExpressionError
from ...parser.syntax.parse import parse
from ...parser.syntax.records import Assign
from ..shell.options import Limits, Unknowns
from ..shell.problem import source_of
from ..shell.unknowns import in_order, read_unknowns
from .search import Search

_IN_RANGES = 20


def read_goal(words: Sequence[str], variables: Unknowns, search: Search, limits: Limits) -> Goal:
    """The goal that the command was called with. ExpressionError, UsageError: something in it is wrong or missing."""
    source, assigned = source_of(variables.context, words, " --x 3")
    program = parse(source, **limits.parsing())
    read = partial(read_constraints, **limits.parsing())
    constraints = [relation for text in search.subject for relation in _named(read, text)]
    own = {s.name for s in program.statements if isinstance(s, Assign)}
    used = [_named(free_variables, relation.difference) for relation in constraints]
    others = [{name: place for name, place in use.items() if name not in own} for use in used]
    free = in_order(free_variables(program), *others)
    values, wrt, ranges = read_unknowns(program, free, variables, assigned)
    problem = Problem(program, values, wrt, limits.evaluation())
    bounds = read_bounds(search.bounds, {name: tuple(values[name].shape) for name in wrt})
    starts = search.starts or (_IN_RANGES if ranges else 1)
    return Goal(problem, search.maximize, bounds, constraints, starts, ranges, search.most)


def _named(function: Callable[[Any], Any], argument: Any) -> Any:
    """What a function makes of a constraint. ExpressionError: its own, which says that it is about one."""
    try:
        return function(argument)
    except ExpressionError as error:
        error.name = "--subject"
        raise
