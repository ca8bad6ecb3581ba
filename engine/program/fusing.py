"""Which equations of a program are computed together in one loop of machine code, and which NumPy computes between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .native import loops
from .native.bodies import Body, Lane, Refusal, has_lanes, lanes_for, new_body
from .native.code import Code, code_of
from .program import Constant, Equation, Variable, thawed

# What a forward function that looks at numbers, or at more of an array than a lane has, may raise.
_FAILURES = (Refusal, ArithmeticError, AttributeError, IndexError, NotImplementedError, RuntimeError, TypeError)


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

    def run(self, *given: Any, out: Sequence[Any]) -> None:
        """Writes the results for operands that are columns of as many rows, or numbers, in the order of `operands`."""
        rows = len(out[0])
        columns = [np.ascontiguousarray(column) for column in given[: len(self.columns)]]
        numbers = [np.asarray(n, v.dtype) for n, v in zip(given[len(columns) :], self.fixed, strict=True)]
        if rows >= self.lanes and all(array.flags.c_contiguous for array in out):
            self.code.run(rows, [*columns, *numbers, *out])
        elif rows:
            whole = max(rows, self.lanes)
            found = [np.empty(whole, array.dtype) for array in out]
            self.code.run(whole, [*(np.resize(column, whole) for column in columns), *numbers, *found])
            for array, result in zip(out, found, strict=True):
                array[...] = result[:rows]


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
            made = _loop(joined, varying, needed.union(outputs), new_body(lanes, exact))
            if made is None:
                return list(equations)
            parts.append(made)
        parts.extend(others)
    return parts


def native_places(equations: Sequence[Equation], lanes: int, exact: bool) -> set[int]:
    """Which equations have a native form, by their places."""
    body = new_body(lanes, exact)
    values: dict[Variable, Lane] = {}
    native: set[int] = set()
    for i, equation in enumerate(equations):
        for variable in (*equation.variables(), *equation.results):
            values.setdefault(variable, Lane(body, np.dtype(variable.dtype), f"%g{len(values)}"))
        lane = _lowered(equation, values)
        if lane is not None:
            native.add(i)
            values[equation.results[0]] = lane
    return native


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


def _lowered(equation: Equation, values: Mapping[Variable, Lane]) -> Lane | None:
    """The lane of an equation's result, from those of its variables. None: the operation has no native form."""
    primitive = equation.primitive
    variables = [*equation.variables(), *equation.results]
    if primitive.outputs or any(v.shape or not has_lanes(v.dtype) for v in variables):
        return None
    if not primitive.elementwise and primitive.moves not in ("order", "repeated"):
        return None
    arguments = [values[a] if isinstance(a, Variable) else _number(a) for a in equation.arguments]
    try:
        lane = primitive.forward(*arguments) if primitive.elementwise else arguments[0]
    except _FAILURES:
        return None
    wanted = np.dtype(equation.results[0].dtype)
    return lane if isinstance(lane, Lane) and lane.dtype == wanted else None


def _number(argument: Any) -> Any:
    """A constant of one number as that number, anything else as it is."""
    return thawed(argument) if isinstance(argument, Constant) and not argument.shape else argument


def _loop(
    equations: Sequence[Equation], varying: Callable[[Variable], bool], wanted: set[Variable], body: Body
) -> Fused | None:
    """The loop of equations that all have a native form. None: the system lets no code be made.

    `wanted` are the variables that others need.
    """
    made = {variable for equation in equations for variable in equation.results}
    given = dict.fromkeys(v for equation in equations for v in equation.variables() if v not in made)
    columns = [variable for variable in given if varying(variable)]
    fixed = [variable for variable in given if not varying(variable)]
    values = {variable: loops.column(body, i, variable.dtype) for i, variable in enumerate(columns)}
    values |= {variable: loops.number(body, i, variable.dtype) for i, variable in enumerate(fixed)}
    for equation in equations:
        lane = _lowered(equation, values)
        assert lane is not None, equation
        values[equation.results[0]] = lane
    results = [v for equation in equations for v in equation.results if v in wanted]
    text = loops.loop_text(body, [v.dtype for v in columns], [v.dtype for v in fixed], [values[v] for v in results])
    code = code_of(text, body.symbols)
    return None if code is None else Fused(columns, fixed, results, body.lanes, code)
