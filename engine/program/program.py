"""Program: the equations of a traced function, as plain Python values.

Nothing in a program is a NumPy type: shapes are tuples, dtypes names, numbers Python's. What runs it decides what
they become.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from ..table.record import Operation
from ..tensors.aliases import Call
from ..tensors.errors import shape_error
from ..tensors.tensor import Tensor


class Variable:
    """A value of a program: an input, or what an equation computes."""

    __slots__ = ("dtype", "name", "shape")

    def __init__(self, name: str, shape: tuple[int, ...], dtype: str) -> None:
        self.name = name
        self.shape = shape
        self.dtype = dtype

    def __repr__(self) -> str:
        return f"{self.name}: {self.dtype}{list(self.shape) if self.shape else ''}"


class Constant(NamedTuple):
    """A tensor that is the same in every run: nested tuples of its elements, or the one number they all are."""

    value: Any
    shape: tuple[int, ...]
    dtype: str

    @classmethod
    def of(cls, data: Any) -> Constant:
        """The constant with the elements of a NumPy value."""
        flat = np.asarray(data).ravel()
        # Compared as bytes, so that nan equals itself, and 0.0 is not -0.0.
        uniform = flat.size and flat.tobytes() == flat[:1].tobytes() * flat.size
        value = flat[0].item() if uniform else _nested(np.asarray(data).tolist())
        return cls(value, data.shape, data.dtype.name)

    def array(self) -> Any:
        """The NumPy value: a scalar where there are no dimensions."""
        if isinstance(self.value, tuple):
            return np.array(self.value, self.dtype).reshape(self.shape)
        return np.full(self.shape, self.value, self.dtype)[()]

    def is_all(self, number: float) -> bool:
        """Whether each element is this number, its sign included."""
        return not isinstance(self.value, tuple) and self.value == number and str(self.value)[0] == str(number)[0]

    def __str__(self) -> str:
        if not self.shape:
            return str(self.value)
        return str(_listed(self.value)) if isinstance(self.value, tuple) else f"full({list(self.shape)}, {self.value})"


class Equation(NamedTuple):
    """`results = primitive(arguments)`.

    An argument is a Variable, a Constant, a parameter (a Python number, string, slice, None), or a tuple of such. A
    Python number among the first `primitive.tensors` is an operand that takes the dtype of the others.
    """

    primitive: Operation
    arguments: tuple[Any, ...]
    results: tuple[Variable, ...]

    def variables(self) -> Iterator[Variable]:
        """The variables among the arguments."""
        return variables_in(self.arguments)

    def named(self, computed: Any) -> Iterator[tuple[Variable, Any]]:
        """The results, each with its value, of what the operation returned."""
        return zip(self.results, computed if self.primitive.outputs else (computed,), strict=True)

    def __str__(self) -> str:
        names = self.primitive.arguments
        parts = [
            _text(argument) if i < self.primitive.tensors else f"{names[i]}={_text(argument)}"
            for i, argument in enumerate(self.arguments)
        ]
        return f"{', '.join(map(repr, self.results))} = {self.primitive.name}({', '.join(parts)})"


class _Step(NamedTuple):
    """An equation as it is run, on a list of values: what takes its arguments from that, and where its result goes."""

    function: Call
    arguments: Call
    place: int


# How many elements a value has at least that is let go of before the end, to make room: what is computed next then
# finds memory that is in the cache.
_LARGE = 1024


# Of what is held, no arguments.
_NOTHING = itemgetter(slice(0, 0))


class Program:
    """What a traced function computes: `inputs`, `equations` in an order they can be run in, `outputs` by name."""

    def __init__(
        self, inputs: tuple[Variable, ...], equations: tuple[Equation, ...], outputs: dict[str, Variable | Constant]
    ) -> None:
        self.inputs = inputs
        self.equations = equations
        self.outputs = outputs
        # How `columns` runs it, by which inputs vary.
        self.plans: dict[Any, Any] = {}
        # How `run` does, by whether it is on tensors.
        self._ready: dict[bool, tuple[list[_Step], list[Any], dict[str, int]]] = {}

    def __call__(self, *values: Any) -> tuple[Any, ...]:
        """The outputs for values of the inputs, in order: as `run`."""
        names = [variable.name for variable in self.inputs]
        if len(values) != len(names):
            raise TypeError(f"the program takes {len(names)} values ({', '.join(names)}), and {len(values)} were given")
        return tuple(self.run(dict(zip(names, values, strict=True))).values())

    def run(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs by name: Tensors if any value is one, Python numbers if all are, else NumPy values.

        On Tensors the operations are recorded as usual. KeyError: an input without a value. ValueError: a value of
        another shape than the input's.
        """
        given = [_fitted(values[variable.name], variable) for variable in self.inputs]
        on_tensors = any(isinstance(value, Tensor) for value in given)
        if on_tensors not in self._ready:
            self._ready[on_tensors] = self._placed(on_tensors)
        steps, constants, places = self._ready[on_tensors]
        held = [*map(wrapped, given), *constants] if on_tensors else [*given, *constants]
        with np.errstate(all="ignore"):
            for function, arguments, place in steps:
                held[place] = function(*arguments(held))
        outputs = {name: held[place] for name, place in places.items()}
        if on_tensors:
            return {name: wrapped(output) for name, output in outputs.items()}
        plain = all(isinstance(values[variable.name], (int, float)) for variable in self.inputs)
        return {name: o.item() if plain and not o.ndim else o for name, o in outputs.items()}

    def _placed(self, on_tensors: bool) -> tuple[list[_Step], list[Any], dict[str, int]]:
        """The steps, what lies behind the inputs as they begin, and where the outputs are found by name."""
        constants: list[Any] = []
        places = {variable: place for place, variable in enumerate(self.inputs)}
        used = [[*dict.fromkeys((*e.variables(), *e.results))] for e in self.equations]
        last = {variable: i for i, variables in enumerate(used) for variable in variables}
        last |= {output: -1 for output in self.outputs.values() if isinstance(output, Variable)}

        def held(value: Any) -> int:
            constants.append(value)
            return len(self.inputs) + len(constants) - 1

        steps: list[_Step] = []
        free: list[int] = []
        for i, equation in enumerate(self.equations):
            primitive = equation.primitive
            arguments = [*map(thawed, equation.arguments)]
            if on_tensors:
                arguments[: primitive.tensors] = map(wrapped, arguments[: primitive.tensors])
            if any(type(a) is tuple and any(True for _ in variables_in(a)) for a in arguments):
                found = {variable: places[variable] for variable in equation.variables()}
                given: Call = partial(_gathered, arguments, found)
            else:
                given = _picked([places[a] if isinstance(a, Variable) else held(a) for a in arguments])
            # The largest of what is not needed any more makes room for the result.
            ended = sorted([v for v in used[i] if last[v] == i and v in places], key=_size)
            large = [places[variable] for variable in ended if _size(variable) >= _LARGE]
            free += [places.pop(variable) for variable in ended]
            place = free.pop() if free else held(None)
            steps.append(_Step(primitive.call if on_tensors else primitive.forward, given, place))
            steps += [_Step(lambda: None, _NOTHING, left) for left in large[:-1]]
            if not primitive.outputs:
                places[equation.results[0]] = place
                continue
            for number, variable in enumerate(equation.results):
                if last[variable] != i:
                    places[variable] = free.pop() if free else held(None)
                    steps.append(_Step(itemgetter(number), _picked([place]), places[variable]))
            free.append(place)
        outputs: dict[str, int] = {}
        for name, output in self.outputs.items():
            if isinstance(output, Variable):
                outputs[name] = places[output]
            else:
                # A copy each time, as it is the caller's to change.
                outputs[name] = held(None)
                steps.append(_Step(output.array().copy, _NOTHING, outputs[name]))
        return steps, constants, outputs

    def __str__(self) -> str:
        lines = [f"inputs {', '.join(map(repr, self.inputs))}"]
        lines.extend(map(str, self.equations))
        lines.extend(f"output {name} = {_text(output)}" for name, output in self.outputs.items())
        return "\n".join(lines)


