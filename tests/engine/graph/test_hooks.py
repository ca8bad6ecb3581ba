"""Hooks: on tensors, before and after nodes, after a leaf's gradient was added, and on several tensors together."""

import gc
import weakref
from typing import Any

import numpy as np
import pytest
from own_functions import TwiceAndThrice

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd import Function
from autodiff.engine.autograd.graph import get_gradient_edge, register_multi_grad_hook
from autodiff.engine.graph.observers import nodes_observed


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


# On tensors


@pytest.mark.covers("TestAutograd.test_hooks")
def test_each_hook_of_a_result_sees_its_gradient_in_each_pass_until_it_is_removed() -> None:
    x = leaf([1.0, 2.0])
    y = x * 3
    seen = []
    first = y.register_hook(lambda g: seen.append(("first", g.tolist())))
    z = y * y
    z.backward(torch.ones(2), retain_graph=True)
    assert seen == [("first", [6, 12])]
    second = y.register_hook(lambda g: seen.append(("second", g.tolist())))
    seen.clear()
    z.backward(torch.ones(2), retain_graph=True)
    assert seen == [("first", [6, 12]), ("second", [6, 12])]
    second.remove()
    seen.clear()
    z.backward(torch.ones(2), retain_graph=True)
    assert seen == [("first", [6, 12])]
    first.remove()
    first.remove()
    seen.clear()
    z.backward(torch.ones(2))
    assert seen == []


@pytest.mark.covers("TestAutograd.test_hooks")
def test_what_a_hook_returns_is_what_goes_on_and_what_the_next_hook_gets() -> None:
    x = leaf(1.0)
    y = x * 3
    y.register_hook(lambda g: g * 2)
    y.register_hook(lambda g: g + 1)
    (y * 5).backward()
    assert x.grad.item() == (5 * 2 + 1) * 3


def test_a_hook_on_a_leaf_changes_what_is_added_up() -> None:
    x = leaf()
    x.register_hook(lambda g: -g)
    (x * 3 + x * 4).backward()
    assert x.grad.item() == -7


def test_a_hook_on_a_leaf_gets_the_sum_over_all_uses_once() -> None:
    x = leaf()
    seen = []
    x.register_hook(lambda g: seen.append(g.item()))
    (x * 3 + x * 4).backward()
    assert seen == [7]


def test_a_hook_on_a_leaf_is_found_by_graphs_made_before_and_after() -> None:
    x = leaf()
    before = x * 3
    seen = []
    x.register_hook(lambda g: seen.append(g.item()))
    (before + x * x).backward()
    assert seen == [7]


def test_a_handle_is_a_context_manager() -> None:
    x = leaf()
    with x.register_hook(lambda g: g * 10):
        (x * 1).backward()
    (x * 1).backward()
    assert x.grad.item() == 11


def test_a_hook_removed_by_another_hook_in_the_same_pass_is_gone_in_the_next() -> None:
    x = leaf()
    calls = []
    handles = []
    x.register_hook(lambda g: handles[0].remove())
    handles.append(x.register_hook(lambda g: calls.append("second")))
    (x * 1).backward()
    (x * 1).backward()
    assert calls in ([], ["second"])


@pytest.mark.covers("TestAutograd.test_hook_none")
def test_a_hook_is_called_for_the_gradient_that_is_there_beside_one_that_is_none() -> None:
    class Half(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, y: Tensor) -> Any:
            assert ctx.needs_input_grad == (True, False)
            return x * 1, y * 1

        @staticmethod
        def backward(ctx: Any, grad_x: Tensor, grad_y: Tensor) -> Any:
            return grad_x, None

    seen = []
    x, y = leaf([1.0, 2.0]), torch.ones(2)
    rx, ry = Half.apply(x, y)
    rx.register_hook(lambda g: seen.append(g.tolist()))
    ry.register_hook(lambda g: seen.append(g.tolist()))
    (rx + 2 * ry).sum().backward()
    assert sorted(seen) == [[1, 1], [2, 2]]
    assert x.grad.tolist() == [1, 1]


@pytest.mark.covers("TestAutograd.test_hook_with_no_name")
def test_a_hook_may_be_any_object_that_can_be_called() -> None:
    class Hook:
        def __call__(self, gradient: Tensor) -> Tensor:
            return gradient * 2

    x = leaf()
    x.register_hook(Hook())
    x.backward()
    assert x.grad.item() == 2


