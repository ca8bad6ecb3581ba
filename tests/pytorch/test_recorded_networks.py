"""Programs with networks, optimisers, schedules and data loaders print what PyTorch prints.

`data/networks.json` has each program with PyTorch's output in float32. They run as a person's own Python; those that
are written in the safe language run in that too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autodiff.parser.notes.agreement import agrees
from autodiff.parser.notes.cell import Cell
from autodiff.parser.script.session import Session
from autodiff.parser.script.trusted import TrustedSession
from autodiff.parser.semantics.computing import computing

RECORDED = json.loads((Path(__file__).parent / "data" / "networks.json").read_text())
PROGRAMS: dict[str, Any] = {program["name"]: program for program in RECORDED["programs"]}
SAFE = ("xor", "logistic", "classifier", "characters", "batches", "digits", "attention", "normalized", "convolutions")
# Sums in another order, after many steps.
TOLERANCE = 2e-4


def check(name: str, open_session: Any) -> None:
    program = PROGRAMS[name]
    written: list[str] = []
    with computing("float32"):
        open_session(written.append).run("\n".join(program["code"]), name)
    output, recorded = "".join(written), "\n".join(program["output"])
    cell = Cell(1, "", name, 1, recorded, False)
    assert agrees(cell, output, TOLERANCE), f"{output}\n--- PyTorch:\n{recorded}"


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_prints_what_pytorch_prints(name: str) -> None:
    check(name, lambda write: TrustedSession(write, float("inf"), lambda error: None))


@pytest.mark.parametrize("name", SAFE)
def test_the_safe_language_has_what_the_program_needs(name: str) -> None:
    check(name, Session)
