"""The attributes and methods of a script's values: those listed here, and no others."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from ....engine import Size, Tensor, device, dtype
from ....engine.api.types import Info
from ....engine.autograd.function_node import FunctionNode
from ....engine.graph.hooks import RemovableHandle
from ....engine.graph.node import AccumulateGrad, Node
from ....engine.tensors.aliases import Call
from ....engine.tensors.generator import Generator
from ...syntax.errors import did_you_mean
from ..reading.language import is_special
from ..reading.script import TRUSTED
from .classes import (
    Class,
    Instance,
    Marked,
    Super,
    attribute_of_class,
    attribute_of_instance,
    attribute_of_offered,
    attribute_of_super,
    set_attribute_of_instance,
    set_attribute_of_instance_of_offered,
)
from .exceptions import UnknownName
from .formatting import formatted
from .generators import Generator as ScriptGenerator
from .guard import Builtin, Guard
from .kinds import name_of
from .modules import TORCH, Library, Module, lacks
from .offered import is_offered, names_of_offered

# What the engine's tensors have, but for what leads out of the engine.
_OUTSIDE = ("apply_", "map_", "numpy", "storage", "untyped_storage", "volatile")
_TENSOR = frozenset(
    ["_base", "_is_view", "_version", *(n for n in dir(Tensor) if not n.startswith("_") and n not in _OUTSIDE)]
)
_NODE = frozenset(["name", "next_functions", "register_hook", "register_prehook"])
_LISTED: dict[type, frozenset[str]] = {
    Tensor: _TENSOR,
    Size: frozenset(["count", "index", "numel"]),
    RemovableHandle: frozenset(["remove"]),
    device: frozenset(["index", "type"]),
    Info: frozenset(["bits", "dtype", "eps", "max", "min", "resolution", "smallest_normal", "tiny"]),
    Generator: frozenset(["device", "get_state", "initial_seed", "manual_seed", "seed", "set_state"]),
    ScriptGenerator: frozenset(["close", "send", "throw"]),
    dtype: frozenset(["is_floating_point", "itemsize"]),
    Marked: frozenset(["setter"]),
    float: frozenset(["is_integer"]),
    list: frozenset(["append", "clear", "copy", "insert", "pop", "reverse"]),
    dict: frozenset(["clear", "copy", "items", "keys", "popitem", "values"]),
    set: frozenset(["clear", "copy", "pop"]),
    Counter: frozenset(["copy", "items", "keys", "most_common", "total", "values"]),
    deque: frozenset(["append", "appendleft", "clear", "copy", "maxlen", "pop", "popleft", "reverse", "rotate"]),
    str: frozenset(
        [
            *("capitalize", "count", "endswith", "find", "index", "isalnum", "isalpha", "isdigit", "isspace"),
            *("lower", "lstrip", "partition", "removeprefix", "removesuffix", "rfind", "rpartition", "rsplit"),
            *("rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper"),
        ]
    ),
}
_SET_METHODS = (
    *("difference", "difference_update", "intersection", "intersection_update", "isdisjoint", "issubset", "issuperset"),
    *("symmetric_difference", "symmetric_difference_update"),
)
_EXCEPTION = frozenset(["args"])
# What `forward` and `backward` of a Function have of their ctx, beside what they keep in it under names of their own.
_CONTEXT = frozenset(
    [
        *("mark_dirty", "mark_non_differentiable", "needs_input_grad", "save_for_backward", "save_for_forward"),
        *("saved_tensors", "set_materialize_grads"),
    ]
)
_KEPT = "_kept_by_script"
_SETTABLE = ("data", "grad", "requires_grad")


def names_of(value: Any) -> frozenset[str]:
    """The attributes and methods that a script may use of a value."""
    if isinstance(value, Class):
        return frozenset(value.visible)
    if isinstance(value, Instance):
        return frozenset([*value.attributes, *value.of.visible])
    if is_offered(value):
        return names_of_offered(value)
    if isinstance(value, FunctionNode):
        return _CONTEXT.union(value.__dict__.get(_KEPT, ()), _NODE)
    if isinstance(value, (Library, Module)):
        return frozenset(value.names)
    if isinstance(value, Node):
        saved = [name for name in dir(value) if name.startswith("_saved_")]
        return _NODE.union(saved, ["variable"] if isinstance(value, AccumulateGrad) else [])
    if isinstance(value, BaseException):
        return _EXCEPTION
    if isinstance(value, SimpleNamespace):
        return frozenset(name for name in vars(value) if not name.startswith("_"))
    fields = getattr(value, "_fields", ()) if isinstance(value, tuple) else ()
    kind = _kind(value)
    return _LISTED.get(kind, frozenset()).union(fields, _GUARDED.get(kind, ()))


def _kind(value: Any) -> type:
    """The type whose methods are listed for a value."""
    if isinstance(value, Tensor):
        return Tensor
    if isinstance(value, (defaultdict, OrderedDict)):
        return dict
    return deque if isinstance(value, deque) else type(value)


def attribute_of(value: Any, name: str, guard: Guard) -> Any:
    """`value.name`. UnknownName, in Python's words: there is no such attribute."""
    if type(value) is Tensor and name in _TENSOR:
        return getattr(value, name)
    if isinstance(value, Super):
        return attribute_of_super(value, name)
    if name == "__name__" and (own := name_of(value)) is not None:
        return own
    names = names_of(value)
    if name not in names:
        raise _no_attribute(value, name, names)
    if isinstance(value, (Library, Module)):
        return value.member(name)
    if is_offered(value):
        return attribute_of_offered(value, name)
    if isinstance(value, Class):
        return attribute_of_class(value, name)
    if isinstance(value, Instance):
        return attribute_of_instance(value, name)
    if isinstance(value, FunctionNode) and name in value.__dict__.get(_KEPT, ()):
        return value.__dict__[_KEPT][name]
    if isinstance(value, Marked):
        return Builtin(Marked, value.kind, value.function)
    method = _GUARDED.get(_kind(value), {}).get(name)
    return getattr(value, name) if method is None else Builtin(method, guard, value)


