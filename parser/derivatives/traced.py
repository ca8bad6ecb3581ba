"""The engine's program of the derivatives of an expression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from ...engine import Tensor
from ...engine.autograd.jacobians import gradients
from ...engine.program.program import Program as Traced
from ...engine.program.tracing import trace
from ...engine.tensors.dtypes import bool_
from ...engine.tensors.symbol import TraceError
from ..algebra.constants import with_named_constants
from ..semantics.doubtful_names import remarks
from ..semantics.evaluate import evaluate_traced
from ..semantics.limits import Limits
from ..semantics.names import CONSTANTS, free_variables
from ..syntax.errors import ExpressionError
from ..syntax.records import Program

Shapes = Mapping[str, tuple[int, ...]]
By = tuple[str, ...]


def variables_of(expression: Program, shapes: Shapes) -> list[str]:
    """The variables of an expression; a constant such as `pi` is one only if it has a shape."""
    return [name for name in free_variables(expression) if name in shapes or name not in CONSTANTS]


def traced(
    expression: Program,
    wanted: Sequence[By],
    shapes: Shapes,
    limits: Limits,
    also: Mapping[str, Program] = MappingProxyType({}),
) -> tuple[Traced, int]:
    """The engine program of the derivatives, and of the values of other programs; how many elements the value has.

    Constants are inputs that `with_named_constants` names, where nothing needs the number that they are.
    """
    if not any(shapes.values()) and (named := with_named_constants(expression, shapes)) is not expression:
        with suppress(ExpressionError, TraceError):
            return traced(named, wanted, shapes, limits, also)
    elements = 1
    inputs = {name: shapes.get(name, ()) for name in variables_of(expression, shapes)}

    def outputs(*tensors: Tensor) -> dict[str, Any]:
        variables = _constant_but(dict(zip(inputs, tensors, strict=True)), wanted)
        nonlocal elements
        value, _ = evaluate_traced(expression, variables, limits)
        elements = value.numel()
        if value.dtype is bool_:
            last = expression.statements[-1]
            message = f"a value of type {value.dtype.name} has no derivative"
            help = next(remarks(expression, ()), None)
            raise ExpressionError("value", message, expression.source, last.start, last.end, help)
        others = {name: evaluate_traced(part, variables, limits)[0] for name, part in also.items()}
        found = _derived(value, variables, wanted)
        return {".".join(by): slope for by, slope in zip(wanted, found, strict=True)} | others

    return trace(outputs, inputs, formal=True), elements


def _derived(value: Tensor, variables: Mapping[str, Tensor], wanted: Sequence[By]) -> list[Tensor]:
    """The derivatives of the value's sum by sequences of variables; what they have in common is computed once."""
    # Whole numbers, such as those of `where(x > 0, 1, 2)`, are steps.
    known: dict[By, Tensor] = {(): value if value.dtype.is_floating_point else value.double()}
    starts = {by[:end]: None for by in wanted for end in range(1, len(by) + 1)}
    deepest = max(map(len, wanted))
    for end in range(deepest):
        # The derivatives of one value by all variables come from one backward pass.
        following: dict[By, list[str]] = {}
        for start in starts:
            if len(start) == end + 1:
                following.setdefault(start[:end], []).append(start[end])
        for start, names in following.items():
            # Nothing is differentiated again after the last.
            slopes = gradients(known[start], [variables[name] for name in names], end + 1 < deepest)
            for name, slope in zip(names, slopes, strict=True):
                known[(*start, name)] = slope
    return [known[by] for by in wanted]


def _constant_but(variables: Mapping[str, Tensor], wanted: Sequence[By]) -> dict[str, Tensor]:
    """The variables, of which only those differentiated by require grad: others may have no derivative."""
    by = {name for names in wanted for name in names}
    return {name: variable if name in by else variable.detach() for name, variable in variables.items()}
