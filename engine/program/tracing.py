"""Runs a function on symbols and keeps the operations it calls as the equations of a program.

A trace is a level like those of forward-mode differentiation: entered, it is handed every operation that is called.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import numpy as np

from ..graph.transforms import Level, enter, forward, leave, numberless
from ..primitives.copying import to_copy
from ..primitives.operators import OPERATORS, operation_of
from ..table.binding import bind, explain
from ..table.dispatch import run_on
from ..table.record import Operation
from ..tensors import dtypes
from ..tensors.aliases import Call, NumpyDtype
from ..tensors.errors import LinAlgError
from ..tensors.size import check_together
from ..tensors.symbol import Symbol, TraceError, refusal
from ..tensors.tensor import Tensor
from .folding import folded, key_of, record_of, rewritten
from .program import Constant, Equation, Program, Variable, variables_in


def trace(function: Call, inputs: Mapping[str, Any], *, formal: bool = False) -> Program:
    """The program of a function of tensors, called once with one tensor for each of the inputs, in order.

    An input is given by its shape (a tuple), or by a Tensor, array or number with its shape and dtype; the tensors
    require grad where their dtype allows. The function returns a Tensor (the output `value`), or a mapping of names
    to Tensors. `formal`: the program is to be read, not run, so that no argument is refused for its numbers.
    TraceError: the function asks for the numbers of a traced value.
    """
    level = Trace(formal)
    tensors = [level.input(name, _example(given, i)) for i, (name, given) in enumerate(inputs.items())]
    enter(level)
    try:
        with np.errstate(all="ignore"):
            returned = function(*tensors)
    finally:
        leave(level)
    outputs = returned if isinstance(returned, Mapping) else {"value": returned}
    return level.program({name: _data(value) for name, value in outputs.items()})


@contextmanager
def at_point(given: Mapping[str, Tensor]) -> Iterator[dict[str, Tensor]]:
    """A trace for these numbers alone, given as tensors that stand for them: what decides on the way is known in it."""
    level = Trace(at_point=True)
    tensors = {name: level.input(name, tensor._data) for name, tensor in given.items()}
    enter(level)
    try:
        yield tensors
    finally:
        leave(level)


def _example(given: Any, number: int) -> Any:
    """A NumPy value of the shape and dtype that an input is given by."""
    if isinstance(given, Tensor):
        return given.detach()._data[()]
    default = dtypes.get_default_dtype().numpy
    if isinstance(given, tuple):
        return _ordinary(given, number).astype(default)[()]
    data = np.asarray(given)
    return data.astype(default)[()] if data.dtype.kind in "iu" else data[()]


def _ordinary(shape: tuple[int, ...], number: int = 0) -> Any:
    """An array of numbers none of which is special: different ones between 0 and 1, no matrix singular."""
    count = math.prod(shape)
    numbers = 0.1 + 0.8 * np.modf((np.arange(count) + 1 + 7 * number) * 0.6180339887498949)[0]
    array = numbers.reshape(shape)
    if len(shape) > 1 and shape[-1] == shape[-2]:
        array = (array + np.swapaxes(array, -1, -2)) / 2 + shape[-1] * np.eye(shape[-1])
    return array


def _data(value: Any) -> Any:
    return value._data if isinstance(value, Tensor) else np.asarray(value, dtypes.get_default_dtype().numpy)[()]


class Trace(Level):
    """The equations found so far, and which computation each symbol stands for."""

    __slots__ = ("at_point", "equations", "formal", "inputs", "known", "made_by")

    numberless = True

    def __init__(self, formal: bool = False, at_point: bool = False) -> None:
        super().__init__()
        self.formal = formal
        self.at_point = at_point
        self.inputs: list[Variable] = []
        self.equations: list[Equation] = []
        # Equal work is done once: what is computed already, by operation and arguments.
        self.known: dict[Any, Any] = {}
        # For each variable the operation it is the only result of, and what that was called with.
        self.made_by: dict[Variable, tuple[Operation, Sequence[Any]]] = {}

    def input(self, name: str, example: Any) -> Tensor:
        """A tensor that stands for an input of the program."""
        variable = Variable(name, example.shape, example.dtype.name)
        self.inputs.append(variable)
        return Tensor(Symbol(self, variable, example), requires_grad=example.dtype.kind == "f")

    def propagate(self, call: Call, primitive: Operation, args: Any, kwargs: Any) -> Any:
        """What `call`, which runs `primitive`, would return, as an equation if an argument is a symbol."""
        levels = forward.levels
        forward.levels = levels[:-1]
        try:
            arguments = bind(primitive, args, kwargs)
            data = [_stripped(argument) for argument in arguments]
            if not _symbols(data):
                return call(*arguments)
            if primitive.variadic:
                data[0] = list(data[0])
            return run_on(primitive, arguments, data, partial(self.apply, primitive))
        finally:
            forward.levels = levels

    def operator(self, name: str) -> Call:
        """The operation of a Python operator on a symbol. TraceError: the trace has ended."""
        if not numberless():
            raise TraceError("a traced value was used outside its trace")
        return OPERATORS[name]

    def operation(self, ufunc: Any, inputs: Sequence[Any]) -> Call:
        """The operation of the table that a NumPy function on symbols stands for. TraceError: there is none."""
        call = operation_of(ufunc, inputs)
        if call is None:
            raise refusal(ufunc.__name__)
        return call

    def cast(self, symbol: Symbol, dtype: NumpyDtype) -> Any:
        """The symbol for a value in another dtype."""
        return self.apply(record_of(to_copy), [symbol, dtype])

    def drawn(self, function: str, draw: Call, shape: tuple[int, ...]) -> Any:
        """TraceError, always: a program computes the same each time."""
        raise TraceError(f"{function} draws other numbers each time, and cannot for a traced value")

    def copied(self, symbol: Symbol) -> Symbol:
        """The symbol: nothing changes it in place."""
        return symbol

    def write(self, symbol: Symbol, data: Any) -> None:
        """TraceError, always: an equation's result stays what it is."""
        raise refusal("something that changes it in place")

    def apply(self, primitive: Operation, data: Sequence[Any]) -> Any:
        """The symbol, symbols or number that an operation yields; the equation is new only if the work is."""
        shaped_by = primitive.shaped_by
        if shaped_by is not None and isinstance(data[primitive.arguments.index(shaped_by)], Symbol):
            raise TraceError(f"the shape of what {primitive.name} returns depends on the numbers of a traced value")
        for symbol in _symbols(data):
            if symbol.trace is not self:
                raise TraceError("a traced value was used in another trace than its own")
        arguments = tuple([_frozen(value) for value in data])
        key = key_of(primitive, arguments)
        if key in self.known:
            return self.known[key]
        example = _tried(primitive, data)
        result = folded(primitive, data, example)
        if result is None:
            other = rewritten(primitive, data, example)
            result = self.append(primitive, arguments, data, example) if other is None else self.apply(*other)
        self.known[key] = result
        return result

    def append(self, primitive: Operation, arguments: tuple[Any, ...], data: Sequence[Any], example: Any) -> Any:
        """The symbol or symbols for the results of a new equation."""
        results = [np.asarray(e)[()] for e in (example if primitive.outputs else (example,))]
        symbols = [Symbol(self, Variable("", e.shape, _name_of(e.dtype)), e) for e in results]
        self.equations.append(Equation(primitive, arguments, tuple([s.variable for s in symbols])))
        if primitive.outputs:
            return symbols
        self.made_by[symbols[0].variable] = primitive, data
        return symbols[0]

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


