"""Short programs print as scripts what they print in PyTorch: data/semantics.json."""

from __future__ import annotations

from typing import Any

import pytest
from groups import grouped
from pytorch.recorded import entries

import autodiff.engine as torch
from autodiff.parser.script.running.script_limits import Limits
from autodiff.parser.script.session import Session

RECORDED = entries("semantics.json")
# Text of the programs that is outside the language, and what that is.
OUTSIDE = {
    "import numpy": "imports of anything but torch",
    "import weakref": "imports of anything but torch",
    "warnings": "imports of anything but torch",
    "dir(": "attributes by name",
    "hash(": "hashes",
    "getattr(": "attributes by name",
    "1j": "complex numbers",
}


@pytest.fixture(autouse=True)
def float32() -> None:
    torch.set_default_dtype(torch.float32)


@grouped("entry", RECORDED, ids=lambda entry: entry["title"])
def test_a_script_prints_what_it_prints_in_pytorch(entry: dict[str, Any]) -> None:
    for text, what in OUTSIDE.items():
        if text in entry["code"]:
            pytest.skip(f"{what}: not part of the language")
    written: list[str] = []
    Session(written.append, Limits()).run(entry["code"])
    shown = "".join(written)
    # A script shows its last value as well, if that is an expression; a program in a file does not.
    assert shown.startswith(entry["stdout"])
    assert shown.removeprefix(entry["stdout"]).count("\n") <= 1
