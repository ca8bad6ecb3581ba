"""The names of calls that are no functions: operators, a list, an index, and which calls compute element by element."""

from __future__ import annotations

from ...engine.table.registry import FUNCTIONS

# Calls that are written in another way: a list, what stands in an index, a number as a float, an argument with its
# name, one of several results.
LIST, ELEMENT, SLICE, FLOAT, KEYWORD, RESULT = "list", "[]", "slice", "float", "keyword", "result"
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
CONDITIONS = (*COMPARISONS, "and", "or", "not")
# What is written with an operator, and computes each element from those in the same place.
_OPERATORS = (*CONDITIONS, "%", "//")


def is_elementwise(name: str) -> bool:
    """Whether a function computes each element from those in the same place."""
    return name in _OPERATORS or (name in FUNCTIONS and FUNCTIONS[name].elementwise)
