"""How an operation traced for one row is computed for many rows at once.

A value that varies from row to row has the row axis last: what are scalars in a row are vectors of a block's rows, and
operations that work element by element broadcast as they did. Reductions and changes of shape keep away from that
axis; an operation that is not known here runs row by row.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any, NamedTuple

import numpy as np

from ..table.record import Operation
from ..tensors.aliases import Call
from .program import Constant, Equation, Variable, substituted, thawed, variables_in

# Errors in which an operation fails for one row; where somebody is told of them, by the number of the row in its block.
FAILURES = (ArithmeticError, IndexError, RuntimeError, TypeError, ValueError)
TOLD: ContextVar[Callable[[int, Exception], None] | None] = ContextVar("TOLD", default=None)

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


class Kernel(NamedTuple):
    """An operation over the rows of a block: `function` takes the operands, in the order of `operands`.

    With `fills`, it takes the array to write its result to as well, as `out`, and that may be one of the operands where
    `overlaps`. With `aligned`, operands that are the same in all rows get a row axis of size 1 (else none).
    """

    function: Call
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
    if primitive.elementwise:
        return _elementwise(primitive, arguments, exact)
    places = _places(primitive, arguments)
    if places is not None:
        operands = tuple(arguments[0]) if primitive.variadic else tuple(arguments[i] for i in places)
        lowered = _lowered(equation, operands, places)
        if lowered is not None:
            return Kernel(_with_rows(lowered, operands, varying), operands, aligned=False)
    return row_by_row(equation, varying)


def _places(primitive: Operation, arguments: Sequence[Any]) -> list[int] | None:
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


def rounds_alike(equation: Equation) -> bool:
    """Whether many rows at once are rounded as each by itself: sums may have another order, and so may `**`."""
    primitive = equation.primitive
    if primitive.name == "pow":
        return not all(isinstance(argument, Variable) for argument in equation.arguments)
    return primitive.elementwise or bool(primitive.moves)


def _elementwise(primitive: Operation, arguments: tuple[Any, ...], exact: bool) -> Kernel:
    forward = primitive.forward
    ufunc = forward if isinstance(forward, np.ufunc) else _UFUNCS.get(forward)
    if ufunc is not None and ufunc.nin == len(arguments):
        return Kernel(ufunc, arguments, fills=True, overlaps=True)
    if callable(primitive.rows):
        return Kernel(primitive.rows, arguments, fills=True)
    if primitive.name == "pow" and len(arguments) == 2 and type(arguments[1]) in (int, float):
        power = _POWERS.get(arguments[1])
        if power is not None and _is_floating(arguments[0]) and not (exact and arguments[1] > 2):
            return Kernel(power, arguments[:1], fills=True)
    places = _places(primitive, arguments) or []
    run = _called(forward, [thawed(argument) for argument in arguments], places)
    return Kernel(run, tuple(arguments[i] for i in places))


def _is_floating(argument: Any) -> bool:
    return isinstance(argument, Variable) and argument.dtype.startswith("float")


# Products are many times faster than NumPy's power, and exact where that is, or as near.
_POWERS: dict[float, Call] = {
    -1: lambda x, out: np.true_divide(1.0, x, out),
    2: lambda x, out: np.multiply(x, x, out),
    3: lambda x, out: np.multiply(np.multiply(x, x, out), x, out),
    4: lambda x, out: np.multiply(np.multiply(x, x, out), out, out),
}


def _lowered(equation: Equation, operands: Sequence[Any], places: list[int]) -> Call | None:
    """The function of operands with a row axis that does what the operation does in each row; None: it has none."""
    primitive = equation.primitive
    shape = equation.results[0].shape
    template = [thawed(argument) for argument in equation.arguments]
    if callable(primitive.rows) and (primitive.variadic or places == list(range(primitive.tensors))):
        return _called(primitive.rows, template, None if primitive.variadic else places)
    if primitive.rows == "dimensions" and _shape(operands[0]):
        return _along(primitive, template, operands[0].shape, places)
    if primitive.rows == "matrices" and all(len(_shape(operand)) == 2 for operand in operands):
        run = _called(primitive.forward, template, places)

        def batched(*values: Any) -> Any:
            results = run(*[np.moveaxis(value, -1, 0) for value in values])
            several = isinstance(results, (tuple, list))
            return [np.moveaxis(r, 0, -1) for r in results] if several else np.moveaxis(results, 0, -1)

        return batched
    if places == [0] and primitive.moves == "order":
        return lambda x: x.reshape(*shape, x.shape[-1])
    if places == [0] and primitive.moves == "repeated":
        return lambda x: np.broadcast_to(x, (*shape, x.shape[-1]))
    return None


def _called(function: Call, template: Sequence[Any], places: list[int] | None) -> Call:
    """A function of an operation's arguments as one of its operands, which are in these places (None: in a list)."""

    def run(*values: Any) -> Any:
        if places is None:
            return function(list(values), *template[1:])
        given = list(template)
        for place, value in zip(places, values, strict=True):
            given[place] = value
        return function(*given)

    return run


def _along(primitive: Operation, template: list[Any], shape: tuple[int, ...], places: list[int]) -> Call:
    """An operation along dimensions of an operand of this shape, with these counted from the front and all named."""
    forward = primitive.forward
    if "shape" in primitive.arguments:
        # The gradient of a part: the dimensions are those of the whole, which has as many rows.
        place = primitive.arguments.index("shape")
        shape = template[place]

        def forward(x: Any, *others: Any) -> Any:
            given = [x, *others]
            given[place] = (*shape, x.shape[-1])
            return primitive.forward(*given)

    for name in primitive.dimensions:
        place_of = primitive.arguments.index(name)
        template[place_of] = _counted(template[place_of], len(shape))
    return _called(forward, template, None if primitive.variadic else places)


def _counted(dim: Any, rank: int) -> Any:
    if isinstance(dim, int):
        return dim % rank
    return tuple(d % rank for d in dim) if dim else tuple(range(rank))


def _shape(argument: Any) -> tuple[int, ...]:
    return getattr(argument, "shape", ())


def _with_rows(function: Call, operands: Sequence[Any], varying: Callable[[Variable], bool]) -> Call:
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

    Where the operation fails, the result is nan (0 where the dtype has none), and who is `TOLD` is told.
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
            except FAILURES as error:
                if (tell := TOLD.get()) is not None:
                    tell(i, error)
                continue
            for whole, part in zip(outs, out if primitive.outputs else (out,), strict=True):
                whole[..., i] = part
        return outs if primitive.outputs else outs[0]

    return Kernel(run, variables, aligned=False)
