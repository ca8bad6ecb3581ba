"""Short programs print what they print in PyTorch: data/semantics.json."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from groups import grouped
from pytorch.recorded import entries

import autodiff.engine as torch

RECORDED = entries("semantics.json")
UNSUPPORTED = {"1j": "complex numbers are not offered"}


@pytest.fixture(autouse=True)
def float32() -> None:
    torch.set_default_dtype(torch.float32)


@grouped("entry", RECORDED, ids=lambda entry: entry["title"])
def test_a_program_prints_what_it_prints_in_pytorch(entry: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    for sign, reason in UNSUPPORTED.items():
        if sign in entry["code"]:
            pytest.skip(reason)
    source = entry["code"].replace("from torch.autograd import", "from autodiff.engine.autograd import")
    source = source.replace("import torch.", "import autodiff.engine.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(source, {"torch": torch})  # noqa: S102  (recorded source, in the repository)
    assert capsys.readouterr().out == entry["stdout"]
