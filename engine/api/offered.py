"""Offered: the mark of classes whose public attributes anyone may use, and may base classes of their own on."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

from ..tensors.errors import type_error


class Offered:
    """Base of the classes of networks, optimisers and data: what does not begin with `_` is for whoever has one."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        for tell in made:
            tell(cls)


# Called for each class that is based on one of these.
made: list[Callable[[type], None]] = []
# Called for each module that is called, or gone through: who runs code by others may count, and end it.
entered: list[Callable[[], None]] = []


def offered_in(names: dict[str, Any], *bases: type) -> list[str]:
    """Of the names of a module, those of classes with one of these bases, but for what begins with `_`."""
    kinds = {name: kind for name, kind in names.items() if isinstance(kind, type) and issubclass(kind, bases)}
    return sorted(name for name in kinds if not name.startswith("_"))


def lacking(module: str) -> Callable[[str], Any]:
    """The `__getattr__` of a module of ours, which says that PyTorch's has no such name."""

    def missing(name: str) -> Any:
        raise type_error(f"module '{module}' has no attribute '{name}'", AttributeError)

    return missing


def older(function: Callable[..., Any], message: str) -> Callable[..., Any]:
    """The function under an older name, which warns that it is one."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        warnings.warn(message, FutureWarning, stacklevel=2)
        return function(*args, **kwargs)

    return call
