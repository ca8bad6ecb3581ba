"""An expression over many rows whose variables have deviations there: its value and deviation in each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...engine import Tensor
from ...engine.optimize.propagation import propagated, second_order
from ...engine.optimize.unknowns import Unknowns
from ..semantics.limits import Limits
from ..solving.correlations import correlation_matrix, number_names
from ..syntax.errors import ExpressionError, UsageError
from ..syntax.records import Program
from ..syntax.wording import counted
from .row_expression import RowExpression, Shapes, Wanted


class UncertainRows(RowExpression):
    """As `RowExpression`, with results `value`, `sd` and `contribution.x`, and to second order `value2` and `sd2`.

    `deviations` are expressions of the deviation of variables, which are those to differentiate by.
    """

    def __init__(
        self,
        syntax: Program,
        constants: Mapping[str, Tensor],
        deviations: Mapping[str, Program],
        correlated: Mapping[tuple[str, str], float],
        limits: Limits,
        rows: float | None = None,
        second: bool = False,
    ) -> None:
        super().__init__(syntax, constants, Wanted(wrt=list(deviations), hessian=second), limits, rows)
        self.deviations = {
            name: RowExpression(program, constants, Wanted(), limits) for name, program in deviations.items()
        }
        self.correlated = correlated
        self.second = second

    def result_names(self, columns: Shapes) -> list[str]:
        """The results, in order. ExpressionError, UsageError: as `RowExpression`; there is no derivative."""
        found = super().result_names(columns)
        for name in self.wanted.wrt:
            if f"grad.{name}" not in found:
                source = self.syntax.source
                raise ExpressionError("type", f"the value has no derivative by `{name}`", source, 0, len(source))
        names = ["value", "sd", *(["value2", "sd2"] if self.second else [])]
        return names + [f"contribution.{name}" for name in self.wanted.wrt]

    def results(
        self,
        columns: Shapes,
        given: Mapping[str, object],
        values: Mapping[str, np.ndarray],
        skipped: np.ndarray,
        faults: dict[int, str],
        before: int = 0,
    ) -> dict[str, np.ndarray]:
        """The results for n rows, as `RowExpression.results`."""
        found = super().results(columns, given, values, skipped, faults, before)
        rows, names = len(skipped), self.wanted.wrt
        unknowns = Unknowns({name: columns.get(name, np.shape(self.constants.get(name, 0.0))) for name in names})
        gradient = unknowns.flat_rows({name: found[f"grad.{name}"] for name in names}, rows).T
        sizes = np.empty_like(gradient)
        for name, expression in self.deviations.items():
            sigma = expression.results(columns, given, values, skipped, faults)["value"]
            for row in np.flatnonzero(~(np.isfinite(sigma).reshape(rows, -1).all(axis=1)) & ~skipped).tolist():
                faults.setdefault(row, f"the deviation of `{name}` is not finite")
            for row in np.flatnonzero((sigma < 0).reshape(rows, -1).any(axis=1) & ~skipped).tolist():
                faults.setdefault(row, f"the deviation of `{name}` is negative")
            part = unknowns.part(name)
            own, several = part.stop - part.start, int(np.prod(sigma.shape[1:]))
            if several not in (1, own):
                raise UsageError(
                    f"the deviation of `{name}` has {counted(several, 'number')}, and `{name}` has {own}",
                    "write one for all, or one for each",
                )
            sizes[:, part] = np.reshape(sigma, (rows, several))
        correlations = correlation_matrix(number_names(unknowns), self.correlated)
        along = propagated(gradient, sizes, correlations)
        results = {"value": found["value"], "sd": along.deviation}
        if self.second:
            hessian = _hessian(found, unknowns, rows)
            covariance = sizes[:, :, None] * correlations * sizes[:, None, :]
            shift, results["sd2"] = second_order(gradient, hessian, covariance)
            results["value2"] = found["value"] + shift
        parts = unknowns.named(along.contributions)
        return {**results, **{f"contribution.{name}": parts[name] for name in names}}


def _hessian(found: Mapping[str, np.ndarray], unknowns: Unknowns, rows: int) -> np.ndarray:
    """The second derivatives of n rows by all numbers, (n, k, k)."""
    hessian = np.zeros((rows, unknowns.size, unknowns.size))
    for one in unknowns.shapes:
        for other in unknowns.shapes:
            i, j = unknowns.part(one), unknowns.part(other)
            hessian[:, i, j] = found[f"hessian.{one}.{other}"].reshape(rows, i.stop - i.start, j.stop - j.start)
    return hessian
