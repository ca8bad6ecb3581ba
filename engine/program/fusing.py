"""Which equations of a program are computed together in one loop of machine code, and which NumPy computes between."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Any

import numpy as np

from .lowering import Value, lanes_of, lowered, value_of
from .native import loops
from .native.bodies import Body, has_lanes, lanes_for, new_body
from .native.code import Code, code_of
from .program import Equation, Variable
from .rows import Kernel


class Fused:
    """Equations as one loop: `run` computes their results for the rows of a block."""

    def __init__(
        self,
        columns: Sequence[Variable],
        fixed: Sequence[Variable],
        results: Sequence[Variable],
        lanes: int,
        code: Code,
    ) -> None:
        self.columns = tuple(columns)
        self.fixed = tuple(fixed)
        self.operands = (*columns, *fixed)
        self.results = tuple(results)
        self.lanes = lanes
        self.code = code

    def variables(self) -> Iterator[Variable]:
        """What it needs."""
        yield from self.operands

    def kernel(self) -> Kernel:
        """How it is run."""
        return Kernel(self.run, self.operands, fills=True, aligned=False)

    def run(self, *given: Any, out: Sequence[Any]) -> None:
        """Writes the results for operands of as many rows, along their last dimension, in the order of `operands`.

        Those that are the same in all rows come after the others, and have no such dimension.
        """
        rows = out[0].shape[-1]
        columns = [part for column in given[: len(self.columns)] for part in _parts(column)]
        fixed = zip(given[len(self.columns) :], self.fixed, strict=True)
        numbers = [part for value, v in fixed for part in _parts(np.asarray(value, v.dtype)[..., None])]
        results = [part for array in out for part in _parts(array)]
        if rows >= self.lanes and all(array.flags.c_contiguous for array in results):
            self.code.run(rows, [*map(np.ascontiguousarray, columns), *numbers, *results])
        elif rows:
            whole = max(rows, self.lanes)
            found = [np.empty(whole, array.dtype) for array in results]
            self.code.run(whole, [*(np.resize(column, whole) for column in columns), *numbers, *found])
            for array, result in zip(results, found, strict=True):
                array[...] = result[:rows]


def _parts(array: Any) -> Sequence[Any]:
    """The columns of the elements of a value with the rows along its last dimension, in order."""
    return [array] if array.ndim == 1 else [array[place] for place in np.ndindex(array.shape[:-1])]


def fused(
    equations: Sequence[Equation], varying: Callable[[Variable], bool], outputs: Iterable[Variable], exact: bool
) -> list[Fused | Equation]:
    """The equations in an order they can be run in, those that have a native form joined to as few loops as can be.

    With `exact`, only those are joined whose results then have the same bits. Where no machine code can be made, they
    are as they were.
    """
    lanes = lanes_for(v.dtype for equation in equations for v in (*equation.variables(), *equation.results))
    native = native_places(equations, lanes, exact)
    parts: list[Fused | Equation] = []
    for joined, others in _stages(equations, native):
        if joined:
            own = set(map(id, joined))
            needed = {v for e in equations if id(e) not in own for v in e.variables()}
            made = _loop(joined, varying, needed.union(outputs), new_body(lanes, exact), exact)
            if made is None:
                return list(equations)
            parts.append(made)
        parts.extend(others)
    return parts


def native_places(equations: Sequence[Equation], lanes: int, exact: bool) -> set[int]:
    """Which equations have a native form, by their places."""
    body = new_body(lanes, exact)
    values: dict[Variable, Value] = {}
    native: set[int] = set()
    names = count()
    for i, equation in enumerate(equations):
        for variable in (*equation.variables(), *equation.results):
            if variable not in values:
                values[variable] = _named(variable, body, names)
        value = lowered(equation, values, body, exact)
        if value is not None:
            native.add(i)
            values[equation.results[0]] = value
    return native


def _named(variable: Variable, body: Body, numbers: Iterator[int]) -> Value:
    """A value whose elements the loop reads, numbered on."""
    elements = math.prod(variable.shape) if has_lanes(variable.dtype) else 0
    lanes = [loops.read(body, next(numbers), variable.dtype) for _ in range(elements)]
    return value_of(lanes, variable.shape) if lanes else None


def _stages(equations: Sequence[Equation], native: set[int]) -> list[tuple[list[Equation], list[Equation]]]:
    """Equations that can be joined, and others that come after them, in turn: as few turns as can be."""
    stages: list[tuple[list[Equation], list[Equation]]] = []
    # For each variable the turn it is computed in, and whether in a loop.
    known: dict[Variable, tuple[int, bool]] = {}
    for i, equation in enumerate(equations):
        joins = i in native
        before = [known[variable] for variable in equation.variables() if variable in known]
        turn = max([0, *(turn + (joins and not joined) for turn, joined in before)])
        known.update(dict.fromkeys(equation.results, (turn, joins)))
        while len(stages) <= turn:
            stages.append(([], []))
        stages[turn][not joins].append(equation)
    return stages


def _loop(
    equations: Sequence[Equation], varying: Callable[[Variable], bool], wanted: set[Variable], body: Body, exact: bool
) -> Fused | None:
    """The loop of equations that all have a native form. None: the system lets no code be made.

    `wanted` are the variables that others need.
    """
    made = {variable for equation in equations for variable in equation.results}
    given = dict.fromkeys(v for equation in equations for v in equation.variables() if v not in made)
    columns = [variable for variable in given if varying(variable)]
    fixed = [variable for variable in given if not varying(variable)]
    names = count()
    values = {variable: _named(variable, body, names) for variable in (*columns, *fixed)}
    for equation in equations:
        value = lowered(equation, values, body, exact)
        assert value is not None, equation
        values[equation.results[0]] = value
    results = [v for equation in equations for v in equation.results if v in wanted]
    reads, numbers = ([v.dtype for v in given for _ in range(math.prod(v.shape))] for given in (columns, fixed))
    text = loops.loop_text(body, reads, numbers, [lane for v in results for lane in lanes_of(values[v])])
    code = code_of(text, body.symbols)
    return None if code is None else Fused(columns, fixed, results, body.lanes, code)
