"""`type(x)`, `x.__class__` and `id(x)`: what a value is and which one it is, to be printed and compared.

Where a script has the type under a name, it is that, and can be called; else it is a `Kind`, which leads to nothing.
"""

from __future__ import annotations

import re
import secrets
from hashlib import blake2b
from types import BuiltinFunctionType, FunctionType
from typing import Any

from ....engine.api.types import AnyTensor
from ....engine.graph.node import Node
from ....engine.tensors.tensor import Tensor
from .classes import Bound, Class, Instance, Marked
from .exceptions import EXCEPTIONS
from .function import Function
from .generators import Generator
from .guard import Builtin
from .libraries import Counted, Partial
from .modules import TORCH, Library, Module
from .offered import class_of, is_offered

# What Python calls the types of a script's own functions, classes and modules.
_PYTHONS: dict[type, str] = {
    Function: "function",
    Bound: "method",
    Builtin: "builtin_function_or_method",
    Class: "type",
    Generator: "generator",
    Library: "module",
    Module: "module",
    Partial: "functools.partial",
    Counted: "itertools.count",
    Marked: "property",
}
_CLASS = re.compile(r"<class '([^']+)'>")


class Kind:
    """The type of a value that a script has no name for. Equal to those of the same type, and to nothing else."""

    __slots__ = ("_type",)

    def __init__(self, type: type) -> None:
        self._type = type

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kind) and other._type is self._type

    def __hash__(self) -> int:
        return hash(self._type)

    def __repr__(self) -> str:
        return f"<class '{self.path}'>"

    @property
    def path(self) -> str:
        """Its name as PyTorch and Python print it."""
        if self._type in _PYTHONS:
            return _PYTHONS[self._type]
        found = _CLASS.fullmatch(repr(self._type))
        path = found[1] if found else "object"
        own = path.rpartition(".")[2]
        if issubclass(self._type, Node):
            return own
        first = path.partition(".")[0]
        return f"torch.{own}" if first == _PACKAGE else path


Kind.__name__ = "type"
_PACKAGE = __name__.partition(".")[0]


class Kinds:
    """The types of the values of one script, each the same object each time, so that `is` compares them."""

    def __init__(self, named: dict[type, Any]) -> None:
        # The types that a script has under a name, with what it has there.
        self.named: dict[type, Any] = {**named, Tensor: AnyTensor}
        for name in ("Size", "device", "dtype"):
            kind = TORCH.member(name)
            self.named[kind] = kind
        self.others: dict[type, Kind] = {}
        self._key = secrets.token_bytes(16)

    def kind_of(self, value: Any) -> Any:
        """The type of a value."""
        if isinstance(value, Instance):
            return value.of
        own = class_of(value)
        if own is not None:
            return own
        is_type = isinstance(value, type) or (isinstance(value, Builtin) and value.is_type)
        kind = type if is_type else type(value)
        if isinstance(value, BaseException) and (kind in EXCEPTIONS.values() or EXCEPTIONS.get(kind.__name__) is None):
            return kind
        if is_offered(value) and kind is not type:
            return kind
        if kind in self.named:
            return self.named[kind]
        return self.others.setdefault(kind, Kind(kind))

    def number_of(self, value: Any) -> int:
        """A number that no other value has as long as this one is there; it does not say where that lies."""
        place = id(value).to_bytes(8, "little")
        return int.from_bytes(blake2b(place, key=self._key, digest_size=6).digest(), "little") | 1 << 44


def name_of(value: Any) -> str | None:
    """`value.__name__`: the name of a type, a class or a function; None: it has none."""
    if isinstance(value, Kind):
        return value.path.rpartition(".")[2]
    if isinstance(value, Class):
        return value.name
    if isinstance(value, Function):
        return value.code.name
    if isinstance(value, Builtin):
        return value.func.__qualname__
    if value is AnyTensor:
        return Tensor.__name__
    return value.__name__ if isinstance(value, (type, FunctionType, BuiltinFunctionType)) else None
