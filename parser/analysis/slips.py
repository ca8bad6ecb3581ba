"""What was most likely overlooked in a derivative worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np

from ..semantics.names import free_variables
from ..syntax.errors import ExpressionError
from ..syntax.parse import parse
from ..syntax.records import Binary, Program
from .claim_parts import Part, parts_of
from .coordinates import NumericFunction, Point

_SAME = 1e-6
_LARGEST_DENOMINATOR = 100
# Factors that are easily forgotten.
_CONSTANTS = {
    **{f"log({base})": math.log(base) for base in (2, 10, 3, 5, 6, 7)},
    "pi": math.pi,
    "sqrt(pi)": math.sqrt(math.pi),
    "sqrt(2*pi)": math.sqrt(2 * math.pi),
    "sqrt(2)": math.sqrt(2),
    "pi/180": math.pi / 180,
}


def likely_slip(
    expression: NumericFunction,
    name: str,
    program: Program,
    points: Sequence[Point],
    claimed: Sequence[Any],
    actual: Sequence[Any],
) -> str | None:
    """The slip that turns the derivatives by a variable into the claimed ones; None: none that is known does.

    `program` is the claim; `claimed` and `actual` hold an array of the variable's shape for each point.
    """
    half = next(_on_one_side(name, points, claimed, actual), None)
    if half:
        return half
    usable = [i for i in range(len(points)) if np.isfinite(claimed[i]).all() and np.isfinite(actual[i]).all()]
    if not usable:
        return None
    points = [points[i] for i in usable]
    claim = np.concatenate([np.ravel(claimed[i]) for i in usable])
    truth = np.concatenate([np.ravel(actual[i]) for i in usable])
    if not claim.any():
        return None
    parts = parts_of(expression, name, points)
    return next(
        chain(
            _of_parts(expression, parts, claim, truth),
            _of_something_else(expression, name, program, points, claim),
            _in_proportion(claim, truth),
            _by_a_factor(_factors(name, points, parts), claim, truth),
            _of_another_power(claim, truth),
            _at_another_place(expression, name, points, parts, claim, truth),
            _by_a_constant(claim, truth),
            _at_some_points(claim, truth),
        ),
        None,
    )


def _on_one_side(name: str, points: Sequence[Point], claimed: Sequence[Any], actual: Sequence[Any]) -> Iterator[str]:
    claim, truth = (np.concatenate([np.ravel(part) for part in parts]) for parts in (claimed, actual))
    size = np.size(claimed[0])
    for variable in sorted(points[0], key=lambda other: other != name):
        numbers = [np.ravel(point[variable]) for point in points]
        if variable != name and numbers[0].size != 1:
            continue
        at = np.concatenate([np.broadcast_to(number, size) for number in numbers])
        right = abs(claim - truth) <= _SAME * abs(truth)
        for sign, side, beyond in ((">", at > 0, at < 0), ("<", at < 0, at > 0)):
            if side.sum() > 1 and beyond.any() and not right[beyond].any() and _same(claim[side], truth[side]):
                yield f"this is right for `{variable}` {sign} 0 only"


def _of_another_power(claim: Any, truth: Any) -> Iterator[str]:
    if len(claim) < 2 or _same(abs(truth), np.ones_like(truth)):
        return
    if _same(abs(claim), truth**2):
        yield "a root is missing: this is the square of the derivative"
    if _same(claim**2, abs(truth)):
        yield "a square is missing: this is the root of the derivative"


def _at_another_place(
    expression: NumericFunction, name: str, points: Sequence[Point], parts: Sequence[Part], claim: Any, truth: Any
) -> Iterator[str]:
    """The function around a part, or its derivative, at what is not that part."""
    source = expression.program.source
    hole = name + "_"
    while hole in source:
        hole += "_"
    for part in parts:
        start, end = part.column - 1, part.column - 1 + len(part.text)
        if part.syntax is None or source[start:end] != part.text or part.text == source.strip():
            continue
        at = np.array([float(point[name]) for point in points])
        try:
            outer = NumericFunction(
                parse(f"{source[:start]}({hole}){source[end:]}"), [hole], expression.limits, "float64"
            )
            in_derivative, in_variable = (
                [{**point, hole: np.asarray(value)} for point, value in zip(points, values, strict=True)]
                for values in (part.inner, at)
            )
            value = np.array([float(outer.value(_needed(outer, p))) for p in in_derivative])
            there, plain = (
                np.array([outer.gradient(_needed(outer, p)).item() for p in moved])
                for moved in (in_derivative, in_variable)
            )
        except (ExpressionError, RuntimeError):
            continue
        rest = truth - part.contribution
        if _same(claim, value):
            yield f"this is the expression with the derivative of `{part.text}` in place of `{part.text}`"
        if _same(claim, rest + there) or _same(claim, rest + there * part.inner):
            yield f"the outer derivative is taken at the derivative of `{part.text}`, not at `{part.text}`"
        if _same(claim, rest + plain * part.inner) or _same(claim, rest + plain):
            yield f"the outer derivative is taken at `{name}`, not at `{part.text}`"


def _needed(expression: NumericFunction, point: Point) -> Point:
    names = free_variables(expression.program)
    return {name: data for name, data in point.items() if name in names}


def _of_something_else(
    expression: NumericFunction, name: str, program: Program, points: Sequence[Point], claim: Any
) -> Iterator[str]:
    value = np.concatenate([np.ravel(expression.value(p)) for p in points])
    if _same(claim, value):
        yield "this is the expression itself, not its derivative"
    for other in expression.wrt:
        by_other = NumericFunction(expression.program, [other], expression.limits, expression.dtype)
        if other != name and _same(claim, np.concatenate([by_other.gradient(p) for p in points])):
            yield f"this is the derivative by `{other}`"
    if len(claim) == len(points):
        single = NumericFunction(expression.program, [name], expression.limits, expression.dtype)
        if _same(claim, np.concatenate([np.ravel(single.hessian(p)) for p in points])):
            yield "this is the second derivative"
        if name in free_variables(program):
            back = NumericFunction(program, [name], expression.limits, "float64")
            if _same(value, np.concatenate([np.ravel(back.gradient(_needed(back, p))) for p in points])):
                yield "this is an integral of the expression, not its derivative"


def _of_parts(expression: NumericFunction, parts: Sequence[Part], claim: Any, truth: Any) -> Iterator[str]:
    for part in parts:
        rest = truth - part.contribution
        whole = _same(part.outer, np.ones_like(truth))
        if not _same(part.inner, np.ones_like(truth)) and part.contribution.any():
            if not whole and _same(claim, rest + part.outer):
                yield f"the inner derivative is missing: that of `{part.text}`"
            if not whole and _same(claim, rest + part.contribution * part.inner):
                yield f"the inner derivative is there twice: that of `{part.text}`"
    if _same(claim, -truth):
        yield "the sign is wrong"
    yield from _of_products(expression, parts, claim)
    for part in parts:
        # What is all there is, is no term.
        if not part.contribution.any() or _same(part.contribution, truth):
            continue
        whence = f"`{part.text}`" if part.syntax else f"the `{part.text}` in column {part.column}"
        if _same(claim, truth - part.contribution):
            yield f"a term is missing: what comes from {whence}"
        if _same(claim, truth - 2 * part.contribution):
            yield f"a term has the wrong sign: what comes from {whence}"
        if _same(claim, truth + part.contribution):
            yield f"a term is there twice: what comes from {whence}"


def _of_products(expression: NumericFunction, parts: Sequence[Part], claim: Any) -> Iterator[str]:
    root = expression.program.statements[-1]
    if not isinstance(root, Binary) or len(expression.program.statements) > 1:
        return
    source = expression.program.source
    u, v = _part_for(parts, root.left, source), _part_for(parts, root.right, source)
    if u is None or v is None:
        return
    if root.op == "*" and _same(claim, u.inner * v.inner):
        yield "the derivative of a product is not the product of the derivatives: it is u'*v + u*v'"
    if root.op == "/":
        with np.errstate(all="ignore"):
            if _same(claim, u.inner / v.inner):
                yield "the derivative of a quotient is not the quotient of the derivatives: it is (u'*v - u*v')/v**2"
            if _same(claim, (u.inner * v.value - u.value * v.inner) / v.value):
                yield f"the denominator is not squared: `{v.text}`"


def _part_for(parts: Sequence[Part], syntax: Any, source: str) -> Part | None:
    text = source[syntax.start : syntax.end]
    return next((p for p in parts if p.text == text and p.column == syntax.start + 1), None)


def _in_proportion(claim: Any, truth: Any) -> Iterator[str]:
    factor = _factor(claim, truth)
    if factor is not None:
        for text, constant in _CONSTANTS.items():
            for shown, number in ((text, constant), (f"1/{text}", 1 / constant)):
                if abs(factor / number - 1) < _SAME:
                    yield f"`{text}` is missing: the claim is {shown} times the derivative"
        yield f"a factor is wrong: the claim is {_shown(factor)} times the derivative"
    if _same(claim * truth, np.ones_like(truth)):
        yield "this is 1 over the derivative"


def _factors(name: str, points: Sequence[Point], parts: Sequence[Part]) -> Iterator[tuple[str, Any]]:
    """What may have been multiplied with by mistake, or forgotten, and its numbers: the simplest first."""
    for other in points[0]:
        if other != name and not any(np.ndim(data) for data in points[0].values()):
            yield f"`{other}`", np.array([float(point[other]) for point in points])
    for part in sorted(parts, key=lambda part: len(part.text)):
        yield f"`{part.text}`", part.value
        if not _same(part.outer, np.ones_like(part.outer)):
            yield f"the derivative of `{part.text}`", part.inner


def _by_a_factor(factors: Iterable[tuple[str, Any]], claim: Any, truth: Any) -> Iterator[str]:
    for text, value in factors:
        many, few = _factor(claim, truth * value), _factor(claim * value, truth)
        if many is not None:
            yield f"a factor is too much: {text}{_besides(many)}"
        if few is not None:
            yield f"a factor is missing: {text}{_besides(few)}"


def _besides(factor: float) -> str:
    return (
        "" if _same(np.array([factor]), np.ones(1)) else f", and the rest is {_shown(factor)} times what it should be"
    )


def _at_some_points(claim: Any, truth: Any) -> Iterator[str]:
    right = int((abs(claim - truth) <= _SAME * abs(truth)).sum())
    if right > len(claim) / 10:
        yield f"this is right at some points only: {right} of {len(claim)}"


def _by_a_constant(claim: Any, truth: Any) -> Iterator[str]:
    differences = claim - truth
    if len(claim) > 1 and _same(differences, np.full_like(truth, differences[0])):
        yield f"a constant is wrong: the claim is the derivative plus {_shown(float(differences[0]))}"


def _factor(claim: Any, truth: Any) -> float | None:
    """The one number that makes the claim of the truth; None where there is none, or only one point."""
    at = int(np.argmax(abs(truth)))
    if len(claim) < 2 or not truth[at] or not claim[at]:
        return None
    factor = float(claim[at] / truth[at])
    return factor if _same(claim, factor * truth) else None


def _shown(number: float) -> str:
    fraction = Fraction(number).limit_denominator(_LARGEST_DENOMINATOR)
    simple = abs(number - fraction) <= _SAME * abs(number)
    return str(fraction) if simple else f"{number:.6g}"


def _same(one: Any, other: Any) -> bool:
    """Whether two functions are the same at all points, but for rounding."""
    if one.shape != other.shape or not (np.isfinite(one).all() and np.isfinite(other).all()):
        return False
    size = np.maximum(abs(one), abs(other))
    return bool((abs(one - other) <= _SAME * size + 1e-9 * size.max(initial=0)).all())
