"""Modules that hold others, or parameters, in order or by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from itertools import groupby
from typing import Any, ClassVar

from ..tensors.errors import type_error
from ..tensors.tensor import Tensor
from .module import Module, indented
from .parameter import Parameter


class _Holder(Module):
    """What holds others under names: modules, unless it is said otherwise."""

    _place: ClassVar[str] = "_modules"

    @property
    def _held(self) -> dict[str, Any]:
        return vars(self)[self._place]

    def _put(self, name: str, value: Any) -> None:
        self.add_module(name, value)

    def __len__(self) -> int:
        return len(self._held)


class _List(_Holder):
    """What holds others in order, each under its number."""

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self.extend(values or ())

    def _key(self, index: Any) -> str:
        if not -len(self) <= int(index) < len(self):
            raise IndexError(f"index {index} is out of range")
        return list(self._held)[int(index)]

    def _refill(self, values: Iterable[Any]) -> Any:
        self._held.clear()
        return self.extend(values)

    def __getitem__(self, index: Any) -> Any:
        return type(self)(list(self)[index]) if isinstance(index, slice) else self._held[self._key(index)]

    def __setitem__(self, index: Any, value: Any) -> None:
        self._put(self._key(index), value)

    def __delitem__(self, index: Any) -> None:
        values = list(self)
        del values[index]
        self._refill(values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._held.values())

    def append(self, value: Any) -> Any:
        """Adds one behind the others. TypeError: it cannot be held."""
        self._put(str(len(self)), value)
        return self

    def extend(self, values: Iterable[Any]) -> Any:
        """Adds several behind the others. TypeError: one cannot be held."""
        for value in list(values):
            self.append(value)
        return self

    __iadd__ = extend

    def insert(self, index: int, value: Any) -> Any:
        """Adds one before another. IndexError: there is no such place."""
        values = list(self)
        if not -len(values) <= index <= len(values):
            raise IndexError(f"Index out of range: {index}")
        values.insert(index, value)
        return self._refill(values)

    def pop(self, index: Any = -1) -> Any:
        """Takes one out, and returns it. IndexError: there is none."""
        value = self[index]
        del self[index]
        return value


class _Dict(_Holder, MutableMapping[str, Any]):
    """What holds others by name."""

    __eq__, __hash__ = Module.__eq__, Module.__hash__

    def __init__(self, values: Any = None) -> None:
        super().__init__()
        self.update(values or {})

    def __getitem__(self, name: str) -> Any:
        return self._held[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._put(name, value)

    def __delitem__(self, name: str) -> None:
        del self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)


class Sequential(_List):
    """Modules, each called with what the one before it returns: in order, or from an ordered dictionary."""

    def __init__(self, *args: Any) -> None:
        Module.__init__(self)
        numbered = {str(number): module for number, module in enumerate(args)}
        for name, module in (args[0] if len(args) == 1 and isinstance(args[0], Mapping) else numbered).items():
            self.add_module(name, module)

    def __getitem__(self, index: Any) -> Any:
        named = dict([*self._held.items()][index]) if isinstance(index, slice) else None
        return super().__getitem__(index) if named is None else type(self)(named)

    def __add__(self, other: Iterable[Any]) -> Sequential:
        return Sequential(*self, *other)

    def __mul__(self, times: int) -> Sequential:
        return Sequential(*[*self] * times)

    __rmul__ = __mul__

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input


class ModuleList(_List):
    """A list of modules, which does nothing when it is called."""

    def __add__(self, other: Iterable[Any]) -> ModuleList:
        return ModuleList([*self, *other])

    def _inner_lines(self) -> list[str]:
        """Equal modules in a row are one line."""
        lines: list[str] = []
        for text, same in groupby(enumerate(map(repr, self)), key=lambda pair: pair[1]):
            first, *others = [number for number, _ in same]
            place = f"({first}-{others[-1]}): {len(others) + 1} x " if others else f"({first}): "
            lines.append(place + indented(text))
        return lines


class ModuleDict(_Dict):
    """Modules by name, which do nothing when this is called."""


class _Parameters(_Holder):
    """Parameters under names, which tensors become."""

    _place = "_parameters"

    def _put(self, name: str, value: Any) -> None:
        if not isinstance(value, Tensor):
            raise type_error(f"a parameter has to be a tensor, not {type(value).__name__}")
        self._parameters[name] = value if isinstance(value, Parameter) else Parameter(value, value.is_floating_point())

    def _kind(self, value: Tensor) -> str:
        return value.type()

    def extra_repr(self) -> str:
        return "\n".join(
            f"  ({name}): Parameter containing: [{self._kind(value)} of size {'x'.join(map(str, value.shape))}]"
            for name, value in self._held.items()
        )


class ParameterList(_Parameters, _List):
    """A list of parameters."""

    def _kind(self, value: Tensor) -> str:
        return str(value.dtype)


class ParameterDict(_Parameters, _Dict):
    """Parameters by name."""


class DataParallel(Module):
    """A module as it is: there are no devices to share the work among."""

    def __init__(self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0) -> None:
        super().__init__()
        self.module = module

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)
