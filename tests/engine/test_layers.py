"""Layers: what goes into them is looked at, and what PyTorch 2.13 makes of it is recorded here."""

from __future__ import annotations

import contextlib
import copy
import math
from functools import partial
from typing import Any

import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine import nn
from autodiff.engine.nn import parametrize

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
        ("LSTM", (zeros(0, 4, 3),), "Expected sequence length to be larger than 0 in RNN"),
        ("GRU", (zeros(5, 4, 3, dtype=torch.int64),), "RNN input dtype (torch.int64) does not match weight dtype"),
        ("GRU", (zeros(5, 4, 3), zeros(1, 4, 2).float()), "mat1 and mat2 must have the same dtype, but got Float and"),
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


@grouped(
    "name, size, settings",
    [
        ("Linear", (2, 5), {"out_features": 3}),
        ("Conv1d", (2, 4, 6), {"out_channels": 2, "kernel_size": 3}),
        ("Conv2d", (2, 4, 6, 6), {"out_channels": 2, "kernel_size": 3, "bias": False}),
        ("ConvTranspose2d", (1, 4, 3, 3), {"out_channels": 4, "kernel_size": 2, "groups": 2}),
        ("BatchNorm2d", (2, 3, 4, 4), {}),
        ("InstanceNorm1d", (2, 3, 4), {"affine": True, "track_running_stats": True}),
    ],
)
def test_a_lazy_layer_becomes_the_layer_of_its_first_input(name: str, size: Any, settings: dict[str, Any]) -> None:
    lazy = getattr(nn, f"Lazy{name}")(**settings)
    known = [*lazy.parameters()]
    assert str(lazy).startswith(f"Lazy{name}({'in_features=' if name == 'Linear' else ''}0, ")
    inputs = torch.arange(math.prod(size)).reshape(size).cos()
    torch.manual_seed(0)
    output = lazy(inputs)
    torch.manual_seed(0)
    usual = getattr(nn, name)(size[-1 if name == "Linear" else 1], **settings)
    assert torch.equal(output, usual(inputs))
    assert type(lazy) is type(usual)
    assert str(lazy) == str(usual)
    assert [*map(id, known)] == [*map(id, lazy.parameters())]
    assert all(torch.equal(*each) for each in zip(known, usual.parameters(), strict=True))
    loaded = getattr(nn, f"Lazy{name}")(**settings)
    loaded.load_state_dict(lazy.state_dict())
    state = {path: tensor.clone() for path, tensor in lazy.state_dict().items()}
    loaded.eval()(inputs)
    assert all(torch.equal(tensor, state[path]) for path, tensor in loaded.state_dict().items())
    assert state.keys() == loaded.state_dict().keys()


@grouped(
    "settings, total, last",
    [
        ({}, 1658.8469585326939, [-1.230579769316837, 1.3386239856563995, 1.5791019703904587]),
        (
            {"batch_first": True, "norm_first": True, "activation": "gelu"},
            1774.6117184053962,
            [-0.7480404851804219, 1.4126520575929487, 1.7837085094351117],
        ),
    ],
)
def test_a_transformer_computes_what_pytorch_does(settings: dict[str, Any], total: float, last: list[float]) -> None:
    torch.manual_seed(0)
    model = nn.Transformer(8, 2, 1, 1, 16, 0.0, **settings)
    source, target = torch.arange(80.0).reshape(2, 5, 8).sin(), torch.arange(80.0).reshape(2, 5, 8).cos()
    output = model(source, target, tgt_mask=model.generate_square_subsequent_mask(target.shape[int(model.batch_first)]))
    (output * output.cos()).sum().backward()
    assert output[1, 1, :3].tolist() == pytest.approx(last)
    assert sum(float(p.grad.abs().sum()) for p in model.parameters()) == pytest.approx(total)


def test_a_transformer_refuses_sequences_that_do_not_go_together() -> None:
    model = nn.Transformer(4, 2, 1, 1, 8)
    with pytest.raises(RuntimeError, match="the batch number of src and tgt must be equal"):
        model(zeros(3, 2, 4), zeros(3, 1, 4))
    with pytest.raises(RuntimeError, match="the feature number of src and tgt must be equal to d_model"):
        model(zeros(3, 2, 4), zeros(3, 2, 5))


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


