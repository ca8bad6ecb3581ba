"""Derivatives of derivatives, through operations and through functions of one's own."""

from typing import Any

import numpy as np
import pytest

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd import Function
from autodiff.engine.autograd.function import once_differentiable


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


@pytest.mark.covers("TestAutograd.test_hessian_vector")
@pytest.mark.filterwarnings("ignore:Using backward")
def test_a_hessian_times_a_vector_in_two_passes() -> None:
    x, y = leaf([[1.0, 2.0], [3.0, 4.0]]), leaf([[0.5, 1.5], [2.5, -1.0]])
    z = x**2 + y * x + y**2
    z.backward(torch.ones(2, 2), create_graph=True)
    np.testing.assert_allclose(x.grad.detach().numpy(), (2 * x + y).detach().numpy())
    np.testing.assert_allclose(y.grad.detach().numpy(), (x + 2 * y).detach().numpy())
    gradient_sum = 2 * x.grad + y.grad
    vector = torch.ones(2, 2)
    x.grad = y.grad = None
    gradient_sum.backward(vector)
    # The Hessian is [[2, 1], [1, 2]] in each element.
    assert x.grad.tolist() == [[5, 5], [5, 5]]
    assert y.grad.tolist() == [[4, 4], [4, 4]]


@pytest.mark.covers("TestAutograd.test_custom_autograd_repeated_grad_grad")
def test_a_function_of_ones_own_differentiates_any_number_of_times() -> None:
    calls = []

    class Multiply(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
            ctx.save_for_backward(x, y)
            return x * y

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Any:
            calls.append(1)
            x, y = ctx.saved_tensors
            return Multiply.apply(gradient, y), Multiply.apply(gradient, x)

    x = leaf(3.0)
    value = Multiply.apply(Multiply.apply(x, x), x)
    derivatives = []
    for _ in range(3):
        (value,) = torch.autograd.grad(value, x, create_graph=True)
        derivatives.append(value.item())
    assert derivatives == [27, 18, 6]
    assert calls


@pytest.mark.covers("TestAutograd.test_once_differentiable")
@pytest.mark.filterwarnings("ignore:Using backward")
def test_a_rule_that_is_once_differentiable_runs_unrecorded_and_its_result_refuses() -> None:
    seen = []

    class Once(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
            ctx.save_for_backward(x, y)
            return x + 2 * y + x * y

        @staticmethod
        @once_differentiable
        def backward(ctx: Any, gradient: Tensor) -> Any:
            x, y = ctx.saved_tensors
            seen.append(torch.is_grad_enabled())
            return gradient + gradient * y, gradient * 2 + gradient * x

    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    z = Once.apply(x, y)
    z.backward(torch.ones(2, requires_grad=True), create_graph=True)
    assert seen == [False]
    assert (x.grad.tolist(), y.grad.tolist()) == ([4, 5], [3, 4])
    assert x.grad.requires_grad
    with pytest.raises(
        RuntimeError, match=r"^trying to differentiate twice a function that was marked with @once_differentiable"
    ):
        x.grad.sum().backward()


@pytest.mark.covers("TestAutograd.test_default_saved_variable_hooks_double_backward")
def test_what_a_hook_unpacks_stands_for_the_tensor_in_a_second_derivative() -> None:
    def hooked(pack: Any, unpack: Any) -> Any:
        return torch.autograd.graph.saved_tensors_hooks(pack, unpack)

    x = leaf(5.0)
    with hooked(lambda t: 2 * t, lambda t: t):
        y = x**3
    (first,) = torch.autograd.grad(y, x, create_graph=True)
    # 3 x**2 with 2x in the place of x.
    assert first.item() == 300
    (second,) = torch.autograd.grad(first.sum(), x)
    # What was unpacked stands for x itself: 6 x with 2x in the place of x.
    assert second.item() == 60
    with hooked(lambda t: t, lambda t: t):
        y = x**3
        (first,) = torch.autograd.grad(y, x, create_graph=True)
    (second,) = torch.autograd.grad(first, x)
    assert (first.item(), second.item()) == (75, 30)


@pytest.mark.covers("TestAllowMutationOnSaved.test_double_backward")
def test_a_second_derivative_where_saved_tensors_may_be_changed() -> None:
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        a = leaf([1.0, 2.0])
        b = a.clone()
        out = (b**3).sum()
        b.mul_(10)
        (first,) = torch.autograd.grad(out, a, create_graph=True)
        (second,) = torch.autograd.grad(first.sum(), a)
    assert first.tolist() == [3, 12]
    assert second.tolist() == [6, 12]


def test_a_gradient_with_respect_to_the_gradient_that_was_passed_in() -> None:
    x = leaf([1.0, 2.0])
    v = leaf([3.0, 4.0])
    (product,) = torch.autograd.grad(x**2, x, v, create_graph=True)
    (derivative,) = torch.autograd.grad(product.sum(), v)
    assert derivative.tolist() == [2, 4]


def test_forward_mode_from_two_reverse_passes() -> None:
    x = leaf([1.0, 2.0])
    y = torch.exp(x)
    dummy = torch.zeros(2, requires_grad=True)
    (g,) = torch.autograd.grad(y, x, dummy, create_graph=True)
    (tangent,) = torch.autograd.grad(g, dummy, torch.tensor([1.0, 10.0]))
    np.testing.assert_allclose(tangent.numpy(), np.exp([1.0, 2.0]) * [1, 10])
