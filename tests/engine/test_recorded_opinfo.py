"""Sample calls of 275 operations give PyTorch's outputs and gradients: tests/data/opinfo.jsonl."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff.engine as torch

RECORDED = [json.loads(line) for line in (Path(__file__).parents[1] / "data" / "opinfo.jsonl").read_text().splitlines()]
DIFFERENT: dict[int, str] = dict.fromkeys((360, 361), "PyTorch's slope is 1/6 rounded to float32; ours is 1/6")


def number(value: Any) -> Any:
    if isinstance(value, list):
        return [number(v) for v in value]
    return float(value) if isinstance(value, str) else value


def value_of(recorded: Any) -> Any:
    """An argument as it was: a tensor, a container, a dtype, or a plain value."""
    if isinstance(recorded, dict) and "t" in recorded:
        dtype = getattr(torch, recorded["dtype"])
        array = np.array(number(recorded["t"]), dtype=dtype.numpy).reshape(recorded["shape"])
        return torch.tensor(array, requires_grad=recorded["rg"])
    if isinstance(recorded, dict):
        (kind, content), *_ = recorded.items()
        if kind == "slice":
            return slice(*content)
        if kind == "dtype":
            return getattr(torch, content.removeprefix("torch."))
        if kind == "ellipsis":
            return ...
        return tuple(map(value_of, content)) if kind == "tuple" else list(map(value_of, content))
    if isinstance(recorded, list):
        return [value_of(item) for item in recorded]
    return number(recorded) if recorded in ("nan", "inf", "-inf") else recorded


def tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors(item)
    elif isinstance(value, dict):
        yield from tensors(list(value.values()))


# Recorded with the differentiated tensors first, wherever the function has them, and with what was done around it.
AS_RECORDED = {
    "einsum": lambda tensors, equation: torch.einsum(equation, *tensors),
    "linalg.lstsq grad_oriented": lambda a, b, **options: torch.linalg.lstsq(a, b, **options)[:2],
    "linalg.pinv singular": lambda a, b: torch.linalg.pinv(a @ b.mT),
    "polygamma": lambda x, n: torch.polygamma(n, x),
    "special.polygamma": lambda x, n: torch.polygamma(n, x),
    "where": lambda x, condition, y: torch.where(condition, x, y),
    "zero_": lambda x: x.clone().zero_(),
}


def function(name: str, variant: str) -> Any:
    for recorded in (name, f"{name} {variant}"):
        if recorded in AS_RECORDED:
            return AS_RECORDED[recorded]
    found: Any = torch.Tensor if name.startswith("__") or name.endswith("_") else torch
    try:
        for part in name.split("."):
            found = getattr(found, part)
    except AttributeError as error:
        if name in dir(torch.Tensor):
            return getattr(torch.Tensor, name)
        pytest.skip(f"not offered yet: {error}")
    return found


def assert_same(actual: Any, expected: Any) -> None:
    if isinstance(expected, dict) and "t" in expected:
        assert isinstance(actual, torch.Tensor)
        assert list(actual.shape) == expected["shape"]
        assert actual.dtype.name == expected["dtype"]
        want = np.array(number(expected["t"]), dtype=float).reshape(expected["shape"])
        np.testing.assert_allclose(np.asarray(actual.detach(), dtype=float), want, rtol=1e-9, atol=1e-12)
    elif isinstance(expected, dict):
        (content,) = expected.values()
        assert len(actual) == len(content)
        for a, e in zip(actual, content, strict=True):
            assert_same(a, e)
    else:
        assert actual == number(expected)


def marked(position: int, entry: dict[str, Any]) -> Any:
    why = DIFFERENT.get(position)
    return pytest.param(
        entry, id=f"{position}-{entry['op']}", marks=[pytest.mark.xfail(reason=why, strict=True)] if why else []
    )


@pytest.mark.parametrize("entry", [marked(i, entry) for i, entry in enumerate(RECORDED)])
def test_a_sample_call_has_pytorchs_outputs_and_gradients(entry: dict[str, Any]) -> None:
    call = function(entry["op"], entry["variant"])
    arguments = value_of(entry["call"]["input"]), value_of({"list": entry["call"]["args"]})
    named = {name: value_of(value) for name, value in entry["call"]["kwargs"].items()}
    out = call(arguments[0], *arguments[1], **named)
    assert_same(out, entry["out"])
    if "grads" not in entry:
        return
    outputs = [t for t in tensors(out) if t.dtype.is_floating_point and t.requires_grad]
    inputs = [t for t in tensors([*arguments, named]) if t.requires_grad]
    total = outputs[0].sum()
    for output in outputs[1:]:
        total = total + output.sum()
    gradients = torch.autograd.grad(total, inputs, allow_unused=True)
    for actual, expected in zip(gradients, entry["grads"], strict=True):
        assert (actual is None) == (expected is None)
        if actual is not None:
            assert_same(actual, expected)
