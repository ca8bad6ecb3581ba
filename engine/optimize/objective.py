"""Functions of tensors as functions of one flat vector: values, gradients, Hessians, Jacobians, each counted.

A function is traced once, so that a solver's calls run a program. One that asks for the numbers of its arguments
(`if x > 0`) is evaluated and differentiated at each point by itself, with the same results.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..autograd.jacobians import gradients, jacobian_rows
from ..primitives.parts import cat
from ..program.columns import run
from ..program.program import Program
from ..program.taylor import derivatives
from ..program.tracing import trace
from ..tensors.aliases import Array
from ..tensors.symbol import TraceError
from ..tensors.tensor import Tensor
from .rounding import EPS, rounding
from .unknowns import Unknowns

# What operations raise where they have no value, and solvers where numbers lead them astray.
FAILURES = (ArithmeticError, IndexError, RuntimeError, TypeError, UnboundLocalError, ValueError)
_REMEMBERED = 4
# Takes a tensor for each of the unknowns, in their order.
Scalar = Callable[..., Tensor]
Vector = Callable[..., Sequence[Tensor]]


@dataclass
class Counts:
    """How often each was computed: at so many points. A product with the Hessian costs about two gradients."""

    values: int = 0
    gradients: int = 0
    hessians: int = 0
    products: int = 0
    jacobians: int = 0


class Objective:
    """A function with one number as its value, as a function of the flat vector of its unknowns.

    What the function raises when it is traced or evaluated passes through. RuntimeError: an operation has no
    derivative.
    """

    def __init__(self, function: Scalar, unknowns: Unknowns) -> None:
        self.function = function
        self.unknowns = unknowns
        self.counts = Counts()
        self._programs = _Programs(unknowns)
        # What was computed last: solvers ask for the same again.
        self._known: OrderedDict[bytes, tuple[float, Array]] = OrderedDict()

    def value(self, x: Array) -> float:
        """The value at a point of shape (n,)."""
        known = self._known.get(x.tobytes())
        if known is not None:
            return known[0]
        self.counts.values += 1
        return float(self._programs.at("value", self._value, x)["value"])

    def value_and_gradient(self, x: Array) -> tuple[float, Array]:
        """The value, and the gradient of shape (n,)."""
        key = x.tobytes()
        if key not in self._known:
            self.counts.values += 1
            self.counts.gradients += 1
            found = self._programs.at("gradient", self._gradient, x)
            self._known[key] = float(found["value"]), self.unknowns.flat(found)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        value, gradient = self._known[key]
        return value, gradient.copy()

    def gradient(self, x: Array) -> Array:
        """The gradient, of shape (n,)."""
        return self.value_and_gradient(x)[1]

    def values(self, points: Array) -> Array:
        """The values at m points, of shape (m, n): an array of shape (m,)."""
        self.counts.values += len(points)
        return self._programs.over("value", self._value, points)["value"]

    def values_and_gradients(self, points: Array) -> tuple[Array, Array]:
        """The values at m points, of shape (m,), and the gradients, of shape (m, n)."""
        self.counts.values += len(points)
        self.counts.gradients += len(points)
        found = self._programs.over("gradient", self._gradient, points)
        return found["value"], _rows(found, self.unknowns, len(points))

    def hessian_product(self, x: Array, vector: Array) -> Array:
        """The Hessian's product with a vector of shape (n,)."""
        self.counts.products += 1
        return self.unknowns.flat(self._programs.at("product", self._product, x, vector))

    def hessian(self, x: Array) -> Array:
        """The Hessian, symmetric, of shape (n, n): its products with all unit vectors at once."""
        self.counts.hessians += 1
        size = self.unknowns.size
        found = self._programs.over("product", self._product, x, np.eye(size))
        rows = _rows(found, self.unknowns, size)
        return (rows + rows.T) / 2

    def repeated(self, order: int) -> Callable[[float], float] | None:
        """The derivative of this order by the one unknown, as a function of it. None: it is not found."""
        name = next(iter(self.unknowns.shapes))

        def outputs(inputs: Sequence[Tensor], _: Sequence[Tensor]) -> dict[str, Tensor]:
            found = derivatives(self.function(*inputs), {name: inputs[0]}, order=max(order, 2))
            return {"value": found[f"d{order}.{name}" if order > 1 else f"grad.{name}"]}

        if self._programs.program(f"derivative {order}", outputs) is None:
            return None
        return lambda x: float(self._programs.at(f"derivative {order}", outputs, np.array([x]))["value"])

    def rounding(self, x: Array) -> float:
        """About how far off the value at a point may be because numbers are rounded, those of the point included."""
        try:
            return float(self._programs.at("rounding", self._rounding, x)["value"])
        except TraceError:
            return 16 * EPS * abs(self.value(x))

    def roundings(self, points: Array) -> Array:
        """As `rounding`, at m points of shape (m, n)."""
        if self._programs.program("value", self._value) is None:
            return 16 * EPS * np.abs(self.values(points))
        return self._programs.over("rounding", self._rounding, points)["value"]

    def _value(self, inputs: Sequence[Tensor], _: Sequence[Tensor]) -> dict[str, Tensor]:
        return {"value": self.function(*inputs)}

    def _rounding(self, inputs: Sequence[Tensor], _: Sequence[Tensor]) -> dict[str, Tensor]:
        program = self._programs.program("value", self._value)
        if program is None:
            raise TraceError("nothing is known of its operations")
        return {"value": rounding(program, inputs)}

    def _gradient(self, inputs: Sequence[Tensor], _: Sequence[Tensor]) -> dict[str, Tensor]:
        value = self.function(*inputs)
        return {"value": value, **dict(zip(self.unknowns.shapes, gradients(value, inputs), strict=True))}

    def _product(self, inputs: Sequence[Tensor], vectors: Sequence[Tensor]) -> dict[str, Tensor]:
        slopes = gradients(self.function(*inputs), inputs, create_graph=True)
        terms = [(slope * vector).sum() for slope, vector in zip(slopes, vectors, strict=True)]
        along = sum(terms[1:], terms[0])
        return dict(zip(self.unknowns.shapes, gradients(along, inputs), strict=True))


