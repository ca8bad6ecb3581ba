"""A backward pass inside a backward pass, and passes in several threads."""

import threading
from typing import Any

import pytest

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd import Function
from autodiff.engine.autograd.graph import register_multi_grad_hook


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


@pytest.mark.covers("TestAutograd.test_simple_reentrant")
def test_a_rule_may_run_a_pass_of_its_own() -> None:
    y_data = torch.tensor([5.0, 7.0])

    class Reenter(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            with torch.enable_grad():
                ctx.x = x.detach().requires_grad_()
                ctx.y = y_data.detach().requires_grad_()
                ctx.out = ctx.x * ctx.y
            return ctx.out.detach()

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            with torch.enable_grad():
                ctx.out.sum().backward()
            return ctx.x.grad * gradient

    x = leaf([1.0, 2.0])
    Reenter.apply(x).sum().backward()
    assert x.grad.tolist() == [5, 7]


@pytest.mark.covers("TestAutograd.test_reentrant_child_error")
def test_an_error_in_the_inner_pass_comes_out_of_the_outer_one() -> None:
    class Fails(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 1

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            raise ArithmeticError("in the inner pass")

    inner = Fails.apply(leaf()) * 2

    class Reenter(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 1

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            inner.backward()
            return gradient

    with pytest.raises(ArithmeticError, match=r"in the inner pass"):
        Reenter.apply(leaf()).backward()
    assert torch.is_grad_enabled()
    x = leaf()
    (x * x).backward()
    assert x.grad.item() == 4


@pytest.mark.covers("TestAutograd.test_deep_reentrant")
def test_passes_nest_deeply() -> None:
    class Deep(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            with torch.enable_grad():
                ctx.x = x.detach().requires_grad_()
                ctx.x = ctx.x - 1
            return ctx.x.detach()

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            if ctx.x.item() < 0:
                return gradient
            with torch.enable_grad():
                Deep.apply(ctx.x).sum().backward()
            return gradient

    x = leaf(60.0)
    Deep.apply(x).backward()
    assert x.grad.item() == 1


@pytest.mark.covers("TestAutograd.test_reentrant_priority")
def test_the_inner_pass_is_done_before_the_outer_goes_on() -> None:
    order = []

    class Outer(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 1

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            order.append("outer")
            return gradient

    class Reenter(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            with torch.enable_grad():
                ctx.x = x.detach().requires_grad_() * 1
            return ctx.x.detach()

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            order.append("reenter")
            if ctx.x.item() < 0:
                return gradient
            with torch.enable_grad():
                Reenter.apply(ctx.x - 1).backward()
            return gradient

    a, b = Outer.apply(leaf(9.0)), Reenter.apply(leaf(9.0))
    (a * b).backward()
    assert order.count("reenter") == 11
    assert order.count("outer") == 1
    assert order[-1] == "outer"


@pytest.mark.covers("TestAutograd.test_reentrant_with_leaf_variable_hook")
def test_a_hook_of_a_leaf_may_run_a_pass_that_reaches_it() -> None:
    handle: Any = None
    param = leaf(10.0)

    def add_a_penalty(gradient: Tensor) -> Tensor:
        handle.remove()
        with torch.enable_grad():
            tmp = param * param
            (penalty,) = torch.autograd.grad(tmp, param)
        return gradient + penalty

    handle = param.register_hook(add_a_penalty)
    (param * 3).backward()
    assert param.grad.item() == 23


@pytest.mark.covers("TestAutograd.test_reentrant_with_non_leaf_variable_hook")
def test_a_hook_of_a_result_may_run_a_pass_over_the_same_graph() -> None:
    handle: Any = None
    x = leaf(3.0)
    y = x * x

    def again(gradient: Tensor) -> Tensor:
        handle.remove()
        with torch.enable_grad():
            y.backward(retain_graph=True)
        return gradient * 10

    handle = y.register_hook(again)
    (y * 1).backward()
    assert x.grad.item() == 6 + 60


def test_an_inner_pass_does_not_disturb_the_multi_grad_hook_of_the_outer() -> None:
    x, z = leaf(), leaf()
    seen = []
    register_multi_grad_hook((x, z), lambda grads: seen.append([g.item() for g in grads]))
    y = x * 3

    def inner(gradient: Tensor) -> None:
        with torch.enable_grad():
            other = leaf() * 2
        other.backward()

    y.register_hook(inner)
    (y * z).backward()
    assert seen == [[6, 6]]


# Threads


@pytest.mark.covers("TestMultithreadAutograd.test_simple_backward")
def test_each_thread_can_run_passes_of_its_own() -> None:
    results: list[float] = []

    def work(start: float) -> None:
        x = leaf(start)
        for _ in range(20):
            x.grad = None
            ((x + 3) * (x + 4) * 0.5).backward()
        results.append((x.grad - (x + 3.5)).item())

    threads = [threading.Thread(target=work, args=(float(i),)) for i in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [0] * 5


@pytest.mark.covers("TestMultithreadAutograd.test_simple_backward_same_input")
def test_threads_can_take_gradients_with_respect_to_one_leaf() -> None:
    x = leaf(5.0)
    results: list[float] = []

    def work() -> None:
        (gradient,) = torch.autograd.grad(x**3, x)
        results.append(gradient.item())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [75] * 4
    assert x.grad is None


@pytest.mark.covers("TestMultithreadAutograd.test_multithreaded_exception_propagation")
def test_an_error_stays_in_its_thread() -> None:
    class Fails(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 1

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            raise LookupError("in a thread")

    caught = []

    def work() -> None:
        try:
            Fails.apply(leaf()).backward()
        except LookupError as error:
            caught.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert caught == ["in a thread"]


@pytest.mark.covers(
    "TestMultithreadAutograd.test_python_thread_in_middle", "TestMultithreadAutograd.test_fork_join_in_middle"
)
def test_threads_can_go_on_from_one_result_and_a_pass_through_a_retained_graph_adds_up() -> None:
    x = leaf(2.0)
    middle = x**2
    ends: list[Tensor] = []

    def work() -> None:
        ends.append(middle * 3)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = ends[0] + ends[1] + ends[2]
    total.backward(retain_graph=True)
    assert x.grad.item() == 36
    total.backward()
    with pytest.raises(RuntimeError, match=r"^Trying to backward through the graph a second time"):
        total.backward()


def test_recording_is_switched_for_each_thread() -> None:
    seen = []
    with torch.no_grad():
        thread = threading.Thread(target=lambda: seen.append(torch.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


@pytest.mark.covers(
    "TestMultithreadAutograd.test_multi_grad_hooks", "TestMultithreadAutograd.test_multi_grad_any_hooks"
)
@pytest.mark.parametrize("mode", ["all", "any"])
def test_a_multi_grad_hook_runs_once_in_the_pass_of_each_thread(mode: Any) -> None:
    tensors = [leaf([float(i)]) for i in range(1, 4)]
    calls: list[int] = []
    register_multi_grad_hook(tensors, lambda grads: calls.append(threading.get_ident()), mode=mode)

    def work() -> None:
        for _ in range(10):
            (tensors[0] * tensors[1] * tensors[2]).sum().backward()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
        thread.join()
    assert len(calls) == 30


@pytest.mark.covers("TestMultithreadAutograd.test_preserve_backtrace")
def test_the_traceback_of_an_error_leads_to_the_line_of_the_rule() -> None:
    class Fails(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 1

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            raise ValueError("something")

    with pytest.raises(ValueError, match=r"something") as caught:
        Fails.apply(leaf()).backward()
    assert caught.traceback[-1].name == "backward"
    assert str(caught.traceback[-1].path) == __file__


# Callbacks at the end of a pass


def queue(callback: Any) -> None:
    torch.autograd.Variable._execution_engine.queue_callback(callback)


class Calls(Function):
    """A sum whose backward pass has a pass inside it; each notes a callback if told to."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, outer: Any, inner: Any) -> Tensor:
        ctx.outer, ctx.inner = outer, inner
        return x.sum()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        if ctx.outer is not None:
            queue(ctx.outer)
        if ctx.inner is not None:
            with torch.enable_grad():
                Calls.apply(leaf([1.0]), ctx.inner, None).backward()
        return gradient.expand(2), None, None


@pytest.mark.covers(
    "TestAutograd.test_reentrant_with_callbacks_depth_0",
    "TestAutograd.test_reentrant_with_callbacks_depth_1",
    "TestAutograd.test_reentrant_with_callbacks_both_depths",
)
@pytest.mark.parametrize("depths", [{"outer"}, {"inner"}, {"inner", "outer"}], ids=lambda d: " and ".join(sorted(d)))
def test_a_callback_runs_once_at_the_end_of_its_pass(depths: set[str]) -> None:
    calls: list[str] = []
    outer = (lambda: calls.append("outer")) if "outer" in depths else None
    inner = lambda: calls.append("inner") if "inner" in depths else None  # noqa: E731
    x = leaf([1.0, 2.0])
    x.register_post_accumulate_grad_hook(lambda leaf: calls.append("accumulated"))
    Calls.apply(x, outer, inner).backward()
    assert calls == [*["inner"] * ("inner" in depths), "accumulated", *["outer"] * ("outer" in depths)]


@pytest.mark.covers("TestAutograd.test_callback_adds_callback")
def test_a_callback_may_add_another() -> None:
    calls: list[int] = []
    x = leaf()
    x.register_hook(lambda g: queue(lambda: (calls.append(1), queue(lambda: calls.append(2)))))
    (x * 2).backward()
    assert calls == [1, 2]
    (x * 1).register_hook(lambda g: None)
    with pytest.raises(RuntimeError, match="^Final callbacks can only be installed during backward pass"):
        queue(lambda: None)
