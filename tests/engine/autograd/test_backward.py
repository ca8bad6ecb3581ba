"""The backward pass: what arrives where, what is kept, what is an error, and random graphs against a naive one."""

import math
import re
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from groups import grouped
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff.engine as torch
from autodiff.engine import Tensor

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
    "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
    "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
    "saved tensors after calling backward."
)
CYCLE = "Using backward\\(\\) with create_graph=True will create a reference cycle"


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


def raises(error: type[Exception], message: str) -> Any:
    """The error with `message` as its first line, word for word."""
    return pytest.raises(error, match=f"^{re.escape(message)}(\n|$)")


# Accumulation


def test_gradients_of_two_passes_add_up_in_one_object() -> None:
    x = leaf()
    (x**2).backward()
    first = x.grad
    assert first.item() == 4
    (x**3).backward()
    assert x.grad is first
    assert first.item() == 16


@pytest.mark.covers("TestAutograd.test_accumulate_grad")
def test_gradients_of_an_array_add_up_in_one_object() -> None:
    x = leaf([1.0, 2.0])
    (x**2).sum().backward()
    first = x.grad
    x.sum().backward()
    assert x.grad is first
    assert first.tolist() == [3, 5]


def test_zero_clears_a_gradient_in_place_and_returns_it() -> None:
    for x in (leaf(), leaf([2.0])):
        (x**2).sum().backward()
        gradient = x.grad
        assert gradient.zero_() is gradient
        assert x.grad is gradient
        (x**2).sum().backward()
        assert x.grad is gradient
        assert gradient.sum().item() == 4


def test_a_gradient_set_to_none_starts_anew() -> None:
    x = leaf()
    (x**2).backward()
    first = x.grad
    x.grad = None
    assert x.grad is None
    (x**2).backward()
    assert x.grad is not first
    assert (x.grad.item(), first.item()) == (4, 4)


def test_a_gradient_that_was_assigned_is_added_to() -> None:
    x = leaf()
    x.grad = torch.tensor(10.0)
    (x**2).backward()
    assert x.grad.item() == 14


def test_a_gradient_is_a_leaf_outside_the_graph() -> None:
    x = leaf()
    (x**2).backward()
    assert (x.grad.requires_grad, x.grad.grad_fn, x.grad.grad) == (False, None, None)


def test_a_leaf_alone_has_the_gradient_one() -> None:
    x = leaf()
    x.backward()
    x.backward()
    assert x.grad.item() == 2


def test_gradient_descent_updates_a_leaf_in_place_under_no_grad() -> None:
    w = leaf(5.0)
    seen = []
    for _ in range(3):
        ((w - 1) ** 2).backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
        w.grad.zero_()
        seen.append(w.item())
    np.testing.assert_allclose(seen, [4.2, 3.56, 3.048])
    assert (w.requires_grad, w.is_leaf) == (True, True)


# Shapes of graphs


def test_a_diamond_counts_each_path_once() -> None:
    x = leaf(3.0)
    a = x * x
    b = a + x
    (a * b).backward()
    assert x.grad.item() == 4 * 27 + 3 * 9


def test_a_leaf_used_many_times_adds_up_all_uses() -> None:
    x = leaf()
    (x * x * x + x + 5 * x).backward()
    assert x.grad.item() == 12 + 6


def test_a_node_waits_for_all_that_depend_on_it() -> None:
    x = leaf(0.5)
    y = torch.exp(x)
    early, late = y * 2, torch.sin(torch.sin(torch.sin(y)))
    (late + early * late).backward()
    e = math.exp(0.5)
    chain = math.cos(e) * math.cos(math.sin(e)) * math.cos(math.sin(math.sin(e)))
    value = math.sin(math.sin(math.sin(e)))
    np.testing.assert_allclose(x.grad.item(), e * (chain * (1 + 2 * e) + 2 * value), rtol=1e-14)


def test_the_order_in_which_branches_were_made_does_not_matter() -> None:
    def total(swapped: bool) -> list[float]:
        x, y = leaf(0.7), leaf(1.3)
        if swapped:
            second = torch.cos(y) * x
            first = torch.exp(x) / y
        else:
            first = torch.exp(x) / y
            second = torch.cos(y) * x
        (first * second).backward()
        return [x.grad.item(), y.grad.item()]

    np.testing.assert_allclose(total(False), total(True), rtol=1e-15)


