"""PyTorch's lesson on autograd, with `import autodiff.engine as torch` and not a line changed."""

# ruff: noqa: T201  (what the lesson prints is what is compared)

from __future__ import annotations

from typing import Any

import pytest

import autodiff.engine as torch


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    """What was printed since it was last asked for, as lines."""
    return lambda: capsys.readouterr().out.splitlines()


def test_the_square_of_three(printed: Any) -> None:
    x = torch.tensor(3.0, requires_grad=True)
    print(x)
    y = x**2
    print(y)
    y.backward()
    print(x.grad)
    assert printed() == [
        "tensor(3., requires_grad=True)",
        "tensor(9., grad_fn=<PowBackward0>)",
        "tensor(6.)",
    ]


def test_the_sine_of_a_square(printed: Any) -> None:
    x = torch.tensor(4.0, requires_grad=True)
    print(x)
    y = x**2
    print(y)
    z = torch.sin(y)
    print(z)
    z.backward()
    print(x.grad)
    assert printed() == [
        "tensor(4., requires_grad=True)",
        "tensor(16., grad_fn=<PowBackward0>)",
        "tensor(-0.2879, grad_fn=<SinBackward0>)",
        "tensor(-7.6613)",
    ]
    with pytest.warns(UserWarning, match="is not a leaf Tensor"):
        assert y.grad is None


def binary_cross_entropy(predicted: Any, target: Any) -> Any:
    """How far a probability is from 0 or 1; kept away from both ends, where the logarithm is infinite."""
    epsilon = 1e-8
    predicted = torch.clamp(predicted, epsilon, 1 - epsilon)
    return -(target * torch.log(predicted) + (1 - target) * torch.log(1 - predicted))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_one_neuron_and_its_loss(printed: Any, dtype: torch.dtype) -> None:
    torch.set_default_dtype(dtype)
    x = torch.tensor(6.7)
    y = torch.tensor(0.0)
    w = torch.tensor(1.0, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    print(w)
    print(b)
    z = w * x + b
    print(z)
    predicted = torch.sigmoid(z)
    print(predicted)
    loss = binary_cross_entropy(predicted, y)
    print(loss)
    loss.backward()
    print(w.grad)
    print(b.grad)
    assert printed() == [
        "tensor(1., requires_grad=True)",
        "tensor(0., requires_grad=True)",
        "tensor(6.7000, grad_fn=<AddBackward0>)",
        "tensor(0.9988, grad_fn=<SigmoidBackward0>)",
        "tensor(6.7012, grad_fn=<NegBackward0>)",
        "tensor(6.6918)",
        "tensor(0.9988)",
    ]
    # By hand: the loss is log(1 + exp(z)), its slope the prediction itself.
    assert b.grad.item() == pytest.approx(predicted.item(), rel=1e-4)
    assert w.grad.item() == pytest.approx(x.item() * predicted.item(), rel=1e-4)


def test_the_mean_of_squares_of_a_vector(printed: Any) -> None:
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    print(x)
    y = (x**2).mean()
    print(y)
    y.backward()
    print(x.grad)
    assert printed() == [
        "tensor([1., 2., 3.], requires_grad=True)",
        "tensor(4.6667, grad_fn=<MeanBackward0>)",
        "tensor([0.6667, 1.3333, 2.0000])",
    ]


def test_gradients_add_up_until_they_are_cleared(printed: Any) -> None:
    x = torch.tensor(4.0, requires_grad=True)
    y = x**2
    y.backward()
    print(x.grad)
    print(x.grad.zero_())
    print(x.grad)
    (x**2).backward()
    (x**2).backward()
    print(x.grad)
    x.grad = None
    print(x.grad)
    assert printed() == ["tensor(8.)", "tensor(0.)", "tensor(0.)", "tensor(16.)", "None"]


NO_GRAPH = "^element 0 of tensors does not require grad and does not have a grad_fn$"


def test_switching_tracking_off_by_the_flag(printed: Any) -> None:
    x = torch.tensor(2.0, requires_grad=True)
    print(x)
    y = x**2
    print(y)
    y.backward()
    print(x.grad)
    x.requires_grad_(False)
    print(x)
    y = x**2
    print(y)
    assert printed() == [
        "tensor(2., requires_grad=True)",
        "tensor(4., grad_fn=<PowBackward0>)",
        "tensor(4.)",
        "tensor(2.)",
        "tensor(4.)",
    ]
    with pytest.raises(RuntimeError, match=NO_GRAPH):
        y.backward()


def test_switching_tracking_off_by_detaching(printed: Any) -> None:
    x = torch.tensor(2.0, requires_grad=True)
    print(x)
    z = x.detach()
    print(z)
    y = z**2
    print(y)
    print(x)
    assert printed() == [
        "tensor(2., requires_grad=True)",
        "tensor(2.)",
        "tensor(4.)",
        "tensor(2., requires_grad=True)",
    ]
    with pytest.raises(RuntimeError, match=NO_GRAPH):
        y.backward()


def test_switching_tracking_off_in_a_block(printed: Any) -> None:
    x = torch.tensor(2.0, requires_grad=True)
    print(x)
    with torch.no_grad():
        y = x**2
    print(y)
    z = x**2
    print(z)
    assert printed() == [
        "tensor(2., requires_grad=True)",
        "tensor(4.)",
        "tensor(4., grad_fn=<PowBackward0>)",
    ]
    with pytest.raises(RuntimeError, match=NO_GRAPH):
        y.backward()


def test_a_loop_of_gradient_descent_finds_the_bottom(printed: Any) -> None:
    w = torch.tensor(0.0, requires_grad=True)
    for _ in range(60):
        loss = (w - 3) ** 2
        loss.backward()
        with torch.no_grad():
            w -= 0.2 * w.grad
        w.grad.zero_()
    print(w)
    assert printed() == ["tensor(3.0000, requires_grad=True)"]
