"""Autograd against differences: for each derivative at a point, both numbers and whether they agree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ...engine.autograd.differences import FIRST_STEP, Slope, Slopes, slopes
from .coordinates import Coordinate, NumericFunction, Point, subscript

OK = "ok"
KINK = "kink"
EDGE = "edge"
WRONG = "wrong"
UNSETTLED = "unsettled"
UNDEFINED = "undefined"
HOLDS = (OK, KINK, EDGE)

# How many numbers of points and results to go on with at a time; differences need about 100 of each.
_NUMBERS = 30_000
# From how many points on autograd goes through all at once.
_MANY = 20
# The part of a derivative by which it may differ: far above rounding, far below the effect of a wrong rule.
_RELATIVE = {"float64": 5e-7, "float32": 1e-3}
# The same as a part of the largest slope in sight, where the derivative is next to nothing.
_ABSOLUTE = 1e-14
# How many times its own estimate the error of a difference may be.
_SAFETY = 10
# A difference whose error may be a larger part of it than that settles nothing; a derivative is confirmed by a closer
# one only, unless it is what rounding leaves of 0.
_VAGUE = 0.1
_CLOSE = 5e-4
_NEGLIGIBLE = 1e-8
_NOTHING = 2e-14
# Slopes from the two sides that differ by this part of them make a kink.
_KINK = 1e-3


class Check(NamedTuple):
    """One derivative by one coordinate at one point.

    `key` names it as `eval` does, with its index (`grad.x[0]`). `absolute` and `relative` are the differences between
    `autograd` and `numeric`. `verdict`: "ok"; "kink", the slopes from the `left` and `right` differ and what autograd
    says lies between them; "edge", the domain ends here; "wrong"; "unsettled", where differences find no slope;
    "undefined", where the value is not finite.
    """

    key: str
    coordinate: Coordinate
    autograd: float
    numeric: float
    absolute: float
    relative: float
    tolerance: float
    verdict: str
    left: float
    right: float
    jumps: bool

    def numbers(self) -> dict[str, float]:
        """What was compared, and how it differs, by name."""
        return {key: getattr(self, key) for key in ("autograd", "numeric", "absolute", "relative", "tolerance")}


def compare(expression: NumericFunction, point: Point, order: int) -> list[Check]:
    """The checks of all first, or second, derivatives at a point. ExpressionError: as `evaluate`."""
    return compare_all(expression, [point], order)[0]


def compare_all(expression: NumericFunction, points: Sequence[Point], order: int) -> list[list[Check]]:
    """The checks at each of several points, whose variables have the same shapes. ExpressionError: as `evaluate`."""
    coordinates = expression.coordinates(points[0])
    found = expression.slopes(points) if order == 1 and len(points) >= _MANY else None
    together = found is not None
    if found is None:
        found = [expression.jacobian(point) if order == 1 else expression.hessian(point) for point in points]
    if order == 1:
        shape = expression.value(points[0]).shape
        kind = "jacobian" if shape else "grad"
        columns = [(kind, index) for index in np.ndindex(shape)]
    else:
        columns = [(f"hessian.{by.name}", by.place) for by in coordinates]
    pairs = [(point, coordinate) for point in points for coordinate in coordinates]
    numbers = sum(int(np.size(value)) for value in points[0].values()) + len(columns)
    at_once = max(_NUMBERS // max(numbers, 1), 1)
    sides: list[Slopes] = []
    for start in range(0, len(pairs), at_once):
        part = pairs[start : start + at_once]
        many = slopes(partial(_near, expression, part, order), np.array([c.of(p) for p, c in part]))
        if order == 2:
            # A gradient is made of numbers as large as the value is, and rounded as they are.
            values = [float(np.nan_to_num(abs(expression.value(point)), posinf=0).max(initial=0)) for point, _ in part]
            far = np.array([max(1.0, abs(coordinate.of(point))) for point, coordinate in part])
            least = np.array(values) / (FIRST_STEP * far) ** 2
            many = many._replace(size=np.maximum(many.size, least[:, None]))
        sides.extend(_part(many, k) for k in range(len(part)))
    checks: list[list[Check]] = [[] for _ in points]
    for k, ((_, coordinate), slope) in enumerate(zip(pairs, sides, strict=True)):
        place, row = divmod(k, len(coordinates))
        if together and _judged(float(found[place][row, 0]), _number(slope, 0), _RELATIVE[expression.dtype])[2] != OK:
            # What differences do not confirm is judged by what autograd says at that point alone.
            found[place] = expression.jacobian(points[place])
        for column, (kind, index) in enumerate(columns):
            key = f"{kind}.{coordinate.name}{subscript((*index, *coordinate.place))}"
            autograd = float(found[place][row, column])
            checks[place].append(_check(key, coordinate, autograd, _number(slope, column), expression.dtype))
    return checks


def _near(expression: NumericFunction, pairs: Sequence[tuple[Point, Coordinate]], order: int, near: Any) -> Any:
    """The function, flat, where the coordinate of each pair moves to each number of its column; nan where it fails."""
    count = len(near)
    columns = {name: np.stack([np.asarray(point[name], float) for point, _ in pairs]) for name in pairs[0][0]}
    columns = {name: np.repeat(values[None], count, axis=0) for name, values in columns.items()}
    for k, (_, coordinate) in enumerate(pairs):
        columns[coordinate.name][(slice(None), k, *coordinate.place)] = near[:, k]
    rows = {name: values.reshape(count * len(pairs), *values.shape[2:]) for name, values in columns.items()}
    found = expression.many(rows, order)
    return found.reshape(count, len(pairs), math.prod(found.shape[1:]))


def _part(sides: Slopes, k: int) -> Slopes:
    central, left, right = (Slope(s.value[k], s.error[k]) for s in sides[:3])
    straight, bent = (Slope(s.value[:, k], s.error[:, k]) for s in (sides.straight, sides.bent))
    return Slopes(central, left, right, sides.jump[k], sides.finite[k], sides.size[k], straight, bent)


def _number(sides: Slopes, column: int) -> Slopes:
    central, left, right = (Slope(float(s.value[column]), float(s.error[column])) for s in sides[:3])
    straight, bent = (Slope(s.value[:, column], s.error[:, column]) for s in (sides.straight, sides.bent))
    size = float(sides.size[column])
    return Slopes(central, left, right, sides.jump[column], sides.finite[column], size, straight, bent)


def _check(key: str, coordinate: Coordinate, autograd: float, sides: Slopes, dtype: str) -> Check:
    numeric, tolerance, verdict = _judged(autograd, sides, _RELATIVE[dtype])
    absolute = 0.0 if autograd == numeric else abs(autograd - numeric)
    largest = max(abs(autograd), abs(numeric))
    relative = absolute / largest if largest else 0.0
    ends = sides.left.value, sides.right.value, bool(sides.jump)
    return Check(key, coordinate, autograd, numeric, absolute, relative, tolerance, verdict, *ends)


def _judged(autograd: float, sides: Slopes, relative: float) -> tuple[float, float, str]:
    """The number to compare with, how far it may be off, and the verdict."""
    central, left, right = sides.central, sides.left, sides.right

    def allowed(slope: float, error: float) -> float:
        if not math.isfinite(slope):
            return 0.0
        return _ABSOLUTE * sides.size + relative * max(abs(slope), min(abs(autograd), 2 * abs(slope))) + _SAFETY * error

    def against(slope: float, tolerance: float, verdict: str = OK) -> tuple[float, float, str]:
        agrees = autograd == slope or abs(autograd - slope) <= tolerance
        return slope, tolerance, verdict if agrees else WRONG

    if not sides.finite:
        return math.nan, 0.0, UNDEFINED
    known = [side for side in (left, right) if not math.isnan(side.value)]
    if len(known) == 1:
        return against(known[0].value, allowed(*known[0]), EDGE)
    if left.value == right.value and math.isinf(left.value):
        return against(left.value, 0.0)
    if (sides.jump and _settles(left, sides.size) and _settles(right, sides.size)) or _bends(sides):
        if not sides.jump and _is_waved(sides.bent, 0, abs(right.value - left.value)):
            return central.value, allowed(*central), UNSETTLED
        low, high = sorted((left.value, right.value))
        tolerance = (high - low) / 2 + allowed(max(abs(low), abs(high)), left.error + right.error)
        judged = against((low + high) / 2, tolerance, KINK)
        return (*judged[:2], KINK) if low <= autograd <= high else judged
    tolerance = allowed(*central)
    if sides.jump or not _settles(central, sides.size):
        return central.value, tolerance, UNSETTLED
    judged = against(central.value, tolerance)
    if judged[2] == WRONG and _is_waved(sides.straight, autograd, abs(autograd - central.value)):
        return (*judged[:2], UNSETTLED)
    confirmed = judged[2] == WRONG or _SAFETY * central.error <= max(_CLOSE, relative) * abs(central.value)
    return judged if confirmed or abs(autograd) <= _NOTHING * sides.size else (*judged[:2], UNSETTLED)


def _is_waved(slope: Slope, value: float, difference: float) -> bool:
    """Whether slopes over steps just long enough to show a difference from the value do not show it.

    Longer steps, which do, then span more than the function's own waves.
    """
    shown = (slope.error < difference / 2) & (slope.error > difference / 32) & np.isfinite(slope.value)
    return bool(np.any(shown & (abs(slope.value - value) + slope.error < 0.75 * difference)))


def _settles(slope: Slope, size: float) -> bool:
    """Whether a slope is known well enough to tell a wrong derivative from a right one."""
    return _SAFETY * slope.error <= max(_NEGLIGIBLE * size, _VAGUE * abs(slope.value))


def _bends(sides: Slopes) -> bool:
    """Whether the slopes from the left and from the right are known and differ."""
    left, right = sides.left, sides.right
    if math.isinf(left.value) or math.isinf(right.value):
        return left.value != right.value
    size = max(abs(left.value), abs(right.value))
    doubt = _SAFETY * (left.error + right.error)
    return doubt < _VAGUE * size and abs(left.value - right.value) > _KINK * size + doubt
