"""Gradients, Jacobians and Hessians of recorded tensors, and their products with vectors, for all who ask for them.

A Jacobian has the output's shape followed by the input's. It is built of rows in reverse mode, or of columns in forward
mode, many of which go through the graph or the function together, as a batch (`batching.py`). Traced tensors are as
good as others: their derivatives become equations of the program.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..primitives.copying import contiguous, zeros_like
from ..table.registry import ops
from ..tensors.batched import Batched, BatchError
from ..tensors.size import TooLargeError, bound
from ..tensors.symbol import Symbol
from ..tensors.tensor import Tensor
from .backward import grad
from .passes import below

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
    chunk_size: int | None = None,
) -> list[Tensor]:
    """The Jacobian for each input, of shape (*output's, *input's), by backward passes for many elements of the output.

    Each is for `chunk_size` elements (None: what fits in a core's cache). Of a traced output with few elements each is
    for one, so that its program is of the numbers that an expression has. `check` is called with the gradients of a
    pass, before zeros take the place of None.
    """
    count = output.numel()
    if count == 1 or (isinstance(output._data, Symbol) and count <= _FEW):
        chunk_size = 1
    elif chunk_size is None:
        chunk_size = _at_a_time(max([t.numel() for t in (output, *inputs)] + _sizes_below(output)))
    parts: list[list[Tensor]] = []
    for start in range(0, count, chunk_size):
        size = min(chunk_size, count - start)
        if count == 1:
            row = pulled_back([output], inputs, None, create_graph)
        else:
            row = _rows(output, inputs, units(output, start, size), create_graph)
        if check is not None:
            check(row)
        parts.append([_zeros(size, t) if g is None else g for g, t in zip(row, inputs, strict=True)])
    return [_joined([part[i] for part in parts], (*output.shape, *t.shape), t) for i, t in enumerate(inputs)]


def _rows(output: Tensor, inputs: Sequence[Tensor], starts: Tensor, create_graph: bool) -> Gradients:
    """v^T J for each of the vectors, which a first dimension counts; None for an input that does not matter."""
    if not output.requires_grad or not inputs:
        return [None] * len(inputs)
    if len(starts) == 1:
        row = pulled_back([output], inputs, [starts[0]], create_graph)
        return [None if g is None else g.unsqueeze(0) for g in row]
    return grad(output, inputs, starts, True, create_graph, True, is_grads_batched=True)


def jacobian_columns(
    function: Callable[..., Sequence[Tensor]], inputs: Sequence[Tensor], randomness: str = "error"
) -> tuple[list[Tensor], list[list[Tensor]]]:
    """What the function returns, and for each output its Jacobian for each input, of shape (*output's, *input's).

    In forward mode: `function` takes the inputs to the outputs. For each input it is called once for as many of its
    elements as fit in a core's cache, or if it asks for the numbers of a tangent, for each. `randomness` is that of
    `vmap`.
    """
    outputs: list[Tensor] = []
    blocks: list[list[Tensor]] = []
    for i, tensor in enumerate(inputs):
        outputs, columns = _columns(function, inputs, i, _at_a_time(tensor.numel()), randomness)
        moved = [ops.movedim(column, 0, -1) for column in columns]
        blocks.append([ops.reshape(m, (*o.shape, *tensor.shape)) for m, o in zip(moved, outputs, strict=True)])
    return outputs, [list(of_output) for of_output in zip(*blocks, strict=True)]


def _columns(
    function: Callable[..., Sequence[Tensor]], inputs: Sequence[Tensor], i: int, chunk_size: int, randomness: str
) -> tuple[list[Tensor], list[Tensor]]:
    """The outputs, and for each its derivatives by one element of input `i` after another."""
    count = inputs[i].numel()
    outputs: list[Tensor] = []
    parts: list[list[Tensor]] = []
    while not parts or sum(len(part[0]) for part in parts if part) < count:
        start = sum(len(part[0]) for part in parts)
        along = units(inputs[i], start, min(chunk_size, count - start))
        if isinstance(inputs[i]._data, Batched):
            # As the input is, so that what is written in place into their copies may be.
            along = along + zeros_like(inputs[i])
        try:
            outputs, part = _pushed(function, inputs, i, along, randomness)
        except (BatchError, TooLargeError):
            if chunk_size == 1:
                raise
            chunk_size = 1
            continue
        if not part:
            return outputs, []
        parts.append(part)
    return outputs, [ops.cat([p[k] for p in parts]) if len(parts) > 1 else parts[0][k] for k in range(len(outputs))]


def _pushed(
    function: Callable[..., Sequence[Tensor]], inputs: Sequence[Tensor], i: int, along: Tensor, randomness: str
) -> tuple[list[Tensor], list[Tensor]]:
    """The outputs, and J t for each tangent of input `i`, which a first dimension counts."""
    from .batching import Batch
    from .forward_ad import pushed_forward

    tangents: list[Tensor | None] = [None] * len(inputs)
    size = len(along)
    if size < 2:
        tangents[i] = along[0] if size else None
        found = pushed_forward(function, inputs, tangents)
        return [p for p, _ in found], [_zeros(size, p) if t is None else t.unsqueeze(0) for p, t in found]
    with Batch(size, randomness) as level:
        tangents[i] = level.batched(along)
        found = pushed_forward(function, inputs, tangents)
    rows = [_zeros(size, p) if t is None else level.unbatched(t) for p, t in found]
    return [level.unbatched(p)[0] if level.holds(p) else p for p, _ in found], rows


def _zeros(size: int, like: Tensor) -> Tensor:
    return Tensor(np.zeros((size, *like.shape), like._data.dtype))


def _joined(parts: Sequence[Tensor], shape: tuple[int, ...], like: Tensor) -> Tensor:
    """The rows of a Jacobian put together, in its shape."""
    if not parts:
        return Tensor(np.zeros(shape, like._data.dtype))
    rows = ops.cat(list(parts)) if len(parts) > 1 else parts[0]
    return contiguous(ops.reshape(rows, shape))


# Elements of a traced output up to which there are equations for each of them.
_FEW = 8
# What is computed at a time, in elements: about what a core's second-level cache holds.
_CACHE = 1 << 18


def _at_a_time(largest: int) -> int:
    """How many units to go through a function together, by the elements of its largest value, and what is allowed."""
    return max(1, int(min(_CACHE, bound.most)) // max(largest, 1))


def _sizes_below(output: Tensor) -> list[int]:
    """How many elements the values have that an output was computed from."""
    described = [
        d for node in below([output._edge()])[0] for d in (node._outputs if node.is_multiple else [node._outputs])
    ]
    return [math.prod(d[0]) for d in described if d is not None]


def units(like: Tensor, start: int, size: int) -> Tensor:
    """`size` tensors of a shape, each 1 in one place and 0 elsewhere, place by place from `start`."""
    flat = np.zeros((size, like.numel()), like._data.dtype)
    flat[np.arange(size), np.arange(start, start + size)] = 1
    return Tensor(flat.reshape(size, *like.shape))


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