@pytest.mark.covers("TestAutograd.test_multi_backward")
def test_several_roots_share_one_pass() -> None:
    x = leaf()
    shared = torch.exp(x)
    torch.autograd.backward([shared * 2, shared * 3, x])
    np.testing.assert_allclose(x.grad.item(), 5 * math.exp(2) + 1)


@pytest.mark.covers("TestAutograd.test_multi_backward")
def test_several_roots_take_a_gradient_each_or_none() -> None:
    x = leaf([1.0, 2.0])
    torch.autograd.backward([x * 2, x.sum()], [torch.tensor([1.0, 10.0]), None])
    assert x.grad.tolist() == [3, 21]


@pytest.mark.covers("TestAutograd.test_dependent_backward")
def test_a_root_may_depend_on_another() -> None:
    x = leaf()
    y = x**2
    torch.autograd.backward([y, y**2, y])
    assert x.grad.item() == 4 + 32 + 4


def test_no_roots_do_nothing() -> None:
    assert torch.autograd.backward([], []) is None


def test_a_root_of_one_element_in_any_shape_needs_no_gradient() -> None:
    x = leaf([[3.0]])
    (x**2).backward()
    assert x.grad.tolist() == [[6]]


def test_gradients_are_summed_over_what_broadcasting_stretched() -> None:
    x, y, z = leaf([[1.0], [2.0]]), leaf([10.0, 20.0, 30.0]), leaf(2.0)
    (x * y * z).sum().backward()
    assert x.grad.tolist() == [[120], [120]]
    assert y.grad.tolist() == [6, 6, 6]
    assert z.grad.item() == 180


# gradient=


def test_the_gradient_to_start_from_weighs_the_elements() -> None:
    x = leaf([1.0, 2.0])
    (x**2).backward(torch.tensor([1.0, 10.0]))
    assert x.grad.tolist() == [2, 40]


def test_the_gradient_to_start_from_may_be_of_another_dtype() -> None:
    x = leaf([1.0, 2.0])
    (x * 2).backward(torch.tensor([1, 1]))
    assert (x.grad.tolist(), x.grad.dtype) == ([2, 2], torch.float64)


def test_a_gradient_does_not_alias_the_one_that_was_passed() -> None:
    for root in (lambda x: x, lambda x: x * 1, lambda x: x + 0, lambda x: x[...], lambda x: x.reshape(2)):
        x = leaf([1.0, 2.0])
        start = np.array([1.0, 2.0])
        root(x).backward(torch.from_numpy(start))
        start[:] = 99
        assert x.grad.tolist() == [1, 2]


@pytest.mark.covers("TestAutograd.test_backward_copy")
def test_gradients_of_two_leaves_do_not_alias_each_other() -> None:
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (x + y).sum().backward()
    x.grad.zero_()
    assert y.grad.tolist() == [1, 1]
    (x + y).backward(torch.ones(2))
    assert (x.grad.tolist(), y.grad.tolist()) == ([1, 1], [2, 2])


def test_a_spread_gradient_can_be_written_to() -> None:
    x = leaf([1.0, 2.0, 3.0])
    x.sum().backward()
    x.grad.add_(torch.tensor([1.0, 2.0, 3.0]))
    assert x.grad.tolist() == [2, 3, 4]


# inputs=


@pytest.mark.covers("TestAutograd.test_backward_with_inputs")
def test_only_the_inputs_asked_for_get_a_gradient() -> None:
    x, y = leaf(2.0), leaf(3.0)
    (x * y).backward(inputs=[x])
    assert (x.grad.item(), y.grad) == (3, None)
    (x * y).backward(inputs=y)
    assert (x.grad.item(), y.grad.item()) == (3, 2)


def test_an_input_may_be_a_result() -> None:
    x = leaf()
    middle = x * 2
    (middle**2).backward(inputs=[middle])
    assert middle.grad.item() == 8
    assert x.grad is None


