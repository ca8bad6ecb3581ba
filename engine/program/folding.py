"""What needs no equation: operations that return an argument as it is, or the same numbers in every run.

Shapes and dtypes that are changed back, and elements repeated that an elementwise operation repeats itself, vanish too.
Nothing here changes a value, not even the sign of a zero: x + 0 stays, as it makes 0.0 of -0.0, and so do 0 * x
(nan where x is inf) and x - x. `x * 1`, `x / 1`, `x ** 1`, `x - 0`, `x + -0.0`, `-(-x)` and changes of shape or dtype
to what they are already vanish, `x ** 0` is 1 whatever x is.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import Any

import numpy as np

from ..primitives import arithmetic
from ..primitives.copying import alias
from ..table.record import Operation
from ..tensors.symbol import Symbol
from .program import Constant, Variable


def folded(primitive: Operation, data: Sequence[Any], example: Any) -> Any:
    """The symbol or NumPy value that an operation's result is, if it needs no equation; None: it needs one."""
    arguments = primitive.arguments
    if primitive.shape_only:
        others = [value for name, value in zip(arguments, data, strict=True) if name not in primitive.shape_only]
        if not any(isinstance(value, Symbol) for value in others):
            return np.asarray(example)[()]
    if primitive.name == "where":
        _, x, y = data
        return x if x is y and _fits(x, example) else None
    if any(_is_all(data[arguments.index(operand)], number) for operand, number in primitive.makes_one.items()):
        return np.ones_like(example)[()]
    for operand, number in primitive.neutral.items():
        place = arguments.index(operand)
        if _is_all(data[place], number) and _fits(data[1 - place], example):
            return data[1 - place]
    if primitive.moves in ("order", "repeated") and _fits(data[0], example):
        return data[0]
    source = _source(data[0], "moves", "order") if primitive.moves == "order" else None
    if _fits(source, example) and data[0].dtype == example.dtype:
        return source
    if primitive.keeps_scalars and _fits(data[0], example) and not data[0].ndim:
        return data[0]
    if primitive.name == "neg":
        return _source(data[0], "name", "neg")
    return None


def _fits(value: Any, example: Any) -> bool:
    """Whether a value can stand for a result: it has the same shape and dtype."""
    return isinstance(value, Symbol) and value.shape == example.shape and value.dtype == example.dtype


def _is_all(value: Any, number: float) -> bool:
    if isinstance(value, (int, float)):
        return value == number and str(value)[0] == str(number)[0]
    return isinstance(value, (np.ndarray, np.generic)) and Constant.of(value).is_all(number)


def _source(value: Any, fact: str, said: str) -> Any:
    """What a value was made of, if what the record of the operation says of it is this; else None."""
    made = value.trace.made_by.get(value.variable) if isinstance(value, Symbol) else None
    return made[1][0] if made is not None and getattr(made[0], fact) == said else None


def _unrepeated(primitive: Operation, data: Sequence[Any], shape: tuple[int, ...]) -> list[Any] | None:
    """The arguments without repetition of elements that others cause anyway; None: there is none."""
    given = list(data)
    for i in range(primitive.tensors):
        source = _source(given[i], "moves", "repeated")
        if source is None:
            continue
        others = [getattr(value, "shape", ()) for k, value in enumerate(given[: primitive.tensors]) if k != i]
        if np.broadcast_shapes(source.shape, *others) == shape:
            given[i] = source
    return None if all(map(is_, given, data)) else given


def rewritten(primitive: Operation, data: Sequence[Any], example: Any) -> tuple[Operation, list[Any]] | None:
    """Another operation that computes exactly the same, chosen so that equal work looks equal; None: there is none.

    Changes of sign are moved out of products and into sums, as they are exact.
    """
    if primitive.elementwise and not primitive.variadic:
        bare = _unrepeated(primitive, data, example.shape)
        if bare is not None:
            return primitive, bare
    plus, minus, mul, div, neg = _SIGNED
    if primitive.name == "rsub" and data[2] == 1:
        return minus, [data[1], data[0]]
    if primitive.name == "reciprocal":
        return div, [1, data[0]]
    if primitive not in (plus, minus, mul, div):
        return None
    x, y = data
    if primitive in (mul, div):
        for number, other in ((y, x), (x, y)) if primitive is mul else ((y, x),):
            if _is_all(number, -1) and _is_floating(other) and _fits(other, example):
                return neg, [other]
    bare_x, bare_y = _without_sign(x), _without_sign(y)
    if primitive in (mul, div) and (bare_x is not x or bare_y is not y):
        trace = (bare_x if isinstance(bare_x, Symbol) else bare_y).trace
        result = trace.apply(primitive, [bare_x, bare_y])
        return (record_of(alias) if bare_x is not x and bare_y is not y else neg), [result]
    if bare_y is not y and primitive in (plus, minus):
        return (minus if primitive is plus else plus), [x, bare_y]
    if bare_x is not x and primitive is plus:
        return minus, [y, bare_x]
    return None


def _is_floating(value: Any) -> bool:
    return isinstance(value, Symbol) and value.dtype.kind == "f"


def _without_sign(value: Any) -> Any:
    """x where the value is -x, and floating; else the value."""
    if not _is_floating(value):
        return value
    opposite = _source(value, "name", "neg")
    return value if opposite is None else opposite


def record_of(call: Any) -> Operation:
    """The record of the operation that a function of the table runs."""
    return call.operation


_SIGNED = [
    record_of(call)
    for call in (arithmetic.plus, arithmetic.minus, arithmetic.mul, arithmetic.true_divide, arithmetic.neg)
]


def key_of(primitive: Operation, arguments: tuple[Any, ...]) -> Any:
    """What two equations that compute the same have in common."""
    keys = [_key(argument) for argument in arguments]
    if primitive.commutative:
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
