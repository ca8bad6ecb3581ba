"""`torch.func`: functions that make of a function its derivative, or one that maps over a dimension.

They nest in any order. An argument or result may be a tensor or any nesting of tuples, lists and dictionaries of them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .autograd.backward import grad as _gradients
from .autograd.forward_ad import Dual, dual_at, unpack_at
from .autograd.gradients import without_history
from .autograd.jacobians import stacked, units
from .graph.node import AccumulateGrad, Node
from .graph.transforms import carry_over, enter, leave
from .primitives.joining import stack
from .primitives.reshaping import view_primitive
from .primitives.slicing import select
from .tensors.modes import enable_grad, recording
from .tensors.tensor import Tensor

__all__ = ["grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize", "vjp", "vmap"]

ArgNums = int | tuple[int, ...]


# Nested structures


def _leaves(tree: Any) -> Iterator[Any]:
    """What is in a nesting of tuples, lists and dictionaries, in order."""
    if isinstance(tree, (tuple, list)):
        for item in tree:
            yield from _leaves(item)
    elif isinstance(tree, dict):
        for item in tree.values():
            yield from _leaves(item)
    else:
        yield tree


def _rebuilt(tree: Any, leaves: Iterator[Any]) -> Any:
    """The same nesting with other leaves."""
    if isinstance(tree, (tuple, list)):
        items = [_rebuilt(item, leaves) for item in tree]
        return type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)
    if isinstance(tree, dict):
        return type(tree)((key, _rebuilt(item, leaves)) for key, item in tree.items())
    return next(leaves)


def _map(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same nesting with the function's result for each leaf."""
    return _rebuilt(tree, iter([function(leaf) for leaf in _leaves(tree)]))


def _outline(tree: Any) -> str:
    """The nesting as text, with `*` for each leaf."""
    return str(_map(lambda leaf: _Star(), tree))


class _Star:
    def __repr__(self) -> str:
        return "*"


def _spec(tree: Any) -> str:
    """The nesting in the words of PyTorch's messages."""
    if isinstance(tree, (tuple, list)):
        return f"TreeSpec({type(tree).__name__}, None, [" + ",\n  ".join(map(_spec, tree)) + "])"
    if isinstance(tree, dict):
        return f"TreeSpec(dict, {list(tree)}, [" + ",\n  ".join(map(_spec, tree.values())) + "])"
    return "*"


def _spread(prefix: Any, tree: Any) -> list[Any] | None:
    """For each leaf of `tree`, what `prefix` says of it: a leaf of `prefix` holds for all below. None: no match."""
    if isinstance(prefix, (tuple, list, dict)):
        if type(prefix) is not type(tree) or len(prefix) != len(tree):
            return None
        keys = prefix.keys() if isinstance(prefix, dict) else range(len(prefix))
        found: list[Any] = []
        for key in keys:
            if isinstance(tree, dict) and key not in tree:
                return None
            part = _spread(prefix[key], tree[key])
            if part is None:
                return None
            found.extend(part)
        return found
    return [prefix for _ in _leaves(tree)]


# Reverse mode


def _tracked(tensor: Any) -> Tensor:
    """The argument as a tensor of its own to differentiate with respect to, with all its history and tangents.

    ValueError: no tensor. RuntimeError: integers.
    """
    if not isinstance(tensor, Tensor):
        raise ValueError(f"Thing passed to transform API must be Tensor, got {type(tensor)}")
    if not tensor.dtype.is_floating_point:
        raise RuntimeError("only Tensors of floating point dtype can require gradients")
    if tensor.requires_grad:
        return view_primitive(tensor, tuple(tensor.shape))
    leaf = tensor.detach().requires_grad_()
    carry_over(tensor, leaf)
    return leaf


def _tied(outputs: Sequence[Any], inputs: Sequence[Tensor]) -> bool:
    """Whether a graph leads from the outputs to a leaf that is not one of our own inputs."""
    own = {id(t) for t in inputs}
    stack: list[Node | None] = [o._edge()[0] for o in outputs if isinstance(o, Tensor)]
    seen: set[Node] = set()
    while stack:
        node = stack.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if isinstance(node, AccumulateGrad) and id(node.variable) not in own:
            return True
        stack.extend(child for child, _ in node.next_functions)
    return False


def _released(tree: Any, inputs: Sequence[Tensor]) -> Any:
    """Results without the history that only our own inputs gave them."""
    return _map(lambda t: t if not isinstance(t, Tensor) or _tied([t], inputs) else without_history(t), tree)


