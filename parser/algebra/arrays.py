"""Operations on vectors as expressions: reductions, elements, and lists of expressions.

An expression stands for an array as broadcasting makes one of it: 2*x for the gradient of (x**2).sum(), 1 for that of
x.sum(). Where the shape matters, in a reduction, it is that of the variables in the expression.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from ...engine.program.program import Equation, Variable
from .elements import LIST, SPELLINGS, Shapes, elements, of_two_results, shape_of, size_of
from .expression import ONE, ZERO, Call, Term, add, call, is_call, multiply, number, power

_SAME_BY_BROADCASTING = ("expand", "view", "unsafe_view", "reshape_alias", "unsqueeze", "squeeze", "alias", "clone")

# What `translate` does with operations on single numbers.
Spell = Callable[..., Term]


def spelled(equation: Equation, arguments: Sequence[Any], shapes: Shapes, spell: Spell | None) -> Any:
    """The result of an operation as an expression; None: it has no spelling as one.

    `shapes` are those of the variables, `spell` writes the operation on single numbers.
    """
    name = equation.primitive.name
    if name in _CHOSEN:
        found = _CHOSEN[name](equation, arguments, shapes)
        if found is not None:
            return found
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


def _broadcasts(term: Any, equation: Equation, shapes: Shapes) -> bool:
    """Whether a change of shape is one that broadcasting makes anyway."""
    own = shape_of(term, shapes)
    result = equation.results[0].shape
    return prod(own) == 1 or own == result[len(result) - len(own) :]


def _elementwise(equation: Equation, arguments: Sequence[Any], shapes: Shapes, spell: Spell) -> Any:
    """An operation on lists, element by element."""
    shape = equation.results[0].shape
    count = equation.primitive.tensors
    if len(shape) != 1:
        return None
    columns = [elements(term, shape[0], shapes) for term in arguments[:count]]
    if any(column is None for column in columns):
        return spell(*arguments)
    rows = zip(*[column for column in columns if column is not None], strict=True)
    return call(LIST, *(spell(*row, *arguments[count:]) for row in rows))


def _reduced(name: str) -> Any:
    def reduction(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
        if equation.primitive.outputs:
            return of_two_results(equation, arguments, shapes)
        term = arguments[0]
        shape = size_of(equation.arguments[0])
        options = dict(zip(equation.primitive.arguments[1:], arguments[1:], strict=True))
        dim = options.get("dim")
        whole = dim in (None, ()) or not shape or (len(shape) == 1 and dim in (0, -1, (0,), (-1,), [0], [-1]))
        plain = options.get("ord", 2) == 2 and options.get("correction", 1) in (1, None)
        if not whole or not plain:
            return None
        if isinstance(term, Call) and term.name == LIST:
            return _of_list(name, term)
        if not shape and is_condition(equation.arguments[0]):
            return call("where", term, ONE, ZERO)
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
    "median": lambda x: x,
    "nanmedian": lambda x: x,
    "norm": lambda x: call("abs", x),
}


def is_condition(argument: Any) -> bool:
    """Whether an argument of an equation is true or false."""
    return isinstance(argument, Variable) and argument.dtype == "bool"


def _of_list(name: str, vector: Call) -> Term:
    items = vector.arguments
    if name == "sum":
        return add(*items)
    if name == "mean":
        return multiply(number(Fraction(1, len(items))), add(*items))
    if name == "prod":
        return multiply(*items)
    if name == "norm":
        return call("sqrt", add(*(power(item, number(2)) for item in items)))
    return call(name, vector)


def _where(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    condition, then, otherwise = arguments
    if condition is then and otherwise is ONE:
        return ONE
    # What the rule of a median does for one that is nan: there is no value then to differentiate.
    if isinstance(condition, Call) and isinstance(otherwise, Call) and is_call(then, "isnan"):
        is_of_median = condition.name == "isnan" and otherwise.name == "=="
        if is_of_median and {condition.arguments[0], then.arguments[0]} == set(otherwise.arguments):
            return otherwise
    return None


def _equal(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    left, right = equation.arguments
    # An element that was chosen from one.
    return ONE if arguments[0] is arguments[1] and left is not right else None


def _softmax(name: str) -> Any:
    def spell(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
        shape = size_of(equation.arguments[0])
        if len(shape) != 1 or shape_of(arguments[0], shapes) != shape:
            return None
        return call(name, arguments[0], ZERO)

    return spell


_ARRAY: dict[str, Any] = {
    **SPELLINGS,
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
    "median": _reduced("median"),
    "nanmedian": _reduced("nanmedian"),
    "softmax": _softmax("softmax"),
    "log_softmax": _softmax("log_softmax"),
}
# What has another spelling in special cases.
_CHOSEN: dict[str, Any] = {"where": _where, "eq": _equal}