def test_an_input_that_does_not_contribute_keeps_no_gradient() -> None:
    x, y = leaf(), leaf()
    (x * 2).backward(inputs=[x, y])
    assert (x.grad.item(), y.grad) == (2, None)


def test_an_input_given_twice_gets_its_gradient_once() -> None:
    x = leaf()
    (x * 3).backward(inputs=[x, x])
    assert x.grad.item() == 3


def test_an_input_above_another_still_passes_its_gradient_on() -> None:
    x = leaf()
    middle = x**2
    (middle**2).backward(inputs=[middle, x])
    assert (middle.grad.item(), x.grad.item()) == (8, 32)


# retain_graph and freed graphs


def test_a_retained_graph_can_be_run_again() -> None:
    x = leaf()
    y = x**3
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 24
    with raises(RuntimeError, FREED):
        y.backward()


SAVING = {
    "mul": lambda x: x * x,
    "pow": lambda x: x**2,
    "exp": torch.exp,
    "sin": torch.sin,
    "div": lambda x: 1 / x,
    "sum": lambda x: torch.exp(x).sum(),
    "max": lambda x: torch.stack([x, 2 * x]).max(),
    "matmul": lambda x: torch.stack([x, x]) @ torch.stack([x, x]),
    "where": lambda x: torch.where(x > 0, x, 0.0),
    "clamp": lambda x: torch.clamp(x, 0, 1),
}
NOT_SAVING = {
    "add": lambda x: x + 1,
    "sub": lambda x: 1 - x,
    "neg": lambda x: -x,
    "clone": lambda x: x.clone(),
    "alias": lambda x: x[...],
    "floor": torch.floor,
}


@grouped("function", SAVING.values(), ids=SAVING)
def test_a_second_pass_raises_where_something_was_saved(function: Callable[[Tensor], Tensor]) -> None:
    x = leaf(1.5)
    y = function(x)
    y.backward()
    with raises(RuntimeError, FREED):
        y.backward()
    with raises(RuntimeError, FREED):
        torch.autograd.grad(y, x)


@pytest.mark.parametrize("function", NOT_SAVING.values(), ids=NOT_SAVING)
def test_a_second_pass_is_fine_where_nothing_was_saved(function: Callable[[Tensor], Tensor]) -> None:
    x = leaf(1.5)
    y = function(x)
    y.backward()
    once = x.grad.item()
    y.backward()
    assert x.grad.item() == 2 * once


def test_a_pass_frees_what_another_root_shares_with_it() -> None:
    x = leaf()
    shared = x.exp()
    first, second = shared * 2, shared * 3
    first.backward()
    with raises(RuntimeError, FREED):
        second.backward()


def test_a_pass_leaves_other_branches_alone() -> None:
    x = leaf()
    first, second = torch.sin(x), torch.cos(x)
    first.backward()
    second.backward()
    np.testing.assert_allclose(x.grad.item(), math.cos(2) - math.sin(2))


def test_grad_frees_only_the_way_to_its_inputs() -> None:
    x, y = leaf(), leaf(3.0)
    left, right = torch.sin(x), torch.sin(y)
    product = left + right
    torch.autograd.grad(product, x)
    right.backward()
    with raises(RuntimeError, FREED):
        left.backward()


def test_the_grad_fn_outlives_what_it_saved() -> None:
    x = leaf()
    y = x**2
    y.backward()
    assert y.grad_fn.name() == "PowBackward0"
    assert y.grad_fn.next_functions[0][0].variable is x


# autograd.grad


def test_grad_returns_a_tuple_and_touches_no_gradient() -> None:
    x, y = leaf(2.0), leaf(3.0)
    slopes = torch.autograd.grad(x**2 * y, (x, y))
    assert isinstance(slopes, tuple)
    assert [g.item() for g in slopes] == [12, 4]
    assert (x.grad, y.grad) == (None, None)


def test_grad_of_one_input_is_a_tuple_of_one() -> None:
    x = leaf()
    (slope,) = torch.autograd.grad(x**2, x)
    assert (slope.item(), slope.requires_grad) == (4, False)


