"""The names that PyTorch has: where functions are, and which methods of tensors work in place."""

from __future__ import annotations

import json
from functools import reduce
from inspect import unwrap
from typing import Any

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.table.record import Operation
from autodiff.engine.table.registry import FUNCTIONS, functions_of

from .recorded import DATA

NAMES: dict[str, list[str]] = json.loads((DATA / "names.json").read_text(encoding="utf-8"))
RECORDS = {name: record for name, record in FUNCTIONS.items() if name == record.name}
IN_PLACE = {name: record for name, record in RECORDS.items() if record.in_place}
# Methods in place that PyTorch has and we have not.
LACKING = {"as_strided_", "detach_"}
# Arguments that are no tensors.
NUMBERS: dict[str, list[Any]] = {"clamp": [0.5], "polygamma": [1]}


@grouped("record", [*RECORDS.values()], ids=[*RECORDS], size=200)
def test_a_function_is_where_pytorch_has_it(record: Operation) -> None:
    for path in record.torch_names:
        module, _, name = path.rpartition(".")
        assert name in NAMES[module or "torch"]
        found = reduce(getattr, path.split("."), torch)
        assert callable(found)
        assert module == "nn.functional" or unwrap(found) is record.call


@grouped("record", [*RECORDS.values()], ids=[*RECORDS], size=200)
def test_a_function_works_in_place_where_it_does_in_pytorch(record: Operation) -> None:
    names = {f"{name}_" for name in (record.name, *record.aliases)}
    assert {name for name in names if hasattr(Tensor, name)} == names.intersection(NAMES["in_place"]) - LACKING


def test_a_tensor_has_no_method_in_place_that_pytorch_has_not() -> None:
    assert {name for name in dir(Tensor) if name.endswith("_") and not name.startswith("_")} <= {*NAMES["in_place"]}


@pytest.mark.parametrize("module", ["linalg", "special", "nn.functional"])
def test_a_module_has_what_the_records_say(module: str) -> None:
    face = reduce(getattr, module.split("."), torch)
    assert {*functions_of(module)} <= {*face.__all__} <= {*NAMES[module], "LinAlgError"}
    assert len({*face.__all__}) == len(face.__all__)
    with pytest.raises(AttributeError, match=f"module 'torch.{module}' has no attribute 'nonsense'"):
        _ = face.nonsense


@grouped(
    "record",
    [record for record in IN_PLACE.values() if record.elementwise and record.required <= record.tensors],
    ids=lambda record: record.name,
)
def test_a_method_in_place_writes_what_the_function_returns(record: Operation) -> None:
    x, *others = [torch.tensor([0.8 * d.low + 0.2 * d.high, 0.4 * d.low + 0.6 * d.high]) for d in record.domain]
    others = NUMBERS.get(record.name, others)
    expected = getattr(x, record.name)(*others)
    assert getattr(x, f"{record.name}_")(*others) is x
    np.testing.assert_array_equal(x.numpy(), expected.to(x.dtype).numpy())