_FAILURES = (ValueError, IndexError, TypeError, RuntimeError)


def _tried(primitive: Operation, data: Sequence[Any]) -> Any:
    """What an operation yields for the examples. TraceError: it fails, but not for others of the same shapes."""
    examples = _examples(data)
    if primitive.elementwise:
        check_together(*examples)
    try:
        return primitive.forward(*examples)
    except _FAILURES as error:
        problem = error
    try:
        return primitive.forward(*_examples(data, ordinary=True))
    except LinAlgError:
        raise TraceError(str(problem)) from problem
    except _FAILURES:
        raise explain(primitive, examples, problem) from None


# NumPy makes up a dtype's name each time.
@cache
def _name_of(dtype: NumpyDtype) -> str:
    return dtype.name


def _stripped(value: Any) -> Any:
    """Arguments with the data of tensors in their place."""
    if isinstance(value, Tensor):
        return value._data
    if isinstance(value, (list, tuple)):
        return [*map(_stripped, value)] if type(value) is list else tuple(map(_stripped, value))
    return value


def _symbols(data: Sequence[Any]) -> list[Symbol]:
    """The symbols in arguments."""
    found: list[Symbol] = []
    for value in data:
        if isinstance(value, Symbol):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found += _symbols(value)
    return found


def _examples(data: Any, ordinary: bool = False) -> Any:
    """Arguments with the examples of symbols in their place; with `ordinary`, floating ones of no special numbers."""
    if isinstance(data, Symbol):
        return _ordinary(data.shape).astype(data.dtype)[()] if ordinary and data.dtype.kind == "f" else data.example
    if isinstance(data, (list, tuple)):
        values = [_examples(value, ordinary) for value in data]
        return values if type(data) is list else tuple(values)
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
