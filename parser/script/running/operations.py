"""What each instruction does: `operation(machine, frame, argument)`, on the stack of the frame."""

from __future__ import annotations

import operator
from collections.abc import Callable
from itertools import islice
from typing import Any, TypeAlias

from ...semantics.operands import ARITHMETIC, COMPARISONS
from .attributes import attribute_of, set_attribute_of
from .classes import Bound
from .exceptions import UnknownName
from .formatting import formatted_value
from .function import Function
from .guard import shown
from .instructions import Code, Label
from .libraries import Partial

# Those of machine.py, which runs these.
Machine: TypeAlias = Any
Frame: TypeAlias = Any

_UNARY: dict[str, Callable[[Any], Any]] = {
    "-": operator.neg,
    "+": operator.pos,
    "~": operator.invert,
    "not": operator.not_,
}
_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    **ARITHMETIC,
    **COMPARISONS,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "in": lambda x, y: x in y,
    "not in": lambda x, y: x not in y,
    "is": operator.is_,
    "is not": operator.is_not,
}
_IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    op: getattr(operator, f"__i{_BINARY[op].__name__.strip('_')}__") for op in (*ARITHMETIC, "&", "|", "^", "<<", ">>")
}


def _remainder(x: Any, y: Any) -> Any:
    """`x % y`, or text with values in it."""
    return shown(y, lambda y: x % y) if isinstance(x, str) else x % y


_BINARY["%"] = _remainder
_NUMBERS = frozenset([float, int, bool])
# Operators of numbers that may be too large to compute.
_GROWING = frozenset(["*", "**", "<<"])
_IN_PLACE["%"] = lambda x, y: _remainder(x, y) if isinstance(x, str) else operator.imod(x, y)


# The stack


def constant(machine: Machine, frame: Frame, value: Any) -> None:
    frame.stack.append(value)


def drop(machine: Machine, frame: Frame, argument: None) -> None:
    frame.stack.pop()


def duplicate(machine: Machine, frame: Frame, count: int) -> None:
    frame.stack += frame.stack[-count:]


def sink(machine: Machine, frame: Frame, depth: int) -> None:
    """Moves the topmost value below `depth` others."""
    value = frame.stack.pop()
    frame.stack.insert(-depth, value)


# Names


def load(machine: Machine, frame: Frame, name: str) -> None:
    names = frame.scope.names
    frame.stack.append(names[name] if name in names else machine.lookup(frame, name, frame.scope))


def store(machine: Machine, frame: Frame, name: str) -> None:
    frame.scope.names[name] = frame.stack.pop()


def load_global(machine: Machine, frame: Frame, name: str) -> None:
    frame.stack.append(machine.lookup(frame, name, frame.scope.outermost()))


def store_global(machine: Machine, frame: Frame, name: str) -> None:
    frame.scope.outermost().names[name] = frame.stack.pop()


def store_outer(machine: Machine, frame: Frame, name: str) -> None:
    """Gives the value to the name of the innermost function around this one that has it."""
    scope = frame.scope.outer
    while scope is not None and scope.outer is not None:
        if name in scope.names:
            scope.names[name] = frame.stack.pop()
            return
        scope = scope.outer
    raise UnknownName("SyntaxError", f"no binding for nonlocal '{name}' found")


def store_around(machine: Machine, frame: Frame, argument: tuple[int, str]) -> None:
    """Gives the value to a name of the function around so many comprehensions."""
    levels, name = argument
    scope = frame.scope
    for _ in range(levels):
        scope = scope.outer
    scope.names[name] = frame.stack.pop()


def forget(machine: Machine, frame: Frame, name: str) -> None:
    machine.lookup(frame, name, frame.scope)
    frame.scope.names.pop(name, None)


def import_module(machine: Machine, frame: Frame, names: tuple[str, str | None]) -> None:
    frame.stack.append(machine.namespace.imported(*names))


# Values


def make(machine: Machine, frame: Frame, what: tuple[Callable[[list[Any]], Any], int]) -> None:
    kind, count = what
    frame.stack.append(kind(_popped(frame.stack, count)))


def make_spread(machine: Machine, frame: Frame, argument: tuple[Callable[[list[Any]], Any], tuple[bool, ...]]) -> None:
    """As `make`, of values and, where it is true, of all that there is in one."""
    kind, spread = argument
    items: list[Any] = []
    for value, is_spread in zip(_popped(frame.stack, len(spread)), spread, strict=True):
        if is_spread and not hasattr(type(value), "__iter__"):
            raise TypeError(f"Value after * must be an iterable, not {type(value).__name__}")
        items.extend(machine.guard.listed(value) if is_spread else [value])
    machine.guard.result(items)
    frame.stack.append(machine.guard.set_of(items) if kind is set else kind(items))


