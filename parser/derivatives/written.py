"""Derivatives as programs of the language, which are written in its syntax or in code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

from ..algebra.presentation import Presentation
from ..algebra.sharing import shared
from ..algebra.terms import Symbol, Term, ordered
from ..semantics.names import CONSTANTS, free_variables
from ..syntax.printer import program_text
from ..syntax.records import Assign, Name, Program
from ..syntax.records import Number as Literal
from ..syntax.walk import body_of, walk
from .definitions import definitions, names_in, needed
from .traced import By


class Fault(Enum):
    """What is wrong with a form at a point: it is not finite, or has lost its digits, and the engine's derivative not.

    Or neither of them is right, or finite, which need not be said; or they differ, and it is not known which is right.
    """

    LACKING = "this form is not finite at {}, where `autodiff eval` finds a derivative"
    ASTRAY = "this form loses its digits at {}, where `autodiff eval` keeps them"
    SHARED = "neither this form nor `autodiff eval` is right at {}, where digits cancel"
    UNBOUNDED = ""
    DOUBTFUL = "this form and `autodiff eval` differ at {}, and which of them is right is not known"


class Derivatives(NamedTuple):
    """Derivatives as programs of the language: assignments to shared parts, then one expression for each.

    `variables` are those of the original, `shared` the assignments, `results` the expressions by what each
    differentiates by, in order. At `points` of the domain they have been compared with the engine. `arrays` has the
    shapes of variables that are no single numbers, and `narrow` the results with fewer elements than
    their variable has, such as 1 for all of them. A value of several `elements` is differentiated as their sum. The
    `faults` of a result are the values of its variable at which it is wrong as it is written, by their kind (`Fault`).
    """

    variables: tuple[str, ...]
    shared: tuple[Assign, ...]
    results: dict[By, Any]
    points: int = 0
    arrays: Mapping[str, tuple[int, ...]] = MappingProxyType({})
    elements: int = 1
    narrow: frozenset[By] = frozenset()
    faults: Mapping[By, Mapping[Fault, Sequence[float]]] = MappingProxyType({})

    def program(self, by: By) -> Program:
        """One derivative with the assignments that it needs."""
        parts = {assign.name: assign.value for assign in self.shared}
        result = self.results[by]
        while type(result) is Name and result.name in parts:
            result = parts[result.name]
        return Program("", (*self._needed([result]), result))

    def text(self, by: By) -> str:
        """That as it is printed."""
        return "\n".join(program_text(self.program(by)))

    def used(self) -> list[Assign]:
        """The assignments to shared parts that the results need, in order."""
        return self._needed(self.results.values())

    def _needed(self, results: Iterable[Any]) -> list[Assign]:
        names = [name for result in results for name in names_in(result)]
        return [*needed({assign.name: assign for assign in self.shared}, names)]


def presented(
    expression: Program,
    variables: tuple[str, ...],
    terms: Mapping[By, Term],
    share: bool,
    plain: Presentation | None = None,
) -> Derivatives:
    """Expressions as syntax; `share`: with names for what occurs often."""
    outputs = list(terms.values())
    symbols = {term.name for term in ordered(outputs) if isinstance(term, Symbol)}
    given = definitions(expression)
    taken = {*symbols, *CONSTANTS, *free_variables(expression), *given}
    shown = plain if plain is not None and not _has_decimals(expression) else Presentation(_has_decimals(expression))
    names = shared(outputs, shown, taken) if share else {}
    if names:
        shown = Presentation(shown.decimals, names)
    assigns = tuple(Assign(name, shown.syntax(term, named=False), 0, 0) for term, name in names.items())
    return Derivatives(
        variables, (*needed(given, symbols), *assigns), {by: shown.syntax(term) for by, term in terms.items()}
    )


def _has_decimals(expression: Program) -> bool:
    """Whether someone who wrote the expression writes 0.5 rather than 1/2."""
    records = (record for statement in expression.statements for record in walk(body_of(statement)))
    numbers = (record.value for record in records if type(record) is Literal)
    return any(isinstance(value, float) and value % 1 for value in numbers)
