"""A model's residuals and their derivatives over the rows of a table, which may be in groups with own parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.optimize.losses import Loss
from ...engine.optimize.triangle import Reduction, joined, reduced
from ...engine.optimize.unknowns import Unknowns
from ..semantics.limits import Limits
from ..semantics.names import free_variables
from ..solving.correlations import number_names
from ..syntax.errors import ExpressionError
from ..syntax.records import Program
from .kept_columns import KeptColumns, Read, Shelf
from .row_expression import RowExpression, Wanted

# How often a model is evaluated for each row, about: what making machine code is weighed against.
_PASSES = 30


class Model(NamedTuple):
    """A model as text was read: the expressions of its value, of the response, and of the deviation of a row or None.

    `columns` are the variables that are columns, each with the length of its lists or None; `fixed` are those with one
    value in all rows; `starts` those that are looked for.
    """

    value: Program
    response: Program
    deviation: Program | None
    columns: Mapping[str, int | None]
    fixed: Mapping[str, Tensor]
    starts: Mapping[str, Tensor]


class Parameters:
    """The numbers that are looked for: those of each group, of which `shared` ones are the same in all groups."""

    def __init__(self, starts: Mapping[str, Tensor], groups: Sequence[str], shared: Sequence[str]) -> None:
        self.unknowns = Unknowns({name: tuple(value.shape) for name, value in starts.items()})
        self.groups = groups
        self.names: list[str] = []
        # Where the numbers of each group are among all.
        self.places = [np.zeros(self.unknowns.size, int) for _ in groups]
        flat = self.unknowns.flat({name: value._data for name, value in starts.items()})
        start: list[float] = []
        for i, ((name, _), text) in enumerate(zip(self.unknowns.places(), number_names(self.unknowns), strict=True)):
            own = len(groups) > 1 and name not in shared
            for g, group in enumerate(groups):
                if own or not g:
                    self.names.append(f"{text}[{group}]" if own else text)
                    start.append(flat[i])
                self.places[g][i] = len(self.names) - 1
        self.start = np.array(start)

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.names)

    def of_group(self, point: np.ndarray, group: int) -> dict[str, Any]:
        """The values of a group, by variable."""
        return self.unknowns.named(point[self.places[group]])


@dataclass
class Spread:
    """Sums over the observations z with weights w: how many, their weights, their weighted mean and squares around it.

    `logarithms` is the sum of log w, `magnitude` that of w z^2, `largest` the largest |z|.
    """

    rows: int = 0
    weights: float = 0.0
    mean: float = 0.0
    squares: float = 0.0
    logarithms: float = 0.0
    magnitude: float = 0.0
    largest: float = 0.0

    def add(self, z: np.ndarray, weight: np.ndarray) -> None:
        """Adds observations (n,), by the update of Chan, Golub and LeVeque (Am. Stat. 37, 1983)."""
        weights = float(weight.sum())
        if not weights:
            return
        mean = float(weight @ z) / weights
        away = mean - self.mean
        share = weights / (self.weights + weights)
        self.squares += float(weight @ (z - mean) ** 2) + away * away * self.weights * share
        self.weights += weights
        self.mean += away * weights / self.weights
        self.rows += len(z)
        self.logarithms += float(np.log(weight).sum())
        self.magnitude += float(weight @ z**2)
        self.largest = max(self.largest, float(np.abs(z).max()))


class Residuals:
    """The rows of a table with what a model leaves of them: add all rows, then ask."""

    def __init__(self, model: Model, limits: Limits, rows: float = 0, threads: int = 1) -> None:
        """`rows` is about how many there will be."""
        self.model = model
        self.threads = threads
        self.shapes = {name: () if width is None else (width,) for name, width in model.columns.items()}
        used = free_variables(model.value)
        self.unknowns = Unknowns({name: shape for name, shape in self.shapes.items() if name in used})
        constants = {**model.fixed, **model.starts}
        self.value = RowExpression(model.value, constants, Wanted(wrt=list(model.starts)), limits, rows * _PASSES)
        self.response = RowExpression(model.response, model.fixed, Wanted(), limits, rows)
        self.deviation = RowExpression(model.deviation, model.fixed, Wanted(), limits) if model.deviation else None
        self.spread = Spread()
        self.shelf = Shelf()
        self.kept: dict[str, KeptColumns] = {}

    def add(self, columns: Mapping[str, np.ndarray], groups: Sequence[str | None] | None = None) -> dict[int, str]:
        """Adds n rows, each in its group, and says which of them cannot be used, by row, with why."""
        rows = len(next(iter(columns.values())))
        faults: dict[int, str] = {}
        z, sigma = self.observed(columns, rows, faults)
        weighed = [] if self.deviation is None else [1 / sigma]
        flat = np.stack([*self.unknowns.flat_rows(columns, rows), z, *weighed])
        good = np.ones(rows, bool)
        good[list(faults)] = False
        self.spread.add(z[good], sigma[good] ** -2)
        labels = np.array([""] * rows if groups is None else [g or "" for g in groups], object)
        for label in dict.fromkeys(labels[good].tolist()):
            if label not in self.kept:
                self.kept[label] = KeptColumns(self.shelf, len(flat))
            self.kept[label].add(flat[:, good & (labels == label)])
        return faults

    def observed(
        self, columns: Mapping[str, np.ndarray], rows: int, faults: dict[int, str]
    ) -> tuple[np.ndarray, np.ndarray]:
        """The response of n rows and its deviations, (n,) each. Adds the rows that have none to the faults."""
        z = self._each(self.response, columns, rows, faults)
        sigma = np.ones(rows) if self.deviation is None else self._each(self.deviation, columns, rows, faults)
        for row in np.flatnonzero(~np.isfinite(z)).tolist():
            faults.setdefault(row, f"the response `{self.model.response.source}` is {z[row]:g}")
        for row in np.flatnonzero(~(np.isfinite(sigma) & (sigma > 0))).tolist():
            faults.setdefault(row, f"the deviation of the response is {sigma[row]:g}")
        return z, sigma

    def _each(
        self, expression: RowExpression, columns: Mapping[str, np.ndarray], rows: int, faults: dict[int, str]
    ) -> np.ndarray:
        found = expression.results(self.shapes, expression.constants, columns, np.zeros(rows, bool), faults)["value"]
        if found.ndim > 1:
            raise _not_a_number(expression.syntax)
        return np.asarray(found, float)

    def parameters(self, shared: Sequence[str] = ()) -> Parameters:
        """The numbers that are looked for, of all groups."""
        return Parameters(self.model.starts, list(self.kept), shared)

    def at(self, columns: Mapping[str, np.ndarray], values: Mapping[str, Any], rows: int) -> np.ndarray:
        """The model's derivatives by the parameters of a group and its value in n rows, (k + 1, n).

        nan where the model cannot be evaluated.
        """
        expression = self.value
        faults: dict[int, str] = {}
        given = {**expression.constants, **values}
        found = expression.results(self.shapes, given, columns, np.zeros(rows, bool), faults)
        if found["value"].ndim > 1:
            raise _not_a_number(expression.syntax)
        if found["value"].dtype.kind != "f":
            raise _error(expression.syntax, "type", "the model is not a number with a derivative", None)
        slopes = [found[f"grad.{name}"].reshape(rows, -1).T for name in self.model.starts]
        result = np.concatenate([*slopes, found["value"].reshape(1, rows)])
        if faults:
            result[:, list(faults)] = np.nan
        return result

    def rows_of(self, block: np.ndarray, values: Mapping[str, Any]) -> np.ndarray:
        """The rows [J r] of a block in units of the deviations, as columns (k + 1, n)."""
        rows = block.shape[1]
        size = self.unknowns.size
        found = self.at(self.unknowns.named(block[:size].T), values, rows)
        found[-1] -= block[size]
        if self.deviation is not None:
            found *= block[size + 1]
        return found

    def reduce(self, parameters: Parameters, loss: Loss | None, scale: float, point: np.ndarray) -> Reduction:
        """The triangle of all rows at a point."""

        def work(values: Mapping[str, Any], read: Read) -> Reduction:
            columns = self.rows_of(read(), values)
            if loss is not None:
                columns = transformed(columns, loss, scale)
            return reduced(columns)

        groups = self.each_group(parameters, point, work)
        if len(self.kept) == 1:
            (found,) = groups
            return found[0] if len(found) == 1 else joined([part.triangle for part in found])
        parts: list[np.ndarray] = []
        for place, found in zip(parameters.places, groups, strict=True):
            parts += [reduction.widened(place, parameters.size) for reduction in found]
        return joined(parts)

    def each_group(
        self, parameters: Parameters, point: np.ndarray, work: Callable[[Mapping[str, Any], Read], Any]
    ) -> Iterator[list[Any]]:
        """What `work` makes of each block, by group; several threads work at the blocks of one."""
        for g, kept in enumerate(self.kept.values()):
            blocks = kept.blocks()
            todo = partial(work, parameters.of_group(point, g))
            if self.threads > 1 and len(blocks) > 1:
                with ThreadPoolExecutor(self.threads) as pool:
                    yield list(pool.map(todo, blocks))
            else:
                yield [todo(read) for read in blocks]


def transformed(columns: np.ndarray, loss: Loss, scale: float) -> np.ndarray:
    """The rows [J r], as columns, for residuals whose squares are what the loss makes of them, at `scale`."""
    residuals, slopes = loss.transformed(columns[-1] / scale)
    columns = columns * slopes
    columns[-1] = residuals * scale
    return columns


def _not_a_number(syntax: Program) -> ExpressionError:
    message = "it has a list of numbers in each row, and is to have one number"
    return _error(syntax, "shape", message, "take the sum or an element of it")


def _error(syntax: Program, kind: str, message: str, help: str | None) -> ExpressionError:
    return ExpressionError(kind, message, syntax.source, 0, len(syntax.source), help)
