# pyright: strict, reportPrivateUsage=false
"""Devices: where a tensor's memory lies. The only one is the CPU; others can be named, and are refused when used."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .errors import type_error

_TYPES = (
    *("cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy"),
    *("vulkan", "mps", "meta", "hpu", "mtia", "privateuseone"),
)


class device:  # noqa: N801  (PyTorch's name)
    """A kind of device, and which of them: `device("cpu")`, `device("cuda", 0)`, `device("cuda:0")`."""

    __module__ = "torch"
    __slots__ = ("index", "type")

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (str(self),)

    def __init__(self, type: Any = "cpu", index: int | None = None) -> None:
        if isinstance(type, device):
            self.type: str = type.type
            self.index: int | None = type.index
            return
        if isinstance(type, int) and not isinstance(type, bool):
            raise RuntimeError("Cannot access accelerator device when none is available.")
        if not isinstance(type, str):
            raise type_error(f"device(): argument 'type' (position 1) must be str, not {_name(type)}")
        name, colon, number = type.partition(":")
        if colon and index is not None:
            raise RuntimeError(f"type (string) must not include an index because index was passed explicitly: {type}")
        if name not in _TYPES:
            raise RuntimeError(f"Expected one of {', '.join(_TYPES)} device type at start of device string: {name}")
        if colon and not (number.isascii() and number.isdigit()):
            raise RuntimeError(f"Invalid device string: '{type}'")
        self.type = name
        self.index = int(number) if colon else index

    def __repr__(self) -> str:
        return f"device(type='{self.type}'" + ("" if self.index is None else f", index={self.index}") + ")"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (other.type, other.index) == (self.type, self.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))


def _made(name: str) -> device:
    return device(name)


def _name(value: Any) -> str:
    return type(value).__name__


CPU = device("cpu")


def check_device(wanted: Any) -> None:
    """AssertionError, or what PyTorch raises of other kinds: a device is asked for that is not the CPU."""
    if wanted is None or wanted is CPU:
        return
    kind = device(wanted).type
    if kind == "cuda":
        raise AssertionError("Torch not compiled with CUDA enabled")
    if kind != "cpu":
        raise NotImplementedError(f"tensors on the device '{kind}' are not offered: there is only the CPU")


def placed(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function of new tensors with PyTorch's arguments that say where and how they are stored."""

    @functools.wraps(function)
    def call(*args: Any, device: Any = None, layout: Any = None, pin_memory: bool = False, **named: Any) -> Any:
        check_device(device)
        return function(*args, **named)

    return call
