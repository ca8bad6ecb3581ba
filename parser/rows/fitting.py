"""Fits a model to the rows of a table: from its residuals to a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ...engine.optimize.inference import Inference
from ...engine.optimize.least_squares import NOISE, Problem, Solution, least_squares
from ...engine.optimize.losses import LOSSES, MEDIAN_TO_DEVIATION, Loss
from ...engine.optimize.profiles import profile_intervals
from ..analysis.fit_report import Estimate, FitReport, findings_of, measures_of, why_not
from ..analysis.residual_patterns import Pattern
from ..analysis.result import Finding
from ..syntax.errors import ExpressionError, UsageError
from ..syntax.wording import counted
from .kept_columns import Read
from .residuals import Parameters, Residuals

# The scale of a robust loss is estimated from residuals, and these from it, until it moves no more than this.
_STEADY = 1e-6
_MOST_SCALES = 20
# Sums of squares of the response that leave room for what is computed of them.
_SMALLEST, _LARGEST = 1e-250, 1e250

Seen = Callable[[int, float], None]


class Asked(NamedTuple):
    """What is asked of a fit.

    `bounds` are smallest and largest values by variable; `shared` are the parameters that groups have in common. `loss`
    names a robust one, `scale` says from which residual on it counts less (None: by the residuals). `absolute`: the
    deviations of the rows are known, and not only how they compare.
    """

    bounds: Mapping[str, tuple[Any, Any]] = {}
    shared: Sequence[str] = ()
    loss: str | None = None
    scale: float | None = None
    absolute: bool = False
    profile: bool = False
    level: float = 0.95
    starts: int = 1
    seed: int = 0


class Fit(NamedTuple):
    """A fit: what was fitted, its parameters, where they ended, and what is said of them."""

    residuals: Residuals
    parameters: Parameters
    inference: Inference
    report: FitReport

    def columns(self, columns: Mapping[str, np.ndarray], group: str) -> dict[str, np.ndarray]:
        """For n rows of a group the model, what it leaves, and the bands around it and around further rows.

        Arrays (n,) by name; the residual of a row without a response is nan. KeyError: there is no such group.
        """
        rows = len(next(iter(columns.values())))
        fitted, variance = self.model(columns, group, rows)
        z, sigma = self.residuals.observed(columns, rows, {})
        quantile = self.inference.quantile()
        around = quantile * np.sqrt(variance)
        further = quantile * np.sqrt(variance + (self.inference.unit * sigma) ** 2)
        return {
            "fitted": fitted,
            "residual": z - fitted,
            "low": fitted - around,
            "high": fitted + around,
            "predicted_low": fitted - further,
            "predicted_high": fitted + further,
        }

    def model(self, columns: Mapping[str, np.ndarray], group: str, rows: int) -> tuple[np.ndarray, np.ndarray]:
        """The model in n rows of a group, and its variance, (n,) each. KeyError: there is no such group."""
        if group not in self.parameters.groups:
            raise KeyError(group)
        g = self.parameters.groups.index(group)
        places = self.parameters.places[g]
        found = self.residuals.at(columns, self.parameters.of_group(self.inference.solution.point, g), rows)
        covariance = self.inference.covariance[np.ix_(places, places)]
        return found[-1], np.einsum("in,ij,jn->n", found[:-1], covariance, found[:-1])


def fit(residuals: Residuals, asked: Asked, seen: Seen | None = None) -> Fit:
    """The fit to all rows that were added.

    UsageError: fewer rows than parameters; a bound of no parameter, or none between its ends. ExpressionError: the
    model is not finite at the start.
    """
    parameters = residuals.parameters(asked.shared)
    spread = residuals.spread
    if spread.rows < parameters.size:
        rows, count = counted(spread.rows, "row"), counted(parameters.size, "parameter")
        raise UsageError(f"{rows} cannot determine {count}", "keep some of them fixed with `--fix NAMES`")
    if not _SMALLEST < spread.magnitude < _LARGEST and spread.largest:
        raise UsageError(
            f"the squares of the response are too {'large' if spread.largest > 1 else 'small'} for numbers",
            'fit a multiple of it, such as `--response "1e200*y"`',
        )
    low, high = _bounds(parameters, asked.bounds)
    loss = None if asked.loss is None else LOSSES[asked.loss]
    problem, solution, scale = _solved(residuals, parameters, asked, loss, low, high, seen)
    robust = None if loss is None else _robust_covariance(residuals, parameters, solution, loss, scale)
    plain = solution
    if loss is not None:
        # What is said of the residuals is said of them as they are.
        reduction = residuals.reduce(parameters, None, 1.0, solution.point)
        plain = solution._replace(reduction=reduction)
    inference = Inference(
        plain,
        spread.rows,
        spread=spread.squares,
        log_weights=spread.logarithms,
        deviations_known=asked.absolute,
        level=asked.level,
        covariance=robust,
    )
    return Fit(residuals, parameters, inference, _report(residuals, parameters, inference, problem, asked, scale))


def _solved(
    residuals: Residuals,
    parameters: Parameters,
    asked: Asked,
    loss: Loss | None,
    low: np.ndarray,
    high: np.ndarray,
    seen: Seen | None,
) -> tuple[Problem, Solution, float]:
    """The problem, its solution, and the scale of the loss."""

    def problem(loss: Loss | None, scale: float) -> Problem:
        reduce = partial(residuals.reduce, parameters, loss, scale)
        return Problem(reduce, residuals.spread.rows, np.sqrt(residuals.spread.magnitude), low, high)

    plain = problem(None, 1.0)
    try:
        if loss is None:
            return plain, least_squares(plain, parameters.start, starts=asked.starts, seed=asked.seed, seen=seen), 1.0
        if asked.scale is not None or asked.absolute:
            scale = asked.scale or loss.tuning
            stated = problem(loss, scale)
            found = least_squares(stated, parameters.start, starts=asked.starts, seed=asked.seed, seen=seen)
            return stated, found, scale
        found = least_squares(plain, parameters.start, starts=asked.starts, seed=asked.seed, seen=seen)
    except ValueError:
        raise _not_finite(residuals) from None
    scale = 0.0
    for _ in range(_MOST_SCALES):
        before, scale = scale, loss.tuning * _typical(residuals, parameters, found.point)
        if not scale > 0:
            raise UsageError(
                "more than half of the residuals are 0, so that there is no scale for the loss",
                "give it with `--scale`",
            )
        if abs(scale - before) <= _STEADY * scale:
            break
        found = least_squares(problem(loss, scale), found.point, seen=seen)
    return problem(loss, scale), found, scale


def _typical(residuals: Residuals, parameters: Parameters, point: np.ndarray) -> float:
    """The deviation of the residuals as their median tells it."""

    def work(values: Mapping[str, Any], read: Read) -> np.ndarray:
        return np.abs(residuals.rows_of(read(), values)[-1])

    parts = [part for group in residuals.each_group(parameters, point, work) for part in group]
    return MEDIAN_TO_DEVIATION * float(np.median(np.concatenate(parts)))


def _robust_covariance(
    residuals: Residuals, parameters: Parameters, solution: Solution, loss: Loss, scale: float
) -> np.ndarray:
    """The covariance of an M-estimate: H^-1 M H^-1 n/(n - k), with H the sum of psi' g g' and M that of psi^2 g g'.

    (Huber and Ronchetti, Robust Statistics, 2nd edition, 2009, section 7.6.)
    """
    size = parameters.size
    curvature, variance = np.zeros((size, size)), np.zeros((size, size))

    def work(values: Mapping[str, Any], read: Read) -> tuple[np.ndarray, np.ndarray]:
        columns = residuals.rows_of(read(), values)
        g, u = columns[:-1], columns[-1] / scale
        return (g * loss.slope(u)) @ g.T, (g * (loss.psi(u) * scale) ** 2) @ g.T

    groups = residuals.each_group(parameters, solution.point, work)
    for place, found in zip(parameters.places, groups, strict=True):
        for h, m in found:
            curvature[np.ix_(place, place)] += h
            variance[np.ix_(place, place)] += m
    free = ~solution.held
    count, rows = int(free.sum()), residuals.spread.rows
    part = np.ix_(free, free)
    covariance = np.zeros((size, size))
    # By the pseudo-inverse: parameters that are not determined are said to be so elsewhere.
    inverse = np.linalg.pinv(curvature[part], hermitian=True)
    covariance[part] = inverse @ variance[part] @ inverse * (rows / max(rows - count, 1))
    return covariance


def _bounds(parameters: Parameters, bounds: Mapping[str, tuple[Any, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """The ends for all parameters. UsageError: there is no room between two."""
    low, high = np.full(parameters.size, -np.inf), np.full(parameters.size, np.inf)
    for name, (least, most) in bounds.items():
        if not np.all(least < most):
            raise UsageError(f"the bounds of `{name}` leave no room", f"to keep it at one value, write `--fix {name}`")
        for places in parameters.places:
            part = places[parameters.unknowns.part(name)]
            low[part], high[part] = np.ravel(least), np.ravel(most)
    return low, high


def _not_finite(residuals: Residuals) -> ExpressionError:
    source = residuals.model.value.source
    return ExpressionError(
        "value",
        "the model or a derivative by a parameter is not finite at the start in some row",
        source,
        0,
        len(source),
        "start with other values of the parameters",
    )


def _report(
    residuals: Residuals,
    parameters: Parameters,
    inference: Inference,
    problem: Problem,
    asked: Asked,
    scale: float,
) -> FitReport:
    solution, names = inference.solution, parameters.names
    profile = asked.profile and asked.loss is None and inference.freedom > 0
    intervals = profile_intervals(problem, inference) if profile else inference.intervals
    errors = np.where(solution.held, np.nan, inference.errors)
    columns = [solution.point, errors, inference.t_values, inference.probabilities, *intervals.T]
    estimates = {
        name: Estimate(*numbers, held=bool(solution.held[i]))
        for i, (name, numbers) in enumerate(zip(names, np.column_stack(columns).tolist(), strict=True))
    }
    is_exact = solution.squares <= NOISE**2 * residuals.spread.magnitude
    warnings = findings_of(inference, names, is_exact)
    pattern = None if is_exact else _pattern(residuals, parameters, solution.point).finding()
    if pattern is not None:
        warnings.append(Finding.warning("residuals", pattern))
    measures = measures_of(inference)
    notes: list[str] = []
    if asked.loss is not None:
        measures["scale"] = scale
        notes.append(f"the loss {asked.loss} counts residuals beyond {scale:.4g} less; the errors are those it leaves")
        if asked.profile:
            notes.append("intervals by profile likelihood are for least squares; these are by standard errors")
    return FitReport(
        expr=residuals.model.value.source,
        response=residuals.model.response.source,
        status=solution.status,
        estimates=estimates,
        fixed={name: value._data for name, value in residuals.model.fixed.items()},
        covariance=inference.covariance,
        correlations=inference.correlations,
        measures=measures,
        level=asked.level,
        interval="profile" if profile else "wald",
        evaluations=solution.evaluations,
        warnings=warnings,
        notes=notes,
    )


def _pattern(residuals: Residuals, parameters: Parameters, point: np.ndarray) -> Pattern:
    """The signs of the residuals in the order of the rows."""
    pattern = Pattern()

    def work(values: Mapping[str, Any], read: Read) -> np.ndarray:
        return residuals.rows_of(read(), values)[-1] > 0

    for parts in residuals.each_group(parameters, point, work):
        pattern.begin()
        for signs in parts:
            pattern.add(signs)
    return pattern


__all__ = ["Asked", "Fit", "fit", "why_not"]
