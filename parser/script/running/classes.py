"""Classes of a script, and their instances.

The type of the instances is one of Python's, so that operators, `len`, `for` and comparisons work; it has the special
methods that the class defines and no others, and none of its attributes is a script's to see.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ....engine.autograd.function import Function as Operation
from ..reading.language import BRIDGED, SPECIAL, is_special
from .exceptions import EXCEPTIONS, ScriptError, UnknownName, catchable
from .function import Function
from .guard import Builtin, Guard
from .offered import CLASS, class_of, is_offered, set_attribute_of_offered

_MODULE = "__main__"  # where the classes of a script are, as in Python
_STATIC = ("forward", "backward", "setup_context", "jvp", "vjp", "vmap")


class Instance:
    """An instance of a script's class, with the attributes that it was given."""

    __slots__ = ("attributes", "of")

    attributes: dict[str, Any]
    of: Class

    def __repr__(self) -> str:
        return f"<{_MODULE}.{self.of.name} object>"


class Bound:
    """A function of a script with its first argument: a method of an instance."""

    __slots__ = ("first", "function")

    def __init__(self, function: Any, first: Any) -> None:
        self.function = function
        self.first = first

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(self.first, *args, **kwargs)

    def __repr__(self) -> str:
        return f"<bound method {self.function.code.name}>"


class Marked:
    """A function that is no method: what `staticmethod`, `classmethod` and `property` make of it."""

    __slots__ = ("function", "kind", "setter")

    def __init__(self, kind: str, function: Any, setter: Any = None) -> None:
        if not callable(function):
            raise TypeError(f"'{type(function).__name__}' object is not callable")
        self.kind = kind
        self.function = function
        self.setter = setter

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<{self.kind}>"


class Class:
    """A class with its own names. `base` is another, or None; `kind` is the type of its instances.

    `offered` is the class of the engine that it, or the first one below it, is based on, or None.
    """

    __slots__ = ("base", "kind", "machine", "name", "names", "offered")

    def __init__(self, machine: Any, name: str, base: Class | None, kind: type, names: dict[str, Any]) -> None:
        self.machine = machine
        self.name = name
        self.base = base
        self.kind = kind
        self.names = names
        self.offered: Any = None

    def find(self, name: str) -> Any:
        """What the class, or one below it, has under a name. KeyError: nothing."""
        known: Class | None = self
        while known is not None:
            if name in known.names:
                return known.names[name]
            known = known.base
        raise KeyError(name)

    @property
    def visible(self) -> set[str]:
        """The names that a script may use."""
        below = set() if self.base is None else self.base.visible
        of_engine = {"apply"} if issubclass(self.kind, Operation) else set()
        return below | of_engine | {name for name in self.names if not is_special(name)}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.offered is None and not issubclass(self.kind, Instance):
            return self.kind(*args, **kwargs)
        made: Any = object.__new__(self.kind)
        if self.offered is None:
            made.of = self
            made.attributes = {}
        try:
            begin = self.find("__init__")
        except KeyError:
            if self.offered is not None:
                self.offered.__init__(made, *args, **kwargs)
                return made
            if args or kwargs:
                raise TypeError(f"{self.name}() takes no arguments") from None
            return made
        result = begin(made, *args, **kwargs)
        if result is not None:
            raise TypeError(f"__init__() should return None, not '{type(result).__name__}'")
        return made

    def __repr__(self) -> str:
        return f"<class '{_MODULE}.{self.name}'>"


class Super:
    """What `super()` is: the methods of the class below, for one instance."""

    __slots__ = ("base", "of", "offered")

    def __init__(self, below: Class, of: Any) -> None:
        self.base = below.base
        self.of = of
        self.offered = below.offered

    def __repr__(self) -> str:
        return "<super>"


def attribute_of_class(value: Class, name: str) -> Any:
    """`value.name`, one of its `visible` names."""
    if name == "apply" and issubclass(value.kind, Operation):
        return value.kind.apply
    found = value.find(name)
    if isinstance(found, Marked) and found.kind != "property":
        return Bound(found.function, value) if found.kind == "classmethod" else found.function
    return found


def attribute_of_instance(value: Instance, name: str) -> Any:
    """`value.name`, which it or its class has."""
    if name in value.attributes:
        return value.attributes[name]
    return _bound(value.of.find(name), value, value.of)


def attribute_of_offered(value: Any, name: str) -> Any:
    """`value.name`, one of the names of a network, an optimiser or data, or of the class of one."""
    own = class_of(value)
    if own is not None and name not in vars(value):
        with suppress(KeyError):
            return _bound(own.find(name), value, own)
    return getattr(value, name)


def attribute_of_super(value: Super, name: str) -> Any:
    """A method of the class below. UnknownName: there is none."""
    if value.base is not None and (not is_special(name) or name in SPECIAL):
        try:
            return _bound(value.base.find(name), value.of, value.base)
        except KeyError:
            pass
    if value.offered is not None and (not name.startswith("_") or (name in SPECIAL and hasattr(value.offered, name))):
        found = getattr(value.offered, name, None)
        if callable(found):
            return Builtin(found, value.of)
    if name == "__init__":
        return Builtin(_begin)
    raise UnknownName("AttributeError", f"'super' object has no attribute '{name}'")


