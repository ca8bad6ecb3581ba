"""What a pass frees, what it keeps when told to, and that no graph outlives its last tensor."""

import copy
import gc
import pickle
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd import Function

pytestmark = pytest.mark.memory

FREED = "^Trying to backward through the graph a second time"


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


@pytest.fixture
def without_collector() -> Iterator[None]:
    """Nothing but reference counts frees what the test makes."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.covers("TestAutograd.test_backward_twice_with_saved_values")
def test_a_second_pass_over_saved_values_is_an_error() -> None:
    x = leaf([1.0, 2.0])
    y = x * x
    y.backward(torch.ones(2))
    with pytest.raises(RuntimeError, match=FREED):
        y.backward(torch.ones(2))


@pytest.mark.covers("TestAutograd.test_backward_twice_retained_graph_with_saved_values")
def test_a_second_pass_over_a_retained_graph_adds_up() -> None:
    x = leaf([1.0, 2.0])
    y = x * x
    y.backward(torch.ones(2), retain_graph=True)
    y.backward(torch.ones(2))
    assert x.grad.tolist() == [4, 8]
    with pytest.raises(RuntimeError, match=FREED):
        y.backward(torch.ones(2))


@pytest.mark.covers(
    "TestAutograd.test_backward_twice_without_saved_values",
    "TestAutograd.test_backward_twice_retained_graph_without_saved_values",
)
@pytest.mark.parametrize("retain", [False, True])
def test_a_second_pass_over_a_graph_that_saved_nothing_adds_up(retain: bool) -> None:
    x = leaf([1.0, 2.0])
    y = x + 1
    y.backward(torch.ones(2), retain_graph=retain)
    y.backward(torch.ones(2))
    assert x.grad.tolist() == [2, 2]


@pytest.mark.covers("TestAutograd.test_backward_create_graph_warns")
def test_create_graph_in_backward_warns_and_in_grad_does_not() -> None:
    x = leaf([1.0, 2.0])
    with pytest.warns(UserWarning, match=r"^Using backward.* with create_graph=True will create a reference cycle"):
        (x * x).sum().backward(create_graph=True)
    x.grad = None
    torch.autograd.grad((x * x).sum(), x, create_graph=True)


@pytest.mark.covers("TestAutograd.test_gc_in_destructor")
def test_a_graph_may_be_freed_by_what_collects_garbage_when_it_goes() -> None:
    class Collects:
        def __del__(self) -> None:
            gc.collect()

    class Holds(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.held = Collects()
            return x * 2

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient * 2

    for _ in range(10):
        x = leaf()
        Holds.apply(x).backward()
        assert x.grad.item() == 2


@pytest.mark.covers("TestAutograd.test_custom_function_cycle")
def test_a_cycle_through_the_context_is_collected() -> None:
    class Cycle(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, metadata: dict[str, Any]) -> Tensor:
            ctx.meta = metadata
            ctx.save_for_backward(x)
            return torch.exp(x)

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Any:
            (x,) = ctx.saved_tensors
            assert ctx.meta["value"] == 3
            return gradient * torch.exp(x), None

    def references(with_backward: bool) -> Any:
        x = leaf([1.0, 2.0])
        metadata: dict[str, Any] = {"value": 3}
        y = Cycle.apply(x, metadata)
        metadata["cycle"] = y
        if with_backward:
            y.sum().backward()
            assert x.grad is not None
        return weakref.ref(y)

    for with_backward in (True, False):
        gone = references(with_backward)
        gc.collect()
        assert gone() is None


@pytest.mark.covers("TestAutograd.test_hook_closure_cycle")
@pytest.mark.parametrize("registered_on", ["tensor", "before", "after"])
def test_a_hook_that_refers_to_its_own_node_is_collected(registered_on: str) -> None:
    def reference() -> Any:
        x = leaf([1.0, 2.0])
        y = torch.exp(x)
        node = y.grad_fn
        if registered_on == "tensor":
            y.register_hook(lambda g: node and None)
        elif registered_on == "before":
            node.register_prehook(lambda g: node and None)
        else:
            node.register_hook(lambda i, o: node and None)
        node.metadata["alive"] = marker = Marker()
        return weakref.ref(marker)

    class Marker:
        pass

    gone = reference()
    gc.collect()
    assert gone() is None


@pytest.mark.covers("TestAutograd.test_retain_grad_cycle")
def test_keeping_a_gradient_makes_no_cycle(without_collector: None) -> None:
    def reference(run: bool) -> Any:
        x = leaf([1.0, 2.0])
        y = torch.exp(x)
        y.retain_grad()
        if run:
            y.sum().backward()
            assert y.grad.tolist() == [1, 1]
        return weakref.ref(y)

    for run in (False, True):
        assert reference(run)() is None


@pytest.mark.covers("TestAutograd.test_inplace_on_view_weak_grad_fn")
def test_the_node_of_a_view_lives_as_long_as_it_is_held() -> None:
    a = leaf([10.0, 2.0, 1.0])
    b = (a * 1)[0:2]
    b.mul_(3)
    node = b.grad_fn
    c = b.sum()
    del b
    gc.collect()
    assert node is not None
    c.backward()
    assert a.grad.tolist() == [3, 3, 0]


@pytest.mark.covers("TestAutograd.test_custom_autograd_no_early_free")
def test_a_function_that_saved_nothing_can_be_passed_through_twice() -> None:
    class Double(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            y = x**2
            ctx.save_for_backward(x, y)
            return y

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            x, _ = ctx.saved_tensors
            return gradient * 2 * x

    class Plain(Double):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x**2

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient

    x = leaf(3.0)
    y = Double.apply(x)
    (first,) = torch.autograd.grad(y, x, create_graph=True)
    (second,) = torch.autograd.grad(first, x)
    assert (first.item(), second.item()) == (6, 2)
    z = Plain.apply(x)
    z.backward()
    z.backward()
    assert x.grad.item() == 2


@pytest.mark.covers("TestAutograd.test_naughty_autograd_function_stashing_ctx")
def test_a_context_kept_from_backward_has_nothing_saved_after_the_pass() -> None:
    kept = []

    class Keeps(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x * 1

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            kept.append(ctx)
            return ctx.saved_tensors[0] * gradient

    x = leaf([1.0, 2.0])
    loss = Keeps.apply(x).sum()
    loss.backward(retain_graph=True)
    assert kept[0].saved_tensors[0].tolist() == [1, 2]
    loss.backward()
    with pytest.raises(RuntimeError, match=FREED):
        _ = kept[0].saved_tensors


@pytest.mark.covers("TestAutograd.test_custom_function_saved_tensors")
def test_the_saved_tensors_of_a_result_can_be_looked_at_until_they_are_freed() -> None:
    class Keeps(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, save: bool) -> Tensor:
            ctx.save_for_backward(x if save else None, None)
            return x * 2

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Any:
            return gradient * 2, None

    for save in (True, False):
        x = leaf([1.0, 2.0])
        y = Keeps.apply(x, save)
        first, second = y.grad_fn.saved_tensors
        assert second is None
        assert (first is x) is save
        y.sum().backward()
        with pytest.raises(RuntimeError, match=FREED):
            _ = y.grad_fn.saved_tensors


def test_a_graph_goes_with_its_last_tensor(without_collector: None) -> None:
    x = leaf([1.0, 2.0])
    y = torch.exp(x)
    z = (y * y).sum()
    gone = [weakref.ref(y), weakref.ref(y.grad_fn), weakref.ref(z.grad_fn)]
    z.backward()
    del y, z
    assert [reference() for reference in gone] == [None] * 3


def test_a_leaf_goes_with_its_graph(without_collector: None) -> None:
    x = leaf([1.0, 2.0])
    gone = weakref.ref(x)
    y = (x * 2).sum()
    del x
    assert gone() is not None
    y.backward()
    del y
    assert gone() is None


@pytest.mark.covers("TestAutograd.test_pickle")
def test_a_leaf_is_pickled_with_its_flag() -> None:
    for wanted in (True, False):
        for data in ([1.0, 2.0], 3.0):
            x = torch.tensor(data, requires_grad=wanted)
            for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
                again = pickle.loads(pickle.dumps(x, protocol))
                assert (again.tolist(), again.requires_grad, again.is_leaf) == (x.tolist(), wanted, True)


def test_a_result_is_pickled_without_its_graph_and_only_if_it_is_detached() -> None:
    y = leaf([1.0]) * 2
    assert pickle.loads(pickle.dumps(y.detach())).tolist() == [2]


def test_a_deep_copy_of_a_leaf_is_another_leaf_with_a_gradient_of_its_own() -> None:
    x = leaf([1.0, 2.0])
    (x * 3).sum().backward()
    again = copy.deepcopy(x)
    assert (again.tolist(), again.requires_grad, again.grad.tolist()) == ([1, 2], True, [3, 3])
    again.grad.mul_(2)
    with torch.no_grad():
        again.add_(1)
    assert (x.tolist(), x.grad.tolist()) == ([1, 2], [3, 3])
    pair = copy.deepcopy([x, x])
    assert pair[0] is pair[1]
    with pytest.raises(RuntimeError, match=r"^Only Tensors created explicitly by the user"):
        copy.deepcopy(x * 2)
