"""The variables of one point, with their deviations: as options, as `name=value`, and from a fit."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from ...parser.analysis.given_names import match
from ...parser.analysis.given_values import from_json
from ...parser.semantics.names import CONSTANTS, free_variables
from ...parser.solving.correlations import read_correlations
from ...parser.solving.fit_parameters import FitParameters, read_fit
from ...parser.solving.uncertain_values import Uncertain, read_uncertain
from ...parser.solving.uncertainty import Inputs
from ...parser.syntax.errors import UsageError
from ...parser.syntax.records import Program
from ...parser.syntax.wording import listed, quoted
from ..shell.options import caller
from ..shell.saying import say
from ..shell.streams import is_terminal, read_text
from ..shell.variables import collected
from .uncertainty_options import Given


def read_inputs(program: Program, assigned: Iterable[str], given: Given) -> Inputs:
    """The inputs of an expression.

    ExpressionError, UsageError: a variable without a value, a value that is none or has no variable, correlations that
    cannot be.
    """
    free = free_variables(program)
    values = read_values(given, assigned, free)
    fit = _fit(given, [name for name in free if name not in values and name not in CONSTANTS])
    correlations = read_correlations(given.correlations)
    if fit is not None:
        both = [name for name in values if name in fit.values]
        if both:
            say(f"note: {listed(both)} {'has' if len(both) == 1 else 'have'} the value given, not that of the fit")
        used = fit.only({name for name in fit.values if name in free and name not in values})
        values = {**used.values, **values}
        correlations = {**used.correlations, **correlations}
    # In the order of the expression.
    names = match(program, free, values, caller(given.context.command))
    if not names:
        raise UsageError("the expression has no variables, and only these have deviations")
    inputs = Inputs({name: values[name] for name in names})
    if correlations:
        inputs.correlate(correlations)
    return inputs


def read_values(given: Given, assigned: Iterable[str], needed: Collection[str]) -> dict[str, Uncertain]:
    """The variables given, by name; of those in a file, the `needed` ones.

    UsageError: a name given twice, or a value that is none.
    """

    def held(name: str, value: Any) -> Uncertain:
        return read_uncertain(name, value if isinstance(value, str) else str(from_json(name, value).tolist()))

    words = [*given.assignments, *assigned]
    return collected(given.context.obj, words, given.vars_file, needed, read_uncertain, held)


def _fit(given: Given, missing: Sequence[str]) -> FitParameters | None:
    """The parameters of a fit: in the file that is named, or on standard input where variables lack values."""
    if given.fit_file is not None:
        title = "standard input" if given.fit_file == "-" else quoted(given.fit_file)
        return read_fit(read_text(given.fit_file), title)
    if not missing or is_terminal(sys.stdin):
        return None
    text = read_text(None)
    return read_fit(text, "standard input") if text.strip() else None
