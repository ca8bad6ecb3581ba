"""What programs set or ask about the machine and how it computes, of which little has a choice here."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ..tensors.device import CPU, check_device, device

__all__ = [
    "accelerator",
    "are_deterministic_algorithms_enabled",
    "backends",
    "get_default_device",
    "get_float32_matmul_precision",
    "get_num_threads",
    "mps",
    "set_default_device",
    "set_float32_matmul_precision",
    "set_num_threads",
    "use_deterministic_algorithms",
    "version",
    "xpu",
]


def _absent(**others: Any) -> SimpleNamespace:
    return SimpleNamespace(is_available=lambda: False, **others)


cudnn = _absent(deterministic=False, benchmark=False, enabled=True, version=lambda: None)
backends = SimpleNamespace(
    cudnn=cudnn, cuda=SimpleNamespace(is_built=lambda: False), mps=_absent(is_built=lambda: False), mkl=_absent()
)
accelerator = _absent(device_count=lambda: 0)
mps = _absent()
xpu = _absent(device_count=lambda: 0)
version = SimpleNamespace(cuda=None, hip=None, __version__="2.13.0")

_chosen = SimpleNamespace(threads=1, precision="highest")


def get_default_device() -> device:
    """The CPU."""
    return CPU


def set_default_device(device: Any) -> None:
    """Nothing for the CPU. AssertionError: another device is asked for."""
    check_device(device)


def get_num_threads() -> int:
    """How many threads were asked for."""
    return _chosen.threads


def set_num_threads(num_threads: int) -> None:
    """Keeps the number: operations take the threads that NumPy takes."""
    _chosen.threads = num_threads


def get_float32_matmul_precision() -> str:
    """How exact products of matrices were asked to be."""
    return _chosen.precision


def set_float32_matmul_precision(precision: str) -> None:
    """Keeps the word: products are computed as exactly as ever."""
    _chosen.precision = precision


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Nothing: every operation gives the same result each time."""


def are_deterministic_algorithms_enabled() -> bool:
    """True: there are no others."""
    return True
