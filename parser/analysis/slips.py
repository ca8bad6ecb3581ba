"""What was most likely overlooked in a derivative worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np

from ..syntax.records import Binary
from .claim_parts import Part, parts_of
from .coordinates import Expression, Point

_SAME = 1e-6
_LARGEST_DENOMINATOR = 100


def likely_slip(
    expression: Expression, name: str, points: Sequence[Point], claimed: Sequence[Any], actual: Sequence[Any]
) -> str | None:
    """The slip that turns the derivatives by a variable into the claimed ones; None: none that is known does.

    `claimed` and `actual` hold an array of the variable's shape for each point.
    """
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
            _of_something_else(expression, name, points, claim),
            _in_proportion(claim, truth),
            _by_a_factor(_factors(name, points, parts), claim, truth),
            _by_a_constant(claim, truth),
        ),
        None,
    )


def _of_something_else(expression: Expression, name: str, points: Sequence[Point], claim: Any) -> Iterator[str]:
    value = np.concatenate([np.ravel(expression.value(p)) for p in points])
    if _same(claim, value):
        yield "this is the expression itself, not its derivative"
    for other in expression.wrt:
        by_other = Expression(expression.program, [other], expression.limits, expression.dtype)
        if other != name and _same(claim, np.concatenate([by_other.gradient(p) for p in points])):
            yield f"this is the derivative by `{other}`"
    if len(claim) == len(points):
        single = Expression(expression.program, [name], expression.limits, expression.dtype)
        if _same(claim, np.concatenate([np.ravel(single.hessian(p)) for p in points])):
            yield "this is the second derivative"


def _of_parts(expression: Expression, parts: Sequence[Part], claim: Any, truth: Any) -> Iterator[str]:
    for part in parts:
        rest = truth - part.contribution
        if not _same(part.inner, np.ones_like(truth)) and part.contribution.any():
            if _same(claim, rest + part.outer):
                yield f"the inner derivative is missing: that of `{part.text}`"
            if _same(claim, rest + part.contribution * part.inner):
                yield f"the inner derivative is there twice: that of `{part.text}`"
    if _same(claim, -truth):
        yield "the sign is wrong"
    yield from _of_products(expression, parts, claim)
    for part in parts:
        if not part.contribution.any():
            continue
        whence = f"`{part.text}`" if part.syntax else f"the `{part.text}` in column {part.column}"
        if _same(claim, truth - part.contribution):
            yield f"a term is missing: what comes from {whence}"
        if _same(claim, truth - 2 * part.contribution):
            yield f"a term has the wrong sign: what comes from {whence}"
        if _same(claim, truth + part.contribution):
            yield f"a term is there twice: what comes from {whence}"


def _of_products(expression: Expression, parts: Sequence[Part], claim: Any) -> Iterator[str]:
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
