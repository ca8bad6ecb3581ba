"""Expressions over a range, as curves: enough points to draw them, and what there is to see on them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.optimize.curve_samples import Derivatives, sampled
from ...engine.optimize.features import Found, features, interrupted, visible
from ..analysis.ranges import Range
from ..analysis.result import column_of
from ..semantics.limits import Limits
from ..semantics.names import free_variables
from ..syntax.errors import ExpressionError, UsageError
from ..syntax.records import Program
from ..syntax.wording import quoted
from .row_expression import RowExpression, Wanted

# Points to begin with, where the range does not say how many; of an expression that is computed at one after the other,
# fewer.
_POINTS, _SLOW_POINTS, _MOST_POINTS = 1001, 301, 10_001
# How many derivatives of a curve tell what there is on it.
_TELLING = 2


class Curve(NamedTuple):
    """One curve: its name, `value`, `d_x` or `d2_x`, the points to draw, `x` and `y` with nan where it is interrupted,
    what there is to see on it, and the least and the largest value to show.
    """

    name: str
    x: Any
    y: Any
    found: Found
    view: tuple[float, float]


class Plotted:
    """An expression's value and its derivatives up to an order over a range of a variable.

    `names` are those of the curves; a value that has no derivatives, such as a truth value, has the first alone.
    ExpressionError, UsageError: it cannot be computed, or is not a number.
    """

    def __init__(
        self,
        program: Program,
        variable: str,
        axis: Range,
        constants: Mapping[str, Tensor],
        order: int,
        limits: Limits,
    ) -> None:
        self.expr = program.source.strip()
        self.variable = variable
        self.axis = axis
        self._function = _Function(program, variable, constants, order, limits)
        self.names = [column_of(name) for name in self._function.names[: order + 1]]
        low, high = sorted(axis.ends)
        if not math.isfinite(high - low):
            raise UsageError(f"the range {quoted(axis.text)} of `{variable}` is too wide", "plot one half of it")
        count = max(_SLOW_POINTS if self._function.is_slow else _POINTS, axis.count)
        self._even = np.linspace(low, high, min(_MOST_POINTS, count))

    @property
    def lacks_derivatives(self) -> bool:
        """Whether there is no derivative where one would be expected."""
        return len(self._function.names) == 1 and not self._function.is_discrete

    @cached_property
    def curves(self) -> list[Curve]:
        """The curves, in the order of their names."""
        return [self._curve(place) for place in range(len(self.names))]

    @cached_property
    def is_finite_somewhere(self) -> bool:
        """Whether there is anything to draw."""
        return bool(np.isfinite(self._function.rows(0)(self._even)[0]).any())

    @property
    def failure(self) -> str | None:
        """Why it cannot be computed at a point, where there was one."""
        return self._function.failure

    def columns(self) -> dict[str, Any]:
        """The values of the curves at the points of the range, by their names."""
        found = self._function.results(self.axis.values())
        return {name: found[key] for name, key in zip(self.names, self._function.names, strict=False)}

    def _curve(self, order: int) -> Curve:
        rows = self._function.rows(order)
        samples = sampled(rows, self._even)
        found = features(rows, samples)
        view = visible(rows(self._even)[0], found)
        return Curve(self.names[order], *interrupted(samples, found), found, view)


class _Function:
    """An expression with its derivatives by one variable, over many points. Errors: as `Plotted`."""

    def __init__(
        self, program: Program, variable: str, constants: Mapping[str, Tensor], order: int, limits: Limits
    ) -> None:
        self.variable = variable
        self.failure: str | None = None
        self.expression, self.names = _traced(program, variable, constants, order, limits)
        self.is_slow = not self.expression.is_traced({variable: ()})
        found = self.results(np.zeros(1))
        # A count or a truth value does not change but where it leaps.
        self.is_discrete = found["value"].dtype.kind != "f"
        if found["value"].ndim > 1:
            raise UsageError(
                f"{quoted(program.source)} is a list of {found['value'].shape[1]} numbers, and a curve needs one",
                "plot its elements as expressions of their own, or their sum",
            )

    def rows(self, first: int) -> Derivatives:
        """The value or a derivative, with as many further ones as tell what there is on its curve."""
        names = self.names[first : first + _TELLING + 1]

        def function(x: Any) -> Any:
            found = self.results(x)
            rows = np.stack([np.asarray(found[name], float) for name in names])
            if self.is_discrete:
                return np.concatenate([rows, np.zeros_like(rows)])
            # As in PyTorch a derivative may be finite where there is no value, and then it means nothing.
            return np.where(np.isnan(found["value"]), np.nan, rows) if first else rows

        return function

    def results(self, x: Any) -> dict[str, Any]:
        """All of them at some points, nan where they cannot be computed."""
        faults: dict[int, str] = {}
        with np.errstate(all="ignore"):
            found = self.expression.results(
                {self.variable: ()}, self.expression.constants, {self.variable: x}, np.zeros(len(x), bool), faults
            )
        if faults:
            self.failure = next(iter(faults.values()))
        return {name: found[name] if name in found else np.zeros(len(x)) for name in self.names}


def _traced(
    program: Program, variable: str, constants: Mapping[str, Tensor], order: int, limits: Limits
) -> tuple[RowExpression, list[str]]:
    """The expression with as many derivatives as it has, but at least those that are asked for, if it has any."""
    if variable not in free_variables(program):
        # One of several, such as a level that another reaches.
        level = RowExpression(program, constants, Wanted(), limits)
        derivatives = Wanted((), (variable,), False, order + _TELLING).result_names()[1:]
        return level, [*level.result_names({}), *derivatives]
    error: Exception | None = None
    for highest in dict.fromkeys((order + _TELLING, order, 0)):
        wanted = Wanted((), (variable,) if highest else (), False, max(highest, 1))
        expression = RowExpression(program, constants, wanted, limits)
        try:
            return expression, expression.result_names({variable: ()})
        except (ExpressionError, UsageError) as failure:
            error = failure
    assert error is not None
    raise error
