"""Checks at many points, which go through the expression together, are those at each by itself."""

from __future__ import annotations

from typing import Any

import pytest

from autodiff.parser.analysis import compare, sample
from autodiff.parser.analysis.coordinates import NumericFunction
from autodiff.parser.analysis.verdict import check
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.semantics.names import free_variables
from autodiff.parser.syntax.parse import parse

EXPRESSIONS = (
    "sin(x*y)*exp(-x**2)",
    "abs(x)*max(x, y)",
    "sqrt(x - 1)/y",
    "x**y",
    "where(x > 0, x, y)",
    "sort([x, y])[0]",
)


def checked(text: str, monkeypatch: Any, together: bool) -> Any:
    if not together:
        monkeypatch.setattr(compare, "_MANY", 1000)
        monkeypatch.setattr(sample, "_AT_ONCE", 1)
    program = parse(text)
    names = list(free_variables(program))
    found = check(NumericFunction(program, names, Limits(), "float64"), {}, names, 60, 0, 1)
    return [
        (point["x"].item(), [(c.key, c.verdict, c.autograd, c.numeric) for c in checks])
        for point, checks in found.checks
    ]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_points_and_checks_are_the_same_together_and_one_by_one(text: str, monkeypatch: Any) -> None:
    together = checked(text, monkeypatch, True)
    assert len(together) == 60
    assert together == checked(text, monkeypatch, False)


def test_many_points_take_few_evaluations(monkeypatch: Any) -> None:
    calls: list[Any] = []
    value = NumericFunction.value

    def counted(self: NumericFunction, point: Any) -> Any:
        calls.append(point)
        return value(self, point)

    monkeypatch.setattr(NumericFunction, "value", counted)
    program = parse("sin(x)*x")
    check(NumericFunction(program, ["x"], Limits(), "float64"), {}, ["x"], 1000, 0, 1)
    assert len(calls) < 50