@pytest.mark.covers("TestAutograd.test_grad_nonleaf")
def test_grad_with_respect_to_a_result() -> None:
    x = leaf()
    middle = x**2
    top = middle**2
    assert torch.autograd.grad(top, middle, retain_graph=True)[0].item() == 8
    assert [g.item() for g in torch.autograd.grad(top, [x, middle])] == [32, 8]


def test_grad_of_a_tensor_with_respect_to_itself_is_one() -> None:
    x = leaf()
    y = x**2
    assert torch.autograd.grad(y, y)[0].item() == 1
    assert torch.autograd.grad(x, x)[0].item() == 1
    assert [g.item() for g in torch.autograd.grad(y, [y, x])] == [1, 4]


def test_grad_of_the_same_input_twice() -> None:
    x = leaf()
    assert [g.item() for g in torch.autograd.grad(x**2, [x, x])] == [4, 4]


def test_grad_outputs_weigh_several_outputs() -> None:
    x = leaf([1.0, 2.0])
    (slope,) = torch.autograd.grad([x * 2, x**2], x, [torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])])
    assert slope.tolist() == [2, 4]


@pytest.mark.covers("TestAutograd.test_grad_materialize_grads")
def test_an_unused_input_is_none_or_zeros_where_that_is_allowed() -> None:
    x, y = leaf(), leaf([1.0, 2.0])
    slopes = torch.autograd.grad(x * 2, [x, y], allow_unused=True)
    assert (slopes[0].item(), slopes[1]) == (2, None)
    slopes = torch.autograd.grad(x * 2, [x, y], materialize_grads=True)
    assert (slopes[0].item(), slopes[1].tolist()) == (2, [0, 0])


def test_grad_leaves_leaves_alone_that_were_not_asked_for() -> None:
    x, y = leaf(), leaf()
    torch.autograd.grad(x * y, x)
    assert y.grad is None


# create_graph


def test_every_derivative_of_a_power_in_turn() -> None:
    x = leaf()
    y = x**4
    seen = []
    for _ in range(5):
        (y,) = torch.autograd.grad(y, x, create_graph=True)
        seen.append(y.item())
    assert seen == [32, 48, 48, 24, 0]


def test_ten_derivatives_of_the_sine() -> None:
    x = leaf(1.0)
    y = torch.sin(x)
    for n in range(1, 11):
        (y,) = torch.autograd.grad(y, x, create_graph=True)
        np.testing.assert_allclose(y.item(), math.sin(1 + n * math.pi / 2), rtol=1e-12)


def test_a_mixed_second_derivative_is_the_same_in_both_orders() -> None:
    x, y = leaf(0.3), leaf(0.7)
    first = torch.autograd.grad(torch.sin(x * y) * x, (x, y), create_graph=True)
    ((xy,), (yx,)) = (torch.autograd.grad(first[0], y, retain_graph=True), torch.autograd.grad(first[1], x))
    np.testing.assert_allclose(xy.item(), yx.item(), rtol=1e-14)


def test_a_gradient_penalty_reaches_the_parameters() -> None:
    w, x = leaf([1.0, -2.0]), leaf([0.5, 0.25])
    (slope,) = torch.autograd.grad(torch.tanh(w @ x), x, create_graph=True)
    (slope**2).sum().backward()
    t = math.tanh(0.0)
    s, size = 1 - t * t, 5.0
    expected = [2 * s**2 * wi - 4 * s**2 * t * xi * size for wi, xi in ((1, 0.5), (-2, 0.25))]
    np.testing.assert_allclose(w.grad.tolist(), expected, atol=1e-15)


def test_create_graph_in_backward_warns_and_records_the_gradient() -> None:
    x = leaf()
    with pytest.warns(UserWarning, match=CYCLE):
        (x**3).backward(create_graph=True)
    first = x.grad
    assert (first.item(), first.requires_grad) == (12, True)
    with pytest.warns(UserWarning, match=CYCLE):
        (x**3).backward(create_graph=True)
    assert x.grad is not first
    assert (x.grad.item(), first.item()) == (24, 12)
    assert torch.autograd.grad(x.grad, x)[0].item() == 24
    x.grad = None


