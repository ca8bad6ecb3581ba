"""What PyTorch's forward mode gives at kinks, zeros and infinities: the `fwd` entries of edge_derivatives.json.

Each was recorded as the tangent of the result where every input has a tangent of ones.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff.engine as torch
from autodiff.engine.autograd import forward_ad

RECORDED = [
    entry
    for entry in json.loads((Path(__file__).parents[1] / "data" / "edge_derivatives.json").read_text())
    if entry.get("fwd") is not None
]
DIFFERENT = {
    "F.hardsigmoid(x) at {'x': 0.0}": "PyTorch's slope is 1/6 rounded to float32; ours is 1/6",
    "torch.digamma(x) at {'x': -1.0}": "at a pole PyTorch's slope is a rounding accident, 6.6e32; ours is inf",
    "F.binary_cross_entropy(x, y) at {'x': 0.0} with {'y': 1.0}": (
        "PyTorch has another formula forward than backward, which is 0/0 here; ours is the gradient's, -1e12"
    ),
}


def number(value: Any) -> Any:
    if isinstance(value, list):
        return [number(v) for v in value]
    return float(value) if isinstance(value, str) else value


def label(entry: dict[str, Any]) -> str:
    return f"{entry['expr']} at {entry['inputs']}" + (f" with {entry['const']}" if entry["const"] else "")


def marked(entry: dict[str, Any]) -> Any:
    why = DIFFERENT.get(label(entry))
    marks = [pytest.mark.xfail(reason=why, strict=True)] if why else []
    return pytest.param(entry, id=label(entry), marks=marks)


def constant(value: Any) -> Any:
    return value if isinstance(value, bool) else torch.tensor(number(value), dtype=torch.float64)


@pytest.mark.filterwarnings("ignore:(var|std).*degrees of freedom:UserWarning")
@pytest.mark.parametrize("entry", [marked(entry) for entry in RECORDED])
def test_the_tangent_at_an_edge_is_pytorchs(entry: dict[str, Any]) -> None:
    with forward_ad.dual_level():
        names: dict[str, Any] = {"torch": torch, "F": torch.nn.functional, "inf": math.inf, "nan": math.nan}
        for name, value in entry["inputs"].items():
            primal = torch.tensor(number(value), dtype=torch.float64)
            names[name] = forward_ad.make_dual(primal, torch.ones_like(primal))
        names.update({name: constant(value) for name, value in entry["const"].items()})
        try:
            result = eval(entry["expr"], names)  # noqa: S307  (recorded source, in the repository)
        except AttributeError as error:
            pytest.skip(f"not offered yet: {error}")
        tangent = forward_ad.unpack_dual(result).tangent
    assert tangent is not None
    np.testing.assert_allclose(
        np.asarray(tangent.tolist(), float), np.asarray(number(entry["fwd"]), float), rtol=1e-9, atol=1e-14
    )
