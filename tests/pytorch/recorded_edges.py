"""What PyTorch does at kinks, ties, zeros and infinities, as tests read it: data/edge_derivatives.json."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from pytorch.recorded import entries

import autodiff.engine as torch

EDGES: list[dict[str, Any]] = entries("edge_derivatives.json")


def number(value: Any) -> Any:
    """A recorded value, in which a string is a number that is not finite."""
    if isinstance(value, list):
        return [number(v) for v in value]
    return float(value) if isinstance(value, str) else value


def tensor(value: Any, requires_grad: bool = False) -> torch.Tensor:
    return torch.tensor(number(value), dtype=torch.float64, requires_grad=requires_grad)


def label(entry: dict[str, Any]) -> str:
    return f"{entry['expr']} at {entry['inputs']}" + (f" with {entry['const']}" if entry["const"] else "")


def marked(entry: dict[str, Any], different: dict[str, str]) -> Any:
    """An entry as a parameter; `different` says why ours differs, for an expression or for one point of it."""
    why = different.get(entry["expr"]) or different.get(label(entry))
    marks = [pytest.mark.xfail(reason=why, strict=True)] if why else []
    return pytest.param(entry, id=label(entry), marks=marks)


def evaluated(entry: dict[str, Any], inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """The value of the entry's expression. Skips the test where an operation is not offered."""
    constants = {k: v if isinstance(v, bool) else tensor(v) for k, v in entry["const"].items()}
    names = {"torch": torch, "F": torch.nn.functional, "inf": math.inf, "nan": math.nan, **inputs, **constants}
    try:
        return eval(entry["expr"], names)  # noqa: S307  (recorded source, in the repository)
    except AttributeError as error:
        pytest.skip(f"not offered yet: {error}")


def assert_close(actual: Any, expected: Any) -> None:
    np.testing.assert_allclose(
        np.asarray(number(actual), float), np.asarray(number(expected), float), rtol=1e-9, atol=1e-14
    )
