# pyright: strict, reportPrivateUsage=false
"""The registry of operations. A module of the table is imported when one of its functions is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .record import Operation


class Functions(Mapping[str, Operation]):
    """What can be called, by name and alias, in the table's order.

    `homes` says which module has a name, and `load` imports it. A name that has no home costs the import of `modules`.
    """

    def __init__(self) -> None:
        self.modules: Sequence[str] = ()
        self.homes: Mapping[str, str] = {}
        self.load: Callable[[str], Any] = lambda module: None
        self.loaded: dict[str, Operation] = {}

    def load_all(self) -> None:
        """Imports every module of the table."""
        for module in self.modules:
            self.load(module)
        self.modules = ()

    def __getitem__(self, name: str) -> Operation:
        if name not in self.loaded:
            if name in self.homes:
                self.load(self.homes[name])
            else:
                self.load_all()
        return self.loaded[name]

    def __contains__(self, name: object) -> bool:
        if name not in self.homes and name not in self.loaded:
            self.load_all()
        return name in self.homes or name in self.loaded

    def __iter__(self) -> Iterator[str]:
        yield from self.homes
        yield from [name for name in self.loaded if name not in self.homes]

    def __len__(self) -> int:
        return len({*self.homes, *self.loaded})


FUNCTIONS = Functions()
# Those that have rules of their own, of the modules that are imported.
PRIMITIVES: list[Operation] = []


def register(operation: Operation) -> None:
    """Makes an operation callable by its names. TypeError: one of them is taken."""
    for name in (operation.name, *operation.aliases):
        if name in FUNCTIONS.loaded:
            raise TypeError(f"{name} is in the table twice")
        FUNCTIONS.loaded[name] = operation


def all_primitives() -> list[Operation]:
    """The operations that have rules of their own."""
    FUNCTIONS.load_all()
    return PRIMITIVES


def functions_of(module: str) -> dict[str, Operation]:
    """What PyTorch has in a module below `torch`, such as `linalg`, by its name there."""
    return {
        path.removeprefix(f"{module}."): function
        for name, function in FUNCTIONS.items()
        if name == function.name
        for path in function.torch_names
        if path.startswith(f"{module}.")
    }


class _Operations:
    """The functions of the table as attributes, for a rule that needs one defined in a later module."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = FUNCTIONS[name].call
        setattr(self, name, call)
        return call


ops = _Operations()
