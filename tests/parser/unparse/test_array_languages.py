"""Code of arrays gives the engine's value, gradients and Jacobians when it is run."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from languages import ARRAYS, Case, array_cases, missing, outcome


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
    assert said > 0.9 * len(expressions())
