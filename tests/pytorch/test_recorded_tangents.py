"""What PyTorch's forward mode gives at kinks, zeros and infinities: the `fwd` entries of edge_derivatives.json.

Each was recorded as the tangent of the result where every input has a tangent of ones.
"""

from __future__ import annotations

from typing import Any

import pytest
from groups import grouped
from pytorch.recorded_edges import EDGES, assert_close, evaluated, marked, tensor

import autodiff.engine as torch
from autodiff.engine.autograd import forward_ad

DIFFERENT = {
    "F.hardsigmoid(x) at {'x': 0.0}": "PyTorch's slope is 1/6 rounded to float32; ours is 1/6",
    "torch.digamma(x) at {'x': -1.0}": "at a pole PyTorch's slope is a rounding accident, 6.6e32; ours is inf",
    "F.binary_cross_entropy(x, y) at {'x': 0.0} with {'y': 1.0}": (
        "PyTorch has another formula forward than backward, which is 0/0 here; ours is the gradient's, -1e12"
    ),
}


@pytest.mark.filterwarnings("ignore:(var|std).*degrees of freedom:UserWarning")
@grouped("entry", [marked(e, DIFFERENT) for e in EDGES if e.get("fwd") is not None])
def test_the_tangent_at_an_edge_is_pytorchs(entry: dict[str, Any]) -> None:
    with forward_ad.dual_level():
        primals = {name: tensor(value) for name, value in entry["inputs"].items()}
        duals = {name: forward_ad.make_dual(x, torch.ones_like(x)) for name, x in primals.items()}
        tangent = forward_ad.unpack_dual(evaluated(entry, duals)).tangent
    assert tangent is not None
    assert_close(tangent.tolist(), entry["fwd"])