@grouped(
    "kind, cell",
    [(nn.GRU, nn.GRUCell), (nn.LSTM, nn.LSTMCell), (nn.RNN, nn.RNNCell), (partial(nn.RNN, nonlinearity="relu"), None)],
)
@pytest.mark.parametrize("reverse", [False, True])
def test_a_recurrent_layer_is_its_cell_for_one_step_after_another(kind: Any, cell: Any, reverse: bool) -> None:
    torch.manual_seed(0)
    layer = kind(3, 4, bidirectional=reverse)
    way = "_l0_reverse" if reverse else "_l0"
    one = cell(3, 4) if cell else nn.RNNCell(3, 4, nonlinearity="relu")
    one.load_state_dict({name: getattr(layer, name + way) for name in one.state_dict()})
    steps = torch.randn(4, 2, 3, requires_grad=True)
    state = tuple(torch.randn(2, 4, requires_grad=True) for _ in range(layer.states))
    first = tuple(torch.stack([s] * (1 + reverse)) for s in state)
    whole, last = layer(steps, first if len(first) > 1 else first[0])
    of_cell, after = [], state if len(state) > 1 else state[0]
    for step in steps.flip(0) if reverse else steps:
        after = one(step, after)
        of_cell.append(after[0] if len(state) > 1 else after)
    alone = torch.stack(of_cell[::-1] if reverse else of_cell)
    ends = [part[-1] for part in last] if len(state) > 1 else [last[-1]]
    found = []
    for output, final, weights in (
        (whole[..., -4:], ends, [getattr(layer, name + way) for name in one.state_dict()]),
        (alone, list(after) if len(state) > 1 else [after], [*one.parameters()]),
    ):
        loss = (output.cos() * torch.arange(4)).sum() + sum(part.exp().sum() for part in final)
        wanted = [steps, *state, *weights]
        first_order = torch.autograd.grad(loss, wanted, create_graph=True)
        found.append([loss, *first_order, *torch.autograd.grad(sum((g * g).sum() for g in first_order), wanted)])
    for ours, of_cells in zip(*found, strict=True):
        assert torch.allclose(ours, of_cells, 1e-9, 1e-12)


@grouped("kind", [nn.RNN, nn.GRU, nn.LSTM])
@pytest.mark.parametrize("first", [False, True])
def test_what_a_layer_of_sequences_returns_may_be_changed_in_place(kind: Any, first: bool) -> None:
    layer = kind(2, 3, batch_first=first)
    steps = torch.ones(4, 2, 2, requires_grad=True)
    (expected,) = torch.autograd.grad((layer(steps)[0] * 2).sum(), steps)
    output = layer(steps)[0]
    assert output.grad_fn.name() == ("StackBackward0", f"TransposeBackward{int(kind is not nn.LSTM)}")[first]
    output.mul_(2).sum().backward()
    assert torch.equal(steps.grad, expected)


def test_a_layer_of_sequences_says_what_was_changed_before_its_backward_pass() -> None:
    layer = nn.GRU(2, 3)
    total = layer(torch.ones(4, 1, 2))[0].sum()
    with torch.no_grad():
        layer.weight_hh_l0.mul_(2)
    with pytest.raises(RuntimeError, match="has been modified by an inplace operation"):
        total.backward()


@grouped("layer", [nn.Linear(2, 2), nn.Flatten(), nn.Dropout(), nn.LayerNorm(2), nn.Embedding(2, 2), nn.Upsample(2)])
def test_a_layer_is_given_as_many_inputs_as_it_takes(layer: nn.Module) -> None:
    call = f"{type(layer).__name__}.forward\\(\\)"
    with pytest.raises(TypeError, match=f"{call} missing 1 required positional argument: 'input'"):
        layer()
    with pytest.raises(TypeError, match=f"{call} takes 2 positional arguments but 3 were given"):
        layer(zeros(2), zeros(2))


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


@grouped(
    "layer, text, shape",
    [
        (nn.ConstantPad1d(2, 3.5), "padding=(2, 2), value=3.5", (2, 3, 9)),
        (nn.ZeroPad2d((1, 0, 0, 2)), "(1, 0, 0, 2)", (2, 5, 6)),
        (nn.ReflectionPad2d(1), "(1, 1, 1, 1)", (2, 5, 7)),
        (nn.CircularPad1d((1, 2)), "(1, 2)", (2, 3, 8)),
        (nn.Upsample(scale_factor=2, mode="linear"), "scale_factor=2.0, mode='linear'", (2, 3, 10)),
        (nn.Upsample(4), "size=4, mode='nearest'", (2, 3, 4)),
        (nn.MaxPool3d(2, 1), "kernel_size=2, stride=1, padding=0, dilation=1, ceil_mode=False", (1, 1, 2, 4)),
        (nn.AdaptiveAvgPool3d((1, None, 2)), "output_size=(1, None, 2)", (1, 1, 3, 2)),
    ],
)
def test_layers_without_parameters_say_what_they_were_given(layer: nn.Module, text: str, shape: Any) -> None:
    assert repr(layer) == f"{type(layer).__name__}({text})"
    x = torch.arange(30.0).reshape(2, 3, 5)
    assert layer(x if len(shape) == 3 else x.reshape(1, 2, 3, 5)).shape == shape


@grouped(
    "mode, factor, line",
    [
        ("nearest", 1.5, [0, 0, 1, 2, 2, 3]),
        ("nearest-exact", 0.5, [1, 3]),
        ("linear", 1.5, [0, 0.5, 1.1666666667, 1.8333333333, 2.5, 3]),
        ("area", 0.5, [0.5, 2.5]),
    ],
)
def test_lines_are_resized_as_in_pytorch(mode: str, factor: float, line: list[float]) -> None:
    resized = nn.functional.interpolate(torch.arange(4.0).reshape(1, 1, 4), scale_factor=factor, mode=mode)
    assert resized.reshape(-1).tolist() == pytest.approx(line)