def test_create_graph_keeps_the_graph_unless_told_otherwise() -> None:
    x = leaf()
    y = torch.exp(x)
    torch.autograd.grad(y, x, create_graph=True)
    torch.autograd.grad(y, x, create_graph=True, retain_graph=False)
    with raises(RuntimeError, FREED):
        torch.autograd.grad(y, x)


def test_a_backward_pass_inside_no_grad_still_runs_and_can_still_record() -> None:
    x = leaf()
    y = x**3
    with torch.no_grad():
        (slope,) = torch.autograd.grad(y, x, create_graph=True)
        assert not torch.is_grad_enabled()
    assert torch.autograd.grad(slope, x)[0].item() == 12


def test_the_rules_of_a_plain_pass_are_not_recorded() -> None:
    x, c = leaf(), leaf(3.0)
    (slope,) = torch.autograd.grad(c * x**2, x)
    assert (slope.grad_fn, slope.requires_grad) == (None, False)
    assert torch.is_grad_enabled()


# Several results


def test_the_gradient_of_the_largest_goes_where_it_was() -> None:
    x = leaf([[1.0, 5.0], [7.0, 3.0]])
    values, indices = x.max(1)
    assert (values.tolist(), indices.tolist()) == ([5, 7], [1, 0])
    values.backward(torch.tensor([10.0, 20.0]))
    assert x.grad.tolist() == [[0, 10], [20, 0]]


def test_the_gradient_of_a_sorted_tensor_is_unsorted() -> None:
    x = leaf([3.0, 1.0, 2.0])
    values, indices = torch.sort(x)
    assert indices.tolist() == [1, 2, 0]
    values.backward(torch.tensor([10.0, 20.0, 30.0]))
    assert x.grad.tolist() == [30, 10, 20]


def test_a_result_of_several_is_used_twice_and_its_integers_as_indices() -> None:
    x = leaf([3.0, 1.0, 2.0])
    values, indices = torch.sort(x)
    (values[0] * values[2] + x[indices][1]).backward()
    assert x.grad.tolist() == [1, 3, 1]


def test_the_integer_result_of_several_takes_no_part() -> None:
    x = leaf([3.0, 1.0])
    _, indices = x.max(0)
    with raises(RuntimeError, "element 0 of tensors does not require grad and does not have a grad_fn"):
        indices.backward()
    with raises(RuntimeError, "element 0 of tensors does not require grad and does not have a grad_fn"):
        x.argmax().backward()


def test_a_result_of_several_with_respect_to_itself() -> None:
    x = leaf([3.0, 1.0])
    values = x.sort().values
    (slope,) = torch.autograd.grad(values.sum(), values)
    assert slope.tolist() == [1, 1]


# Errors and warnings


def ones(*shape: int) -> Tensor:
    return torch.ones(*shape)


def under_no_grad() -> Tensor:
    x = leaf()
    with torch.no_grad():
        return x * 2


