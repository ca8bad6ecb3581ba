"""Operations on vectors as expressions: reductions, elements, and lists of expressions.

An expression stands for an array as broadcasting makes one of it: 2*x for the gradient of (x**2).sum(), 1 for that of
x.sum(). Where the shape matters, in a reduction, it is that of the variables in the expression.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from ...engine.program.program import Constant, Equation, Variable
from .expression import (
    ZERO,
    Call,
    Symbol,
    Term,
    add,
    call,
    children,
    is_call,
    multiply,
    number,
    ordered,
    power,
    raw_call,
)

LIST, ELEMENT = "list", "[]"
LONGEST_LIST = 12
_REDUCTIONS = ("sum", "mean", "prod", "norm", "std", "var", "logsumexp", "max", "min", "amax", "amin")
_SAME_BY_BROADCASTING = ("expand", "view", "unsafe_view", "reshape_alias", "unsqueeze", "squeeze", "alias", "clone")

Shape = tuple[int, ...]
# What `translate` does with operations on single numbers.
Spell = Callable[..., Term]


def spelled(equation: Equation, arguments: Sequence[Any], shapes: Mapping[str, Shape], spell: Spell | None) -> Any:
    """The result of an operation as an expression; None: it has no spelling as one.

    `shapes` are those of the variables, `spell` writes the operation on single numbers.
    """
    name = equation.primitive.name
    if name in _ARRAY:
        return _ARRAY[name](equation, arguments, shapes)
    if name in _SAME_BY_BROADCASTING:
        return arguments[0] if _broadcasts(arguments[0], equation, shapes) else None
    if spell is None:
        return None
    operands = arguments[: equation.primitive.tensors]
    if not any(is_call(o, LIST) for o in operands if isinstance(o, Term)):
        return spell(*arguments)
    return _elementwise(equation, arguments, shapes, spell)


def shape_of(term: Term, shapes: Mapping[str, Shape]) -> Shape:
    """The shape of an expression's value, for variables of these shapes."""
    known: dict[Term, Shape] = {}
    for part in ordered([term]):
        if isinstance(part, Symbol):
            known[part] = shapes.get(part.name, ())
        elif isinstance(part, Call) and part.name in (*_REDUCTIONS, ELEMENT, "dot"):
            known[part] = ()
        elif isinstance(part, Call) and part.name == LIST:
            known[part] = (len(part.arguments),)
        else:
            # Vectors of one length and numbers are all that is met here.
            known[part] = max(
                (known[child] for child in children(part)), key=lambda shape: (len(shape), prod(shape)), default=()
            )
    return known[term]


def _size(argument: Any) -> Shape:
    return argument.shape if isinstance(argument, (Variable, Constant)) else ()


def _broadcasts(term: Any, equation: Equation, shapes: Mapping[str, Shape]) -> bool:
    """Whether a change of shape is one that broadcasting makes anyway."""
    own = shape_of(term, shapes)
    result = equation.results[0].shape
    return prod(own) == 1 or own == result[len(result) - len(own) :]


def _elements(term: Term, size: int, shapes: Mapping[str, Shape]) -> list[Term] | None:
    """The elements of a vector that is a list, a variable, or the same number everywhere."""
    if isinstance(term, Call) and term.name == LIST:
        return list(term.arguments) if len(term.arguments) == size else None
    if shape_of(term, shapes) == ():
        return [term] * size
    if isinstance(term, Symbol) and shape_of(term, shapes) == (size,):
        return [raw_call(ELEMENT, (term, number(i))) for i in range(size)]
    return None


def _elementwise(equation: Equation, arguments: Sequence[Any], shapes: Mapping[str, Shape], spell: Spell) -> Any:
    """An operation on lists, element by element."""
    shape = equation.results[0].shape
    count = equation.primitive.tensors
    if len(shape) != 1:
        return None
    columns = [_elements(term, shape[0], shapes) for term in arguments[:count]]
    if any(column is None for column in columns):
        return spell(*arguments)
    rows = zip(*[column for column in columns if column is not None], strict=True)
    return call(LIST, *(spell(*row, *arguments[count:]) for row in rows))