def set_attribute_of(owner: Any, name: str, value: Any) -> None:
    """`owner.name = value`. UnknownName: no such attribute can be set."""
    if is_offered(owner) and not isinstance(owner, type):
        set_attribute_of_instance_of_offered(owner, name, value)
        return
    if isinstance(owner, (Class, Instance, FunctionNode)) and not is_special(name):
        if isinstance(owner, Instance):
            set_attribute_of_instance(owner, name, value)
        elif isinstance(owner, Class):
            owner.names[name] = value
        elif name not in _CONTEXT | _NODE:
            owner.__dict__.setdefault(_KEPT, {})[name] = value
        else:
            raise UnknownName("AttributeError", f"attribute '{name}' of a ctx cannot be set")
        return
    if isinstance(owner, SimpleNamespace) and type(value) is bool and type(vars(owner).get(name)) is bool:
        # A setting of torch.backends, of which none changes a result here.
        setattr(owner, name, value)
        return
    if not isinstance(owner, Tensor) or name not in _SETTABLE:
        what = f"module '{owner.name}'" if isinstance(owner, (Library, Module)) else f"'{type(owner).__name__}' object"
        close = did_you_mean(name, _SETTABLE) if isinstance(owner, Tensor) else None
        help = "of a tensor, `grad`, `requires_grad` and `data` can be set"
        raise UnknownName("AttributeError", f"{what} has no attribute '{name}' that can be set", close, help)
    setattr(owner, name, value)


# What torch has that reaches files, or arrays of NumPy.
_BEYOND = ("from_numpy", "load", "save")
_KEPT_BACK = "a script that may be by others has no files and no arrays of NumPy"


