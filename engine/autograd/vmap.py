"""`torch.func.vmap`: the function that maps another over a dimension of its arguments."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..primitives.parts import select, stack
from ..tensors.errors import shape_error
from ..tensors.tensor import Tensor
from .nesting import leaves, rebuilt, spec, spread


def check_randomness(randomness: str) -> None:
    """RuntimeError: none of PyTorch's settings."""
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """The function that maps `func` over dimension `in_dims` of its arguments and stacks the results at `out_dims`.

    Either may be a nesting of dimensions that matches the arguments or results; None stands for what is not mapped.
    The function is called once for each index, so that it may also branch on values.
    """
    check_randomness(randomness)
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")
    name = getattr(func, "__name__", repr(func))

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        dims, count = _mapped(name, in_dims, args)
        rows = [func(*_at(args, dims, index), **kwargs) for index in range(max(count, 1))]
        return _gathered(name, out_dims, rows, count)

    return wrapper


def _mapped(name: str, in_dims: Any, args: tuple[Any, ...]) -> tuple[list[Any], int]:
    """The dimension of each leaf to map over, and how many indices they have. ValueError: they do not match."""
    where = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>)"
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"{where}: expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, "
            f"got: {type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a "
            "function with no inputs. The latter is unsupported."
        )
    dims = spread(in_dims, args)
    if dims is None:
        raise ValueError(
            f"{where}: in_dims is not compatible with the structure of `inputs`. in_dims has structure "
            f"{spec(in_dims)} but inputs has structure {spec(args)}."
        )
    lengths = []
    for i, (leaf, dim) in enumerate(zip(leaves(args), dims, strict=True)):
        if dim is None:
            continue
        if not isinstance(dim, int):
            raise ValueError(
                f"{where}: Got in_dim={dim} for an input but in_dim must be either an integer dimension or None."
            )
        if not isinstance(leaf, Tensor):
            raise ValueError(
                f"{where}: Got in_dim={dim} for an input but the input is of type {type(leaf)}. We cannot vmap over "
                "non-Tensor arguments, please use None as the respective in_dim"
            )
        if not -leaf.ndim <= dim < leaf.ndim:
            raise shape_error(
                f"{where}: Got in_dim={dim} for some input, but that input is a Tensor of dimensionality {leaf.ndim} "
                f"so expected in_dim to satisfy -{leaf.ndim} <= in_dim < {leaf.ndim}.",
                ValueError,
            )
        dims[i] = dim % leaf.ndim
        lengths.append(leaf.shape[dim])
    if not lengths:
        raise ValueError(f"{where}: at least one input must be mapped over")
    if len(set(lengths)) > 1:
        raise shape_error(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{lengths} for the mapped dimension",
            ValueError,
        )
    return dims, lengths[0]


def _at(args: tuple[Any, ...], dims: Sequence[Any], index: int) -> Any:
    """The arguments for one index; without any index, zeros, to see what the results are like."""

    def part(leaf: Any, dim: Any) -> Any:
        if dim is None:
            return leaf
        if not leaf.shape[dim]:
            return Tensor(np.zeros((*leaf.shape[:dim], *leaf.shape[dim + 1 :]), leaf._data.dtype)[()])
        return select(leaf, dim, index)

    parts = [part(leaf, dim) for leaf, dim in zip(leaves(args), dims, strict=True)]
    return rebuilt(args, iter(parts))


def _gathered(name: str, out_dims: Any, rows: Sequence[Any], count: int) -> Any:
    """The results for each index, stacked. ValueError: `out_dims` does not match them, or one is no tensor."""
    first = rows[0]
    if any(leaf is not None and not isinstance(leaf, int) for leaf in leaves(out_dims)):
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints "
            "representing where in the outputs the vmapped dimension should appear."
        )
    single = isinstance(first, Tensor) and isinstance(out_dims, (tuple, list)) and len(out_dims) == 1
    dims = list(out_dims) if single else spread(out_dims, first)
    if dims is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of "
            f"`outputs`. out_dims has structure {spec(out_dims)} but outputs has structure {spec(first)}."
        )
    columns = zip(*[list(leaves(row)) for row in rows], strict=True)
    return rebuilt(first, iter([_joined(name, dim, column, count) for dim, column in zip(dims, columns, strict=True)]))


def _joined(name: str, dim: int | None, column: Sequence[Any], count: int) -> Any:
    """One result for all indices."""
    first = column[0]
    if dim is None:
        same = all(value is first for value in column) or (
            isinstance(first, Tensor) and all(np.array_equal(v._data, first._data, equal_nan=True) for v in column)
        )
        if not same:
            raise ValueError(f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None")
        return first
    for value in column:
        if not isinstance(value, Tensor):
            raise ValueError(
                f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(value)}. Did you mean to set "
                "out_dims= to None for output?"
            )
    joined = stack(list(column), dim)
    return joined if count else Tensor(np.take(joined._data, [], axis=dim))
