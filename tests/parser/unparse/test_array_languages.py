"""Code of arrays gives the engine's value, gradients and Jacobians when it is run."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from languages import ARRAYS, Case, array_cases, missing, outcome

from autodiff.parser.library.expression import Expression
from autodiff.parser.syntax.errors import ExpressionError

# How many of the expressions a language has no words for.
LACKING = {"matlab": 3, "fortran": 8}


@cache
def expressions() -> list[Case]:
    return list(array_cases())


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.filterwarnings("ignore")
def test_code_of_arrays_gives_the_engines_numbers(name: str, tmp_path: Path) -> None:
    reason = missing(name)
    if reason is not None:
        pytest.skip(reason)
    said, differing = outcome(name, expressions(), tmp_path)
    assert not differing
    assert len(expressions()) - said == LACKING.get(name, 0)


@pytest.mark.parametrize("source", ["norm(A, 3)", "sum(vector_norm(A, ord=3, dim=1)**2)", "sum(norm(A, 1, 0)**2)"])
def test_a_norm_of_another_power_is_not_written_as_that_of_the_second(source: str) -> None:
    for language in ("fortran", "matlab", "julia"):
        with pytest.raises(ExpressionError, match="has no"):
            Expression(source).code(language, shapes={"A": (2, 3)})


@pytest.mark.parametrize(("source", "expected"), [("sum(softmax(A, 1))", 2.0), ("sum(2*softmax(A, 0))", 6.0)])
def test_rows_that_are_one_together_are_as_many_as_there_are(source: str, expected: float) -> None:
    space: dict[str, Any] = {}
    exec(Expression(source).code("numpy", value=True, shapes={"A": (2, 3)}), space)  # noqa: S102
    value, _ = space["f_grad"](np.arange(6.0).reshape(2, 3))
    assert value == pytest.approx(expected)


@pytest.mark.parametrize(
    "call", [f"{name}, dim=1)" for name in ("max(A", "min(A", "median(A", "nanmedian(A", "mode(A", "kthvalue(A, 2")]
)
@pytest.mark.filterwarnings("ignore:the formula is of arrays of these sizes alone")
def test_values_that_pytorch_returns_with_their_indices_are_taken_from_them(call: str) -> None:
    code = Expression(f"sum({call}.values**2)").code("torch", value=True, shapes={"A": (2, 3)})
    assert f"torch.sum(torch.{call}.values**2)" in code
    assert f"torch.{call}.indices" in code
    assert code.count(f"torch.{call}.") == code.count(f"torch.{call}")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("sum(aminmax(A, dim=1).max**2)", "torch.aminmax(A, dim=1).max"),
        ("sum(addmv(x, A, y, beta=2, alpha=3)**2)", "torch.addmv(x, A, y, beta=2, alpha=3)"),
        ("sum(round(A, 1)*A)", "torch.round(A, decimals=1)"),
        ("sum(A)*2 + numel(A)*c", "torch.full_like(c, u)"),
        ("nanmean(A)", "dtype=A.dtype"),
    ],
)
@pytest.mark.filterwarnings("ignore:the formula is of arrays of these sizes alone")
def test_pytorch_is_given_what_it_takes_by_name_alone_and_gives_tensors_of_the_type(source: str, text: str) -> None:
    known = {"A": (2, 3), "c": (), "x": (2,), "y": (3,)}
    shapes = {name: known[name] for name in Expression(source).variables}
    assert text in Expression(source).code("torch", value=True, shapes=shapes)


@pytest.mark.parametrize(
    "source",
    [
        "sum(diagonal(A, 1)**2)",
        "sum(diag(A, -1)**3)",
        "sum(sort(A, dim=0).values*A)",
        "sum(sort(A, dim=1, descending=True).values*A)",
        "sum(cumsum(A)*A) + sum(softmax(A)*A)",
        "sum(nan_to_num(A, 5.0))",
        "sum(std(A, dim=0, correction=0))",
        "sum(abs(A)*heaviside(A, A))",
    ],
)
def test_arguments_are_numpys_by_their_names(source: str) -> None:
    for rows in ([[1.0, 2.0, 3.0], [4.0, 0.5, 6.0]], [[math.nan, 2.0, 2.0], [-0.0, 0.0, -1.0]]):
        expression = Expression(source)
        space: dict[str, Any] = {}
        exec(expression.code("numpy", value=True, shapes={"A": (2, 3)}), space)  # noqa: S102
        value, slope = space["f_grad"](np.array(rows))
        np.testing.assert_allclose(value, expression(A=rows), rtol=1e-12)
        np.testing.assert_allclose(slope, expression.grad(A=rows)["A"], rtol=1e-12)


@pytest.mark.parametrize("source", ["sum(A**x)", "sum(root(A, x))"])
def test_a_row_that_is_an_exponent_in_matlab_is_turned_before_the_power(source: str) -> None:
    assert ".^(" in Expression(source).code("matlab", value=True, shapes={"A": (2, 3), "x": (3,)})


@pytest.mark.parametrize(("language", "name"), [("matlab", "largest"), ("fortran", "any")])
def test_the_largest_of_an_array_with_nan_is_nan(language: str, name: str) -> None:
    assert f"{name}(" in Expression("sum(amax(A, 0)*2)").code(language, value=True, shapes={"A": (2, 3)})
