"""Records that share an expression, computed together: one program, run over their values as columns.

The numbers are those of evaluating each by itself, to the last bit, so that it shows nowhere which were together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ...engine import Tensor
from ...engine.autograd.jacobians import derivatives
from ...engine.program import Equation, run, trace
from ...engine.program import Program as Traced
from ...engine.program.rows import rounds_alike
from ...parser.analysis.differentiate import Request, differentiate
from ...parser.analysis.result import Report, value_text
from ...parser.semantics.evaluate import evaluate
from ...parser.semantics.limits import Limits
from ...parser.syntax.records import Assign, Conditional, Define, Program
from ...parser.syntax.walk import walk
from .task import Shapes, Task

# Evaluating, their derivatives are quotients where no factor is zero; in a program they are always products.
_BY_NUMBERS = ("prod", "cumprod")


class Together:
    """Computes tasks with one key; remembers the programs of keys met before."""

    def __init__(self, request: Request, limits: Limits) -> None:
        self.request = request
        self.limits = limits
        self.traced = lru_cache(maxsize=256)(self.trace)

    def reports(self, tasks: Sequence[Task]) -> list[Report | None]:
        """A report for each task, None where it has to be computed by itself: no number, or none that is finite."""
        first = tasks[0]
        alone: list[Report | None] = [None] * len(tasks)
        program = self.traced(first.program, *first.key()[1:])
        if program is None:
            return alone
        columns = {name: np.stack([task.variables[name]._data for task in tasks]) for name in first.variables}
        try:
            # What is the same in all rows comes from here: the type, the name of the last node, the notes.
            model = differentiate(first.program, first.variables, first.wrt, self.request, self.limits)
            found = run(program, columns, threads=1, exact=True)
        except Exception:
            return alone
        if any(value_text(value) != value_text(found[key][0]) for key, value in model.facts() if key in found):
            return alone
        finite = np.ones(len(tasks), bool)
        for column in found.values():
            finite &= np.isfinite(column.reshape(len(tasks), -1)).all(axis=1)
        return [
            _report(model, task, {key: column[i] for key, column in found.items()}) if finite[i] else None
            for i, task in enumerate(tasks)
        ]

    def trace(self, program: Program, shapes: Shapes, wrt: Sequence[str]) -> Traced | None:
        """The program that computes the results as `differentiate` does; None: it depends on the numbers."""
        if any(type(part) is Conditional for statement in program.statements for part in walk(_body(statement))):
            return None
        names = [name for name, _ in shapes]

        def outputs(*tensors: Tensor) -> Mapping[str, Tensor]:
            given = dict(zip(names, tensors, strict=True))
            given = {name: tensor if name in wrt else tensor.detach() for name, tensor in given.items()}
            value = evaluate(program, given, self.limits)
            found = {"value": value}
            if wrt and value.dtype.is_floating_point:
                asked = {
                    "jacobian": self.request.jacobian,
                    "hessian": self.request.hessian,
                    "order": self.request.order,
                }
                found.update(derivatives(value, {name: given[name] for name in wrt}, **asked))
            return found

        try:
            traced = trace(outputs, dict(shapes))
        except Exception:
            # Whatever the reason, evaluating one after the other says what it is.
            return None
        return traced if names and all(map(_is_as_alone, traced.equations)) else None


def _is_as_alone(equation: Equation) -> bool:
    """Whether what is traced is what evaluating does, to the last bit."""
    name = equation.primitive.name
    if name in _BY_NUMBERS:
        return False
    # A sum over a single number may or may not keep the sign of a zero.
    return name == "pow" or rounds_alike(equation) or all(variable.shape for variable in equation.variables())


def _body(statement: Any) -> Any:
    if isinstance(statement, Assign):
        return statement.value
    return statement.body if isinstance(statement, Define) else statement


def _report(model: Report, task: Task, found: Mapping[str, Any]) -> Report:
    """The model with the numbers of another task."""

    def filled(path: str, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: filled(f"{path}.{name}", value) if isinstance(value, dict) else found[f"{path}.{name}"]
            for name, value in values.items()
        }

    return model._replace(
        inputs={name: value._data for name, value in task.variables.items()},
        value=found["value"],
        grad=filled("grad", model.grad),
        more={kind: filled(kind, values) for kind, values in model.more.items()},
        warnings=[],
    )
