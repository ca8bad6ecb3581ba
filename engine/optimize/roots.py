"""All roots of a function of one number in a range: brackets from exact slopes, closed by SciPy's `toms748`.

A grid is refined where the cubic through two neighbours' values and slopes could be zero between them, or does not
foretell the value in the middle. A change of sign is closed in on until no number lies between, and is a root if the
value goes to zero on both sides there: at a pole it grows, at a jump it stays. Where the value turns around before
zero, the zero of its derivative says whether it touches.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..tensors.aliases import Array
from .crossings import Behaviour, behaviour
from .halving import last_where
from .objective import Objective
from .rounding import EPS

_CELLS = 1000
_LEVELS = 24
# From which level on the values are compared with what rounding leaves.
_NOISY = 4
# Of the evaluations that refining may take.
_MOST = 20_000
_HUGE = 1e300
# How many numbers on each side of a place are tried.
_BESIDE = 4
# A value that is so many times what rounding leaves is none of that, unless it is nearly too small for a float.
_LEAP, _LOST = 1e3, 1e-290
# Where in a cell its cubic is looked at.
_WITHIN = np.linspace(0.0625, 0.9375, 15)


class Root(NamedTuple):
    """A root: `error` is how far off it may be, `slope` the derivative there, `multiplicity` 1 for a simple one.

    `proof` is what shows it: `sign` (the value changes its sign between neighbouring numbers), `touch` (the value and
    its derivative are zero, to what rounding leaves), `edge` (the value is zero where its domain
    ends), `value` (it is zero there, and jumps away from it), `run` (it is zero all around).
    """

    x: float
    residual: float
    error: float
    slope: float
    multiplicity: float
    proof: str


class Roots(NamedTuple):
    """What a range has: roots in order, whole intervals of zeros, places where the sign changes without a root.

    `poles` and `jumps` are such places; `rounded` are intervals where the value is too small for a float or lost in
    rounding, so that it seems zero; `open` are intervals that are not settled: roots may be missing there.
    """

    roots: list[Root]
    zeros: list[tuple[float, float]]
    poles: list[float]
    jumps: list[float]
    rounded: list[tuple[float, float]]
    open: list[tuple[float, float]]
    undefined: bool


def roots_between(
    objective: Objective,
    low: float,
    high: float,
    told: Callable[[int], None] = lambda count: None,
    most: int = 1000,
) -> Roots:
    """The roots of an objective of one unknown from `low` to `high`, both included, as many as `most`.

    `told` hears of the evaluations.
    """
    with np.errstate(all="ignore"):
        return _Scan(objective, low, high, told, most).run()


def root_at(objective: Objective, x: float, start: float) -> Root | None:
    """The root that a search from a start has come to, with what is known of it; None if the value is zero there only
    because it is too small for a float, or lost in rounding.
    """
    with np.errstate(all="ignore"):
        reach = max(1.0, abs(x), abs(x - start))
        scan = _Scan(objective, x - reach, x + reach, lambda count: None)
        end, x = x, scan.best_near(x, -reach, reach)
        beside = objective.values(x + reach * np.array([[-1e-3], [-1e-5], [1e-5], [1e-3]])).reshape(2, 2)
        if scan.f_at(x) == 0 and not beside.any(axis=1).all():
            zeros = scan.run().zeros
            return Root(end, 0.0, math.nan, 0.0, math.nan, "run") if any(a <= x <= b for a, b in zeros) else None
        scan.add(x, "")
        return scan.found.roots[0] if scan.found.roots and scan.found.roots[0].proof != "value" else None


def nearest_root(objective: Objective, start: float) -> Root | None:
    """The root nearest to a start in ranges around it, each ten times as long as the one before."""
    for reach in 10.0 ** np.arange(0, 4) * max(1.0, abs(start)):
        found = roots_between(objective, start - reach, start + reach).roots
        if found:
            return min(found, key=lambda root: abs(root.x - start))
    return None


class _Scan:
    def __init__(
        self, objective: Objective, low: float, high: float, told: Callable[[int], None], most: int = 1000
    ) -> None:
        self.most = most
        self.objective = objective
        self.low, self.high = low, high
        self.width = high - low
        self.told = told
        self.found = Roots([], [], [], [], [], [], False)
        self.brackets: list[tuple[float, float]] = []

    def run(self) -> Roots:
        self.x = np.linspace(self.low, self.high, _CELLS + 1)
        if self.low < 0 < self.high:
            self.x = np.unique(np.append(self.x, 0.0))
        self.f, self.g = self._at(self.x)
        if not np.isfinite(self.f).any():
            return self.found._replace(undefined=True)
        self._note_open(self._refine())
        self._zero_points()
        for i in range(len(self.x) - 1):
            self._cell(i)
        if len(self.brackets) > self.most:
            self.found.open.append((self.brackets[self.most][0], self.brackets[-1][1]))
        for a, b in self.brackets[: self.most]:
            self._bracketed(a, b)
        return self._sorted()

    def _at(self, x: Array) -> tuple[Array, Array]:
        values, gradients = self.objective.values_and_gradients(x[:, None])
        return np.asarray(values), gradients[:, 0]

    def f_at(self, x: float) -> float:
        return self.objective.value(np.array([x]))

    def g_at(self, x: float) -> float:
        return float(self.objective.gradient(np.array([x]))[0])

    def _refine(self) -> Array:
        """Puts points between neighbours until their cubic says what is between them; the cells it does not settle."""
        cells = np.arange(len(self.x) - 1)
        for level in range(_LEVELS + 1):
            a, b = self.x[cells], self.x[cells + 1]
            middle = a + (b - a) / 2
            inside = (middle > a) & (middle < b)
            if not inside.any() or len(self.x) + len(cells) > _MOST:
                break
            cells, middle = cells[inside], middle[inside]
            fm, gm = self._at(middle)
            self.told(len(self.x))
            x, f, g = (np.stack([of[cells], of[cells + 1]]) for of in (self.x, self.f, self.g))
            split = _doubtful(x, f, g, fm, gm)
            # Where the domain ends, ten halvings are enough to know the side; `_edge` finds the place itself.
            split &= ~(np.isnan([*f, fm]).any(axis=0) & (level > 9))
            if level >= _NOISY and split.any():
                # What is lost in rounding no halving settles.
                noise = self.objective.roundings(middle[split][:, None])
                split[split] = np.abs(fm[split]) > 4 * noise
            if level == _LEVELS:
                return cells[split]
            new = ((self.x, middle), (self.f, fm), (self.g, gm))
            self.x, self.f, self.g = (np.insert(of, cells + 1, between) for of, between in new)
            halves = (cells + np.arange(len(cells)))[split]
            cells = np.sort(np.concatenate([halves, halves + 1]))
        return cells

    def _note_open(self, cells: Array) -> None:
        for i in cells.tolist():
            a, b = float(self.x[i]), float(self.x[i + 1])
            near_zero = _sign(self.f[i]) * _sign(self.f[i + 1]) > 0 and not self._turns(i)
            if (b - a) < 1e-5 * self.width and not near_zero:
                continue
            if not np.isfinite(self.f[i : i + 2]).all():
                continue
            ends = np.abs(self.f[i : i + 2])
            if (b - a) < 1e-6 * self.width and np.ptp(ends) < 0.5 * ends.min():
                continue
            if self.found.open and self.found.open[-1][1] >= a:
                self.found.open[-1] = (self.found.open[-1][0], b)
            else:
                self.found.open.append((a, b))

    def _turns(self, i: int) -> bool:
        return bool(_sign(self.f[i]) * _sign(self.g[i]) <= 0 and _sign(self.f[i + 1]) * _sign(self.g[i + 1]) >= 0)

    def _zero_points(self) -> None:
        """Points of the grid at which the value is zero: alone a root, together an interval of them."""
        zeros = np.flatnonzero(self.f == 0)
        runs = np.split(zeros, np.flatnonzero(np.diff(zeros) > 1) + 1) if len(zeros) else []
        for run in runs:
            first, last = int(run[0]), int(run[-1])
            if first == last:
                self.add(float(self.x[first]), "")
                continue
            a, b = (
                last_where(lambda x: self.f_at(x) == 0, float(self.x[end]), float(self.x[out]))
                for end, out in ((first, max(first - 1, 0)), (last, min(last + 1, len(self.x) - 1)))
            )
            is_real = all(not self.low < end < self.high or self._leaves(end, side) for side, end in ((-1, a), (1, b)))
            (self.found.zeros if is_real else self.found.rounded).append((a, b))

    def _leaves(self, end: float, side: int) -> bool:
        """Whether beyond the end of an interval of zeros the value leaps, or rises as a power of the distance."""
        beyond = np.array([math.nextafter(end, side * math.inf)])
        if abs(self.objective.value(beyond)) > max(_LEAP * self.objective.rounding(beyond), _LOST):
            return True
        own = behaviour(self.objective, end, self.width / 8)[side > 0]
        return math.isfinite(own.power) and own.power > 0.2

    def _cell(self, i: int) -> None:
        a, b = float(self.x[i]), float(self.x[i + 1])
        fa, fb = float(self.f[i]), float(self.f[i + 1])
        if fa == 0 or fb == 0:
            self._beside_zero(a, b, fa, fb)
        elif math.isnan(fa) != math.isnan(fb):
            self._edge(*((b, a) if math.isnan(fa) else (a, b)))
        elif _sign(fa) * _sign(fb) < 0:
            self.brackets.append((a, b))
        elif self._turns(i) and (self.g[i] or self.g[i + 1]) and not math.isnan(fa):
            self._turning(a, b)

    def _beside_zero(self, a: float, b: float, fa: float, fb: float) -> None:
        """A cell with a zero at one end: whether it has another one inside, which the sign beside the first shows."""
        if fa == fb:
            return
        zero, other, f_other = (a, b, fb) if fa == 0 else (b, a, fa)
        near = zero + (other - zero) * 1e-6
        if near not in (zero, other) and _sign(self.f_at(near)) * _sign(f_other) < 0:
            self._bracketed(near, other)

    def _edge(self, inside: float, outside: float) -> None:
        """The end of the domain between two points: whether the value is zero there or changes its sign before."""
        end = last_where(lambda x: not math.isnan(self.f_at(x)), inside, outside)
        value = self.f_at(end)
        if _sign(value) * _sign(self.f_at(inside)) < 0:
            self.brackets.append((min(inside, end), max(inside, end)))
        elif value == 0 or (self._is_zero(end) and behaviour(self.objective, end, self.width / 8).is_zero):
            self.add(end, "edge")

    def _is_zero(self, x: float) -> bool:
        return abs(self.f_at(x)) <= 4 * self.objective.rounding(np.array([x]))

    def _turning(self, a: float, b: float) -> None:
        """A cell in which the value turns around before zero, or touches it, or has crossed it twice."""
        if _sign(self.g_at(a)) * _sign(self.g_at(b)) < 0:
            x = _zero_of(self.g_at, a, b)
        else:
            x = a if self.g_at(a) == 0 else b
        x = self.best_near(x, a, b)
        if _sign(self.f_at(x)) * _sign(self.f_at(a)) < 0:
            self.brackets += [(a, x), (x, b)]
        elif self._is_zero(x):
            self.add(x, "touch")

    def best_near(self, x: float, a: float, b: float) -> float:
        """Of a place between two and the numbers beside it the one where the value is nearest to zero.

        Zero is one of them, where a place next to it was found for want of numbers that say more.
        """
        places = [x]
        for towards in (-math.inf, math.inf):
            y = x
            for _ in range(_BESIDE):
                y = math.nextafter(y, towards)
                places.append(y)
        if self._is_next_to_zero(x, a, b):
            places.append(0.0)
        sizes = np.nan_to_num(np.abs(self.objective.values(np.array(places)[:, None])), nan=math.inf).tolist()
        return min(zip(sizes, places, strict=True), key=lambda pair: (pair[0], pair[1] != 0, -abs(pair[1])))[1]

    def _is_next_to_zero(self, x: float, a: float, b: float) -> bool:
        return a <= 0 <= b and abs(x) < 1e-6 * self.width

    def _bracketed(self, a: float, b: float) -> None:
        lost = math.copysign(_HUGE, self.f_at(a))

        def value(x: float) -> float:
            f = self.f_at(x)
            return lost if math.isnan(f) else min(max(f, -_HUGE), _HUGE)

        self.add(self.best_near(_zero_of(value, a, b), a, b), "sign")

    def add(self, x: float, proof: str) -> None:
        """Takes a place for what it is: a root, a pole, a jump."""
        if any(abs(root.x - x) <= max(2 * root.error, 4 * EPS * abs(x)) for root in self.found.roots):
            return
        scale = max(min(self.width / 8, 1.0), abs(x) * 1e-3)
        seen = behaviour(self.objective, x, scale)
        if not seen.is_zero and self.f_at(x) != 0:
            known = [side.power for side in seen if math.isfinite(side.power)]
            if abs(x) < 1e-100 and self._is_next_to_zero(x, self.low, self.high):
                x = 0.0
            if known:
                (self.found.poles if min(known) < -0.2 else self.found.jumps).append(x)
            elif proof == "sign":
                self.found.open.append((x, x))
            return
        x = self._sharpened(x, seen, scale)
        if not seen.is_zero:
            # Such as sign(x): zero in one place, and far from it beside.
            proof = "value"
        elif not proof:
            signs = [side.sign for side in seen]
            proof = "sign" if min(signs) * max(signs) < 0 else "edge" if 0 in signs else "touch"
        multiplicity = seen.multiplicity if seen.is_zero else math.nan
        self.found.roots.append(Root(x, self.f_at(x), self._error(x, seen), self.g_at(x), multiplicity, proof))

    def _sharpened(self, x: float, seen: Behaviour, scale: float) -> float:
        """A root of higher multiplicity, found again as a simple one of a derivative."""
        order = seen.multiplicity
        slope = self.objective.repeated(int(order) - 1) if order in (2, 3, 4, 5) else None
        if slope is None:
            return x
        reach = min(max(8 * self._error(x, seen), 1e-12 * scale), scale)
        a, b = x - reach, x + reach
        if not slope(a) * slope(b) < 0:
            return x
        y = _zero_of(slope, a, b)
        return y if self._is_zero(y) else x

    def _error(self, x: float, seen: Behaviour) -> float:
        """How far from a root of its multiplicity the value is lost in rounding."""
        own = 2 * math.ulp(x)
        power = seen.multiplicity
        factors = [side.factor for side in seen if math.isfinite(side.factor) and side.factor > 0]
        if not math.isfinite(power) or power <= 0 or not factors:
            return own
        return max(own, (2 * self.objective.rounding(np.array([x])) / max(factors)) ** (1 / power))

    def _sorted(self) -> Roots:
        roots: list[Root] = []
        for root in sorted(self.found.roots, key=lambda root: root.x):
            if not roots or root.x - roots[-1].x > 2 * (root.error + roots[-1].error):
                roots.append(root)
        # What is next to a root is settled by how the value behaves there.
        wide = 1e-6 * self.width
        unsettled = [(a, b) for a, b in self.found.open if b - a > wide or all(abs(r.x - a) > 10 * wide for r in roots)]
        return self.found._replace(
            roots=roots, poles=_apart(self.found.poles), jumps=_apart(self.found.jumps), open=sorted(unsettled)
        )


def _zero_of(function: Callable[[float], float], a: float, b: float) -> float:
    """Where the sign of a function changes between two places, as closely as numbers lie."""
    from scipy.optimize import toms748

    found: Any = toms748(function, a, b, xtol=1e-300, rtol=4 * EPS, maxiter=500, disp=False)
    return float(found)


def _sign(x: float) -> int:
    """-1, 0 or 1, which products of numbers that are too small would not tell; 0 for nan."""
    return int(x > 0) - int(x < 0)


def _apart(places: list[float]) -> list[float]:
    found: list[float] = []
    for x in sorted(places):
        if not found or x - found[-1] > 1e-12 * max(abs(x), 1e-300):
            found.append(x)
    return found


def _doubtful(x: Array, f: Array, g: Array, fm: Array, gm: Array) -> Array:
    """Which cells are to be looked at in halves: their cubic is off in the middle, and could be zero somewhere.

    x, f and g are places, values and slopes at both ends, of shape (2, n); fm and gm those in the middle.
    """
    (a, b), (fa, fb), (ga, gb) = x, f, g
    h = b - a
    off = _off(h, fa, fb, ga, gb, fm, gm)
    t = _WITHIN
    cubic = (
        fa[:, None] * (1 + 2 * t) * (1 - t) ** 2
        + fb[:, None] * t**2 * (3 - 2 * t)
        + (h * ga)[:, None] * t * (1 - t) ** 2
        + (h * gb)[:, None] * t**2 * (t - 1)
    )
    least = np.minimum(np.abs(cubic).min(axis=1), np.minimum(np.abs(fa), np.minimum(np.abs(fb), np.abs(fm))))
    sa, sb, sm, ua, ub, um = map(np.sign, (fa, fb, fm, ga, gb, gm))
    changes = (sa * sb < 0) | (sa * sm < 0)
    clear = ~changes & (least > 8 * off)
    # Near a pole one over the value is what a cubic foretells; where that is bounded, the value is not zero.
    bounded = _off(h, 1 / fa, 1 / fb, -ga / fa / fa, -gb / fb / fb, 1 / fm, -gm / fm / fm)
    clear |= ~changes & (bounded < 0.05 * np.minimum(np.abs(1 / fa), np.minimum(np.abs(1 / fb), np.abs(1 / fm))))
    # One root, of a value that goes one way all along.
    single = (sa * sb < 0) & (ua == ub) & (um == ua) & (ua != 0)
    single &= off < 0.1 * np.maximum(np.abs(fa), np.abs(fb))
    # The value turns around once: the zero of its derivative is looked for.
    turning = (sa == sb) & (sa == sm) & (sa * ua < 0) & (sb * ub > 0) & (off < 0.02 * np.abs(h * (gb - ga)))
    zero = (fa == 0) & (fb == 0) & (fm == 0)
    # From a zero at one end it goes away all along.
    leaving = ((fa == 0) & (sb * ub > 0) & (sm * um > 0)) | ((fb == 0) & (sa * ua < 0) & (sm * um < 0))
    leaving &= (off < 0.1 * np.abs(fa + fb)) & (sm == np.sign(fa + fb))
    undefined = (np.isnan(fa) & np.isnan(fb) & np.isnan(fm)) | (np.abs(fa) + np.abs(fb) + np.abs(fm) < 1e-290)
    return ~(clear | single | turning | zero | leaving | undefined)


def _off(h: Array, fa: Array, fb: Array, ga: Array, gb: Array, fm: Array, gm: Array) -> Array:
    """How far value and slope in the middle are from those of the cubic through both ends."""
    value = np.abs(fm - ((fa + fb) / 2 + h * (ga - gb) / 8))
    return value + h * np.abs(gm - (1.5 * (fb - fa) / h - (ga + gb) / 4)) / 4
