"""Pieces of syntax with what has to be known to put them together and to sort them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any, NamedTuple

from ..syntax import records as syntax
from ..syntax.operators import COMPARE, NOT, PRODUCT, SUM, UNARY
from ..syntax.printer import ATOM, LEVELS
from . import verbatim
from .notation import COMPARISONS, ELEMENT, KEYWORD, LIST, RESULT, SLICE

_LONGEST_LABEL = 40


class Shown(NamedTuple):
    """A piece of syntax: how tightly it binds, how many tokens it has, and its beginning as text, to sort by."""

    syntax: Any
    level: int
    tokens: int
    label: str


def variable(name: str) -> Shown:
    """A name."""
    return Shown(syntax.Name(name, 0, 0), ATOM, 1, name)


def literal(value: int | float) -> Shown:
    """A number that is not negative."""
    return Shown(syntax.Number(value, 0, 0), ATOM, 1, repr(value))


def negated(part: Shown) -> Shown:
    """-part."""
    # -a*b is as good as -(a*b).
    tokens = part.tokens if part.level == PRODUCT else enclosed(part, UNARY)
    return Shown(syntax.Unary("-", part.syntax, 0, 0), SUM if part.level == PRODUCT else UNARY, tokens + 1, part.label)


def enclosed(part: Shown, level: int) -> int:
    """The tokens of an operand of an operator, with the brackets that it needs."""
    return part.tokens + (2 if part.level < level else 0)


def binary(op: str, left: Shown, right: Shown) -> Shown:
    """Two operands with an operator between them."""
    level = LEVELS[op]
    if op == "**":
        tokens = enclosed(left, ATOM) + enclosed(right, UNARY if right.level == UNARY else ATOM)
    else:
        tokens = enclosed(left, level) + enclosed(right, level + 1)
    record = syntax.Binary(op, left.syntax, right.syntax, 0, 0, 0, 0)
    # -a // b is not -(a // b): as an operand, such a quotient stands in brackets.
    level = SUM if op in ("//", "%") else level
    return Shown(record, level, tokens + 1, f"{left.label}{op}{right.label}"[:_LONGEST_LABEL])


def multiplied(parts: Sequence[Shown]) -> Shown:
    """The product of at least one factor."""
    return reduce(partial(binary, "*"), parts)


def divided(above: Shown, below: Sequence[Shown]) -> Shown:
    """A quotient, the denominator as its factors."""
    return binary("/", above, multiplied(below)) if below else above


def called(name: str, parts: Sequence[Shown]) -> Shown:
    """A function, or what `notation` has a name for."""
    if name in COMPARISONS:
        return compared((name,), parts)
    if name in LEVELS:
        return binary(name, *parts)
    if name in _SPECIAL:
        return _SPECIAL[name](*parts)
    arguments = [part.syntax for part in parts]
    named = tuple(part for part in arguments if type(part) is verbatim.Named)
    record = syntax.Call(name, tuple(a for a in arguments if type(a) is not verbatim.Named), named, 0, 0, 0, 0)
    tokens = 2 + len(parts) + sum(part.tokens for part in parts)
    label = f"{name}({', '.join(part.label for part in parts)})"[:_LONGEST_LABEL]
    return Shown(record, ATOM, tokens, label)


def _special(name: str, tokens: int, label: str, *parts: Shown) -> Shown:
    """What is neither an operator nor a function."""
    return Shown(verbatim.call(name, *(part.syntax for part in parts)), ATOM, tokens, label[:_LONGEST_LABEL])


def _named(name: Shown, value: Shown) -> Shown:
    return _special(KEYWORD, value.tokens + 2, f"{name.label}={value.label}", name, value)


def _subscript(whole: Shown, *keys: Shown) -> Shown:
    tokens = enclosed(whole, ATOM) + sum(key.tokens for key in keys) + len(keys) + 1
    return _special(ELEMENT, tokens, f"{whole.label}[{', '.join(key.label for key in keys)}]", whole, *keys)


def _slice(*bounds: Shown) -> Shown:
    return _special(SLICE, sum(bound.tokens for bound in bounds if bound.label != "None") + 1, ":", *bounds)


def _result(several: Shown, which: Shown) -> Shown:
    return _special(RESULT, enclosed(several, ATOM) + 2, f"{several.label}.{which.label}", several, which)


def _attribute(name: str, whole: Shown) -> Shown:
    return _special(name, enclosed(whole, ATOM) + 2, f"{whole.label}.{name}", whole)


def _list(*items: Shown) -> Shown:
    return _special(LIST, sum(item.tokens for item in items) + len(items) + 1, "[", *items)


def _not(part: Shown) -> Shown:
    return _special("not", enclosed(part, NOT) + 1, f"not {part.label}", part)._replace(level=NOT)


_SPECIAL: dict[str, Callable[..., Shown]] = {
    ELEMENT: _subscript,
    SLICE: _slice,
    KEYWORD: _named,
    RESULT: _result,
    LIST: _list,
    "T": partial(_attribute, "T"),
    "mT": partial(_attribute, "mT"),
    "not": _not,
}


def compared(ops: tuple[str, ...], parts: Sequence[Shown]) -> Shown:
    """A chain of comparisons."""
    record = syntax.Compare(ops, tuple(part.syntax for part in parts), 0, 0)
    tokens = sum(enclosed(part, COMPARE + 1) for part in parts) + len(ops)
    return Shown(record, COMPARE, tokens, parts[0].label)
