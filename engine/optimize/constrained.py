"""The minimum of an objective subject to equations and inequalities, by SciPy's SLSQP.

Which inequalities hold with equality is read off where that ends. With those, Newton's method (SciPy's `root`) solves
the conditions of Karush, Kuhn and Tucker, whose derivatives are the Hessian of the Lagrangian f - sum of m_i c_i in
unknowns and multipliers: that makes the point exact, and gives the multipliers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..tensors.aliases import Array
from ..tensors.tensor import Tensor
from .minimum import Bounds, Constrained, Minimum, Path, RunawayError, Search, free_unknowns
from .objective import FAILURES, Objective, Residuals, joined
from .optimality import Optimality
from .rounding import EPS
from .unknowns import Unknowns

_ROUNDS = 8
# How far from its boundary, in units of the change that the unknowns' own size makes, a constraint still holds on it.
_ACTIVE = 1e-5
# By how much it may be broken in these units.
_BROKEN = 1e-9
_NEAR = 1e-7
_MULTIPLIERS = "multipliers of constraints"


class Constraints(NamedTuple):
    """What is to be zero where `equal`, of shape (m,), says so, else at least zero: the values of `residuals`.

    `sizes` says how many of them each constraint has.
    """

    residuals: Residuals
    equal: Array
    sizes: Sequence[int] = ()


def lagrangian(objective: Objective, constraints: Constraints) -> Objective:
    """The objective less the constraints times their multipliers, of the unknowns and then the multipliers."""
    count = len(constraints.equal)

    def function(*tensors: Tensor) -> Tensor:
        values: Sequence[Tensor] = constraints.residuals.function(*tensors[:-1])
        flat = joined([value.reshape(-1) for value in values])
        return objective.function(*tensors[:-1]) - (tensors[-1] * flat).sum()

    return Objective(function, Unknowns({**objective.unknowns.shapes, _MULTIPLIERS: (count,)}))


def minimize_subject(
    objective: Objective,
    constraints: Constraints,
    start: Array,
    bounds: Bounds | None = None,
    path: Path | None = None,
    most: int = 1000,
) -> Minimum:
    """The minimum subject to constraints that is found from a start of shape (n,), which need not meet them."""
    bounds = bounds or Bounds.none(len(start))
    search = _Search(objective, constraints, bounds, path or Path(), most)
    x = bounds.inside(np.array(start, float))
    with np.errstate(all="ignore"):
        value, _ = search.begin(x)
        if not (np.isfinite(value) and np.isfinite(constraints.residuals.value(x)).all()):
            return Minimum(x, value, "undefined", "", None, search.path)
        try:
            return search.run(x)
        except RunawayError as stop:
            return Minimum(stop.x, stop.value, "unbounded", "SLSQP", None, search.path)


class _Search(Search):
    def __init__(self, objective: Objective, constraints: Constraints, bounds: Bounds, path: Path, most: int) -> None:
        super().__init__(objective, bounds, path, most)
        self.constraints = constraints
        self.lagrangian = lagrangian(objective, constraints)
        self.size = objective.unknowns.size

    def run(self, x: Array) -> Minimum:
        """What a start leads to, and beyond a saddle or a maximum along the constraints, if the search ends at one."""
        found = self._judged(self._by_slsqp(x))
        for left in range(1, 5):
            seen = found.optimality
            if seen is None or seen.descent is None or not seen.is_stationary:
                break
            step = 0.2 * float(np.linalg.norm(self.path.largest()))
            found = self._judged(self._by_slsqp(self.bounds.inside(found.x + step * seen.descent)))._replace(left=left)
        return found

    def _finite(self, x: Array) -> tuple[float, Array]:
        value, gradient = self(x)
        return (value, gradient) if np.isfinite(value) else (1e10 * max(1.0, abs(self.path.steps[-1].value)), gradient)

    def __call__(self, x: Array) -> tuple[float, Array]:
        # A solver may look far outside of the constraints: only what meets them runs away.
        value, gradient = self.objective.value_and_gradient(x)
        if value < self.depth and self._broken(x) <= _BROKEN:
            raise RunawayError(np.array(x), value)
        if np.isnan(value) or not np.isfinite(gradient).all():
            return np.inf, np.zeros_like(gradient)
        return value, gradient

    def _by_slsqp(self, x: Array) -> Array:
        from scipy.optimize import minimize as solve

        residuals, equal = self.constraints.residuals, self.constraints.equal
        given = [
            {"type": kind, "fun": _rows(residuals.value, rows), "jac": _rows(residuals.jacobian, rows)}
            for kind, rows in (("eq", equal), ("ineq", ~equal))
            if rows.any()
        ]
        pairs = list(zip(*self.bounds, strict=True)) if self.bounds.any() else None
        options = {"maxiter": self.most, "ftol": 1e-14}
        call: Any = self._finite
        try:
            found = solve(
                call, x, jac=True, method="SLSQP", bounds=pairs, constraints=given, callback=self.note, options=options
            )
        except FAILURES:
            # Numbers that its arithmetic cannot take: it got this far.
            return self.path.steps[-1].x
        return self.bounds.inside(found.x) if np.isfinite(found.x).all() else x

    def _units(self, x: Array) -> Array:
        """For each constraint how much it changes where an unknown changes by its own size."""
        scale = np.maximum(np.abs(x), 1e-4 * self.path.largest())
        return np.maximum(np.abs(self.constraints.residuals.jacobian(x)) @ scale, 1e-300)

    def _broken(self, x: Array) -> float:
        """By how much the worst constraint is broken, in its own unit."""
        values = self.constraints.residuals.value(x)
        off = np.where(self.constraints.equal, np.abs(values), np.maximum(-values, 0)) / self._units(x)
        return float(off.max(initial=0)) if np.isfinite(off).all() else np.inf

    def _judged(self, x: Array) -> Minimum:
        """What can be said of a point at which a solver ended, made exact."""
        x = self.bounds.snapped(x, self.path.largest())
        values = self.constraints.residuals.value(x)
        active = self.constraints.equal | (values <= _ACTIVE * self._units(x))
        x, multipliers, active, free = self._settled(x, active)
        values, gradient = self.constraints.residuals.value(x), self.objective.gradient(x)
        seen = self._look(x, multipliers, active, free)
        if self._broken(x) > _BROKEN:
            reason = "infeasible"
        elif seen.is_stationary and seen.kind in ("minimum", "valley"):
            reason = "stationary"
        else:
            reason = "limit" if len(self.path.steps) > self.most else "stalled"
        value = self.objective.value(x)
        self.path.reach(x, value, gradient)
        held = Constrained(values, multipliers, active)
        return Minimum(x, value, reason, "SLSQP", seen, self.path, constrained=held)

    def _settled(self, x: Array, active: Array) -> tuple[Array, Array, Array, Array]:
        """A point next to it, its multipliers, and which constraints are active and which unknowns free there."""
        # What is at its bound stays there, until the signs say otherwise.
        free = (x > self.bounds.low) & (x < self.bounds.high)
        multipliers = np.zeros(len(active))
        for _ in range(_ROUNDS + 2 * self.size):
            x = self._onto(x, active, free)
            multipliers = self._multipliers(x, active, free)
            x, multipliers = self._exact(x, multipliers, active, free)
            values, jacobian = self.constraints.residuals.value_and_jacobian(x)
            gradient = self.objective.gradient(x)
            slopes = gradient - jacobian.T @ multipliers
            sure = _NEAR * np.abs(multipliers).max(initial=0)
            wrong = np.where(active & ~self.constraints.equal & (multipliers < -sure), multipliers, 0.0)
            missing = ~active & (values < -_BROKEN * self._units(x))
            released = free_unknowns(self.bounds, x, slopes) & ~free & (np.abs(slopes) > _NEAR * np.abs(gradient).max())
            hit = free & ((x <= self.bounds.low) | (x >= self.bounds.high))
            if not (wrong.any() or missing.any() or released.any() or hit.any()):
                break
            # One at a time: without it, the others may have other multipliers.
            if wrong.any():
                active[np.argmin(wrong)] = False
            elif released.any() and not missing.any():
                free[np.argmax(np.where(released, np.abs(slopes), 0.0))] = True
            active |= missing
            free &= ~hit
            multipliers = np.where(active, multipliers, 0.0)
        return x, multipliers, active, free

    def _multipliers(self, x: Array, active: Array, free: Array) -> Array:
        """Those with which the gradient by the free unknowns is as small as it can be."""
        found = np.zeros(len(active))
        if active.any() and free.any():
            normals = self.constraints.residuals.jacobian(x)[np.ix_(active, free)].T
            found[active] = np.linalg.lstsq(normals, self.objective.gradient(x)[free], rcond=None)[0]
        return found

    def _onto(self, x: Array, active: Array, free: Array) -> Array:
        """The nearest point at which the active constraints are zero, by a few of Newton's steps."""
        for _ in range(6):
            values, jacobian = self.constraints.residuals.value_and_jacobian(x)
            normals = jacobian[np.ix_(active, free)]
            if not normals.size or not np.isfinite(normals).all():
                break
            moved = x.copy()
            moved[free] += np.linalg.lstsq(normals, -values[active], rcond=None)[0]
            moved = self.bounds.inside(moved)
            after = self.constraints.residuals.value(moved)[active]
            if not np.linalg.norm(after) < np.linalg.norm(values[active]):
                break
            x = moved
        return x

    def _exact(self, x: Array, multipliers: Array, active: Array, free: Array) -> tuple[Array, Array]:
        """A point next to it where the conditions hold to what rounding leaves."""
        from scipy.optimize import root

        whole = np.concatenate([x, multipliers])
        part = np.concatenate([free, active])
        if not part.any():
            return x, multipliers

        def at(point: Array) -> Array:
            moved = whole.copy()
            moved[part] = point
            return moved

        def conditions(point: Array) -> Array:
            return np.nan_to_num(self.lagrangian.gradient(at(point))[part], nan=1e150, posinf=1e150, neginf=-1e150)

        def jacobian(point: Array) -> Array:
            found = self.lagrangian.hessian(at(point))[np.ix_(part, part)]
            return np.nan_to_num(found, nan=0.0, posinf=1e150, neginf=-1e150)

        before = conditions(whole[part])
        try:
            found = root(conditions, whole[part], jac=jacobian, method="hybr", options={"xtol": 1e-15, "maxfev": 60})
        except FAILURES:
            return x, multipliers
        moved = at(found.x)
        near = np.abs(moved[: self.size] - x) <= 0.1 * self.path.largest()
        if not near.all() or not np.linalg.norm(conditions(found.x)) < np.linalg.norm(before):
            return x, multipliers
        return self.bounds.inside(moved[: self.size]), moved[self.size :]

    def _look(self, x: Array, multipliers: Array, active: Array, free: Array) -> Optimality:
        """What the Hessian of the Lagrangian says along the active constraints."""
        whole = np.concatenate([x, multipliers])
        gradient = self.lagrangian.gradient(whole)[: self.size]
        hessian = self.lagrangian.hessian(whole)
        scale = np.maximum(np.abs(x), 1e-4 * self.path.largest())[free]
        normals = self.constraints.residuals.jacobian(x)[np.ix_(active, free)]
        if not all(np.isfinite(part).all() for part in (gradient, hessian, normals * scale)):
            return Optimality(gradient, free, None, "none", False, None, np.full(self.size, np.inf))
        inner = hessian[: self.size, : self.size][np.ix_(free, free)]
        along = _tangents(normals)
        eigenvalues = np.linalg.eigvalsh(along.T @ inner @ along) if along.size else np.zeros(0)
        tangents = _tangents(normals * scale)
        curved = tangents.T @ (inner * scale * scale[:, None]) @ tangents
        slopes = tangents.T @ (gradient[free] * scale)
        curvatures, directions = np.linalg.eigh(curved) if curved.size else (np.zeros(0), np.zeros((0, 0)))
        most = float(np.abs(hessian[: self.size, : self.size]).max(initial=0) * scale.max(initial=0) ** 2)
        sure = 64 * EPS * max(most, 1e-300)
        steps = np.abs(directions.T @ slopes) / np.maximum(np.abs(curvatures), 1e-300)
        # Along what has no curvature, the slope itself has to be nothing, beside that of the objective.
        size = float(np.abs(self.objective.gradient(x)[free] * scale).max(initial=0)) + sure
        flat = np.abs(curvatures) <= sure
        settled = bool(np.where(flat, np.abs(directions.T @ slopes) <= 1e-9 * size, steps <= _NEAR).all())
        # What holds on its boundary has to be there, or its multiplier says nothing.
        off = np.abs(self.constraints.residuals.value(x))[active] / self._units(x)[active]
        settled &= bool((off <= _BROKEN).all())
        kind = "none"
        if settled:
            below, above = (curvatures < -sure).any(), (curvatures > sure).any()
            kind = ("saddle" if above else "maximum") if below else "valley" if flat.any() else "minimum"
        descent = None
        if kind in ("saddle", "maximum"):
            descent = np.zeros(self.size)
            descent[free] = (tangents @ directions[:, 0]) * scale
            descent /= max(float(np.linalg.norm(descent)), 1e-300)
        return Optimality(gradient, free, eigenvalues, kind, settled, descent, np.zeros(self.size))


def _rows(function: Callable[[Array], Array], rows: Array) -> Callable[[Array], Array]:
    return lambda x: np.nan_to_num(function(x)[rows], nan=-1e150, posinf=1e150, neginf=-1e150)


def _tangents(normals: Array) -> Array:
    """Orthonormal directions, as columns, along which constraints with these normals, as rows, stay the same."""
    size = normals.shape[1]
    if not len(normals) or not size:
        return np.eye(size)
    _, singular, right = np.linalg.svd(normals)
    rank = int((singular > 1e-12 * max(singular[0], 1e-300)).sum())
    return right[rank:].T
