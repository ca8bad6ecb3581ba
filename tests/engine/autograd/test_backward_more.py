"""More of `backward` and `grad`: edges in a tensor's place, unreachable inputs, deep graphs, layouts."""

import gc
from typing import Any

import numpy as np
import pytest
from own_functions import Same

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd import Function
from autodiff.engine.autograd.graph import GradientEdge, get_gradient_edge
from autodiff.engine.table.family import Family

grad = torch.autograd.grad


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


# backward()


@pytest.mark.covers("TestAutograd.test_backward")
def test_a_formula_of_three_arrays_has_the_gradients_worked_out_by_hand() -> None:
    numbers = np.random.default_rng(0)
    x, y, z = (leaf(numbers.normal(size=(3, 3)).tolist()) for _ in range(3))
    seed = torch.tensor(numbers.normal(size=(3, 3)).tolist())
    out = torch.exp(x) + torch.sin(y) * z + y / (z * z + 1)
    out.backward(seed)
    a, b, c, s = (t.detach().numpy() for t in (x, y, z, seed))
    np.testing.assert_allclose(x.grad.numpy(), s * np.exp(a))
    np.testing.assert_allclose(y.grad.numpy(), s * (np.cos(b) * c + 1 / (c * c + 1)))
    np.testing.assert_allclose(z.grad.numpy(), s * (np.sin(b) - 2 * c * b / (c * c + 1) ** 2))


@pytest.mark.covers("TestAutograd.test_backward_with_nonleaf_inputs")
def test_a_result_among_the_inputs_keeps_its_gradient_from_then_on() -> None:
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    inner = x * 1
    out = (inner**2 * y).sum()
    out.backward(inputs=[x, y, inner], retain_graph=True)
    assert inner.grad.tolist() == [6, 16]
    assert (x.grad.tolist(), y.grad.tolist()) == ([6, 16], [1, 4])
    out.backward(inputs=[inner], retain_graph=True)
    assert inner.retains_grad
    assert inner.grad.tolist() == [12, 32]
    assert x.grad.tolist() == [6, 16]
    with pytest.raises(RuntimeError, match=r"^can't retain_grad on Tensor that has requires_grad=False"):
        out.backward(inputs=[torch.ones(1)])


@pytest.mark.covers("TestAutograd.test_duplicate_backward_root")
def test_a_root_given_twice_counts_twice() -> None:
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    out = x * y
    torch.autograd.backward([out, out], [torch.ones(2), torch.ones(2)])
    assert (x.grad.tolist(), y.grad.tolist()) == ([6, 8], [2, 4])


@pytest.mark.covers("TestAutograd.test_backward_no_grad")
def test_gradients_are_taken_under_no_grad_of_what_was_recorded_before() -> None:
    x = leaf([1.0, 2.0])
    y = x + 2
    with torch.no_grad(), pytest.raises(RuntimeError, match=r"^element 0 of tensors does not require grad"):
        grad(x + 2, x, torch.ones(2))
    with torch.no_grad():
        (gradient,) = grad(y, x, torch.ones(2))
    assert gradient.tolist() == [1, 1]
    assert not gradient.requires_grad


@pytest.mark.covers("TestAutograd.test_accumulate_grad")
@pytest.mark.filterwarnings("ignore:Using backward")
def test_a_recorded_pass_adds_up_in_a_new_object_and_a_plain_one_in_place() -> None:
    def second_pass(create_graph: bool) -> tuple[Tensor, Tensor]:
        x = leaf([1.0, 2.0])
        y = x + 2
        y.backward(torch.ones(2), retain_graph=True)
        first = x.grad
        y.backward(torch.ones(2), create_graph=create_graph)
        return first, x.grad

    first, second = second_pass(False)
    assert first is second
    assert first.tolist() == [2, 2]
    first, second = second_pass(True)
    assert first is not second
    assert (first.tolist(), second.tolist()) == ([1, 1], [2, 2])


@pytest.mark.covers("TestAutograd.test_accumulate_grad_tensor_reference")
def test_a_gradient_that_was_assigned_is_changed_in_place_by_a_plain_pass() -> None:
    x = leaf([1.0, 2.0])
    mine = torch.zeros(2)
    x.grad = mine
    (x * 3).sum().backward()
    assert x.grad is mine
    assert mine.tolist() == [3, 3]


@pytest.mark.covers("TestAutograd.test_accumulate_grad_with_zero_numel_grad")
def test_a_leaf_without_elements_gets_a_gradient_without_elements() -> None:
    x = torch.zeros((4, 0), requires_grad=True)
    y = torch.zeros((4, 1), requires_grad=True)
    z = x + y
    assert tuple(z.shape) == (4, 0)
    z.sum().backward()
    assert tuple(x.grad.shape) == (4, 0)
    assert y.grad.tolist() == [[0]] * 4


