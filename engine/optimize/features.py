"""What there is to see on a curve: roots, extrema, inflections, kinks, jumps, poles, and where it begins and ends.

Samples only show between which points something is: a sign changes, or a difference is not what the derivatives say.
Where exactly is found with SciPy's root finders on the value or a derivative. What it is, is told by the values and
slopes ever closer to it from both sides: they come to a limit, to two limits, or to none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..tensors.aliases import Array
from .curve_samples import Derivatives, Samples, central
from .halving import last_where

ROOT = "root"
MINIMUM = "minimum"
MAXIMUM = "maximum"
INFLECTION = "inflection"
KINK = "kink"
JUMP = "jump"
POLE = "pole"
HOLE = "hole"
EDGE = "edge"
# At these a curve is interrupted.
BREAKS = (JUMP, POLE, HOLE, EDGE)

# How near to a point one looks at it, as parts of the distance to the next samples; and never nearer, in units of the
# last place of the point.
_SLOPES = 2
_NEAR = (1e-3, 1e-6, 1e-9)
_LAST_PLACES = 16
# The share of a difference that derivatives must explain where a function is smooth.
_EXPLAINED = 0.3
# What rounding leaves of a number, of its first and of its second derivative, as parts of the largest.
_NOISE = (1e-15, 1e-12, 1e-9)
# Signs that change at more than such a part of the samples are those of rounding errors.
_OFTEN = 3
# What each row of the samples tells, and how much of that is listed at most.
_KINDS = ((500, {ROOT, JUMP, POLE}), (120, {MINIMUM, MAXIMUM, KINK}), (120, {INFLECTION}))
# Below such a part of all, a difference is no jump and no kink.
_ODD = 1e-6
# A value grows without end where it is so much larger than at the samples around.
_GROWN = 1.5
# How exactly a place is found, as a part of the distance of samples and of the place; the largest height; how near two
# features are one, as a part of the range.
_EXACT = 1e-15
_LEAST: Any = 4 * float(np.finfo(float).eps)
_HIGH = 1e300
_TRIES = 500
_STEEP = 0.1
_EVEN = 500
# How far beyond what is in between a curve with poles is shown, as a part of that.
_BEYOND = 0.3
_TOGETHER = 1e-10
_WIDE = 1e-3
_LITTLE = 1e-3


class Feature(NamedTuple):
    """A point of interest at `x`. `sides` are what comes from the left and from the right, nan where nothing does: the
    value, but of a kink the slope, infinite at a pole; `value` is the function's own there, or nan.
    """

    kind: str
    x: float
    value: float
    sides: tuple[float, float]


class Found(NamedTuple):
    """The features of a curve in order. Of the kinds in `unlisted`, there are more than anyone can make out."""

    features: list[Feature]
    unlisted: frozenset[str]


class _Bracket(NamedTuple):
    """Between which points something is: which row of the samples changes its sign there, or leaps beside the line that
    starts at the low point with an `offset` and a `slope`; or the sample `place` where it is.
    """

    low: float
    high: float
    row: int
    leaps: bool = False
    offset: float = 0.0
    slope: float = 0.0
    place: float | None = None


def features(function: Derivatives, samples: Samples) -> Found:
    """What there is to see on a curve that was sampled."""
    found: list[Feature] = []
    unlisted: set[str] = set()
    span = float(samples.x[-1] - samples.x[0])
    nothing = _NOISE[0] * _scale(samples, 0)
    with np.errstate(all="ignore"):
        for row, (most, names) in enumerate(_KINDS[: len(samples.rows)]):
            brackets = list(_brackets(samples, row))
            if len(brackets) > min(most, len(samples.x) // _OFTEN):
                unlisted |= names
                continue
            for bracket in brackets:
                found += _seen(function, bracket, nothing, span * _WIDE)
        found += _ends(function, samples)
    for end, other in ((0, 1), (-1, -2)):
        value = float(samples.rows[0, end])
        if ROOT not in unlisted and abs(value) <= nothing < abs(samples.rows[0, other]):
            found.append(Feature(ROOT, float(samples.x[end]), value, (value, value)))
    return Found(_merged(found, span * _TOGETHER), frozenset(unlisted))


def _brackets(samples: Samples, row: int) -> Iterator[_Bracket]:
    """Where the sign of a row changes, or the row changes otherwise than the next one, its derivative, says."""
    x, rows = samples
    values = rows[row]
    known: Array = np.logical_and.reduce(np.isfinite(rows[: row + 1]))
    values = np.where(known, values, 0)
    signs = np.where(np.abs(values) > _NOISE[row] * _scale(samples, row), np.sign(values), 0)
    steps = known[:-1] & known[1:]
    sure = np.flatnonzero(signs)
    for first, last in zip(sure[:-1].tolist(), sure[1:].tolist(), strict=True):
        inside = slice(first + 1, last)
        # A stretch of zeros is none of these, and numbers too small to be sure of are one if they are not all zero.
        if not known[inside].all() or np.count_nonzero(values[inside] == 0) > 1:
            continue
        if signs[first] != signs[last]:
            place = float(x[first + 1]) if last == first + 2 else None
            yield _Bracket(float(x[first]), float(x[last]), row, place=place)
        elif row == 0 and last == first + 2:
            yield _Bracket(float(x[first]), float(x[last]), row, place=float(x[first + 1]))
    # Of values that may leap, and of slopes; where the next derivative is not known, by quotients.
    if row + 1 < len(rows) or row < _SLOPES:
        slopes = rows[row + 1] if row + 1 < len(rows) else _quotients(x, values)
        change = np.diff(values)
        said = np.diff(x) * (slopes[:-1] / 2 + slopes[1:] / 2)
        # Not so where there is no slope at one of both points.
        odd = ~(np.abs(change - said) <= _EXPLAINED * np.maximum(np.abs(change), np.abs(said)))
        odd &= np.isfinite(slopes[:-1]) | np.isfinite(slopes[1:])
        odd &= np.abs(change) > _ODD * _scale(samples, row)
        for i in np.flatnonzero(odd & steps & (signs[:-1] * signs[1:] >= 0)).tolist():
            is_even = abs(slopes[i + 1] - slopes[i]) <= max(abs(slopes[i]), abs(slopes[i + 1])) / 2
            rise = float(said[i]) if is_even else 0.0
            offset = float(values[i]) + (float(change[i]) - rise) / 2
            yield _Bracket(float(x[i]), float(x[i + 1]), row, True, offset, rise / float(x[i + 1] - x[i]))


def _quotients(x: Array, values: Array) -> Array:
    """Slopes where there is no derivative: at each point the lesser of those to the points on both sides."""
    between = np.diff(values) / np.diff(x)
    left, right = np.append(between[:1], between), np.append(between, between[-1:])
    return np.where(np.abs(left) < np.abs(right), left, right)


def _scale(samples: Samples, row: int) -> float:
    """How large a row is, by its own values and by those of which it is a derivative."""
    span = float(samples.x[-1] - samples.x[0]) or 1.0
    # Evenly along the range, and not most of them around a pole.
    even = np.searchsorted(samples.x, np.linspace(samples.x[0], samples.x[-1], _EVEN))
    sizes = [0.0]
    for lower in range(row + 1):
        values = samples.rows[lower, even]
        known = np.abs(values[np.isfinite(values)])
        if len(known):
            size = np.quantile(known, 0.9)
            for _ in range(row - lower):
                size = size / span
            sizes.append(float(size))
    return max(sizes)


def _place(function: Derivatives, bracket: _Bracket) -> float:
    """Where the sign changes, to the last digits."""
    from scipy.optimize import brentq

    def height(x: float) -> float:
        value = float(function(np.array([x]))[bracket.row, 0]) - bracket.offset - bracket.slope * (x - bracket.low)
        # Infinity has a sign, and what is not a number needs one.
        return min(_HIGH, max(-_HIGH, value)) if value == value else _HIGH

    low, high = bracket.low, bracket.high
    near = max((high - low) * _EXACT, 5e-324)
    place = bracket.place
    if place is None:
        solved: Any = brentq(height, low, high, xtol=near, rtol=_LEAST, maxiter=_TRIES, full_output=True, disp=False)
        place = float(solved[0])
    here = abs(height(place))
    # At a jump or a pole no point nearby is better than others.
    is_steep = here > _STEEP * min(abs(height(low)), abs(height(high)))
    return _rounded(place, near, lambda x: is_steep or abs(height(x)) <= here)


def _rounded(x: float, near: float, is_as_good: Callable[[float], bool]) -> float:
    """The number with the fewest digits beside x that is as good as x, or x."""
    near = 2 * (near + _LEAST * abs(x))
    for digits in range(15):
        other = float(f"{x:.{digits}e}") if digits or abs(x) > near else 0.0
        if abs(other - x) <= near and is_as_good(other):
            return other
    return x


class _Look:
    """The rows of a function at a place, and what they come to from both sides."""

    def __init__(self, function: Derivatives, place: float, low: float, high: float, wide: float) -> None:
        last = _LAST_PLACES * math.ulp(place)
        width = high - low
        steps = [max(width * part, last * 64.0**i) for i, part in zip((2, 1, 0), _NEAR, strict=True)]
        self.step = steps[-1]
        self.points = np.array([low, *(place - step for step in steps), place, *(place + s for s in steps[::-1]), high])
        self.rows = function(self.points)
        # How large the rows are at the ends, or somewhat further away.
        further = function(np.array([place - wide, place + wide]))
        ends = np.stack([self.rows[:, [0, 8]], further])
        self.around = np.where(np.isfinite(ends), np.abs(ends), 0).max(axis=2).min(axis=0)

    def sides(self, row: int) -> tuple[float, float]:
        """The limits of a row from the left and from the right: infinite where it grows without end, nan where it has
        no values.
        """
        return self._limit(row, [1, 2, 3]), self._limit(row, [7, 6, 5])

    def _limit(self, row: int, order: Sequence[int]) -> float:
        first, second, third = (float(self.rows[row, i]) for i in order)
        if not math.isfinite(third):
            return third
        here = float(self.rows[row, 4])
        grows = abs(third) > abs(second) > abs(first) and abs(third - second) >= abs(second - first) / 2
        if grows and abs(third) > _GROWN * self.around[row]:
            return math.copysign(math.inf, third)
        if abs(here - third) <= abs(third - second):
            return here
        if abs(third) < abs(second) / 100 < abs(first) / 10_000:
            return 0.0
        if row + 1 < len(self.rows):
            slope = float(self.rows[row + 1, order[2]])
            further = third + slope * float(self.points[4] - self.points[order[2]])
            return further if math.isfinite(slope) and abs(further - third) <= abs(third - second) else third
        return third

    def settles(self, on_the_right: bool) -> bool:
        """Whether the value on a side comes to a limit, or grows without end, and does not go to and fro."""
        first, second, third = self.rows[0, [7, 6, 5] if on_the_right else [1, 2, 3]]
        if abs(third) > abs(second) > abs(first):
            return True
        return bool(abs(third - second) <= max(abs(second - first) / 2, _ODD * abs(third)))

    def differ(self, row: int) -> bool:
        """Whether a row comes to two limits, and the difference is not that of a steep curve."""
        left, right = self.sides(row)
        if left == right or math.isnan(left) or math.isnan(right):
            return False
        if math.isinf(left) or math.isinf(right):
            # Of a step that is too steep to be resolved, the value changes within what is looked at.
            values = self.rows[0]
            rest = np.abs(values[[0, 8]] - values[4]).max()
            return row == 0 or bool(np.abs(values[[3, 5]] - values[4]).max() <= _LITTLE * rest)
        gap = abs(right - left)
        if gap <= _ODD * (abs(left) + abs(right)) or gap < abs(self.rows[row, 6] - self.rows[row, 2]) / 2:
            return False
        if row + 1 == len(self.rows):
            return True
        slopes = np.abs(self.rows[row + 1, 3:6])
        slopes = slopes[np.isfinite(slopes)]
        return not len(slopes) or 2 * self.step * float(slopes.max()) < _EXPLAINED * gap


def _seen(function: Derivatives, bracket: _Bracket, nothing: float, wide: float) -> Iterator[Feature]:
    """What is in a bracket. A value not larger than `nothing` is 0."""
    place = _place(function, bracket)
    look = _Look(function, place, bracket.low, bracket.high, wide)
    left, right = sides = look.sides(0)
    value = float(look.rows[0, 4])
    if math.isinf(left) or math.isinf(right):
        yield Feature(POLE, place, value, sides)
    elif math.isnan(left + right):
        # The domain ends, which is told from the samples.
        return
    elif look.differ(0):
        # The root finder ends on either side of it.
        place = _rounded(place, (bracket.high - bracket.low) * _EXACT, lambda _: True)
        yield Feature(JUMP, place, float(function(np.array([place]))[0, 0]), sides)
    elif not math.isfinite(value):
        yield Feature(HOLE, place, value, sides)
    elif bracket.row == 0:
        if not bracket.leaps:
            yield Feature(ROOT, place, value, sides)
    elif bracket.row == 1:
        if look.differ(1):
            yield Feature(KINK, place, value, look.sides(1))
        if not bracket.leaps:
            yield Feature(MINIMUM if look.rows[1, 3] < 0 else MAXIMUM, place, value, sides)
            if abs(value) <= nothing:
                yield Feature(ROOT, place, value, sides)
    elif not look.differ(1):
        yield Feature(INFLECTION, place, value, look.sides(1))


def _ends(function: Derivatives, samples: Samples) -> Iterator[Feature]:
    """Where a function begins or ends to be defined."""
    x, rows = samples
    known = np.isfinite(rows[0])
    for i in np.flatnonzero(known[1:] != known[:-1]).tolist():
        begins = bool(known[i + 1])

        low, high = float(x[i]), float(x[i + 1])
        ways = (high, low) if begins else (low, high)
        place = last_where(lambda point: bool(np.isfinite(function(np.array([point]))[0, 0])), *ways)
        place = _rounded(place, max((high - low) * _EXACT, 5e-324), lambda _: True)
        ends = (2 * place - high, high) if begins else (low, 2 * place - low)
        look = _Look(function, place, *ends, float(x[-1] - x[0]) * _WIDE)
        limit = look.sides(0)[begins] if look.settles(begins) else math.nan
        sides = (math.nan, limit) if begins else (limit, math.nan)
        outside = float(rows[0, i if begins else i + 1])
        value = outside if math.isinf(outside) else float(look.rows[0, 4])
        yield Feature(POLE if math.isinf(limit) else EDGE, place, value, sides)


def _merged(found: Sequence[Feature], near: float) -> list[Feature]:
    """The features in order, of those at one place the one that is all there is to say, or each kind once."""
    groups: list[list[Feature]] = []
    for feature in sorted(found, key=lambda f: f.x):
        if groups and feature.x - groups[-1][0].x <= near:
            groups[-1].append(feature)
        else:
            groups.append([feature])
    places = [min((feature.x for feature in group), key=lambda x: (len(repr(x)), x)) for group in groups]
    return [f._replace(x=x) for x, group in zip(places, groups, strict=True) for f in _of_one_place(group)]


def _of_one_place(group: Sequence[Feature]) -> Sequence[Feature]:
    ends = [feature for feature in group if feature.kind in (POLE, EDGE) and any(map(math.isnan, feature.sides))]
    whole = [feature for feature in group if feature.kind in (POLE, JUMP, HOLE) and feature not in ends]
    if whole:
        return whole[:1]
    if ends:
        left = next((f.sides[0] for f in ends if not math.isnan(f.sides[0])), math.nan)
        right = next((f.sides[1] for f in ends if not math.isnan(f.sides[1])), math.nan)
        first = ends[0]._replace(sides=(left, right))
        if math.isinf(left) or math.isinf(right):
            return [first._replace(kind=POLE)]
        if math.isnan(left + right):
            return [first]
        is_hole = abs(left - right) <= _ODD * (abs(left) + abs(right))
        return [first._replace(kind=HOLE if is_hole else JUMP)]
    kinds = {feature.kind: feature for feature in group}
    if KINK in kinds:
        kinds.pop(INFLECTION, None)
    return [kinds[kind] for kind in (ROOT, MINIMUM, MAXIMUM, KINK, INFLECTION) if kind in kinds]


def interrupted(samples: Samples, found: Found) -> tuple[Array, Array]:
    """The curve to draw: points x and y in order, with a nan where it is interrupted, and the points where it bends."""
    x, y = samples.x, samples.rows[0]
    for feature in found.features:
        if feature.kind in BREAKS:
            new = [side if math.isfinite(side) else math.nan for side in feature.sides]
            new.insert(1, math.nan)
        elif feature.kind in (KINK, MINIMUM, MAXIMUM):
            new = [feature.value]
        else:
            continue
        # What the function itself is at a jump is on one side of it, or beside the curve.
        keep = x != feature.x
        x, y = x[keep], y[keep]
        place = int(np.searchsorted(x, feature.x))
        x, y = np.insert(x, place, [feature.x] * len(new)), np.insert(y, place, new)
    return x, y


def visible(values: Array, found: Found) -> tuple[float, float]:
    """Which values to show of a curve, known evenly along it: all, but of one that grows without end those in between.

    (0, 0) where nothing is finite.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 0.0
    low, high = float(known.min()), float(known.max())
    if any(f.kind == POLE or math.isinf(f.value) for f in found.features):
        inner_low, inner_high = central(values)
        more = (inner_high - inner_low) * _BEYOND
        low, high = max(low, inner_low - more), min(high, inner_high + more)
        size = high - low
        places = [f.value for f in found.features if f.kind not in BREAKS and low - size < f.value < high + size]
        low, high = min([low, *places]), max([high, *places])
    return low, high
