"""Undefined gradients, and the hooks that meet them, are PyTorch's: data/undefined_gradients.json."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from groups import grouped
from pytorch.recorded import entries

import autodiff.engine as torch

BEFORE, *RECORDED = entries("undefined_gradients.json")


@grouped("entry", RECORDED, ids=lambda entry: entry["title"])
def test_what_arrives_where_nothing_does_is_what_arrives_in_pytorch(
    entry: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    source = BEFORE["code"] + entry["code"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(source.replace("from torch.", "from autodiff.engine."), {"torch": torch})  # noqa: S102  (in the repository)
    assert capsys.readouterr().out == entry["stdout"]
