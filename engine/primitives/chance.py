"""What random numbers are in a graph: nodes that end it, for no gradient passes what was drawn.

Each takes the numbers that were drawn (`tensors/random_numbers.py`); `api/sampling.py` draws them.
"""

from __future__ import annotations

from ..tensors.aliases import Call, Gradient
from .copying import zeros_like
from .families import CHANCE


def _nothing(g: Gradient) -> Gradient:
    return zeros_like(g)


def _drawn(name: str, overload: int = 0, rules: tuple[Call, ...] = (_nothing,)) -> Call:
    """The primitive whose result is its last argument, in place of those before it."""
    forward = (lambda x, numbers: numbers) if len(rules) == 1 else (lambda x, y, numbers: numbers)
    return CHANCE.private(name, forward, *rules, overload=overload)


# In place, by the name of the method.
_NAMES = ("uniform", "normal", "exponential", "cauchy", "log_normal", "geometric")
WRITTEN = {f"{name}_": _drawn(name) for name in _NAMES}
# With both ends given, the upper one, none.
RANDOM = {2: _drawn("random"), 1: _drawn("random", 1), 0: _drawn("random", 2)}
BERNOULLI_OF_TENSOR = _drawn("bernoulli", 1, (_nothing, _nothing))
BERNOULLI_OF_NUMBER = _drawn("bernoulli", 2)
# New tensors, drawn with what the arguments say.
BERNOULLI = _drawn("bernoulli")
POISSON = _drawn("poisson")
NORMAL_OF_MEAN = _drawn("normal", 1)
NORMAL_OF_STD = _drawn("normal", 2)
NORMAL = _drawn("normal", 3, (_nothing, _nothing))
