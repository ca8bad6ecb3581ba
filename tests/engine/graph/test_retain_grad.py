"""`retain_grad`: results that keep their gradients."""

from typing import Any

import pytest
from own_functions import TwiceAndThrice

import autodiff.engine as torch
from autodiff.engine import Tensor


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


@pytest.mark.covers("TestAutograd.test_retain_grad")
def test_a_result_keeps_its_gradient_when_asked_and_adds_up_later_ones() -> None:
    x = leaf([1.0, 2.0])
    h = x * 3
    out = (h * h).sum()
    h.retain_grad()
    h.retain_grad()
    assert h.retains_grad
    out.backward(retain_graph=True)
    assert h.grad.tolist() == [6, 12]
    first = h.grad
    out.backward(retain_graph=True)
    assert h.grad.tolist() == [12, 24]
    assert first.tolist() == [6, 12]
    h.grad = None
    torch.autograd.grad(out, x)
    assert h.grad.tolist() == [6, 12]
    assert x.grad.tolist() == [36, 72]


def test_the_kept_gradient_of_a_scalar_adds_up_too() -> None:
    x = leaf()
    h = x * 3
    h.retain_grad()
    for expected in (5, 10):
        (h * 5).backward(retain_graph=True)
        assert h.grad.item() == expected


@pytest.mark.covers("TestAutograd.test_retain_grad")
def test_a_leaf_keeps_its_gradient_anyway() -> None:
    x = leaf()
    x.retain_grad()
    assert not x.retains_grad
    (x * x).backward()
    assert x.grad.item() == 4


def test_a_constant_has_no_gradient_to_keep() -> None:
    with pytest.raises(RuntimeError, match=r"^can't retain_grad on Tensor that has requires_grad=False"):
        torch.tensor(1.0).retain_grad()


def test_a_kept_gradient_is_not_the_array_that_goes_on() -> None:
    x = leaf([1.0, 2.0])
    h = x + 0
    h.retain_grad()
    h.sum().backward()
    h.grad.mul_(100)
    assert x.grad.tolist() == [1, 1]


def test_a_kept_gradient_is_part_of_a_recorded_pass() -> None:
    x = leaf(3.0)
    h = x * 1
    h.retain_grad()
    torch.autograd.grad(h**3, x, create_graph=True)
    assert h.grad.item() == 27
    assert torch.autograd.grad(h.grad, x)[0].item() == 18


@pytest.mark.covers("TestAutograd.test_retain_grad_inplace")
def test_a_kept_gradient_is_that_of_the_value_after_the_last_change_in_place() -> None:
    a = leaf([1.0, 2.0]).clone()
    a.retain_grad()
    a.mul_(2)
    a.retain_grad()
    (a * torch.tensor([3.0, 5.0])).sum().backward()
    assert a.grad.tolist() == [3, 5]
    a = leaf([1.0, 2.0]).clone()
    a.retain_grad()
    a.mul_(2)
    (a * torch.tensor([3.0, 5.0])).sum().backward()
    assert a.grad.tolist() == [3, 5]


@pytest.mark.covers("TestAutograd.test_retains_grad_inplace_multiple_outputs")
def test_of_two_outputs_the_changed_one_keeps_the_gradient_of_its_new_value() -> None:
    x = leaf(1.0)
    a, b = TwiceAndThrice.apply(x)
    a.retain_grad()
    b.retain_grad()
    a.mul_(5)
    (a + 7 * b).backward()
    assert (a.grad.item(), b.grad.item()) == (1, 7)
    assert x.grad.item() == 31


@pytest.mark.covers("TestAutograd.test_retain_grad_inplace_over_view")
def test_a_base_and_a_view_of_it_keep_gradients_of_their_new_values() -> None:
    x = leaf([1.0, 2.0])
    base = x.clone()
    view = base[0]
    other = base[1]
    base.retain_grad()
    view.retain_grad()
    other.retain_grad()
    view.mul_(4)
    assert view.retains_grad
    assert base.retains_grad
    (base * torch.tensor([3.0, 5.0])).sum().backward()
    assert base.grad.tolist() == [3, 5]
    assert x.grad.tolist() == [12, 5]


@pytest.mark.covers("TestAutograd.test_retains_grad_can_always_observe_tensor_prehook")
def test_a_kept_gradient_is_what_all_hooks_of_the_tensor_left_whenever_they_were_registered() -> None:
    x = leaf()
    y = x * 1
    y.register_hook(lambda g: g * 2)
    y.retain_grad()
    y.register_hook(lambda g: g * 3)
    (y * 1).backward()
    assert y.grad.item() == 6
    assert x.grad.item() == 6
