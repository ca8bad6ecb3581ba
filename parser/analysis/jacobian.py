"""The value of an expression as a formula, and the derivatives of each of its elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import product
from math import prod
from types import MappingProxyType
from typing import Any

from ...engine import Tensor
from ...engine.program.program import Program as Traced
from ...engine.program.tracing import trace
from ..algebra.canonical import VERBATIM
from ..algebra.formulas import UntranslatableError
from ..algebra.presentation import Presentation
from ..algebra.sharing import free_names
from ..algebra.simplify import simplified
from ..algebra.sizes import Axis, general, of_any_size
from ..algebra.terms import Term
from ..algebra.translate import translated
from ..derivatives.derivative import (
    By,
    Derivatives,
    DisagreementError,
    derivatives,
    judged,
    presented,
    variables_of,
    without_formula,
)
from ..derivatives.traced import Shapes, traced
from ..semantics.evaluate import evaluate_traced
from ..semantics.limits import Limits
from ..semantics.names import CONSTANTS, free_variables
from ..syntax.errors import ExpressionError
from ..syntax.records import Binary, Call, List, Name, Number, Program, Subscript, Unary

_MOST_ELEMENTS = 100


def with_value(
    program: Program,
    found: Derivatives,
    shapes: Shapes,
    limits: Limits,
    letters: Mapping[Axis, str] = MappingProxyType({}),
) -> Derivatives:
    """The derivatives and before them, as the result by (), the value as the expression has it.

    ExpressionError: there are letters, and it has no one formula for all sizes. DisagreementError: a bug.
    """
    computed = _traced_value(program, shapes, limits)
    (shape,) = (output.shape for output in computed.outputs.values())
    if any(shapes.values()):
        # As it is, it has an operation for each element that is picked, which few languages have.
        value = _value_for_all_sizes(program, found, shapes, limits, letters)
        if value is None and letters:
            raise without_formula(program)
        if value is None:
            (term,) = translated(computed).values()
            value = Presentation(True).syntax(term)
        if judged(program, found._replace(results={(): value}, shared=()), shapes, limits).narrow:
            value = _filled(value, shape, shapes)
    else:
        (term,) = translated(computed, VERBATIM).values()
        value = Presentation().syntax(term)
    return found._replace(results={(): value, **found.results})


def _value_for_all_sizes(
    program: Program, found: Derivatives, shapes: Shapes, limits: Limits, letters: Mapping[Axis, str]
) -> Any:
    """The value with sizes by name. None: none is needed, or there is no such formula."""

    def terms_of(others: Shapes) -> list[Term]:
        return [*translated(of_any_size(_traced_value(program, others, limits))).values()]

    sized = general(
        program, {name: shapes.get(name, ()) for name in found.variables}, letters, terms_of, always=bool(letters)
    )
    if sized is None:
        return None
    value = Presentation(True).syntax(sized.terms[0])
    for others in sized.others:
        with suppress(DisagreementError):
            if judged(program, found._replace(results={(): value}, shared=()), others, limits).points:
                return value
    return None


def jacobians(
    program: Program,
    wanted: Sequence[By],
    shapes: Shapes,
    letters: Mapping[Axis, str],
    *,
    simplify: bool,
    limits: Limits,
) -> Derivatives:
    """The derivatives of each element of the value, in the shape of the value and behind it that of the variable.

    Of a vector by vectors and numbers they are matrices such as `diag(cos(x))`, if there is a formula of that kind.
    Else they are lists in the shape of the value, of items in that of the variable.

    ExpressionError: the value has too many elements, and as `derivatives`.
    """
    (shape,) = (output.shape for output in _traced_value(program, shapes, limits).outputs.values())
    if not shape:
        return derivatives(program, wanted, shapes, simplify=simplify, limits=limits, letters=letters)
    if simplify and len(shape) == 1 and all(len(by) == 1 and len(shapes.get(by[0], ())) < 2 for by in wanted):
        found = _matrices(program, wanted, shapes, letters, limits)
        if found is not None:
            return found
    last: Any = program.statements[-1]
    if letters:
        message = "there is no one formula of these derivatives for arrays of all sizes"
        raise ExpressionError(
            "value", message, program.source, last.start, last.end, "give --shape the sizes as numbers"
        )
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


def _matrices(
    program: Program, wanted: Sequence[By], shapes: Shapes, letters: Mapping[Axis, str], limits: Limits
) -> Derivatives | None:
    """The derivatives of the elements of a vector as matrices. None: there is no formula, or none for all sizes.

    What a vector v is multiplied with in the gradient of sum(v*value) is the matrix.
    """
    names = variables_of(program, shapes)
    weight = next(free_names({*names, *free_variables(program), *CONSTANTS}))
    others = program.statements[:-1]
    last: Any = program.statements[-1]
    weighed = program._replace(
        statements=(*others, Call("sum", (Binary("*", last, Name(weight, 0, 0), 0, 0, 0, 0),), (), 0, 0, 0, 0))
    )

    def with_weight(sizes: Shapes) -> dict[str, tuple[int, ...]]:
        (shape,) = (output.shape for output in _traced_value(program, sizes, limits).outputs.values())
        return {**{name: sizes.get(name, ()) for name in names}, weight: shape}

    def terms_of(sizes: Shapes) -> list[Term]:
        given = with_weight(sizes)
        found = [*translated(of_any_size(traced(weighed, wanted, given, limits)[0]), weight=weight).values()]
        if None in found:
            raise UntranslatableError("the derivatives of the elements are no matrix")
        return found

    sized = general(program, {name: shapes.get(name, ()) for name in names}, letters, terms_of, always=True)
    if sized is None:
        return None
    formed = dict(zip(wanted, simplified(sized.terms), strict=True))
    found = presented(program, tuple(names), formed, share=False)
    one = Name(weight, 0, 0)
    products = {
        by: Binary("@", one, Binary("*", Number(1.0, 0, 0), result, 0, 0, 0, 0), 0, 0, 0, 0)
        for by, result in found.results.items()
    }
    points = 0
    for sizes in (sized.others[0], *([] if letters else [shapes])):
        try:
            points = judged(weighed, found._replace(results=products), with_weight(sizes), limits).points
        except DisagreementError:
            return None
    return found._replace(points=points, arrays={name: shapes[name] for name in names if shapes.get(name)})


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
    return _filled(result, shapes[by[-1]], {by[-1]: shapes[by[-1]]})


def _filled(result: Any, shape: tuple[int, ...], shapes: Shapes) -> Any:
    """A result of fewer elements in a shape, like a variable where one has it."""
    like = next((name for name, own in shapes.items() if own == shape), None)
    if like is None:
        sizes = List(tuple(Number(size, 0, 0) for size in shape), 0, 0)
        return Call("broadcast_to", (result, sizes), (), 0, 0, 0, 0)
    ones = Call("ones_like", (Name(like, 0, 0),), (), 0, 0, 0, 0)
    if type(result) is Number and result.value in (0, 1):
        return ones if result.value else ones._replace(function="zeros_like")
    return Binary("*", result, ones, 0, 0, 0, 0)


def _nested(items: Sequence[Any], shape: tuple[int, ...]) -> Any:
    if not shape:
        return items[0]
    step = prod(shape[1:])
    return List(tuple(_nested(items[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])), 0, 0)