def make_set(machine: Machine, frame: Frame, count: int) -> None:
    frame.stack.append(machine.guard.set_of(_popped(frame.stack, count)))


def make_dict(machine: Machine, frame: Frame, pairs: tuple[bool, ...]) -> None:
    """A dictionary of keys and values, or, where it is not true, of all the pairs of another."""
    values = iter(_popped(frame.stack, sum(2 if is_pair else 1 for is_pair in pairs)))
    made: dict[Any, Any] = {}
    for is_pair in pairs:
        if is_pair:
            machine.guard.put(made, next(values), next(values))
        else:
            made.update(_mapping(next(values)))
    frame.stack.append(machine.guard.result(made))


def slice_of(bounds: list[Any]) -> slice:
    # Python crashes where many slices that are inside each other are freed.
    if any(isinstance(bound, slice) for bound in bounds):
        raise TypeError("slice indices must be integers or None or have an __index__ method")
    return slice(*bounds)


def join(machine: Machine, frame: Frame, count: int) -> None:
    frame.stack.append(machine.guard.result("".join(_popped(frame.stack, count))))


def format_value(machine: Machine, frame: Frame, conversion: str) -> None:
    spec = frame.stack.pop()
    value = frame.stack.pop()
    frame.stack.append(formatted_value(machine.guard, value, conversion, spec))


def unary(machine: Machine, frame: Frame, op: str) -> None:
    frame.stack.append(_UNARY[op](frame.stack.pop()))


def binary(machine: Machine, frame: Frame, op: str) -> None:
    stack = frame.stack
    y = stack.pop()
    x = stack.pop()
    if type(x) in _NUMBERS and type(y) in _NUMBERS and op not in _GROWING:
        # Nothing to guard: without the question, scripts of such operations take a quarter longer.
        stack.append(_BINARY[op](x, y))
        return
    machine.guard.operands(op, x, y)
    stack.append(machine.guard.result(_BINARY[op](x, y)))


def in_place(machine: Machine, frame: Frame, op: str) -> None:
    stack = frame.stack
    if type(stack[-1]) in _NUMBERS and type(stack[-2]) in _NUMBERS:
        # Which nothing changes in place.
        binary(machine, frame, op)
        return
    y = stack.pop()
    x = stack.pop()
    machine.guard.operands(op, x, y)
    if op == "+" and isinstance(x, list):
        y = machine.guard.listed(y)
    stack.append(machine.guard.result(_IN_PLACE[op](x, y)))


def compare_and_go_on(machine: Machine, frame: Frame, argument: tuple[str, Label]) -> None:
    """One comparison of a chain: leaves the right operand for the next, or the result where it does not hold."""
    op, end = argument
    right = frame.stack[-1]
    binary(machine, frame, op)
    if frame.stack[-1]:
        frame.stack[-1] = right
    else:
        frame.next = end.position


def attribute(machine: Machine, frame: Frame, name: str) -> None:
    frame.stack.append(attribute_of(frame.stack.pop(), name, machine.guard))


def set_attribute(machine: Machine, frame: Frame, name: str) -> None:
    owner = frame.stack.pop()
    set_attribute_of(owner, name, frame.stack.pop())


def item(machine: Machine, frame: Frame, argument: None) -> None:
    key = frame.stack.pop()
    machine.guard.whole(key)
    frame.stack.append(machine.guard.result(frame.stack.pop()[key]))


def set_item(machine: Machine, frame: Frame, argument: None) -> None:
    key = frame.stack.pop()
    owner = frame.stack.pop()
    value = frame.stack.pop()
    machine.guard.whole(key)
    machine.guard.beside_tensor(owner, value)
    owner[key] = value
    machine.guard.result(owner)


def delete_item(machine: Machine, frame: Frame, argument: None) -> None:
    key = frame.stack.pop()
    machine.guard.whole(key)
    del frame.stack.pop()[key]


def unpack(machine: Machine, frame: Frame, count: int) -> None:
    """Leaves the items of a value on the stack, the first on top.

    ValueError: it has more or fewer than `count`. TypeError: it has none at all.
    """
    value = frame.stack.pop()
    try:
        iterator = iter(value)
    except TypeError:
        if hasattr(type(value), "__iter__"):
            raise
        raise TypeError(f"cannot unpack non-iterable {type(value).__name__} object") from None
    items = list(islice(iterator, count + 1))
    if len(items) > count:
        raise ValueError(f"too many values to unpack (expected {count})")
    if len(items) < count:
        raise ValueError(f"not enough values to unpack (expected {count}, got {len(items)})")
    frame.stack += reversed(items)


