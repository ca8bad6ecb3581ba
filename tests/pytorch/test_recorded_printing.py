"""How PyTorch prints results of operations: the entries of data/printing.json that have one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from groups import grouped
from pytorch.recorded import entries

import autodiff.engine as torch

RECORDED = [entry for entry in entries("printing.json") if entry["op"] is not None]


@pytest.fixture(autouse=True)
def default_dtype() -> Iterator[None]:
    before = torch.get_default_dtype()
    yield
    torch.set_default_dtype(before)


@grouped("entry", RECORDED, ids=lambda entry: f"{entry['op']} of {entry['data']}"[:60])
def test_a_result_prints_as_in_pytorch(entry: dict[str, Any]) -> None:
    if entry["complex"]:
        pytest.skip("complex numbers are not offered")
    data = [float(v) if isinstance(v, str) else v for v in entry["data"]] if entry["shape"] else entry["data"]
    torch.set_default_dtype(getattr(torch, entry["default_dtype"] or "float32"))
    t = torch.tensor(data, dtype=getattr(torch, entry["dtype"]), requires_grad=entry["requires_grad"])
    t = t if t.shape == tuple(entry["shape"]) else t.detach().reshape(entry["shape"]).requires_grad_()
    try:
        result = eval(entry["op"], {"torch": torch, "t": t})  # noqa: S307  (recorded source, in the repository)
    except AttributeError as error:
        pytest.skip(f"not offered yet: {error}")
    assert str(result) == entry["str"]
