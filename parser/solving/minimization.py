"""Where an expression is least, or largest, and what can be said of that point, in the form that every format reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...engine.optimize.constrained import Constraints, minimize_subject
from ...engine.optimize.minimum import Bounds, Minimum, Path, Step, minimize
from ...engine.optimize.objective import Counts, Objective, Residuals
from ...engine.optimize.starts import spread
from ...engine.optimize.unknowns import Unknowns
from ..analysis.blame import findings
from ..analysis.coordinates import Coordinate
from ..analysis.differentiate import differentiate
from ..analysis.problem import Problem
from ..analysis.result import Finding, text_at
from ..syntax.errors import UsageError
from .bounds import Ends
from .callables import relation_function, scalar_function
from .relations import Relation
from .verdicts import KINDS, reason_of

Told = Callable[[int, int, float], None]


class Goal(NamedTuple):
    """What to find: where the value of a problem is least or, to `maximize`, largest.

    The problem's variables have the values to start from, and `wrt` are the unknowns. `ranges` are those to spread
    further starts in, by unknown; `most` is how many iterations a solver may take from one of them.
    """

    problem: Problem
    maximize: bool = False
    bounds: Mapping[str, Ends] = {}
    constraints: Sequence[Relation] = ()
    starts: int = 1
    ranges: Mapping[str, tuple[float, float]] = {}
    most: int = 1000


class Held(NamedTuple):
    """A constraint at a point: the difference of its sides, whether that is zero there, and its multiplier.

    The multiplier is by how much the value changes with the constraint's right side.
    """

    text: str
    difference: Any
    is_active: bool
    multiplier: Any


class MinimumReport(NamedTuple):
    """The point found and what is known of it; `gradient_norm` is of the unknowns that no bound keeps.

    `point` and `gradient` have NumPy values by unknown. `eigenvalues` are those of the Hessian, of the unknowns that no
    bound keeps and along active constraints, or None where they were not computed. `bounds` names the end at which a
    bound keeps a coordinate, with its multiplier: by how much the value would change with it. `path` are the points on
    the way, as `Step`.
    """

    expr: str
    maximize: bool
    point: dict[str, Any]
    value: float
    gradient: dict[str, Any]
    gradient_norm: float | None
    eigenvalues: Any
    kind: str
    bounds: list[tuple[str, str, float]]
    constraints: list[Held]
    method: str
    counts: Counts
    iterations: int
    starts: int
    reached: int
    reason: str
    converged: bool
    path: list[tuple[dict[str, Any], Step]]
    warnings: list[Finding]
    notes: list[str]

    def facts(self) -> Iterator[tuple[str, Any]]:
        """The results as pairs of a dotted key and a NumPy value or text, in the order they are printed."""
        for name, value in self.point.items():
            yield f"at.{name}", value
        yield "value", np.float64(self.value)
        if self.gradient_norm is not None:
            yield "gradient_norm", np.float64(self.gradient_norm)
        if self.eigenvalues is not None:
            yield "eigenvalues", self.eigenvalues
        if self.kind:
            yield "kind", self.kind
        for name, end, multiplier in self.bounds:
            yield f"bound.{name}", end
            yield f"multiplier.{name}", np.float64(multiplier)
        for number, held in enumerate(self.constraints, 1):
            yield f"subject.{number}", "active" if held.is_active else "inactive"
            if held.is_active:
                yield f"multiplier.{number}", held.multiplier
        yield "iterations", np.int64(self.iterations)
        yield "evaluations", np.int64(self.counts.values)
        yield "gradients", np.int64(self.counts.gradients)
        yield "hessians", np.int64(self.counts.hessians + self.counts.products)
        if self.starts > 1:
            yield "starts", np.int64(self.starts)
            yield "reached_by", np.int64(self.reached)
        if self.method:
            yield "method", self.method
        yield "reason", self.reason
        yield "converged", "true" if self.converged else "false"

    def text_of(self, key: str) -> str:
        """One of the facts on a line, by its key; that of a variable by its name too. UsageError: there is none."""
        return text_at(dict(self.facts()), key)


def minimized(goal: Goal, told: Told = lambda start, steps, value: None) -> MinimumReport:
    """Searches from each start and reports the best of what is found. `told` hears of each step.

    ExpressionError: the expression cannot be evaluated or differentiated. UsageError: there is no unknown.
    """
    problem = goal.problem
    if not problem.wrt:
        raise UsageError("there is no variable to look for", "give one a start: `--x 1`")
    first = differentiate(problem)
    unknowns = Unknowns({name: tuple(problem.variables[name].shape) for name in problem.wrt})
    sign = -1 if goal.maximize else 1
    objective = Objective(scalar_function(problem, sign), unknowns)
    bounds = Bounds(
        *(
            unknowns.flat({name: goal.bounds.get(name, (-np.inf, np.inf))[i] for name in unknowns.shapes})
            for i in range(2)
        )
    )
    constraints = _constraints(goal, unknowns)
    found: list[Minimum] = []
    for number, start in enumerate(_starts(goal, unknowns, bounds), 1):
        path = Path(lambda steps, value, number=number: told(number, steps, sign * value))
        if constraints is None:
            found.append(minimize(objective, start, bounds, path, goal.most))
        else:
            found.append(minimize_subject(objective, constraints, start, bounds, path, goal.most))
    best = min(found, key=_rank)
    reached = sum(1 for other in found if other.converged and _same(other, best, objective))
    report = _report(goal, unknowns, objective, best, len(found), reached)
    if not np.isfinite(first.value).all():
        report.warnings.extend(findings(problem, first))
    return report


def _constraints(goal: Goal, unknowns: Unknowns) -> Constraints | None:
    """What is to hold. ExpressionError: a constraint cannot be evaluated or differentiated."""
    if not goal.constraints:
        return None
    function = relation_function(goal.problem, goal.constraints)
    residuals = Residuals(function, unknowns)
    sizes = [value.numel() for value in function(*(goal.problem.variables[name] for name in goal.problem.wrt))]
    equal = np.repeat([relation.is_equation for relation in goal.constraints], sizes)
    return Constraints(residuals, equal)


def _held(goal: Goal, best: Minimum, sign: int) -> list[Held]:
    """The constraints where the search ended."""
    at = best.constrained
    if at is None:
        return []
    function = relation_function(goal.problem, goal.constraints)
    sizes = [value.numel() for value in function(*(goal.problem.variables[name] for name in goal.problem.wrt))]
    found: list[Held] = []
    start = 0
    for relation, size in zip(goal.constraints, sizes, strict=True):
        part = slice(start, start + size) if size > 1 else start
        start += size
        # An inequality is kept as what is at least zero: its right side is on the left where it reads `<=`.
        turn = sign if relation.is_turned else -sign
        multiplier = np.asarray(-turn * at.multipliers[part])
        found.append(Held(relation.text, at.values[part], bool(np.any(at.active[part])), multiplier))
    return found


def _starts(goal: Goal, unknowns: Unknowns, bounds: Bounds) -> list[Any]:
    """The start given, and as many more as are wanted, in the ranges, within the bounds, or around the start."""
    given = unknowns.flat({name: goal.problem.variables[name]._data for name in unknowns.shapes})
    if goal.starts == 1:
        return [given]
    width = np.maximum(10 * np.abs(given), 10)
    low = np.where(np.isfinite(bounds.low), bounds.low, np.minimum(given, bounds.high) - width)
    high = np.where(np.isfinite(bounds.high), bounds.high, np.maximum(given, bounds.low) + width)
    for name, ends in goal.ranges.items():
        low[unknowns.part(name)], high[unknowns.part(name)] = min(ends), max(ends)
    points = list(spread(low, high, goal.starts))
    return points if goal.ranges else [given, *points[1:]]


def _rank(found: Minimum) -> tuple[bool, float]:
    """What is better comes first: what falls without end, then what converged, then the lower value."""
    value = found.value if not np.isnan(found.value) else np.inf
    return (not (found.converged or found.reason == "unbounded"), -np.inf if found.reason == "unbounded" else value)


def _same(one: Minimum, other: Minimum, objective: Objective) -> bool:
    return abs(one.value - other.value) <= 1e-9 * max(1e-3, abs(other.value)) + 8 * objective.rounding(other.x)


def _report(
    goal: Goal, unknowns: Unknowns, objective: Objective, best: Minimum, starts: int, reached: int
) -> MinimumReport:
    sign = -1 if goal.maximize else 1
    seen = best.optimality
    places = [str(Coordinate(name, index)) for name, index in unknowns.places()]
    kept: list[tuple[str, str, float]] = []
    if seen is not None:
        for i in np.flatnonzero(~seen.free):
            end = "upper" if seen.gradient[i] < 0 else "lower"
            kept.append((places[i], end, sign * float(seen.gradient[i])))
    # Where an unknown goes on and on, a point is none of these, though its gradient may have become zero.
    known = "" if seen is None else "none" if best.reason == "receding" else seen.kind
    kind = KINDS[goal.maximize][known] if known else ""
    return MinimumReport(
        expr=goal.problem.program.source,
        maximize=goal.maximize,
        point=unknowns.named(best.x),
        value=sign * best.value,
        gradient={} if seen is None else unknowns.named(sign * seen.gradient),
        gradient_norm=None if seen is None else seen.norm,
        eigenvalues=None
        if seen is None or seen.eigenvalues is None or not len(seen.eigenvalues)
        else np.sort(sign * seen.eigenvalues),
        kind=kind,
        bounds=kept,
        constraints=_held(goal, best, sign),
        method=best.method,
        counts=objective.counts,
        iterations=max(0, len(best.path.steps) - 1),
        starts=starts,
        reached=reached,
        reason=reason_of(best, goal.maximize),
        converged=best.converged,
        path=[(unknowns.named(step.x), step._replace(value=sign * step.value)) for step in best.path.steps],
        warnings=[],
        notes=_notes(best, goal),
    )


def _notes(best: Minimum, goal: Goal) -> list[str]:
    notes: list[str] = []
    if best.left:
        what = "a saddle point or a minimum" if goal.maximize else "a saddle point or a maximum"
        notes.append(f"the search came to {what} {best.left} time{'s' * (best.left > 1)} and went on from there")
    return notes
