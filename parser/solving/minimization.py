"""Where an expression is least, or largest, and what can be said of that point, in the form that every format reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...engine.optimize.constrained import Constraints, minimize_subject
from ...engine.optimize.minimum import Bounds, Minimum, Path, Step, minimize
from ...engine.optimize.objective import Counts, Objective, Residuals
from ...engine.optimize.unknowns import Unknowns
from ..analysis.blame import findings
from ..analysis.differentiate import differentiate
from ..analysis.problem import Problem
from ..analysis.result import Finding, text_at
from ..syntax.errors import UsageError
from .bounds import Ends
from .callables import relation_function, scalar_function
from .correlations import number_names
from .relations import Relation
from .starting_points import box_of, starting_points
from .verdicts import kind_of, reason_of, turned

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
    ends = {name: goal.bounds.get(name, (-np.inf, np.inf)) for name in unknowns.shapes}
    bounds = Bounds(*(unknowns.flat({name: pair[i] for name, pair in ends.items()}) for i in range(2)))
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
    report = _report(goal, unknowns, objective, constraints, best, len(found), reached)
    if not np.isfinite(first.value).all():
        report.warnings.extend(findings(problem, first))
    return report


def _constraints(goal: Goal, unknowns: Unknowns) -> Constraints | None:
    """What is to hold. ExpressionError: a constraint cannot be evaluated or differentiated."""
    if not goal.constraints:
        return None
    problem = goal.problem
    function = relation_function(
        goal.constraints, problem.variables, problem.wrt, problem.limits, assigning=problem.program
    )
    sizes = [value.numel() for value in function(*(problem.variables[name] for name in problem.wrt))]
    equal = np.repeat([relation.is_equation for relation in goal.constraints], sizes)
    return Constraints(Residuals(function, unknowns), equal, sizes)


def _held(goal: Goal, constraints: Constraints | None, best: Minimum, sign: int) -> list[Held]:
    """The constraints where the search ended."""
    at = best.constrained
    if constraints is None or at is None:
        return []
    found: list[Held] = []
    start = 0
    for relation, size in zip(goal.constraints, constraints.sizes, strict=True):
        part = slice(start, start + size) if size > 1 else start
        start += size
        # An inequality is kept as what is at least zero: its right side is on the left where it reads `<=`.
        turn = -sign if relation.is_turned else sign
        found.append(Held(relation.text, at.values[part], bool(np.any(at.active[part])), turn * at.multipliers[part]))
    return found


def _starts(goal: Goal, unknowns: Unknowns, bounds: Bounds) -> list[Any]:
    """The start given, and as many more as are wanted."""
    given = unknowns.flat({name: goal.problem.variables[name]._data for name in unknowns.shapes})
    if goal.starts == 1:
        return [given]
    return starting_points(given, box_of(unknowns, given, goal.ranges, bounds), goal.starts, bool(goal.ranges))


def _rank(found: Minimum) -> tuple[bool, float]:
    """What is better comes first: what falls without end, then what converged, then the lower value."""
    value = found.value if not np.isnan(found.value) else np.inf
    return (not (found.converged or found.reason == "unbounded"), -np.inf if found.reason == "unbounded" else value)


def _same(one: Minimum, other: Minimum, objective: Objective) -> bool:
    return abs(one.value - other.value) <= 1e-9 * max(1e-3, abs(other.value)) + 8 * objective.rounding(other.x)


def _report(
    goal: Goal,
    unknowns: Unknowns,
    objective: Objective,
    constraints: Constraints | None,
    best: Minimum,
    starts: int,
    reached: int,
) -> MinimumReport:
    sign = -1 if goal.maximize else 1
    seen = best.optimality
    places = number_names(unknowns)
    kept = {} if seen is None else {places[i]: float(seen.gradient[i]) for i in np.flatnonzero(~seen.free)}
    eigenvalues = None if seen is None or seen.eigenvalues is None else np.sort(sign * seen.eigenvalues)
    notes: list[str] = []
    if best.left:
        what = turned("a saddle point or a maximum", goal.maximize)
        notes.append(f"the search came to {what} {best.left} time{'s' * (best.left > 1)} and went on from there")
    return MinimumReport(
        expr=goal.problem.program.source,
        maximize=goal.maximize,
        point=unknowns.named(best.x),
        value=sign * best.value,
        gradient={} if seen is None else unknowns.named(sign * seen.gradient),
        gradient_norm=None if seen is None else seen.norm,
        eigenvalues=eigenvalues if eigenvalues is not None and len(eigenvalues) else None,
        kind=kind_of(best, goal.maximize),
        bounds=[(place, "upper" if slope < 0 else "lower", sign * slope) for place, slope in kept.items()],
        constraints=_held(goal, constraints, best, sign),
        method=best.method,
        counts=objective.counts,
        iterations=max(0, len(best.path.steps) - 1),
        starts=starts,
        reached=reached,
        reason=reason_of(best, goal.maximize),
        converged=best.converged,
        path=[(unknowns.named(step.x), step._replace(value=sign * step.value)) for step in best.path.steps],
        warnings=[],
        notes=notes,
    )
