"""Runs a program that was traced for one row over columns of many.

It goes through the rows block by block, so that what is computed on the way stays in a core's cache, and has several
threads do so: NumPy lets others run while it computes.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..tensors.aliases import Array
from ..tensors.errors import shape_error
from .program import Constant, Equation, Program, Variable, substituted, thawed
from .rows import FAILURES, TOLD, Kernel, kernel, row_by_row

if TYPE_CHECKING:
    from .fusing import Fused

# What a thread works on at a time, in bytes for all its buffers together: about a core's second-level cache. With
# less, calling NumPy takes its share of the time; with more, the memory does.
_CACHE = 1024 * 1024
_FEWEST = 4096
# Rows that a loop of machine code computes at a time: it has no buffers, so only calling it counts.
_LONGEST = 1 << 18
# Machine code saves about 3 ns for each row and equation. Importing llvmlite takes as long as so many of these, and
# compiling an equation as long as so many rows of it.
_IMPORTED = 1 << 25
_COMPILED = 1 << 16
# Held while a plan is made, so that threads which start together do not compile the same.
_PLANNING = threading.Lock()


def run(
    program: Program,
    columns: Mapping[str, Any],
    *,
    threads: int | None = None,
    block: int | None = None,
    exact: bool = False,
    native: bool | None = None,
    failed: dict[int, str] | None = None,
) -> dict[str, Array]:
    """The program's outputs for each row, as arrays of shape (n, ...) by name.

    `columns` has an array of shape (n, ...) for each input, or, for one that is the same in all rows, a value of the
    input's own shape. `threads` compute side by side (None: as many as there are cores), each `block` rows at a time
    (None: what fits in a core's cache). A row that fails or yields nan does not touch the others; where an operation
    fails, its result is nan, and `failed` is given why, by the number of the row. With `exact`, the numbers are to the
    last bit those of `program.run` on each row. `native` is whether to make machine code, where that can be done (None:
    where there are enough rows that it is soon done).

    KeyError: an input without values. ValueError: a column of another shape, or of another length than the first.
    """
    fixed, varying, rows = _sorted_out(program, columns)
    if native is None:
        native = pays(program, rows)
    plan = _plan(program, frozenset(varying), exact, native)
    results = {name: np.empty((rows, *o.shape), o.dtype) for name, o in program.outputs.items()}
    with np.errstate(all="ignore"):
        known = plan.known(fixed)
    size = block or plan.block_size()
    blocks = -(-rows // size)
    workers = min(threads or os.cpu_count() or 1, blocks)
    starts = count(0, size)
    stopped = threading.Event()

    def work() -> None:
        worker = _Worker(plan, known, varying, results, min(size, rows), failed)
        for start in starts:
            if start >= rows or stopped.is_set():
                return
            worker.compute(start, min(start + size, rows))

    if workers > 1:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(workers) as pool:
            try:
                for future in [pool.submit(work) for _ in range(workers)]:
                    future.result()
            except BaseException:
                stopped.set()
                raise
    else:
        work()
    for name, output in program.outputs.items():
        if isinstance(output, Constant):
            results[name][...] = output.array()
        elif output not in plan.varying:
            results[name][...] = known[output]
    return results


def _sorted_out(program: Program, columns: Mapping[str, Any]) -> tuple[dict[Variable, Any], dict[Variable, Array], int]:
    """The inputs that are the same in all rows, those that vary, and how many rows there are."""
    fixed: dict[Variable, Any] = {}
    varying: dict[Variable, Array] = {}
    length: int | None = None
    for variable in program.inputs:
        data = np.asarray(columns[variable.name], variable.dtype)
        if data.shape == variable.shape:
            fixed[variable] = data[()]
        elif data.shape[1:] != variable.shape or not data.ndim:
            wanted = ", ".join(["n", *map(str, variable.shape)])
            raise shape_error(
                f"{variable.name} has the shape {list(data.shape)}, and a column of it [{wanted}]", ValueError
            )
        elif length not in (None, len(data)):
            raise ValueError(f"{variable.name} has {len(data)} rows, and another column {length}")
        else:
            varying[variable] = data
            length = len(data)
    return fixed, varying, 1 if length is None else length


class _Step(NamedTuple):
    # An equation, or several as one loop of machine code.
    part: Equation | Fused
    kernel: Kernel
    # For each result, the buffer it is written to (None: an output's own array, or one that the operation makes).
    buffers: tuple[int | None, ...]


class _Plan:
    """How to run a program some of whose inputs vary: what is computed once, and the steps for each block."""

    def __init__(self, program: Program, names: frozenset[Variable], exact: bool, native: bool) -> None:
        self.program = program
        self.varying = set(names)
        self.once: list[Equation] = []
        equations: list[Equation] = []
        for equation in program.equations:
            if self.varying.isdisjoint(equation.variables()):
                self.once.append(equation)
            else:
                equations.append(equation)
                self.varying.update(equation.results)
        outputs = [o for o in program.outputs.values() if isinstance(o, Variable)]
        varies = self.varying.__contains__
        parts: Sequence[Equation | Fused] = equations
        if native:
            # Here, as few programs have rows enough for it.
            from .fusing import fused

            parts = fused(equations, varies, outputs, exact)
        steps = [(part, kernel(part, varies, exact) if isinstance(part, Equation) else part.kernel()) for part in parts]
        # A value without dimensions that is an output is computed where it will stay.
        self.in_place: dict[Variable, str] = {}
        for name, output in program.outputs.items():
            if isinstance(output, Variable) and output in self.varying and not output.shape:
                self.in_place.setdefault(output, name)
        for part, made in steps:
            if not made.fills:
                for variable in part.results:
                    self.in_place.pop(variable, None)
        for variable in program.inputs:
            self.in_place.pop(variable, None)
        self.buffers: list[tuple[tuple[int, ...], str]] = []
        self.steps = self._with_buffers(steps)

    def _with_buffers(self, parts: Sequence[tuple[Equation | Fused, Kernel]]) -> list[_Step]:
        """The steps, with as few buffers as they can do with: one that is not needed any more is used again."""
        last: dict[Variable, int] = {}
        for i, (part, _) in enumerate(parts):
            last.update(dict.fromkeys(part.variables(), i))
        last.update({o: len(parts) for o in self.program.outputs.values() if isinstance(o, Variable)})
        free: dict[tuple[tuple[int, ...], str], list[int]] = {}
        held: dict[Variable, int] = {}
        steps: list[_Step] = []
        for i, (part, made) in enumerate(parts):
            if not made.fills:
                # The result of an operation that makes it may be its operand, or a view of it: that stays as it is.
                for variable in part.variables():
                    held.pop(variable, None)
            dying = [v for v in dict.fromkeys(part.variables()) if last[v] == i and v in held]
            if made.overlaps:
                self._release(dying, held, free)
            buffers = [self._buffer(target, held, free) if made.fills else None for target in part.results]
            if not made.overlaps:
                self._release(dying, held, free)
            steps.append(_Step(part, made, tuple(buffers)))
        return steps

    def _buffer(self, target: Variable, held: dict[Variable, int], free: dict[Any, list[int]]) -> int | None:
        """A buffer for a result; None if it is an output, which has a place of its own."""
        if target in self.in_place:
            return None
        kind = (target.shape, target.dtype)
        buffer = free[kind].pop() if free.get(kind) else len(self.buffers)
        if buffer == len(self.buffers):
            self.buffers.append(kind)
        held[target] = buffer
        return buffer

    def _release(self, variables: Sequence[Variable], held: dict[Variable, int], free: dict[Any, list[int]]) -> None:
        for variable in variables:
            free.setdefault((variable.shape, variable.dtype), []).append(held.pop(variable))

    def known(self, fixed: Mapping[Variable, Any]) -> dict[Variable, Any]:
        """The values that are the same in all rows."""
        known = dict(fixed)
        for equation in self.once:
            computed = equation.primitive.forward(*[substituted(thawed(a), known) for a in equation.arguments])
            known.update(equation.named(computed))
        return known

    def block_size(self) -> int:
        """How many rows' values fit in the cache, but enough that calling NumPy is not most of the work."""
        values = [*self.buffers, *((v.shape, v.dtype) for v in self.varying.intersection(self.program.inputs))]
        sizes = [math.prod(shape) for shape, _ in values]
        row = sum(size * np.dtype(dtype).itemsize for size, (_, dtype) in zip(sizes, values, strict=True))
        if len(self.steps) == 1 and not isinstance(self.steps[0].part, Equation):
            return _LONGEST
        return max(_CACHE // max(row, 8), _FEWEST // max(*sizes, 1, 1), 1)


def _plan(program: Program, names: frozenset[Variable], exact: bool = False, native: bool = False) -> _Plan:
    """The plan for these varying inputs, made once for a program."""
    key = names, exact, native
    with _PLANNING:
        if key not in program.plans:
            program.plans[key] = _Plan(program, names, exact, native)
        return program.plans[key]


def pays(program: Program, rows: float) -> bool:
    """Whether machine code for so many rows saves more time than making it takes, and can be made."""
    if rows < pays_from(program):
        return False
    from .native.code import available

    return available()


def pays_from(program: Program) -> float:
    """From how many rows on machine code saves more time than making it takes."""
    return _COMPILED + _IMPORTED / len(program.equations) if program.equations else math.inf


class _Worker:
    """Computes blocks, with buffers of its own."""

    def __init__(
        self,
        plan: _Plan,
        known: Mapping[Variable, Any],
        columns: Mapping[Variable, Array],
        results: Mapping[str, Array],
        size: int,
        failed: dict[int, str] | None,
    ) -> None:
        self.failed = failed
        self.plan = plan
        self.known = known
        self.columns = columns
        self.results = results
        self.size = size
        self.buffers = [np.empty((*shape, size), dtype) for shape, dtype in plan.buffers]
        self.operands = [self._prepared(step) for step in plan.steps]

    def _prepared(self, step: _Step) -> list[Any]:
        """The operands of a step: variables that vary, and the values of the rest."""
        prepared: list[Any] = []
        for operand in step.kernel.operands:
            value = thawed(operand)
            if isinstance(value, Variable) and value not in self.plan.varying:
                value = self.known[value]
            if step.kernel.aligned and isinstance(value, np.ndarray) and value.ndim:
                value = value[..., None]
            prepared.append(value)
        return prepared

    def compute(self, start: int, stop: int) -> None:
        """Computes the rows from `start` to `stop`."""

        def fail(row: int, error: Exception) -> None:
            if self.failed is not None:
                self.failed.setdefault(start + row, str(error))

        told = TOLD.set(fail)
        try:
            with np.errstate(all="ignore"):
                self._compute(start, stop)
        finally:
            TOLD.reset(told)

    def _compute(self, start: int, stop: int) -> None:
        rows = stop - start
        values: dict[Variable, Array] = {v: _row_last(column[start:stop]) for v, column in self.columns.items()}
        for variable, name in self.plan.in_place.items():
            values[variable] = self.results[name][start:stop]
        for step, operands in zip(self.plan.steps, self.operands, strict=True):
            made = step.kernel
            given = [values[operand] if type(operand) is Variable else operand for operand in operands]
            for target, buffer in zip(step.part.results, step.buffers, strict=True):
                if buffer is not None:
                    out = self.buffers[buffer]
                    values[target] = out if rows == self.size else out[..., :rows]
            if not isinstance(step.part, Equation):
                made.function(*given, out=[values[target] for target in step.part.results])
                continue
            try:
                if made.fills:
                    made.function(*given, out=values[step.part.results[0]])
                else:
                    values.update(step.part.named(made.function(*given)))
            except FAILURES:
                one_by_one = row_by_row(step.part, self.plan.varying.__contains__)
                given = [values[v] if v in self.plan.varying else self.known[v] for v in one_by_one.operands]
                values.update(step.part.named(one_by_one.function(*given)))
        self._deliver(values, start, stop)

    def _deliver(self, values: Mapping[Variable, Array], start: int, stop: int) -> None:
        """Writes the outputs of a block where they are wanted."""
        for name, output in self.plan.program.outputs.items():
            if not isinstance(output, Variable) or output not in self.plan.varying:
                continue
            target = self.results[name][start:stop]
            value = values[output]
            if not np.may_share_memory(target, value):
                target[...] = np.moveaxis(value, -1, 0)


def _row_last(block: Array) -> Array:
    return block if block.ndim == 1 else np.ascontiguousarray(np.moveaxis(block, 0, -1))
