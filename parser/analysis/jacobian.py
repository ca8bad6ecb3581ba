"""The value of an expression as a formula, and the derivatives of each of its elements."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

from ...engine import Tensor
from ...engine.program.program import Program as Traced
from ...engine.program.tracing import trace
from ..algebra.derivative import By, Derivatives, Shapes, derivatives, variables_of
from ..algebra.presentation import Presentation
from ..algebra.translate import translated
from ..algebra.verbatim import VERBATIM
from ..semantics.evaluate import evaluate_traced
from ..semantics.limits import Limits
from ..syntax.errors import ExpressionError
from ..syntax.records import Binary, Call, List, Name, Number, Program, Subscript, Unary

_MOST_ELEMENTS = 100


def with_value(program: Program, found: Derivatives, shapes: Shapes, limits: Limits) -> Derivatives:
    """The derivatives and before them, as the result by (), the value as the expression has it."""
    traced = _traced_value(program, shapes, limits)
    if any(shapes.values()):
        # As it is, it has an operation for each element that is picked, which few languages have.
        (term,) = translated(traced).values()
        value = Presentation(True).syntax(term)
    else:
        (value,) = translated(traced, VERBATIM).values()
    return found._replace(results={(): value, **found.results})


def jacobians(program: Program, wanted: Sequence[By], shapes: Shapes, *, simplify: bool, limits: Limits) -> Derivatives:
    """The derivatives of each element of the value: lists in the shape of the value, of items in that of the variable.

    ExpressionError: the value has too many elements, and as `derivatives`.
    """
    (shape,) = (output.shape for output in _traced_value(program, shapes, limits).outputs.values())
    if not shape:
        return derivatives(program, wanted, shapes, simplify=simplify, limits=limits)
    last: Any = program.statements[-1]
    if prod(shape) > _MOST_ELEMENTS:
        message = f"the value has {prod(shape)} elements, and a Jacobian is printed of up to {_MOST_ELEMENTS}"
        help = "`autodiff eval --jacobian` computes it as numbers"
        raise ExpressionError("limit", message, program.source, last.start, last.end, help)
    elements: list[Derivatives] = []
    for place in product(*map(range, shape)):
        picked = Subscript(last, tuple(Number(i, 0, 0) for i in place), last.start, last.end)
        element = program._replace(statements=(*program.statements[:-1], picked))
        elements.append(derivatives(element, wanted, shapes, simplify=simplify, share=False, limits=limits))
    results = {by: _nested([_whole(found, by, shapes) for found in elements], shape) for by in wanted}
    points = min(found.points for found in elements)
    return elements[0]._replace(shared=(), results=results, points=points, elements=1, narrow=frozenset())


def _traced_value(program: Program, shapes: Shapes, limits: Limits) -> Traced:
    names = variables_of(program, shapes)

    def outputs(*tensors: Tensor) -> dict[str, Any]:
        return {"value": evaluate_traced(program, dict(zip(names, tensors, strict=True)), limits)[0]}

    return trace(outputs, {name: shapes.get(name, ()) for name in names}, formal=True)


def _whole(found: Derivatives, by: By, shapes: Shapes) -> Any:
    """A derivative of one element in the shape of its variable."""
    result = found.results[by]
    is_number = type(result) in (Number, Unary) and type(getattr(result, "operand", result)) is Number
    if not shapes.get(by[-1]) or not (by in found.narrow or is_number):
        return result
    ones = Call("ones_like", (Name(by[-1], 0, 0),), (), 0, 0, 0, 0)
    if type(result) is Number and result.value in (0, 1):
        return ones if result.value else ones._replace(function="zeros_like")
    return Binary("*", result, ones, 0, 0, 0, 0)


def _nested(items: Sequence[Any], shape: tuple[int, ...]) -> Any:
    if not shape:
        return items[0]
    step = prod(shape[1:])
    return List(tuple(_nested(items[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])), 0, 0)
