"""How an operation traced for one row is computed for many rows at once.

A value that varies from row to row has the row axis last: what are scalars in a row are vectors of a block's rows, and
operations that work element by element broadcast as they did. Reductions and changes of shape keep away from that
axis; an operation that is not known here runs row by row.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..table.record import Primitive
from .program import Constant, Equation, Variable, substituted, thawed, variables_in

_UFUNCS: dict[Any, np.ufunc] = {
    operator.add: np.add,
    operator.sub: np.subtract,
    operator.mul: np.multiply,
    operator.truediv: np.true_divide,
    operator.neg: np.negative,
    operator.lt: np.less,
    operator.le: np.less_equal,
    operator.gt: np.greater,
    operator.ge: np.greater_equal,
    operator.eq: np.equal,
    operator.ne: np.not_equal,
    np.abs: np.absolute,
}
# Operations that leave the elements in their order: the row axis stays last through a reshape.
_RESHAPES = ("alias", "clone", "view", "unsafe_view", "reshape_alias", "squeeze", "unsqueeze")
# Operations that compute nothing: each element of the result is one of an operand, or zero.
_MOVES = (
    *_RESHAPES,
    *("expand", "permute", "t", "select", "slice", "flip", "transpose", "stack", "cat"),
    *("select_backward", "slice_backward"),
)
# Operations along the dimensions that they are given as `dim`, `dims`, or two of them.
_ALONG = (
    *("sum", "mean", "prod", "amax", "amin", "var", "std", "logsumexp", "softmax", "log_softmax", "cumsum", "cumprod"),
    *("linalg_vector_norm", "select", "slice", "flip", "transpose", "sort", "max", "min", "median", "gather"),
    *("select_backward", "slice_backward", "value_selecting_reduction_backward", "stack", "cat"),
    *("scatter", "scatter_add", "nansum", "logcumsumexp", "cummax", "cummin"),
)
# Operations on matrices that take many of them at once, if they come first.
_BATCHED = (
    *("tril", "triu", "linalg_inv_ex", "linalg_det", "linalg_slogdet", "linalg_cholesky_ex", "linalg_eigh"),
    *("linalg_qr", "linalg_svd", "linalg_solve_ex", "linalg_solve_triangular", "linalg_pinv", "linalg_matrix_exp"),
    "cofactor",
)
_DIMENSIONS = ("dim", "dims", "dim0", "dim1")
_WHOLE: dict[str, Callable[..., Any]] = {
    "sum": np.add.reduce,
    "prod": np.multiply.reduce,
    "mean": lambda x, axis: np.add.reduce(x, axis=axis) / x.dtype.type(x.shape[axis]),
    "max": np.maximum.reduce,
    "min": np.minimum.reduce,
}


class Kernel(NamedTuple):
    """An operation over the rows of a block: `function` takes the operands, in the order of `operands`.

    With `fills`, it takes the array to write its result to as well, as `out`, and that may be one of the operands where
    `overlaps`. With `aligned`, operands that are the same in all rows get a row axis of size 1 (else none).
    """

    function: Callable[..., Any]
    operands: tuple[Any, ...]
    fills: bool = False
    overlaps: bool = False
    aligned: bool = True


def kernel(equation: Equation, varying: Callable[[Variable], bool], exact: bool = False) -> Kernel:
    """The kernel of an equation, some of whose arguments vary; with `exact`, one that rounds as each row by itself."""
    primitive = equation.primitive
    if exact and not rounds_alike(equation):
        return row_by_row(equation, varying)
    arguments = equation.arguments
    if is_elementwise(primitive):
        return _elementwise(primitive, arguments, exact)
    places = _places(primitive, arguments)
    if places is not None:
        operands = tuple(arguments[0]) if primitive.variadic else tuple(arguments[i] for i in places)
        lowered = _lowered(equation, operands, places)
        if lowered is not None:
            return Kernel(_with_rows(lowered, operands, varying), operands, aligned=False)
    return row_by_row(equation, varying)


def _places(primitive: Primitive, arguments: Sequence[Any]) -> list[int] | None:
    """Which arguments are tensors; None where one is hidden in a tuple of others."""
    places: list[int] = []
    for i, argument in enumerate(arguments):
        if isinstance(argument, Variable) or (
            isinstance(argument, Constant) and (i < primitive.tensors or argument.shape)
        ):
            places.append(i)
        elif not (primitive.variadic and i == 0) and any(True for _ in variables_in(argument)):
            return None
    return places


def is_elementwise(primitive: Primitive) -> bool:
    """Whether each element of the result depends on the elements in the same place of the operands alone."""
    return primitive.elementwise or primitive.name in ("to_copy", "masked_fill")


def rounds_alike(equation: Equation) -> bool:
    """Whether many rows at once are rounded as each by itself: sums may have another order, and so may `**`."""
    name = equation.primitive.name
    if name == "pow":
        return not all(isinstance(argument, Variable) for argument in equation.arguments)
    return name in _MOVES or is_elementwise(equation.primitive)


def _elementwise(primitive: Primitive, arguments: tuple[Any, ...], exact: bool) -> Kernel:
    forward = primitive.forward
    ufunc = forward if isinstance(forward, np.ufunc) else _UFUNCS.get(forward)
    if ufunc is not None and ufunc.nin == len(arguments):
        return Kernel(ufunc, arguments, fills=True, overlaps=True)
    if primitive.name == "where":
        return Kernel(_choose_into, arguments, fills=True)
    if primitive.name == "pow" and len(arguments) == 2 and type(arguments[1]) in (int, float):
        power = _POWERS.get(arguments[1])
        if power is not None and _is_floating(arguments[0]) and not (exact and arguments[1] > 2):
            return Kernel(power, arguments[:1], fills=True)
    places = _places(primitive, arguments) or []
    template = [thawed(argument) for argument in arguments]

    def run(*values: Any) -> Any:
        given = list(template)
        for place, value in zip(places, values, strict=True):
            given[place] = value
        return forward(*given)

    return Kernel(run, tuple(arguments[i] for i in places))


def _is_floating(argument: Any) -> bool:
    return isinstance(argument, Variable) and argument.dtype.startswith("float")


def _choose_into(condition: Any, x: Any, y: Any, out: Any) -> Any:
    np.copyto(out, y)
    np.copyto(out, x, where=condition if condition.dtype == np.bool_ else condition != 0)


def _cube_into(x: Any, out: Any) -> Any:
    np.multiply(x, x, out)
    np.multiply(out, x, out)


def _fourth_power_into(x: Any, out: Any) -> Any:
    np.multiply(x, x, out)
    np.multiply(out, out, out)


# Products are many times faster than NumPy's power, and exact where that is, or as near.
_POWERS: dict[float, Callable[..., Any]] = {
    -1: lambda x, out: np.true_divide(1.0, x, out),
    2: lambda x, out: np.multiply(x, x, out),
    3: _cube_into,
    4: _fourth_power_into,
}


def _lowered(equation: Equation, operands: Sequence[Any], places: list[int]) -> Callable[..., Any] | None:
    """The function of operands with a row axis that does what the operation does in each row; None: it has none."""
    primitive = equation.primitive
    name = primitive.name
    rank = len(_shape(operands[0]))
    shape = equation.results[0].shape
    if name in _PRODUCTS and len(places) == 2:
        return _PRODUCTS[name]
    if name in _ALONG and (rank or name == "stack") and set(_DIMENSIONS).intersection(primitive.arguments):
        return _along(equation, places, rank)
    if name in _BATCHED and all(len(_shape(operand)) == 2 for operand in operands):
        return _batched(equation, places)
    if places != [0]:
        return None
    if name in _RESHAPES:
        return lambda x: x.reshape(*shape, x.shape[-1])
    if name == "expand":
        return lambda x: np.broadcast_to(x, (*shape, x.shape[-1]))
    if name == "permute":
        dims = (*(d % rank for d in equation.arguments[1]), rank)
        return lambda x: np.transpose(x, dims)
    if name == "t":
        return (lambda x: np.swapaxes(x, 0, 1)) if rank == 2 else (lambda x: x)
    if name == "index":
        indices = thawed(equation.arguments[1])
        return lambda x: x[indices]
    if name in _WHOLE and not shape and not set(_DIMENSIONS).intersection(primitive.arguments):
        reduce, dtype = _WHOLE[name], equation.results[0].dtype
        return lambda x: reduce(x.reshape(-1, x.shape[-1]).astype(dtype, copy=False), axis=0)
    return None


def _along(equation: Equation, places: list[int], rank: int) -> Callable[..., Any]:
    """An operation along dimensions, with these counted from the front and all named."""
    primitive = equation.primitive
    forward = primitive.forward
    parameters = dict(zip(primitive.arguments, equation.arguments, strict=True))
    if "shape" in parameters:
        # The gradient of a part: the dimensions are those of the whole.
        rank = len(parameters["shape"])
    elif primitive.name == "stack":
        rank += 1
    template = [_counted(v, rank) if n in _DIMENSIONS else thawed(v) for n, v in parameters.items()]

    def run(*values: Any) -> Any:
        if primitive.variadic:
            return forward(list(values), *template[1:])
        given = [
            (*value, values[0].shape[-1]) if name == "shape" else value
            for name, value in zip(parameters, template, strict=True)
        ]
        for place, value in zip(places, values, strict=True):
            given[place] = value
        return forward(*given)

    return run


def _batched(equation: Equation, places: list[int]) -> Callable[..., Any]:
    """An operation on matrices, with the rows as its batch."""
    primitive = equation.primitive
    template = [thawed(argument) for argument in equation.arguments]

    def run(*values: Any) -> Any:
        given = list(template)
        for place, value in zip(places, values, strict=True):
            given[place] = _first(value)
        results = primitive.forward(*given)
        return [_last(result) for result in results] if primitive.outputs else _last(results)

    return run


def _counted(dim: Any, rank: int) -> Any:
    if isinstance(dim, int):
        return dim % max(rank, 1)
    return tuple(d % rank for d in dim) if dim else tuple(range(rank))


def _first(x: Any) -> Any:
    return np.moveaxis(x, -1, 0)


def _last(x: Any) -> Any:
    return np.moveaxis(x, 0, -1)


_PRODUCTS: dict[str, Callable[..., Any]] = {
    "dot": lambda x, y: np.add.reduce(x * y, axis=0),
    "mv": lambda x, y: np.add.reduce(x * y, axis=1),
    "mm": lambda x, y: _last(_first(x) @ _first(y)),
    "bmm": lambda x, y: _last(_first(x) @ _first(y)),
}


def _shape(argument: Any) -> tuple[int, ...]:
    return getattr(argument, "shape", ())


def _with_rows(
    function: Callable[..., Any], operands: Sequence[Any], varying: Callable[[Variable], bool]
) -> Callable[..., Any]:
    """The function with those of its operands that are the same in all rows repeated for each."""
    fixed = [i for i, operand in enumerate(operands) if not (isinstance(operand, Variable) and varying(operand))]
    if not fixed:
        return function
    one = next(i for i in range(len(operands)) if i not in fixed)

    def run(*values: Any) -> Any:
        rows = values[one].shape[-1]
        repeated = list(values)
        for i in fixed:
            value = np.asarray(values[i])
            repeated[i] = np.broadcast_to(value[..., None], (*value.shape, rows))
        return function(*repeated)

    return run


def row_by_row(equation: Equation, varying: Callable[[Variable], bool]) -> Kernel:
    """The kernel that calls an operation for each row by itself; its operands are the equation's variables.

    Where the operation fails, the result is nan (0 where the dtype has none).
    """
    primitive = equation.primitive
    variables = tuple(dict.fromkeys(equation.variables()))
    arguments = [thawed(argument) for argument in equation.arguments]
    results = equation.results
    vary = [varying(variable) for variable in variables]

    def run(*values: Any) -> Any:
        rows = next(value.shape[-1] for value, varies in zip(values, vary, strict=True) if varies)
        outs = [np.full((*r.shape, rows), math.nan if r.dtype.startswith("float") else 0, r.dtype) for r in results]
        for i in range(rows):
            row = {
                # In one piece, as a value of its own would be: NumPy adds up the elements of others in another order.
                variable: np.array(value[..., i])[()] if varies else value
                for variable, value, varies in zip(variables, values, vary, strict=True)
            }
            try:
                out = primitive.forward(*[substituted(argument, row) for argument in arguments])
            except (ArithmeticError, IndexError, RuntimeError, TypeError, ValueError):
                continue
            for whole, part in zip(outs, out if primitive.outputs else (out,), strict=True):
                whole[..., i] = part
        return outs if primitive.outputs else outs[0]

    return Kernel(run, variables, aligned=False)
