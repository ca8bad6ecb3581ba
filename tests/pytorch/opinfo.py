"""Sample calls of 275 operations, and the functions they call, as tests read them: data/opinfo.jsonl."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pytorch.recorded import entries

import autodiff.engine as torch

RECORDED = entries("opinfo.jsonl")
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
