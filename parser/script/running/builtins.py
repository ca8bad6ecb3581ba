"""Python's own functions, as far as a script has them; none of them takes more than the script may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .attributes import names_of
from .classes import Class
from .formatting import formatted_value
from .guard import Builtin, Guard, LimitError, members, shown
from .kinds import Kind, Kinds

_PLAIN = (abs, all, any, bool, callable, chr, divmod, float, int, len, ord, reversed, round)
_LAZY = (enumerate, filter, map, zip)
_DEEPEST = 100  # iterators inside each other


def builtins(write: Callable[[str], None], guard: Guard) -> dict[str, Any]:
    """The functions by name. `print` gives its text to `write`."""
    made = {
        **{function.__name__: function for function in _PLAIN},
        **{kind.__name__: _bounded(kind) for kind in _LAZY},
        **{function.__name__: Builtin(_comparing, function, guard) for function in (max, min, sorted)},
        **members(_GUARDED, guard),
        **members([_print], guard, write),
    }
    types = {kind: made[function.__qualname__] for function, kind in _KINDS.items()}
    kinds = Kinds({**types, range: made["range"], **{kind: kind for kind in (bool, float, int)}})
    return made | members([_type, _id], kinds)


def _bounded(kind: type[Any]) -> type[Any]:
    """The type of iterators, of which no more than `_DEEPEST` may stand inside each other.

    Each of them takes room on the stack of C, and Python crashes where that ends.
    """

    def new(cls: type[Any], *args: Any, **kwargs: Any) -> Any:
        iterator = kind.__new__(cls, *args, **kwargs)
        inside: list[Any] = [value for value in (*args, *kwargs.values()) if isinstance(value, _LAZY)]
        iterator.depth = 1 + max([other.depth for other in inside], default=0)
        if iterator.depth > _DEEPEST:
            raise LimitError(f"more than {_DEEPEST} iterators inside each other", "make a list of one: `list(...)`")
        return iterator

    return type(kind.__name__, (kind,), {"__slots__": ("depth",), "__new__": new, "__module__": kind.__module__})


def _print(guard: Guard, write: Callable[[str], None], *values: Any, sep: str = " ", end: str = "\n") -> None:
    guard.whole(values)
    write(guard.result(sep.join([shown(value, str) for value in values])) + end)


def _comparing(function: Callable[..., Any], guard: Guard, *values: Any, **options: Any) -> Any:
    if len(values) == 1:
        values = (guard.listed(values[0]),)
    guard.whole(values)
    return function(*values, **options)


def _range(guard: Guard, *bounds: Any) -> range:
    numbers = range(*bounds)
    try:
        fits = len(numbers) <= guard.elements
    except OverflowError:
        fits = False
    if not fits:
        raise guard.error("range")
    return numbers


def _sum(guard: Guard, values: Any, start: Any = 0) -> Any:
    total = start
    for value in values:
        guard.operands("+", total, value)
        total = guard.result(total + value)
    return total


def _pow(guard: Guard, base: Any, exponent: Any, modulus: Any = None) -> Any:
    if modulus is not None:
        return pow(base, exponent, modulus)
    guard.operands("**", base, exponent)
    return pow(base, exponent)


def _list(guard: Guard, values: Any = ()) -> list[Any]:
    return guard.listed(values)


def _tuple(guard: Guard, values: Any = ()) -> tuple[Any, ...]:
    return tuple(guard.listed(values))


def _str(guard: Guard, value: Any = "") -> str:
    guard.whole(value)
    return shown(value, str)


def _repr(guard: Guard, value: Any) -> str:
    guard.whole(value)
    return shown(value, repr)


def _format(guard: Guard, value: Any, spec: str = "") -> str:
    return formatted_value(guard, value, "", spec)


def _set(guard: Guard, values: Any = ()) -> set[Any]:
    return guard.set_of(values)


def _dict(guard: Guard, values: Any = (), /, **named: Any) -> dict[str, Any]:
    return guard.fill({}, values, named)


def _dir(guard: Guard, value: Any) -> list[str]:
    return guard.listed(sorted(names_of(value)))


def _next(guard: Guard, iterator: Any, *default: Any) -> Any:
    if len(default) > 1:
        raise TypeError(f"next expected at most 2 arguments, got {1 + len(default)}")
    return next(iterator, *default)


def _iter(guard: Guard, values: Any) -> Any:
    return iter(values)


def _isinstance(guard: Guard, value: Any, kinds: Any) -> bool:
    found = [_kind(kind) for kind in _flat(kinds)]
    types = tuple(kind for kind in found if isinstance(kind, type))
    if len(types) < len(found):
        raise TypeError("isinstance() arg 2 must be a type, a tuple of types, or a union")
    return isinstance(value, types)


def _kind(value: Any) -> Any:
    """The type that a value stands for."""
    if isinstance(value, Builtin):
        return _KINDS.get(value.func)
    if isinstance(value, Kind):
        return value._type
    return value.kind if isinstance(value, Class) else value


def _type(kinds: Kinds, *values: Any) -> Any:
    if len(values) != 1:
        raise TypeError("type() takes 1 argument here: a class is written with `class`")
    return kinds.kind_of(values[0])


def _id(kinds: Kinds, value: Any) -> int:
    return kinds.number_of(value)


def _flat(kinds: Any) -> list[Any]:
    """The types in tuples of tuples."""
    return [kind for part in kinds for kind in _flat(part)] if isinstance(kinds, tuple) else [kinds]


# What the functions of these names are types of, in Python.
_KINDS: dict[Any, type] = {_dict: dict, _list: list, _set: set, _str: str, _tuple: tuple}
_GUARDED = (_isinstance, _dict, _dir, _format, _iter, _next, _set, _list, _pow, _range, _repr, _str, _sum, _tuple)
