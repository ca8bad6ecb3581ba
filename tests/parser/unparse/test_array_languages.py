"""Code of arrays gives the engine's value, gradients and Jacobians when it is run."""

from __future__ import annotations

from functools import cache
from pathlib import Path

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
