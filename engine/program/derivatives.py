"""The derivatives of a traced value, named as programs name them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ..autograd.backward import grad
from ..primitives.joining import stack
from ..primitives.reshaping import reshape
from ..tensors.tensor import Tensor


def derivatives(
    value: Tensor,
    variables: Mapping[str, Tensor],
    *,
    gradient: bool = True,
    jacobian: bool = False,
    hessian: bool = False,
    order: int = 1,
) -> dict[str, Tensor]:
    """Derivatives of a value with respect to variables it was computed from, with names for a program's outputs.

    `grad.x` (of the sum of the value's elements; x's shape), `jacobian.x` (the value's shape followed by x's),
    `hessian.x.y` (x's shape followed by y's), `d2.x` to `d<order>.x` (repeated derivatives by x, which has one
    element). ValueError: `order` above 1 with a variable of several elements.
    """
    found: dict[str, Tensor] = {}
    tensors = list(variables.values())
    further = hessian or order > 1
    first: list[Tensor] = []
    if gradient or further:
        first = _grad(value if value.ndim == 0 else value.sum(), tensors, further)
    if gradient:
        found.update({f"grad.{name}": g for name, g in zip(variables, first, strict=True)})
    if jacobian:
        rows = _jacobian(value, tensors, False)
        found.update({f"jacobian.{name}": j for name, j in zip(variables, rows, strict=True)})
    if hessian:
        for name, slope in zip(variables, first, strict=True):
            rows = _jacobian(slope, tensors, False)
            found.update({f"hessian.{name}.{other}": h for other, h in zip(variables, rows, strict=True)})
    if order > 1:
        for (name, variable), slope in zip(variables.items(), first, strict=True):
            if variable.numel() != 1:
                raise ValueError(f"repeated derivatives are by single numbers; {name} has {variable.numel()} elements")
            for k in range(2, order + 1):
                (slope,) = _grad(slope.reshape(()), [variable], k < order)
                found[f"d{k}.{name}"] = slope
    return found


def _grad(output: Tensor, inputs: Sequence[Tensor], create_graph: bool) -> list[Tensor]:
    """The gradients, zeros for an input that the output does not depend on. The graph is kept."""
    if not output.requires_grad:
        return [Tensor(np.zeros_like(t._data)[()]) for t in inputs]
    found = grad(output, inputs, retain_graph=True, create_graph=create_graph, materialize_grads=True)
    return [g for g in found if g is not None]


def _jacobian(value: Tensor, inputs: Sequence[Tensor], create_graph: bool) -> list[Tensor]:
    """For each input a tensor of the value's shape followed by the input's."""
    shape = tuple(value.shape)
    if not shape:
        return _grad(value, inputs, create_graph)
    flat = reshape(value, (math.prod(shape),))
    rows = [_grad(flat[i], inputs, create_graph) for i in range(math.prod(shape))]
    return [
        reshape(stack(list(column)), (*shape, *t.shape))
        for column, t in zip(zip(*rows, strict=True), inputs, strict=True)
    ]
