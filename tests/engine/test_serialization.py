"""`torch.save` and `torch.load`: state comes back as it was, and a file runs no code."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine.tensors.tensor import Size


def through(value: Any) -> Any:
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return torch.load(file)


@grouped(
    "value",
    [
        *(None, True, 3, 2.5, "text", [1, [2]], (1, ("a",)), {"a": 1, 2: (3,)}, OrderedDict(b=1, a=2), {1, 2}),
        *(Size([2, 3]), float("inf"), 10**40, torch.float32, {}, []),
    ],
)
def test_plain_values_come_back(value: Any) -> None:
    assert through(value) == value
    assert type(through(value)) is type(value)


def test_tensors_come_back_with_dtype_shape_and_flag() -> None:
    tensors = (
        torch.tensor(3.0),
        torch.ones(2, 0),
        torch.tensor([1, 2]),
        torch.tensor([True]),
        torch.ones(2).half(),
    )
    for tensor in tensors:
        again = through({"t": tensor})["t"]
        assert (again.dtype, again.shape, again.tolist()) == (tensor.dtype, tensor.shape, tensor.tolist())
    assert through(torch.ones(2, requires_grad=True)).requires_grad


def test_the_state_of_a_network_and_its_optimiser_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    results = []
    for resumes in (False, True):
        torch.manual_seed(0)
        net = torch.nn.Linear(3, 1)
        optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
        for step in range(4):
            if step == 2 and not resumes:
                torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict()}, path)
            if step == 2 and resumes:
                torch.manual_seed(5)
                net = torch.nn.Linear(3, 1)
                optimizer = torch.optim.Adam(net.parameters())
                state = torch.load(path)
                net.load_state_dict(state["net"])
                optimizer.load_state_dict(state["optimizer"])
            optimizer.zero_grad()
            net(torch.ones(2, 3)).sum().backward()
            optimizer.step()
        results.append(net.weight.tolist())
    assert results[0] == results[1]


def test_what_cannot_be_written_is_refused() -> None:
    net = torch.nn.Linear(1, 1)
    net.act = lambda x: x
    for value, words in (
        (net, "save its state_dict"),
        ([lambda: 0], "'function' object"),
        ((x for x in ()), "generator"),
    ):
        with pytest.raises(TypeError, match=words):
            torch.save(value, io.BytesIO())
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(ValueError, match="inside itself"):
        torch.save(loop, io.BytesIO())


def test_a_whole_network_is_read_where_that_is_asked_for_alone() -> None:
    net, file = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.ReLU()), io.BytesIO()
    torch.save({"net": net, "epoch": 3}, file)
    read = torch.load(file, weights_only=False)
    assert (read["epoch"], repr(read["net"])) == (3, repr(net))
    assert torch.equal(read["net"](torch.ones(1, 2)), net(torch.ones(1, 2)))
    torch.save([Evil()], file := io.BytesIO())
    with pytest.raises(pickle.UnpicklingError, match="weights_only=False"):
        torch.load(file)


class Evil:
    def __reduce__(self) -> Any:
        return pytest.fail, ("code ran",)


def archive(**members: bytes) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as writing:
        for name, data in members.items():
            writing.writestr(name.replace("_", "."), data)
    file.seek(0)
    return file


def structure(kind: str, of: Any) -> bytes:
    return json.dumps({"format": "autodiff state 1", "saved": {"kind": kind, "of": of}}).encode()


@pytest.mark.parametrize(
    "file",
    [
        io.BytesIO(pickle.dumps(Evil())),
        io.BytesIO(b""),
        archive(data_pkl=pickle.dumps(Evil())),
        archive(structure_json=b"{"),
        archive(structure_json=b"[]"),
        archive(structure_json=structure("eval", [])),
        archive(structure_json=structure("tensor", 0)),
    ],
)
def test_a_file_of_another_kind_is_an_error_and_runs_nothing(file: io.BytesIO) -> None:
    with pytest.raises(ValueError, match="was not written by"):
        torch.load(file)
