"""Records that share an expression, computed together: one program, run over their values as columns.

The numbers are those of evaluating each by itself, to the last bit, so that it shows nowhere which were together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.program import Equation, run, trace
from ...engine.program import Program as Traced
from ...engine.program.rows import rounds_alike
from ...engine.program.taylor import derivatives
from ..analysis.differentiate import Request
from ..analysis.of_numbers import computed
from ..analysis.problem import Problem, Shapes
from ..analysis.result import Report, value_text
from ..semantics.evaluate import evaluate
from ..semantics.limits import Limits
from ..syntax.records import Conditional, Program
from ..syntax.walk import body_of, walk
from .forms import Form, Parse, form_of, groups, places_of

# Evaluating, their derivatives are quotients where no factor is zero; in a program they are always products.
_BY_NUMBERS = ("prod", "cumprod")
# An expression whose numbers vary.
_LONGEST = 1000


class Rows(NamedTuple):
    """What records that share an expression have in common, and arrays (n, ...) by key of what each has.

    `finite` marks those whose numbers are; of the others something is to be said, which computing each alone does.
    """

    model: Report
    inputs: Mapping[str, np.ndarray]
    found: Mapping[str, np.ndarray]
    finite: np.ndarray

    def report(self, expr: str, of: Callable[[np.ndarray], Any]) -> Report:
        """That of a record with this expression, `of` giving what it has of an array."""
        found = {key: of(column) for key, column in self.found.items()}

        def filled(path: str, values: Mapping[str, Any]) -> dict[str, Any]:
            return {
                name: filled(f"{path}.{name}", value) if isinstance(value, dict) else found[f"{path}.{name}"]
                for name, value in values.items()
            }

        return self.model._replace(
            expr=expr,
            inputs={name: of(column) for name, column in self.inputs.items()},
            value=found["value"],
            grad=filled("grad", self.model.grad),
            more={kind: filled(kind, values) for kind, values in self.model.more.items()},
            warnings=[],
        )


class Together:
    """Computes records with one expression or form; remembers the programs of those met before."""

    def __init__(self, request: Request, parse: Parse, vary: bool) -> None:
        """`parse` reads expressions, whose numbers may `vary`."""
        self.request = request
        self.parse = parse
        self.vary = vary
        self.traced = lru_cache(maxsize=256)(self.trace)

    def groups(
        self,
        exprs: Sequence[str],
        numbers: Sequence[Sequence[str]],
        columns: Mapping[str, np.ndarray],
        problem: Callable[[int], Problem],
        fewest: int,
    ) -> Iterator[tuple[list[int], Rows]]:
        """Those rows of n expressions that can be computed together, at least the `fewest`, and their results.

        The expressions are the same between their `numbers`, (n,) for each place. `columns` are the values of their
        variables, (n, ...), or where not all are numbers (n,) arrays, and None for what is no value; `problem` gives
        that of a row. ExpressionError, UsageError: something is wrong with one.
        """
        places = places_of(*self.parse(exprs[0])) if self.vary and len(exprs[0]) <= _LONGEST else []
        # A value that is none is like no other.
        mixed = [column for column in columns.values() if column.dtype == object]
        keys = [[row if value is None else value.shape for row, value in enumerate(column)] for column in mixed]
        for rows, varying in groups(numbers, places, [*keys, [()] * len(exprs)]):
            if len(rows) >= fewest:
                form = form_of(exprs[rows[0]], varying, self.parse)
                own = {name: _stacked(column[rows]) for name, column in columns.items()}
                found = self._rows(form, own, problem(rows[0]), problem(rows[-1]))
                if found is not None:
                    yield rows, found

    def _rows(self, form: Form, columns: Mapping[str, np.ndarray], first: Problem, last: Problem) -> Rows | None:
        """The results of n records, of which the first and the last are given, from arrays (n, ...) by variable.

        None: they cannot be told for all at once, or not as those two have them alone.
        """
        shapes = (*first.shapes(), *((name, ()) for name in form.numbers))
        program = self.traced(form.program, shapes, tuple(first.wrt), first.limits)
        if program is None:
            return None
        try:
            # What is the same in all rows comes from here: the type, the name of the last node, the notes.
            models = [computed(problem, self.request) for problem in (first, last)]
            failed: dict[int, str] = {}
            found = run(program, {**columns, **form.numbers}, threads=1, exact=True, failed=failed)
        except Exception:
            return None
        for model, row in zip(models, (0, -1), strict=True):
            if any(value_text(value) != value_text(found[key][row]) for key, value in model.facts() if key in found):
                return None
        finite = np.ones(len(found["value"]), bool)
        for column in (*found.values(), *columns.values()):
            finite &= np.isfinite(column.reshape(len(finite), -1)).all(axis=1)
        finite[list(failed)] = False
        return Rows(models[0], columns, found, finite)

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


def _stacked(column: np.ndarray) -> np.ndarray:
    return np.stack(column.tolist()) if column.dtype == object else column
