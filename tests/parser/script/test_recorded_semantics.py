"""Short programs print as scripts what they print in PyTorch: tests/data/semantics.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import autodiff.engine as torch

RECORDED = json.loads((Path(__file__).parents[2] / "data" / "semantics.json").read_text())
# Text of the programs that is outside the language, and what that is.
OUTSIDE = {
    "class ": "classes",
    "try:": "handlers of errors",
    "import numpy": "imports of anything but torch",
    "import warnings": "imports of anything but torch",
    "hash(": "hashes",
    "getattr(": "attributes by name",
    "type(": "types as values",
    "1j": "complex numbers",
}


@pytest.fixture(autouse=True)
def float32() -> None:
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("entry", RECORDED, ids=lambda entry: entry["title"])
def test_a_script_prints_what_it_prints_in_pytorch(run, entry: dict[str, Any]) -> None:
    for text, what in OUTSIDE.items():
        if text in entry["code"]:
            pytest.skip(f"{what}: not part of the language")
    shown = run(entry["code"])
    # A script shows its last value as well, if that is an expression; a program in a file does not.
    assert shown.startswith(entry["stdout"])
    assert shown.removeprefix(entry["stdout"]).count("\n") <= 1
