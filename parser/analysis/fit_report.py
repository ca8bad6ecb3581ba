"""What fitting a model found out, in the form that every renderer reads, and what a statistician would warn of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...engine.optimize.inference import Inference, undetermined_by
from ...engine.optimize.least_squares import Status
from ..syntax.wording import counted, listed
from .result import Finding, text_at

_NEAR_ONE = 0.99
_FEW = 5
_MOST_PAIRS = 3
# Below this, residuals that are independent look like that too seldom to be believed.
_UNLIKELY = 1e-3


class Estimate(NamedTuple):
    """A parameter: its value, standard error, t-value with its probability, and confidence interval.

    `held` says that it is at one of its bounds; its statistics are nan then.
    """

    value: float
    error: float
    t: float
    probability: float
    low: float
    high: float
    held: bool


class FitReport(NamedTuple):
    """The result of a fit.

    `estimates` are by parameter; `covariance` and `correlations` are (k, k) in their order; `measures` are numbers
    about the whole, by name; `fixed` the parameters that were not looked for. `interval` is how the confidence
    intervals of `level` were found: `wald` or `profile`.
    """

    expr: str
    response: str
    status: Status
    estimates: Mapping[str, Estimate]
    fixed: Mapping[str, Any]
    covariance: np.ndarray
    correlations: np.ndarray
    measures: Mapping[str, float]
    level: float
    interval: str
    evaluations: int
    warnings: Sequence[Finding]
    notes: Sequence[str]

    @property
    def converged(self) -> bool:
        """Whether it is an answer."""
        return self.status is Status.CONVERGED

    def facts(self) -> Iterator[tuple[str, Any]]:
        """The results as pairs of a dotted key and a NumPy value or text, in the order they are printed."""
        for field, key in (("value", "estimate."), ("error", "se."), ("t", "t."), ("probability", "p.")):
            yield from ((key + name, np.float64(getattr(e, field))) for name, e in self.estimates.items())
        yield from ((f"interval.{name}", np.array([e.low, e.high])) for name, e in self.estimates.items())
        names = list(self.estimates)
        for i, name in enumerate(names):
            yield from ((f"correlation.{name}.{names[j]}", self.correlations[i, j]) for j in range(i))
        yield from ((name, np.asarray(number)) for name, number in self.measures.items())
        yield "status", self.status.value
        yield "evaluations", np.int64(self.evaluations)

    def text_of(self, key: str) -> str:
        """One of the facts on a line, by its key. UsageError: there is none."""
        facts = dict(self.facts())
        return text_at(facts, key, "estimate.", [*self.estimates, *(name for name in facts if "." not in name)])


def measures_of(inference: Inference) -> dict[str, float]:
    """The numbers about a fit as a whole, by name."""
    found = {
        "rows": inference.rows,
        "dof": inference.freedom,
        "rss": inference.solution.squares,
        "deviation": inference.deviation,
        "r_squared": inference.r_squared,
        "adjusted_r_squared": inference.adjusted_r_squared,
        "aic": inference.aic,
        "bic": inference.bic,
        "log_likelihood": inference.log_likelihood,
    }
    if inference.deviations_known:
        found["chi_squared_p"] = inference.chi_squared_probability
    return found


def why_not(status: Status) -> str:
    """What is wrong with a fit that is no answer."""
    return {
        Status.CONVERGED: "",
        Status.STALLED: "it did not converge: where the search ended, the sum of squares can still be less",
        Status.SINGULAR: "the rows do not determine all parameters: others give the same sum of squares",
        Status.NOT_FINITE: "it did not converge: the model is not finite where the search ended",
    }[status]


def findings_of(inference: Inference, names: Sequence[str], is_exact: bool) -> list[Finding]:
    """What a statistician would warn of, by the numbers alone. `is_exact`: the residuals are rounding."""
    found: list[Finding] = []

    def warn(kind: str, text: str, help: str | None = None) -> None:
        found.append(Finding.warning(kind, text, help))

    solution = inference.solution
    free = [name for name, is_free in zip(names, inference.free, strict=True) if is_free]
    if solution.status is Status.SINGULAR:
        bad = [name for name, is_bad in zip(free, undetermined_by(inference.reduction), strict=True) if is_bad]
        warn(
            "singular",
            f"the rows do not determine {listed(bad)}: the Jacobian is singular there",
            f"keep {'it' if len(bad) == 1 else 'one of them'} fixed with `--fix {bad[-1]}`, "
            "write the model with fewer parameters, or start elsewhere",
        )
    for i in np.flatnonzero(solution.held).tolist():
        warn("bound", f"`{names[i]}` is at its bound {solution.point[i]:g}, and has no standard error there")
    if inference.freedom == 0:
        warn("rows", "there are as many parameters as rows: nothing is left to estimate errors from")
    elif is_exact:
        warn("exact", "the model meets every row: the errors, t and p are those of rounding, and say nothing")
    elif inference.freedom < _FEW:
        warn("rows", f"only {counted(inference.freedom, 'degree')} of freedom: the errors are hardly known themselves")
    pairs = _near_pairs(inference.correlations)
    for i, j in pairs[:_MOST_PAIRS]:
        more = f", and {counted(len(pairs) - _MOST_PAIRS, 'pair')} more" if len(pairs) > _MOST_PAIRS else ""
        last = more if (i, j) == pairs[:_MOST_PAIRS][-1] else ""
        warn(
            "correlation",
            f"`{names[j]}` and `{names[i]}` are correlated at {inference.correlations[i, j]:.5f}: "
            f"the rows tell hardly more than a combination of them{last}",
        )
    if inference.r_squared < -1e-9:
        warn("fit", f"the mean of the response is nearer to it than the model: R2 is {inference.r_squared:.3g}")
    probability = inference.chi_squared_probability if inference.deviations_known else math.nan
    if probability < _UNLIKELY:
        warn(
            "chi-squared",
            f"the residuals are larger than the deviations given: {solution.squares:.4g} with {inference.freedom} "
            f"degrees of freedom, p = {probability:.1g}",
            "leave out `--absolute` to have the errors estimated from the residuals",
        )
    return found


def _near_pairs(correlations: np.ndarray) -> list[tuple[int, int]]:
    """The pairs of parameters that are nearly one, the nearest first."""
    size = np.abs(np.nan_to_num(np.tril(correlations, -1)))
    places = np.argwhere(size > _NEAR_ONE)
    return sorted(((int(i), int(j)) for i, j in places), key=lambda pair: -size[pair])
