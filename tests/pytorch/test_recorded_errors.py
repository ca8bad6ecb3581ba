"""Errors are PyTorch's, word for word in their first line: data/errors.json."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from groups import grouped
from pytorch.recorded import entries

import autodiff.engine as torch

RECORDED = entries("errors.json")
UNSUPPORTED = {
    r"\dj\b|complex": "complex numbers are not offered",
}
DIFFERENT: dict[str, str] = {
    "derivative not implemented": "heaviside has a derivative here",
    "reverse remainder has no derivative": "it has one here",
    "kwarg unknown": "a shorter sentence, naming the argument",
}


@pytest.fixture(autouse=True)
def state() -> Iterator[None]:
    dtype = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    yield
    torch.set_default_dtype(dtype)
    torch.set_grad_enabled(True)


def marked(entry: dict[str, Any]) -> Any:
    why = DIFFERENT.get(entry["title"])
    return pytest.param(entry, id=entry["title"], marks=[pytest.mark.xfail(reason=why, strict=True)] if why else [])


@grouped("entry", [marked(entry) for entry in RECORDED])
def test_a_mistake_gives_pytorchs_error(entry: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    for pattern, reason in UNSUPPORTED.items():
        if re.search(pattern, entry["snippet"]):
            pytest.skip(reason)
    source = re.sub(r"(from|import) torch\.", r"\1 autodiff.engine.", entry["snippet"])
    raised: Exception | None = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(source, {"torch": torch})  # noqa: S102  (recorded source, in the repository)
        except Exception as error:
            raised = error
    printed = capsys.readouterr().out
    if entry["exception"] is None:
        assert raised is None
        assert printed == entry["stdout"]
        return
    assert raised is not None, f"expected {entry['exception']}: {entry['message']}"
    assert type(raised).__name__ == entry["exception"].rpartition(".")[2]
    assert str(raised).partition("\n")[0] == entry["message"].partition("\n")[0]
