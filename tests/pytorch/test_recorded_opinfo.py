"""Sample calls of 275 operations give PyTorch's outputs and gradients: data/opinfo.jsonl."""

from __future__ import annotations

from typing import Any

import pytest
from groups import grouped
from pytorch.opinfo import DIFFERENT, RECORDED, assert_same, function, tensors, value_of

import autodiff.engine as torch


def marked(position: int, entry: dict[str, Any]) -> Any:
    why = DIFFERENT.get(position)
    return pytest.param(
        entry, id=f"{position}-{entry['op']}", marks=[pytest.mark.xfail(reason=why, strict=True)] if why else []
    )


@grouped("entry", [marked(i, entry) for i, entry in enumerate(RECORDED)])
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
