"""Syntax to text: what all output languages have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .operators import COMPARE, LEVELS, NOT, POWER, PRODUCT, SUM, UNARY
from .records import Assign, Attribute, Binary, Call, Compare, List, Name, Number, Program, Slice, Subscript, Unary
from .walk import children

ATOM = POWER + 1
# The parts of a record: each a text with how tightly it binds, or the texts alone.
Parts = list[tuple[str, int]]
Texts = list[str]


_LEFT = "\0"  # stands for the left operand


class UnprintableError(Exception):
    """A language has no word for a function; the message names both, and `function` is it, if it is one."""

    def __init__(self, message: str, function: str | None = None) -> None:
        super().__init__(message)
        self.function = function


class Printer:
    """Prints syntax records as this language's own; others override what differs. Nothing recurses.

    Each method gets the texts of the parts with how tightly they bind, and returns such a pair.
    """

    language = "text"
    has_arrays = False  # whether there are any, of whose operations some look at the texts of operands

    def text(self, root: Any) -> str:
        """The text of an expression. UnprintableError: the language has no word for a function in it."""
        return self.texts(root)[0]

    def texts(self, root: Any) -> tuple[str, int]:
        """The text of an expression, and how tightly it binds."""
        known: dict[int, tuple[str, int]] = {}
        stack = [root]
        while stack:
            node = stack[-1]
            terms = None if self.has_arrays else _terms(node)
            parts = terms or children(node)
            missing = [part for part in parts if id(part) not in known]
            if missing:
                stack.extend(missing)
                continue
            stack.pop()
            if id(node) not in known:
                texts = [known[id(part)] for part in parts]
                known[id(node)] = self.sum(node, texts) if terms else self.node(node, texts)
        return known[id(root)]

    def sum(self, node: Any, parts: Parts) -> tuple[str, int]:
        """The text of a sum, put together at once: one that grew term by term would cost the square of their number."""
        (first, level), *rest = parts
        before, after = [], []
        for operation, part in zip(reversed([*_sums(node)]), rest, strict=True):
            text, level = self.node(operation, [(_LEFT, level), part])
            opening, _, closing = text.partition(_LEFT)
            before.append(opening)
            after.append(closing)
        return "".join([*reversed(before), first, *after]), level

    def node(self, node: Any, parts: Parts) -> tuple[str, int]:
        """The text of one record from those of its parts."""
        kind = type(node)
        if kind is Number:
            return self.number(node.value)
        if kind is Name:
            return self.name(node.name), ATOM
        if kind is Unary:
            return self.unary(node.op, parts[0])
        if kind is Binary:
            return self.binary(node.op, *parts)
        if kind is Compare:
            return self.compare(node.ops, parts)
        if kind is Subscript:
            return f"{enclosed(parts[0], ATOM)}[{', '.join(text for text, _ in parts[1:])}]", ATOM
        if kind is Slice:
            return self.slice(node, [text for text, _ in parts]), ATOM
        if kind is Attribute:
            return f"{enclosed(parts[0], ATOM)}.{node.name}", ATOM
        if kind is List:
            return self.list([text for text, _ in parts]), ATOM
        assert kind is Call
        first = len(node.args)
        named = [(f"{name}={text}", ATOM) for (name, _), (text, _) in zip(node.kwargs, parts[first:], strict=True)]
        return self.call(node.function, [*parts[:first], *named])

    def number(self, value: Any) -> tuple[str, int]:
        """A literal."""
        return repr(value), ATOM

    def name(self, name: str) -> str:
        """A variable or constant."""
        return name

    def list(self, items: Texts) -> str:
        """A vector of elements."""
        return f"[{', '.join(items)}]"

    def slice(self, node: Slice, bounds: Texts) -> str:
        """A slice inside an index."""
        remaining = iter(bounds)
        lower, upper, step = ("" if b is None else next(remaining) for b in (node.lower, node.upper, node.step))
        return f"{lower}:{upper}" + (f":{step}" if step else "")

    def unary(self, op: str, part: tuple[str, int]) -> tuple[str, int]:
        """A prefix operator. The minus sign of a product stands before its first factor."""
        text, level = part
        if op == "not":
            return f"not {enclosed(part, NOT)}", NOT
        if level == PRODUCT:
            return f"{op}{text}", SUM
        return f"{op}{enclosed(part, UNARY)}", UNARY

    def binary(self, op: str, left: tuple[str, int], right: tuple[str, int]) -> tuple[str, int]:
        """A binary operator."""
        level = LEVELS[op]
        if op == "**":
            exponent = right[0] if right[1] == UNARY else enclosed(right, ATOM)
            return f"{enclosed(left, ATOM)}**{exponent}", POWER
        space = "" if level == PRODUCT and op in "*/" else " "
        text = f"{enclosed(left, level)}{space}{op}{space}{enclosed(right, level + 1)}"
        # -a // b is not -(a // b): as an operand, such a quotient stands in brackets.
        return text, SUM if op in ("//", "%") else level

    def compare(self, ops: tuple[str, ...], parts: Parts) -> tuple[str, int]:
        """A chain of comparisons."""
        texts = [enclosed(part, COMPARE + 1) for part in parts]
        words = [texts[0], *(word for op, text in zip(ops, texts[1:], strict=True) for word in (op, text))]
        return " ".join(words), COMPARE

    def call(self, function: str, parts: Parts) -> tuple[str, int]:
        """A call."""
        return f"{function}({', '.join(text for text, _ in parts)})", ATOM


def _sums(node: Any) -> Iterator[Binary]:
    """The sums and differences that are left operands of each other, the outermost first."""
    while type(node) is Binary and node.op in ("+", "-"):
        yield node
        node = node.left


def _terms(node: Any) -> list[Any]:
    """The terms of a sum."""
    sums = [*_sums(node)]
    return [sums[-1].left, *[each.right for each in reversed(sums)]] if sums else []


def enclosed(part: tuple[str, int], level: int) -> str:
    """The text of an operand, in brackets if it binds less tightly than the level."""
    text, own = part
    return text if own >= level else f"({text})"


def program_text(program: Program) -> list[str]:
    """The statements of a program of assignments and one expression, in the language itself."""
    printer = Printer()
    return [f"{s.name} = {printer.text(s.value)}" if type(s) is Assign else printer.text(s) for s in program.statements]
