"""Numbers with more digits than a float has are not printed as if they were exact; those that are, are whole."""

from __future__ import annotations

import re

from groups import grouped

from autodiff.parser.derivatives.derivative import derivatives
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import program_text


@grouped(
    "expression, order, text",
    [
        ("x**20", 20, "2432902008176640000"),
        ("sin(100*x)", 9, "1000000000000000000*cos(100*x)"),
        ("6.02214076e23*x", 1, "602214076000000000000000"),
        ("123456789012345*x", 1, "123456789012345"),
        ("1234567890123456*x", 1, "1234567890123456.0"),
        ("-123456789012345678*x", 1, "-1.2345678901234568e+17"),
        ("exp(12345*x)", 5, "2.8671833852463546e+20*exp(12345*x)"),
    ],
)
def test_a_number_has_the_digits_that_are_known_of_it(expression: str, order: int, text: str) -> None:
    by = ("x",) * order
    assert program_text(derivatives(parse(expression), [by]).program(by)) == [text]


@grouped("expression", ["sqrt(x)*log(x)", "sqrt(x)", "log(x)/x", "exp(3*x)/x"])
def test_no_whole_number_of_a_high_derivative_has_more_digits(expression: str) -> None:
    by = ("x",) * 18
    (text,) = program_text(derivatives(parse(expression), [by], share=False).program(by))
    assert all(len(digits.rstrip("0")) <= 15 for digits in re.findall(r"(?<![\d.])\d+(?![\d.e])", text))