def _size(variable: Variable) -> int:
    return math.prod(variable.shape)


def _picked(places: Sequence[int]) -> Call:
    """What takes the values in these places."""
    return itemgetter(*places) if len(places) > 1 else itemgetter(slice(places[0], places[0] + 1))


def _gathered(arguments: Sequence[Any], places: Mapping[Variable, int], held: Sequence[Any]) -> list[Any]:
    """Arguments with their variables replaced by what is held, where some are in tuples."""
    known = {variable: held[place] for variable, place in places.items()}
    return [substituted(argument, known) for argument in arguments]


def variables_in(arguments: Any) -> Iterator[Variable]:
    """The variables in an argument, or in a tuple of arguments."""
    if isinstance(arguments, Variable):
        yield arguments
    elif type(arguments) is tuple:
        for argument in arguments:
            yield from variables_in(argument)


def thawed(argument: Any) -> Any:
    """An argument with its constants as NumPy values."""
    if isinstance(argument, Constant):
        return argument.array()
    return tuple(map(thawed, argument)) if type(argument) is tuple else argument


def substituted(argument: Any, values: Mapping[Variable, Any]) -> Any:
    """An argument with its variables replaced by their values."""
    if isinstance(argument, Variable):
        return values[argument]
    return tuple([substituted(a, values) for a in argument]) if type(argument) is tuple else argument


def wrapped(value: Any) -> Any:
    """NumPy values as Tensors, in a tuple as well."""
    if isinstance(value, (np.ndarray, np.generic)):
        return Tensor(value)
    return tuple(map(wrapped, value)) if type(value) is tuple else value


def _fitted(value: Any, variable: Variable) -> Any:
    """A value of the variable's dtype. ValueError: it has another shape."""
    if isinstance(value, Tensor):
        shape = tuple(value.shape)
        fitted = value if value.dtype.name == variable.dtype else value.to(np.dtype(variable.dtype))
    else:
        fitted = np.asarray(value, variable.dtype)[()]
        shape = fitted.shape
    if shape != variable.shape:
        raise shape_error(f"{variable.name} has the shape {list(variable.shape)}, not {list(shape)}", ValueError)
    return fitted


def _nested(value: Any) -> Any:
    return tuple(map(_nested, value)) if isinstance(value, list) else value


def _listed(value: Any) -> Any:
    return list(map(_listed, value)) if isinstance(value, tuple) else value


def _text(argument: Any) -> str:
    if isinstance(argument, Variable):
        return argument.name
    if isinstance(argument, Constant):
        return str(argument)
    if type(argument) is tuple:
        return f"({', '.join(map(_text, argument))}{',' if len(argument) == 1 else ''})"
    return repr(argument)