class Residuals:
    """A function with several tensors as its value, m numbers in all, as one of the flat vector of n unknowns."""

    def __init__(self, function: Vector, unknowns: Unknowns) -> None:
        self.function = function
        self.unknowns = unknowns
        self.counts = Counts()
        self._programs = _Programs(unknowns)

    def value(self, x: Array) -> Array:
        """The values at a point of shape (n,): an array of shape (m,)."""
        self.counts.values += 1
        return _flat(self._programs.at("value", self._value, x))

    def jacobian(self, x: Array) -> Array:
        """The derivatives of each value by each unknown, of shape (m, n)."""
        return self.value_and_jacobian(x)[1]

    def value_and_jacobian(self, x: Array) -> tuple[Array, Array]:
        """The values, of shape (m,), and their Jacobian, of shape (m, n)."""
        self.counts.values += 1
        self.counts.jacobians += 1
        found = self._programs.at("jacobian", self._jacobian, x)
        names = self.unknowns.shapes
        value = _flat({name: part for name, part in found.items() if name not in names})
        return value, np.concatenate([np.reshape(found[name], (len(value), -1)) for name in names], axis=1)

    def values(self, points: Array) -> Array:
        """The values at k points, of shape (k, n): an array of shape (k, m)."""
        self.counts.values += len(points)
        found = self._programs.over("value", self._value, points)
        return np.concatenate([part.reshape(len(points), -1) for part in found.values()], axis=1)

    def _value(self, inputs: Sequence[Tensor], _: Sequence[Tensor]) -> dict[str, Tensor]:
        return {f"value.{i}": value for i, value in enumerate(self.function(*inputs))}

    def _jacobian(self, inputs: Sequence[Tensor], _: Sequence[Tensor]) -> dict[str, Tensor]:
        values = self._value(inputs, ())
        blocks = [jacobian_rows(value.reshape(-1), inputs) for value in values.values()]
        return {**values, **{name: joined([b[i] for b in blocks]) for i, name in enumerate(self.unknowns.shapes)}}


class _Programs:
    """What is computed of the unknowns, by name: a program for each, or none where the function cannot be traced."""

    def __init__(self, unknowns: Unknowns) -> None:
        self.unknowns = unknowns
        self.known: dict[str, Program | None] = {}

    def at(self, name: str, outputs: Any, x: Array, vector: Array | None = None) -> dict[str, Any]:
        """The outputs at a point, and for a product along a vector, as NumPy values by name."""
        program = self.program(name, outputs, vector is not None)
        given = self.unknowns.named(x)
        if program is not None:
            try:
                return program.run({**given, **({} if vector is None else _vectors(self.unknowns.named(vector)))})
            except FAILURES:
                # Such as the inverse of a matrix that is singular: there is no value there.
                return {key: np.full(output.shape, np.nan) for key, output in program.outputs.items()}
        inputs = [Tensor(value, requires_grad=True) for value in given.values()]
        vectors = [] if vector is None else [Tensor(value) for value in self.unknowns.named(vector).values()]
        return {key: value.detach()._data for key, value in outputs(inputs, vectors).items()}

    def over(self, name: str, outputs: Any, points: Array, vectors: Array | None = None) -> dict[str, Array]:
        """The outputs for each of the points, or along each of the vectors at one point: a row for each."""
        rows = len(points if vectors is None else vectors)
        program = self.program(name, outputs, vectors is not None)
        if program is None or not rows:
            each = [self.at(name, outputs, points, v) for v in vectors] if vectors is not None else []
            each = each or [self.at(name, outputs, point) for point in points]
            return {key: np.stack([found[key] for found in each]) for key in each[0]} if each else {}
        columns = self.unknowns.named(points)
        columns |= {} if vectors is None else _vectors(self.unknowns.named(vectors))
        found = run(program, columns, threads=1, exact=True)
        return {
            key: part if len(part) == rows else np.broadcast_to(part, (rows, *part.shape[1:]))
            for key, part in found.items()
        }

    def program(self, name: str, outputs: Any, along: bool = False) -> Program | None:
        if name not in self.known:
            shapes = self.unknowns.shapes
            count = len(shapes)
            try:
                self.known[name] = trace(
                    lambda *tensors: outputs(tensors[:count], tensors[count:]),
                    {**shapes, **(_vectors(shapes) if along else {})},
                )
            except TraceError:
                self.known[name] = None
        return self.known[name]


def _vectors(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names of the inputs that stand for a vector; no variable has a name like that."""
    return {f"along {name}": value for name, value in values.items()}


def joined(blocks: Sequence[Tensor]) -> Tensor:
    """Tensors behind one another."""
    return cat(list(blocks)) if len(blocks) > 1 else blocks[0]


def _flat(found: Mapping[str, Any]) -> Array:
    return np.concatenate([np.ravel(np.asarray(value, float)) for value in found.values()])


def _rows(found: Mapping[str, Array], unknowns: Unknowns, rows: int) -> Array:
    """The flat vectors of n rows, of shape (n, size), for values by variable."""
    return np.concatenate([found[name].reshape(rows, -1) for name in unknowns.shapes], axis=1)
