"""Propagates the deviations of variables through an expression, and says where a straight line is not enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...engine.api.creation import tensor
from ...engine.optimize.objective import Objective
from ...engine.optimize.propagation import Drawn, Propagated, drawn, propagated, second_order
from ...engine.optimize.unknowns import Unknowns
from ..analysis.differentiate import Request, differentiate
from ..analysis.problem import Problem
from ..analysis.result import Finding, text_at
from ..semantics.limits import Limits
from ..syntax.errors import ExpressionError
from ..syntax.records import Program
from .callables import scalar_function
from .correlations import Pairs, correlation_matrix, number_names
from .nearby_kinks import findings_near
from .shortened_numbers import stated
from .uncertain_values import Uncertain

# Beyond these the straight line is said not to be good enough: what the bend adds to the value, in deviations, and to
# the deviation, as a share of it.
_SHIFTED = 0.1
_WIDENED = 0.05
_COVERAGE = 0.95
# The normal distribution's quantile for it.
_QUANTILE = 1.959963984540054


class Inputs:
    """Variables with deviations and correlations, and their numbers in order: `names` such as `m` or `w[0]`."""

    def __init__(self, values: Mapping[str, Uncertain]) -> None:
        self.variables = dict(values)
        self.unknowns = Unknowns({name: given.value.shape for name, given in values.items()})
        self.names = number_names(self.unknowns)
        self.values = self.unknowns.flat({name: given.value for name, given in values.items()})
        self.deviations = self.unknowns.flat({name: given.deviation for name, given in values.items()})
        self.correlations = np.eye(len(self.names))

    @property
    def covariance(self) -> np.ndarray:
        """The covariance of the numbers, (k, k)."""
        return self.correlations * np.outer(self.deviations, self.deviations)

    def correlate(self, pairs: Pairs) -> None:
        """Correlates numbers by name. UsageError: as `correlation_matrix`."""
        self.correlations = correlation_matrix(self.names, pairs)


class Influence(NamedTuple):
    """A number that goes in: its value and deviation, and what becomes of them.

    `gradient` is df/dx; `contribution` |df/dx| s; `share` that of the variance; `elasticity` (x/f) df/dx: by how many
    percent the result changes with one of the number, the condition number with a sign.
    """

    value: float
    deviation: float
    gradient: float
    contribution: float
    share: float
    elasticity: float


class Propagation(NamedTuple):
    """The value of an expression with its deviation, and where that comes from.

    `second` are both with second-order terms, None where these were not asked for; `check` what random draws gave.
    """

    expr: str
    value: float
    deviation: float
    digits: int
    inputs: Mapping[str, Influence]
    second: tuple[float, float] | None
    check: Drawn | None
    warnings: Sequence[Finding]
    notes: Sequence[str] = ()

    @property
    def rounded(self) -> str:
        """The value with its deviation, to the digits that are to be stated."""
        return stated(self.value, self.deviation, self.digits)

    def is_finite(self) -> bool:
        """Whether the value and its deviation are."""
        return math.isfinite(self.value) and math.isfinite(self.deviation)

    def text_of(self, key: str) -> str:
        """One of the facts on a line, by its key. UsageError: there is none."""
        return text_at(dict(self.facts()), key)

    def facts(self) -> Iterator[tuple[str, Any]]:
        """The results as pairs of a dotted key and a number or text, in the order they are printed."""
        yield from (("value", np.float64(self.value)), ("sd", np.float64(self.deviation)), ("rounded", self.rounded))
        if self.second is not None:
            yield from zip(("second.value", "second.sd"), map(np.float64, self.second), strict=True)
        if self.check is not None:
            for key, number in self.check_numbers().items():
                yield f"check.{key}", np.asarray(number)
        for field, key in (("gradient", "grad"), ("contribution",) * 2, ("share",) * 2, ("elasticity",) * 2):
            for name, part in self.inputs.items():
                yield f"{key}.{name}", np.float64(getattr(part, field))

    def check_numbers(self) -> dict[str, float]:
        """What the draws gave, by name."""
        check = self.check
        assert check is not None
        numbers = {"value": check.mean, "sd": check.deviation, "low": check.low, "high": check.high}
        return {**numbers, "draws": check.draws, "lost": check.lost}


class Asked(NamedTuple):
    """What is asked for: digits to state, second-order terms, draws to compare with and where they begin."""

    digits: int = 2
    second: bool = False
    draws: int = 0
    seed: int = 0


def propagate(
    program: Program,
    inputs: Inputs,
    limits: Limits,
    asked: Asked = Asked(),  # noqa: B008
    seen: Callable[[int], None] | None = None,
) -> Propagation:
    """The value of an expression and its deviation. ExpressionError: it cannot be evaluated, or is not one number."""
    names = list(inputs.variables)
    problem = Problem(program, {name: tensor(given.value) for name, given in inputs.variables.items()}, names, limits)
    objective = Objective(scalar_function(problem, reason="only one number has one deviation"), inputs.unknowns)
    value = objective.value(inputs.values)
    report = differentiate(problem, Request())
    gradient = inputs.unknowns.flat(report.grad)
    found = propagated(gradient, inputs.deviations, inputs.correlations)
    second = _second(objective, inputs, gradient, value)
    check = None
    if asked.draws:
        check = drawn(
            objective.values, inputs.values, inputs.covariance, asked.draws, asked.seed, level=_COVERAGE, seen=seen
        )
    deviation = float(found.deviation)
    warnings = [*report.warnings, *findings_near(problem, objective, inputs.values, inputs.deviations)]
    if second is not None:
        warnings += _bent(value, deviation, second, asked)
    if check is not None:
        warnings += _compared(value, deviation, check)
    return Propagation(
        program.source,
        value,
        deviation,
        asked.digits,
        dict(zip(inputs.names, _influences(inputs, value, gradient, found), strict=True)),
        second if asked.second else None,
        check,
        warnings,
    )


def _influences(inputs: Inputs, value: float, gradient: np.ndarray, found: Propagated) -> Iterator[Influence]:
    with np.errstate(all="ignore"):
        elasticities = inputs.values * gradient / np.float64(value)
    columns = (inputs.values, inputs.deviations, gradient, found.contributions, found.shares, elasticities)
    return (Influence(*row) for row in np.column_stack(columns).tolist())


def _second(objective: Objective, inputs: Inputs, gradient: np.ndarray, value: float) -> tuple[float, float] | None:
    """The value and the deviation to second order; None where there are no second derivatives."""
    try:
        hessian = objective.hessian(inputs.values)
    except (ExpressionError, RuntimeError):
        return None
    # As for gradients: without error, a derivative that is not finite has no part.
    exact = inputs.deviations == 0
    hessian[exact, :] = hessian[:, exact] = 0.0
    shift, deviation = second_order(np.where(exact, 0.0, gradient), hessian, inputs.covariance)
    return float(value + shift), float(deviation)


def _bent(value: float, deviation: float, second: tuple[float, float], asked: Asked) -> list[Finding]:
    """A warning where second-order terms matter."""
    middle, wide = second
    if not np.isfinite([value, deviation, *second]).all():
        return []
    if abs(middle - value) <= _SHIFTED * wide and abs(wide - deviation) <= _WIDENED * wide:
        return []
    text = f"the straight line is not good enough here: to second order it is {stated(middle, wide, asked.digits)}"
    return [Finding.warning("linear", text, None if asked.draws else "`--check` compares with random draws")]


def _compared(value: float, deviation: float, check: Drawn) -> list[Finding]:
    """Warnings where the middle 95 % of draws end elsewhere than the line has it (JCGM 101:2008, section 8)."""
    found: list[Finding] = []
    if check.lost:
        text = f"{check.lost:,} of {check.draws:,} draws have no finite value: they are out of the domain"
        found.append(Finding.warning("nonfinite", text))
    if not np.isfinite([value, deviation, check.low, check.high]).all():
        return found
    half = _QUANTILE * deviation
    # Beside what the draws themselves leave open.
    allowed = _WIDENED * deviation
    apart = [
        abs(value - half - check.low) > allowed + 3 * check.low_error,
        abs(value + half - check.high) > allowed + 3 * check.high_error,
    ]
    if any(apart):
        text = (
            f"the straight line is not good enough here: of random draws 95 % are within {check.low:.4g} and "
            f"{check.high:.4g}, and not within {value - half:.4g} and {value + half:.4g}"
        )
        found.append(Finding.warning("linear", text))
    return found
