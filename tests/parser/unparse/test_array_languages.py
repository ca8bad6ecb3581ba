"""Code of arrays gives the engine's value, gradients and Jacobians when it is run."""

from __future__ import annotations

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
    "call", ["max(A, dim=1)", "min(A, dim=0)", "median(A, 1)", "nanmedian(A, 1)", "mode(A, 1)", "kthvalue(A, 2, 1)"]
)
@pytest.mark.filterwarnings("ignore:the formula is of arrays of these sizes alone")
def test_values_that_pytorch_returns_with_their_indices_are_taken_from_them(call: str) -> None:
    code = Expression(f"sum({call}.values**2)").code("torch", value=True, shapes={"A": (2, 3)})
    assert f"torch.sum(torch.{call}.values**2)" in code
    assert f"torch.{call}.indices" in code
    assert code.count(f"torch.{call}.") == code.count(f"torch.{call}")
