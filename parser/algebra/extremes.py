"""Where derivatives have a value and their forms have none, or lose its digits: far out, close to 0, and at 0."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from ...engine.program.columns import run
from ...engine.program.program import Program as Traced
from ...engine.program.tracing import trace
from ...engine.tensors.aliases import Array
from ...engine.tensors.symbol import TraceError
from ..semantics.evaluate import evaluate_traced
from ..semantics.limits import Limits
from ..semantics.names import free_variables
from ..syntax.errors import ExpressionError
from ..syntax.parse import parse_again
from ..syntax.records import Program
from .terms import Term

# Where 1 - tanh(x) and x**2 + 1 have lost their digits, exp(2*x), exp(x) and exp(x/10) are beyond the largest number,
# and squares beyond it or 0.
_SIZES = (0.0, 1e-300, 1e-9, 1e-3, 30.0, 400.0, 800.0, 1e4, 1e16, 1e200, 1e300, float("inf"))
_CLOSE = 1e-6  # of two values of a slope that are one
_SMALLEST = 1e-290  # that is told from 0
EXTREMES = np.array([sign * size for size in _SIZES for sign in (1, -1)])


class Extremes:
    """What an expression of single numbers and forms of its slopes are at extreme values of each variable in turn.

    `near` are ordinary values, which the other variables have.
    """

    def __init__(self, expression: Program, names: Sequence[str], near: Mapping[str, Any], limits: Limits) -> None:
        self.names, self.near, self.limits = list(names), near, limits
        self.values = dict(zip(names, self._of(expression, self.names), strict=True))
        self.form, self.exact = cache(self._form), cache(self._true)

    def lost(self, form: str, name: str) -> int:
        """How many extreme values of a variable a form is not finite at, though the expression is."""
        return int((np.isfinite(self.values[name]) & ~np.isfinite(self.form(form, name))).sum())

    def lacking(self, form: str, name: str, slope: Array) -> list[float]:
        """Extreme values at which an expression and its slope are finite, and a form of that is not: no pole at 0."""
        found = self.form(form, name)
        is_lost = np.isfinite(self.values[name]) & np.isfinite(slope) & ~np.isfinite(found)
        return EXTREMES[is_lost & ~(np.isinf(found) & (EXTREMES == 0))].tolist()

    def astray(self, form: str, name: str, slope: Array, term: Term) -> list[float]:
        """Extreme values at which a form is finite but wrong, and the slope is not, by what `term` is to all digits."""
        found = self.form(form, name)
        with np.errstate(all="ignore"):
            size = np.maximum(np.abs(slope), np.abs(found))
            apart = np.isfinite(self.values[name]) & (np.abs(slope - found) > _CLOSE * size) & (size > _SMALLEST)
        return [
            float(EXTREMES[i])
            for i in np.flatnonzero(apart & np.isfinite(size))
            if (true := self.exact(term, name, float(EXTREMES[i]))) is not None
            and abs(slope[i] - true) <= _CLOSE * abs(true) < abs(found[i] - true)
        ]

    def _true(self, term: Term, name: str, at: float) -> float | None:
        # FLINT takes a while to be imported.
        from .balls import exact

        return exact(term, {**{n: float(value) for n, value in self.near.items()}, name: at})

    def slopes(self, program: Traced) -> dict[str, Array]:
        """The outputs of an engine's program, each with a row for every variable."""
        return self._run(program, self.names)

    def _form(self, form: str, name: str) -> Array:
        return self._of(parse_again(form), [name])[0]

    def _of(self, expression: Program, names: Sequence[str]) -> Array:
        free = [name for name in free_variables(expression) if name in self.near]
        with contextlib.suppress(ExpressionError, TraceError):
            program = trace(
                lambda *values: evaluate_traced(expression, dict(zip(free, values, strict=True)), self.limits)[0],
                dict.fromkeys(free, ()),
                formal=True,
            )
            return self._run(program, names)["value"]
        return np.full((len(names), len(EXTREMES)), np.nan)

    def _run(self, program: Traced, names: Sequence[str]) -> dict[str, Array]:
        size = len(names), len(EXTREMES)
        columns = {v.name: np.full(size, self.near[v.name]) for v in program.inputs}
        for i, name in enumerate(names):
            if name in columns:
                columns[name][i] = EXTREMES
        found = run(program, {name: column.ravel() for name, column in columns.items()}, threads=1, native=False)
        with np.errstate(all="ignore"):
            # A value of several elements is as finite as their sum.
            sums = {name: value.reshape(len(value), -1).sum(1) for name, value in found.items()}
        return {name: np.broadcast_to(v.reshape(size if len(v) > 1 else 1), size) for name, v in sums.items()}