def test_a_hook_that_returns_another_shape_is_an_error_that_names_it() -> None:
    def doubling(gradient: Tensor) -> Tensor:
        return torch.cat([gradient, gradient])

    x = leaf([1.0])
    x.register_hook(doubling)
    with pytest.raises(RuntimeError, match=r"^hook 'doubling' has changed the size of value"):
        x.sum().backward()


def test_a_hook_that_returns_no_tensor_is_an_error() -> None:
    x = leaf()
    x.register_hook(lambda g: 3)
    with pytest.raises(TypeError, match=r"^expected Variable, but hook returned 'int'"):
        (x * 1).backward()


def test_a_hook_needs_a_tensor_that_requires_grad() -> None:
    with pytest.raises(RuntimeError, match=r"^cannot register a hook on a tensor that doesn't require gradient"):
        torch.tensor(1.0).register_hook(lambda g: None)


def test_an_exception_in_a_hook_leaves_the_pass() -> None:
    def fails(gradient: Tensor) -> None:
        raise ZeroDivisionError("in the hook")

    x = leaf()
    x.register_hook(fails)
    with pytest.raises(ZeroDivisionError, match=r"in the hook"):
        (x * 2).backward()
    assert torch.is_grad_enabled()


def test_operations_in_a_hook_are_recorded_in_a_recorded_pass_only() -> None:
    x = leaf()
    seen = []
    x.register_hook(lambda g: seen.append((torch.is_grad_enabled(), g.requires_grad)))
    torch.autograd.grad(x**2, x, create_graph=True)
    torch.autograd.grad(x**2, x)
    assert seen == [(True, True), (False, False)]


def test_a_hook_takes_part_in_the_second_derivative() -> None:
    x = leaf(3.0)
    x.register_hook(lambda g: g * g)
    (first,) = torch.autograd.grad(x**2, x, create_graph=True)
    assert first.item() == 36
    y = leaf(3.0)
    z = y * 1
    z.register_hook(lambda g: g * g)
    (first,) = torch.autograd.grad(z**2, y, create_graph=True)
    (second,) = torch.autograd.grad(first, y)
    assert (first.item(), second.item()) == (36, 24**2)


# The order


@pytest.mark.covers("TestAutograd.test_prehook_ordering")
def test_hooks_of_a_tensor_run_before_those_of_its_node_and_before_retain_grad_whatever_was_registered_first() -> None:
    log = []
    x = leaf()
    y = x * 3
    y.retain_grad()
    y.grad_fn.register_prehook(lambda grads: log.append(("node", grads[0].item())) or (grads[0] * 2,))
    y.register_hook(lambda g: log.append(("tensor", g.item())) or g * 10)
    y.register_hook(lambda g: log.append(("tensor again", g.item())))
    (y * 1).backward()
    assert log == [("tensor", 1), ("tensor again", 10), ("node", 10)]
    assert (y.grad.item(), x.grad.item()) == (10, 60)


@pytest.mark.covers("TestAutograd.test_prehook_ordering")
def test_a_tensor_hook_runs_before_the_prehook_of_the_accumulator() -> None:
    log = []
    x = leaf()
    accumulator = (x * 1).grad_fn.next_functions[0][0]
    accumulator.register_prehook(lambda grads: log.append(("node", grads[0].item())))
    x.register_hook(lambda g: log.append(("tensor", g.item())) or g * 2)
    (x * 1).backward()
    assert log == [("tensor", 1), ("node", 2)]


@pytest.mark.covers("TestAutograd.test_hook_edge_case_when_called_with_grad")
def test_an_input_of_grad_runs_its_tensor_hooks_and_not_the_hooks_of_its_node() -> None:
    log = []
    x = leaf()
    y = x * 2
    z = y * 3
    for name, tensor in (("x", x), ("y", y)):
        tensor.register_hook(lambda g, name=name: log.append(f"{name} tensor"))
        node = get_gradient_edge(tensor).node
        node.register_prehook(lambda g, name=name: log.append(f"{name} node"))
    z.register_hook(lambda g: log.append("z tensor"))
    z.grad_fn.register_prehook(lambda g: log.append("z node"))
    torch.autograd.grad(z, y, retain_graph=True)
    assert log == ["z tensor", "z node", "y tensor"]
    log.clear()
    torch.autograd.grad(z, x, retain_graph=True)
    assert log == ["z tensor", "z node", "y tensor", "y node", "x tensor"]
    log.clear()
    torch.autograd.grad(z, z, retain_graph=True)
    assert log == ["z tensor"]
    log.clear()
    z.backward()
    assert log == ["z tensor", "z node", "y tensor", "y node", "x tensor", "x node"]


