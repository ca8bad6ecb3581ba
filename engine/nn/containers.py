"""Modules that hold others, in order or by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, groupby
from typing import Any

from ..tensors.errors import type_error
from ..tensors.tensor import Tensor
from .module import Module, indented
from .parameter import Parameter


class _Ordered(Module):
    """Modules in order: indexing, slicing, changing."""

    def _key(self, index: Any) -> str:
        count = len(self)
        if not -count <= int(index) < count:
            raise IndexError(f"index {index} is out of range")
        return list(self._modules)[int(index)]

    def _set_all(self, modules: Iterable[Module]) -> None:
        self._modules.clear()
        for number, module in enumerate(modules):
            self.add_module(str(number), module)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            made = type(self)()
            for name in list(self._modules)[index] if type(self) is Sequential else ():
                made.add_module(name, self._modules[name])
            if type(self) is not Sequential:
                made._set_all(list(self._modules.values())[index])
            return made
        return self._modules[self._key(index)]

    def __setitem__(self, index: Any, module: Module) -> None:
        setattr(self, self._key(index), module)

    def __delitem__(self, index: Any) -> None:
        modules = list(self._modules.values())
        del modules[index]
        self._set_all(modules)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def append(self, module: Module) -> Any:
        """Adds a module behind the others."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Any:
        """Adds modules behind the others."""
        for module in modules:
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Any:
        """Adds a module before another."""
        modules = list(self._modules.values())
        modules.insert(index, module)
        self._set_all(modules)
        return self

    def pop(self, index: Any = -1) -> Module:
        """Takes a module out, and returns it."""
        module = self[index]
        del self[index]
        return module


class Sequential(_Ordered):
    """Modules, each called with what the one before it returns: in order, or from an ordered dictionary."""

    def __init__(self, *args: Any) -> None:
        super().__init__()
        given = args[0] if len(args) == 1 else None
        if isinstance(given, Mapping):
            for name, module in given.items():
                self.add_module(name, module)
        else:
            self._set_all(args)

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input


class ModuleList(_Ordered):
    """A list of modules, which does nothing when it is called."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self._set_all(modules or ())

    def __iadd__(self, modules: Iterable[Module]) -> ModuleList:
        return self.extend(modules)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList(chain(self, other))

    def _inner_lines(self) -> list[str]:
        """Equal modules in a row are one line."""
        lines: list[str] = []
        for text, same in groupby(enumerate(map(repr, self)), key=lambda pair: pair[1]):
            numbers = [number for number, _ in same]
            places = f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
            times = f"{len(numbers)} x " if len(numbers) > 1 else ""
            lines.append(f"({places}): {times}{indented(text)}")
        return lines


class ModuleDict(Module):
    """Modules by name, which do nothing when this is called."""

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        self.update(modules or {})

    def update(self, modules: Any) -> None:
        """Adds modules by name, from a mapping or from pairs."""
        for name, module in modules.items() if hasattr(modules, "items") else modules:
            self.add_module(name, module)

    def __getitem__(self, name: str) -> Module:
        return self._modules[name]

    def __setitem__(self, name: str, module: Module) -> None:
        self.add_module(name, module)

    def __delitem__(self, name: str) -> None:
        del self._modules[name]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> Iterable[Module]:
        """The modules."""
        return self._modules.values()

    def items(self) -> Iterable[tuple[str, Module]]:
        """Names with modules."""
        return self._modules.items()

    def pop(self, name: str) -> Module:
        """Takes a module out, and returns it."""
        return self._modules.pop(name)

    def clear(self) -> None:
        """Takes all modules out."""
        self._modules.clear()


class _Parameters(Module):
    """Parameters under names: the text, and making tensors parameters."""

    def _put(self, name: str, value: Any) -> None:
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value, value.is_floating_point())
        if not isinstance(value, Parameter):
            raise type_error(f"a parameter has to be a tensor, not {type(value).__name__}")
        self._parameters[name] = value

    def __len__(self) -> int:
        return len(self._parameters)

    def extra_repr(self) -> str:
        lines = [
            f"  ({name}): Parameter containing: [torch.{value.dtype.name} of size {'x'.join(map(str, value.shape))}]"
            for name, value in self._parameters.items()
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        text = self.extra_repr().replace("\n", "\n  ")
        return f"{self._get_name()}(\n  {text}\n)" if text else f"{self._get_name()}()"


class ParameterList(_Parameters):
    """A list of parameters."""

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self.extend(values or ())

    def append(self, value: Any) -> ParameterList:
        """Adds a parameter behind the others."""
        self._put(str(len(self)), value)
        return self

    def extend(self, values: Iterable[Any]) -> ParameterList:
        """Adds parameters behind the others."""
        for value in values:
            self.append(value)
        return self

    def __getitem__(self, index: Any) -> Any:
        return list(self._parameters.values())[index]

    def __setitem__(self, index: int, value: Any) -> None:
        self._put(list(self._parameters)[index], value)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._parameters.values())


class ParameterDict(_Parameters):
    """Parameters by name."""

    def __init__(self, parameters: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.update(parameters or {})

    def update(self, parameters: Mapping[str, Any]) -> None:
        """Adds parameters by name."""
        for name, value in parameters.items():
            self._put(name, value)

    def __getitem__(self, name: str) -> Any:
        return self._parameters[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._put(name, value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __contains__(self, name: object) -> bool:
        return name in self._parameters

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._parameters.keys()

    def values(self) -> Iterable[Any]:
        """The parameters."""
        return self._parameters.values()

    def items(self) -> Iterable[tuple[str, Any]]:
        """Names with parameters."""
        return self._parameters.items()
