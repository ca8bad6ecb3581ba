"""Python's operators: how each is spelt in a script, what it is called in the syntax tree, and how tightly it binds."""

from __future__ import annotations

from ...syntax.operators import AND, BIT_AND, BIT_OR, BIT_XOR, COMPARE, NOT, OR, POWER, PRODUCT, SHIFT, SUM, UNARY

_LEVELS = {
    OR: ["or"],
    AND: ["and"],
    COMPARE: ["<", "<=", ">", ">=", "==", "!=", "in", "not in", "is", "is not"],
    BIT_OR: ["|"],
    BIT_XOR: ["^"],
    BIT_AND: ["&"],
    SHIFT: ["<<", ">>"],
    SUM: ["+", "-"],
    PRODUCT: ["*", "/", "//", "%", "@"],
    POWER: ["**"],
}
BINARY = {op: (op, level) for level, ops in _LEVELS.items() for op in ops}
PREFIX = {"not": ("not", NOT), "-": ("-", UNARY), "+": ("+", UNARY), "~": ("~", UNARY)}
