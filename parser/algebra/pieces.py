"""Pieces of syntax with what has to be known to put them together and to sort them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce
from typing import Any, NamedTuple

from ..syntax.operators import COMPARE, LEVELS, NOT, PRODUCT, SUM, UNARY
from ..syntax.printer import ATOM
from ..syntax.records import Compare, Number
from . import notation, verbatim
from .notation import COMPARISONS

_LONGEST_LABEL = 40


class Shown(NamedTuple):
    """A piece of syntax: how tightly it binds, how many tokens it has, and its beginning as text, to sort by."""

    syntax: Any
    level: int
    tokens: int
    label: str


def variable(name: str) -> Shown:
    """A name."""
    return Shown(verbatim.symbol(name), ATOM, 1, name)


def literal(value: int | float) -> Shown:
    """A number that is not negative."""
    return Shown(Number(value, 0, 0), ATOM, 1, repr(value))


def negated(part: Shown) -> Shown:
    """-part."""
    # -a*b is as good as -(a*b).
    is_product = part.level == PRODUCT
    tokens = part.tokens if is_product else enclosed(part, UNARY)
    return Shown(verbatim.negative(part.syntax), SUM if is_product else UNARY, tokens + 1, part.label)


def enclosed(part: Shown, level: int) -> int:
    """The tokens of an operand of an operator, with the brackets that it needs."""
    return part.tokens + (2 if part.level < level else 0)


def multiplied(parts: Sequence[Shown]) -> Shown:
    """The product of at least one factor."""
    return reduce(partial(binary, "*"), parts)


def divided(above: Shown, below: Sequence[Shown]) -> Shown:
    """A quotient, the denominator as its factors."""
    return binary("/", above, multiplied(below)) if below else above


def compared(ops: tuple[str, ...], parts: Sequence[Shown]) -> Shown:
    """A chain of comparisons."""
    record = Compare(ops, tuple(part.syntax for part in parts), 0, 0)
    tokens = sum(enclosed(part, COMPARE + 1) for part in parts) + len(ops)
    return Shown(record, COMPARE, tokens, parts[0].label)


def binary(op: str, left: Shown, right: Shown) -> Shown:
    """Two operands with an operator between them."""
    level = LEVELS[op]
    if op == "**":
        tokens = enclosed(left, ATOM) + enclosed(right, UNARY if right.level == UNARY else ATOM)
    else:
        tokens = enclosed(left, level) + enclosed(right, level + 1)
    # -a // b is not -(a // b): as an operand, such a quotient stands in brackets.
    level = SUM if op in ("//", "%") else level
    record = verbatim.call(op, left.syntax, right.syntax)
    return Shown(record, level, tokens + 1, f"{left.label}{op}{right.label}"[:_LONGEST_LABEL])


def called(name: str, *parts: Shown) -> Shown:
    """A function, an operator, or what `notation` has a name for."""
    if name in COMPARISONS:
        return compared((name,), parts)
    if name in LEVELS:
        return binary(name, *parts)
    level = NOT if name == "not" else ATOM
    labels = [part.label for part in parts]
    first, rest = "".join(labels[:1]), ", ".join(labels[1:])
    tokens = sum(part.tokens for part in parts)
    # Where the first part is an operand, and may need brackets.
    of_operand = tokens + sum(enclosed(part, level) - part.tokens for part in parts[:1])
    match name:
        case notation.LIST:
            tokens, label = tokens + len(parts) + 1, "["
        case notation.ELEMENT:
            tokens, label = of_operand + len(parts), f"{first}[{rest}]"
        case notation.SLICE:
            tokens, label = tokens + 1 - labels.count("None"), ":"
        case notation.KEYWORD:
            tokens, label = tokens + 1, f"{first}={rest}"
        case notation.RESULT:
            tokens, label = of_operand + 2 - parts[1].tokens, f"{first}.{rest}"
        case "T" | "mT":
            tokens, label = of_operand + 2, f"{first}.{name}"
        case "not":
            tokens, label = of_operand + 1, f"not {first}"
        case _:
            tokens, label = tokens + 2 + len(parts), f"{name}({', '.join(labels)})"
    record = verbatim.call(name, *(part.syntax for part in parts))
    return Shown(record, level, tokens, label[:_LONGEST_LABEL])
