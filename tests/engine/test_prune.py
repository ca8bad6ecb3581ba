"""torch.nn.utils.prune: what it hides is what PyTorch 2.13 hides."""

from __future__ import annotations

import io
from typing import Any

import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine import nn
from autodiff.engine.nn.utils import prune

NUMBERS = [[-3.0, 1.0, 0.5], [2.0, -0.25, 4.0]]


def layer() -> Any:
    made = nn.Linear(3, 2)
    made.weight.data = torch.tensor(NUMBERS)
    return made


@grouped(
    "hide, mask",
    [
        (lambda m: prune.l1_unstructured(m, "weight", 2), [[1, 1, 0], [1, 0, 1]]),
        (lambda m: prune.l1_unstructured(m, "weight", 0.5), [[1, 0, 0], [1, 0, 1]]),
        (lambda m: prune.ln_structured(m, "weight", 1, n=2, dim=0), [[0, 0, 0], [1, 1, 1]]),
        (lambda m: prune.ln_structured(m, "weight", 0.4, n=1, dim=1), [[1, 0, 1], [1, 0, 1]]),
        (lambda m: prune.identity(m, "weight"), [[1, 1, 1], [1, 1, 1]]),
        (lambda m: prune.custom_from_mask(m, "weight", torch.eye(2, 3)), [[1, 0, 0], [0, 1, 0]]),
        (
            lambda m: prune.l1_unstructured(m, "weight", 1, importance_scores=torch.arange(6).reshape(2, 3)),
            [[0, 1, 1], [1, 1, 1]],
        ),
        (lambda m: prune.global_unstructured([(m, "weight")], prune.L1Unstructured, amount=1), [[1, 1, 1], [1, 0, 1]]),
    ],
)
def test_what_is_hidden_is_the_least_and_takes_no_gradient(hide: Any, mask: Any) -> None:
    net = layer()
    hide(net)
    assert prune.is_pruned(nn.Sequential(net))
    assert net.weight_mask.tolist() == mask
    assert torch.equal(net.weight, net.weight_mask * torch.tensor(NUMBERS))
    net(torch.ones(1, 3)).sum().backward()
    assert net.weight_orig.grad.tolist() == mask
    # What comes later is chosen of what is left.
    prune.l1_unstructured(net, "weight", 1)
    assert int(net.weight_mask.sum()) == sum(map(sum, mask)) - 1
    weight = net.weight.tolist()
    prune.remove(net, "weight")
    assert [name for name, _ in net.named_parameters()] == ["bias", "weight"]
    assert net.weight.tolist() == weight
    assert not prune.is_pruned(net)


def test_random_masks_hide_as_many_as_asked_and_go_with_the_state() -> None:
    net = layer()
    prune.random_unstructured(net, "weight", 2)
    prune.random_structured(net, "weight", 1, dim=1)
    assert int((net.weight_mask.sum(0) == 0).sum()) >= 1
    assert sorted(net.state_dict()) == ["bias", "weight_mask", "weight_orig"]


@grouped(
    "hide, message",
    [
        (lambda m: prune.l1_unstructured(m, "weight", 9), "amount=9 should be smaller than the number of parameters"),
        (lambda m: prune.l1_unstructured(m, "weight", 1.5), "amount=1.5 should either be a float in the range"),
        (lambda m: prune.l1_unstructured(m, "weight", "a"), "Invalid type for amount: a. Must be int or float."),
        (lambda m: prune.ln_structured(m, "weight", 1, 2, 5), "Invalid index 5 for tensor of size torch.Size"),
        (lambda m: prune.remove(m, "weight"), "Parameter 'weight' of module Linear(in_features=3, out_features=2"),
    ],
)
def test_what_cannot_be_hidden_is_refused(hide: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError, IndexError)) as caught:
        hide(layer())
    assert str(caught.value).startswith(message)


def test_a_layer_that_keeps_functions_is_saved_whole() -> None:
    net, file = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0), io.BytesIO()
    net.others = [torch.tanh, torch.relu, nn.functional.leaky_relu, torch.softmax]
    torch.save(net, file)
    read = torch.load(file, weights_only=False)
    assert read.others == net.others
    assert torch.equal(read(torch.ones(1, 2, 4)), net(torch.ones(1, 2, 4)))
