"""The Jacobians that `gradcheck` compares: by differences of values, in reverse mode and in forward mode.

A Jacobian here is a matrix with a row for each element of an input and a column for each element of an output.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..primitives.copying import zeros_like
from ..tensors.aliases import Array, Call
from ..tensors.memory import shareable
from ..tensors.tensor import Tensor
from .forward_ad import pushed_forward
from .jacobians import jacobian_rows, units

# A function of tensors, and of other things, that returns a tensor or a tuple of them.
Function = Call
# For each output a matrix for each input that requires grad.
Matrices = list[list[Tensor]]


def as_tuple(values: Any) -> tuple[Any, ...]:
    """Several values, or the only one."""
    if isinstance(values, (tuple, list)):
        return tuple(values)
    return (values,)


def differentiable_among(outputs: Any) -> tuple[Tensor, ...]:
    """The outputs that require grad."""
    return tuple(o for o in as_tuple(outputs) if o.requires_grad)


def is_tracked(value: Any) -> bool:
    """Whether an argument is a tensor that requires grad."""
    return isinstance(value, Tensor) and value.requires_grad


def tracked(inputs: Sequence[Any]) -> list[Tensor]:
    """The arguments that are tensors that require grad."""
    return [value for value in inputs if is_tracked(value)]


def numerical_jacobians(func: Function, inputs: Sequence[Any], outputs: Sequence[Tensor], eps: float) -> Matrices:
    """The Jacobians by central differences."""
    return matrices([list(difference_rows(func, inputs, value, eps)) for value in tracked(inputs)], outputs)


def matrices(rows: Sequence[Sequence[Sequence[Any]]], outputs: Sequence[Tensor]) -> Matrices:
    """The matrices by output and input, of rows for each input and each of its elements that hold all outputs."""
    result: Matrices = []
    for number, output in enumerate(outputs):
        parts = [[np.ravel(row[number]) for row in of_input] for of_input in rows]
        result.append([Tensor(np.array(p, output._data.dtype).reshape(len(p), output.numel())) for p in parts])
    return result


def difference_rows(func: Function, inputs: Sequence[Any], value: Tensor, eps: float) -> Iterator[list[Array]]:
    """The derivatives of all outputs with respect to one element of an input after another, which is changed in place.

    AssertionError: the outputs' shapes or dtypes change with it.
    """
    data = shareable(value)

    def outputs() -> list[Array]:
        return [np.array(o._data) for o in as_tuple(func(*inputs))]

    for index in np.ndindex(data.shape):
        original = data[index]
        try:
            data[index] = original - eps
            below = outputs()
            data[index] = original + eps
            above = outputs()
        finally:
            data[index] = original
        for a, b in zip(below, above, strict=True):
            _check_alike(a, b, index, eps)
        yield [_slope(a, b, eps) for a, b in zip(below, above, strict=True)]


def _slope(below: Array, above: Array, eps: float) -> Array:
    if above.dtype.kind != "f":
        below, above = below.astype(float), above.astype(float)
    return ((above - below) / (2 * eps)).reshape(-1)


def _check_alike(below: Array, above: Array, index: tuple[int, ...], eps: float) -> None:
    for what in ("shape", "dtype"):
        a, b = getattr(Tensor(below), what), getattr(Tensor(above), what)
        if a != b:
            raise AssertionError(
                f"Expected `func` to return outputs with the same {what} when inputs are perturbed on index {index} by "
                f"{eps}, but got: {what}s {a} and {b}."
            )


def backward_jacobian(inputs: Sequence[Any], output: Tensor) -> list[Tensor]:
    """The Jacobian of one output for each input that requires grad, by backward."""
    wanted = tracked(inputs)
    blocks = zip(jacobian_rows(output, wanted), wanted, strict=True)
    return [Tensor(np.reshape(block._data, (output.numel(), t.numel())).T) for block, t in blocks]


def forward_jacobians(func: Function, inputs: Sequence[Any], outputs: Sequence[Tensor]) -> Matrices:
    """The Jacobians by forward mode."""
    given = [t.detach() if is_tracked(t) else t for t in inputs]

    def slopes(value: Tensor, unit: Tensor) -> list[Array]:
        """The tangents of the outputs where one input has the tangent `unit`, and the others have zeros."""
        along = [unit if t is value else zeros_like(t) if is_tracked(t) else None for t in inputs]
        found = pushed_forward(lambda *args: as_tuple(func(*args)), given, along, True)
        return [np.zeros_like(p._data) if tangent is None else tangent._data for p, tangent in found]

    return matrices(
        [[slopes(value, unit) for unit in units(value, 0, value.numel())] for value in tracked(inputs)], outputs
    )