def set_attribute_of_instance(value: Instance, name: str, new: Any) -> None:
    """`value.name = new`. UnknownName: Python looks for the name itself, or it cannot be set."""
    if not _set_property(value.of, value, name, new):
        value.attributes[name] = new


def set_attribute_of_instance_of_offered(value: Any, name: str, new: Any) -> None:
    """As `set_attribute_of_instance`, of a network, an optimiser or data."""
    own = class_of(value)
    if own is None or not _set_property(own, value, name, new):
        set_attribute_of_offered(value, name, new)


def _set_property(of: Class, value: Any, name: str, new: Any) -> bool:
    """Whether the class has a property under the name, which then was set. UnknownName: it cannot be."""
    try:
        found = of.find(name)
    except KeyError:
        return False
    if not isinstance(found, Marked) or found.kind != "property":
        return False
    if found.setter is None:
        raise UnknownName("AttributeError", f"property '{name}' of '{of.name}' object has no setter")
    found.setter(value, new)
    return True


def _bound(found: Any, of: Any, kind: Class) -> Any:
    if isinstance(found, Function):
        return Bound(found, of)
    if not isinstance(found, Marked):
        return found
    if found.kind == "property":
        return found.function(of)
    return Bound(found.function, kind) if found.kind == "classmethod" else found.function


def _begin() -> None:
    """The `__init__` of a class that has none."""


def class_members(guard: Guard) -> dict[str, Any]:
    """What classes are written with, by name."""
    marks = {kind: Builtin(Marked, kind) for kind in ("staticmethod", "classmethod", "property")}
    return {**marks, "super": Builtin(_super)}


def _super(below: Any, of: Any) -> Super:
    """`super(Class, self)`, which is `super()` written out."""
    if not isinstance(below, Class) or not isinstance(of, below.kind):
        raise TypeError("super(type, obj): obj must be an instance or subtype of type")
    return Super(below, of)


def made_class(machine: Any, name: str, base: Any, names: dict[str, Any]) -> Any:
    """The class of the names in its body. TypeError: there is no such class."""
    if base is Operation:
        methods = {key: staticmethod(_plain(names[key])) for key in _STATIC if key in names}
        return Class(machine, name, None, type(name, (Operation,), {**methods, "__module__": _MODULE}), names)
    offered = base if is_offered(base) else base.offered if isinstance(base, Class) else None
    if offered is not None:
        return _offered_class(machine, name, base, offered, names)
    if isinstance(base, type) and issubclass(base, Exception) and base is not Exception.__base__:
        return _exception(name, base, names)
    if base is not None and not (isinstance(base, Class) and issubclass(base.kind, Instance)):
        raise TypeError(
            "a class is based on a class of the script, an error, torch.autograd.Function, or a class of torch's for "
            "networks, optimisers or data"
        )
    bridges: dict[str, Any] = {key: _bridge(_plain(value)) for key, value in names.items() if key in BRIDGED}
    if "__eq__" in bridges:
        bridges.setdefault("__hash__", None)
    kind = type(name, (Instance if base is None else base.kind,), {**bridges, "__slots__": (), "__module__": _MODULE})
    return Class(machine, name, base, kind, names)


def _offered_class(machine: Any, name: str, base: Any, offered: type[Any], names: dict[str, Any]) -> Class:
    """A class based on one of the engine's, which finds the script's methods where it looks for its own."""
    below = base if isinstance(base, Class) else None
    methods = {
        key: _bridge(value)
        for key, value in names.items()
        if key in BRIDGED or (isinstance(value, Function) and not key.startswith("_"))
    }
    kind = type(name, (offered if below is None else below.kind,), {**methods, "__module__": _MODULE})
    made = Class(machine, name, below, kind, names)
    made.offered = offered
    setattr(kind, CLASS, made)
    return made


def _exception(name: str, base: type[Exception], names: dict[str, Any]) -> type[Exception]:
    if names:
        raise TypeError("an error of a script's own has a name and nothing else: write `pass` in its class")
    assert any(issubclass(base, kind) for kind in EXCEPTIONS.values())
    return type(name, (base,), {"__module__": _MODULE})


def _plain(value: Any) -> Any:
    return value.function if isinstance(value, Marked) else value


def _bridge(value: Any) -> Callable[..., Any] | None:
    """A special method for the type of instances, which calls the script's. TypeError: it is no function of one."""
    if value is None:
        return None
    if not isinstance(value, Function):
        raise TypeError("a special method is a function, written with `def`")

    def method(*args: Any, **kwargs: Any) -> Any:
        try:
            return value.machine.guard.result(value(*args, **kwargs))
        except ScriptError as error:
            # Python asks for some errors, such as StopIteration, by their kind.
            raise catchable(error, error) or error from None

    return method
