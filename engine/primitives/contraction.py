"""Sums of products over dimensions: `einsum`, `tensordot`; blocks of products, and the trace."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Array, Data
from ..tensors.errors import shape_error, type_error, value_error
from ..tensors.tensor import Tensor
from .arguments import dimension, dimensions
from .arithmetic import mul
from .axes import movedim, permute_primitive, squeeze, unsqueeze
from .copying import contiguous
from .diagonals import diagonal, diagonal_backward
from .families import LINEAR_ALGEBRA
from .products import dot, mm
from .reshaping import expand, flatten, reshape, unsafe_view, view_primitive

primitive, function = LINEAR_ALGEBRA.primitive, LINEAR_ALGEBRA.function


ELLIPSIS = "..."
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NOTHING_GIVEN = (
    "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
    "subscripts list"
)


class Layout(NamedTuple):
    """Where each label's dimension goes: first those of the result, then those to sum over.

    `ellipsis` is where the dimensions of `...` begin and `width` how many they are; `kept` how many dimensions the
    result has, `total` how many there are.
    """

    places: dict[str, int]
    ellipsis: int
    width: int
    kept: int
    total: int


@function(tensors=0, method=False)
def einsum(equation: Any, *operands: Any) -> Any:
    """sums of products over labelled dimensions: an equation and tensors, or tensors each followed by its labels"""
    if not isinstance(equation, str):
        inputs, output, operands = _from_numbers((equation, *operands))
    else:
        if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
            operands = tuple(operands[0])
        if not operands:
            raise value_error(_NOTHING_GIVEN)
        inputs, output = _parsed(equation)
    if len(inputs) != len(operands):
        if len(operands) > 2:
            raise value_error(
                f"Number of einsum subscripts, {len(inputs)}, must be equal to the number of operands, {len(operands)}."
            )
        few = "fewer" if len(inputs) > len(operands) else "more"
        raise RuntimeError(f"einsum(): {few} operands were provided than specified in the equation")
    layout = _laid_out(inputs, output, operands)
    return _contracted(
        [_arranged(x, labels, layout, i) for i, (x, labels) in enumerate(zip(operands, inputs, strict=True))], layout
    )


# Reading


def _from_numbers(arguments: Sequence[Any]) -> tuple[list[list[str]], list[str] | None, tuple[Any, ...]]:
    """Labels and operands from `einsum(x, [0, 1], y, [1, 2], [0, 2])`."""
    given = list(arguments)
    output = _lettered(given.pop()) if len(given) % 2 else None
    if not given:
        raise value_error(_NOTHING_GIVEN)
    return [_lettered(numbers) for numbers in given[1::2]], output, tuple(given[::2])


def _lettered(numbers: Sequence[Any] | Tensor | Array) -> list[str]:
    labels: list[str] = []
    for number in numbers.tolist() if isinstance(numbers, (Tensor, np.ndarray)) else numbers:
        if number is Ellipsis:
            labels.append(ELLIPSIS)
        elif 0 <= number < len(_LETTERS):
            labels.append(_LETTERS[int(number)])
        else:
            raise value_error("einsum(): subscript in subscript list is not within the valid range [0, 52)")
    return labels


def _parsed(equation: str) -> tuple[list[list[str]], list[str] | None]:
    left, arrow, right = equation.partition("->")
    inputs: list[list[str]] = []
    start = 0
    for i, part in enumerate(left.split(",")):
        lone = f"einsum(): found '.' for operand {i} that is not part of any ellipsis"
        again = f"einsum(): found '.' for operand {i} for which an ellipsis was already found"
        inputs.append(_labels(part, start, lone, again))
        start += len(part) + 1
    if not arrow:
        return inputs, None
    lone = "einsum(): found '.' for output that is not part of any ellipsis (...)"
    again = "einsum(): found '.' for output but an ellipsis (...) was already found"
    return inputs, _labels(right, len(left) + 2, lone, again)


def _labels(text: str, start: int, lone: str, again: str) -> list[str]:
    labels: list[str] = []
    i = 0
    while i < len(text):
        if text[i] == ".":
            if ELLIPSIS in labels:
                raise RuntimeError(again)
            if not text.startswith(ELLIPSIS, i):
                raise RuntimeError(lone)
            labels.append(ELLIPSIS)
            i += 2
        elif text[i] in _LETTERS:
            labels.append(text[i])
        elif text[i] != " ":
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {start + i} in the equation string, subscripts must be "
                "in [a-zA-Z]"
            )
        i += 1
    return labels


# The dimensions


def _laid_out(inputs: Sequence[Sequence[str]], output: Sequence[str] | None, operands: Sequence[Any]) -> Layout:
    width = 0
    for i, (x, labels) in enumerate(zip(operands, inputs, strict=True)):
        named = len(labels) - (ELLIPSIS in labels)
        if ELLIPSIS in labels:
            if named > x.ndim:
                raise shape_error(
                    f"einsum(): the number of subscripts in the equation ({named}) is more than the number of "
                    f"dimensions ({x.ndim}) for operand {i}"
                )
            width = max(width, x.ndim - named)
        elif named != x.ndim:
            raise shape_error(
                f"einsum(): the number of subscripts in the equation ({named}) does not match the number of "
                f"dimensions ({x.ndim}) for operand {i} and no ellipsis was given"
            )
    uses = Counter(label for labels in inputs for label in labels if label != ELLIPSIS)
    if output is None:
        output = [ELLIPSIS, *sorted(label for label, count in uses.items() if count == 1)]
    return _placed(output, uses, width)


def _placed(output: Sequence[str], uses: Counter[str], width: int) -> Layout:
    places: dict[str, int] = {}
    ellipsis = -1
    total = 0
    for label in output:
        if label == ELLIPSIS:
            ellipsis = total
            total += width
            continue
        if label in places:
            raise RuntimeError(f"einsum(): output subscript {label} appears more than once in the output")
        if label not in uses:
            raise RuntimeError(
                f"einsum(): output subscript {label} does not appear in the equation for any input operand"
            )
        places[label] = total
        total += 1
    kept = total
    if ellipsis < 0:
        ellipsis = total
        total += width
    for label in sorted(uses.keys() - places.keys()):
        places[label] = total
        total += 1
    return Layout(places, ellipsis, width, kept, total)


def _arranged(x: Any, labels: Sequence[str], layout: Layout, number: int) -> Any:
    """The operand with a dimension for every label, in their order; of size 1 where it lacks the label."""
    order = [-1] * layout.total
    dim = 0
    for label in labels:
        if label == ELLIPSIS:
            width = x.ndim - dim - (len(labels) - 1 - labels.index(ELLIPSIS))
            for place in range(layout.ellipsis + layout.width - width, layout.ellipsis + layout.width):
                order[place] = dim
                dim += 1
            continue
        place = layout.places[label]
        if order[place] < 0:
            order[place] = dim
            dim += 1
            continue
        first = order[place]
        if x.shape[dim] != x.shape[first]:
            raise shape_error(
                f"einsum(): subscript {label} is repeated for operand {number} but the sizes don't match, "
                f"{x.shape[dim]} != {x.shape[first]}"
            )
        x = movedim(diagonal(x, 0, first, dim), -1, first)
    for place in range(layout.total):
        if order[place] < 0:
            x = unsqueeze(x, dim)
            order[place] = dim
            dim += 1
    return permute_primitive(x, tuple(order))


def _check_sizes(operands: Sequence[Any], layout: Layout) -> None:
    names = {place: label for label, place in layout.places.items()}
    for place in range(layout.total):
        seen = 1
        for i, x in enumerate(operands):
            size = x.shape[place]
            if size != 1 and seen not in (1, size):
                if place in names:
                    where = f"subscript {names[place]} has size {size} for operand {i}"
                    before = f"size {seen}"
                else:
                    where = f"dimension {place - layout.ellipsis} covered by ellipsis in operand {i}has size {size}"
                    before = f"ellipsis with size {seen} for the respective dimension"
                raise shape_error(f"einsum(): {where} which does not broadcast with previously seen {before}")
            seen = max(seen, size) if size else size


# The products


def _contracted(operands: list[Any], layout: Layout) -> Any:
    _check_sizes(operands, layout)
    summed = range(layout.kept, layout.total)
    uses = {dim: sum(x.shape[dim] != 1 for x in operands) for dim in summed}
    result = operands[0]
    for other in operands[1:]:
        common: list[int] = []
        only: tuple[list[int], list[int]] = ([], [])
        for dim in summed:
            left, right = result.shape[dim] != 1, other.shape[dim] != 1
            if left and right:
                uses[dim] -= 1
                if uses[dim] == 1:
                    common.append(dim)
                    uses[dim] = 0
            elif uses[dim] == 1 and (left or right):
                only[0 if left else 1].append(dim)
                uses[dim] = 0
        result = ops.sum(result, only[0], True) if only[0] else result
        other = ops.sum(other, only[1], True) if only[1] else other
        result = _sum_of_products(result, other, common)
    if not summed:
        return result
    if len(operands) == 1:
        return ops.sum(result, list(summed))
    return view_primitive(result, tuple(result.shape[: layout.kept]))


def _sum_of_products(x: Any, y: Any, summed: Sequence[int]) -> Any:
    """The product of two operands summed over some dimensions, which stay with size 1: a product of matrices."""
    if not summed:
        return mul(x, y)
    rest = [dim for dim in range(x.ndim) if dim not in summed]
    both = [dim for dim in rest if x.shape[dim] != 1 and y.shape[dim] != 1]
    left = [dim for dim in rest if x.shape[dim] != 1 and y.shape[dim] == 1]
    right = [dim for dim in rest if x.shape[dim] == 1]

    def size(operand: Any, dims: Sequence[int]) -> int:
        return math.prod(operand.shape[dim] for dim in dims)

    rows = permute_primitive(x, (*both, *left, *summed, *right))
    columns = permute_primitive(y, (*both, *summed, *right, *left))
    rows = reshape(rows, (size(x, both), size(x, left), size(x, summed)))
    columns = reshape(columns, (size(y, both), size(y, summed), size(y, right)))
    order = [*both, *left, *summed, *right]
    shape = (*(x.shape[d] for d in (*both, *left)), *(1 for _ in summed), *(y.shape[d] for d in right))
    product = view_primitive(ops.bmm(rows, columns), shape)
    return permute_primitive(product, tuple(order.index(dim) for dim in range(x.ndim)))


@function(tensors=2, method=False, called_as={"x": "a", "y": "b"})
def tensordot(x: Any, y: Any, dims: Any = 2) -> Any:
    """sums of products over the last dimensions of x and the first of y, or over pairs of dimensions"""
    x_dims, y_dims = _pairs_of(x, y, dims)
    x_axes = [dimension(d, x.ndim) for d in x_dims]
    y_axes = [dimension(d, y.ndim) for d in y_dims]
    for i, j, named_i, named_j in zip(x_axes, y_axes, x_dims, y_dims, strict=True):
        if y.shape[j] == 1:
            x = ops.sum(x, [i], True)
        elif x.shape[i] == 1:
            y = ops.sum(y, [j], True)
        elif x.shape[i] != y.shape[j]:
            raise shape_error(
                f"contracted dimensions need to match, but first has size {x.shape[i]} in dim {named_i} and second "
                f"has size {y.shape[j]} in dim {named_j}"
            )
    for axes, operand in ((x_axes, x), (y_axes, y)):
        dimensions(axes, operand.ndim)
    kept_x = [i for i in range(x.ndim) if i not in x_axes]
    kept_y = [j for j in range(y.ndim) if j not in y_axes]
    shape = (*(x.shape[i] for i in kept_x), *(y.shape[j] for j in kept_y))
    left, right = permute_primitive(x, (*kept_x, *x_axes)), permute_primitive(y, (*y_axes, *kept_y))
    common = math.prod(x.shape[i] for i in x_axes)
    rows, columns = math.prod(x.shape[i] for i in kept_x), math.prod(y.shape[j] for j in kept_y)
    if rows == columns == 1:
        return reshape(_dot_of_all(left, right), shape)
    return reshape(mm(reshape(left, (rows, common)), reshape(right, (common, columns))), shape)


def _dot_of_all(x: Any, y: Any) -> Any:
    if contiguous(x) is x and contiguous(y) is y:
        return dot(flatten(x), flatten(y))
    return ops.sum(mul(squeeze(x), squeeze(y)))


def _pairs_of(x: Any, y: Any, dims: Any) -> tuple[list[int], list[int]]:
    if x.dtype != y.dtype:
        raise RuntimeError("both inputs should have same dtype")
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, (int, float)):
        count = int(dims)
        if count < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if count > min(x.ndim, y.ndim):
            raise shape_error(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        return list(range(-count, 0)), list(range(count))
    first, second = ([int(d)] if isinstance(d, (int, float)) else [int(n) for n in d] for d in dims)
    if len(first) != len(second):
        raise shape_error("both dimension lists should have same length")
    return first, second


@function(tensors=2)
def kron(x: Any, y: Any) -> Any:
    """the products of each element of x with y, as blocks"""
    if not isinstance(y, (Tensor, np.ndarray)):
        raise type_error(f"kron(): argument 'other' (position 2) must be Tensor, not {type(y).__name__}")
    rank = max(x.ndim, y.ndim)
    of_x = (1,) * (rank - x.ndim) + tuple(x.shape)
    of_y = (1,) * (rank - y.ndim) + tuple(y.shape)
    left = unsafe_view(x, tuple(n for size in of_x for n in (size, 1)))
    right = unsafe_view(y, tuple(n for size in of_y for n in (1, size)))
    return unsafe_view(mul(left, right), tuple(a * b for a, b in zip(of_x, of_y, strict=True)))


@primitive(lambda g, x_shape: diagonal_backward(expand(g, (min(x_shape),)), x_shape, 0, 0, 1))
def trace(x: Data) -> Data:
    """sum of the diagonal of a matrix"""
    if x.ndim != 2:
        raise shape_error(f"trace: expected a matrix, but got tensor with dim {x.ndim}")
    return np.trace(x)


@function(method=False, torch=("linalg.diagonal",))
def linalg_diagonal(x: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """the diagonals of matrices"""
    return diagonal(x, offset, dim1, dim2)