def test_what_cannot_be_resized_is_refused() -> None:
    x = torch.ones(1, 1, 2, 2)
    for given, message in [
        ({}, "either size or scale_factor should be defined"),
        ({"size": 2, "scale_factor": 2}, "only one of size or scale_factor should be defined"),
        ({"size": (2,)}, "Input and output must have the same number of spatial dimensions"),
        ({"size": 2, "align_corners": True}, "align_corners option can only be set with the interpolating modes"),
    ]:
        with pytest.raises(ValueError, match=message):
            nn.functional.interpolate(x, **given)
    with pytest.raises(NotImplementedError, match="Got 4D input, but linear mode needs 3D input"):
        nn.functional.interpolate(x, 2, mode="linear")


@grouped(
    "kind, other",
    [
        ("BatchNorm2d", "BatchNorm1d"),
        ("InstanceNorm2d", "InstanceNorm1d"),
        ("RMSNorm", "LayerNorm"),
        ("Dropout2d", "Dropout"),
        ("UpsamplingBilinear2d", "UpsamplingNearest2d"),
    ],
)
def test_a_layer_is_no_kind_of_its_neighbour(kind: str, other: str) -> None:
    assert not issubclass(getattr(nn, kind), getattr(nn, other))


class Symmetric(nn.Module):
    def forward(self, x: Any) -> Any:
        return x.triu() + x.triu(1).mT


class Positive(nn.Module):
    def forward(self, x: Any) -> Any:
        return x.exp()

    def right_inverse(self, x: Any) -> Any:
        return x.log()


def test_a_weight_is_computed_of_another_until_it_is_no_longer() -> None:
    layer: Any = nn.Linear(2, 2)
    kept = layer.weight
    parametrize.register_parametrization(layer, "weight", Symmetric())
    assert repr(layer).startswith(
        "ParametrizedLinear(\n  in_features=2, out_features=2, bias=True\n  (parametrizations)"
    )
    assert list(layer.state_dict()) == ["bias", "parametrizations.weight.original"]
    assert torch.equal(layer.weight, layer.weight.mT)
    layer(torch.ones(1, 2)).sum().backward()
    assert kept.grad.tolist() == [[1, 2], [0, 1]]
    assert torch.equal(copy.deepcopy(layer).weight, layer.weight)
    with parametrize.cached():
        assert layer.weight is layer.weight
    with pytest.raises(RuntimeError, match="parametrization Symmetric does not implement right_inverse"):
        layer.weight = torch.ones(2, 2)
    parametrize.remove_parametrizations(layer, "weight")
    assert (type(layer), layer.weight is kept, parametrize.is_parametrized(layer)) == (nn.Linear, True, False)


def test_a_computed_weight_can_be_set_where_its_inverse_is_known() -> None:
    layer: Any = nn.Linear(2, 2)
    parametrize.register_parametrization(layer, "weight", Positive(), unsafe=True)
    parametrize.register_parametrization(layer, "weight", Symmetric())
    layer.parametrizations.weight[1].right_inverse = lambda x: x
    layer.weight = torch.full((2, 2), 2.0)
    assert layer.parametrizations.weight.original[0, 0].item() == pytest.approx(0.6931471805599453)
    with pytest.raises(ValueError, match="may not change the shape of the tensor"):
        parametrize.register_parametrization(nn.Linear(2, 3), "weight", nn.Flatten(0))


def test_weight_norm_leaves_the_weight_and_splits_its_gradient() -> None:
    for make in (nn.utils.parametrizations.weight_norm, nn.utils.weight_norm):
        layer: Any = nn.Linear(3, 2)
        before = layer.weight.clone()
        with pytest.warns(FutureWarning) if make is nn.utils.weight_norm else contextlib.nullcontext():
            make(layer)
        assert torch.allclose(layer.weight, before)
        layer(torch.ones(1, 3)).sum().backward()
        length, direction = [p for name, p in layer.named_parameters() if name != "bias"]
        assert length.shape == (2, 1)
        assert torch.allclose((direction * direction.grad).sum(1), torch.zeros(2), atol=1e-12)
    assert nn.utils.remove_weight_norm(layer).weight.is_leaf


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_a_gradient_passes_a_threshold_whole_or_not_at_all(dtype: Any) -> None:
    special = torch.tensor([math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -2.0], dtype=dtype)
    x, sent = special.repeat(7).requires_grad_(), special.repeat_interleave(7)
    nn.functional.threshold(x, 0.5, 3.0).backward(sent)
    for gradient, g, at in zip(x.grad.tolist(), sent.tolist(), x.tolist(), strict=True):
        assert str(gradient) == str(0.0 if at <= 0.5 else g)
