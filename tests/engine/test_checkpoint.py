"""`torch.utils.checkpoint`: what is computed again in backward has the gradients of what was kept."""

from __future__ import annotations

from typing import Any

import pytest

import autodiff.engine as torch
from autodiff.engine.utils.checkpoint import checkpoint, checkpoint_sequential

X = torch.tensor([0.5, 2.0])


def function(x: Any) -> Any:
    return x.sin().exp() * x


def gradient(run: Any) -> list[float]:
    x = X.detach().requires_grad_()
    run(x).sum().backward()
    assert x.grad is not None
    return x.grad.tolist()


@pytest.mark.parametrize("reentrant", [True, False])
def test_gradients_are_those_of_what_is_kept(reentrant: bool) -> None:
    assert gradient(lambda x: checkpoint(function, x, use_reentrant=reentrant)) == gradient(function)
    calls: list[int] = []

    def counted(x: Any) -> Any:
        calls.append(1)
        return function(x)

    gradient(lambda x: checkpoint(counted, x, use_reentrant=reentrant))
    assert len(calls) == 2


@pytest.mark.parametrize("reentrant", [True, False])
def test_random_numbers_are_drawn_as_before(reentrant: bool) -> None:
    def thinned(x: Any) -> Any:
        return torch.nn.functional.dropout(x, 0.5) * x

    torch.manual_seed(3)
    expected = gradient(lambda x: thinned(thinned(x)))
    torch.manual_seed(3)
    assert gradient(lambda x: thinned(checkpoint(thinned, x, use_reentrant=reentrant))) == expected
    steps = [thinned] * 4
    torch.manual_seed(3)
    expected = gradient(lambda x: steps[0](steps[1](steps[2](steps[3](x)))))
    torch.manual_seed(3)
    assert gradient(lambda x: checkpoint_sequential(steps, 2, x, use_reentrant=reentrant)) == expected


def test_nothing_is_kept_and_second_derivatives_work_without_another_pass() -> None:
    x = X.detach().requires_grad_()
    y = checkpoint(lambda x: x.sin().exp(), x, use_reentrant=False)
    assert type(y.grad_fn).__name__ == "ExpBackward0"
    assert not any(isinstance(v, torch.Tensor) for v in y.grad_fn.saved)
    (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(slope.sum(), x)
    z = X.detach().requires_grad_()
    (slope,) = torch.autograd.grad(z.sin().exp().sum(), z, create_graph=True)
    assert torch.allclose(second, torch.autograd.grad(slope.sum(), z)[0])


def test_what_it_cannot_do_is_said_in_pytorchs_words() -> None:
    x = X.detach().requires_grad_()
    with pytest.warns(UserWarning, match="use_reentrant parameter should be passed explicitly"):
        checkpoint(function, x)
    with pytest.warns(UserWarning, match="None of the inputs have requires_grad=True"):
        checkpoint(function, X, use_reentrant=True)
    with pytest.raises(RuntimeError, match="incompatible with .grad"):
        torch.autograd.grad(checkpoint(function, x, use_reentrant=True).sum(), x)
    with pytest.raises(ValueError, match="Unexpected keyword arguments: bad"):
        checkpoint(function, x, use_reentrant=True, bad=1)
    more: list[Any] = []

    def changing(x: Any) -> Any:
        more.append(x)
        return x.exp() if len(more) > 1 else x.exp().exp()

    with pytest.raises(RuntimeError, match="A different number of tensors was saved"):
        checkpoint(changing, x, use_reentrant=False).sum().backward()
