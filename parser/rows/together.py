"""Records that share an expression, computed together: one program, run over their values as columns.

The numbers are those of evaluating each by itself, to the last bit, so that it shows nowhere which were together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

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
from .forms import Form, Member

# Evaluating, their derivatives are quotients where no factor is zero; in a program they are always products.
_BY_NUMBERS = ("prod", "cumprod")


class _Found(NamedTuple):
    """The report of one problem, and the results of all by their keys."""

    model: Report
    columns: Mapping[str, np.ndarray]


class Together:
    """Computes problems with one key and the same limits; remembers the programs of keys met before."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.traced = lru_cache(maxsize=256)(self.trace)

    def reports(self, problems: Sequence[Problem]) -> list[Report | None]:
        """A report for each, None where it has to be computed by itself: no number, or none that is finite."""
        first = problems[0]
        columns = {name: np.stack([problem.variables[name]._data for problem in problems]) for name in first.variables}
        found = self._found(first.program, first.key()[1], columns, [first])
        if found is None:
            return [None] * len(problems)
        return _reports(found, [(problem.program.source, problem.variables) for problem in problems])

    def reports_of_form(
        self, form: Form, members: Sequence[Member], first: Problem, last: Problem
    ) -> list[Report | None]:
        """A report for each member of a form, as `reports`; the first and the last are given as problems too."""
        shapes = (*first.key()[1], *((name, ()) for name in form.numbers))
        columns = {name: np.stack([member.variables[name]._data for member in members]) for name in first.variables}
        numbers = np.array([member.numbers for member in members])
        columns.update(zip(form.numbers, numbers.T, strict=True))
        found = self._found(form.program, shapes, columns, [first, last])
        if found is None:
            return [None] * len(members)
        return _reports(found, [(member.expr, member.variables) for member in members])

    def _found(
        self, syntax: Program, shapes: Shapes, columns: Mapping[str, np.ndarray], tried: Sequence[Problem]
    ) -> _Found | None:
        """The results for all rows; None: it cannot be told, or not as the first (and last) problem has them alone."""
        first = tried[0]
        program = self.traced(syntax, shapes, tuple(first.wrt), first.limits)
        if program is None:
            return None
        try:
            # What is the same in all rows comes from here: the type, the name of the last node, the notes.
            models = [differentiate(problem, self.request) for problem in tried]
            found = run(program, columns, threads=1, exact=True)
        except Exception:
            return None
        for model, row in zip(models, (0, -1), strict=False):
            if any(value_text(value) != value_text(found[key][row]) for key, value in model.facts() if key in found):
                return None
        return _Found(models[0], found)

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


def _reports(found: _Found, rows: Sequence[tuple[str, Mapping[str, Tensor]]]) -> list[Report | None]:
    """The reports of rows, given by expression and variables; None for one with a number that is not finite."""
    finite = np.ones(len(rows), bool)
    for column in found.columns.values():
        finite &= np.isfinite(column.reshape(len(rows), -1)).all(axis=1)
    return [
        _report(found.model, expr, variables, {key: column[i] for key, column in found.columns.items()})
        if finite[i]
        else None
        for i, (expr, variables) in enumerate(rows)
    ]


def _report(model: Report, expr: str, variables: Mapping[str, Tensor], found: Mapping[str, Any]) -> Report:
    """The model with the numbers of another problem."""

    def filled(path: str, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: filled(f"{path}.{name}", value) if isinstance(value, dict) else found[f"{path}.{name}"]
            for name, value in values.items()
        }

    return model._replace(
        expr=expr,
        inputs={name: value._data for name, value in variables.items()},
        value=found["value"],
        grad=filled("grad", model.grad),
        more={kind: filled(kind, values) for kind, values in model.more.items()},
        warnings=[],
    )
