"""Evaluates a program once more and looks at each operation, to find the one to point at."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...engine import FUNCTIONS, Tensor
from ..semantics.evaluate import evaluate
from ..semantics.place import operation_name
from ..syntax.errors import ExpressionError
from ..syntax.records import Binary, Call, Program, Text, Unary
from ..syntax.walk import children
from .problem import Problem
from .result import value_text


class Application(NamedTuple):
    """An operation as it was done: its place in the expression, its result (the first recorded one), its arguments."""

    expr: Any
    result: Any
    arguments: list[Any]


def is_recorded(value: Any) -> bool:
    """Whether a value is a tensor that gradients are computed for."""
    return isinstance(value, Tensor) and value.requires_grad


def as_in_pytorch(step: Application) -> str:
    """Words that say so, where PyTorch has it and Python alone, as in 1/0 of literals, would not make an error."""
    if not any(isinstance(value, Tensor) for value in (step.result, *step.arguments)):
        return ""
    name = step.expr.function if isinstance(step.expr, Call) else ""
    return "" if name in FUNCTIONS and not FUNCTIONS[name].torch_names else ", as in PyTorch"


def applications_of(problem: Problem) -> tuple[Tensor, list[Application]]:
    """The value of a program, and its operations in the order they were done."""
    found: list[Application] = []

    def observe(expr: Any, result: Any, arguments: list[Any]) -> None:
        if isinstance(result, tuple):
            result = next(filter(is_recorded, result), result[0] if result else None)
        found.append(Application(expr, result, arguments))

    return evaluate(problem.program, problem.leaves(), problem.limits, observe), found


def described(step: Application, place: tuple[int, ...] = ()) -> str:
    """The operation as one would write it with its numbers, `log(0.0)`; only its name where it is not on numbers.

    Of an operation element by element, the numbers are those of the element `place`.
    """
    name = operation_name(step.expr)
    if name is None:
        return "this"
    texts = [_number(argument, place if _is_elementwise(step) else ()) for argument in step.arguments]
    known = [text for text in texts if text is not None]
    if len(known) < len(texts):
        return f"`{name}`"
    if isinstance(step.expr, Binary):
        # A power binds tighter than a sign.
        base = f"({known[0]})" if name == "**" and known[0].startswith("-") else known[0]
        return f"`{base} {name} {known[1]}`"
    return f"`{name}{known[0]}`" if isinstance(step.expr, Unary) else f"`{name}({', '.join(known)})`"


def part_text(program: Program, step: Application, argument: Any) -> str:
    """An argument of a step as it stands in the source."""
    parts = [part for part in children(step.expr) if type(part) is not Text]
    for part, value in zip(parts, step.arguments, strict=False):
        if value is argument:
            return program.source[part.start : part.end]
    return "an argument"


def _is_elementwise(step: Application) -> bool:
    name = operation_name(step.expr)
    if name is None or name == "@":
        return False
    return isinstance(step.expr, (Binary, Unary)) or (name in FUNCTIONS and FUNCTIONS[name].elementwise)


def error_at(program: Program, step: Application | None, kind: str, message: str, help: str | None) -> ExpressionError:
    """An error that points at the step; the last statement stands for one that is not known."""
    expr = step.expr if step else program.statements[-1]
    return ExpressionError(kind, message, program.source, expr.start, expr.end, help)


def _number(argument: Any, place: tuple[int, ...]) -> str | None:
    if isinstance(argument, Tensor):
        if argument.ndim and argument.ndim != len(place):
            return None
        try:
            return value_text(np.asarray(argument._data[place] if argument.ndim else argument._data))
        except IndexError:
            return None
    return repr(argument) if isinstance(argument, (int, float)) else None
