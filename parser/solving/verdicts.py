"""The words for how a search ended, and for what kind of point it ended at."""

from __future__ import annotations

import re

from ...engine.optimize.minimum import Minimum

_OPPOSITES = {"minimum": "maximum", "falls": "rises", "lower": "higher", "least": "largest"}
_OPPOSITES |= {other: word for word, other in _OPPOSITES.items()}
_KINDS = {
    "minimum": "minimum",
    "flat minimum": "minimum, flat: some curvatures are zero, and the value rises all the same",
    "valley": "minimum, not alone: in some directions the value stays the same",
    "saddle": "saddle point",
    "maximum": "maximum",
    "inflection": "no minimum: to one side the value falls",
    "flat": "flat: the value is the same all around",
    "kink": "minimum at a kink",
    "edge": "where the domain ends",
    "none": "not stationary",
}
_REASONS = {
    "stationary": "the gradient is zero, as far as numbers can tell",
    "held": "no better value is near: bounds and constraints balance what is left of the gradient",
    "kink": "the value is least at a kink, where there is no gradient",
    "flat": "the value is the same all around, and nothing says where it falls",
    "edge": "the value falls up to where its domain ends: a bound there, such as `--bound x=0:`, belongs to it",
    "unbounded": "the value falls without end: there is no least one",
    "receding": "the value falls less and less, and the point goes on and on: there is no least one near",
    "undefined": "there is no finite value at the start",
    "limit": "the limit of iterations is reached; `--iterations` raises it",
    "stalled": "no lower value is found, though the gradient is not zero",
    "infeasible": "no point near the start meets the constraints",
}


def kind_of(found: Minimum, maximize: bool) -> str:
    """What kind of point a search ended at; nothing where that is not known."""
    if found.optimality is None:
        return ""
    # Where an unknown goes on and on, a point is none of the others, though its gradient may have become zero.
    return turned(_KINDS["none" if found.reason == "receding" else found.optimality.kind], maximize)


def reason_of(found: Minimum, maximize: bool) -> str:
    """Why a search ended."""
    seen, held = found.optimality, found.constrained
    is_held = (seen is not None and not seen.free.all()) or (held is not None and held.active.any())
    return turned(_REASONS["held" if found.reason == "stationary" and is_held else found.reason], maximize)


def turned(text: str, maximize: bool) -> str:
    """Words about a least value as those about a largest one, if that is what is looked for."""
    return re.sub(r"\w+", lambda word: _OPPOSITES.get(word[0], word[0]), text) if maximize else text
