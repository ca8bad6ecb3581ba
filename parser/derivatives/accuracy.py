"""How far derivatives, as they are printed, are from the engine's at the points of one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache, cached_property
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np

from ...engine.program.columns import run
from ...engine.program.program import Program as Traced
from ...engine.program.tracing import trace
from ...engine.tensors.aliases import Array
from ...engine.tensors.symbol import TraceError
from ..algebra.constants import is_constant
from ..algebra.formulas import UntranslatableError
from ..algebra.terms import Term
from ..algebra.translate import translated
from ..semantics.evaluate import evaluate, evaluate_traced
from ..semantics.limits import Limits
from ..syntax.errors import ExpressionError
from ..syntax.parse import parse_again
from ..syntax.printer import Printer
from ..syntax.records import Program
from .points import EXTREMES, SUSPECT, Points, extreme, joined, moved, ordinary, picked
from .traced import Shapes, traced
from .written import Derivatives, Fault

_POINTS = 60
_POINTS_OF_ARRAYS = 12  # of which more are tried where they are in no domain
_MOST_NUMBERS = 1_000_000  # in the largest array, at all points together
_TOLERANCE = 1e-7
_STEP = 1e-9  # in parts of a value, to one nearby
_NEARBY = 5
_STEEP = 0.01  # of a value, by which it changes there where rounding leaves nothing to compare
_ROUNDING = 1e-6
_LOUD = 100  # times the noise of a form, which may be off by that much
_CLOSE = 1e-6  # of two values of a derivative that are one
_SMALLEST = 1e-290  # that is told from 0
_ULPS = 3.7e-16  # how far a point may be off by rounding
_MAGNIFIED = 10  # times as much as the point moved by that, a derivative may be off


class DisagreementError(Exception):
    """A derivative that was printed gives other numbers than the engine: a bug.

    `is_numerical`: it overflows, or differs by as little as rounding errors may.
    """

    def __init__(self, message: str, is_numerical: bool) -> None:
        super().__init__(message)
        self.is_numerical = is_numerical


def judged(expression: Program, found: Derivatives, shapes: Shapes, limits: Limits) -> Derivatives:
    """As `Accuracy.judged`, at ordinary points; where the expression cannot be computed of these shapes, at none."""
    try:
        program, _ = traced(expression, [*found.results], shapes, limits)
    except (ExpressionError, TraceError):
        return found._replace(points=0)
    return Accuracy(expression, program, limits).judged(found)


class Accuracy:
    """The numbers that derivatives as they are printed are held against.

    `program` is the engine's, of derivatives of the expression. Each is looked at where the variable in its place in
    `by` has extreme values too. What is true where it differs from what is printed, FLINT's balls say.
    """

    def __init__(self, expression: Program, program: Traced, limits: Limits, by: Sequence[str] = ()) -> None:
        self.expression, self.program, self.limits, self.by = expression, program, limits, by
        self.shapes = {variable.name: variable.shape for variable in program.inputs if not is_constant(variable.name)}
        is_alone = not any(self.shapes.values())
        value = self._traced({"": expression})
        for count in (_POINTS,) if is_alone else (_POINTS_OF_ARRAYS, _POINTS):
            largest = max([1, *map(prod, self.shapes.values())])
            self.count = max(1, min(count, _MOST_NUMBERS // largest))
            self.points = ordinary(self.shapes, self.count)
            self.has_value = np.all([*map(_finite, _numbers(value, self.points))], 0)
            if self.has_value.any():
                break
        if by:
            near = {name: float(v[self.has_value.argmax()]) for name, v in self.points.items()}
            self.points = joined(self.points, extreme(near, dict.fromkeys(by)))
            self.has_value = np.all([*map(_finite, _numbers(value, self.points))], 0)
        self.slopes = _numbers(program, self.points)
        self.usable = np.all([self.has_value, *map(_finite, self.slopes)], 0)[: self.count]
        self.true = cache(self._true)

    @np.errstate(all="ignore")
    def judged(self, found: Derivatives) -> Derivatives:
        """The derivatives, with at how many points they were compared, which are narrow, and their faults.

        DisagreementError: at a point they are others.
        """
        parts = {part.name: _printed(part.value) for part in found.used()}
        program = self._traced({".".join(by): _printed(result) for by, result in found.results.items()}, parts)
        shapes = [output.shape for output in program.outputs.values()]
        wholes = [output.shape for output in self.program.outputs.values()]
        for by, shape, whole in zip(found.results, shapes, wholes, strict=True):
            if not _stands_for(shape, whole):
                raise DisagreementError(f"{found.text(by)!r} has the shape {shape}, not {whole}", True)
        actual = self._actual(program, self.points)
        points = self._compared(found, program, actual)
        narrow = frozenset(by for by, one, other in zip(found.results, shapes, wholes, strict=True) if one != other)
        faults = {by: self._faults(i, actual[i]) for i, by in enumerate(found.results) if self.by}
        return found._replace(points=points, narrow=narrow, faults={by: kinds for by, kinds in faults.items() if kinds})

    def _traced(self, programs: Mapping[str, Program], parts: Mapping[str, Program] = MappingProxyType({})) -> Traced:
        """Programs of the language, and of `parts` that have names in them, as one of the engine.

        DisagreementError: they cannot be computed.
        """

        def outputs(*tensors: Any) -> dict[str, Any]:
            variables = dict(zip(self.shapes, tensors, strict=True))
            for name, part in parts.items():
                variables[name] = evaluate_traced(part, variables, self.limits)[0]
            return {name: evaluate_traced(part, variables, self.limits)[0] for name, part in programs.items()}

        try:
            return trace(outputs, self.shapes, formal=True)
        except (ExpressionError, TraceError) as error:
            # A part may have lost the shape that a function needs.
            message = f"a derivative of {self.expression.source!r} cannot be computed as it is written: {error}"
            raise DisagreementError(message, True) from error

    def _actual(self, program: Traced, points: Points) -> list[Array]:
        """What derivatives as they are printed are at points, with as many dimensions as the engine's."""
        found = zip(_numbers(program, points), self.slopes, strict=True)
        return [a.reshape(len(a), *(1,) * (e.ndim - a.ndim), *a.shape[1:]) for a, e in found]

    def _compared(self, found: Derivatives, program: Traced, actual: Sequence[Array]) -> int:
        """At how many ordinary points derivatives have values. DisagreementError: these differ at one."""
        pairs = [(a[: self.count], e[: self.count]) for a, e in zip(actual, self.slopes, strict=True)]
        same = np.all([self.usable, *(_every(abs(a - e) <= _allowed(e)) for a, e in pairs)], 0)
        if not (rows := np.flatnonzero(self.usable & ~same)).size:
            return int(same.sum())
        points, is_compared = picked(self.points, rows), self.usable.copy()
        # How much a derivative changes where the point does a little: rounding errors are magnified by as much. A form
        # whose terms cancel jumps about.
        changed = _numbers(self.program, moved(points, _STEP))
        nearby = [self._actual(program, moved(points, k * _STEP)) for k in range(1, _NEARBY + 1)]
        for i, by in enumerate(found.results):
            # By the engine, where it is not known better.
            known = [self.true(i, row) if self.by else None for row in rows.tolist()]
            e = np.array([self.slopes[i][row] if true is None else true for row, true in zip(rows, known, strict=True)])
            a = actual[i][rows]
            apart, change, noise = abs(a - e), abs(changed[i] - e), np.max([abs(near[i] - a) for near in nearby], 0)
            is_fine = _every(apart <= _allowed(e) + 10 * change)
            is_compared[rows[~is_fine]] = False
            is_even = _every(change <= _STEEP * abs(e) + 1e-12)
            if (wrong := ~is_fine & ~_every(apart <= noise) & is_even).any():
                worst = int(wrong.argmax())
                where = ", ".join(f"{name} = {values[worst].tolist()}" for name, values in points.items())
                raise DisagreementError(
                    f"the derivative of {self.expression.source!r} by {', '.join(by)} would be printed as "
                    f"{found.text(by)!r}, which is {a[worst].tolist()} at {where}, "
                    f"where the engine says {e[worst].tolist()}",
                    bool(np.all(~np.isfinite(a) | (apart <= np.maximum(_ROUNDING, _LOUD * noise)))),
                )
        return int(is_compared.sum())

    def _faults(self, i: int, actual: Array) -> dict[Fault, list[float]]:
        """The extreme values of its variable at which a derivative is wrong as it is printed."""
        start = self.count + [*dict.fromkeys(self.by)].index(self.by[i]) * len(EXTREMES)
        rows = np.arange(start, start + len(EXTREMES))
        e, f = self.slopes[i][rows], actual[rows]
        found: dict[Fault, list[float]] = {}

        def fault(at: int) -> Fault | None:
            return self._fault(i, start + at, float(EXTREMES[at]), e[at], f[at])

        has_value = self.has_value[rows]
        is_lost = any(fault(at) is not None for at in np.flatnonzero(has_value & SUSPECT).tolist())
        for at in np.flatnonzero(has_value & (~_same(e, f) | is_lost)).tolist():
            if (kind := fault(at)) is not None:
                found.setdefault(kind, []).append(float(EXTREMES[at]))
        return found

    def _fault(self, i: int, row: int, at: float, slope: float, actual: float) -> Fault | None:
        true, has_value = self.true(i, row), bool(np.isfinite(actual))
        if true is None:
            if has_value == np.isfinite(slope) and (not has_value or _same(slope, actual)):
                return None
            if not has_value:
                # At 0 a pole that the engine passes over.
                return None if np.isinf(actual) and at == 0 else Fault.LACKING
            change = _numbers(self.program, moved(picked(self.points, np.array([row])), _ULPS))[i][0] - slope
            return Fault.DOUBTFUL if abs(change) * _MAGNIFIED < abs(slope - actual) else None
        if _same(true, actual):
            return None
        if not has_value and np.isfinite(slope):
            return Fault.LACKING
        if _same(true, slope):
            return Fault.ASTRAY
        if not has_value:
            return Fault.UNBOUNDED
        # Both have lost something, which may be little, or what rounding the point loses in any form.
        near, lost = self.true(i, row, _ULPS), abs(true - actual)
        is_little = lost <= self.unit[i] or near is None or lost <= _MAGNIFIED * abs(true - near)
        return None if is_little else Fault.SHARED

    @cached_property
    def unit(self) -> list[float]:
        """What is little beside each derivative at ordinary points."""
        sizes = (abs(slope[: self.count][self.usable]) for slope in self.slopes)
        return [_CLOSE * float(np.median(size)) if size.size else 0.0 for size in sizes]

    def _true(self, i: int, row: int, by: float = 0.0) -> float | None:
        """What a derivative is, at a point or one moved `by` parts of its values. None: that is not known."""
        # FLINT takes a while to be imported.
        from ..algebra.balls import exact

        with suppress(UntranslatableError):
            return exact(self.terms[i], {name: float(values[row]) for name, values in self.points.items()}, by)
        return None

    @cached_property
    def terms(self) -> list[Term]:
        """The derivatives as the engine computes them. UntranslatableError: they are no terms."""
        return [*translated(self.program).values()]


