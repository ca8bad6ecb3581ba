"""Functions that a script defines: values that can be called, by the script and by the engine (hooks, `jacobian`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .instructions import Code


class Scope:
    """Names and their values; names of an `outer` scope are seen from here."""

    __slots__ = ("names", "outer")

    def __init__(self, names: dict[str, Any], outer: Scope | None) -> None:
        self.names = names
        self.outer = outer


class Function:
    """A function of a script: its code, its default values, and the scope in which it was made."""

    __slots__ = ("code", "defaults", "machine", "scope")

    def __init__(self, machine: Any, code: Code, defaults: tuple[Any, ...], scope: Scope) -> None:
        self.machine = machine
        self.code = code
        self.defaults = defaults
        self.scope = scope

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.machine.call(self, args, kwargs)

    def __repr__(self) -> str:
        return f"<function {self.code.name}>"

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The value of each parameter. TypeError, in Python's words: the arguments do not fit them."""
        parameters, name = self.code.parameters, self.code.name
        if len(args) > len(parameters):
            takes = f"{len(parameters)} positional argument{'' if len(parameters) == 1 else 's'}"
            were = "was" if len(args) == 1 else "were"
            raise TypeError(f"{name}() takes {takes} but {len(args)} {were} given")
        bound = dict(zip(parameters, args, strict=False))
        for key, value in kwargs.items():
            if key in bound:
                raise TypeError(f"{name}() got multiple values for argument '{key}'")
            if key not in parameters:
                raise TypeError(f"{name}() got an unexpected keyword argument '{key}'")
            bound[key] = value
        if self.defaults:
            for parameter, value in zip(parameters[-len(self.defaults) :], self.defaults, strict=True):
                bound.setdefault(parameter, value)
        missing = [f"'{parameter}'" for parameter in parameters if parameter not in bound]
        if missing:
            s = "" if len(missing) == 1 else "s"
            raise TypeError(f"{name}() missing {len(missing)} required positional argument{s}: {_listed(missing)}")
        return bound


def _listed(names: list[str]) -> str:
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"
