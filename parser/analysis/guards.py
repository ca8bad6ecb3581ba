"""A branch that `where` does not choose, whose gradient spoils the sum all the same; and the rewrite that avoids it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ...engine.autograd import grad
from ..semantics.evaluate import evaluate
from ..syntax.errors import ExpressionError
from ..syntax.parse import parse
from ..syntax.records import Binary, Call, Method, Name
from .applications import Application
from .problem import Problem
from .result import is_finite

# What an argument may be instead, where its number is not used: first that at which most functions are smooth.
_HARMLESS = ("1", "0", "2", "0.5")


class Branch(NamedTuple):
    """A branch of a call of `where`: the call, and whether it is the one for where the condition holds."""

    call: Call
    then: bool


def unchosen_by(steps: Sequence[Application], step: Application) -> Branch | None:
    """The branch that a step stands in and that `where` does not choose everywhere; None: it stands in none."""
    for outer in steps:
        call = outer.expr
        if type(call) is not Call or call.function != "where" or len(call.args) != len(outer.arguments) or call.kwargs:
            continue
        for i, then in ((1, True), (2, False)):
            if i < len(call.args) and call.args[i].start <= step.expr.start and step.expr.end <= call.args[i].end:
                condition = np.asarray(getattr(outer.arguments[0], "_data", outer.arguments[0]), bool)
                return None if (condition == then).all() else Branch(call, then)
    return None


def guarded_rewrite(problem: Problem, branch: Branch, step: Application) -> str | None:
    """The call of `where` with an argument of the step chosen first, tried: its gradients are finite. None: none is."""
    source = problem.program.source
    call = branch.call
    condition = source[call.args[0].start : call.args[0].end]
    for argument in _arguments(step.expr):
        text = source[argument.start : argument.end]
        for number in _HARMLESS:
            chosen = f"where({condition}, {text}, {number})" if branch.then else f"where({condition}, {number}, {text})"
            start, end = _outer(source, argument)
            rewritten = source[:start] + chosen + source[end:]
            if _is_finite(problem, rewritten):
                longer = len(rewritten) - len(source)
                return rewritten[call.start : call.end + longer]
    return None


def _outer(source: str, argument: Any) -> tuple[int, int]:
    """The span of an argument with the parentheses around it, which the call of `where` brings itself."""
    start, end = argument.start, argument.end
    while source[:start].endswith("(") and source[end:].startswith(")") and not source[: start - 1][-1:].isalnum():
        start, end = start - 1, end + 1
    return start, end


def _arguments(expr: Any) -> Sequence[Any]:
    """What the step's numbers came from; the denominator and the base first."""
    if isinstance(expr, Binary):
        parts = (expr.left, expr.right) if expr.op == "**" else (expr.right, expr.left)
    elif isinstance(expr, (Call, Method)):
        parts = (expr.object, *expr.args) if isinstance(expr, Method) else expr.args
    else:
        return ()
    # A variable is shorter to write, and enough where it is all there is.
    return sorted((p for p in parts if hasattr(p, "start")), key=lambda p: type(p) is not Name)


def _is_finite(problem: Problem, source: str) -> bool:
    """Whether the value and all gradients of another program are, with the variables of the problem."""
    given = problem._replace(wrt=[*problem.variables]).leaves()
    try:
        value = evaluate(parse(source), given, problem.limits)
        found = grad(value.sum(), list(given.values()), allow_unused=True)
    except (ExpressionError, RuntimeError):
        return False
    return all(g is None or is_finite(g._data) for g in found) and is_finite(value._data)
