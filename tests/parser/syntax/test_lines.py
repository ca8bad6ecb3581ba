"""Where a line of a program ends, and where it goes on."""

from __future__ import annotations

import pytest
from groups import grouped

from autodiff.engine import tensor
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.names import free_variables
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse


@grouped(
    "text",
    [
        "x +\n 3",
        "x \\\n + 3",
        "x + # an operator\n\n  # and a line of words\n 3",
        "y =\n x + 3",
        "f(t) =\n t + 3\nf(x)",
        "y = x + 3 if x > 0 else\n 0; y",
        "x -\n-3",
        "x +\n(3)",
    ],
)
def test_a_line_goes_on_where_an_operand_has_to_follow(text: str) -> None:
    program = parse(text)
    assert evaluate(program, {"x": tensor(2.0)}).item() == 5
    assert program.source == text


@pytest.mark.parametrize("text", ["x +\n", "x +\n\n# nothing\n", "or\n3", "x\n+ 3", "x\n\\3"])
def test_elsewhere_a_line_ends(text: str) -> None:
    with pytest.raises(ExpressionError):
        free_variables(parse(text))
