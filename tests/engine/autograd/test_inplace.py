"""In-place operations: data, versions, history, and what a graph does when something it saved was changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch

CHANGED = "one of the variables needed for gradient computation has been modified by an inplace operation"
LEAF = "a leaf Variable that requires grad is being used in an in-place operation."


def leaf(data: Any) -> torch.Tensor:
    return torch.tensor(data, requires_grad=True)


@pytest.mark.covers("TestAutograd.test_inplace")
def test_an_operation_in_place_has_the_history_of_the_operation() -> None:
    x, y = leaf([2.0, 3.0]), leaf([5.0, 7.0])
    z = x * y
    w = z + y
    z += 1
    w.add_(2)
    w += z
    assert w.grad_fn.name() == "AddBackward0"
    w.sum().backward()
    assert x.grad.tolist() == [10, 14]
    assert y.grad.tolist() == [2 * 2 + 1, 2 * 3 + 1]


@pytest.mark.covers("TestAutograd.test_inplace_not_requires_grad")
def test_a_tensor_outside_the_graph_joins_it_by_an_operation_in_place() -> None:
    x = leaf([1.0, 2.0])
    a = torch.zeros(2)
    a.add_(x * 3)
    assert a.requires_grad
    assert not a.is_leaf
    a.sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_an_operation_in_place_keeps_the_object_and_its_memory() -> None:
    x = torch.tensor([1.0, 2.0])
    shared = x.detach()
    before = x
    x *= 3
    assert x is before
    assert shared.tolist() == [3, 6]


def test_a_number_without_dimensions_shares_memory_with_what_is_detached_from_it() -> None:
    x = torch.tensor(2.0)
    x.detach().mul_(5)
    assert x.item() == 10


@pytest.mark.covers("TestAutograd.test_version_counter")
def test_every_change_in_place_counts_up_the_version_of_all_that_share_memory() -> None:
    x = torch.tensor([1.0, 2.0])
    view, detached = x[0], x.detach()
    assert x._version == 0
    x.add_(1)
    view.mul_(2)
    detached[1] = 9.0
    assert (x._version, view._version, detached._version) == (3, 3, 3)
    assert x.tolist() == [4, 9]


@pytest.mark.covers("TestAutograd.test_saved_variable_version_counter")
def test_data_have_a_version_of_their_own() -> None:
    x = leaf([1.0, 2.0])
    y = x**2
    x.data.add_(1)
    assert x._version == 0
    y.sum().backward()
    assert x.grad.tolist() == [4, 6]


@pytest.mark.covers("TestAutograd.test_increment_version")
def test_a_version_can_be_counted_up_by_hand() -> None:
    x = leaf([1.0])
    y = x**2
    torch.autograd.graph.increment_version([x, y])
    assert (x._version, y._version) == (1, 1)
    with pytest.raises(RuntimeError, match=CHANGED):
        y.backward()


@pytest.mark.parametrize(
    ("compute", "change"),
    [
        (lambda x: x.exp(), lambda x, y: y.add_(1)),
        (lambda x: x.sqrt(), lambda x, y: y.__setitem__(0, 3.0)),
        (lambda x: x.tanh(), lambda x, y: y[0].zero_()),
        (lambda x: (x * 1).sin(), None),
    ],
    ids=["a result", "an element of a result", "a view of a result", "an argument"],
)
def test_changing_what_a_graph_saved_is_an_error_in_the_backward_pass(compute: Any, change: Any) -> None:
    x = leaf([1.0, 2.0])
    if change is None:
        middle = x * 1
        y = middle.sin()
        middle.add_(1)
    else:
        y = compute(x)
        change(x, y)
    with pytest.raises(RuntimeError, match=CHANGED):
        y.sum().backward()


def test_the_error_says_which_tensor_was_changed_and_how_often() -> None:
    x = leaf([1.0, 2.0])
    y = x.exp()
    y.add_(1).mul_(2)
    with pytest.raises(RuntimeError, match=r"\[torch.DoubleTensor \[2\]\], which is output 0 of Exp, is at version 2"):
        y.sum().backward()
    z = x * x
    with torch.no_grad():
        x.add_(1)
    with pytest.raises(RuntimeError, match=r"\[torch.DoubleTensor \[2\]\] is at version 1; expected version 0"):
        z.sum().backward()


@pytest.mark.parametrize("data", [[1.0, 2.0], 1.0], ids=["a vector", "a number"])
@pytest.mark.parametrize(
    "use",
    [lambda y: y + 1, lambda y: y * 2, lambda y: y / torch.tensor(2.0), lambda y: 3 - y],
    ids=["a sum", "a multiple", "a quotient by a constant", "a difference"],
)
def test_changing_what_no_rule_needs_is_no_error(data: Any, use: Any) -> None:
    x = leaf(data)
    y = x * 2
    z = use(y)
    y.mul_(10)
    z.sum().backward()
    same = leaf(data)
    use(same * 2).sum().backward()
    assert x.grad.tolist() == same.grad.tolist()


def test_a_rule_that_needs_its_argument_keeps_it_as_it_was() -> None:
    x = leaf([1.0, 2.0])
    y = x * 1
    y.sin_()
    y.sum().backward()
    np.testing.assert_allclose(x.grad.tolist(), np.cos([1.0, 2.0]))


@pytest.mark.covers("TestAutograd.test_requires_grad_inplace", "TestAutograd.test_no_requires_grad_inplace")
@pytest.mark.parametrize(
    "change",
    [lambda x: x.mul_(2), lambda x: x.zero_(), lambda x: x.copy_(torch.zeros(2)), lambda x: x.fill_(1.0)],
    ids=["mul_", "zero_", "copy_", "fill_"],
)
def test_a_leaf_that_requires_grad_is_not_changed_while_recording(change: Any) -> None:
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match=LEAF):
        change(x)
    assert x.tolist() == [1, 2]
    with torch.no_grad():
        change(x)
    assert x.requires_grad
    assert x.is_leaf
    assert x._version == 1
    y = torch.zeros(2)
    change(y)
    assert not y.requires_grad


@pytest.mark.covers("TestAutograd.test_no_grad_modifies_version")
def test_a_change_outside_recording_counts_too() -> None:
    x = leaf([2.0])
    y = x * x
    with torch.no_grad():
        x *= 2
    assert x.tolist() == [4]
    with pytest.raises(RuntimeError, match=CHANGED):
        y.backward()


@pytest.mark.covers("TestAutograd.test_detach")
def test_what_is_detached_shares_memory_but_no_history() -> None:
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    z = (x + 2).detach()
    assert z.grad_fn is None
    assert not z.requires_grad
    (z * y).sum().backward()
    assert x.grad is None
    assert y.grad.tolist() == [3, 4]
    z += 1
    assert z.tolist() == [4, 5]


@pytest.mark.covers("TestAutograd.test_detach_then_inplace_raises_in_autograd")
def test_a_change_through_what_is_detached_is_found_out() -> None:
    x = leaf([1.0, 2.0])
    y = x * 2
    z = y.exp() * y
    y.detach().add_(1)
    with pytest.raises(RuntimeError, match=CHANGED):
        z.sum().backward()


@pytest.mark.covers("TestAutograd.test_saved_variable_saved_original_inplace_detach")
def test_a_result_changed_through_what_is_detached_is_found_out() -> None:
    x = leaf([1.0])
    y = x.sin()
    z = y.exp()
    z.detach().zero_()
    with pytest.raises(RuntimeError, match=CHANGED):
        z.backward()


@pytest.mark.covers("TestAutogradDeviceType.test_copy_")
def test_copying_in_gives_the_source_the_gradient() -> None:
    source, target = leaf([1.0, 2.0]), leaf([0.0, 0.0])
    copy = target * 1
    copy.copy_(source)
    assert copy.grad_fn.name() == "torch::autograd::CopyBackwards"
    (copy * 3).sum().backward()
    assert source.grad.tolist() == [3, 3]
    assert target.grad.tolist() == [0, 0]


def test_copying_in_casts_and_broadcasts() -> None:
    target = torch.zeros(2, 3, dtype=torch.float32)
    target.copy_(torch.tensor([1, 2, 3]))
    assert target.tolist() == [[1, 2, 3], [1, 2, 3]]
    assert target.dtype is torch.float32


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: torch.tensor([1, 2]).mul_(1.5), "result type Double can't be cast to the desired output type Long"),
        (
            lambda: torch.ones(3).add_(torch.ones(2, 3)),
            r"output with shape \[3\] doesn't match the broadcast shape \[2, 3\]",
        ),
        (
            lambda: torch.ones(1, 2).copy_(torch.ones(3, 2)),
            r"output with shape \[1, 2\] doesn't match the broadcast shape \[3, 2\]",
        ),
        (lambda: torch.ones(1).expand(3).add_(1), "unsupported operation: more than one element"),
    ],
    ids=["a dtype that does not hold it", "a larger shape", "a larger copy", "elements that share memory"],
)
def test_what_does_not_fit_is_not_written(change: Any, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        change()


@grouped("name", ["exp", "sin", "sqrt", "tanh", "sigmoid", "relu", "abs", "neg", "reciprocal", "floor"])
def test_a_function_in_place_is_the_function(name: str) -> None:
    x = leaf([0.5, 2.0, 1.5])
    expected = getattr(x, name)()
    expected.sum().backward()
    gradient = x.grad.tolist()
    x.grad = None
    changed = x.clone()
    assert getattr(changed, f"{name}_")() is changed
    assert changed.tolist() == expected.tolist()
    changed.sum().backward()
    assert x.grad.tolist() == gradient


def test_a_training_loop_changes_its_parameters_in_place() -> None:
    w = leaf(5.0)
    for _ in range(3):
        ((w - 1) ** 2).backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
        w.grad.zero_()
    assert w.item() == pytest.approx(1 + 4 * 0.8**3)
    assert w.requires_grad
    assert w.is_leaf


@pytest.mark.covers("TestAutograd.test_return_leaf_inplace")
def test_an_operation_of_the_users_own_makes_a_leaf_outside_the_graph_part_of_it() -> None:
    class AddTo(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
            ctx.mark_dirty(a)
            return a.add_(b)

        @staticmethod
        def backward(ctx: Any, g: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return g, g

    x, y = torch.tensor([1.0, 2.0]), leaf([3.0, 4.0])
    result = AddTo.apply(x, y)
    assert result is x
    assert x.requires_grad
    x.sum().backward()
    assert y.grad.tolist() == [1, 1]


@pytest.mark.covers("TestAutograd.test_set_data_self_requires_grad")
def test_setting_the_data_keeps_whether_a_leaf_requires_grad() -> None:
    x = leaf([1.0, 2.0])
    x.data = torch.tensor([5.0])
    assert x.requires_grad
    assert x.tolist() == [5]


FILLED = {
    "a number": (2.0, "FillBackward2"),
    "a tensor": (torch.tensor(2.0), "FillBackward3"),
    "a tensor that requires grad": (torch.tensor(2.0, requires_grad=True), "FillBackward3"),
}


@pytest.mark.parametrize(("value", "name"), FILLED.values(), ids=FILLED)
def test_filling_a_result_cuts_it_off_from_what_it_was(value: Any, name: str) -> None:
    x = torch.ones(2, requires_grad=True)
    y = (x * 3).fill_(value)
    assert y.grad_fn.name() == name
    y.sum().backward()
    assert x.grad.tolist() == [0, 0]


def test_filling_takes_a_tensor_without_dimensions() -> None:
    with pytest.raises(RuntimeError, match="^fill_ only supports 0-dimension value tensor but got tensor with 1 dim"):
        torch.ones(2).fill_(torch.ones(1))


@pytest.mark.covers("TestAutograd.test_save_tensor_hook_version_counter_not_shared")
def test_what_a_hook_put_in_a_saved_tensors_place_counts_its_own_changes() -> None:
    class Sine(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(x)
            return x.sin()

        @staticmethod
        def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
            (x,) = ctx.saved_tensors
            before = a._version
            x.add_(1)
            assert a._version == before
            return g

    a = torch.tensor([1.0], requires_grad=True)
    replacement = a.detach().clone()
    with torch.autograd.graph.saved_tensors_hooks(lambda tensor: replacement, lambda kept: kept):
        b = Sine.apply(a)
    b.backward()
    assert a.item() == 1
    assert replacement.item() == 2


NUMBERS = {
    "an argument": (lambda x: (y := x.sin(), y * y), lambda y: y.mul_(2), "which is output 0 of Mul, is at version 1"),
    "a result": (lambda x: (y := x.exp(), y + 1), lambda y: y.add_(1).mul_(2), "which is output 0 of Exp, is at ver"),
    "all of it": (lambda x: (y := x.sin(), y * y), lambda y: y.__setitem__(..., 2.0), "which is output 0 of Fill, is"),
    "a leaf": (lambda x: (x, x * x), lambda x: torch.no_grad()(x.add_)(1), "is at version 1; expected version 0"),
}


@pytest.mark.parametrize(("compute", "change", "message"), NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_changing_a_saved_tensor_without_dimensions_is_an_error(
    compute: Any, change: Any, message: str, dtype: torch.dtype
) -> None:
    x = torch.tensor(1.0, dtype=dtype, requires_grad=True)
    y, z = compute(x)
    change(y)
    with pytest.raises(RuntimeError, match=rf"{CHANGED}: \[torch.{dtype.title}Tensor \[\]\],? {message}"):
        z.backward()


def test_a_number_changed_before_it_was_saved_is_no_error() -> None:
    x = leaf(2.0)
    for _ in range(2):
        with torch.no_grad():
            x.add_(1)
        y = (x * 1).sin_().exp_()
        (y * y * x).backward()
    np.testing.assert_allclose(x._version, 2)
    v = np.array([3.0, 4.0])
    np.testing.assert_allclose(x.grad.item(), ((1 + 2 * v * np.cos(v)) * np.exp(2 * np.sin(v))).sum())


@pytest.mark.covers("TestAutograd.test_set_data_preserve_pyobj")
def test_setting_data_keeps_the_object_and_takes_the_numbers() -> None:
    a, b = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    before = id(b)
    b.data = a
    assert id(b) == before
    assert b.tolist() == [1, 2]
    a.add_(1)
    assert b.tolist() == [2, 3]


@pytest.mark.covers("TestAutogradDeviceType.test_resize_version_bump")
def test_a_change_of_size_counts_as_a_change_if_it_is_one() -> None:
    x, y = torch.tensor([5.0]), torch.zeros(3)
    assert x.resize_((1, 2)) is x
    assert (x.tolist(), x._version) == ([[5, 0]], 1)
    assert (x.resize_as_(y).tolist(), x._version) == ([5, 0, 0], 2)
    assert (x.resize_(3).shape, x._version) == ((3,), 2)
    assert (x.resize_as_(y).shape, x._version) == ((3,), 2)
    assert (x.resize_(2).tolist(), x._version) == ([5, 0], 3)
    with pytest.raises(RuntimeError, match="^cannot resize variables that require grad$"):
        leaf([1.0]).resize_(2)
