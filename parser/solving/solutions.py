"""Roots of equations, and what can be said of them, in the form that every format reads."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.optimize.minimum import Bounds
from ...engine.optimize.objective import Counts, Objective, Residuals
from ...engine.optimize.roots import Root, Roots, nearest_root, root_at, roots_between
from ...engine.optimize.systems import Solution, System, solve
from ...engine.optimize.unknowns import Unknowns
from ..analysis.result import Finding, number_text, text_at
from ..semantics.limits import Limits
from ..syntax.errors import UsageError
from ..syntax.wording import counted, listed
from .callables import difference, relation_function
from .relations import Relation
from .starting_points import Ends, box_of, starting_points

# How many starts are tried in the ranges of several unknowns, for each of these.
_STARTS = 50
# A root so much nearer to another than the unknowns are large is the same.
_SAME = 1e-6


class Equations(NamedTuple):
    """Equations, the values of their variables, and those to look for: from their values, or in `ranges`."""

    source: str
    relations: Sequence[Relation]
    variables: Mapping[str, Tensor]
    wrt: Sequence[str]
    ranges: Mapping[str, Ends]
    starts: int | None = None
    limits: Limits = Limits()


class Answer(NamedTuple):
    """A root: its place by unknown as NumPy values, and what is known of it, in words where no number says it.

    `multiplicity` is None where none is known.
    """

    point: dict[str, Any]
    residual: float
    error: float
    multiplicity: float | None
    singular: bool
    proof: str

    def facts(self) -> Iterator[tuple[str, Any]]:
        """What is known of it, by key."""
        for name, value in self.point.items():
            yield f"at.{name}", value
        yield "residual", np.float64(self.residual)
        yield "error", np.float64(self.error)
        if self.multiplicity is not None:
            whole = self.multiplicity == round(self.multiplicity)
            yield "multiplicity", np.int64(self.multiplicity) if whole else np.float64(self.multiplicity)
        yield "singular", "true" if self.singular else "false"
        yield "proof", self.proof


def _estimate(error: float) -> float:
    """An error to two digits: no more of them mean anything, and the others differ from machine to machine."""
    return float(f"{error:.2g}")


class SolutionReport(NamedTuple):
    """The roots found, in order. `nearest` is where a search without success ended, by unknown."""

    source: str
    unknowns: list[str]
    roots: list[Answer]
    counts: Counts
    reason: str
    zeros: Sequence[Ends] = ()
    poles: Sequence[float] = ()
    jumps: Sequence[float] = ()
    nearest: Mapping[str, Any] = {}
    residual: float | None = None
    notes: Sequence[str] = ()
    warnings: Sequence[Finding] = ()

    @property
    def is_solved(self) -> bool:
        """Whether there is a root."""
        return bool(self.roots or self.zeros)

    def texts_of(self, key: str) -> list[str]:
        """One of the facts of each root as text; that of a variable by its name too. UsageError: there is none."""
        return [text_at(dict(root.facts()), key) for root in self.roots]


def solved(equations: Equations, told: Callable[[str], None] = lambda text: None) -> SolutionReport:
    """The roots: of one equation in a range all of them, else what is found from one start or from many.

    ExpressionError: the equations cannot be evaluated or differentiated. UsageError: there are not as many as unknowns.
    """
    if not equations.wrt:
        raise UsageError("there is no variable to look for", "give one a start or a range: `--x 1`, `--x -10:10`")
    for relation in equations.relations:
        difference(relation, equations.variables, equations.limits)
    shapes = {name: tuple(equations.variables[name].shape) for name in equations.wrt}
    unknowns = Unknowns(shapes)
    residuals = Residuals(_function(equations, equations.relations), unknowns)
    start = unknowns.flat({name: equations.variables[name]._data for name in shapes})
    count = len(residuals.value(start))
    if count != unknowns.size:
        fewer = count < unknowns.size
        help = "hold some unknowns with `--const`" if fewer else "leave some out, or let some constants be unknown"
        raise UsageError(
            f"there {'is' if count == 1 else 'are'} {counted(count, 'equation')} for "
            f"{counted(unknowns.size, 'unknown')}, {listed(equations.wrt)}",
            f"{help}; as many are needed",
        )
    if unknowns.size == 1 and not next(iter(shapes.values())):
        if equations.ranges:
            return _in_range(equations, unknowns, told)
        if (equations.starts or 1) == 1:
            return _from_start(equations, unknowns, residuals, start)
    return _from_starts(equations, unknowns, residuals, start, told)


def _function(equations: Equations, relations: Sequence[Relation]) -> Callable[..., list[Tensor]]:
    return relation_function(relations, equations.variables, equations.wrt, equations.limits)


def _objective(equations: Equations, unknowns: Unknowns, number: int, place: int) -> Objective:
    """One residual as a function of its own: an element of the difference of a relation."""
    function = _function(equations, [equations.relations[number]])
    return Objective(lambda *tensors: function(*tensors)[0].reshape(-1)[place], unknowns)


def _in_range(equations: Equations, unknowns: Unknowns, told: Callable[[str], None]) -> SolutionReport:
    name = equations.wrt[0]
    low, high = sorted(equations.ranges[name])
    objective = _objective(equations, unknowns, 0, 0)
    found = roots_between(objective, low, high, lambda count: told(f"{count:,} places"))
    what = "there is no finite value" if found.undefined else counted(len(found.roots), "root")
    return SolutionReport(
        equations.source,
        [name],
        [_answer_of(name, root) for root in found.roots],
        objective.counts,
        f"{what} from {number_text(low)} to {number_text(high)}",
        found.zeros,
        found.poles,
        found.jumps,
        notes=_notes(name, found),
    )


_PROOFS = {
    "sign": "the sign changes",
    "touch": "touches zero, as its derivative shows",
    "edge": "zero where the domain ends",
    "value": "zero there, and jumps away from it",
    "run": "zero all around",
}


def _answer_of(name: str, root: Root) -> Answer:
    multiplicity = None if not math.isfinite(root.multiplicity) else root.multiplicity
    singular = root.slope == 0 or not math.isfinite(root.slope) or (multiplicity or 1) > 1
    error = _estimate(root.error)
    return Answer({name: np.float64(root.x)}, root.residual, error, multiplicity, singular, _PROOFS[root.proof])


def _notes(name: str, found: Roots) -> list[str]:
    notes: list[str] = []
    for kind, places in (("pole", found.poles), ("jump", found.jumps)):
        if places:
            shown = ", ".join(f"{x:.6g}" for x in places[:5]) + (", ..." if len(places) > 5 else "")
            verb = "is a" if len(places) == 1 else "are"
            notes.append(
                f"the sign changes without a root at {name} = {shown}: there {verb} {kind}{'s' * (len(places) > 1)}"
            )
    notes += [f"the value is zero all the way from {name} = {a:.6g} to {b:.6g}" for a, b in found.zeros]
    notes += [
        f"from {name} = {a:.6g} to {b:.6g} the value is too small to be told from zero; that is no root"
        for a, b in found.rounded
    ]
    if found.open:
        a, b = found.open[0][0], found.open[-1][1]
        notes.append(
            f"between {name} = {a:.6g} and {b:.6g} the value changes too fast to be sure of all roots: "
            "a narrower range shows more"
        )
    return notes


def _from_start(equations: Equations, unknowns: Unknowns, residuals: Residuals, start: Any) -> SolutionReport:
    """The root of one equation that a start leads to, else the nearest in ranges around the start."""
    name = equations.wrt[0]
    objective = _objective(equations, unknowns, 0, 0)
    solution = solve(System(residuals, [objective]), start)
    root = root_at(objective, float(solution.x[0]), float(start[0])) if solution.is_root else None
    rounded = solution.is_root and root is None
    if root is None and solution.reason != "undefined":
        root = nearest_root(objective, float(start[0]))
    counts = residuals.counts
    counts.values += objective.counts.values
    counts.gradients += objective.counts.gradients
    if rounded and root is None:
        reason = "no root is found: the value becomes too small to be told from zero"
    else:
        reason = _reason([solution] if root else [], solution)
    if root is not None:
        return SolutionReport(equations.source, [name], [_answer_of(name, root)], counts, reason)
    nearest = unknowns.named(solution.x)
    return SolutionReport(equations.source, [name], [], counts, reason, nearest=nearest, residual=solution.norm)


def _from_starts(
    equations: Equations, unknowns: Unknowns, residuals: Residuals, start: Any, told: Callable[[str], None]
) -> SolutionReport:
    components = [
        _objective(equations, unknowns, number, place)
        for number, relation in enumerate(equations.relations)
        for place in range(_size(equations, relation))
    ]
    system = System(residuals, components)
    starts, bounds = [start], None
    if equations.ranges or (equations.starts or 1) > 1:
        box = box_of(unknowns, start, equations.ranges, Bounds.none(unknowns.size))
        bounds = box if equations.ranges else None
        starts = starting_points(start, box, equations.starts or _STARTS * unknowns.size, bounds is not None)
    found: list[Solution] = []
    failed: list[Solution] = []
    for number, point in enumerate(starts, 1):
        told(f"start {number:,} of {len(starts):,}, {counted(len(found), 'root')}")
        solution = solve(system, point, bounds)
        if not solution.is_root:
            failed.append(solution)
        elif (bounds is None or _within(bounds, solution)) and not any(_same(solution, other) for other in found):
            found.append(solution)
    found.sort(key=lambda solution: solution.x.tolist())
    best = min(failed, key=lambda s: s.norm if math.isfinite(s.norm) else math.inf) if failed else None
    notes: list[str] = []
    if len(starts) > 1:
        notes.append(f"from {len(starts):,} starts; there may be roots that none of them leads to")
    return SolutionReport(
        equations.source,
        list(equations.wrt),
        [_described(unknowns, solution) for solution in found],
        residuals.counts,
        _reason(found, best),
        nearest={} if found or best is None else unknowns.named(best.x),
        residual=None if found or best is None else best.norm,
        notes=notes,
    )


def _size(equations: Equations, relation: Relation) -> int:
    return difference(relation, equations.variables, equations.limits).numel()


def _within(bounds: Bounds, solution: Solution) -> bool:
    slack = np.where(np.isfinite(solution.error), solution.error, 0)
    return bool(((solution.x >= bounds.low - slack) & (solution.x <= bounds.high + slack)).all())


def _same(one: Solution, other: Solution) -> bool:
    scale = np.maximum(np.abs(one.x), np.abs(other.x))
    near = _SAME if one.rank == other.rank == len(one.x) else 1e-3
    return bool((np.abs(one.x - other.x) <= near * np.maximum(scale, near)).all())


def _described(unknowns: Unknowns, solution: Solution) -> Answer:
    singular = solution.rank < unknowns.size
    proof = "both sides are equal to rounding; a multiple root, or one of many" if singular else "by Newton's method"
    finite = np.isfinite(solution.error).all() and not singular
    error = _estimate(float(solution.error.max())) if finite else math.nan
    return Answer(unknowns.named(solution.x), solution.norm, error, None if singular else 1.0, singular, proof)


def _reason(found: list[Solution], best: Solution | None) -> str:
    if found:
        return counted(len(found), "root")
    if best is None:
        return "the roots found are outside of the ranges"
    words = {
        "undefined": "the equations have no finite value at the start",
        "least": "no root is near: the difference of the sides is least where the search ended, and not zero",
        "receding": "no root is found: an unknown grows on and on",
        "stalled": "no root is found: the search got stuck",
    }
    return words[best.reason]
