"""Layers: what goes into them is looked at, and what PyTorch 2.13 makes of it is recorded here."""

from __future__ import annotations

from typing import Any

import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine import nn

zeros = torch.zeros


@grouped(
    "layer, inputs, message",
    [
        ("RNNCell", (zeros(4, 3), zeros(1, 2)), "Input batch size 4 doesn't match hidden0 batch size 1"),
        ("GRUCell", (zeros(4, 3), zeros(4, 3)), "hidden0 has inconsistent hidden_size: got 3, expected 2"),
        ("GRUCell", (zeros(4, 5),), "input has inconsistent input_size: got 5 expected 3"),
        ("RNNCell", (zeros(4, 3), zeros(1, 4, 2)), "RNNCell: Expected hidden to be 1D or 2D, got 3D instead"),
        (
            "LSTMCell",
            (zeros(4, 3), (zeros(4, 2), zeros(1, 2))),
            "Input batch size 4 doesn't match hidden1 batch size 1",
        ),
        ("LSTMCell", (zeros(4, 3), zeros(4, 2)), "lstm_cell(): argument 'hx' (position 2) must be tuple of Tensors"),
        ("GRU", (zeros(5, 4, 3), zeros(1, 1, 2)), "Expected hidden size (1, 4, 2), got [1, 1, 2]"),
        ("RNN", (zeros(5, 4, 3), zeros(2, 4, 2)), "Expected hidden size (1, 4, 2), got [2, 4, 2]"),
        ("RNN", (zeros(5, 4, 3), zeros(1, 2)), "For batched 3-D input, hx should also be 3-D but got 2-D tensor"),
        ("LSTM", (zeros(5, 3), (zeros(1, 1, 2),) * 2), "For unbatched 2-D input, hx and cx should also be 2-D but got"),
        (
            "LSTM",
            (zeros(5, 4, 3), (zeros(1, 4, 2), zeros(1, 1, 2))),
            "Expected hidden[1] size (1, 4, 2), got",
        ),
        ("LSTM", (zeros(5, 4, 3), zeros(1, 4, 2)), "LSTM: the state has to be a tuple of 2 tensors"),
    ],
)
def test_a_state_of_another_shape_is_refused(layer: str, inputs: Any, message: str) -> None:
    with pytest.raises((RuntimeError, TypeError, ValueError)) as caught:
        getattr(nn, layer)(3, 2)(*inputs)
    assert str(caught.value).startswith(message)


def test_lstm_projects_its_outputs() -> None:
    torch.manual_seed(0)
    layer = nn.LSTM(3, 4, 2, bidirectional=True, proj_size=2)
    assert repr(layer) == "LSTM(3, 4, proj_size=2, num_layers=2, bidirectional=True)"
    assert layer.weight_hr_l1_reverse.shape == (2, 4)
    output, (h, c) = layer(torch.arange(30.0).reshape(5, 2, 3) / 10)
    assert (output.shape, h.shape, c.shape) == ((5, 2, 4), (4, 2, 2), (4, 2, 4))
    assert output[0, 1].tolist() == pytest.approx(
        [0.006532455693, 0.028500284449, 0.035536422806, 0.000875035394], rel=1e-6
    )


def masked(**given: Any) -> tuple[Any, Any]:
    torch.manual_seed(0)
    heads = nn.MultiheadAttention(4, 2, batch_first=True)
    tokens = torch.arange(24.0).reshape(2, 3, 4) / 10
    return heads(tokens, tokens, tokens, **given)


CAUSAL = torch.ones(3, 3).triu(1) == 1


@grouped(
    "given",
    [
        {"attn_mask": CAUSAL},
        {"attn_mask": CAUSAL.unsqueeze(0).expand(4, 3, 3)},
        {"attn_mask": torch.zeros(3, 3).masked_fill(CAUSAL, -torch.inf)},
        {"attn_mask": CAUSAL, "key_padding_mask": torch.zeros(2, 3) == 1},
    ],
)
def test_a_mask_hides_what_comes_later_however_it_is_given(given: dict[str, Any]) -> None:
    out, weights = masked(**given)
    assert weights[:, 0].tolist() == [[1, 0, 0]] * 2
    assert torch.allclose(out, masked(attn_mask=CAUSAL, need_weights=False)[0])


def test_padding_is_not_attended_to() -> None:
    weights = masked(key_padding_mask=torch.tensor([[False, False, True], [False, False, False]]))[1]
    assert weights[0, :, 2].tolist() == [0, 0, 0]
    assert (weights[1] > 0).all()


def test_normalization_by_the_kept_numbers_goes_on_when_they_are_no_longer_moved() -> None:
    layer: Any = nn.BatchNorm1d(1)
    layer(torch.tensor([[1.0], [3.0]]))
    layer.track_running_stats = False
    before = layer.running_mean.clone()
    layer.eval()
    assert layer(torch.tensor([[5.0]])).item() == pytest.approx(4.57659962570055, rel=1e-6)
    assert layer.running_mean.tolist() == before.tolist()
