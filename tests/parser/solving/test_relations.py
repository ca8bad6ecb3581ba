"""Equations and inequalities are read where they stand: sides, chains, definitions, and carets in the whole text."""

from __future__ import annotations

import pytest
from groups import grouped

from autodiff.parser.semantics.names import free_variables
from autodiff.parser.solving.relations import read_constraints, read_equations
from autodiff.parser.syntax.errors import ExpressionError

EQUATIONS = [
    ("x**2 = 2", [("x**2 = 2", ["x"])]),
    ("x**2 == 2", [("x**2 == 2", ["x"])]),
    ("x**2 - 2", [("x**2 - 2", ["x"])]),
    ("x = y; y = 2", [("x = y", ["x", "y"]), ("y = 2", ["y"])]),
    ("x = y\n\ny = 2 # = 3", [("x = y", ["x", "y"]), ("y = 2", ["y"])]),
    ("f(t) = t**2; f(x) = f(2)", [("f(x) = f(2)", ["x"])]),
    ("a = b = c", [("a = b", ["a", "b"]), ("b = c", ["b", "c"])]),
    ("sum(x, dim=0) = 3", [("sum(x, dim=0) = 3", ["x"])]),
    ("(1 if x == 0 else x) = 2", [("(1 if x == 0 else x) = 2", ["x"])]),
    ("x = [1, 2,\n 3]; y = 1", [("x = [1, 2, 3]", ["x"]), ("y = 1", ["y"])]),
]


@grouped("text, expected", EQUATIONS)
def test_equations_are_read(text: str, expected: list[tuple[str, list[str]]]) -> None:
    assert [(r.text, list(free_variables(r.difference))) for r in read_equations(text)] == expected


CONSTRAINTS = [
    ("x + y <= 1", [False]),
    ("0 <= x < 1", [False, False]),
    ("x + y = 1", [True]),
    ("x > 1; x*y == 2", [False, True]),
]


@grouped("text, equations", CONSTRAINTS)
def test_constraints_are_read(text: str, equations: list[bool]) -> None:
    assert [relation.is_equation for relation in read_constraints(text)] == equations


WRONG = [
    ("x**2 = ", 1, 6, "nothing stands after the `=`"),
    ("= 2", 1, 1, "nothing stands before the `=`"),
    ("x = 1\ny = 2 +* 3", 2, 8, "unexpected `*`"),
    ("x = 1; y = (2", 1, 12, "`(` was never closed"),
    ("x = 1; 2y = 3", 1, 9, "an operator is missing between `2` and `y`"),
    ("x <= 1", 1, 1, "an inequality is no equation"),
    ("x = 2 <= 3", 1, 5, "an equation and a comparison stand in one"),
    ("x != 1", 1, 1, "that two sides differ is nothing to solve for"),
    ("x**2 := 2", 1, 6, "unexpected `:=`"),
    ("", 1, 1, "the expression is empty"),
    ("f(x) = x", 1, 1, "there is no equation"),
]


@grouped("text, line, column, message", WRONG)
def test_a_wrong_side_is_pointed_at_in_the_whole_text(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        read_equations(text)
    error = caught.value
    assert (error.line, error.column, error.message) == (line, column, message)
    assert error.source == text


def test_an_expression_alone_says_nothing_that_could_hold() -> None:
    with pytest.raises(ExpressionError, match="says nothing that could hold"):
        read_constraints("x + y")
