"""Runs a function on symbols and keeps the operations it calls as the equations of a program.

A trace is a level like those of forward-mode differentiation: entered, it is handed every operation that is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from .. import dtypes
from ..autograd.graph import next_sequence
from ..autograd.levels import Level, enter, forward, leave
from ..autograd.modes import recording
from ..dispatch import _saver, bind, explain, recorded, unrecorded
from ..primitive import PRIMITIVES, Primitive
from ..primitives import arithmetic, selection
from ..primitives.shape import to_copy
from ..tensor import Tensor
from .folding import folded, key_of, rewritten
from .program import Constant, Equation, Program, Variable, variables_in
from .symbol import Symbol, TraceError, refusal

_NOWHERE = (None, 0)
# The shapes of their results are a matter of the numbers in their second argument.
_SHAPED_BY_NUMBERS = ("masked_select", "masked_select_backward")


def trace(function: Callable[..., Any], inputs: Mapping[str, Any]) -> Program:
    """The program of a function of tensors, called once with one tensor for each of the inputs, in order.

    An input is given by its shape (a tuple), or by a Tensor, array or number with its shape and dtype; the tensors
    require grad where their dtype allows. The function returns a Tensor (the output `value`), or a mapping of names
    to Tensors. TraceError: it asks for the numbers of a traced value.
    """
    level = Trace()
    tensors = [level.input(name, _example(given)) for name, given in inputs.items()]
    enter(level)
    try:
        returned = function(*tensors)
    finally:
        leave(level)
    outputs = returned if isinstance(returned, Mapping) else {"value": returned}
    return level.program({name: _data(value) for name, value in outputs.items()})


def _example(given: Any) -> Any:
    """A NumPy value of the shape and dtype that an input is given by."""
    if isinstance(given, Tensor):
        return given.detach()._data[()]
    if not isinstance(given, tuple):
        data = np.asarray(given)
        return data.astype(dtypes.get_default_dtype().numpy)[()] if data.dtype.kind in "iu" else data[()]
    # Different numbers, none of them special: what is made of them is regular and has no ties.
    count = int(np.prod(given))
    return (
        (0.5 + np.modf(np.arange(1, count + 1) * 0.6180339887498949)[0])
        .reshape(given)[()]
        .astype(dtypes.get_default_dtype().numpy)
    )


def _data(value: Any) -> Any:
    return value._data if isinstance(value, Tensor) else np.asarray(value, dtypes.get_default_dtype().numpy)[()]


class Trace(Level):
    """The equations found so far, and which computation each symbol stands for."""

    __slots__ = ("equations", "inputs", "known", "made_by")

    traces = True

    def __init__(self) -> None:
        super().__init__()
        self.inputs: list[Variable] = []
        self.equations: list[Equation] = []
        # Equal work is done once: what is computed already, by operation and arguments.
        self.known: dict[Any, Any] = {}
        # For each variable the operation it is the only result of, and what that was called with.
        self.made_by: dict[Variable, tuple[Primitive, Sequence[Any]]] = {}

    def input(self, name: str, example: Any) -> Tensor:
        """A tensor that stands for an input of the program."""
        variable = Variable(name, example.shape, example.dtype.name)
        self.inputs.append(variable)
        return Tensor(Symbol(self, variable, example), requires_grad=example.dtype.kind == "f")

    def propagate(self, call: Callable[..., Any], primitive: Primitive, args: Any, kwargs: Any) -> Any:
        """What `call`, which runs `primitive`, would return, as an equation if an argument is a symbol."""
        levels = forward.levels
        forward.levels = levels[:-1]
        try:
            arguments = bind(primitive, args, kwargs)
            data = [_stripped(argument) for argument in arguments]
            if not any(True for _ in _symbols(data)):
                return call(*arguments)
            return self.record(primitive, arguments, data)
        finally:
            forward.levels = levels

    def record(self, primitive: Primitive, arguments: tuple[Any, ...], data: list[Any]) -> Any:
        """The result of an operation on symbols: as the dispatcher's, with a node if a gradient is wanted."""
        operands = list(arguments[0]) if primitive.variadic else list(arguments)
        tensors = [a for a in operands if isinstance(a, Tensor)]
        if primitive.variadic:
            data[0] = list(data[0])
        if tensors and primitive.promotes:
            self.promote(primitive, data[0] if primitive.variadic else data)
        out = self.apply(primitive, data)
        if not tensors:
            return out
        slots = [i for i, rule in enumerate(primitive.rules) if rule is not None]
        requires_grad = any(t._requires_grad for t in tensors)
        if not (requires_grad and slots and recording.enabled):
            return unrecorded(primitive, arguments, out, requires_grad)
        edges = [value._edge() if isinstance(value, Tensor) else _NOWHERE for value in operands]
        node = primitive.node()
        node.sequence = next_sequence()
        node.next_functions = tuple(edges if primitive.variadic else [edges[i] for i in slots])
        return recorded(primitive, node, _saver(primitive), () if primitive.variadic else arguments, data, out)

    def promote(self, primitive: Primitive, operands: list[Any]) -> None:
        """Casts the operands to the operation's dtype, in place in the list."""
        positions = range(len(operands)) if primitive.variadic else primitive.promotes
        examples = [_examples(operands[i]) for i in positions]
        for i, before, after in zip(positions, examples, dtypes.promote(examples, primitive.floating), strict=True):
            if after is before or after.dtype == before.dtype:
                continue
            given = operands[i]
            cast = isinstance(given, Symbol)
            operands[i] = self.apply(_cast_record(), [given, after.dtype]) if cast else given.astype(after.dtype)

    def apply(self, primitive: Primitive, data: Sequence[Any]) -> Any:
        """The symbol, symbols or number that an operation yields; the equation is new only if the work is."""
        if primitive.name in _SHAPED_BY_NUMBERS and isinstance(data[1], Symbol):
            raise TraceError(f"the shape of what {primitive.name} returns depends on the numbers of a traced value")
        for symbol in _symbols(data):
            if symbol.trace is not self:
                raise TraceError("a traced value was used in another trace than its own")
        examples = _examples(data)
        try:
            with np.errstate(all="ignore"):
                example = primitive.forward(*examples)
        except (ValueError, IndexError, TypeError) as error:
            raise explain(primitive, examples, error) from None
        simpler = folded(primitive, data, example)
        if simpler is not None:
            return simpler
        other = rewritten(primitive, data, example)
        if other is not None:
            return self.apply(*other)
        arguments = tuple(map(_frozen, data))
        key = key_of(primitive, arguments)
        if key not in self.known:
            made = [Symbol(self, Variable("", e.shape, e.dtype.name), e) for e in _as_results(primitive, example)]
            self.equations.append(Equation(primitive, arguments, tuple(s.variable for s in made)))
            self.known[key] = made if primitive.outputs else made[0]
            if not primitive.outputs:
                self.made_by[made[0].variable] = primitive, data
        return self.known[key]

    def program(self, outputs: Mapping[str, Any]) -> Program:
        """The program of what is wanted: without equations that no output needs."""
        frozen = {name: _frozen(value) for name, value in outputs.items()}
        needed = set(variables_in(tuple(frozen.values())))
        kept: list[Equation] = []
        for equation in reversed(self.equations):
            if needed.intersection(equation.results):
                kept.append(equation)
                needed.update(equation.variables())
        kept.reverse()
        taken = {variable.name for variable in self.inputs}
        numbers = (f"v{i}" for i in range(1, len(taken) + 2 + 2 * sum(len(e.results) for e in kept)))
        free = (name for name in numbers if name not in taken)
        for equation in kept:
            for variable in equation.results:
                variable.name = next(free)
        return Program(tuple(self.inputs), tuple(kept), frozen)


