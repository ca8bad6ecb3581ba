"""Functions that a script defines: values that can be called, by the script and by the engine (hooks, `jacobian`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..reading.language import Code


class Scope:
    """Names and their values; names of an `outer` scope are seen from here. `of` is the class around its methods."""

    __slots__ = ("names", "of", "outer")

    def __init__(self, names: dict[str, Any], outer: Scope | None) -> None:
        self.names = names
        self.outer = outer
        self.of: Any = None

    def outermost(self) -> Scope:
        """The scope of the script."""
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope


class Function:
    """A function of a script: its code, the default values of parameters, and the scope in which it was made."""

    __slots__ = ("code", "defaults", "machine", "scope")

    def __init__(self, machine: Any, code: Code, defaults: dict[str, Any], scope: Scope | None) -> None:
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
        signature, name = self.code.signature, self.code.name
        parameters = signature.parameters
        if len(args) > len(parameters) and signature.rest is None:
            raise TypeError(f"{name}() takes {self._positional()} but {len(args)} {_were(args)} given")
        bound = dict(zip(parameters, args, strict=False))
        if len(bound) == len(parameters) and not kwargs and signature.is_plain:
            return bound
        by_place = [key for key in parameters[: signature.only_positional] if key in kwargs]
        if by_place and signature.others is None:
            names = ", ".join(by_place)
            raise TypeError(f"{name}() got some positional-only arguments passed as keyword arguments: '{names}'")
        others: dict[str, Any] = {}
        for key, value in kwargs.items():
            known = key in signature.keywords or key in parameters[signature.only_positional :]
            if known and key in bound:
                raise TypeError(f"{name}() got multiple values for argument '{key}'")
            if not known and signature.others is None:
                raise TypeError(f"{name}() got an unexpected keyword argument '{key}'")
            (bound if known else others)[key] = value
        for parameter, value in self.defaults.items():
            bound.setdefault(parameter, value)
        for kind, names in (("positional", parameters), ("keyword-only", signature.keywords)):
            missing = [f"'{parameter}'" for parameter in names if parameter not in bound]
            if missing:
                s = "" if len(missing) == 1 else "s"
                raise TypeError(f"{name}() missing {len(missing)} required {kind} argument{s}: {_listed(missing)}")
        if signature.rest is not None:
            bound[signature.rest] = tuple(args[len(parameters) :])
        if signature.others is not None:
            bound[signature.others] = others
        return bound

    def _positional(self) -> str:
        """How many arguments it takes, in Python's words."""
        most = len(self.code.signature.parameters)
        least = most - self.code.signature.defaults
        return f"{f'from {least} to ' if least < most else ''}{most} positional argument{'' if most == 1 else 's'}"


def _were(args: Sequence[Any]) -> str:
    return "was" if len(args) == 1 else "were"


def _listed(names: list[str]) -> str:
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"