# Before and after nodes


@pytest.mark.covers("TestAutograd.test_grad_fn_prehooks")
def test_a_prehook_sees_a_tuple_and_a_tuple_it_returns_takes_its_place() -> None:
    x = leaf(3.0)
    y = x * 2
    seen: list[Any] = []
    y.grad_fn.register_prehook(lambda grads: seen.append(tuple(g.item() for g in grads)))
    y.grad_fn.register_prehook(lambda grads: (grads[0] * 3,))
    y.grad_fn.register_prehook(lambda grads: seen.append(tuple(g.item() for g in grads)))
    y.backward()
    assert seen == [(1,), (3,)]
    assert x.grad.item() == 6


@pytest.mark.covers("TestAutograd.test_grad_fn_prehooks_multiple_outputs")
def test_a_prehook_of_a_node_with_two_outputs_gets_both_gradients() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    first, second = torch.unbind(x, 0)
    seen = []

    def hook(grads: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        seen.append([g.tolist() for g in grads])
        return grads[0] * 2, grads[1] * 3

    first.grad_fn.register_prehook(hook)
    (first + second * 5).sum().backward()
    assert seen == [[[1, 1], [5, 5]]]
    assert x.grad.tolist() == [[2, 2], [15, 15]]


@pytest.mark.covers("TestAutograd.test_grad_fn_prehooks_multiple_outputs")
def test_the_hooks_of_a_node_of_ones_own_get_none_for_the_output_not_used() -> None:
    x = leaf()
    a, b = TwiceAndThrice.apply(x)
    seen = []
    a.grad_fn.register_prehook(lambda grads: seen.append(grads))
    b.backward()
    assert seen[0][0] is None
    assert seen[0][1].item() == 1
    assert x.grad.item() == 3


@pytest.mark.covers("TestAutograd.test_grad_fn_prehooks_remove_hooks")
def test_a_prehook_can_be_removed_and_may_remove_itself() -> None:
    x = leaf()
    y = x * 2
    handle = y.grad_fn.register_prehook(lambda grads: (grads[0] * 10,))
    handle.remove()
    handles = []

    def once(grads: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        handles[0].remove()
        return (grads[0] * 100,)

    handles.append(y.grad_fn.register_prehook(once))
    y.grad_fn.register_prehook(lambda grads: (grads[0] + 1,))
    y.backward(retain_graph=True)
    assert x.grad.item() == 202
    x.grad = None
    y.backward(retain_graph=True)
    assert x.grad.item() == 4


@pytest.mark.covers("TestAutograd.test_multiple_insert_removal_caching")
def test_hooks_come_and_go_in_any_order() -> None:
    x = leaf()
    y = x * 1
    log: list[int] = []
    handles = {i: y.grad_fn.register_hook(lambda i_, o_, i=i: log.append(i)) for i in range(5)}

    def run() -> list[int]:
        log.clear()
        y.backward(retain_graph=True)
        return list(log)

    assert run() == [0, 1, 2, 3, 4]
    handles[3].remove()
    handles[0].remove()
    assert run() == [1, 2, 4]
    y.grad_fn.register_hook(lambda i_, o_: log.append(5))
    assert run() == [1, 2, 4, 5]
    for i in (1, 2, 4):
        handles[i].remove()
    assert run() == [5]


def test_a_hook_after_a_node_sees_what_it_sends_and_what_it_got_and_may_replace_what_it_sends() -> None:
    x, y = leaf(3.0), leaf(5.0)
    z = x * y
    seen = []

    def hook(sent: tuple[Tensor, ...], got: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        seen.append(([g.item() for g in sent], [g.item() for g in got]))
        return tuple(g * 2 for g in sent)

    z.grad_fn.register_hook(hook)
    (z * 7).backward()
    assert seen == [([35, 21], [7])]
    assert (x.grad.item(), y.grad.item()) == (70, 42)


def test_a_hook_after_a_node_gets_none_where_no_gradient_is_wanted() -> None:
    x = leaf()
    y = x * torch.tensor(3.0)
    seen: list[Any] = []
    y.grad_fn.register_hook(lambda sent, got: seen.append([None if g is None else g.item() for g in sent]))
    y.backward()
    assert seen == [[3, None]]


# After a leaf's gradient was added


@pytest.mark.covers("TestAutograd.test_post_accumulate_grad_hook_on_non_leaf")
def test_a_result_takes_no_post_accumulate_hook() -> None:
    with pytest.raises(RuntimeError, match=r"^post accumulate grad hooks cannot be registered on non-leaf tensors"):
        (leaf() * 2).register_post_accumulate_grad_hook(lambda t: None)
    with pytest.raises(RuntimeError, match=r"^cannot register a hook on a tensor that doesn't require gradient"):
        torch.tensor(1.0).register_post_accumulate_grad_hook(lambda t: None)


@pytest.mark.covers("TestAutograd.test_post_accumulate_grad_hook_multiple_hooks")
def test_post_accumulate_hooks_run_in_order_on_the_leaf_itself() -> None:
    x = leaf(1.0)
    log = []

    def doubles(tensor: Tensor) -> None:
        log.append(tensor is x)
        tensor.grad *= 2

    def adds(tensor: Tensor) -> None:
        tensor.grad += 1

    x.register_post_accumulate_grad_hook(doubles)
    x.register_post_accumulate_grad_hook(adds)
    (x * 5).backward()
    assert log == [True]
    assert x.grad.item() == 11


@pytest.mark.covers("TestAutograd.test_post_accumulate_grad_hook_multiple_tensors")
def test_one_post_accumulate_hook_may_serve_several_leaves() -> None:
    x, y = leaf(3.0), leaf(5.0)
    done: dict[int, float] = {}

    def hook(tensor: Tensor) -> None:
        done[id(tensor)] = tensor.grad.item()
        tensor.grad = None

    for t in (x, y):
        t.register_post_accumulate_grad_hook(hook)
    (x * y).backward()
    assert done == {id(x): 5, id(y): 3}
    assert (x.grad, y.grad) == (None, None)


@pytest.mark.covers("TestAutograd.test_post_accumulate_grad_hook_returns_not_None")
def test_a_post_accumulate_hook_returns_nothing() -> None:
    x = leaf()
    handle = x.register_post_accumulate_grad_hook(lambda t: t.grad)
    with pytest.raises(RuntimeError, match=r"^Tensor post accumulate grad hooks should return None."):
        (x * 2).backward()
    handle.remove()
    handle = x.register_post_accumulate_grad_hook(lambda t: 1.0)
    with pytest.raises(TypeError, match=r"^expected Variable, but hook returned 'float'"):
        (x * 2).backward()
    handle.remove()
    x.register_post_accumulate_grad_hook(lambda t: t)
    (x * 2).backward()


@pytest.mark.covers("TestAutograd.test_post_accumulate_grad_hook_e2e")
def test_a_leaf_can_be_updated_by_its_hook_as_the_gradients_come() -> None:
    w, b = leaf(1.0), leaf(0.0)

    def step(parameter: Tensor) -> None:
        with torch.no_grad():
            parameter -= 0.1 * parameter.grad
        parameter.grad = None

    handles = [p.register_post_accumulate_grad_hook(step) for p in (w, b)]
    for _ in range(300):
        ((w * 2 + b - 7) ** 2 + (w - 3) ** 2).backward()
    np.testing.assert_allclose([w.item(), b.item()], [3, 1], atol=1e-4)
    for handle in handles:
        handle.remove()
    (w * b).backward()
    assert w.grad.item() == b.item()


@pytest.mark.covers("TestAutograd.test_post_accumulate_grad_hook_gets_cleaned_up")
def test_a_post_accumulate_hook_goes_with_its_leaf() -> None:
    class Hook:
        def __call__(self, tensor: Tensor) -> None:
            pass

    hook = Hook()
    gone = weakref.ref(hook)
    x = leaf()
    x.register_post_accumulate_grad_hook(hook)
    (x * 2).backward()
    del hook
    assert gone() is not None
    del x
    gc.collect()
    assert gone() is None


@pytest.mark.covers("TestAutograd.test_post_accumulate_grad_hook_ordering")
def test_all_hooks_of_a_leaf_run_in_the_order_tensor_node_accumulation_post_accumulate_after_node() -> None:
    x = leaf()
    accumulator = get_gradient_edge(x).node
    log = []

    def note(name: str) -> Any:
        return lambda *a: log.append((name, None if x.grad is None else x.grad.item()))

    accumulator.register_hook(note("after node"))
    x.register_post_accumulate_grad_hook(note("post accumulate"))
    accumulator.register_prehook(note("before node"))
    x.register_hook(note("tensor"))
    (x * 3).backward()
    assert log == [("tensor", None), ("before node", None), ("post accumulate", 3), ("after node", 3)]


@pytest.mark.covers("TestAutograd.test_accumulate_grad_posthooks_can_observe_tensor_prehook")
def test_a_hook_after_the_accumulator_sees_what_the_tensor_hook_made_of_the_gradient() -> None:
    x = leaf()
    x.register_hook(lambda g: g * 2)
    seen = []
    accumulator = get_gradient_edge(x).node
    accumulator.register_hook(lambda sent, got: seen.append((sent, [g.item() for g in got])))
    (x * 3).backward()
    assert seen == [((), [6])]


@pytest.mark.covers("TestAutograd.test_accumulate_grad_posthooks_should_not_execute")
def test_no_hook_after_accumulation_runs_where_nothing_is_accumulated() -> None:
    x, other = leaf(), leaf()
    log = []
    accumulator = get_gradient_edge(x).node
    x.register_hook(lambda g: log.append("tensor"))
    accumulator.register_prehook(lambda g: log.append("before"))
    accumulator.register_hook(lambda i, o: log.append("after"))
    x.register_post_accumulate_grad_hook(lambda t: log.append("post"))
    y = x * other
    torch.autograd.grad(y, x, retain_graph=True)
    assert log == ["tensor"]
    log.clear()
    torch.autograd.grad(y, other, retain_graph=True)
    y.backward(inputs=[other], retain_graph=True)
    assert log == []
    y.backward(inputs=[x])
    assert log == ["tensor", "before", "post", "after"]


# In-place operations


@pytest.mark.covers("TestAutograd.test_tensor_hooks_inplace")
def test_a_hook_stays_with_the_value_it_was_registered_on() -> None:
    seen: dict[str, float] = {}

    def hook(name: str, factor: float) -> Any:
        def run(gradient: Tensor) -> Tensor:
            seen[name] = gradient.item()
            return gradient * factor

        return run

    x = leaf()
    y = x * 1
    y.register_hook(hook("before", 2))
    y.mul_(3)
    y.register_hook(hook("after", 5))
    (y * 7).backward()
    assert seen == {"after": 7, "before": 105}
    assert x.grad.item() == 210


@pytest.mark.covers("TestAutograd.test_tensor_hooks_inplace_multiple_outputs")
def test_a_hook_on_one_of_two_outputs_stays_with_it_when_it_is_changed_in_place() -> None:
    x = leaf(1.0)
    a, b = TwiceAndThrice.apply(x)
    seen: dict[str, float] = {}

    def note(name: str) -> Any:
        return lambda g: seen.update({name: g.item()})

    a.register_hook(note("a before"))
    b.register_hook(note("b before"))
    b.mul_(5)
    b.register_hook(note("b after"))
    (a + 7 * b).backward()
    assert seen == {"a before": 1, "b before": 35, "b after": 7}
    assert x.grad.item() == 107


@pytest.mark.covers("TestAutograd.test_tensor_hooks_inplace_over_view")
def test_a_hook_on_a_base_whose_view_is_changed_stays_with_the_value_before() -> None:
    x = leaf([1.0, 2.0])
    base = x * 1
    seen: dict[str, list[float]] = {}
    base.register_hook(lambda g: seen.update(before=g.tolist()))
    view = base[0]
    view.mul_(3)
    base.register_hook(lambda g: seen.update(after=g.tolist()))
    (base * torch.tensor([5.0, 7.0])).sum().backward()
    assert seen == {"after": [5, 7], "before": [15, 7]}
    assert x.grad.tolist() == [15, 7]


# On several tensors


@pytest.mark.covers("TestAutograd.test_multi_grad_hooks")
def test_a_multi_grad_hook_runs_once_a_pass_when_all_gradients_are_there() -> None:
    tensors = [leaf([float(i)]) for i in range(1, 5)]
    a, b, c, d = tensors
    seen = []
    handle = register_multi_grad_hook(tensors, lambda grads: seen.append([g and g.tolist() for g in grads]))
    (a * b * c * d).sum().backward()
    assert seen == [[[24], [12], [8], [6]]]
    seen.clear()
    (a * d).sum().backward()
    assert seen == [[[4], None, None, [1]]]
    seen.clear()
    (a * d).sum().backward(inputs=[d])
    assert seen == [[None, None, None, [1]]]
    seen.clear()
    torch.tensor(1.0, requires_grad=True).backward()
    assert seen == []
    handle.remove()
    (a * b).sum().backward()
    assert seen == []


@pytest.mark.covers("TestAutograd.test_multi_grad_hooks")
def test_a_multi_grad_hook_on_results_waits_for_the_last() -> None:
    x = leaf()
    a = x * 2
    b = a * 3
    log = []
    register_multi_grad_hook((a, b), lambda grads: log.append(("both", [g and g.item() for g in grads])))
    b.register_hook(lambda g: log.append(("b", g.item())))
    (b * 5).backward(retain_graph=True)
    assert log == [("b", 5), ("both", [15, 5])]
    log.clear()
    torch.autograd.grad(a * 4, x)
    assert log == [("both", [4, None])]


@pytest.mark.covers("TestAutograd.test_multi_grad_any_hooks")
def test_a_multi_grad_hook_of_the_first_gradient_runs_once_a_pass_with_that_one() -> None:
    x = leaf()
    a = x * 2
    b = a * 3
    seen = []
    handle = register_multi_grad_hook((a, b), lambda g: seen.append(g.item()), mode="any")
    (b * 5).backward(retain_graph=True)
    assert seen == [5]
    (a * 4).backward(retain_graph=True)
    assert seen == [5, 4]
    handle.remove()
    (b * 5).backward()
    assert seen == [5, 4]


@pytest.mark.covers("TestAutograd.test_multi_grad_hooks_invalid_mode")
def test_a_multi_grad_hook_has_two_modes() -> None:
    with pytest.raises(ValueError, match=r"^Expects mode to be one of \('all', 'any'\) but got foo"):
        register_multi_grad_hook((leaf(),), lambda g: None, mode="foo")  # pyright: ignore[reportArgumentType]


@pytest.mark.covers("TestAutograd.test_multi_grad_hooks")
def test_a_multi_grad_hook_keeps_no_gradients_after_the_pass() -> None:
    x = leaf([1.0, 2.0])
    seen: list[weakref.ref[Tensor]] = []
    register_multi_grad_hook((x,), lambda grads: seen.append(weakref.ref(grads[0])))
    (x * 2).sum().backward()
    gc.collect()
    assert seen[0]() is None


def test_a_hook_after_a_node_sees_what_each_input_receives_without_what_broadcasting_added() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    y = x * torch.tensor([1.0, 2.0, 3.0])
    seen: list[Any] = []
    y.grad_fn.register_hook(lambda sent, arrived: seen.append((sent, arrived)))
    y.backward(torch.tensor([1.0, 1.0, 1.0]))
    (((to_x, to_constant), (arrived,)),) = seen
    assert to_x.shape == ()
    assert to_x.item() == 6.0
    assert to_constant is None
    assert arrived.shape == (3,)


def test_an_observer_is_told_of_every_node_made_in_its_block() -> None:
    x = torch.tensor([2.0, 1.0], requires_grad=True)
    seen: list[Any] = []
    with nodes_observed(lambda node, result: seen.append((node, result))):
        y = x.max(0).values * 2
    x.sin()
    (largest, results), (product, doubled) = seen
    assert [node.name() for node in (largest, product)] == ["MaxBackward0", "MulBackward0"]
    assert results[0].item() == 2.0
    assert doubled is y
