"""Random calls inside each other, hostile numbers among their arguments, have PyTorch's values and gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytorch.recorded import entries

import autodiff.engine as torch
from autodiff.engine.autograd import grad


def flat(value: Any) -> Any:
    """Numbers, those that are not finite as text, as an array."""
    return np.asarray(value, dtype=float).ravel()


def is_same(found: torch.Tensor | None, expected: Any) -> bool:
    if found is None or expected is None:
        return found is expected
    return np.allclose(flat(found.tolist()), flat(expected), rtol=1e-9, atol=1e-12, equal_nan=True)


def agrees(entry: dict[str, Any]) -> bool:
    leaves = [torch.tensor(np.asarray(value, float), requires_grad=True) for value in entry["at"]]
    value = eval(entry["call"], {"torch": torch, **dict(zip("xyz", leaves, strict=False))})  # noqa: S307
    found = grad(value.sum(), leaves, allow_unused=True)
    return is_same(value, entry["value"]) and all(map(is_same, found, entry["grad"]))


def test_random_calls_are_what_pytorch_makes_of_them() -> None:
    recorded = entries("random.jsonl")
    assert len(recorded) == 2000
    assert [entry for entry in recorded if not agrees(entry)] == []
