"""What PyTorch does at kinks, ties, zeros and infinities: tests/data/edge_derivatives.json."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff.engine as torch
from autodiff.engine.autograd import grad

RECORDED = json.loads((Path(__file__).parents[1] / "data" / "edge_derivatives.json").read_text())
DIFFERENT = {
    "F.hardsigmoid(x)": "PyTorch's gradient is 1/6 rounded to float32; ours is 1/6",
    "torch.digamma(x) at {'x': -1.0}": "at a pole PyTorch's gradient is a rounding accident, 6.6e32; ours is inf",
}


def number(value: Any) -> Any:
    if isinstance(value, list):
        return [number(v) for v in value]
    return float(value) if isinstance(value, str) else value


def label(entry: dict[str, Any]) -> str:
    return f"{entry['expr']} at {entry['inputs']}" + (f" with {entry['const']}" if entry["const"] else "")


def reason(entry: dict[str, Any]) -> str | None:
    return DIFFERENT.get(entry["expr"]) or DIFFERENT.get(label(entry))


def marked(entry: dict[str, Any]) -> Any:
    why = reason(entry)
    marks = [pytest.mark.xfail(reason=why, strict=True)] if why else []
    return pytest.param(entry, id=label(entry), marks=marks)


def assert_close(actual: Any, expected: Any) -> None:
    np.testing.assert_allclose(
        np.asarray(number(actual), float), np.asarray(number(expected), float), rtol=1e-9, atol=1e-14
    )


@pytest.mark.filterwarnings("ignore:(var|std).*degrees of freedom:UserWarning")
@pytest.mark.parametrize("entry", [marked(entry) for entry in RECORDED])
def test_value_and_gradient_at_an_edge_are_pytorchs(entry: dict[str, Any]) -> None:
    inputs = {k: torch.tensor(number(v), dtype=torch.float64, requires_grad=True) for k, v in entry["inputs"].items()}
    constants = {
        k: v if isinstance(v, bool) else torch.tensor(number(v), dtype=torch.float64) for k, v in entry["const"].items()
    }
    names = {"torch": torch, "F": torch.nn.functional, "inf": math.inf, "nan": math.nan, **inputs, **constants}
    try:
        value = eval(entry["expr"], names)  # noqa: S307  (recorded source, in the repository)
    except AttributeError as error:
        pytest.skip(f"not offered yet: {error}")
    assert_close(value.tolist(), entry["value"])
    assert value.requires_grad == entry["requires_grad"]
    if not value.requires_grad:
        return
    total = value.sum() if value.ndim else value
    if "grad_raised" in entry:
        kind, _, message = entry["grad_raised"].partition(": ")
        with pytest.raises(Exception, match=re.escape(message)) as caught:
            grad(total, list(inputs.values()), create_graph=True, allow_unused=True)
        assert caught.type.__name__ == kind
        return
    gradients = grad(total, list(inputs.values()), create_graph=True, allow_unused=True)
    for name, gradient in zip(inputs, gradients, strict=True):
        assert (gradient is None) == (entry["grad"][name] is None)
        if gradient is not None:
            assert_close(gradient.tolist(), entry["grad"][name])
    second = entry.get("grad2")
    if isinstance(second, (int, float)) and second != 0 and gradients[0] is not None and gradients[0].requires_grad:
        (again,) = grad(gradients[0], [next(iter(inputs.values()))], allow_unused=True)
        assert again is not None
        assert_close(again.tolist(), second)
