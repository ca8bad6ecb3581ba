"""The names of calls that are no functions: operators, a list, an index, and which calls compute element by element."""

from __future__ import annotations

from ...engine.table.record import Operation
from ...engine.table.registry import FUNCTIONS

# Calls that are written in another way: a list, what stands in an index, a number as a float, an argument with its
# name, one of several results, a part that is taken as a whole.
LIST, ELEMENT, SLICE, FLOAT, KEYWORD, RESULT, HELD = "list", "[]", "slice", "float", "keyword", "result", "held"
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
CONDITIONS = (*COMPARISONS, "and", "or", "not")
# What is written with an operator, and computes each element from those in the same place.
_OPERATORS = (*CONDITIONS, "%", "//")


# What is no function, so that the table need not be asked.
_NO_FUNCTIONS = (*_OPERATORS, LIST, ELEMENT, SLICE, FLOAT, KEYWORD, RESULT, HELD, "@", "T", "mT")


def function(name: str) -> Operation | None:
    """The record of a function; None: it is none."""
    return None if name in _NO_FUNCTIONS else FUNCTIONS.get(name)


def is_elementwise(name: str) -> bool:
    """Whether a function computes each element from those in the same place."""
    record = function(name)
    return name in _OPERATORS or (record is not None and record.elementwise)