def unpack_rest(machine: Machine, frame: Frame, argument: tuple[int, int]) -> None:
    """As `unpack`, of a value with at least `before` and `after` items, and those between them in a list."""
    before, after = argument
    items = machine.guard.listed(frame.stack.pop())
    if len(items) < before + after:
        raise ValueError(f"not enough values to unpack (expected at least {before + after}, got {len(items)})")
    end = len(items) - after
    frame.stack += [*reversed(items[end:]), items[before:end], *reversed(items[:before])]


def collect_in_set(machine: Machine, frame: Frame, depth: int) -> None:
    value = frame.stack.pop()
    machine.guard.add(frame.stack[-1 - depth], value)


def collect_pair(machine: Machine, frame: Frame, depth: int) -> None:
    value = frame.stack.pop()
    key = frame.stack.pop()
    machine.guard.put(frame.stack[-1 - depth], key, value)


def collect(machine: Machine, frame: Frame, depth: int) -> None:
    """Adds a value to the list of a comprehension, which is below its iterators."""
    value = frame.stack.pop()
    frame.stack[-1 - depth].append(value)


def show(machine: Machine, frame: Frame, argument: None) -> None:
    machine.show(frame.stack.pop())


# Jumps


def jump(machine: Machine, frame: Frame, label: Label) -> None:
    frame.next = label.position


def jump_if(machine: Machine, frame: Frame, argument: tuple[Label, bool]) -> None:
    """Drops a value, and jumps if it is true, or false, as the argument says."""
    label, wanted = argument
    if bool(frame.stack.pop()) is wanted:
        frame.next = label.position


def jump_keeping(machine: Machine, frame: Frame, argument: tuple[Label, bool]) -> None:
    """`or`, `and`: jumps with a value that is true, or false, as the argument says, else drops it."""
    label, wanted = argument
    if bool(frame.stack[-1]) is wanted:
        frame.next = label.position
    else:
        frame.stack.pop()


def iterate(machine: Machine, frame: Frame, argument: None) -> None:
    frame.stack.append(iter(frame.stack.pop()))


def advance(machine: Machine, frame: Frame, end: Label) -> None:
    """Leaves the next value of an iterator on top of it, or drops it and jumps where there is none."""
    try:
        frame.stack.append(next(frame.stack[-1]))
    except StopIteration:
        frame.stack.pop()
        frame.next = end.position


# Functions


def fail(machine: Machine, frame: Frame, argument: None) -> None:
    message = frame.stack.pop()
    machine.guard.whole(message)
    raise AssertionError() if message is None else AssertionError(message)


def function(machine: Machine, frame: Frame, code: Code) -> None:
    signature = code.signature
    names = (*signature.parameters[len(signature.parameters) - signature.defaults :], *signature.keyword_defaults)
    defaults = dict(zip(names, _popped(frame.stack, len(names)), strict=True))
    frame.stack.append(Function(machine, code, defaults, frame.closure))


def call(machine: Machine, frame: Frame, argument: tuple[int, tuple[str, ...]]) -> None:
    count, names = argument
    values = _popped(frame.stack, count + len(names))
    call_with(machine, frame, frame.stack.pop(), values[:count], dict(zip(names, values[count:], strict=True)))


def call_spread(machine: Machine, frame: Frame, argument: tuple[tuple[bool, ...], tuple[str | None, ...]]) -> None:
    """As `call`, with all values of those arguments where it is true, and all pairs of those that have no name."""
    spread, names = argument
    named = _popped(frame.stack, len(names))
    make_spread(machine, frame, (list, spread))
    args, callee = frame.stack.pop(), frame.stack.pop()
    kwargs: dict[str, Any] = {}
    for name, value in zip(names, named, strict=True):
        for key, item in [(name, value)] if name is not None else _mapping(value).items():
            if not isinstance(key, str):
                raise TypeError("keywords must be strings")
            if key in kwargs:
                raise TypeError(f"got multiple values for keyword argument '{key}'")
            kwargs[key] = item
    call_with(machine, frame, callee, args, kwargs)


def call_with(machine: Machine, frame: Frame, callee: Any, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Calls what is a function of the script in the loop, and anything else at once."""
    if type(callee) is Partial:
        callee, args, kwargs = callee.function, [*callee.args, *args], {**callee.kwargs, **kwargs}
    if type(callee) is Bound:
        callee, args = callee.function, [callee.first, *args]
    if type(callee) is Function:
        machine.enter(callee, args, kwargs, frame)
    else:
        frame.stack.append(machine.outside(callee, args, kwargs))


def give_back(machine: Machine, frame: Frame, argument: None) -> None:
    machine.give_back(frame.stack.pop())


def _mapping(value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"'{type(value).__name__}' object is not a mapping")
    return value


def _popped(stack: list[Any], count: int) -> list[Any]:
    """The topmost values, in the order they were put there."""
    values = stack[len(stack) - count :]
    del stack[len(stack) - count :]
    return values