def _printed(record: Any) -> Program:
    """A record as it is read again where it has been printed."""
    return parse_again(Printer().text(record))


def _numbers(program: Traced, points: Points) -> list[Array]:
    """The outputs of a program at points."""
    rows = len(next(iter(points.values()), [0]))
    # Constants have their text in brackets as their name.
    constants = {v.name: evaluate(parse_again(v.name), {}).item() for v in program.inputs if v.name not in points}
    found = run(program, {**points, **constants}, threads=1, native=False)
    return [np.broadcast_to(values, (rows, *values.shape[1:])) for values in found.values()]


def _allowed(expected: Array) -> Array:
    return _TOLERANCE * abs(expected) + 1e-12


def _every(holds: Array) -> Array:
    """Whether something holds of all elements at each point."""
    return np.all(holds.reshape(len(holds), -1), 1)


def _finite(values: Array) -> Array:
    return _every(np.isfinite(values))


def _same(one: Any, other: Any) -> Any:
    """Whether numbers are finite and the same, or nearly 0."""
    size = np.maximum(abs(one), abs(other))
    return np.isfinite(size) & ((abs(one - other) <= _CLOSE * size) | (size <= _SMALLEST))


def _stands_for(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Whether broadcasting makes an array of a shape one of the other."""
    try:
        return np.broadcast_shapes(shape, whole) == whole
    except ValueError:
        return False
