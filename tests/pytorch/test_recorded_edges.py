"""What PyTorch does at kinks, ties, zeros and infinities: data/edge_derivatives.json."""

from __future__ import annotations

import re
from typing import Any

import pytest
from groups import grouped
from pytorch.recorded_edges import EDGES, assert_close, evaluated, marked, tensor

from autodiff.engine.autograd import grad

DIFFERENT = {
    "F.hardsigmoid(x)": "PyTorch's gradient is 1/6 rounded to float32; ours is 1/6",
    "torch.heaviside(x, torch.tensor(0.5, dtype=torch.float64)) at {'x': 0.0}": "PyTorch has no derivative for it",
    "torch.heaviside(x, torch.tensor(0.5, dtype=torch.float64)) at {'x': 1.0}": "PyTorch has no derivative for it",
    "torch.digamma(x) at {'x': -1.0}": "at a pole PyTorch's gradient is a rounding accident, 6.6e32; ours is inf",
}


@pytest.mark.filterwarnings("ignore:(var|std).*degrees of freedom:UserWarning")
@grouped("entry", [marked(entry, DIFFERENT) for entry in EDGES])
def test_value_and_gradient_at_an_edge_are_pytorchs(entry: dict[str, Any]) -> None:
    inputs = {k: tensor(v, requires_grad=True) for k, v in entry["inputs"].items()}
    value = evaluated(entry, inputs)
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
