"""What is printed in each language gives the engine's value and gradients when it is run: for PyTorch's expressions."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from effort import THOROUGH
from languages import ARRAYS, COMMANDS, MODULES, Case, cases, missing, outcome

# Of the recorded expressions, one is tried in the gate.
_STEP = 1 if THOROUGH else 30


@cache
def recorded(arrays: bool) -> list[Case]:
    return list(cases(arrays, _STEP))


@pytest.mark.parametrize("name", [*MODULES, *COMMANDS])
@pytest.mark.filterwarnings("ignore")
def test_code_gives_the_engines_value_and_gradients(name: str, tmp_path: Path) -> None:
    reason = missing(name)
    if reason is not None:
        pytest.skip(reason)
    said, differing = outcome(name, recorded(name in ARRAYS), tmp_path)
    assert not differing
    assert said > len(recorded(name in ARRAYS)) // 2
