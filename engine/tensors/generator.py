# pyright: strict, reportPrivateUsage=false
"""Generator: the stream of random bits that PyTorch's CPU generator gives, a Mersenne twister (MT19937)."""

from __future__ import annotations

import secrets
from typing import Any

import numpy as np

from .aliases import Array
from .device import CPU, check_device, device
from .errors import type_error, value_error
from .tensor import Tensor

_TOP = 2**32
# What PyTorch's state is made of: the seed, how many words are left, the twister, and a normal number kept for later.
_STATE = np.dtype(
    [
        *(("seed", "<u8"), ("left", "<i4"), ("seeded", "<i4"), ("next", "<u8"), ("words", "<u8", 624)),
        *(("normal_x", "<f8"), ("normal_y", "<f8"), ("normal_rho", "<f8"), ("is_normal_valid", "<i8")),
        *(("float_normal", "<f4"), ("is_float_normal_valid", "<i4")),
    ]
)


class Generator:
    """A stream of random numbers with a seed and a state."""

    __module__ = "torch"

    def __init__(self, device: Any = "cpu") -> None:
        check_device(device)
        self._bits: Any = np.random.MT19937(0)
        # The second of a pair of normal numbers, kept for the next that is asked for alone.
        self._normal: float | None = None
        self.manual_seed(67280421310721)

    def manual_seed(self, seed: int) -> Generator:
        """Starts the stream that belongs to a seed, from -2**63 to 2**64 - 1. ValueError: it is none of these."""
        if not isinstance(seed, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise type_error(f"manual_seed expected a long, but got {type(seed).__name__}")
        if not -(2**63) <= seed < 2**64:
            raise value_error("Overflow when unpacking long long")
        self._seed = seed % 2**64
        # NumPy's way to the twister's own initialisation, of which it takes the seed's lower half, as PyTorch does.
        np.random.RandomState(self._bits).seed(self._seed % _TOP)
        self._is_fresh, self._normal = True, None
        return self

    def seed(self) -> int:
        """Starts at a seed that nobody knew, and returns it."""
        self.manual_seed(secrets.randbits(53))
        return self._seed

    def initial_seed(self) -> int:
        """The seed that the stream began with."""
        return self._seed

    @property
    def device(self) -> device:  # pyrefly: ignore[not-a-type]
        """The only device."""
        return CPU

    def words(self, count: int) -> Array:
        """The next words of 32 random bits, in 64."""
        self._is_fresh = self._is_fresh and not count
        return self._bits.random_raw(count)

    def long_words(self, count: int) -> Array:
        """The next words of 64 random bits."""
        pairs = self.words(2 * count).reshape(count, 2)
        return (pairs[:, 0] << np.uint64(32)) | pairs[:, 1]

    def one_normal(self) -> float:
        """The next of the normal numbers that are drawn one by one, which come in pairs."""
        if self._normal is not None:
            drawn, self._normal = self._normal, None
            return drawn
        angle, share = (self.long_words(2) & np.uint64(2**53 - 1)) * 2.0**-53
        radius, angle = np.sqrt(-2 * np.log1p(-share)), 2 * np.pi * angle
        self._normal = float(radius * np.sin(angle))
        return float(radius * np.cos(angle))

    def get_state(self) -> Tensor:
        """The state as bytes, as PyTorch lays it out."""
        twister = self._bits.state["state"]
        state = np.zeros(1, _STATE)
        state["seed"], state["seeded"], state["words"] = self._seed, 1, twister["key"]
        state["left"] = 1 if self._is_fresh else 625 - twister["pos"]
        state["next"] = 0 if self._is_fresh else twister["pos"]
        if self._normal is not None:
            state["normal_y"], state["is_normal_valid"] = self._normal, 1
        return Tensor(state.view(np.uint8))

    def set_state(self, new_state: Tensor) -> Generator:
        """Goes on from a state. TypeError, RuntimeError: it is none."""
        if not isinstance(new_state, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise type_error(f"expected a torch.ByteTensor, but got {type(new_state).__name__}")
        state: Any = new_state._data
        if state.dtype != np.uint8:
            raise type_error("RNG state must be a torch.ByteTensor")
        if state.size != _STATE.itemsize:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {_STATE.itemsize} but found the input RNG state size to be "
                f"{state.size}"
            )
        given = np.ascontiguousarray(state).view(_STATE)[0]
        left, position = int(given["left"]), int(given["next"])
        if not given["seeded"] or not (1 <= left <= 624 and position <= 624):
            raise RuntimeError("Invalid mt19937 state")
        self._seed, self._is_fresh = int(given["seed"]), left == 1 and position == 0
        key = given["words"].astype(np.uint32)
        twister = {"key": key, "pos": 624 if self._is_fresh else position}
        self._bits.state = {"bit_generator": "MT19937", "state": twister}
        self._normal = float(given["normal_y"]) if given["is_normal_valid"] else None
        return self


_default: Generator | None = None


def default_generator() -> Generator:
    """The generator that draws where none is given; until it is given a seed, nobody knows its numbers."""
    global _default
    if _default is None:
        _default = Generator()
        _default.seed()
    return _default
