"""Products of vectors and matrices; added to something; of several matrices in the cheapest order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from ..table.binding import broadcast_mismatch
from ..table.registry import ops
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.errors import shape_error, type_error, unlike
from ..tensors.size import check_count
from ..tensors.symbol import Numberless, is_symbolic
from ..tensors.tensor import Tensor
from .arguments import c_names, check_floating, check_same_dtype, dimension, in_dtype_of, titles
from .arithmetic import mul, scaled_by
from .axes import squeeze, squeeze_product, t, t_primitive, transpose, unsqueeze
from .copying import contiguous
from .families import LINEAR_ALGEBRA
from .reshaping import expand, reshape, unsafe_view, view_primitive

primitive, function = LINEAR_ALGEBRA.primitive, LINEAR_ALGEBRA.function


def check_ranks(rank: int, sentence: str, **operands: Any) -> None:
    """RuntimeError with the sentence about the first operand (its `name` and `ndim`) that has another rank."""
    for name, value in operands.items():
        if value.ndim != rank:
            raise shape_error(sentence.format(name=name, ndim=value.ndim))


def _dot(x: Any, y: Any) -> Any:
    if x.ndim != 1 or y.ndim != 1:
        raise shape_error(f"1D tensors expected, but got {x.ndim}D and {y.ndim}D tensors")
    check_same_dtype("dot : expected both vectors to have same dtype, but found {} and {}", x, y)
    if x.size != y.size:
        raise shape_error(
            f"inconsistent tensor size, expected tensor [{x.size}] and src [{y.size}] to have the same number of "
            f"elements, but got {x.size} and {y.size} elements respectively"
        )
    return np.dot(x, y)


def _dot_product(name: str, **facts: Any) -> Call:
    return primitive(
        name,
        _dot,
        lambda g, y: g * y,
        lambda g, x: g * x,
        doc="sum of the products of two vectors' elements",
        rows=lambda x, y: np.add.reduce(x * y, axis=0),
        batch=lambda x, y: _dots(x, y),
        ranks=(1, 1),
        **facts,
    )


dot, vdot = _dot_product("dot", saved_as={"y": "tensor"}), _dot_product("vdot")


def _dots(x: Any, y: Any) -> Any:
    """The products of vectors one of which, or both, are rows."""
    if x.ndim == y.ndim:
        return squeeze(bmm(unsqueeze(x, 1), unsqueeze(y, 2)), (1, 2))
    return mv(x, y) if x.ndim == 2 else mv(y, x)


def _products(x: Any, y: Any) -> Any:
    """The products of matrices one of which, or both, are many."""
    if x.ndim == y.ndim:
        return bmm(x, y)
    return matmul(x, y) if x.ndim == 3 else transpose(matmul(transpose(y, 1, 2), transpose(x, 0, 1)), 1, 2)


def _products_with_vectors(x: Any, y: Any) -> Any:
    """The products of matrices and vectors one of which, or both, are many."""
    if x.ndim == 2:
        return mm(y, t(x))
    return matmul(x, y) if y.ndim == 1 else squeeze(bmm(x, unsqueeze(y, 2)), 2)


@function(tensors=2, aliases=("ger",), called_as={"y": "vec2"})
def outer(x: Any, y: Any) -> Any:
    """products of each element of x with each of y"""
    check_ranks(1, "outer: Expected 1-D argument {name}, but got {ndim}-D", self=x, vec2=y)
    return mul(reshape(x, (x.shape[0], 1)), y)


@function(tensors=2)
def inner(x: Any, y: Any) -> Any:
    """sums of products along the last dimensions of x and y"""
    if not x.ndim or not y.ndim:
        return mul(x, y)
    if x.shape[-1] != y.shape[-1]:
        raise shape_error(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(x.shape)} and {list(y.shape)}"
        )
    return ops.tensordot(x, y, ([-1], [-1]))


@function(tensors=2, method=False, torch=("linalg.vecdot",))
def vecdot(x: Any, y: Any, *, dim: int = -1) -> Any:
    """sums of products along one dimension"""
    check_floating(x, "linalg.vecdot")
    check_same_dtype(
        "linalg.vecdot: Expected x and y to have the same dtype, but found x of type {} and y of type {} instead", x, y
    )
    if x.ndim == y.ndim == 1:
        return vdot(x, y)
    return ops.sum(mul(x, y), dim)


@primitive(
    lambda g, y, dim: ops.linalg_cross(y, g, dim),
    lambda g, x, dim: ops.linalg_cross(g, x, dim),
    method=False,
    torch=("linalg.cross",),
    promotes=(0, 1),
)
def linalg_cross(x: Data, y: Data, dim: int = -1) -> Data:
    """vector products along a dimension of size 3"""
    if x.ndim != y.ndim:
        raise shape_error("linalg.cross: inputs must have the same number of dimensions.")
    axis = dimension(dim, x.ndim)
    if x.shape[axis] != 3 or y.shape[axis] != 3:
        raise shape_error(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {x.shape[axis]} and {y.shape[axis]}"
        )
    check_same_dtype("expected scalar type {} but found {}", x, y)
    return np.cross(x, y, axis=axis)


@function(tensors=2)
def cross(x: Any, y: Any, dim: int | None = None) -> Any:
    """vector products along a dimension of size 3, the first such where none is named"""
    if dim is None:
        if 3 not in x.shape:
            raise shape_error("no dimension of size 3 in input")
        dim = x.shape.index(3)
    return linalg_cross(x, y, dim)


def product_of_matrices(x: Any, y: Any) -> Any:
    if x.shape[1] != y.shape[0]:
        raise shape_error(
            f"mat1 and mat2 shapes cannot be multiplied ({x.shape[0]}x{x.shape[1]} and {y.shape[0]}x{y.shape[1]})"
        )
    check_count(x.shape[0] * y.shape[1])
    return x @ y


def _matrices_of_rows(x: Any, y: Any) -> Any:
    return np.moveaxis(np.moveaxis(x, -1, 0) @ np.moveaxis(y, -1, 0), 0, -1)


@primitive(
    lambda g, y: ops.mm(g, t_primitive(y)),
    lambda g, x: ops.mm(t_primitive(x), g),
    rows=_matrices_of_rows,
    batch=_products,
    ranks=(2, 2),
    saved_as={"y": "mat2"},
    called_as={"y": "mat2"},
)
def mm(x: Data, y: Data) -> Data:
    """product of two matrices"""
    if x.ndim != 2:
        raise shape_error("self must be a matrix")
    if y.ndim != 2:
        raise shape_error("mat2 must be a matrix")
    check_same_dtype("expected m1 and m2 to have the same dtype, but got: {} != {}", x, y, c_names)
    return product_of_matrices(x, y)


def product_with_vector(x: Any, y: Any, size: int, rank: int, dtype: Any) -> Any:
    """The product of a matrix and a vector that is to be added to something of a size, rank and dtype."""
    if x.ndim != 2 or y.ndim != 1:
        raise shape_error(f"vector + matrix @ vector expected, got {rank}, {x.ndim}, {y.ndim}")
    if x.shape[1] != y.shape[0] or size not in (1, x.shape[0]):
        raise shape_error(f"size mismatch, got input ({size}), mat ({x.shape[0]}x{x.shape[1]}), vec ({y.size})")
    if not dtype == x.dtype == y.dtype:
        names = titles(np.empty(0, dtype), x, y)
        raise unlike("addmv input tensors must have the same dtype, but got {}, {}, and {}".format(*names))
    return x @ y


@primitive(
    lambda g, y: outer(g, y),
    lambda g, x: ops.mv(t_primitive(x), g),
    rows=lambda x, y: np.add.reduce(x * y, axis=1),
    batch=_products_with_vectors,
    ranks=(2, 1),
    saved_as={"y": "vec"},
    called_as={"y": "vec"},
)
def mv(x: Data, y: Data) -> Data:
    """product of a matrix and a vector"""
    # For errors PyTorch counts the result as an argument: one of the vector's dtype.
    return product_with_vector(x, y, x.shape[0] if x.ndim else 1, 1, y.dtype)


def batched_product(x: Any, y: Any) -> Any:
    check_ranks(3, "{name} must be a 3D tensor", batch1=x, batch2=y)
    if x.shape[0] != y.shape[0] or x.shape[2] != y.shape[1]:
        raise shape_error(
            f"Expected size for first two dimensions of batch2 tensor to be: [{x.shape[0]}, {x.shape[2]}] but got: "
            f"[{y.shape[0]}, {y.shape[1]}]."
        )
    check_same_dtype("expected scalar type {} but found {}", x, y)
    check_count(x.shape[0] * x.shape[1] * y.shape[2])
    return x @ y


bmm = primitive(
    "bmm",
    batched_product,
    lambda g, y: bmm(g, transpose(y, 1, 2)),
    lambda g, x: bmm(transpose(x, 1, 2), g),
    doc="products of two equally long sequences of matrices",
    called_as={"y": "mat2"},
    rows=_matrices_of_rows,
    batch=lambda x, y: matmul(x, y),
    ranks=(3, 3),
)


@function(tensors=2, symbol="@", torch=("matmul", "linalg.matmul"))
def matmul(x: Any, y: Any) -> Any:
    """product of vectors, matrices, or sequences of matrices"""
    if type(x) is np.ndarray and type(y) is np.ndarray:
        return np.matmul(x, y)
    for operand in (x, y):
        if not isinstance(operand, (Tensor, np.ndarray, Numberless)):
            raise type_error(f"unsupported operand type(s) for @: '{type(x).__name__}' and '{type(y).__name__}'")
    ranks = x.ndim, y.ndim
    if 0 in ranks:
        raise shape_error(f"both arguments to matmul need to be at least 1D, but they are {x.ndim}D and {y.ndim}D")
    if ranks == (1, 1):
        return dot(x, y)
    if ranks == (2, 1):
        return mv(x, y)
    if ranks == (1, 2):
        return squeeze_product(mm(unsqueeze(x, 0), y), 0)
    if ranks == (2, 2):
        return mm(x, y)
    if _can_be_rows(x, y):
        return _product_of_rows(x, y)
    if ranks == (3, 3) and x.shape[0] != y.shape[0]:
        # One matrix for all is cheaper to multiply with, and to find the gradient of, than copies of it.
        if x.shape[0] == 1 and _wants_gradient(x):
            return matmul(squeeze(x, 0), y)
        if y.shape[0] == 1 and _wants_gradient(y):
            return matmul(x, squeeze(y, 0))
    return _product_of_batches(x, y)


def _wants_gradient(x: Any) -> bool:
    return isinstance(x, Tensor) and x.requires_grad


def _can_be_rows(x: Any, y: Any) -> bool:
    """Whether PyTorch stacks the matrices of the larger operand, to multiply them all by the other at once."""
    larger, other = (x, y) if x.ndim >= y.ndim else (transpose(y, -2, -1), x)
    if larger.ndim < 3 or other.ndim > 2:
        return False
    if _wants_gradient(other):
        return True
    if x.ndim == 2:
        return False
    data = larger._data if isinstance(larger, Tensor) else larger
    data = data.example if is_symbolic(data) else data
    return not data.size or all(
        data.strides[i] == data.strides[i + 1] * data.shape[i + 1] for i in range(data.ndim - 2)
    )


def _product_of_rows(x: Any, y: Any) -> Any:
    turned = y.ndim > x.ndim
    larger, other = (transpose(y, -2, -1), t(x) if x.ndim == 2 else x) if turned else (x, y)
    rows = reshape(larger, (math.prod(larger.shape[:-1]), larger.shape[-1]))
    product = mv(rows, other) if other.ndim == 1 else mm(rows, other)
    product = unsafe_view(product, (*larger.shape[:-1], *other.shape[1:]))
    return contiguous(transpose(product, -2, -1)) if turned and other.ndim == 2 else product


def _product_of_batches(x: Any, y: Any) -> Any:
    batches = tuple(x.shape[:-2]), tuple(y.shape[:-2])
    try:
        batch = np.broadcast_shapes(*batches)
    except ValueError:
        raise shape_error(broadcast_mismatch(batches) or "") from None
    count = math.prod(batch)
    rows, inner_x = x.shape[-2] if x.ndim > 1 else 1, x.shape[-1]
    left = reshape(expand(x, (*batch, rows, inner_x)), (count, rows, inner_x))
    if y.ndim == 1:
        right = unsqueeze(reshape(expand(y, (*batch, y.shape[0])), (count, y.shape[0])), 2)
        return unsafe_view(squeeze(bmm(left, right), -1), (*batch, rows))
    right = reshape(expand(y, (*batch, *y.shape[-2:])), (count, *y.shape[-2:]))
    return unsafe_view(bmm(left, right), (*batch, *x.shape[-2:-1], y.shape[-1]))


# Products added to something


def _rows_of_each(x: Any) -> Any:
    """A batch of what is added to matrices as a batch of matrices."""
    return reshape(x, (len(x), *(1,) * (3 - x.ndim), *x.shape[1:]))


def _added(x: Any, product: Any, beta: Any, alpha: Any) -> Any:
    """`beta * x + alpha * product`, in the product's shape; with beta 0 it matters not what x holds."""
    if type(beta) is int and type(alpha) is int and beta == alpha == 1 and x.shape == product.shape[-x.ndim :]:
        # As below, for what networks compute, in half the time.
        return product + x
    beta, alpha = in_dtype_of(x, beta, "beta"), in_dtype_of(x, alpha, "alpha")
    scaled = product if alpha == 1 else product * alpha
    term = expand(x, product.shape)
    return np.array(scaled) if beta == 0 else scaled + (term if beta == 1 else term * beta)