def _pulled_back(
    outputs: Sequence[Tensor], cotangents: Sequence[Tensor | None], inputs: Sequence[Tensor], create_graph: bool
) -> list[Tensor]:
    """The gradients of the inputs, zeros where there is none; the graph is kept."""
    pairs = [(o, c) for o, c in zip(outputs, cotangents, strict=True) if o.requires_grad and c is not None]
    if not pairs or not inputs:
        return [Tensor(np.zeros_like(t._data)[()]) for t in inputs]
    roots, starts = zip(*pairs, strict=True)
    return list(
        _gradients(roots, inputs, starts, retain_graph=True, create_graph=create_graph, materialize_grads=True)  # pyright: ignore[reportReturnType]
    )


def _positions(argnums: Any, count: int) -> tuple[int, ...]:
    """The arguments that are meant, counted from the front. RuntimeError: not a valid choice of them."""
    if not isinstance(argnums, int) and not isinstance(argnums, tuple):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    chosen = (argnums,) if isinstance(argnums, int) else argnums
    if not chosen:
        raise RuntimeError("argnums must be non-empty")
    for number in chosen:
        if not isinstance(number, int):
            raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(number)}")
        if not -count <= number < count:
            raise RuntimeError(f"Got argnum={number}, but only {count} positional inputs")
    positions = tuple(number % count for number in chosen)
    if len(set(positions)) != len(positions):
        raise RuntimeError(f"argnums elements must be unique, got {argnums}")
    return positions


def _replaced(args: Sequence[Any], positions: Sequence[int], values: Sequence[Any]) -> list[Any]:
    """The arguments with some of them replaced."""
    result = list(args)
    for position, value in zip(positions, values, strict=True):
        result[position] = value
    return result


def _by_argnums(argnums: ArgNums, parts: Sequence[Any]) -> Any:
    return parts[0] if isinstance(argnums, int) else tuple(parts)


def _with_aux(result: Any, has_aux: bool, where: str) -> tuple[Any, Any]:
    """What a function returned, taken apart into its output and what it returned beside."""
    if not has_aux:
        return result, None
    if not (isinstance(result, tuple) and len(result) == 2):
        raise RuntimeError(f"{where}: output of function f should be a tuple: (output, aux) if has_aux is True")
    for leaf in _leaves(result[1]):
        if not isinstance(leaf, Tensor):
            raise RuntimeError(f"Expected tensors, got unsupported type {type(leaf)}")
    return result


def _only_tensors(output: Any, where: str) -> list[Tensor]:
    leaves = list(_leaves(output))
    for leaf in leaves:
        if not isinstance(leaf, Tensor):
            raise RuntimeError(
                f"{where}: expected f(*primals) to return only tensors, got unsupported type {type(leaf)}"
            )
    return leaves


