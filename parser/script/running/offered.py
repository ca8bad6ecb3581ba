"""What a script may use of the engine's networks, optimisers and data, and of its own classes based on these."""

from __future__ import annotations

from inspect import getattr_static
from typing import Any

from ....engine.api.offered import Offered
from .exceptions import UnknownName

# Where the type of instances has the script's class, and an instance the names with `_` that the script has set.
CLASS = "_class_of_script"
_SET = "_set_by_script"
# What modules keep of each other by name, which lessons look into.
_KEPT = ("_parameters", "_buffers", "_modules")


def is_offered(value: Any) -> bool:
    """Whether a value is one of them, or the class of one."""
    return isinstance(value, Offered) or (isinstance(value, type) and issubclass(value, Offered))


def class_of(value: Any) -> Any:
    """The script's class that a value is an instance of, or None."""
    return None if isinstance(value, type) else getattr(type(value), CLASS, None)


def names_of_offered(value: Any) -> frozenset[str]:
    """The attributes and methods that a script may use of it."""
    known = {name for name in dir(value) if not name.startswith("_")}
    if isinstance(value, type):
        # What makes an instance; the rest of a class is for these.
        return frozenset(name for name in known if isinstance(getattr_static(value, name), classmethod))
    own = vars(value)
    known.update(own.get(_SET, ()))
    for kept in _KEPT:
        known.update([kept, *own[kept]] if isinstance(own.get(kept), dict) else ())
    if class_of(value) is not None:
        known.update(class_of(value).visible)
    return frozenset(known)


def set_attribute_of_offered(value: Any, name: str, new: Any) -> None:
    """`value.name = new`. UnknownName: it is one that the engine keeps to itself."""
    own = vars(value)
    is_taken = hasattr(type(value), name) or (name in own and name not in own.get(_SET, ()))
    if name.startswith("_") and (name.startswith("__") or is_taken):
        raise UnknownName("AttributeError", f"attribute '{name}' of '{type(value).__name__}' object cannot be set")
    setattr(value, name, new)
    if name.startswith("_") and name in own:
        own.setdefault(_SET, set()).add(name)