def _check_dtypes(x: Any, mat1: Any, mat2: Any) -> None:
    for name, value in (("self", x), ("mat1", mat1)):
        if value.dtype != mat2.dtype:
            own = titles(value, mat2)
            raise unlike(f"{name} and mat2 must have the same dtype, but got {own[0]} and {own[1]}")


_adding = partial(primitive, lambda g, beta: scaled_by(g, beta), in_place=True)


@_adding(
    lambda g, mat2, alpha: scaled_by(mm(g, t_primitive(mat2)), alpha),
    lambda g, mat1, alpha: scaled_by(mm(t_primitive(mat1), g), alpha),
    batch=lambda x, mat1, mat2, beta, alpha: ops.baddbmm(_rows_of_each(x), mat1, mat2, beta, alpha),
)
def addmm(x: Any, mat1: Any, mat2: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    """`beta` times x plus `alpha` times the product of two matrices"""
    check_ranks(2, "{name} must be a matrix, got {ndim}-D tensor", mat1=mat1, mat2=mat2)
    _check_dtypes(x, mat1, mat2)
    return _added(x, product_of_matrices(mat1, mat2), beta, alpha)


@_adding(
    lambda g, vec, alpha: scaled_by(outer(g, vec), alpha),
    lambda g, mat, alpha: scaled_by(mv(t_primitive(mat), g), alpha),
    written=True,
)
def addmv(x: Any, mat: Any, vec: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    """`beta` times x plus `alpha` times the product of a matrix and a vector"""
    return _added(x, product_with_vector(mat, vec, x.shape[0] if x.ndim else 1, x.ndim, x.dtype), beta, alpha)


@_adding(
    lambda g, vec2, alpha: scaled_by(mv(g, vec2), alpha),
    lambda g, vec1, alpha: scaled_by(mv(t_primitive(g), vec1), alpha),
    promotes=(0, 1, 2),
)
def addr(x: Any, vec1: Any, vec2: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    """`beta` times x plus `alpha` times the outer product of two vectors"""
    check_ranks(1, "addr: Expected 1-D argument {name}, but got {ndim}-D", vec1=vec1, vec2=vec2)
    check_count(vec1.size * vec2.size)
    return _added(x, np.multiply.outer(vec1, vec2), beta, alpha)


@_adding(
    lambda g, batch2, alpha: scaled_by(bmm(g, transpose(batch2, 1, 2)), alpha),
    lambda g, batch1, alpha: scaled_by(bmm(transpose(batch1, 1, 2), g), alpha),
)
def baddbmm(x: Any, batch1: Any, batch2: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    """`beta` times x plus `alpha` times the products of two sequences of matrices"""
    product = batched_product(batch1, batch2)
    if x.dtype != product.dtype:
        names = c_names(x, batch1, batch2)
        raise RuntimeError("Input dtypes must be the same, got: input {}, batch1: {}, batch2: {}".format(*names))
    return _added(x, product, beta, alpha)


def _for_each(g: Gradient, count: int) -> Gradient:
    """A matrix, as many times as there are matrices in a sequence."""
    return expand(unsqueeze(g, 0), (count, *g.shape))


@_adding(
    lambda g, batch2, alpha: scaled_by(bmm(_for_each(g, batch2.shape[0]), transpose(batch2, 1, 2)), alpha),
    lambda g, batch1, alpha: scaled_by(bmm(transpose(batch1, 1, 2), _for_each(g, batch1.shape[0])), alpha),
)
def addbmm(x: Any, batch1: Any, batch2: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    """`beta` times x plus `alpha` times the sum of the products of two sequences of matrices"""
    check_ranks(3, "{name} must be a 3D tensor", batch1=batch1, batch2=batch2)
    if batch1.shape[0] != batch2.shape[0]:
        raise shape_error(
            f"batch1 and batch2 must have same number of batches, got {batch1.shape[0]} and {batch2.shape[0]}"
        )
    if batch1.shape[2] != batch2.shape[1]:
        sizes = [f"{b.shape[1]}x{b.shape[2]}" for b in (batch1, batch2)]
        raise shape_error(f"Incompatible matrix sizes for bmm ({sizes[0]} and {sizes[1]})")
    _check_dtypes(x, batch1, batch2)
    return _added(x, np.add.reduce(batch1 @ batch2, axis=0), beta, alpha)


def _check_chain(tensors: Sequence[Any]) -> None:
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}")
    for which, tensor in (("first", tensors[0]), ("last", tensors[-1])):
        if tensor.ndim not in (1, 2):
            raise shape_error(f"multi_dot(): the {which} tensor must be 1D or 2D but got {tensor.ndim}D")
    for i, tensor in enumerate(tensors):
        if 0 < i < len(tensors) - 1 and tensor.ndim != 2:
            raise shape_error(f"multi_dot(): tensor {i} must be 2D but got {tensor.ndim}D")
        message = f"multi_dot(): all tensors must have be the same dtype but tensor 0 is {{}} and tensor {i} {{}}"
        check_same_dtype(message, tensors[0], tensor, c_names)
    for i, (left, right) in enumerate(pairwise(tensors)):
        if left.shape[-1] != right.shape[0]:
            raise shape_error(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {list(left.shape)} and {list(right.shape)} "
                "cannot be multiplied"
            )


@function(variadic=True, method=False, torch=("linalg.multi_dot",))
def multi_dot(tensors: Any) -> Any:
    """product of several matrices, in the cheapest order; the first and the last may be vectors"""
    _check_chain(tensors)
    shape = (*tensors[0].shape[:-1], *tensors[-1].shape[1:])
    chain = list(tensors)
    if chain[0].ndim == 1:
        chain[0] = unsqueeze(chain[0], 0)
    if chain[-1].ndim == 1:
        chain[-1] = unsqueeze(chain[-1], -1)
    return view_primitive(_chained(chain), shape)


def _chained(matrices: Sequence[Any]) -> Any:
    sizes = [matrices[0].shape[0], *(m.shape[1] for m in matrices)]
    splits = _cheapest_splits(sizes)

    def product(first: int, last: int) -> Any:
        if first == last:
            return matrices[first]
        split = splits[first, last]
        return mm(product(first, split), product(split + 1, last))

    return product(0, len(matrices) - 1)


def _cheapest_splits(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """For each run of matrices (first, last), after which of them to split it. Matrix i has sizes i and i + 1."""
    count = len(sizes) - 1
    costs = {(i, i): 0 for i in range(count)}
    splits: dict[tuple[int, int], int] = {}
    # Of two equal costs PyTorch takes the later split for three matrices, and the earlier for more.
    later = count == 3
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            options = range(first, last)
            cost, split = min(
                (
                    costs[first, s] + costs[s + 1, last] + sizes[first] * sizes[s + 1] * sizes[last + 1],
                    -s if later else s,
                )
                for s in options
            )
            costs[first, last], splits[first, last] = cost, abs(split)
    return splits


@function(method=False)
def chain_matmul(x: Any, *matrices: Any) -> Any:
    """product of several matrices, in the cheapest order"""
    for matrix in (x, *matrices):
        if matrix.ndim != 2:
            raise shape_error(f"Tensor dimension is {matrix.ndim}, expected 2 instead.")
    return multi_dot((x, *matrices)) if matrices else x