NO_GRAPH = "element 0 of tensors does not require grad and does not have a grad_fn"
NOT_SCALAR = "grad can be implicitly created only for scalar outputs"
LEAF_FLAG = (
    "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph "
    "that doesn't require differentiation use var_no_grad = var.detach()."
)
ERRORS: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "a root that is not a scalar": (lambda: (leaf([1.0, 2.0]) * 2).backward(), RuntimeError, NOT_SCALAR),
    "grad of what is not a scalar": (
        lambda: torch.autograd.grad((x := leaf([1.0, 2.0])) * 2, x),
        RuntimeError,
        NOT_SCALAR,
    ),
    "grad_outputs None for what is not a scalar": (
        lambda: torch.autograd.grad([(x := leaf([1.0, 2.0])) * 2], x, grad_outputs=[None]),
        RuntimeError,
        NOT_SCALAR,
    ),
    "a constant": (lambda: torch.tensor(1.0).backward(), RuntimeError, NO_GRAPH),
    "a detached result": (lambda: (leaf() * 2).detach().backward(), RuntimeError, NO_GRAPH),
    "a result under no_grad": (lambda: under_no_grad().backward(), RuntimeError, NO_GRAPH),
    "a comparison": (lambda: (leaf() > 1).backward(), RuntimeError, NO_GRAPH),
    "grad of a constant": (lambda: torch.autograd.grad(torch.tensor(1.0), leaf()), RuntimeError, NO_GRAPH),
    "the second root a constant": (
        lambda: torch.autograd.backward([leaf() * 2, torch.tensor(1.0)]),
        RuntimeError,
        "element 1 of tensors does not require grad and does not have a grad_fn",
    ),
    "an unused input": (
        lambda: torch.autograd.grad((x := leaf()) * 2, [x, leaf()]),
        RuntimeError,
        "The differentiated Tensor at index 1 appears to not have been used in the graph. Set allow_unused=True if "
        "this is the desired behavior.",
    ),
    "materialized yet not allowed": (
        lambda: torch.autograd.grad((x := leaf()) * 2, [x, leaf()], allow_unused=False, materialize_grads=True),
        ValueError,
        "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.",
    ),
    "an input outside the graph": (
        lambda: torch.autograd.grad(leaf() * 2, torch.tensor(1.0)),
        RuntimeError,
        "One of the differentiated Tensors does not require grad",
    ),
    "no inputs to grad": (
        lambda: torch.autograd.grad(leaf() * 2, []),
        RuntimeError,
        "`inputs` argument to `grad()` cannot be empty.",
    ),
    "no inputs to backward": (
        lambda: (leaf() * 2).backward(inputs=[]),
        RuntimeError,
        "`inputs` argument to `backward()` cannot be empty.",
    ),
    "a gradient of another shape": (
        lambda: (leaf([1.0, 2.0]) * 2).backward(ones(3)),
        RuntimeError,
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a shape of "
        "torch.Size([2]).",
    ),
    "a gradient without dimensions": (
        lambda: (leaf([1.0, 2.0]) * 2).backward(torch.tensor(1.0)),
        RuntimeError,
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([]) and output[0] has a shape of torch.Size([2]).",
    ),
    "fewer gradients than roots": (
        lambda: torch.autograd.backward([leaf() * 2, leaf() * 3], [torch.tensor(1.0)]),
        RuntimeError,
        "got 2 tensors and 1 gradients",
    ),
    "a gradient in a list that is no tensor": (
        lambda: (leaf([1.0, 2.0]) * 2).backward(gradient=[1]),
        TypeError,
        "gradients can be either Tensors or None, but got int",
    ),
    "an input that is no tensor": (
        lambda: torch.autograd.grad((x := leaf()) * 2, [x, 3]),
        RuntimeError,
        "all inputs have to be Tensors or GradientEdges, but got int",
    ),
    "a gradient that is a float": (
        lambda: (leaf([1.0, 2.0]) * 2).backward(1.0),
        TypeError,
        "'float' object is not iterable",
    ),
    "grad of a float": (lambda: torch.autograd.grad(1.0, leaf()), TypeError, "'float' object is not iterable"),
    "floor division": (
        lambda: (leaf([5.0]) // 2).sum().backward(),
        RuntimeError,
        "derivative for aten::floor_divide is not implemented",
    ),
    "in place on a leaf": (
        lambda: leaf([1.0, 2.0]).mul_(2),
        RuntimeError,
        "a leaf Variable that requires grad is being used in an in-place operation.",
    ),
    "zero_ on a leaf": (
        lambda: leaf([1.0, 2.0]).zero_(),
        RuntimeError,
        "a leaf Variable that requires grad is being used in an in-place operation.",
    ),
    "a grad that is a float": (
        lambda: setattr(leaf(), "grad", 1.0),
        TypeError,
        "assigned grad expected to be a Tensor or None but got grad of type float",
    ),
    "a grad that is the leaf": (
        lambda: setattr(x := leaf(), "grad", x),
        RuntimeError,
        "can't assign Variable as its own grad",
    ),
    "a grad of another shape": (
        lambda: setattr(leaf([1.0, 2.0]), "grad", ones(3)),
        RuntimeError,
        "attempting to assign a gradient of size '[3]' to a tensor of size '[2]'. Please ensure that the gradient "
        "and the tensor are the same size",
    ),
    "requires_grad_ on integers": (
        lambda: torch.tensor([1, 2]).requires_grad_(),
        RuntimeError,
        "only Tensors of floating point dtype can require gradients",
    ),
    "requires_grad set on integers": (
        lambda: setattr(torch.tensor([1, 2]), "requires_grad", True),
        RuntimeError,
        "only Tensors of floating point and complex dtype can require gradients",
    ),
    "an integer leaf": (
        lambda: torch.tensor([1, 2, 3], requires_grad=True),
        RuntimeError,
        "Only Tensors of floating point and complex dtype can require gradients",
    ),
    "a boolean leaf": (
        lambda: torch.tensor(True, requires_grad=True),
        RuntimeError,
        "Only Tensors of floating point and complex dtype can require gradients",
    ),
    "requires_grad_(False) on a result": (lambda: (leaf() * 2).requires_grad_(False), RuntimeError, LEAF_FLAG),
    "requires_grad = False on a result": (
        lambda: setattr(leaf() * 2, "requires_grad", False),
        RuntimeError,
        LEAF_FLAG,
    ),
    "numpy() on a result": (
        lambda: (leaf([1.0]) * 2).numpy(),
        RuntimeError,
        "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
    ),
}


