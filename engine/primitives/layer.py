"""What layers of neural networks do: linear maps, lookups, padding, scaling to a length."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..graph.transforms import drawn
from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.aliases import Data, Gradient
from ..tensors.errors import index_error, shape_error
from ..tensors.size import check_count
from ..tensors.symbol import is_symbolic
from ..tensors.tensor import Tensor
from .arguments import data_of, whole
from .arithmetic import minus, plus_number
from .axes import t
from .copying import is_contiguous
from .families import LAYER
from .getitem import index_backward
from .parts import slice_primitive
from .reshaping import expand, view_primitive
from .selection import clamp_min, where

private, function = LAYER.private, LAYER.function


@function(tensors=3, gain=1)
def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """x times the transpose of the weight, plus the bias"""
    rank = data_of(x).ndim
    if not rank or not data_of(weight).ndim:
        ranks = f"{rank}D and {data_of(weight).ndim}D"
        raise shape_error(f"both arguments to linear need to be at least 1D, but they are {ranks}")
    if bias is None:
        return ops.matmul(x, t(weight))
    if rank == 2 and data_of(weight).ndim == 2:
        # With all arguments, the call has none to fill in.
        return ops.addmm(bias, x, t(weight), 1, 1)
    if data_of(weight).ndim == 2 and data_of(bias).ndim == 1 and is_contiguous(x):
        shape = data_of(x).shape
        rows = view_primitive(x, (int(np.prod(shape[:-1])), shape[-1]))
        return view_primitive(ops.addmm(bias, rows, t(weight), 1, 1), (*shape[:-1], data_of(weight).shape[0]))
    return ops.matmul(x, t(weight)) + bias


# The bound is not part of the graph, so the gradient passes it: PyTorch clamps a clone with recording off. A program
# takes it for that clone: a bound that only lengths of about 0 come below would stand in every formula.
at_least = private(
    "clone", lambda x, bound: np.maximum(x, bound), lambda g: g, moves="order", node_name="CloneBackward0"
)


@function()
def normalize(x: Any, p: float = 2.0, dim: Any = 1, eps: float = 1e-12) -> Any:
    """x divided by its norm of order p along `dim`, or by `eps` where the norm is less"""
    return x / expand(clamp_min(ops.norm(x, p, dim, True), eps), tuple(x.shape))


@function(
    tensors=2,
    torch=("cosine_similarity", "nn.functional.cosine_similarity"),
    called_as={"x": "x1", "y": "x2"},
    module="CosineSimilarity",
)
def cosine_similarity(x: Any, y: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    """cosine of the angle between x and y along `dim`"""
    common = dtypes.result_type([data_of(x), data_of(y)], [])
    if common.kind != "f":
        title = dtypes.of(common).title
        raise RuntimeError(f"expected common dtype to be floating point, yet common dtype is {title}")
    if x.shape != y.shape:
        shape = tuple(ops.broadcast_tensors(x, y)[0].shape)
        x, y = expand(x, shape), expand(y, shape)
    lengths = [at_least(ops.vector_norm(v, 2, dim, True), eps) for v in (x, y)]
    return ops.sum(x / lengths[0] * (y / lengths[1]), (dim,))


@function(
    method=False,
    tensors=2,
    torch=("pairwise_distance", "nn.functional.pairwise_distance"),
    called_as={"x": "x1", "y": "x2"},
    module="PairwiseDistance",
)
def pairwise_distance(x: Any, y: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Any:
    """norm of order p of x - y + eps along the last dimension"""
    return ops.vector_norm(plus_number(minus(x, y), eps), p, -1, keepdim)


def kept(shape: Sequence[int], numpy_dtype: Any, p: float) -> Tensor:
    """A mask that is 0 with probability p at each element, and makes up for it at the others."""
    from ..tensors.generator import default_generator
    from ..tensors.random_numbers import coins

    def draw(shape: tuple[int, ...]) -> Any:
        tossed = coins(default_generator(), shape, 1 - p) if p < 1 else np.zeros(shape)
        return (tossed.astype(numpy_dtype) / numpy_dtype.type(1 - p if p < 1 else 1))[()]

    return Tensor(drawn("dropout", draw, tuple(shape)))


def _lookup_rule(g: Gradient, weight_shape: tuple[int, ...], places: tuple[Any], padding_idx: int) -> Gradient:
    if padding_idx >= 0:
        g = where((places[0] != padding_idx)[..., None], g, 0)
    return index_backward(g, weight_shape, places)


@private(_lookup_rule, moves="places", name="embedding")
def embedding_primitive(weight: Data, places: tuple[Any], padding_idx: int) -> Data:
    if weight.ndim != 2:
        raise shape_error("'weight' must be 2-D")
    (indices,) = places
    if indices.size and not (indices.min() >= 0 and indices.max() < len(weight)):
        raise index_error("index out of range in self")
    return np.take(weight, indices, 0)


@function(torch=("embedding", "nn.functional.embedding"), taken=("scale_grad_by_freq", "sparse"))
def embedding(weight: Any, indices: Any, padding_idx: int = -1) -> Any:
    """the rows of a matrix at the indices; the row at `padding_idx` gets no gradient"""
    places = np.asarray(data_of(indices))
    if places.dtype not in (np.int64, np.int32):
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{dtypes.of(places.dtype).title}Tensor instead (while checking arguments for embedding)"
        )
    return embedding_primitive(weight, (places,), whole(padding_idx))


# Padding: pairs of sizes before and after, from the last dimension on; negative ones cut off


def _padded_shape(shape: tuple[int, ...], pad: Sequence[int]) -> tuple[int, ...]:
    sizes = list(shape)
    for i in range(len(pad) // 2):
        sizes[-1 - i] += pad[2 * i] + pad[2 * i + 1]
    return tuple(sizes)


def _inside(shape: tuple[int, ...], pad: Sequence[int]) -> tuple[slice, ...]:
    """The part of a shape that is left when sizes are cut off it: where they are positive."""
    parts = [slice(None)] * len(shape)
    for i in range(len(pad) // 2):
        size = shape[-1 - i]
        parts[-1 - i] = slice(max(pad[2 * i], 0), size - max(pad[2 * i + 1], 0))
    return tuple(parts)


@private(
    lambda g, pad: constant_pad(g, [-n for n in pad], 0.0),
    function="pad",
    name="constant_pad_nd",
    batch=lambda x, pad, value: constant_pad(x, pad, value),
)
def constant_pad(x: Data, pad: Sequence[int], value: float = 0.0) -> Data:
    shape = _padded_shape(x.shape, pad)
    if min(shape, default=0) < 0:
        raise shape_error("narrow(): length must be non-negative.")
    check_count(math.prod(shape))
    result = np.full(shape, value, x.dtype)
    result[_inside(shape, pad)] = x[_inside(x.shape, [-n for n in pad])]
    return result


def _copying_pad(name: str) -> Any:
    """The operation, for each number of dimensions, that fills the padding with elements of x at given places."""
    return [
        private(
            f"{name}_pad{n}d",
            lambda x, places: x[places],
            lambda g, x_shape, places: index_backward(g, x_shape, places),
        )
        for n in (1, 2, 3)
    ]


_COPYING = {"reflect": _copying_pad("reflection"), "replicate": _copying_pad("replication")}


def _places(shape: tuple[int, ...], pad: Sequence[int], mode: str) -> tuple[Any, ...]:
    """Which elements of x the padded tensor is made of, as indices of its last dimensions."""
    lines = []
    for i in reversed(range(len(pad) // 2)):
        size = shape[-1 - i]
        before, after = pad[2 * i : 2 * i + 2]
        check_count(size + before + after)
        line = np.arange(-before, size + after)
        if mode == "reflect":
            if max(before, after) >= size:
                raise shape_error(
                    "Argument #4: Padding size should be less than the corresponding input dimension, but got: "
                    f"padding ({before}, {after}) at dimension {len(shape) - 1 - i} of input {list(shape)}"
                )
            line = np.abs(line)
            line = np.where(line >= size, 2 * (size - 1) - line, line)
        lines.append(line.clip(0, size - 1))
    return (..., *np.ix_(*lines))


def _circular(x: Any, pad: Sequence[int]) -> Any:
    """Padding that goes on at the other end, with the graph of PyTorch's copies into an empty tensor."""
    if is_symbolic(x._data):
        for i in range(len(pad) // 2):
            dim = x.ndim - 1 - i
            before, after = pad[2 * i : 2 * i + 2]
            check_count(x.numel() // max(x.shape[dim], 1) * (x.shape[dim] + before + after))
            x = ops.index_select(x, dim, Tensor(np.arange(-before, x.shape[dim] + after) % x.shape[dim]))
        return x
    shape = _padded_shape(x.shape, pad)
    out = target = Tensor(np.empty(shape, x._data.dtype))
    inner, source = _inside(shape, pad), _inside(x.shape, [-n for n in pad])
    for i in range(len(pad) // 2):
        dim = len(shape) - 1 - i
        if max(pad[2 * i : 2 * i + 2]) > x.shape[dim]:
            raise shape_error("Padding value causes wrapping around more than once.")
        target = slice_primitive(target, dim, inner[dim].start, inner[dim].stop, 1)
        x = slice_primitive(x, dim, source[dim].start, source[dim].stop, 1)
    target.copy_(x)
    for i in range(len(pad) // 2):
        dim = len(shape) - 1 - i
        size = shape[dim]
        before, after = (max(n, 0) for n in pad[2 * i : 2 * i + 2])
        if before:
            end = slice_primitive(out, dim, size - after - before, size - after, 1)
            slice_primitive(out, dim, 0, before, 1).copy_(end)
        if after:
            beginning = slice_primitive(out, dim, before, before + after, 1)
            slice_primitive(out, dim, size - after, size, 1).copy_(beginning)
    return out


@function()
def pad(x: Any, pad: Any, mode: str = "constant", value: Any = None) -> Any:
    """x with more elements, pairs of numbers before and after from the last dimension on"""
    sizes = tuple(int(n) for n in pad)
    rank = data_of(x).ndim
    if len(sizes) % 2:
        raise shape_error("Padding length must be divisible by 2")
    if len(sizes) > 2 * rank:
        raise shape_error(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(sizes)} and input of dimension {rank}"
        )
    if mode == "constant":
        return constant_pad(x, sizes, 0.0 if value is None else value)
    if value:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if rank - len(sizes) // 2 not in (1, 2) or len(sizes) > 6:
        raise shape_error(f"Padding size {len(sizes)} is not supported for {rank}D input tensor.", NotImplementedError)
    if mode == "circular":
        return _circular(x, sizes)
    return _COPYING[mode][len(sizes) // 2 - 1](x, _places(data_of(x).shape, sizes, mode))
