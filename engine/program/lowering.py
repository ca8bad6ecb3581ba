"""An equation on lanes: the forward function of its operation, run on what stands for the numbers of some rows.

A value with dimensions is an array of lanes, unrolled: operations element by element are done for each, and what moves,
adds up or multiplies elements does so with objects as it does with numbers.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from .native.bodies import Body, Lane, Refusal, has_lanes
from .program import Constant, Equation, Variable, substituted, thawed

# What a forward function that looks at numbers, or at more of an array than a lane has, may raise.
_FAILURES = (
    Refusal,
    ArithmeticError,
    AttributeError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)
# Values of more elements are left to NumPy, which is as fast with them.
_MOST_ELEMENTS = 64

# A lane, or an array of elements.
Value = Any


def _joining(join: Callable[[Any, Any], Lane]) -> Callable[[_Element, Any], _Element]:
    return lambda element, other: _Element(join(element.lane, _bare(other)))


class _Element:
    """A lane as an element of an array of objects: NumPy would take a lane for an array itself."""

    __slots__ = ("lane",)

    def __init__(self, lane: Lane) -> None:
        self.lane = lane

    __add__, __mul__, __truediv__ = map(_joining, (operator.add, operator.mul, operator.truediv))
    __radd__, __rmul__ = _joining(lambda lane, other: other + lane), _joining(lambda lane, other: other * lane)

    def _refuse(self, *others: Any) -> NoReturn:
        raise Refusal("a choice")

    __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _refuse


def _bare(other: Any) -> Any:
    return other.lane if isinstance(other, _Element) else other


def value_of(lanes: Sequence[Lane], shape: tuple[int, ...]) -> Value:
    """The value of this shape with these lanes for elements, in order."""
    if not shape:
        return lanes[0]
    array = np.empty(len(lanes), object)
    for i, lane in enumerate(lanes):
        array[i] = _Element(lane)
    return array.reshape(shape)


def lanes_of(value: Value) -> list[Lane]:
    """The lanes of a value's elements, in order."""
    return [element.lane for element in value.flat] if isinstance(value, np.ndarray) else [value]


def lowered(equation: Equation, values: Mapping[Variable, Value], body: Body, exact: bool) -> Value | None:
    """The value of an equation's result, from those of its variables. None: the operation has no native form.

    With `exact`, there is none for sums, which have another order for few rows.
    """
    primitive = equation.primitive
    result = equation.results[0]
    variables = [*equation.variables(), *equation.results]
    if primitive.outputs or not all(has_lanes(v.dtype) and math.prod(v.shape) <= _MOST_ELEMENTS for v in variables):
        return None
    if exact and not (primitive.elementwise or primitive.moves):
        return None
    try:
        if primitive.elementwise:
            found = _element_by_element(equation, values)
        else:
            given = [_with_lanes(a, body, i < primitive.tensors) for i, a in enumerate(equation.arguments)]
            arguments = [_as_objects(substituted(argument, values)) for argument in given]
            found = np.asarray(primitive.forward(*arguments))
        return _fitted(found, result, body)
    except _FAILURES:
        return None


def _element_by_element(equation: Equation, values: Mapping[Variable, Value]) -> Value:
    """The operation on each element."""
    shape = equation.results[0].shape
    arguments = [thawed(argument) if isinstance(argument, Constant) else argument for argument in equation.arguments]
    given = [values[a] if isinstance(a, Variable) else a for a in arguments]
    if not shape:
        return equation.primitive.forward(*given)
    spread = [np.broadcast_to(v, shape) if isinstance(v, np.ndarray) else v for v in given]
    array = np.empty(shape, object)
    for place in np.ndindex(shape):
        picked = [_bare(v[place]) if isinstance(v, np.ndarray) else v for v in spread]
        lane = equation.primitive.forward(*picked)
        if not isinstance(lane, Lane):
            raise Refusal("a number")
        array[place] = _Element(lane)
    return array


def _with_lanes(argument: Any, body: Body, is_tensor: bool) -> Any:
    """An argument with its constants as NumPy values, or as lanes where they are tensors that others are joined to."""
    if isinstance(argument, Constant) and is_tensor:
        array = np.asarray(argument.array())
        return value_of([body.constant(number, array.dtype) for number in array.flat], array.shape)
    if type(argument) is tuple:
        return tuple([_with_lanes(part, body, is_tensor) for part in argument])
    return thawed(argument)


def _as_objects(argument: Any) -> Any:
    """An argument with arrays of elements in place of lanes, in a tuple as well."""
    if isinstance(argument, Lane):
        array = np.empty((), object)
        array[()] = _Element(argument)
        return array
    if type(argument) is tuple and any(isinstance(part, (Lane, np.ndarray)) for part in argument):
        return [*map(_as_objects, argument)]
    return argument


def _fitted(found: Any, result: Variable, body: Body) -> Value:
    """What a forward function returned as a value of the result's shape. Refusal: it has another, or another dtype."""
    dtype = np.dtype(result.dtype)
    if isinstance(found, Lane):
        elements: list[Any] = [found]
    elif isinstance(found, np.ndarray) and found.shape == result.shape:
        # An array of one element put into a place of another is an element itself.
        elements = [e.item() if isinstance(e, np.ndarray) and not e.ndim else e for e in found.flat]
    else:
        raise Refusal("another shape")
    lanes = [_bare(e) if isinstance(e, (Lane, _Element)) else body.constant(e, dtype) for e in elements]
    if any(lane.dtype != dtype for lane in lanes):
        raise Refusal("another dtype")
    return value_of(lanes, result.shape)
