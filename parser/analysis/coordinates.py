"""A parsed expression as functions of its variables' numbers: its values, and its derivatives by autograd."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.api.creation import tensor
from ...engine.autograd.jacobians import gradients, jacobian_rows
from ..semantics.computing import computing
from ..semantics.evaluate import evaluate
from ..semantics.limits import Limits
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


class Expression:
    """A program differentiated by the variables in `wrt`; autograd runs in `dtype`, all else in float64."""

    def __init__(self, program: Program, wrt: Sequence[str], limits: Limits, dtype: str) -> None:
        self.program = program
        self.wrt = wrt
        self.limits = limits
        self.dtype = dtype

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

    def jacobian(self, point: Point) -> Any:
        """The derivatives of each element of the value, along the columns, by each coordinate, along the rows."""
        return self._differentiated(point, _matrix)

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
