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
# The names of the arguments of each function.
ARGUMENTS: dict[str, list[str]] = json.loads((DATA / "argument_names.json").read_text(encoding="utf-8"))
# Those that a function here takes as many of as it is given.
SPREAD = ("dims", "matrices", "shape", "size", "tensors")
NOT_TAKEN = {f"nn.functional.{name}_loss": ("weight",) for name in ("mse", "l1", "huber")}
NOT_TAKEN |= {"nn.functional.embedding": ("input", "max_norm", "norm_type"), "orgqr": ("input2",)}
RECORDS = {name: record for name, record in FUNCTIONS.items() if name == record.name}
IN_PLACE = {name: record for name, record in RECORDS.items() if record.in_place}
# Methods in place that PyTorch has and we have not.
LACKING = {"as_strided_"}
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


@grouped("path", [*ARGUMENTS], size=200)
def test_an_argument_may_be_given_under_pytorchs_name(path: str) -> None:
    record = next(record for record in RECORDS.values() if path in record.torch_names)
    known = {*record.arguments, *(record.call.__kwdefaults__ or {}), *SPREAD}
    unknown = [name for name in ARGUMENTS[path] if not {*record.own_names({name: None})} <= known]
    assert [name for name in unknown if name not in NOT_TAKEN.get(path, ())] == []


def test_an_argument_may_be_given_under_numpys_name() -> None:
    x = torch.arange(6.0).reshape(2, 3)
    assert torch.sum(x, axis=0).tolist() == [3, 5, 7]
    assert x.mean(axis=1, keepdims=True).shape == (2, 1)
    assert torch.where(condition=x > 2, input=x, other=-x).sum().item() == 9
    with pytest.raises(TypeError, match="unexpected keyword argument 'axes'"):
        torch.sum(x, axes=0)


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
