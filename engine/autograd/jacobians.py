"""Gradients, Jacobians and Hessians of recorded tensors, and their products with vectors, for all who ask for them.

A Jacobian has the output's shape followed by the input's. It is built row by row in reverse mode, or column by column
in forward mode. Traced tensors are as good as others: their derivatives become equations of the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from ..primitives.copying import zeros_like
from ..primitives.parts import stack
from ..primitives.reshaping import reshape
from ..tensors.tensor import Tensor
from .backward import grad

# A gradient for each input; None where no output depends on it.
Gradients = Sequence[Tensor | None]


def filled(gradients: Gradients, inputs: Sequence[Tensor]) -> list[Tensor]:
    """The gradients of inputs, zeros for those that are None."""
    return [zeros_like(t) if g is None else g for g, t in zip(gradients, inputs, strict=True)]


def pulled_back(
    outputs: Gradients,
    inputs: Sequence[Tensor],
    vectors: Gradients | None = None,
    create_graph: bool = False,
    retain_graph: bool | None = True,
) -> tuple[Tensor | None, ...]:
    """v^T J: for each input a tensor of its shape, or None where no output depends on it.

    The vectors have the outputs' shapes; None stands for 1, of an output of one element. Outputs that are None or
    without history do not count. RuntimeError: an operation has no derivative.
    """
    starts = [None] * len(outputs) if vectors is None else vectors
    pairs = [(o, v) for o, v in zip(outputs, starts, strict=True) if o is not None and o.requires_grad]
    if not pairs or not inputs:
        return (None,) * len(inputs)
    roots, given = zip(*pairs, strict=True)
    return grad(roots, inputs, given, retain_graph, create_graph, allow_unused=True)


def vjp(
    outputs: Gradients, inputs: Sequence[Tensor], vectors: Gradients | None, create_graph: bool = False
) -> list[Tensor]:
    """v^T J as `pulled_back`, with zeros for inputs that no output depends on. The graph is kept."""
    return filled(pulled_back(outputs, inputs, vectors, create_graph), inputs)


def jvp(outputs: Sequence[Tensor], inputs: Sequence[Tensor], vectors: Sequence[Tensor]) -> list[Tensor]:
    """J v: for each output a tensor of its shape; v has the inputs' shapes.

    By the double-backward trick: u^T J is linear in u, and the gradient of <u^T J, v> with respect to u is J v.
    """
    stand_ins = [zeros_like(output, requires_grad=True) for output in outputs]
    return vjp(pulled_back(outputs, inputs, stand_ins, True), stand_ins, vectors)


def gradients(value: Tensor, inputs: Sequence[Tensor], create_graph: bool = False) -> list[Tensor]:
    """The gradients of the sum of the value's elements, each of its input's shape. The graph is kept."""
    return vjp([value if value.ndim == 0 else value.sum()], inputs, None, create_graph)


def jacobian_rows(
    output: Tensor,
    inputs: Sequence[Tensor],
    create_graph: bool = False,
    check: Callable[[Gradients], None] | None = None,
) -> list[Tensor]:
    """The Jacobian for each input, of shape (*output's, *input's), by a backward pass for each element of the output.

    `check` is called with the gradients of one element after another, before zeros take the place of None.
    """
    rows: list[list[Tensor]] = []
    for unit in units(output):
        row = pulled_back([output], inputs, [unit], create_graph)
        if check is not None:
            check(row)
        rows.append(filled(row, inputs))
    return [_stacked([row[i] for row in rows], 0, (*output.shape, *t.shape), t) for i, t in enumerate(inputs)]


def jacobian_columns(
    function: Callable[..., Sequence[Tensor]], inputs: Sequence[Tensor], outputs: Sequence[Tensor]
) -> list[list[Tensor]]:
    """For each output, its Jacobian for each input, of shape (*output's, *input's), in forward mode.

    `function` takes the inputs to the outputs; it is called once for each element of an input.
    """
    from .forward_ad import pushed_forward

    columns: list[list[list[Tensor]]] = []
    for i, tensor in enumerate(inputs):
        columns.append([])
        for unit in units(tensor):
            along = [unit if i == j else None for j in range(len(inputs))]
            found = pushed_forward(function, inputs, along)
            columns[i].append([zeros_like(p) if t is None else t for p, t in found[: len(outputs)]])
    return [
        [_stacked([c[k] for c in columns[i]], -1, (*out.shape, *t.shape), out) for i, t in enumerate(inputs)]
        for k, out in enumerate(outputs)
    ]


def _stacked(parts: Sequence[Tensor], dim: int, shape: tuple[int, ...], like: Tensor) -> Tensor:
    """Slices of a Jacobian put together, in its shape."""
    if not parts:
        return Tensor(np.zeros(shape, like._data.dtype))
    return reshape(stack(parts, dim), shape)


def units(like: Tensor) -> Iterator[Tensor]:
    """The tensors of a shape that are 1 in one place and 0 elsewhere, place by place."""
    for place in range(like.numel()):
        flat = np.zeros(like.numel(), like._data.dtype)
        flat[place] = 1
        yield Tensor(flat.reshape(like.shape)[()])


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
    first = gradients(value, tensors, further) if gradient or further else []
    if gradient:
        found.update({f"grad.{name}": g for name, g in zip(variables, first, strict=True)})
    if jacobian:
        rows = jacobian_rows(value, tensors)
        found.update({f"jacobian.{name}": j for name, j in zip(variables, rows, strict=True)})
    if hessian:
        for name, slope in zip(variables, first, strict=True):
            rows = jacobian_rows(slope, tensors)
            found.update({f"hessian.{name}.{other}": h for other, h in zip(variables, rows, strict=True)})
    if order > 1:
        for (name, variable), slope in zip(variables.items(), first, strict=True):
            check_number(name, variable)
            for k in range(2, order + 1):
                (slope,) = gradients(slope, [variable], k < order)
                found[f"d{k}.{name}"] = slope
    return found


def check_number(name: str, variable: Tensor) -> None:
    """ValueError: a variable to differentiate by again and again has several elements."""
    if variable.numel() != 1:
        raise ValueError(f"repeated derivatives are by single numbers; {name} has {variable.numel()} elements")
