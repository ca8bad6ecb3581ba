"""Correlations between the numbers of variables, by their names: `m`, or `w[0]` of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...engine.optimize.propagation import is_possible
from ...engine.optimize.unknowns import Unknowns
from ..syntax.decimal_text import decimal
from ..syntax.errors import UsageError, suggested
from ..syntax.wording import listed, quoted

Pairs = Mapping[tuple[str, str], float]


def number_names(unknowns: Unknowns) -> list[str]:
    """What the numbers of variables are called, in order."""
    return [name + (f"[{', '.join(map(str, index))}]" if index else "") for name, index in unknowns.places()]


def correlation_matrix(names: Sequence[str], pairs: Pairs) -> np.ndarray:
    """The correlations of numbers (k, k). UsageError: no number has a name, or they contradict each other."""
    found = np.eye(len(names))
    for pair, correlation in pairs.items():
        for name in pair:
            if name not in names:
                help = suggested(name, names, f"what has a deviation is {listed(names)}")
                raise UsageError(f"--correlation names {quoted(name)}, which has no deviation here", help)
        i, j = map(list(names).index, pair)
        found[i, j] = found[j, i] = correlation
    if not is_possible(found):
        raise UsageError(
            "these correlations cannot be: some combination of the variables would have a negative variance",
            "check their signs",
        )
    return found


def read_correlations(texts: Sequence[str]) -> dict[tuple[str, str], float]:
    """Correlations as they are given: `m,v=0.5`. UsageError: another form, or one beyond -1 and 1."""
    found: dict[tuple[str, str], float] = {}
    for text in texts:
        names, equals, number = text.partition("=")
        one, comma, other = (part.strip() for part in _halves(names))
        try:
            correlation = decimal(number)
        except ValueError:
            correlation = np.nan
        if not (equals and comma and one and other) or np.isnan(correlation):
            raise UsageError(
                f"--correlation takes NAME,NAME=NUMBER, not {quoted(text)}", "write `--correlation m,v=0.5`"
            )
        if not -1 <= correlation <= 1:
            raise UsageError(f"a correlation is between -1 and 1: {quoted(text)}")
        if one == other:
            raise UsageError(f"--correlation names {quoted(one)} twice", "with itself a number is correlated at 1")
        if (one, other) in found or (other, one) in found:
            raise UsageError(f"the correlation of `{one}` and `{other}` is given twice")
        found[one, other] = correlation
    return found


def _halves(names: str) -> tuple[str, str, str]:
    """The two names, divided by the comma that stands in no brackets."""
    depth = 0
    for place, letter in enumerate(names):
        depth += (letter == "[") - (letter == "]")
        if letter == "," and not depth:
            return names[:place], ",", names[place + 1 :]
    return names, "", ""