@pytest.mark.covers("TestAutograd.test_unused_output", "TestAutogradDeviceType.test_unused_output_device")
def test_parts_that_are_not_used_send_zeros() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    outputs = torch.chunk(x, 3)
    (outputs[1] * torch.tensor([10.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [[0, 0], [10, 100], [0, 0]]


@pytest.mark.covers("TestAutograd.test_select_sum")
def test_a_selected_row_sums_and_differentiates_twice() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    (first,) = grad((x[1] ** 2).sum(), x, create_graph=True)
    assert first.tolist() == [[0, 0], [6, 8]]
    (second,) = grad(first.sum(), x)
    assert second.tolist() == [[0, 0], [2, 2]]


@pytest.mark.covers("TestAutograd.test_no_grad_copy")
def test_a_gradient_passed_through_a_function_is_not_the_array_of_another() -> None:
    kept = []

    class Pass(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
            return x + y

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Any:
            kept.append(gradient)
            return gradient, gradient

    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    Pass.apply(a, b).sum().backward()
    a.grad.mul_(5)
    assert b.grad.tolist() == [1, 1]
    assert kept[0].tolist() == [1, 1]


@pytest.mark.covers("TestAutograd.test_free_deep_graph")
def test_a_deep_chain_can_be_freed_without_a_pass() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(50_000):
        y = y + 1
    del y
    gc.collect()


@pytest.mark.covers("TestAutograd.test_free_deep_graph_complicated")
def test_a_deep_graph_of_several_strands_can_be_run_and_freed() -> None:
    x = leaf(1.0)
    previous = [x, x]
    for i in range(20_000):
        y = previous[-1] + previous[-2 - (i % 2 and len(previous) > 2)] * 0
        previous = [*previous[-2:], y]
    y = previous[-1]
    del previous
    y.backward()
    assert x.grad.item() == 1
    del y


@pytest.mark.covers("TestAutograd.test_free_deep_graph_pyfunction")
def test_a_deep_chain_of_functions_of_ones_own_can_be_freed() -> None:
    y = leaf(1.0)
    for _ in range(10_000):
        y = Same.apply(y)
    del y
    gc.collect()


@pytest.mark.covers("TestAutograd.test_input_buffer_accum")
def test_gradients_that_meet_at_a_node_are_not_changed_themselves() -> None:
    x = leaf([1.0, 2.0])
    y = x * 1
    seed = torch.tensor([3.0, 4.0])
    torch.autograd.backward([y, y, y], [seed, seed, seed])
    assert x.grad.tolist() == [9, 12]
    assert seed.tolist() == [3, 4]


@pytest.mark.covers("TestAutograd.test_sharded_grad")
def test_parts_that_are_leaves_have_gradients_of_their_own() -> None:
    leaves = [torch.zeros((5, 5), requires_grad=True) for _ in range(4)]
    loss = (leaves[0] * 1 + leaves[1] * 2).sum() + sum(((i + 1) * t).sum() for i, t in enumerate(leaves))
    loss.backward()
    assert [t.grad[0, 0].item() for t in leaves] == [2, 4, 3, 4]


@pytest.mark.covers("TestAutogradDeviceType.test_strided_leaf_grad_layout")
def test_the_gradient_of_a_transposed_leaf_has_its_shape() -> None:
    base = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    x = base.t().detach().requires_grad_()
    (x * x).sum().backward()
    assert tuple(x.grad.shape) == (3, 2)
    assert x.grad.tolist() == [[2, 8], [4, 10], [6, 12]]


@pytest.mark.covers("TestAutogradDeviceType.test_mv_grad_stride_0")
def test_a_matrix_times_an_expanded_vector_has_the_gradient_of_the_one_number() -> None:
    matrix = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    number = leaf([3.0])
    torch.mv(matrix, number.expand(2)).sum().backward()
    assert number.grad.tolist() == [10]


# grad()


@pytest.mark.covers("TestAutograd.test_grad")
def test_grad_gives_recorded_gradients_and_leaves_nothing_behind() -> None:
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    z = x**2 + y * x + y**2
    gx, gy = grad([z.sum()], [x, y], create_graph=True)
    assert gx.tolist() == [5, 8]
    assert gy.tolist() == [7, 10]
    hessian_vector = grad([(gx + gy).sum()], [x, y])
    assert [h.tolist() for h in hessian_vector] == [[3, 3], [3, 3]]
    assert (x.grad, y.grad) == (None, None)


@pytest.mark.covers("TestAutograd.test_grad_nonleaf")
def test_descent_by_results_leaves_the_start_without_a_gradient() -> None:
    start = leaf([3.0, -2.0])
    x = start * 1
    values = []
    for _ in range(3):
        value = (x**2).sum()
        (gradient,) = grad(value, x, create_graph=True)
        values.append(value.item())
        x = x - 0.25 * gradient
    assert values == [13, 3.25, 0.8125]
    assert start.grad is None
    x.sum().backward()
    assert start.grad.tolist() == [0.125, 0.125]


@pytest.mark.covers("TestAutograd.test_grad_nonleaf_many_outputs")
def test_grad_of_both_outputs_with_respect_to_parts_of_one_node() -> None:
    x = leaf([1.0, 2.0, 3.0, 4.0])
    a, b = torch.chunk(x, 2)
    called = []
    for t in (a, b):
        t.register_hook(lambda g: called.append(g.tolist()))
    ga, gb = grad((a * b).sum(), [a, b])
    assert (ga.tolist(), gb.tolist()) == ([3, 4], [1, 2])
    assert sorted(called) == [[1, 2], [3, 4]]
    assert x.grad is None


@pytest.mark.covers("TestAutograd.test_grad_nonleaf_register_hook")
def test_what_a_hook_returns_is_what_grad_gets_whichever_inputs_are_asked_for() -> None:
    x = leaf([1.0, 2.0, 3.0])
    chunks = torch.unbind(x, 0)
    chunks[0].register_hook(lambda g: 2 * g)
    total = chunks[0] + chunks[1] + chunks[2]
    gradients = grad(total, chunks, retain_graph=True)
    assert [g.item() for g in gradients] == [2, 1, 1]
    assert grad(total, chunks[0], retain_graph=True)[0].item() == 2
    total.backward()
    assert x.grad.tolist() == [2, 1, 1]


@pytest.mark.covers("TestAutograd.test_grad_fn_badcalls")
def test_a_hook_on_a_node_is_not_to_return_too_many_gradients() -> None:
    x = leaf()
    with pytest.raises(TypeError):
        (x * 2).grad_fn(x, x)


@pytest.mark.covers("TestAutograd.test_grad_unreachable")
def test_an_input_out_of_reach_is_none_if_allowed_and_an_error_if_not() -> None:
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    z = x * 2
    w = y * 2
    gx, gy = grad((x * 2).sum(), [x, y], allow_unused=True)
    assert gx.tolist() == [2, 2]
    assert gy is None
    gx, gw = grad((z * 3).sum(), [x, w], allow_unused=True)
    assert gx.tolist() == [6, 6]
    assert gw is None
    with pytest.raises(RuntimeError, match=r"^The differentiated Tensor at index 1 appears to not have been used"):
        grad((x * 2).sum(), [x, y])


@pytest.mark.covers("TestAutograd.test_grad_unreachable_discovery")
def test_nothing_runs_on_the_way_to_an_input_that_cannot_be_reached() -> None:
    class Fails(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 1

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            raise AssertionError("is not to be called")

    x, y = leaf(), leaf()
    out = Fails.apply(x)
    assert grad(out, y, allow_unused=True) == (None,)
    out.backward(inputs=[y])
    assert (x.grad, y.grad) == (None, None)


@pytest.mark.covers("TestAutograd.test_grad_batched_grad")
def test_several_start_gradients_at_once_give_a_row_each() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    out = torch.exp(x)
    batch = torch.tensor(np.arange(12.0).reshape(3, 2, 2).tolist())
    (rows,) = grad(out, x, (batch,), is_grads_batched=True, retain_graph=True)
    assert tuple(rows.shape) == (3, 2, 2)
    for i in range(3):
        (single,) = grad(out, x, batch[i], retain_graph=True)
        np.testing.assert_allclose(rows[i].numpy(), single.numpy())


# Edges in a tensor's place


@pytest.mark.covers("TestAutograd.test_grad_to_node", "TestAutograd.test_grad_to_node_set")
def test_an_edge_stands_for_the_tensor_as_an_input_of_grad() -> None:
    x = leaf([1.0, 2.0])
    y = x * 2
    out = (y * y).sum()
    expected = grad(out, [x, y], retain_graph=True)
    for inputs in (
        [get_gradient_edge(x), get_gradient_edge(y)],
        [x, GradientEdge(y.grad_fn, 0)],
        [get_gradient_edge(x), y],
    ):
        gradients = grad(out, inputs, retain_graph=True)
        assert [g.tolist() for g in gradients] == [g.tolist() for g in expected]
    assert [g.tolist() for g in grad(out, get_gradient_edge(y))] == [expected[1].tolist()]
    with pytest.raises(RuntimeError, match=r"^all inputs have to be Tensors or GradientEdges, but got MulBackward0"):
        grad(out, [y.grad_fn])
    with pytest.raises(RuntimeError, match=r"^It is not possible to get the gradient edge for a Tensor that does not"):
        get_gradient_edge(torch.ones(1))


@pytest.mark.covers("TestAutograd.test_grad_to_node_inplace")
def test_an_edge_stays_at_the_value_a_tensor_had_before_it_was_changed_in_place() -> None:
    x = leaf([1.0, 2.0])
    y = x * 1
    before = get_gradient_edge(y)
    y.mul_(3)
    after = get_gradient_edge(y)
    out = (y * 5).sum()
    first, second = grad(out, [before, after])
    assert (first.tolist(), second.tolist()) == ([15, 15], [5, 5])


@pytest.mark.covers("TestAutograd.test_grad_to_node_multi")
def test_an_edge_names_one_of_several_outputs() -> None:
    x = leaf([1.0, 2.0, 3.0, 4.0])
    a, b = torch.chunk(x, 2)
    out = (a * 2 + b * 3).sum()
    assert get_gradient_edge(b).output_nr == 1
    first, second = grad(out, [get_gradient_edge(a), get_gradient_edge(b)])
    assert (first.tolist(), second.tolist()) == ([2, 2], [3, 3])


@pytest.mark.covers("TestAutograd.test_grad_to_node_materialize")
def test_zeros_cannot_be_made_for_an_edge() -> None:
    x, y = leaf(), leaf()
    out = x * 2
    with pytest.raises(RuntimeError, match=r"^materialize_grads cannot be used when the given input is a GradientEdge"):
        grad(out, get_gradient_edge(y), materialize_grads=True)
    assert grad(out, get_gradient_edge(y), allow_unused=True) == (None,)


@pytest.mark.covers("TestAutograd.test_backward_to_node")
def test_backward_to_the_edge_of_a_leaf_fills_its_gradient() -> None:
    x, z = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    y = x * z
    out = (y * 2).sum()
    out.backward(inputs=get_gradient_edge(x), retain_graph=True)
    assert x.grad.tolist() == [6, 8]
    assert z.grad is None
    out.backward(inputs=[get_gradient_edge(y)], retain_graph=True)
    assert not y.retains_grad
    assert x.grad.tolist() == [6, 8]
    out.backward(inputs=[get_gradient_edge(y), z])
    assert z.grad.tolist() == [2, 4]


@pytest.mark.covers("TestAutograd.test_gradient_edge_output")
def test_an_edge_stands_for_the_tensor_as_a_root() -> None:
    x = leaf([1.0, 2.0])
    out = x * x
    edge = get_gradient_edge(out)
    seed = torch.tensor([1.0, 10.0])
    assert grad(edge, x, seed, retain_graph=True)[0].tolist() == [2, 40]
    assert grad([edge], [x], [seed], retain_graph=True)[0].tolist() == [2, 40]
    with pytest.raises(RuntimeError, match=r"^grad can be implicitly created only for scalar outputs"):
        grad(edge, x, retain_graph=True)
    with pytest.raises(RuntimeError, match=r"^Mismatch in shape: grad_output\[0\] has a shape of torch.Size\(\[3\]\)"):
        grad(edge, x, torch.ones(3), retain_graph=True)
    torch.autograd.backward(edge, seed)
    assert x.grad.tolist() == [2, 40]
    scalar = leaf(3.0)
    assert grad(get_gradient_edge(scalar**2), scalar)[0].item() == 6


@pytest.mark.parametrize("detected", [False, True], ids=["as a rule", "under anomaly detection"])
def test_only_the_rules_that_lead_to_what_is_asked_for_run(detected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def underivable(g: Any) -> Any:
        raise RuntimeError("no derivative")

    monkeypatch.setattr("autodiff.engine.table.family.PRIMITIVES", [])
    compute = Family("scratch").private("scratch", lambda x, y: x * y, lambda g, y: g * y, underivable)
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    out = compute(x * 1, y * 1).sum()
    with torch.autograd.set_detect_anomaly(detected):
        assert grad(out, x, retain_graph=True)[0].tolist() == [3, 4]
        out.backward(inputs=[x], retain_graph=True)
    assert x.grad.tolist() == [3, 4]
    with pytest.raises(RuntimeError, match="no derivative"):
        out.backward()


def test_igamma_is_differentiated_by_the_argument_that_has_a_derivative() -> None:
    a, x = leaf(2.0), leaf(3.0)
    out = torch.special.gammainc(a, x)
    assert grad(out, x, retain_graph=True)[0].item() == pytest.approx(3 * np.exp(-3))
    with pytest.raises(RuntimeError, match="not implemented"):
        grad(out, a)