@pytest.mark.covers(
    "TestAutograd.test_backward_badcalls",
    "TestAutograd.test_grad_badcalls",
    "TestAutograd.test_multi_backward_no_grad",
    "TestAutograd.test_grad_empty_inputs",
)
@pytest.mark.parametrize(("call", "error", "message"), ERRORS.values(), ids=ERRORS)
def test_an_error_says_what_pytorch_says(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with raises(error, message):
        call()


def test_a_grad_of_another_dtype_is_an_error_that_names_both() -> None:
    x = torch.tensor([1.0], dtype=torch.float32, requires_grad=True)
    for wrong, name in ((torch.tensor([1]), "long int"), (torch.tensor([1.0], dtype=torch.float64), "double")):
        message = f"attempting to assign a gradient with dtype '{name}' to a tensor with grad_dtype 'Float'."
        with pytest.raises(RuntimeError, match=f"^{message} The gradient must match the tensor's grad_dtype"):
            x.grad = wrong


def test_the_grad_of_a_result_is_none_and_warns() -> None:
    x = leaf()
    y = x * 2
    y.backward()
    message = "^The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't "
    with pytest.warns(UserWarning, match=message) as caught:
        assert y.grad is None
    assert caught[0].filename == __file__


def test_an_error_in_a_pass_leaves_recording_switched_on() -> None:
    x = leaf()
    y = torch.exp(x // 2)
    with pytest.raises(RuntimeError):
        y.backward()
    assert torch.is_grad_enabled()
    assert (x * 2).requires_grad


def test_a_rule_meets_infinities_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = leaf([0.0, 1.0])
        torch.sqrt(x).sum().backward()
    assert x.grad.tolist() == [math.inf, 0.5]


# Random graphs against reverse mode in its simplest form


class Operation(NamedTuple):
    """An operation on Python numbers, with its partial derivatives, and the same on tensors."""

    tensor: Callable[..., Tensor]
    number: Callable[..., float]
    partials: tuple[Callable[..., float], ...]


# All take numbers between -2 and 2 to such numbers, so that no program grows without bounds.
OPERATIONS = [
    Operation(lambda x, y: (x + y) / 2, lambda x, y: (x + y) / 2, (lambda x, y: 0.5, lambda x, y: 0.5)),
    Operation(lambda x, y: x * 0.5 - y / 2, lambda x, y: (x - y) / 2, (lambda x, y: 0.5, lambda x, y: -0.5)),
    Operation(lambda x, y: x * y / 2, lambda x, y: x * y / 2, (lambda x, y: y / 2, lambda x, y: x / 2)),
    Operation(
        lambda x, y: x / (1 + y * y),
        lambda x, y: x / (1 + y * y),
        (lambda x, y: 1 / (1 + y * y), lambda x, y: -2 * x * y / (1 + y * y) ** 2),
    ),
    Operation(torch.sin, math.sin, (math.cos,)),
    Operation(torch.tanh, math.tanh, (lambda x: 1 - math.tanh(x) ** 2,)),
    Operation(torch.sigmoid, lambda x: 1 / (1 + math.exp(-x)), (lambda x: 0.25 / math.cosh(x / 2) ** 2,)),
    Operation(lambda x: 1 - x / 2, lambda x: 1 - x / 2, (lambda x: -0.5,)),
    Operation(lambda x: -x, lambda x: -x, (lambda x: -1,)),
    Operation(lambda x: torch.exp(-x * x), lambda x: math.exp(-x * x), (lambda x: -2 * x * math.exp(-x * x),)),
]


Steps = list[tuple[Operation, tuple[int, ...]]]


@st.composite
def programs(draw: st.DrawFn) -> tuple[list[float], Steps]:
    """Numbers for the leaves, then steps: an operation and which earlier values it takes (so that any is reused)."""
    numbers = draw(st.lists(st.floats(-2, 2), min_size=1, max_size=3))
    steps = []
    for position in range(len(numbers), len(numbers) + draw(st.integers(1, 12))):
        operation = draw(st.sampled_from(OPERATIONS))
        taken = tuple(draw(st.integers(0, position - 1)) for _ in operation.partials)
        steps.append((operation, taken))
    return numbers, steps


def reference_gradients(numbers: list[float], steps: Steps) -> list[float]:
    """The derivative of the last value by each leaf: the sum over all that takes it, and so on, recursively."""
    values = list(numbers)
    for operation, taken in steps:
        values.append(operation.number(*[values[i] for i in taken]))
    known: dict[int, float] = {len(values) - 1: 1.0}

    def adjoint(position: int) -> float:
        if position not in known:
            known[position] = math.fsum(
                adjoint(len(numbers) + k) * partial(*[values[i] for i in taken])
                for k, (operation, taken) in enumerate(steps)
                for slot, partial in zip(taken, operation.partials, strict=True)
                if slot == position
            )
        return known[position]

    return [adjoint(i) for i in range(len(numbers))]


def run(tensors: list[Tensor], steps: Steps) -> Tensor:
    values = list(tensors)
    for operation, taken in steps:
        values.append(operation.tensor(*[values[i] for i in taken]))
    return values[-1]


@settings(deadline=None)
@given(programs())
def test_a_random_graph_has_the_gradients_of_the_naive_recursion(
    program: tuple[list[float], Steps],
) -> None:
    numbers, steps = program
    expected = reference_gradients(numbers, steps)
    tensors = [leaf(n) for n in numbers]
    run(tensors, steps).backward()
    for tensor, slope in zip(tensors, expected, strict=True):
        np.testing.assert_allclose(0.0 if tensor.grad is None else tensor.grad.item(), slope, rtol=1e-9, atol=1e-9)


@settings(deadline=None)
@given(programs())
def test_a_random_graph_over_columns_has_the_gradients_of_each_row(
    program: tuple[list[float], Steps],
) -> None:
    numbers, steps = program
    columns = [[n, -n, 0.5 * n] for n in numbers]
    tensors = [leaf(c) for c in columns]
    slopes = torch.autograd.grad(run(tensors, steps).sum(), tensors, materialize_grads=True)
    for row in range(3):
        expected = reference_gradients([c[row] for c in columns], steps)
        np.testing.assert_allclose([g[row].item() for g in slopes], expected, rtol=1e-9, atol=1e-9)


@settings(deadline=None)
@given(programs(), st.data())
def test_a_random_graph_gives_the_same_gradients_however_they_are_asked_for(
    program: tuple[list[float], Steps], data: st.DataObject
) -> None:
    numbers, steps = program
    tensors = [leaf(n) for n in numbers]
    result = run(tensors, steps)
    by_grad = torch.autograd.grad(result, tensors, retain_graph=True, materialize_grads=True)
    recorded = torch.autograd.grad(result, tensors, create_graph=True, materialize_grads=True)
    chosen = data.draw(st.lists(st.sampled_from(range(len(tensors))), min_size=1, unique=True))
    result.backward(inputs=[tensors[i] for i in chosen], retain_graph=True)
    for i, tensor in enumerate(tensors):
        np.testing.assert_allclose(recorded[i].item(), by_grad[i].item(), rtol=1e-9, atol=1e-9)
        if i in chosen:
            assert (0.0 if tensor.grad is None else tensor.grad.item()) == by_grad[i].item()
        else:
            assert tensor.grad is None
