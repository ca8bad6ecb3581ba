"""torch.random: the generator that random numbers come from where no other is given, its seed and its state."""

from __future__ import annotations

from collections.abc import Generator as Iterator
from contextlib import contextmanager
from typing import Any

from .tensors.generator import Generator, default_generator
from .tensors.tensor import Tensor

__all__ = [
    "Generator",
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]


def manual_seed(seed: Any) -> Generator:
    """Starts the numbers that belong to a seed. ValueError: it is not of 64 bits."""
    return default_generator().manual_seed(int(seed))


def seed() -> int:
    """Starts at a seed that nobody knew, and returns it."""
    return default_generator().seed()


def initial_seed() -> int:
    """The seed that the numbers began with."""
    return default_generator().initial_seed()


def get_rng_state() -> Tensor:
    """The generator's state, as bytes."""
    return default_generator().get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Goes on from a state. TypeError, RuntimeError: it is none."""
    default_generator().set_state(new_state)


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True, **named: Any) -> Iterator[None]:
    """Inside, numbers are drawn that change nothing for those drawn afterwards."""
    before = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(before)


def __getattr__(name: str) -> Any:
    if name == "default_generator":
        return default_generator()
    raise AttributeError(f"module 'torch.random' has no attribute '{name}'")