def _no_attribute(value: Any, name: str, names: frozenset[str]) -> UnknownName:
    what = f"module '{value.name}'" if isinstance(value, (Library, Module)) else f"'{type(value).__name__}' object"
    if isinstance(value, Class):
        what = f"type object '{value.name}'"
    if name in (_OUTSIDE if isinstance(value, Tensor) else _BEYOND if value == TORCH else ()):
        return UnknownName("AttributeError", f"{what} has no attribute '{name}' here", None, f"{_KEPT_BACK}; {TRUSTED}")
    help = "names with underscores are not offered" if name.startswith("_") else None
    if isinstance(value, Module) or name == "bfloat16":
        help = lacks(getattr(value, "name", "torch"), name)
    close = None if is_special(name) or name == "bfloat16" else did_you_mean(name, names)
    return UnknownName("AttributeError", f"{what} has no attribute '{name}'", close, help)


def _extend(guard: Guard, items: list[Any], more: Any) -> None:
    items.extend(guard.listed(more))
    guard.result(items)


def _join(guard: Guard, separator: str, parts: Any) -> str:
    parts = guard.listed(parts)
    if sum(len(part) + len(separator) for part in parts if isinstance(part, str)) > guard.elements:
        raise guard.error("text")
    return separator.join(parts)


def _replace(guard: Guard, text: str, old: str, new: str) -> str:
    if isinstance(new, str) and (len(text) + 1) * (len(new) + 1) > guard.elements:
        raise guard.error("text")
    return text.replace(old, new)


def _filling(method: Callable[..., str]) -> Callable[..., str]:
    """A method that makes its text as wide as its first argument says."""

    def checked(guard: Guard, text: str, width: int, *args: Any) -> str:
        if isinstance(width, int) and width > guard.elements:
            raise guard.error("text")
        return method(text, width, *args)

    return checked


def _update(guard: Guard, pairs: dict[Any, Any], *more: Any, **named: Any) -> None:
    guard.fill(pairs, *more, named)


def _set_default(guard: Guard, pairs: dict[Any, Any], key: Any, default: Any = None) -> Any:
    guard.whole(key)
    if key not in pairs:
        guard.put(pairs, key, default)
    return pairs[key]


def _joining(guard: Guard, values: set[Any], *others: Any) -> set[Any]:
    return guard.set_of([*values, *(value for other in others for value in guard.listed(other))])


def _update_set(guard: Guard, values: set[Any], *others: Any) -> None:
    for other in others:
        for value in guard.listed(other):
            guard.add(values, value)


def _of_sets(method: Call) -> Call:
    """A method of a set, whose arguments may be other collections."""

    def checked(guard: Guard, values: set[Any], *others: Any) -> Any:
        return method(values, *[guard.set_of(other) for other in others])

    return checked


def _looking_up(name: str) -> Callable[..., Any]:
    """A method of a dictionary or a set whose first argument is looked up in it."""

    def checked(guard: Guard, owner: Any, *args: Any) -> Any:
        guard.whole(args)
        return getattr(owner, name)(*args)

    return checked


def _comparing(method: Call) -> Call:
    """A method that compares the elements of its sequence with each other, or with its arguments."""

    def checked(guard: Guard, sequence: Any, *args: Any, **kwargs: Any) -> Any:
        guard.whole(sequence)
        guard.whole(args)
        return method(sequence, *args, **kwargs)

    return checked


# Methods whose result may be far larger than what they are given, or which may take far longer.
_GUARDED: dict[type, dict[str, Call]] = {
    list: {
        **{name: _comparing(getattr(list, name)) for name in ("count", "index", "remove", "sort")},
        "extend": _extend,
    },
    str: {
        **{name: _filling(getattr(str, name)) for name in ("center", "ljust", "rjust", "zfill")},
        "format": formatted,
        "join": _join,
        "replace": _replace,
    },
    deque: {"extend": _extend},
    Counter: {"get": _looking_up("get")},
    dict: {
        **{name: _looking_up(name) for name in ("get", "pop")},
        "setdefault": _set_default,
        "update": _update,
    },
    set: {
        **{name: _looking_up(name) for name in ("discard", "remove")},
        **{name: _of_sets(getattr(set, name)) for name in _SET_METHODS},
        "add": Guard.add,
        "union": _joining,
        "update": _update_set,
    },
    tuple: {name: _comparing(getattr(tuple, name)) for name in ("count", "index")},
}
