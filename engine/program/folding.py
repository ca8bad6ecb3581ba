"""What needs no equation: operations that return an argument as it is, or the same numbers in every run.

Nothing here changes a value, not even the sign of a zero: x + 0 stays, as it makes 0.0 of -0.0, and so do 0 * x
(nan where x is inf) and x - x. `x * 1`, `x / 1`, `x ** 1`, `x - 0`, `x + -0.0`, `-(-x)` and changes of shape or dtype
to what they are already vanish.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import Primitive
from .program import Constant, Variable
from .symbol import Symbol

# Their results do not depend on the numbers in their arguments, only on shapes.
_MADE_OF_SHAPES = ("zeros_like", "ones_like", "new_zeros", "zero")
# They return the elements of their first argument, in their order; whether that is all shows in the shape and dtype.
_SAME_ELEMENTS = (
    *("alias", "clone", "view", "unsafe_view", "reshape_alias", "expand", "squeeze", "unsqueeze", "to_copy"),
)
# Exactly the same with their operands exchanged.
_COMMUTATIVE = ("add", "mul", "eq", "ne", "logical_and", "logical_or", "logical_xor")


def folded(primitive: Primitive, data: Sequence[Any], example: Any) -> Any:
    """The symbol or NumPy value that an operation's result is, if it needs no equation; None: it needs one."""
    name = primitive.name
    if name in _MADE_OF_SHAPES or (name == "fill" and not isinstance(data[1], Symbol)):
        return np.asarray(example)[()]
    if name == "where":
        _, x, y = data
        return x if x is y and _fits(x, example) else None
    if name in _REDUNDANT:
        for i, number in _REDUNDANT[name]:
            if len(data) == 2 and _is_all(data[i], number) and _fits(data[1 - i], example):
                return data[1 - i]
        return None
    if name in _SAME_ELEMENTS and _fits(data[0], example):
        return data[0]
    if name == "neg":
        return _negated(data[0])
    return None


# By operation: which operand, if it is this number, leaves the other as the result.
_REDUNDANT = {
    "mul": ((0, 1), (1, 1)),
    "div": ((1, 1),),
    "pow": ((1, 1),),
    "add": ((0, -0.0), (1, -0.0)),
    "sub": ((1, 0),),
}


def _fits(value: Any, example: Any) -> bool:
    """Whether a value can stand for a result: it has the same shape and dtype."""
    return isinstance(value, Symbol) and value.shape == example.shape and value.dtype == example.dtype


def _is_all(value: Any, number: float) -> bool:
    if isinstance(value, (int, float)):
        return value == number and str(value)[0] == str(number)[0]
    return isinstance(value, (np.ndarray, np.generic)) and Constant.of(value).is_all(number)


def _negated(value: Symbol) -> Symbol | None:
    """x where the value is -x."""
    made = value.trace.made_by.get(value.variable)
    return made[1][0] if made is not None and made[0].name == "neg" else None


def key_of(primitive: Primitive, arguments: tuple[Any, ...]) -> Any:
    """What two equations that compute the same have in common."""
    keys = [_key(argument) for argument in arguments]
    if primitive.name in _COMMUTATIVE and len(keys) == 2:
        keys.sort(key=repr)
    return primitive, tuple(keys)


def _key(argument: Any) -> Any:
    """An argument as something hashable, that is equal only for the same argument (1 and 1.0 and True are not)."""
    if isinstance(argument, Variable):
        return "variable", id(argument)
    if isinstance(argument, Constant):
        return "constant", argument.shape, argument.dtype, repr(argument.value)
    if isinstance(argument, tuple):
        return tuple(map(_key, argument))
    return type(argument).__name__, repr(argument)