@cache
def _cast_record() -> Primitive:
    return next(record for record in PRIMITIVES if record.call is to_copy)


def _as_results(primitive: Primitive, out: Any) -> list[Any]:
    results = out if primitive.outputs else [out]
    return [np.asarray(result)[()] for result in results]


def _stripped(value: Any) -> Any:
    """Arguments with the data of tensors in their place."""
    if isinstance(value, Tensor):
        return value._data
    if isinstance(value, (list, tuple)):
        return [*map(_stripped, value)] if type(value) is list else tuple(map(_stripped, value))
    return value


def _symbols(data: Any) -> Any:
    """The symbols in arguments."""
    if isinstance(data, Symbol):
        yield data
    elif isinstance(data, (list, tuple)):
        for value in data:
            yield from _symbols(value)


def _examples(data: Any) -> Any:
    """Arguments with the examples of symbols in their place."""
    if isinstance(data, Symbol):
        return data.example
    if isinstance(data, (list, tuple)):
        return [*map(_examples, data)] if type(data) is list else tuple(map(_examples, data))
    return data


def _frozen(value: Any) -> Any:
    """A value as a program's argument: no NumPy type in it."""
    if isinstance(value, Symbol):
        return value.variable
    if isinstance(value, (np.ndarray, np.generic)):
        return Constant.of(value)
    if isinstance(value, (list, tuple)):
        return tuple(map(_frozen, value))
    if isinstance(value, (np.dtype, dtypes.dtype)):
        return value.name
    return value


@cache
def _operations() -> dict[Any, Callable[..., Any]]:
    return {
        np.add: arithmetic.plus,
        np.subtract: arithmetic.minus,
        np.multiply: arithmetic.mul,
        np.true_divide: arithmetic.true_divide,
        np.floor_divide: arithmetic.floor_divide,
        np.power: arithmetic.power_tensor,
        np.remainder: arithmetic.remainder_tensor,
        np.less: selection.lt,
        np.less_equal: selection.le,
        np.greater: selection.gt,
        np.greater_equal: selection.ge,
        np.equal: selection.eq,
        np.not_equal: selection.ne,
    }


def operation_of(ufunc: Any, inputs: Sequence[Any]) -> Callable[..., Any]:
    """The operation of the table that a NumPy function on symbols stands for. TraceError: there is none."""
    truths = {np.bitwise_and: selection.logical_and, np.bitwise_or: selection.logical_or}
    truths.update({np.bitwise_xor: selection.logical_xor, np.invert: selection.logical_not})
    if ufunc in truths and all(getattr(value, "dtype", None) == np.bool_ for value in inputs):
        return truths[ufunc]
    if ufunc not in _operations():
        raise refusal(ufunc.__name__)
    return _operations()[ufunc]