def _reduced(name: str) -> Any:
    def reduction(equation: Equation, arguments: Sequence[Any], shapes: Mapping[str, Shape]) -> Any:
        term = arguments[0]
        shape = _size(equation.arguments[0])
        options = dict(zip(equation.primitive.arguments[1:], arguments[1:], strict=True))
        dim = options.get("dim")
        whole = dim is None or not shape or (len(shape) == 1 and dim in (0, -1, (0,), (-1,), [0], [-1]))
        plain = options.get("ord", 2) == 2 and options.get("correction", 1) in (1, None)
        if not whole or not plain:
            return None
        if is_call(term, LIST):
            return _of_list(name, list(term.arguments))
        if not shape:
            return _OF_ONE[name](term) if name in _OF_ONE else None
        own = shape_of(term, shapes)
        if own == shape:
            return call(name, term)
        count = number(prod(shape))
        same = {"sum": lambda: multiply(count, term), "mean": lambda: term, "prod": lambda: power(term, count)}
        return same[name]() if own == () and name in same else None

    return reduction


_OF_ONE: dict[str, Callable[[Term], Term]] = {
    "sum": lambda x: x,
    "mean": lambda x: x,
    "prod": lambda x: x,
    "logsumexp": lambda x: x,
    "max": lambda x: x,
    "min": lambda x: x,
    "amax": lambda x: x,
    "amin": lambda x: x,
    "norm": lambda x: call("abs", x),
}


def _of_list(name: str, items: list[Term]) -> Any:
    if name == "sum":
        return add(*items)
    if name == "mean":
        return multiply(number(Fraction(1, len(items))), add(*items))
    if name == "prod":
        return multiply(*items)
    if name == "norm":
        return call("sqrt", add(*(power(item, number(2)) for item in items)))
    return None


def _select(equation: Equation, arguments: Sequence[Any], shapes: Mapping[str, Shape]) -> Any:
    term, dim, index = arguments
    shape = _size(equation.arguments[0])
    if len(shape) != 1 or dim not in (0, -1):
        return None
    index %= shape[0]
    if is_call(term, LIST):
        return term.arguments[index]
    own = shape_of(term, shapes)
    return term if own == () else raw_call(ELEMENT, (term, number(index))) if isinstance(term, Symbol) else None


def _select_backward(equation: Equation, arguments: Sequence[Any], shapes: Mapping[str, Shape]) -> Any:
    grad, shape, _, index = arguments
    if len(shape) != 1 or shape[0] > LONGEST_LIST:
        return None
    return call(LIST, *(grad if i == index % shape[0] else ZERO for i in range(shape[0])))


def _stack(equation: Equation, arguments: Sequence[Any], shapes: Mapping[str, Shape]) -> Any:
    items = arguments[0]
    if len(equation.results[0].shape) != 1 or len(items) > LONGEST_LIST:
        return None
    return call(LIST, *items)


def _softmax(name: str) -> Any:
    def spell(equation: Equation, arguments: Sequence[Any], shapes: Mapping[str, Shape]) -> Any:
        shape = _size(equation.arguments[0])
        if len(shape) != 1 or shape_of(arguments[0], shapes) != shape:
            return None
        return call(name, arguments[0], ZERO)

    return spell


_ARRAY: dict[str, Any] = {
    "sum": _reduced("sum"),
    "mean": _reduced("mean"),
    "prod": _reduced("prod"),
    "std": _reduced("std"),
    "var": _reduced("var"),
    "logsumexp": _reduced("logsumexp"),
    "linalg_vector_norm": _reduced("norm"),
    "max": _reduced("max"),
    "min": _reduced("min"),
    "amax": _reduced("amax"),
    "amin": _reduced("amin"),
    "select": _select,
    "select_backward": _select_backward,
    "stack": _stack,
    "softmax": _softmax("softmax"),
    "log_softmax": _softmax("log_softmax"),
}
