"""Operations of an engine program as calls of functions of the language: what has no other spelling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...engine.nodes import MANY
from ...engine.primitive import FUNCTIONS, Function
from ...engine.program.program import Equation
from .expression import ZERO, Term, multiply, number, raw_call, symbol
from .shapes import ELEMENT, LIST, RESULT, Shape, Shapes, is_floating, numbers, size_of
from .shapes import named as named_argument

# Functions that have another name than their operation.
_NAMES = {
    "alias": "clone",
    "reshape_alias": "reshape",
    "unsafe_view": "reshape",
    "view": "reshape",
    "linalg_vector_norm": "vector_norm",
    "special_xlog1py": "xlog1py",
    "special_zeta": "zeta",
    "linalg_inv_ex": "inverse",
    "linalg_solve_ex": "solve",
    "linalg_solve_triangular": "solve_triangular",
    "linalg_pinv": "pinv",
    "linalg_lstsq": "lstsq",
    "linalg_det": "det",
    "linalg_slogdet": "slogdet",
    "linalg_cholesky_ex": "cholesky",
    "linalg_eigh": "eigh",
    "linalg_householder_product": "householder_product",
    "linalg_matrix_exp": "matrix_exp",
    "constant_pad_nd": "pad",
}
# Of these, the one result that counts is that of the function.
_WITH_INFO = ("linalg_inv_ex", "linalg_solve_ex", "linalg_cholesky_ex")
# Whose results have no names in PyTorch.
_UNNAMED = ("std_mean", "var_mean")
# How an operation is carried out, which changes nothing.
_INTERNAL = ("check", "name", "driver", "stable", "sorted")


def called(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """The operation as a call, for each of its results where it has several. None: there is no such function.

    The operands are made to have just the shapes that they have in the program.
    """
    primitive = equation.primitive
    operands = [
        _operand(argument, given, shapes)
        for argument, given in zip(arguments[: primitive.tensors], equation.arguments, strict=False)
    ]
    if any(operand is None for operand in operands):
        return None
    rest = arguments[primitive.tensors :]
    parameters = dict(zip(primitive.arguments[primitive.tensors :], rest, strict=True))
    parameters = {name: value for name, value in parameters.items() if name not in _INTERNAL}
    shape = equation.results[0].shape
    if primitive.name in _SPELLINGS:
        made = _SPELLINGS[primitive.name](operands, parameters, shape, shapes)
        return None if made is None else shapes.record(made, shape)
    name = _NAMES.get(primitive.name, primitive.name)
    if name not in FUNCTIONS:
        return None
    values = _given(FUNCTIONS[name], primitive.tensors, parameters)
    if values is None:
        return None
    whole = raw_call(name, (*operands, *values))
    if not primitive.outputs or primitive.name in _WITH_INFO:
        return shapes.record(whole, shape)
    named = () if primitive.name in _UNNAMED or primitive.outputs == MANY else primitive.outputs
    keys = map(symbol, named) if named else map(number, range(len(equation.results)))
    results = [raw_call(RESULT, (whole, key)) for key in keys]
    return tuple(shapes.record(term, r.shape) for term, r in zip(results, equation.results, strict=True))


def _operand(argument: Any, given: Any, shapes: Shapes) -> Term | None:
    """An operand with its shape in the program; a sequence of them as a list."""
    if argument is None:
        return None
    if type(argument) is tuple:
        items = [_operand(item, own, shapes) for item, own in zip(argument, given, strict=True)]
        return None if any(item is None for item in items) else raw_call(LIST, tuple(i for i in items if i is not None))
    return shapes.fitted(argument, size_of(given), is_floating(given))


def _given(function: Function, count: int, parameters: dict[str, Any]) -> list[Term] | None:
    """The arguments after the operands, by place as long as none is left out, then by name.

    None: one of them cannot be written, or the function lacks it.
    """
    places = function.parameters
    optional = places[len(places) - len(function.parameter_defaults) :]
    defaults = dict(zip(optional, function.parameter_defaults, strict=True))
    defaults |= function.keywords
    values: list[Term] = []
    place: int | None = count
    for name, value in parameters.items():
        if name not in places and name not in defaults and not function.takes_many:
            if value is None or value is False:
                continue
            return None
        if name in defaults and _same(defaults[name], value):
            place = None
            continue
        term = _parameter(value)
        if term is None:
            return None
        if place is not None and (function.takes_many or (place < len(places) and places[place] == name)):
            values.append(term)
            place += 1
        else:
            place = None
            values.append(named_argument(name, term))
    return values


def _same(default: Any, value: Any) -> bool:
    """Whether an argument is the default."""
    return type(default) is type(value) and default == value


def _parameter(value: Any) -> Term | None:
    """A parameter as an expression."""
    if isinstance(value, bool):
        return symbol(str(value))
    if isinstance(value, int):
        return number(value)
    if isinstance(value, (tuple, list)):
        return numbers(value) if all(isinstance(v, (int, tuple, list)) for v in value) else None
    if isinstance(value, float):
        from .constants import read

        return read(value)
    return symbol("None") if value is None else None


Spelling = Callable[[list[Any], dict[str, Any], Shape, Shapes], Any]


def _zeros(shape: Shape, shapes: Shapes) -> Term:
    return shapes.fitted(ZERO, shape, True)


def _put(name: str) -> Spelling:
    """What puts an array into one of zeros."""

    def spell(operands: list[Any], parameters: dict[str, Any], shape: Shape, shapes: Shapes) -> Any:
        places = [term for key, value in parameters.items() if key != "shape" and (term := _parameter(value))]
        return raw_call(name, (_zeros(shape, shapes), *operands, *places))

    return spell


def _index_backward(operands: list[Any], parameters: dict[str, Any], shape: Shape, shapes: Shapes) -> Any:
    indices = [index.array() if hasattr(index, "array") else None for index in parameters["indices"]]
    if any(index is None or index.dtype.kind not in "iu" for index in indices):
        return None
    keys = raw_call(LIST, tuple(numbers(index.tolist()) for index in indices))
    return raw_call("index_put", (_zeros(shape, shapes), keys, *operands, symbol("True")))


def _cofactor(operands: list[Any], parameters: dict[str, Any], shape: Shape, shapes: Shapes) -> Any:
    """Jacobi's formula: the transposed adjugate."""
    (matrix,) = operands
    det = shapes.record(raw_call("det", (matrix,)), shape[:-2])
    inverse = shapes.record(raw_call("inverse", (matrix,)), shape)
    turned = shapes.record(raw_call("T" if len(shape) == 2 else "mT", (inverse,)), shape)
    if len(shape) > 2:
        det = shapes.record(raw_call(ELEMENT, (det, symbol("..."), symbol("None"), symbol("None"))), (*shape[:-2], 1, 1))
    return multiply(det, turned)


_SPELLINGS: dict[str, Spelling] = {
    "select_backward": _put("select_scatter"),
    "slice_backward": _put("slice_scatter"),
    "diagonal_backward": _put("diagonal_scatter"),
    "index_backward": _index_backward,
    "cofactor": _cofactor,
    "new_zeros": lambda operands, parameters, shape, shapes: _zeros(shape, shapes),
}
