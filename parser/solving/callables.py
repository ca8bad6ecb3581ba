"""Expressions as functions that solvers call: of tensors for the unknowns, with the other variables as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...engine import Tensor
from ...engine.primitives.arithmetic import neg
from ..analysis.problem import Problem
from ..semantics.evaluate import evaluate_traced
from ..semantics.limits import Limits
from ..syntax.errors import ExpressionError
from ..syntax.records import Program
from ..syntax.wording import shortened
from .relations import Relation


def scalar_function(
    problem: Problem, sign: int = 1, reason: str = "only one number can be least"
) -> Callable[..., Tensor]:
    """The value of a problem, times `sign`, of the variables to differentiate by; `reason` is why it has to be one.

    ExpressionError, when called: as `evaluate`; the value is not one number, or none that is real.
    """
    others = _others(problem.variables, problem.wrt)

    def function(*unknowns: Tensor) -> Tensor:
        given = {**others, **dict(zip(problem.wrt, unknowns, strict=True))}
        value = _number(evaluate_traced(problem.program, given, problem.limits)[0], problem.program, reason)
        return value if sign > 0 else neg(value)

    return function


def relation_function(
    relations: Sequence[Relation],
    variables: Mapping[str, Tensor],
    wrt: Sequence[str],
    limits: Limits,
    assigning: Program | None = None,
) -> Callable[..., list[Tensor]]:
    """What is to be zero, or at least zero, in each of the relations, of the variables in `wrt`.

    They may use what another program assigns, and are constraints then. ExpressionError, when called: as `evaluate`.
    """
    others = _others(variables, wrt)

    def function(*unknowns: Tensor) -> list[Tensor]:
        given = {**others, **dict(zip(wrt, unknowns, strict=True))}
        if assigning is None:
            return [difference(relation, given, limits) for relation in relations]
        given.update(evaluate_traced(assigning, given, limits)[1])
        try:
            return [difference(relation, given, limits) for relation in relations]
        except ExpressionError as error:
            error.name = "--subject"
            raise

    return function


def difference(relation: Relation, given: Mapping[str, Tensor], limits: Limits) -> Tensor:
    """The difference of the two sides of a relation. ExpressionError: as `evaluate`; it is no number."""
    value = evaluate_traced(relation.difference, given, limits)[0]
    if not value.dtype.is_floating_point:
        raise _no_number(value, relation.difference)
    return value


def _others(variables: Mapping[str, Tensor], wrt: Sequence[str]) -> dict[str, Tensor]:
    return {name: value.detach() for name, value in variables.items() if name not in wrt}


def _number(value: Tensor, program: Program, reason: str) -> Tensor:
    """The value as one real number. ExpressionError: it is another."""
    statement = program.statements[-1]
    if value.numel() != 1:
        shape = f"[{', '.join(map(str, value.shape))}]"
        text = shortened(program.source[statement.start : statement.end])
        raise ExpressionError(
            "shape",
            f"the value has the shape {shape}, and {reason}",
            program.source,
            statement.start,
            statement.end,
            f"write `sum({text})`, or what else makes one number of it",
        )
    if not value.dtype.is_floating_point:
        raise _no_number(value, program)
    return value.reshape(()) if value.ndim else value


def _no_number(value: Tensor, program: Program) -> ExpressionError:
    statement = program.statements[-1]
    message = f"a value of type {value.dtype.name} has no derivative"
    return ExpressionError("type", message, program.source, statement.start, statement.end, "write it with numbers")
