"""What is known of the table's functions before the modules that hold them are imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import autodiff.engine as torch
from autodiff.engine.primitives import index
from autodiff.engine.table import family
from autodiff.engine.table.family import Family
from autodiff.engine.table.registry import FUNCTIONS


def test_the_index_is_current() -> None:
    lines = Path(index.PATH).read_text(encoding="utf-8").splitlines()
    assert lines == index.lines(), "run `make tables`"


def run(program: str) -> str:
    """What a new process prints, in which only what every start needs is imported."""
    program = f"import sys, autodiff.engine as torch; from autodiff.engine import FUNCTIONS, Tensor; {program}"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(
    ("program", "printed"),
    [
        ("print(torch.tensor(-2.0).abs_().item())", "2.0"),
        ("print(Tensor.sinh(torch.tensor(0.0)).item())", "0.0"),
        ("print(hasattr(torch.tensor(1.0), 'sin_'), hasattr(Tensor, 'cat'))", "True False"),
        ("print((torch.ones(2) @ torch.ones(2)).item())", "2.0"),
        ("print(FUNCTIONS['ln'].name, 'ln' in FUNCTIONS, 'lm' in FUNCTIONS)", "log True False"),
        ("print('sinh' in dir(torch), 'sinh' in dir(Tensor), 'sinh' in [*FUNCTIONS])", "True True True"),
        ("print(len(FUNCTIONS) == len({*FUNCTIONS}) == len([*FUNCTIONS.values()]))", "True"),
        ("from autodiff.engine import sinc; print(sinc.__name__)", "sinc"),
    ],
)
def test_what_is_not_imported_yet_looks_as_if_it_were(program: str, printed: str) -> None:
    assert run(program) == printed


def test_a_function_that_the_index_lacks_is_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FUNCTIONS, "loaded", {**FUNCTIONS.loaded})
    monkeypatch.setattr(family, "PRIMITIVES", [])
    half = Family("scratch").primitive("half_of", lambda x: x / 2, lambda g: g / 2)
    assert FUNCTIONS["half_of"].call is half
    assert [*FUNCTIONS][-1] == "half_of"
    assert torch.half_of(torch.tensor(3.0)).item() == 1.5
    del torch.half_of
