"""Operations of an engine program as calls of functions of the language: what has no other spelling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...engine.program.program import Constant, Equation, Variable
from ...engine.table.nodes import MANY
from ...engine.table.record import Operation
from ...engine.table.registry import FUNCTIONS
from .canonical import Algebra
from .formulas import formula
from .matrices import Matrices
from .notation import ELEMENT, KEYWORD, LIST, RESULT, SLICE
from .shapes import Shape, is_floating, size_of
from .terms import raw_call, symbol

# Whose results have no names in PyTorch.
_UNNAMED = ("std_mean", "var_mean")
# How an operation is carried out, which changes nothing.
_INTERNAL = ("check", "name", "driver", "stable", "sorted")


def called(algebra: Algebra, equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """The operation as a call, for each of its results where it has several. None: there is no such function.

    The operands are made to have just the arrays that they have in the program.
    """
    primitive = equation.primitive
    count = primitive.tensors
    operands = [
        _operand(algebra, argument, given, arrays)
        for argument, given in zip(arguments[:count], equation.arguments, strict=False)
    ]
    if any(operand is None for operand in operands):
        return None
    others = zip(primitive.arguments[count:], arguments[count:], equation.arguments[count:], strict=True)
    parameters = {
        name: _operand(algebra, value, given, arrays) if isinstance(given, (Variable, Constant)) else value
        for name, value, given in others
        if name not in _INTERNAL
    }
    shape = equation.results[0].shape
    if primitive.name in _SPELLINGS:
        made = _SPELLINGS[primitive.name](algebra, equation, operands, parameters, arrays)
        return None if made is None else algebra.recorded(arrays, made, shape)
    name = primitive.function or primitive.name
    if name not in FUNCTIONS:
        return None
    # Of a single number, or beside one that it could be compared with, a dimension is given by name.
    function = FUNCTIONS[name]
    if "dim" in function.assumed and len(shape) == 1:
        parameters["dim"] = 0
    by_name = function.of_two is not None or (function.along and size_of(equation.arguments[0]) == ())
    values = _given(algebra, function, None if by_name else count, parameters)
    if values is None:
        return None
    whole = raw_call(name, (*operands, *values))
    if not primitive.outputs or "info" in primitive.outputs:
        return algebra.recorded(arrays, whole, shape)
    named = () if primitive.name in _UNNAMED or primitive.outputs == MANY else primitive.outputs
    keys = [symbol(n) for n in named] if named else map(algebra.read, range(len(equation.results)))
    results = [raw_call(RESULT, (whole, key)) for key in keys]
    return tuple(algebra.recorded(arrays, term, r.shape) for term, r in zip(results, equation.results, strict=True))


def _operand(algebra: Algebra, argument: Any, given: Any, arrays: Matrices) -> Any:
    """An operand with its shape in the program; a sequence of them as a list."""
    if isinstance(given, (Variable, Constant)):
        return algebra.fitted(arrays, argument, size_of(given), is_floating(given))
    if type(argument) is not tuple:
        return argument
    items = tuple(_operand(algebra, item, own, arrays) for item, own in zip(argument, given, strict=True))
    return None if None in items else raw_call(LIST, items)


def _given(algebra: Algebra, function: Operation, place: int | None, parameters: dict[str, Any]) -> list[Any] | None:
    """The arguments after the operands, from a place on as long as none is left out, then by name.

    None: one of them cannot be written, or the function lacks it.
    """
    places = function.arguments
    optional = places[len(places) - len(function.defaults) :]
    defaults = dict(zip(optional, function.defaults, strict=True)) | function.keywords
    values: list[Any] = []
    for name, value in parameters.items():
        if name not in places and name not in defaults and not function.takes_many:
            return None
        if name in defaults and type(defaults[name]) is type(value) and defaults[name] == value:
            place = None
            continue
        if (term := _parameter(algebra, value)) is None:
            return None
        is_next = place is not None and (function.takes_many or places[place : place + 1] == (name,))
        place = place + 1 if place is not None and is_next else None
        values.append(term if is_next else raw_call(KEYWORD, (symbol(name), term)))
    return values


def _parameter(algebra: Algebra, value: Any) -> Any:
    """A parameter as an expression. None: it cannot be written."""
    if value is None or isinstance(value, bool):
        return symbol(str(value))
    if isinstance(value, (int, float)):
        return algebra.read(value)
    if type(value) in (tuple, list):
        items = tuple(_parameter(algebra, item) for item in value)
        return None if None in items else raw_call(LIST, items)
    return None if isinstance(value, (str, slice, Constant)) else value


Spelling = Callable[[Algebra, Equation, list[Any], dict[str, Any], Matrices], Any]


def _zeros(algebra: Algebra, shape: Shape, arrays: Matrices) -> Any:
    return algebra.fitted(arrays, algebra.read(0), shape, True)


def _into_zeros(name: str) -> Spelling:
    """What puts an array into one of zeros."""

    def spell(algebra: Algebra, equation: Equation, operands: Any, parameters: dict[str, Any], arrays: Matrices) -> Any:
        places = [_parameter(algebra, value) for key, value in parameters.items() if key != "shape"]
        zeros = _zeros(algebra, equation.results[0].shape, arrays)
        if 0 in size_of(equation.arguments[0]):
            return zeros
        return raw_call(name, (zeros, *operands, *places))

    return spell


def _padded(algebra: Algebra, equation: Equation, operands: Any, parameters: dict[str, Any], arrays: Matrices) -> Any:
    """What puts a part without gaps between zeros; None: it has gaps, or is of an array that has no elements."""
    before, after = size_of(equation.arguments[0]), equation.results[0].shape
    dim, start, step = (parameters[name] for name in ("dim", "start", "step"))
    if step not in (None, 1) or 0 in before:
        return _into_zeros("slice_scatter")(algebra, equation, operands, parameters, arrays)
    start = start or 0
    sizes = [0, 0] * (len(after) - 1 - dim) + [start, after[dim] - start - before[dim]] + [0, 0] * dim
    return raw_call("pad", (*operands, _parameter(algebra, sizes)))


def _slice(algebra: Algebra, equation: Equation, operands: Any, parameters: dict[str, Any], arrays: Matrices) -> Any:
    dim, start, stop, step = (parameters[name] for name in ("dim", "start", "stop", "step"))
    # Near the end, a place is counted from there.
    count = size_of(equation.arguments[0])[dim]
    start, stop = (n - count if n is not None and count > n > count - n else n for n in (start, stop))
    bounds = slice(start or None, None if stop is None or stop >= count else stop, None if step == 1 else step)
    if bounds == slice(None):
        return operands[0]
    return raw_call(ELEMENT, (*operands, *[_key(algebra, slice(None))] * dim, _key(algebra, bounds)))


def _index(algebra: Algebra, equation: Equation, operands: Any, parameters: dict[str, Any], arrays: Matrices) -> Any:
    keys = [_key(algebra, key) for key in parameters["indices"]]
    return None if None in keys else raw_call(ELEMENT, (*operands, *keys))


def _key(algebra: Algebra, key: Any) -> Any:
    """A part of an index as an expression. None: it is known only when the program runs."""
    if isinstance(key, slice):
        return raw_call(SLICE, tuple(_parameter(algebra, n) for n in (key.start, key.stop, key.step)))
    if isinstance(key, Constant):
        return _parameter(algebra, key.array().tolist())
    return algebra.read(key) if isinstance(key, int) else None


def _index_backward(
    algebra: Algebra, equation: Equation, operands: Any, parameters: dict[str, Any], arrays: Matrices
) -> Any:
    """The elements added to zeros, at places among all elements in order."""
    indices = [key.array() if isinstance(key, Constant) else key for key in parameters["indices"]]
    if not all(isinstance(key, (np.ndarray, np.integer, slice, int)) for key in indices):
        return None
    shape = equation.results[0].shape
    count = int(np.prod(shape))
    places = np.arange(count).reshape(shape)[tuple(indices)].ravel()
    (every,) = operands
    if len(size_of(equation.arguments[0])) != 1:
        every = raw_call("reshape", (every, _parameter(algebra, [places.size])))
    zeros = _zeros(algebra, (count,), arrays)
    added = raw_call("index_add", (zeros, algebra.read(0), _parameter(algebra, places.tolist()), every))
    return raw_call("reshape", (added, _parameter(algebra, shape))) if len(shape) > 1 else added


def _formula(text: str, of_several: str = "") -> Spelling:
    """A formula in x and y of one matrix, and of several at once, if there is one."""

    def spell(algebra: Algebra, equation: Equation, operands: Any, parameters: dict[str, Any], arrays: Matrices) -> Any:
        own = text if len(equation.results[0].shape) == 2 else of_several
        return formula(own)(algebra, dict(zip("xy", operands, strict=False))) if own else None

    return spell


_SPELLINGS: dict[str, Spelling] = {
    "slice": _slice,
    "index": _index,
    "select_backward": _into_zeros("select_scatter"),
    "slice_backward": _padded,
    "diagonal_backward": _into_zeros("diagonal_scatter"),
    "index_backward": _index_backward,
    "cofactor": _formula("det(x)*inverse(x).T", "det(x)[..., None, None]*inverse(x).mT"),
    "cofactor_change": _formula("det(y)*(trace(inverse(y) @ x)*inverse(y) - inverse(y) @ x @ inverse(y)).T"),
    "new_zeros": lambda algebra, equation, operands, parameters, arrays: _zeros(
        algebra, equation.results[0].shape, arrays
    ),
}
