"""From an expression to an engine program: its value and its derivatives, for given shapes of the variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ... import engine
from ...engine.autograd.jacobians import derivatives
from ...engine.program.program import Program
from ...engine.program.tracing import trace
from ..syntax.records import Program as Syntax
from .evaluate import CONSTANTS, Limits, evaluate_traced
from .names import free_variables


def trace_expression(
    expression: Syntax,
    shapes: Mapping[str, tuple[int, ...]] | None = None,
    wrt: Sequence[str] | None = None,
    *,
    keep: Sequence[str] = (),
    gradient: bool = True,
    jacobian: bool = False,
    hessian: bool = False,
    order: int = 1,
    limits: Limits = Limits(),  # noqa: B008
) -> Program:
    """The program of a parsed expression's value and derivatives by the variables in `wrt` (None: by all).

    `shapes` are those of the variables, () where it has none; a constant such as `pi` is a variable only if it has
    one. The outputs are `value`, the assigned names in `keep`,
    and what `derivatives` calls `grad.x`, `jacobian.x`, `hessian.x.y`, `d2.x`. A value that is not floating has none.
    The inputs are the variables in the order of their first use.

    ExpressionError: as `evaluate`. TraceError: there is no one program for all values of the variables, so that each
    has to be evaluated by itself. RuntimeError: an operation has no derivative. KeyError: a name in `keep` that is
    not assigned. ValueError: as `derivatives`.
    """
    shapes = shapes or {}
    names = [name for name in free_variables(expression) if name in shapes or name not in CONSTANTS]
    inputs = {name: shapes.get(name, ()) for name in names}

    def outputs(*tensors: engine.Tensor) -> dict[str, Any]:
        variables = dict(zip(names, tensors, strict=True))
        value, assigned = evaluate_traced(expression, variables, limits)
        found = {"value": value, **{name: assigned[name] for name in keep}}
        by = {name: variables[name] for name in (names if wrt is None else wrt)}
        if by and value.dtype.is_floating_point:
            kinds = {"gradient": gradient, "jacobian": jacobian, "hessian": hessian, "order": order}
            found.update(derivatives(value, by, **kinds))
        return found

    return trace(outputs, inputs)
