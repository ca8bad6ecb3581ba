"""Python's module `random` as a script has it: a generator of its own, with the numbers of Python's."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from .guard import Builtin, Guard, check_bits, members

# What draws a number from numbers, and does not go on for ever with nan; the rest is given more than that.
_PLAIN = (
    *("expovariate", "gauss", "lognormvariate", "normalvariate", "paretovariate", "randint", "random", "randrange"),
    *("triangular", "uniform", "weibullvariate"),
)
_SEEDS = (int, float, str, type(None))


def chance(guard: Guard) -> dict[str, Any]:
    """The members of the module by name."""
    generator = random.Random()
    return {
        **{name: Builtin(_drawn, getattr(generator, name), name) for name in _PLAIN},
        **members(_GUARDED, generator, guard),
    }


def _drawn(draw: Callable[..., Any], name: str, *args: Any, **kwargs: Any) -> Any:
    return draw(*args, **kwargs)


def _seed(generator: random.Random, guard: Guard, a: Any = None) -> None:
    if not isinstance(a, _SEEDS):
        raise TypeError("The only supported seed types are: None, int, float, str, bytes, and bytearray.")
    generator.seed(a)


def _getrandbits(generator: random.Random, guard: Guard, k: int) -> int:
    check_bits(k)
    return generator.getrandbits(k)


def _choice(generator: random.Random, guard: Guard, seq: Any) -> Any:
    return generator.choice(_sequence(seq))


def _choices(
    generator: random.Random,
    guard: Guard,
    population: Any,
    weights: Any = None,
    *,
    cum_weights: Any = None,
    k: int = 1,
) -> list[Any]:
    guard.length(k, [])
    return generator.choices(_sequence(population), weights, cum_weights=cum_weights, k=k)


def _sample(generator: random.Random, guard: Guard, population: Any, k: int) -> list[Any]:
    return generator.sample(_sequence(population), k)


def _shuffle(generator: random.Random, guard: Guard, x: list[Any]) -> None:
    if not isinstance(x, list):
        raise TypeError(f"random.shuffle() takes a list here, not '{type(x).__name__}'")
    generator.shuffle(x)


def _sequence(values: Any) -> Any:
    """Values that may be chosen from. TypeError: they are not in order."""
    if isinstance(values, (dict, set)) or not hasattr(type(values), "__getitem__"):
        raise TypeError("Population must be a sequence.  For dicts or sets, use sorted(d).")
    return values


_GUARDED: tuple[Callable[..., Any], ...] = (_choice, _choices, _getrandbits, _sample, _seed, _shuffle)
_drawn.__qualname__ = "drawn"
