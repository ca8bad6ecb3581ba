"""A batch: a level inside which some tensors stand for many at once, and each operation is done for all of them.

A batched tensor looks like one of those it stands for. Its data are a tensor of all of them (`tensors/batched.py`),
which may have a history and tangents of its own, from outside the level; what is recorded inside is of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..graph.transforms import Level, drawn, enter, forward, leave
from ..primitives.arguments import data_of
from ..primitives.copying import clone, copied, to_copy
from ..primitives.operators import OPERATORS, operation_of
from ..primitives.reshaping import reshape
from ..table.binding import bind
from ..table.dispatch import FAILURES, linked, quietly, run_on
from ..table.record import Operation
from ..tensors.aliases import Call
from ..tensors.batched import Batched, BatchError
from ..tensors.dtypes import is_number
from ..tensors.memory import memory_of
from ..tensors.modes import recording
from ..tensors.symbol import DATA, Numberless
from ..tensors.tensor import Memory, Tensor
from .batch_rules import Operand, over_batch, repeated
from .gradients import without_history
from .inplace import in_place

_NUMBERS = (np.ndarray, np.generic)


class Batch(Level):
    """A level inside which tensors may stand for `size` others."""

    __slots__ = ("given", "randomness", "size", "wrote")

    numberless = is_batch = True
    formal = at_point = False

    def __init__(self, size: int, randomness: str = "error") -> None:
        super().__init__()
        self.size = size
        self.randomness = randomness
        # The memory of what came from outside, and whether something was written into that or what may be.
        self.given: set[Memory] = set()
        self.wrote = False

    def __enter__(self) -> Batch:
        enter(self)
        return self

    def __exit__(self, *exc_info: object) -> None:
        leave(self)

    def batched(self, value: Tensor) -> Tensor:
        """The tensor that stands for each of those that the first dimension of `value` counts."""
        self.given.add(memory_of(value))
        return Tensor(Batched(self, value))

    def holds(self, value: Any) -> bool:
        """Whether a tensor stands for many at this level."""
        data = data_of(value)
        return isinstance(data, Batched) and data.trace is self

    def unbatched(self, tensor: Tensor) -> Tensor:
        """All the tensors that one stands for, counted by a first dimension: copies, if it stands for itself."""
        data = tensor._data
        return data.value if self.holds(tensor) else repeated(tensor, self.size)

    def propagate(self, call: Call, primitive: Operation, args: Any, kwargs: Any) -> Any:
        levels = forward.levels
        forward.levels = levels[:-1]
        try:
            arguments = bind(primitive, args, kwargs)
            if primitive.variadic:
                arguments = (list(arguments[0]), *arguments[1:])
            given = arguments[0] if primitive.variadic else arguments
            if not any(self.holds(value) for value in given):
                return call(*arguments)
            if len(levels) == 1:
                result = None
                if any(isinstance(value, Tensor) for value in given):
                    if primitive.elementwise:
                        result = self._elementwise(primitive, arguments)
                elif not recording.enabled:
                    result = self._of_data(primitive, arguments)
                if result is not None:
                    return result
            data = [*map(data_of, arguments)]
            if primitive.variadic:
                data[0] = [*map(data_of, given)]
            result = run_on(primitive, arguments, data, partial(self._computed, primitive, arguments))
            if primitive.view and isinstance(arguments[0], Tensor):
                return linked(primitive, arguments[0], arguments[1:], result)
            return result
        finally:
            forward.levels = levels

    def _elementwise(self, primitive: Operation, arguments: Sequence[Any]) -> Any:
        """What an elementwise operation makes of tensors of one floating dtype; None: it is none such.

        Nothing outside the level sees it. As others are done, by `_computed`, it takes three times as long.
        """
        records = recording.enabled
        dtype = None
        given: list[Any] = []
        for position, value in enumerate(arguments):
            if not isinstance(value, Tensor):
                if position < primitive.tensors and not is_number(value):
                    return None
                given.append(value)
                continue
            data = value._data
            outside = data.value if type(data) is Batched and data.trace is self else value
            if isinstance(outside._data, Numberless) or (records and outside._requires_grad):
                return None
            if position in primitive.promotes:
                dtype = dtype or data.dtype
                if data.dtype is not dtype or dtype.kind != "f":
                    return None
            given.append(data)
        found = None if dtype is None else self._aligned(quietly(primitive), primitive, given)
        if found is None:
            return None
        if records and any(isinstance(a, Tensor) and a._requires_grad for a in arguments):
            return run_on(primitive, arguments, [*map(data_of, arguments)], lambda data: found)
        return Tensor(found)

    def _aligned(self, compute: Call, primitive: Operation, arguments: Sequence[Any]) -> Batched | None:
        """What an elementwise operation makes of data; None: it has several results, or fails."""
        if primitive.outputs or len(arguments) != len(primitive.arguments):
            return None
        given = [a.value._data if type(a) is Batched and a.trace is self else a for a in arguments]
        ranks = [v.ndim + (v is a) for v, a in zip(given, arguments, strict=True) if isinstance(v, _NUMBERS)]
        if any(isinstance(value, Numberless) for value in given):
            return None
        rank = max(ranks)
        if min(ranks) < rank:
            for i, value in enumerate(given):
                if value is not arguments[i] and value.ndim < rank:
                    given[i] = value.reshape(self.size, *(1,) * (rank - value.ndim), *value.shape[1:])
        try:
            return Batched(self, Tensor(compute(*given)))
        except FAILURES:
            return None

    def _of_data(self, primitive: Operation, arguments: Sequence[Any]) -> Any:
        """What an operation makes of data, as rules call it, of whose history nothing is to be known."""
        if primitive.elementwise:
            found = self._aligned(primitive.forward, primitive, arguments)
            if found is not None:
                return found
        operands = [*map(self._bare, arguments)]
        if primitive.variadic:
            operands[0] = [*map(self._bare, arguments[0])]
        results = over_batch(primitive, operands, self.size)
        if primitive.outputs:
            return [Batched(self, Tensor(result)) for result in results]
        return Batched(self, Tensor(results))

    def _bare(self, value: Any) -> Any:
        """An argument that is data, as it is outside the level."""
        if type(value) is Batched and value.trace is self:
            return Operand(value.value._data, True, value.shape)
        return Operand(value, False, value.shape) if isinstance(value, DATA) else value

    def _computed(self, primitive: Operation, arguments: Sequence[Any], data: Sequence[Any]) -> Any:
        """The data of the results, given the arguments and, cast as the operation casts them, their data."""
        operands = [*map(self._operand, arguments, data)]
        if primitive.variadic:
            operands[0] = [*map(self._operand, arguments[0], data[0])]
        results = over_batch(primitive, operands, self.size)
        return [Batched(self, result) for result in results] if primitive.outputs else Batched(self, results)

    def _operand(self, value: Any, data: Any) -> Any:
        """An argument as it is outside the level: with its history there, in the dtype of `data`."""
        if not isinstance(data, DATA):
            return value
        given = value._data if isinstance(value, Tensor) else value
        batched = type(given) is Batched and given.trace is self
        outside = given.value if batched else value if isinstance(value, Tensor) else Tensor(value)
        if given is not data and outside._data.dtype != data.dtype:
            outside = to_copy(outside, data.dtype)
        return Operand(outside, batched, data.shape)

    def operator(self, name: str) -> Call:
        """The operation of a Python operator on data."""
        return partial(self._on_data, OPERATORS[name])

    def operation(self, ufunc: Any, inputs: Sequence[Any]) -> Call:
        """The operation of the table that a NumPy function on data stands for. BatchError: there is none."""
        call = operation_of(ufunc, inputs)
        if call is None:
            raise BatchError(f"vmap: {ufunc.__name__} is of numbers, and a tensor here stands for many")
        return partial(self._on_data, call)

    def _on_data(self, call: Call, *values: Any) -> Any:
        primitive = getattr(call, "operation", None)
        if primitive is not None and primitive.elementwise and not recording.enabled and forward.levels == [self]:
            found = self._aligned(primitive.forward, primitive, values)
            if found is not None:
                return found
        return data_of(call(*[Tensor(value) if isinstance(value, DATA) else value for value in values]))

    def copies(self, tensor: Tensor) -> Tensor:
        """The tensor that stands for so many copies of one, each in memory of its own."""
        with self.outside():
            return self.batched(clone(repeated(tensor, self.size)))

    def cast(self, symbol: Batched, dtype: np.dtype[Any]) -> Any:
        """The data in another dtype."""
        with self.outside():
            return Batched(self, to_copy(symbol.value, dtype))

    def copied(self, symbol: Batched) -> Batched:
        """The data in memory of their own."""
        with self.outside():
            return Batched(self, clone(symbol.value))

    def write(self, symbol: Batched, data: Any) -> None:
        """Changes what the data stand for in place. RuntimeError: as for other tensors."""
        with self.outside():
            if isinstance(data, Batched) and data.trace is self:
                source = data.value
                shape = (len(source), *(1,) * (symbol.ndim - data.ndim), *data.shape)
                source = reshape(source, shape)
            else:
                source = Tensor(data)
            in_place("copy_", copied)(symbol.value, source)

    def drawn(self, function: str, draw: Call, shape: tuple[int, ...]) -> Any:
        """Random numbers: for each of the batch others, or the same for all. RuntimeError: neither was asked for."""
        if self.randomness == "error":
            raise RuntimeError(
                "vmap: called random operation while in randomness error mode. Please either use the 'same' or "
                "'different' randomness flags on vmap or perform the randomness operation out of vmap"
            )
        with self.outside():
            if self.randomness == "same":
                return drawn(function, draw, shape)
            return Batched(self, Tensor(drawn(function, draw, (self.size, *shape))))

    def carry_over(self, source: Tensor, target: Tensor) -> None:
        # What was detached from its own history is not to lose that of what it stands for.
        if self.holds(source) and self.holds(target):
            before, after = source._data.value, target._data.value
            if memory_of(before) is memory_of(after):
                target._data = source._data

    def written(self, tensor: Tensor, result: Tensor) -> None:
        data = tensor._data
        memory = memory_of(data.value if self.holds(tensor) else tensor)
        self.wrote = self.wrote or not self.holds(tensor) or memory in self.given


def histories(tensor: Tensor) -> Iterator[Tensor]:
    """A tensor and those it goes with, each of which may have a history: its tangents, and what it stands for."""
    waiting = [tensor]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one._data, Batched):
            waiting.append(one._data.value)
        waiting.extend(t for t in (one._tangents or {}).values() if t is not None)


def stripped(tensor: Tensor) -> Tensor:
    """A tensor without history, and what it stands for as well."""
    bare = without_history(tensor)
    data = bare._data
    if isinstance(data, Batched):
        bare._data = Batched(data.trace, stripped(data.value))
    return bare
