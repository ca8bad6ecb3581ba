"""Records that share an expression, computed together: one program, run over their values as columns.

The numbers are those of evaluating each by itself, to the last bit, so that it shows nowhere which were together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ...engine import Tensor
from ...engine.program import Equation, run, trace
from ...engine.program import Program as Traced
from ...engine.program.rows import rounds_alike
from ...engine.program.taylor import derivatives
from ..analysis.differentiate import Request, differentiate
from ..analysis.problem import Problem, Shapes
from ..analysis.result import Report, value_text
from ..semantics.evaluate import evaluate
from ..semantics.limits import Limits
from ..syntax.records import Conditional, Program
from ..syntax.walk import body_of, walk

# Evaluating, their derivatives are quotients where no factor is zero; in a program they are always products.
_BY_NUMBERS = ("prod", "cumprod")


class Together:
    """Computes problems with one key and the same limits; remembers the programs of keys met before."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.traced = lru_cache(maxsize=256)(self.trace)

    def reports(self, problems: Sequence[Problem]) -> list[Report | None]:
        """A report for each, None where it has to be computed by itself: no number, or none that is finite."""
        first, rows = problems[0], len(problems)
        alone: list[Report | None] = [None] * rows
        program = self.traced(first.program, *first.key()[1:], first.limits)
        if program is None:
            return alone
        columns = {name: np.stack([problem.variables[name]._data for problem in problems]) for name in first.variables}
        try:
            # What is the same in all rows comes from here: the type, the name of the last node, the notes.
            model = differentiate(first, self.request)
            found = run(program, columns, threads=1, exact=True)
        except Exception:
            return alone
        if any(value_text(value) != value_text(found[key][0]) for key, value in model.facts() if key in found):
            return alone
        finite = np.ones(rows, bool)
        for column in found.values():
            finite &= np.isfinite(column.reshape(rows, -1)).all(axis=1)
        return [
            _report(model, problem, {key: column[i] for key, column in found.items()}) if finite[i] else None
            for i, problem in enumerate(problems)
        ]

    def trace(self, program: Program, shapes: Shapes, wrt: Sequence[str], limits: Limits) -> Traced | None:
        """The program that computes the results as `differentiate` does; None: it depends on the numbers."""
        if any(type(part) is Conditional for statement in program.statements for part in walk(body_of(statement))):
            return None
        names = [name for name, _ in shapes]
        asked = {"jacobian": self.request.jacobian, "hessian": self.request.hessian, "order": self.request.order}

        def outputs(*tensors: Tensor) -> Mapping[str, Tensor]:
            given = dict(zip(names, tensors, strict=True))
            given = {name: tensor if name in wrt else tensor.detach() for name, tensor in given.items()}
            value = evaluate(program, given, limits)
            found = {"value": value}
            if wrt and value.dtype.is_floating_point:
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


def _report(model: Report, problem: Problem, found: Mapping[str, Any]) -> Report:
    """The model with the numbers of another problem."""

    def filled(path: str, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: filled(f"{path}.{name}", value) if isinstance(value, dict) else found[f"{path}.{name}"]
            for name, value in values.items()
        }

    return model._replace(
        inputs={name: value._data for name, value in problem.variables.items()},
        value=found["value"],
        grad=filled("grad", model.grad),
        more={kind: filled(kind, values) for kind, values in model.more.items()},
        warnings=[],
    )