def grad_and_value(func: Callable[..., Any], argnums: ArgNums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that returns the gradient of `func`, whose result is one number, and that result.

    The gradient is with respect to argument `argnums`, or is a tuple of gradients for several. With `has_aux`, `func`
    returns (result, aux), and (result, aux) takes the result's place.
    """

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        positions = _positions(argnums, len(args))
        with enable_grad():
            chosen = [_map(_tracked, args[i]) for i in positions]
            returned = func(*_replaced(args, positions, chosen), **kwargs)
        where = "grad_and_value(f)(*args)"
        output, aux = _with_aux(returned, has_aux, where)
        if not isinstance(output, Tensor):
            raise RuntimeError(f"{where}: Expected f(*args) to return a Tensor, got {type(output)}")
        if output.ndim:
            raise RuntimeError(
                f"{where}: Expected f(*args) to return a scalar Tensor, got tensor with {output.ndim} dims. Maybe you "
                "wanted to use the vjp or jacrev APIs instead?"
            )
        inputs = list(_leaves(chosen))
        one = Tensor(np.ones_like(output._data)[()])
        records = recording.enabled and _tied([output], inputs)
        found = iter(_pulled_back([output], [one], inputs, records))
        gradient = _by_argnums(argnums, [_rebuilt(part, found) for part in chosen])
        value = _released((output, aux) if has_aux else output, inputs)
        return gradient, value

    return wrapper


def grad(func: Callable[..., Any], argnums: ArgNums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that returns the gradient of `func`; with `has_aux`, (gradient, aux). See `grad_and_value`."""
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        gradient, value = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return wrapper


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """(func(*primals), pull-back): the pull-back takes cotangents shaped as the result to a tuple, one per primal.

    With `has_aux`, `func` returns (result, aux), and (result, pull-back, aux) is returned.
    """
    where = "vjp(f, *primals)"
    with enable_grad():
        tracked = [_map(_tracked, primal) for primal in primals]
        output, aux = _with_aux(func(*tracked), has_aux, where)
    outputs = _only_tensors(output, where)
    inputs = list(_leaves(tracked))
    tied = _tied(outputs, inputs)

    def pull_back(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        if _outline(cotangents) != _outline(output):
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
                f"function. cotangents: {_outline(cotangents)}, primal output: {_outline(output)}"
            )
        given = list(_leaves(cotangents))
        for i, (o, c) in enumerate(zip(outputs, given, strict=True)):
            if c.shape != o.shape:
                raise RuntimeError(
                    f"Mismatch in shape: grad_output[{i}] has a shape of {c.shape} and output[{i}] has a shape of "
                    f"{o.shape}."
                )
        records = recording.enabled and (tied or any(c.requires_grad for c in given))
        found = iter(_pulled_back(outputs, given, inputs, records))
        return tuple(_rebuilt(part, found) for part in tracked)

    result = _released(output, inputs)
    return (result, pull_back, _released(aux, inputs)) if has_aux else (result, pull_back)


def jacrev(
    func: Callable[..., Any], argnums: ArgNums = 0, *, has_aux: bool = False, chunk_size: int | None = None
) -> Callable[..., Any]:
    """The function that returns the Jacobian of `func`, of shape (*result's, *argument's), in reverse mode."""
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        where = "vjp(f, *primals)"
        positions = _positions(argnums, len(args))
        with enable_grad():
            chosen = [_map(_tracked, args[i]) for i in positions]
            output, aux = _with_aux(func(*_replaced(args, positions, chosen), **kwargs), has_aux, where)
        outputs = _only_tensors(output, where)
        inputs = list(_leaves(chosen))
        records = recording.enabled and _tied(outputs, inputs)

        def rows_of(number: int) -> Any:
            out = outputs[number]
            rows = []
            for unit in units(out):
                cotangents = [unit if i == number else None for i in range(len(outputs))]
                rows.append(_pulled_back(outputs, cotangents, inputs, records))
            found = iter(
                [stacked([row[i] for row in rows], 0, (*out.shape, *t.shape), t) for i, t in enumerate(inputs)]
            )
            return _by_argnums(argnums, [_rebuilt(part, found) for part in chosen])

        result = _rebuilt(output, iter([rows_of(i) for i in range(len(outputs))]))
        return (result, _released(aux, inputs)) if has_aux else result

    return wrapper


# Forward mode


def _pushed_forward(
    func: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Tensor | None], has_aux: bool, where: str
) -> tuple[Any, Any, Any]:
    """The result of `func`, its tangent and the aux; `tangents` has one for each leaf of the primals, or None."""
    level = enter(Dual())
    try:
        given = iter(tangents)

        def dual(primal: Any) -> Any:
            tangent = next(given)
            return primal if tangent is None else dual_at(level, primal, tangent)

        output, aux = _with_aux(func(*[_map(dual, primal) for primal in primals]), has_aux, where)
        _only_tensors(output, where)
        taken = [unpack_at(level, leaf) for leaf in _leaves(output)]
        result = _rebuilt(output, iter([both.primal for both in taken]))
        tangent = _rebuilt(
            output,
            iter([Tensor(np.zeros_like(p._data)[()]) if t is None else t for p, t in taken]),
        )
        return result, tangent, _map(lambda leaf: unpack_at(level, leaf).primal, aux) if has_aux else None
    finally:
        leave(level)


def jvp(func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False) -> Any:
    """(func(*primals), its directional derivative along the tangents), computed in forward mode.

    With `has_aux`, `func` returns (result, aux), and aux is returned as well.
    RuntimeError: primals and tangents are not tuples of the same structure, or hold something that is no tensor.
    """
    where = "jvp(f, primals, tangents)"
    if not isinstance(primals, tuple):
        raise RuntimeError(f"{where}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals).")
    if _spec(primals) != _spec(tangents):
        raise RuntimeError(
            f"{where}: Expected primals and tangents to have the same python structure. For example, if primals is a "
            f"tuple of 3 tensors, tangents also must be. Got primals with structure {_spec(primals)} and tangents with "
            f"structure {_spec(tangents)}"
        )
    for what, values in (("primals", list(_leaves(primals))), ("tangents", list(_leaves(tangents)))):
        if not values:
            raise RuntimeError(f"{where}: Expected {what} to contain at least one Tensor.")
        for value in values:
            if not isinstance(value, Tensor):
                raise RuntimeError(f"{where}: Expected {what} to only contain Tensors, got {type(value)}")
    result, tangent, aux = _pushed_forward(func, primals, list(_leaves(tangents)), has_aux, where)
    return (result, tangent, aux) if has_aux else (result, tangent)


