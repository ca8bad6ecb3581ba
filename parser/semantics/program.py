"""From an expression to an engine program: its value and its derivatives, for given shapes of the variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...engine.program.program import Program
from ...engine.program.taylor import derivatives
from ...engine.program.tracing import trace
from ...engine.table.nodes import UndifferentiatedNode
from ...engine.tensors.tensor import Tensor
from ..syntax.errors import ExpressionError
from ..syntax.records import Program as Expression
from ..syntax.records import Syntax
from .evaluate import evaluate_traced
from .limits import Limits
from .names import CONSTANTS, free_variables
from .values import Value


def trace_expression(
    expression: Expression,
    shapes: Mapping[str, tuple[int, ...]] | None = None,
    wrt: Sequence[str] | None = None,
    *,
    keep: Sequence[str] = (),
    hessian: bool = False,
    order: int = 1,
    limits: Limits = Limits(),  # noqa: B008
) -> Program:
    """The program of a parsed expression's value and derivatives by the variables in `wrt` (None: by all).

    `shapes` are those of the variables, () where it has none; a constant such as `pi` is a variable only if it has
    one. The outputs are `value`, the assigned names in `keep`, and what `derivatives` calls `grad.x`, `hessian.x.y`,
    `d2.x`. A value that is not floating has none. The inputs are the variables in the order of their
    first use.

    ExpressionError: as `evaluate`; an operation without a derivative. TraceError: there is no one program for all
    values of the variables, so that each has to be evaluated by itself. KeyError: a name in `keep` that is not
    assigned. ValueError: as `derivatives`.
    """
    shapes = shapes or {}
    names = [name for name in free_variables(expression) if name in shapes or name not in CONSTANTS]
    inputs = {name: shapes.get(name, ()) for name in names}
    steps: list[tuple[Syntax, Value]] = []

    def outputs(*tensors: Tensor) -> dict[str, Any]:
        # As in `eval`, what is not differentiated by may stand where a number is needed.
        variables = {
            name: given if wrt is None or name in wrt else Tensor(given._data)
            for name, given in zip(names, tensors, strict=True)
        }
        steps.clear()
        value, assigned = evaluate_traced(expression, variables, limits, lambda expr, out, _: steps.append((expr, out)))
        found = {"value": value, **{name: assigned[name] for name in keep}}
        by = {name: variables[name] for name in (names if wrt is None else wrt)}
        if by and value.dtype.is_floating_point:
            try:
                found.update(derivatives(value, by, hessian=hessian, order=order))
            except RuntimeError as error:
                raise _without_derivative(expression, steps, by, error) from None
        return found

    return trace(outputs, inputs)


def _without_derivative(
    expression: Expression, steps: Sequence[tuple[Syntax, Value]], by: Iterable[str], error: RuntimeError
) -> ExpressionError:
    """The error, at the last operation that has no derivative."""
    found = (expr for expr, out in reversed(steps) if isinstance(getattr(out, "grad_fn", None), UndifferentiatedNode))
    place = next(found, expression.statements[-1])
    help = f"for the value alone, add `--const {','.join(by)}`"
    return ExpressionError("value", str(error), expression.source, place.start, place.end, help)
