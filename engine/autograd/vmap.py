"""`torch.func.vmap`: the function that maps another over a dimension of its arguments."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..graph.transforms import Transformed, inside_function
from ..primitives.axes import movedim
from ..primitives.parts import cat, narrow, select, stack
from ..tensors.aliases import Call
from ..tensors.batched import BatchError, RefusedError
from ..tensors.errors import shape_error
from ..tensors.tensor import Tensor
from .batching import Batch
from .captured import captured
from .nesting import leaves, rebuilt, spec, spread


def check_randomness(randomness: str) -> None:
    """RuntimeError: none of PyTorch's settings."""
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")


def vmap(
    func: Call,
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Call:
    """The function that maps `func` over dimension `in_dims` of its arguments and puts the results along `out_dims`.

    Either may be a nesting of dimensions that matches the arguments or results; None stands for what is not mapped.
    The function is called once, with tensors that stand for all that a dimension counts, or with `chunk_size` once for
    each so many of them. If it asks for numbers where PyTorch has no error of its own for that, it is called for each
    index. RuntimeError: it decides by what a tensor holds, or draws random numbers although `randomness` is "error".
    """
    check_randomness(randomness)
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")
    name = getattr(func, "__name__", repr(func))

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        dims, count = _mapped(name, in_dims, args)
        call = functools.partial(func, **kwargs)
        if chunk_size is None or count <= chunk_size:
            return _over_all(name, call, out_dims, args, dims, count, randomness)
        parts: list[Any] = []
        for start in range(0, count, chunk_size):
            size = min(chunk_size, count - start)
            chunk = _each(args, dims, lambda leaf, dim, start=start, size=size: narrow(leaf, dim, start, size))
            parts.append(_over_all(name, call, out_dims, chunk, dims, size, randomness))
        return _joined(out_dims, parts)

    return wrapper


def _over_all(name: str, call: Call, out_dims: Any, args: Any, dims: Sequence[Any], count: int, randomness: str) -> Any:
    """The results for all indices at once, or where the function does not let that be, for one after another."""
    values = _each(args, dims, lambda leaf, dim: movedim(leaf, dim, 0) if dim else leaf)
    level = Batch(count, randomness)
    try:
        with level, inside_function(Transformed(captured(call), level)):
            given = _each(values, dims, lambda leaf, _: level.batched(leaf))
            result = call(*given)
    except BatchError as error:
        if isinstance(error, RefusedError) and error.level not in (None, level):
            raise  # to the level whose tensors were asked, further out
        if isinstance(error, RefusedError) or level.wrote:
            raise RuntimeError(str(error)) from None
        with inside_function(Transformed(captured(call), level)):
            rows = [call(*at_index(args, dims, index)) for index in range(max(count, 1))]
        return _gathered(name, out_dims, rows, count)
    found: list[Any] = []
    for leaf, dim in zip(leaves(result), _out_dims(name, out_dims, result), strict=True):
        if dim is None:
            if level.holds(leaf):
                raise _batched_error(name)
            found.append(leaf)
            continue
        _check_tensor(name, leaf)
        whole = level.unbatched(leaf)
        found.append(movedim(whole, 0, dim) if dim else whole)
    return rebuilt(result, iter(found))


def _each(args: Any, dims: Sequence[Any], function: Callable[[Any, int], Any]) -> Any:
    """The arguments with what a function makes of each that is mapped over."""
    parts = [leaf if dim is None else function(leaf, dim) for leaf, dim in zip(leaves(args), dims, strict=True)]
    return rebuilt(args, iter(parts))


def _joined(out_dims: Any, parts: Sequence[Any]) -> Any:
    """The results of chunks of the indices, put together."""
    first = parts[0]
    dims = spread(out_dims, first) or [out_dims[0]]
    columns = zip(*[list(leaves(part)) for part in parts], strict=True)
    return rebuilt(first, iter([c[0] if d is None else cat(list(c), d) for d, c in zip(dims, columns, strict=True)]))


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
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if len(set(lengths)) > 1:
        raise shape_error(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{lengths} for the mapped dimension",
            ValueError,
        )
    return dims, lengths[0]


def at_index(args: tuple[Any, ...], dims: Sequence[Any], index: int) -> Any:
    """The arguments for one index; without any index, zeros, to see what the results are like."""

    def part(leaf: Any, dim: Any) -> Any:
        if dim is None:
            return leaf
        if not leaf.shape[dim]:
            return Tensor(np.zeros((*leaf.shape[:dim], *leaf.shape[dim + 1 :]), leaf._data.dtype)[()])
        return select(leaf, dim, index)

    parts = [part(leaf, dim) for leaf, dim in zip(leaves(args), dims, strict=True)]
    return rebuilt(args, iter(parts))


def _out_dims(name: str, out_dims: Any, result: Any) -> list[Any]:
    """Where the mapped dimension is to be in each leaf of a result. ValueError: `out_dims` does not match it."""
    if any(leaf is not None and not isinstance(leaf, int) for leaf in leaves(out_dims)):
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints "
            "representing where in the outputs the vmapped dimension should appear."
        )
    single = isinstance(result, Tensor) and isinstance(out_dims, (tuple, list)) and len(out_dims) == 1
    dims = list(out_dims) if single else spread(out_dims, result)
    if dims is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of "
            f"`outputs`. out_dims has structure {spec(out_dims)} but outputs has structure {spec(result)}."
        )
    return dims


def _batched_error(name: str) -> ValueError:
    return ValueError(f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None")


def _check_tensor(name: str, value: Any) -> None:
    if not isinstance(value, Tensor):
        raise ValueError(
            f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(value)}. Did you mean to set "
            "out_dims= to None for output?"
        )


def _gathered(name: str, out_dims: Any, rows: Sequence[Any], count: int) -> Any:
    """The results for each index, stacked. ValueError: `out_dims` does not match them, or one is no tensor."""
    dims = _out_dims(name, out_dims, rows[0])
    columns = zip(*[list(leaves(row)) for row in rows], strict=True)
    return rebuilt(rows[0], iter([_stacked(name, dim, c, count) for dim, c in zip(dims, columns, strict=True)]))


def _stacked(name: str, dim: int | None, column: Sequence[Any], count: int) -> Any:
    """One result for all indices."""
    first = column[0]
    if dim is None:
        same = all(value is first for value in column) or (
            isinstance(first, Tensor) and all(np.array_equal(v._data, first._data, equal_nan=True) for v in column)
        )
        if not same:
            raise _batched_error(name)
        return first
    for value in column:
        _check_tensor(name, value)
    stacked = stack(list(column), dim)
    return stacked if count else Tensor(np.take(stacked._data, [], axis=dim))
