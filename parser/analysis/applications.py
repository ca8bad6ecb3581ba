"""Evaluates a program once more and looks at each operation, to find the one to point at."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...engine import FUNCTIONS, Tensor
from ..semantics.evaluate import evaluate
from ..syntax.errors import ExpressionError
from ..syntax.records import Binary, Call, Method, Program, Text, Unary
from ..syntax.walk import children
from .problem import Problem
from .result import value_text


class Application(NamedTuple):
    """An operation as it was done: its place in the expression, its result (the first recorded one), its arguments."""

    expr: Any
    result: Any
    arguments: list[Any]

    def is_recorded(self) -> bool:
        """Whether a gradient can pass it."""
        return is_recorded(self.result)


def is_recorded(value: Any) -> bool:
    """Whether a value is a tensor that gradients are computed for."""
    return isinstance(value, Tensor) and value.requires_grad


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
    expr = step.expr
    texts = [_number(argument, place if _is_elementwise(step) else ()) for argument in step.arguments]
    known = all(text is not None for text in texts)
    if type(expr) is Binary:
        # A power binds tighter than a sign.
        base = f"({texts[0]})" if expr.op == "**" and str(texts[0]).startswith("-") else texts[0]
        return f"`{base} {expr.op} {texts[1]}`" if known else f"`{expr.op}`"
    if type(expr) is Unary:
        return f"`{expr.op}{texts[0]}`" if known else f"`{expr.op}`"
    if type(expr) in (Call, Method):
        name = expr.function if type(expr) is Call else expr.name
        return f"`{name}({', '.join(map(str, texts))})`" if known else f"`{name}`"
    return "this"


def part_text(program: Program, step: Application, argument: Any) -> str:
    """An argument of a step as it stands in the source."""
    parts = [part for part in children(step.expr) if type(part) is not Text]
    for part, value in zip(parts, step.arguments, strict=False):
        if value is argument:
            return program.source[part.start : part.end]
    return "an argument"


def _is_elementwise(step: Application) -> bool:
    if type(step.expr) is Binary:
        return step.expr.op != "@"
    if type(step.expr) in (Call, Method):
        name = step.expr.function if type(step.expr) is Call else step.expr.name
        return name in FUNCTIONS and FUNCTIONS[name].elementwise
    return type(step.expr) is Unary


def place_of(program: Program, step: Application | None) -> tuple[int, int]:
    """Where the step stands in the source; the last statement stands for one that is not known."""
    expr = step.expr if step else program.statements[-1]
    return expr.start, expr.end


def error_at(program: Program, step: Application | None, kind: str, message: str, help: str | None) -> ExpressionError:
    """An error that points at the step."""
    start, end = place_of(program, step)
    return ExpressionError(kind, message, program.source, start, end, help)


def _number(argument: Any, place: tuple[int, ...]) -> str | None:
    if isinstance(argument, Tensor):
        if argument.ndim and argument.ndim != len(place):
            return None
        try:
            return value_text(np.asarray(argument._data[place] if argument.ndim else argument._data))
        except IndexError:
            return None
    return repr(argument) if isinstance(argument, (int, float)) else None
