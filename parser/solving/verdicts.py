"""The words for how a search ended, and for what kind of point it ended at."""

from __future__ import annotations

from ...engine.optimize.minimum import Minimum

# By whether it is the largest value that is looked for: then the solver's minimum is a maximum.
KINDS = {
    False: {
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
    },
    True: {
        "minimum": "maximum",
        "flat minimum": "maximum, flat: some curvatures are zero, and the value falls all the same",
        "valley": "maximum, not alone: in some directions the value stays the same",
        "saddle": "saddle point",
        "maximum": "minimum",
        "inflection": "no maximum: to one side the value rises",
        "flat": "flat: the value is the same all around",
        "kink": "maximum at a kink",
        "edge": "where the domain ends",
        "none": "not stationary",
    },
}


def reason_of(found: Minimum, maximize: bool) -> str:
    """Why a search ended, in words."""
    seen, held = found.optimality, found.constrained
    is_held = (seen is not None and not seen.free.all()) or (held is not None and held.active.any())
    if found.reason == "stationary" and is_held:
        return "no better value is near: bounds and constraints balance what is left of the gradient"
    falls, lower, least = ("rises", "higher", "largest") if maximize else ("falls", "lower", "least")
    return {
        "stationary": "the gradient is zero, as far as numbers can tell",
        "kink": "the value is least at a kink, where there is no gradient"
        if not maximize
        else "the value is largest at a kink, where there is no gradient",
        "flat": f"the value is the same all around, and nothing says where it {falls}",
        "edge": f"the value {falls} up to where its domain ends: a bound there, such as `--bound x=0:`, belongs to it",
        "unbounded": f"the value {falls} without end: there is no {least} one",
        "receding": f"the value {falls} less and less, and the point goes on and on: there is no {least} one near",
        "undefined": "there is no finite value at the start",
        "limit": "the limit of iterations is reached; `--iterations` raises it",
        "stalled": f"no {lower} value is found, though the gradient is not zero",
        "infeasible": "no point near the start meets the constraints",
    }[found.reason]
