"""A parsed expression as functions of its variables' numbers: its values, and its derivatives by autograd."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.api.creation import tensor
from ...engine.autograd.jacobians import gradients, jacobian_rows
from ...engine.program import Program as Traced
from ...engine.program import TraceError, run
from ..semantics.computing import computing
from ..semantics.evaluate import evaluate
from ..semantics.limits import Limits
from ..semantics.program import trace_expression
from ..syntax.errors import ExpressionError
from ..syntax.records import Program
from .differentiate import Request, differentiate
from .problem import Problem

# A value for each variable: NumPy arrays of float64.
Point = Mapping[str, Any]


class Coordinate(NamedTuple):
    """One number of a point: an element of a variable."""

    name: str
    place: tuple[int, ...]

    def __str__(self) -> str:
        return self.name + subscript(self.place)

    def of(self, point: Point) -> float:
        """Its value at the point."""
        return float(point[self.name][self.place])

    def moved(self, point: Point, value: float) -> Point:
        """The point with another value for it."""
        array = np.array(point[self.name], float)
        array[self.place] = value
        return {**point, self.name: array}


def subscript(index: Sequence[int]) -> str:
    """An index as one writes it behind a name; nothing for that of a single number."""
    return f"[{', '.join(map(str, index))}]" if index else ""


class NumericFunction:
    """A program differentiated by the variables in `wrt`; autograd runs in `dtype`, all else in float64."""

    def __init__(self, program: Program, wrt: Sequence[str], limits: Limits, dtype: str) -> None:
        self.program = program
        self.wrt = wrt
        self.limits = limits
        self.dtype = dtype
        self.programs: dict[Any, Traced | None] = {}

    def coordinates(self, point: Point) -> list[Coordinate]:
        """The numbers to differentiate by, in order."""
        return [Coordinate(name, index) for name in self.wrt for index in np.ndindex(np.shape(point[name]))]

    def value(self, point: Point) -> Any:
        """The value, as a NumPy array. ExpressionError: as `evaluate`."""
        with computing("float64"):
            given = {name: tensor(np.asarray(data, float)) for name, data in point.items()}
            return np.asarray(evaluate(self.program, given, self.limits)._data, float)

    def gradient(self, point: Point) -> Any:
        """The derivatives of the sum of the value by each coordinate."""
        return self._differentiated(
            point, lambda value, inputs: np.concatenate([np.ravel(_floats(g)) for g in gradients(value, inputs)])
        )

    def many(self, rows: Mapping[str, Any], order: int) -> Any:
        """For each of n rows of values, those of `value`, or for order 2 of `gradient`, flat; nan where it fails."""
        shapes = {name: values.shape[1:] for name, values in rows.items()}
        program = self.program_of(shapes, order)
        count = len(next(iter(rows.values())))
        if program is not None:
            used = {variable.name: rows[variable.name] for variable in program.inputs}
            with computing("float64" if order == 1 else self.dtype):
                found = run(program, used, exact=True)
            parts = [found["value"]] if order == 1 else [found[f"grad.{name}"] for name in self.wrt]
            flat = [np.asarray(part, float).reshape(len(part), -1) for part in parts]
            return np.concatenate([np.broadcast_to(part, (count, part.shape[1])) for part in flat], axis=1)
        results: list[Any] = []
        for i in range(count):
            point = {name: values[i] for name, values in rows.items()}
            try:
                results.append(np.ravel(self.value(point) if order == 1 else self.gradient(point)))
            except ExpressionError:
                results.append(None)
        size = next(len(result) for result in results if result is not None)
        return np.array([np.full(size, np.nan) if result is None else result for result in results])

    def program_of(self, shapes: Mapping[str, tuple[int, ...]], order: int) -> Traced | None:
        """What `many` runs for rows of values of these shapes; None: it computes each by itself."""
        key = order, tuple(shapes.items())
        if key not in self.programs:
            self.programs[key] = self._program(shapes, order)
        return self.programs[key]

    def _program(self, shapes: Mapping[str, tuple[int, ...]], order: int) -> Traced | None:
        """What computes many rows at once; None where each needs its own."""
        if order > 1 and self.dtype != "float64":
            return None
        try:
            with computing("float64"):
                program = trace_expression(self.program, shapes, () if order == 1 else self.wrt, limits=self.limits)
        except (TraceError, ExpressionError):
            return None
        missing = order > 1 and any(f"grad.{name}" not in program.outputs for name in self.wrt)
        return None if missing or not program.inputs else program

    def jacobian(self, point: Point) -> Any:
        """The derivatives of each element of the value, along the columns, by each coordinate, along the rows."""
        return self._differentiated(point, _matrix)

    def slopes(self, points: Sequence[Point]) -> Any:
        """As `jacobian`, at each of many points where the value is one number; None where each point needs its own.

        Where an expression has a kink, these may be other slopes than `jacobian` gives, and nan where it fails.
        """
        shapes = {name: np.shape(value) for name, value in points[0].items()}
        if self.program_of(shapes, 1) is None or (program := self.program_of(shapes, 2)) is None:
            return None
        if program.outputs["value"].shape:
            return None
        rows = {name: np.stack([np.asarray(point[name], float) for point in points]) for name in points[0]}
        return self.many(rows, 2)[:, :, None]

    def hessian(self, point: Point) -> Any:
        """The derivatives, by each coordinate, of each element of `gradient`, which are along the columns."""

        def blocks(value: Tensor, inputs: Sequence[Tensor]) -> Any:
            return np.concatenate([_matrix(slope, inputs) for slope in gradients(value, inputs, True)], axis=1)

        return self._differentiated(point, blocks)

    def _differentiated(self, point: Point, derivatives: Callable[[Tensor, Sequence[Tensor]], Any]) -> Any:
        with computing(self.dtype):
            variables = {name: tensor(np.asarray(data, float)).to(tensor(0.0).dtype) for name, data in point.items()}
            given = {name: t.detach().requires_grad_(name in self.wrt) for name, t in variables.items()}
            try:
                value = evaluate(self.program, given, self.limits)
                return derivatives(value, [given[name] for name in self.wrt])
            except ExpressionError:
                raise
            except RuntimeError:
                # It says which operation has no derivative.
                differentiate(Problem(self.program, variables, self.wrt, self.limits), Request(hessian=True))
                raise


def _matrix(output: Tensor, inputs: Sequence[Tensor]) -> Any:
    """The Jacobian with a row for each coordinate and a column for each element of the output."""
    blocks = zip(jacobian_rows(output, inputs), inputs, strict=True)
    return np.concatenate([_floats(block).reshape(output.numel(), t.numel()).T for block, t in blocks])


def _floats(tensor: Tensor) -> Any:
    return np.asarray(tensor._data, float)
