"""The parameters of a fit, with their covariance, as `fit --json` writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..syntax.errors import UsageError
from ..syntax.wording import listed, quoted
from .uncertain_values import Uncertain

_HELP = "it is to hold what `autodiff fit ... --json` writes"


class FitParameters(NamedTuple):
    """Parameters by name with their deviations, and the correlations of each two.

    What is called `k[A]` in a fit is `k_A`, and the elements `w[0]`, `w[1]` are the list `w`.
    """

    values: Mapping[str, Uncertain]
    correlations: Mapping[tuple[str, str], float]

    def only(self, names: set[str]) -> FitParameters:
        """Those of these names."""
        values = {name: value for name, value in self.values.items() if name in names}
        pairs = {
            pair: r for pair, r in self.correlations.items() if {_variable(name) for name in pair} <= values.keys()
        }
        return FitParameters(values, pairs)


def read_fit(text: str, title: str) -> FitParameters:
    """The parameters in a text. UsageError: it holds something else, or the fit has no errors for them."""
    try:
        found = json.loads(text)
        parameters = found["parameters"]
        fixed = found["fixed"]
        covariance = found["covariance"]
        numbers = {name: float(parameter["value"]) for name, parameter in parameters.items()}
        matrix = np.array([[_number(covariance[a][b]) for b in numbers] for a in numbers], float)
        matrix = matrix.reshape(len(numbers), len(numbers))
    except (KeyError, RecursionError, TypeError, ValueError):
        raise UsageError(f"{title} does not hold the parameters of a fit", _HELP) from None
    if found.get("status") != "converged":
        raise UsageError(f"the fit in {title} is no answer: it is {quoted(str(found.get('status')))}")
    if not np.isfinite(matrix).all():
        raise UsageError(f"the fit in {title} has no errors for its parameters", "it needs more rows than parameters")
    deviations = np.sqrt(np.diag(matrix))
    with np.errstate(all="ignore"):
        correlations = np.nan_to_num(matrix / np.outer(deviations, deviations))
    called = {name: _called(name) for name in numbers}
    values = _gathered(called, numbers, dict(zip(numbers, deviations.tolist(), strict=True)))
    for name, value in fixed.items():
        array = np.asarray(value, float)
        values[name] = Uncertain(array, np.zeros_like(array))
    names = list(called.values())
    pairs = {(names[i], names[j]): float(correlations[i, j]) for i in range(len(names)) for j in range(i)}
    return FitParameters(values, pairs)


def _number(value: Any) -> float:
    return np.nan if value is None else float(value)


def _called(name: str) -> str:
    """What a parameter of a fit is as a variable: an identifier, or an element of one."""
    if re.fullmatch(r"\w+(\[\d+(, \d+)*\])?", name):
        return name
    return re.sub(r"\W+", "_", name).strip("_")


def _variable(name: str) -> str:
    return name.partition("[")[0]


def _gathered(
    called: Mapping[str, str], numbers: Mapping[str, float], deviations: Mapping[str, float]
) -> dict[str, Uncertain]:
    """The variables: numbers, and lists of those that are elements. UsageError: two have one name."""
    parts: dict[str, dict[tuple[int, ...], str]] = {}
    for original, name in called.items():
        variable, _, index = name.partition("[")
        place = tuple(map(int, index.rstrip("]").split(", "))) if index else ()
        if place in parts.setdefault(variable, {}):
            raise UsageError(f"two parameters of the fit would be called {quoted(name)}", "rename one in the fit")
        parts[variable][place] = original
    found: dict[str, Uncertain] = {}
    for variable, places in parts.items():
        shape = tuple(np.array(list(places)).max(axis=0) + 1) if () not in places else ()
        if len(places) != int(np.prod(shape, initial=1)):
            raise UsageError(f"the fit lacks elements of {quoted(variable)}: it has {listed(places.values())}")
        arrays = np.zeros(shape), np.zeros(shape)
        for place, original in places.items():
            arrays[0][place], arrays[1][place] = numbers[original], deviations[original]
        found[variable] = Uncertain(*arrays)
    return found
