"""What `minimize` is asked: the expression, its unknowns with their starts, and what bounds them."""

from __future__ import annotations

from collections.abc import Sequence

from ...parser.analysis.problem import Problem
from ...parser.semantics.names import free_variables
from ...parser.solving.bounds import read_bounds
from ...parser.solving.minimization import Goal
from ...parser.syntax.parse import parse
from ..shell.options import Limits, Unknowns
from ..shell.problem import source_of
from ..shell.unknowns import read_unknowns
from .search import Search

_IN_RANGES = 20


def read_goal(words: Sequence[str], variables: Unknowns, search: Search, limits: Limits) -> Goal:
    """The goal that the command was called with. ExpressionError, UsageError: something in it is wrong or missing."""
    source, assigned = source_of(variables.context, words, " --x 3")
    program = parse(source, **limits.parsing())
    values, wrt, ranges = read_unknowns(program, free_variables(program), variables, assigned)
    problem = Problem(program, values, wrt, limits.evaluation())
    bounds = read_bounds(search.bounds, {name: tuple(values[name].shape) for name in wrt})
    starts = search.starts or (_IN_RANGES if ranges else 1)
    return Goal(problem, search.maximize, bounds, starts=starts, ranges=ranges, most=search.most)
