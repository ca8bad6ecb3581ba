"""Evaluates a program once more and looks at each step, to find the one to point at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..engine import Tensor
from ..parser.errors import ExpressionError
from ..parser.evaluate import Limits, evaluate
from ..parser.syntax import Binary, Call, Method, Program, Unary
from .report import value_text


class Step(NamedTuple):
    """One operation: its place in the expression, its result (the first that is recorded), and what it was done on."""

    expr: Any
    result: Any
    arguments: list[Any]

    def is_recorded(self) -> bool:
        """Whether a gradient can pass it."""
        return is_recorded(self.result)


def is_recorded(value: Any) -> bool:
    """Whether a value is a tensor that gradients are computed for."""
    return isinstance(value, Tensor) and value.requires_grad


def steps_of(
    program: Program,
    variables: Mapping[str, Tensor],
    wrt: Sequence[str],
    limits: Limits,
    keep: Callable[[Step], bool],
) -> tuple[Tensor, list[Step]]:
    """The value of the program, and those of its operations that `keep` approves, in the order they were done."""
    steps: list[Step] = []

    def observe(expr: Any, result: Any, arguments: list[Any]) -> None:
        if isinstance(result, tuple):
            result = next(filter(is_recorded, result), result[0] if result else None)
        step = Step(expr, result, arguments)
        if keep(step):
            steps.append(step)

    given = {name: value.detach().requires_grad_(name in wrt) for name, value in variables.items()}
    return evaluate(program, given, limits, observe), steps


def described(step: Step) -> str:
    """The operation as one would write it with its numbers, `log(0.0)`; only its name where it is not on numbers."""
    expr = step.expr
    texts = [_number(argument) for argument in step.arguments]
    known = all(text is not None for text in texts)
    if type(expr) is Binary:
        return f"`{texts[0]} {expr.op} {texts[1]}`" if known else f"`{expr.op}`"
    if type(expr) is Unary:
        return f"`{expr.op}{texts[0]}`" if known else f"`{expr.op}`"
    if type(expr) in (Call, Method):
        name = expr.function if type(expr) is Call else expr.name
        return f"`{name}({', '.join(map(str, texts))})`" if known else f"`{name}`"
    return "this"


def place_of(program: Program, step: Step | None) -> tuple[int, int]:
    """Where the step stands in the source; the last statement stands for one that is not known."""
    expr = step.expr if step else program.statements[-1]
    return expr.start, expr.end


def error_at(program: Program, step: Step | None, kind: str, message: str, help: str | None) -> ExpressionError:
    """An error that points at the step."""
    start, end = place_of(program, step)
    return ExpressionError(kind, message, program.source, start, end, help)


def _number(argument: Any) -> str | None:
    if isinstance(argument, Tensor):
        return value_text(argument._data) if argument.ndim == 0 else None
    return repr(argument) if isinstance(argument, (int, float)) else None
