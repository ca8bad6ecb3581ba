"""What a least-squares solution says of its parameters: deviations, tests, intervals, and how good the fit is.

Linear statistics at the solution, as in Seber and Wild, Nonlinear Regression, 1989, sections 2.1.2 and 5.1; the
information criteria are those of a normal likelihood with the deviation as one more parameter, as R has them.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy import special

from ..tensors.aliases import Array
from .least_squares import Solution
from .triangle import Reduction

# A parameter has a part in a direction that is not determined where its share of it is more than rounding.
_UNDETERMINED = 1e-6


class Inference:
    """The statistics of a solution of `rows` residuals.

    `deviations_known`: the residuals are in units of deviations that are known, which are not estimated then. `spread`
    is the sum of squares around the weighted mean of the observations, `log_weights` the sum of the logarithms of their
    weights. `covariance` (k, k) replaces that of least squares, for robust losses.
    """

    def __init__(
        self,
        solution: Solution,
        rows: int,
        *,
        spread: float,
        log_weights: float = 0.0,
        deviations_known: bool = False,
        level: float = 0.95,
        covariance: Array | None = None,
    ) -> None:
        self.solution = solution
        self.rows = rows
        self.spread = spread
        self.log_weights = log_weights
        self.deviations_known = deviations_known
        self.level = level
        self._covariance = covariance

    @property
    def free(self) -> Array:
        """The parameters that are not held by a bound: a bool array (k,)."""
        return ~self.solution.held

    @cached_property
    def reduction(self) -> Reduction:
        """The rows by the free parameters alone."""
        return self.solution.reduction.only(self.free)

    @property
    def freedom(self) -> int:
        """Degrees of freedom: rows less free parameters."""
        return self.rows - self.reduction.size

    @property
    def deviation(self) -> float:
        """The residual standard deviation, nan without degrees of freedom."""
        return float(np.sqrt(self.solution.squares / self.freedom)) if self.freedom > 0 else np.nan

    @property
    def unit(self) -> float:
        """What the covariance is in units of: 1 where the deviations of the observations are known."""
        return 1.0 if self.deviations_known else self.deviation

    @cached_property
    def covariance(self) -> Array:
        """The covariance of the parameters, (k, k): 0 for those at a bound, nan for those that are not determined."""
        found = np.zeros((len(self.free),) * 2)
        if self._covariance is not None:
            return self._covariance
        found[np.ix_(self.free, self.free)] = self.unit**2 * inverse_products(self.reduction)
        return found

    @cached_property
    def errors(self) -> Array:
        """The standard errors of the parameters, (k,)."""
        return np.sqrt(np.diag(self.covariance))

    @cached_property
    def correlations(self) -> Array:
        """The correlations of the parameters, (k, k), nan for those at a bound."""
        with np.errstate(all="ignore"):
            found = self.covariance / np.outer(self.errors, self.errors)
        np.fill_diagonal(found, np.where(self.errors > 0, 1.0, np.nan))
        return np.clip(found, -1.0, 1.0)

    @cached_property
    def t_values(self) -> Array:
        """The parameters in units of their standard errors, (k,)."""
        with np.errstate(all="ignore"):
            return np.where(self.free, self.solution.point / self.errors, np.nan)

    @cached_property
    def probabilities(self) -> Array:
        """How probable a t-value as far from 0 is where the parameter is 0, (k,)."""
        below = -np.abs(self.t_values)
        return 2 * (special.ndtr(below) if self.deviations_known else special.stdtr(max(self.freedom, 1), below))

    def quantile(self) -> float:
        """How many standard errors an interval goes to each side."""
        if self.freedom <= 0:
            return np.nan
        share = (1 + self.level) / 2
        return float(special.ndtri(share) if self.deviations_known else special.stdtrit(self.freedom, share))

    @cached_property
    def intervals(self) -> Array:
        """The confidence intervals of the parameters by their standard errors, (k, 2)."""
        half = self.quantile() * np.where(self.free, self.errors, np.nan)
        return np.column_stack([self.solution.point - half, self.solution.point + half])

    @property
    def r_squared(self) -> float:
        """The share of the spread around the mean that the model explains."""
        return 1 - self.solution.squares / self.spread if self.spread > 0 else np.nan

    @property
    def adjusted_r_squared(self) -> float:
        """The same with variances in place of sums of squares."""
        if self.freedom < 1 or self.rows < 2 or not self.spread > 0:
            return np.nan
        return 1 - (self.solution.squares / self.freedom) / (self.spread / (self.rows - 1))

    @cached_property
    def log_likelihood(self) -> float:
        """The logarithm of the normal likelihood at the solution."""
        n, squares = self.rows, self.solution.squares
        if self.deviations_known:
            return float((self.log_weights - n * np.log(2 * np.pi) - squares) / 2)
        with np.errstate(divide="ignore"):
            return float((self.log_weights - n * (np.log(2 * np.pi) + 1 + np.log(squares / n))) / 2)

    def criterion(self, penalty: float) -> float:
        """Twice the negative log-likelihood, and `penalty` for each free parameter: 2 is Akaike's criterion."""
        return penalty * (self.reduction.size + (not self.deviations_known)) - 2 * self.log_likelihood

    @property
    def aic(self) -> float:
        """Akaike's information criterion."""
        return self.criterion(2.0)

    @property
    def bic(self) -> float:
        """The Bayesian information criterion, of Schwarz."""
        return self.criterion(float(np.log(self.rows)))

    @property
    def chi_squared_probability(self) -> float:
        """How probable a sum of squares as large is where the deviations of the observations are as they are given."""
        return float(special.chdtrc(self.freedom, self.solution.squares)) if self.freedom > 0 else np.nan


def inverse_products(reduction: Reduction) -> Array:
    """The inverse of J'J, (k, k), nan in the rows and columns of parameters that are not determined."""
    _, values, vt, lengths = reduction.decomposition
    rank = reduction.decomposition.rank()
    roots = (vt[:rank].T / values[:rank]) / lengths[:, None]
    found = roots @ roots.T
    undetermined = undetermined_by(reduction)
    found[undetermined, :] = found[:, undetermined] = np.nan
    return found


def undetermined_by(reduction: Reduction) -> Array:
    """Which parameters can change, with others or alone, without changing the residuals: a bool array (k,)."""
    rank = reduction.decomposition.rank()
    return np.any(np.abs(reduction.decomposition.vt[rank:]) > _UNDETERMINED, axis=0)
