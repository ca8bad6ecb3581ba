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
    assert said > 0.85 * len(expressions())


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