def jacfwd(
    func: Callable[..., Any], argnums: ArgNums = 0, has_aux: bool = False, *, randomness: str = "error"
) -> Callable[..., Any]:
    """The function that returns the Jacobian of `func`, of shape (*result's, *argument's), in forward mode."""
    _check_randomness(randomness)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        where = "jvp(f, primals, tangents)"
        positions = _positions(argnums, len(args))
        chosen = [args[i] for i in positions]
        inputs = list(_leaves(chosen))

        def partial(*values: Any) -> Any:
            return func(*_replaced(args, positions, values), **kwargs)

        output, aux = _with_aux(partial(*chosen), has_aux, where)
        outputs = _only_tensors(output, where)
        columns: list[list[list[Tensor]]] = []
        for number, value in enumerate(inputs):
            columns.append([])
            for unit in units(value):
                tangents = [unit if i == number else None for i in range(len(inputs))]
                _, tangent, _ = _pushed_forward(partial, chosen, tangents, has_aux, where)
                columns[-1].append(list(_leaves(tangent)))

        def block(number: int, out: Tensor) -> Any:
            found = iter(
                [
                    stacked([column[number] for column in columns[i]], -1, (*out.shape, *t.shape), out)
                    for i, t in enumerate(inputs)
                ]
            )
            return _by_argnums(argnums, [_rebuilt(part, found) for part in chosen])

        result = _rebuilt(output, iter([block(i, out) for i, out in enumerate(outputs)]))
        return (result, aux) if has_aux else result

    return wrapper


def hessian(func: Callable[..., Any], argnums: ArgNums = 0) -> Callable[..., Any]:
    """The function that returns the Hessian of `func`, of shape (*result's, *argument's, *argument's)."""
    return jacfwd(jacrev(func, argnums), argnums)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """(func(*primals), the function that takes tangents to the directional derivative there)."""

    def derivative(*tangents: Any) -> Any:
        return jvp(func, primals, tangents)[1]

    return func(*primals), derivative


# Mapping


def _check_randomness(randomness: str) -> None:
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
    _check_randomness(randomness)
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")
    name = getattr(func, "__name__", repr(func))

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        dims, count = _mapped(name, in_dims, args)
        rows = []
        for index in range(max(count, 1)):
            rows.append(func(*_at(args, dims, index), **kwargs))
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
    dims = _spread(in_dims, args)
    if dims is None:
        raise ValueError(
            f"{where}: in_dims is not compatible with the structure of `inputs`. in_dims has structure "
            f"{_spec(in_dims)} but inputs has structure {_spec(args)}."
        )
    lengths = []
    for i, (leaf, dim) in enumerate(zip(_leaves(args), dims, strict=True)):
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
            raise ValueError(
                f"{where}: Got in_dim={dim} for some input, but that input is a Tensor of dimensionality {leaf.ndim} "
                f"so expected in_dim to satisfy -{leaf.ndim} <= in_dim < {leaf.ndim}."
            )
        dims[i] = dim % leaf.ndim
        lengths.append(leaf.shape[dim])
    if not lengths:
        raise ValueError(f"{where}: at least one input must be mapped over")
    if len(set(lengths)) > 1:
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{lengths} for the mapped dimension"
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

    parts = [part(leaf, dim) for leaf, dim in zip(_leaves(args), dims, strict=True)]
    return _rebuilt(args, iter(parts))


def _gathered(name: str, out_dims: Any, rows: Sequence[Any], count: int) -> Any:
    """The results for each index, stacked. ValueError: `out_dims` does not match them, or one is no tensor."""
    first = rows[0]
    if any(leaf is not None and not isinstance(leaf, int) for leaf in _leaves(out_dims)):
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints "
            "representing where in the outputs the vmapped dimension should appear."
        )
    single = isinstance(first, Tensor) and isinstance(out_dims, (tuple, list)) and len(out_dims) == 1
    dims = list(out_dims) if single else _spread(out_dims, first)
    if dims is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of "
            f"`outputs`. out_dims has structure {_spec(out_dims)} but outputs has structure {_spec(first)}."
        )
    columns = zip(*[list(_leaves(row)) for row in rows], strict=True)
    return _rebuilt(first, iter([_joined(name, dim, column, count) for dim, column in zip(dims, columns, strict=True)]))


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
    return joined if count else _emptied(joined, dim)


def _emptied(tensor: Tensor, dim: int) -> Tensor:
    """The tensor with no index left along a dimension."""
    return Tensor(np.take(tensor._data, [], axis=dim))
