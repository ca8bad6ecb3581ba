"""torch.cuda: there is none, so that programs that look for it take the CPU."""

from __future__ import annotations

from typing import Any

from .tensors.device import check_device

__all__ = [
    "current_device",
    "device_count",
    "empty_cache",
    "get_device_name",
    "is_available",
    "manual_seed",
    "manual_seed_all",
    "memory_allocated",
    "synchronize",
]


def is_available() -> bool:
    """False."""
    return False


def device_count() -> int:
    """0."""
    return 0


def memory_allocated(device: Any = None) -> int:
    """0."""
    return 0


def manual_seed(seed: int) -> None:
    """Nothing: there are no numbers to draw there."""


def manual_seed_all(seed: int) -> None:
    """Nothing: there are no numbers to draw there."""


def empty_cache() -> None:
    """Nothing: nothing is kept."""


def _refused(*args: Any) -> Any:
    check_device("cuda")


def current_device() -> int:
    """AssertionError, always."""
    return _refused()


def get_device_name(device: Any = None) -> str:
    """AssertionError, always."""
    return _refused()


def synchronize(device: Any = None) -> None:
    """AssertionError, always."""
    _refused()
