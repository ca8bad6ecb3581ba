"""The functions of `torch.func` that make of a function its derivative. They nest in any order.

An argument or result may be a tensor or any nesting of tuples, lists and dictionaries of them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..graph.node import AccumulateGrad
from ..graph.saved import packing
from ..graph.transforms import Level, Transformed, carry_over, inside_function
from ..primitives.reshaping import view_primitive
from ..tensors.errors import shape_error
from ..tensors.modes import enable_grad, recording
from ..tensors.tensor import Tensor
from . import jacobians
from .batching import histories, stripped
from .captured import captured
from .forward_ad import pushed_forward
from .jacobians import filled, jacobian_columns, jacobian_rows
from .nesting import Nesting, leaves, mapped, outline, rebuilt, spec
from .passes import below
from .vmap import check_randomness

ArgNums = int | tuple[int, ...]
# A function of nestings of tensors that returns one.
Function = Callable[..., Nesting]

_IN_REVERSE = "vjp(f, *primals)"
_FORWARD = "jvp(f, primals, tangents)"


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
    leaf = tensor.detach()
    leaf._requires_grad = True
    carry_over(tensor, leaf)
    return leaf


def _end(inputs: Sequence[Tensor]) -> None:
    """Lets the leaves among our own inputs be of no interest any more: all that asked for a gradient has it."""
    for tensor in inputs:
        if tensor.is_leaf:
            tensor._requires_grad = False


def _tied(outputs: Sequence[Any], inputs: Sequence[Tensor]) -> bool:
    """Whether a graph leads from the outputs to a leaf that is not one of our own inputs, and still of interest."""
    own = {id(t) for t in inputs}
    _, ends = below([t._edge() for o in outputs if isinstance(o, Tensor) for t in histories(o)])
    leaves = [node.variable for node in ends if isinstance(node, AccumulateGrad)]
    return any(leaf._requires_grad and id(leaf) not in own for leaf in leaves)


def _released(results: Nesting, inputs: Sequence[Tensor]) -> Nesting:
    """Results without the history that only our own inputs gave them."""
    return mapped(lambda t: t if not isinstance(t, Tensor) or _tied([t], inputs) else stripped(t), results)


def _returned(results: Nesting, inputs: Sequence[Tensor]) -> Nesting:
    """As `_released`; without any history where nothing is recorded."""
    if recording.enabled:
        return _released(results, inputs)
    return mapped(lambda t: stripped(t) if isinstance(t, Tensor) else t, results)


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


def _by_argument(argnums: ArgNums, chosen: Sequence[Nesting], found: Sequence[Any]) -> Nesting:
    """Something for each leaf of the chosen arguments, nested as they are: in a tuple if several may be chosen."""
    each = iter(found)
    parts = tuple(rebuilt(argument, each) for argument in chosen)
    return parts[0] if isinstance(argnums, int) else parts


def _with_aux(result: Any, has_aux: bool, where: str) -> tuple[Any, Any]:
    """What a function returned, taken apart into its output and what it returned beside."""
    if not has_aux:
        return result, None
    if not (isinstance(result, tuple) and len(result) == 2):
        raise RuntimeError(f"{where}: output of function f should be a tuple: (output, aux) if has_aux is True")
    for leaf in leaves(result[1]):
        if not isinstance(leaf, Tensor):
            raise RuntimeError(f"Expected tensors, got unsupported type {type(leaf)}")
    return result


def _only_tensors(output: Nesting, where: str) -> list[Tensor]:
    found = list(leaves(output))
    if not found or output is None:
        raise RuntimeError(f"{where}: Expected f to be a function that has non-empty output (got output = {found})")
    for leaf in found:
        if not isinstance(leaf, Tensor):
            raise RuntimeError(
                f"{where}: expected f(*primals) to return only tensors, got unsupported type {type(leaf)}"
            )
    return found


def _check_no_hooks() -> None:
    if packing.hooks:
        raise RuntimeError(
            "torch.func.{grad, vjp, jacrev, hessian} don't yet support saved tensor hooks. Please open an issue with "
            "your use case."
        )


def _run_tracked(
    func: Function, argnums: ArgNums, args: Sequence[Any], kwargs: dict[str, Any], has_aux: bool, where: str
) -> tuple[list[Nesting], list[Tensor], Any, Any]:
    """The chosen arguments to differentiate with respect to, their leaves, and the output and aux of a call on them."""
    positions = _positions(argnums, len(args))
    with enable_grad():
        chosen = [mapped(_tracked, args[i]) for i in positions]
        _check_no_hooks()
        with inside_function(Transformed(captured(func))):
            returned = func(*_replaced(args, positions, chosen), **kwargs)
    return chosen, list(leaves(chosen)), *_with_aux(returned, has_aux, where)


def grad_and_value(func: Function, argnums: ArgNums = 0, has_aux: bool = False) -> Function:
    """The function that returns the gradient of `func`, whose result is one number, and that result.

    The gradient is with respect to argument `argnums`, or is a tuple of gradients for several. With `has_aux`, `func`
    returns (result, aux), and (result, aux) takes the result's place.
    """

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        where = "grad_and_value(f)(*args)"
        chosen, inputs, output, aux = _run_tracked(func, argnums, args, kwargs, has_aux, where)
        if not isinstance(output, Tensor):
            raise RuntimeError(f"{where}: Expected f(*args) to return a Tensor, got {type(output)}")
        if output.ndim:
            raise RuntimeError(
                f"{where}: Expected f(*args) to return a scalar Tensor, got tensor with {output.ndim} dims. Maybe you "
                "wanted to use the vjp or jacrev APIs instead?"
            )
        records = recording.enabled and _tied([output], inputs)
        found = _released(jacobians.vjp([output], inputs, None, records), inputs)
        value = _returned((output, aux) if has_aux else output, inputs)
        _end(inputs)
        return _by_argument(argnums, chosen, found), value

    return wrapper


def grad(func: Function, argnums: ArgNums = 0, has_aux: bool = False) -> Function:
    """The function that returns the gradient of `func`; with `has_aux`, (gradient, aux). See `grad_and_value`."""
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        gradient, value = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return wrapper


def vjp(func: Function, *primals: Any, has_aux: bool = False) -> Any:
    """(func(*primals), pull-back): the pull-back takes cotangents shaped as the result to a tuple, one per primal.

    With `has_aux`, `func` returns (result, aux), and (result, pull-back, aux) is returned.
    """
    with enable_grad():
        tracked = [mapped(_tracked, primal) for primal in primals]
        _check_no_hooks()
        with inside_function(Transformed(captured(func))):
            output, aux = _with_aux(func(*tracked), has_aux, _IN_REVERSE)
    outputs = _only_tensors(output, _IN_REVERSE)
    inputs = list(leaves(tracked))
    tied = _tied(outputs, inputs)

    def pull_back(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        if outline(cotangents) != outline(output):
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
                f"function. cotangents: {outline(cotangents)}, primal output: {outline(output)}"
            )
        given = list(leaves(cotangents))
        for i, (o, c) in enumerate(zip(outputs, given, strict=True)):
            if c.shape != o.shape:
                raise shape_error(
                    f"Mismatch in shape: grad_output[{i}] has a shape of {c.shape} and output[{i}] has a shape of "
                    f"{o.shape}."
                )
        records = recording.enabled and (tied or any(c.requires_grad for c in given))
        found = _released(jacobians.vjp(outputs, inputs, given, records), inputs)
        return _by_argument(tuple(range(len(primals))), tracked, found)

    result = _returned(output, inputs)
    return (result, pull_back, _returned(aux, inputs)) if has_aux else (result, pull_back)


def jacrev(func: Function, argnums: ArgNums = 0, *, has_aux: bool = False, chunk_size: int | None = None) -> Function:
    """The function that returns the Jacobian of `func`, of shape (*result's, *argument's), in reverse mode."""
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        chosen, inputs, output, aux = _run_tracked(func, argnums, args, kwargs, has_aux, _IN_REVERSE)
        outputs = _only_tensors(output, _IN_REVERSE)
        records = recording.enabled and _tied(outputs, inputs)
        rows = [_released(jacobian_rows(out, inputs, records, chunk_size=chunk_size), inputs) for out in outputs]
        result = rebuilt(output, iter([_by_argument(argnums, chosen, row) for row in rows]))
        aux = _returned(aux, inputs)
        _end(inputs)
        return (result, aux) if has_aux else result

    return wrapper


class _Flat:
    """A function of nestings as one of their leaves, which returns the leaves of its output, then those of its aux.

    `output` and `aux` are what it returned last; `given` is the function as the user gave it.
    """

    def __init__(self, func: Function, primals: Sequence[Nesting], has_aux: bool, given: Function) -> None:
        self.func = func
        self.primals = primals
        self.has_aux = has_aux
        self.transformed = Transformed(captured(given))
        self.output: Nesting = None
        self.aux: Nesting = ()

    def __call__(self, *inputs: Any) -> list[Tensor]:
        each = iter(inputs)
        given = [rebuilt(primal, each) for primal in self.primals]
        with inside_function(self.transformed):
            returned = self.func(*given)
        self.output, aux = _with_aux(returned, self.has_aux, _FORWARD)
        self.aux = aux if self.has_aux else ()
        return [*_only_tensors(self.output, _FORWARD), *leaves(self.aux)]


def jvp(func: Function, primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False) -> Any:
    """(func(*primals), its directional derivative along the tangents), computed in forward mode.

    With `has_aux`, `func` returns (result, aux), and aux is returned as well.
    RuntimeError: primals and tangents are not tuples of the same structure, or hold something that is no tensor.
    """
    if not isinstance(primals, tuple):
        raise RuntimeError(f"{_FORWARD}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals).")
    if spec(primals) != spec(tangents):
        raise RuntimeError(
            f"{_FORWARD}: Expected primals and tangents to have the same python structure. For example, if primals is "
            f"a tuple of 3 tensors, tangents also must be. Got primals with structure {spec(primals)} and tangents "
            f"with structure {spec(tangents)}"
        )
    for what, values in (("primals", list(leaves(primals))), ("tangents", list(leaves(tangents)))):
        if not values:
            raise RuntimeError(f"{_FORWARD}: Expected {what} to contain at least one Tensor.")
        for value in values:
            if not isinstance(value, Tensor):
                raise RuntimeError(f"{_FORWARD}: Expected {what} to only contain Tensors, got {type(value)}")
    flat = _Flat(func, primals, has_aux, func)
    pushed = pushed_forward(flat, list(leaves(primals)), list(leaves(tangents)))
    if strict and any(tangent is None for _, tangent in pushed):
        raise RuntimeError(
            "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This is not allowed "
            "with strict=True."
        )
    values = iter([value for value, _ in pushed])
    result, aux = rebuilt(flat.output, values), rebuilt(flat.aux, values)
    tangent = rebuilt(flat.output, iter(filled([t for _, t in pushed], [value for value, _ in pushed])))
    return (result, tangent, aux) if has_aux else (result, tangent)


def jacfwd(func: Function, argnums: ArgNums = 0, has_aux: bool = False, *, randomness: str = "error") -> Function:
    """The function that returns the Jacobian of `func`, of shape (*result's, *argument's), in forward mode."""
    check_randomness(randomness)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        positions = _positions(argnums, len(args))
        chosen = [args[i] for i in positions]
        inputs = list(leaves(chosen))

        def partial(*values: Any) -> Any:
            return func(*_replaced(args, positions, values), **kwargs)

        flat = _Flat(partial, chosen, has_aux, func)
        # In PyTorch this is `jvp` mapped over the tangents.
        with inside_function(Transformed([], Level())):
            values, blocks = jacobian_columns(flat, inputs, randomness)
        result = rebuilt(flat.output, iter([_by_argument(argnums, chosen, block) for block in blocks]))
        aux = iter(values[len(list(leaves(flat.output))) :])
        return (result, rebuilt(flat.aux, aux)) if has_aux else result

    return wrapper


def hessian(func: Function, argnums: ArgNums = 0) -> Function:
    """The function that returns the Hessian of `func`, of shape (*result's, *argument's, *argument's)."""
    return jacfwd(jacrev(func, argnums), argnums)


def linearize(func: Function, *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """(func(*primals), the function that takes tangents to the directional derivative there)."""

    def derivative(*tangents: Any) -> Any:
        return jvp(func, primals, tangents)[1]

    return func(*primals), derivative
