"""What switches recording on and off: as blocks, decorators, calls; on generators, coroutines and classes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

import autodiff.engine as torch
from autodiff.engine import Tensor


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


@pytest.mark.covers("TestAutograd.test_no_grad", "TestAutograd.test_dep_nograd")
def test_what_is_computed_under_no_grad_is_a_constant_to_what_follows() -> None:
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    with torch.no_grad():
        w = x + y
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()
    assert (w.requires_grad, w.grad_fn) == (False, None)
    with pytest.raises(RuntimeError, match=r"^element 0 of tensors does not require grad"):
        w.backward(torch.ones(2))
    (w * x).sum().backward()
    assert x.grad.tolist() == [4, 6]
    assert y.grad is None


@pytest.mark.covers("TestAutograd.test_no_grad_python_function")
def test_no_grad_and_enable_grad_decorate_functions() -> None:
    x = leaf()

    @torch.no_grad()
    def quiet(factor: int, *, plus: int = 0) -> Tensor:
        """Its own docstring."""
        assert not torch.is_grad_enabled()
        return x * factor + plus

    @torch.enable_grad()
    def recorded() -> Tensor:
        return x * 2

    assert (quiet.__name__, quiet.__doc__) == ("quiet", "Its own docstring.")
    assert not quiet(3, plus=1).requires_grad
    assert quiet(3, plus=1).item() == 7
    with torch.no_grad():
        assert recorded().requires_grad
    assert torch.is_grad_enabled()


@pytest.mark.covers("TestAutograd.test_enable_grad_decorator_no_paren")
def test_the_decorators_work_without_parentheses() -> None:
    x = leaf()

    @torch.enable_grad
    def recorded(t: Tensor) -> Tensor:
        return t * 2

    @torch.no_grad
    def quiet(t: Tensor) -> Tensor:
        return t * 2

    with torch.no_grad():
        assert recorded(x).requires_grad
    assert not quiet(x).requires_grad


def test_an_exception_leaves_recording_as_it_was() -> None:
    @torch.no_grad()
    def fails() -> None:
        raise KeyError("inside")

    with pytest.raises(KeyError):
        fails()
    assert torch.is_grad_enabled()
    with pytest.raises(KeyError), torch.no_grad():
        raise KeyError("inside")
    assert torch.is_grad_enabled()


def test_a_decorated_function_may_call_itself() -> None:
    seen = []

    @torch.no_grad()
    def down(n: int) -> None:
        seen.append(torch.is_grad_enabled())
        if n:
            with torch.enable_grad():
                down(n - 1)
                seen.append(torch.is_grad_enabled())

    down(2)
    assert seen == [False, False, False, True, True]
    assert torch.is_grad_enabled()


@pytest.mark.covers("TestAutograd.test_no_grad_assignment")
@pytest.mark.parametrize("mode", [torch.no_grad, torch.enable_grad])
def test_a_mode_that_has_no_argument_takes_none(mode: Any) -> None:
    with pytest.raises(TypeError, match="takes 1 positional argument"):
        mode(False)


def test_a_leaf_can_be_assigned_to_under_no_grad() -> None:
    x = torch.zeros(3, requires_grad=True)
    with torch.no_grad():
        x[0] = torch.tensor(5.0)
        x[1:] = 7
    assert x.tolist() == [5, 7, 7]
    assert (x.requires_grad, x.is_leaf, x.grad_fn) == (True, True, None)
    y = torch.zeros(2)
    with torch.no_grad():
        y[0] = leaf(3.0)
    assert not y.requires_grad


@pytest.mark.covers("TestAutograd.test_no_grad_modifies_version")
def test_a_change_under_no_grad_is_found_out() -> None:
    x, y = torch.rand(3, requires_grad=True) if hasattr(torch, "rand") else leaf([1.0, 2.0, 3.0]), leaf([1.0, 1.0, 1.0])
    z = (x * y).sum()
    with torch.no_grad():
        x *= 2
    with pytest.raises(RuntimeError, match=r"modified by an inplace operation"):
        z.backward()


@pytest.mark.covers("TestAutograd.test_no_grad_input")
def test_a_function_of_ones_own_under_no_grad_is_not_recorded() -> None:
    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 2

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient * 2

    x = leaf()
    with torch.no_grad():
        y = Twice.apply(x)
    assert x.requires_grad
    assert (y.requires_grad, y.grad_fn) == (False, None)


@pytest.mark.covers("TestAutograd.test_set_grad_enabled")
def test_set_grad_enabled_is_a_block_and_a_call() -> None:
    x = leaf()
    with torch.set_grad_enabled(False):
        y = x * 2
    assert not y.requires_grad
    with torch.set_grad_enabled(True):
        y = x * 2
    assert y.requires_grad
    with torch.set_grad_enabled(False):
        torch.set_grad_enabled(True)
        y = x * 2
    assert y.requires_grad
    torch.set_grad_enabled(False)
    assert not (x * 2).requires_grad
    torch.set_grad_enabled(True)
    assert (x * 2).requires_grad


@pytest.mark.covers("TestAutograd.test_set_grad_enabled_wraps")
def test_set_grad_enabled_as_a_decorator_changes_nothing_outside_the_function() -> None:
    for wanted in (True, False):
        for outside in (True, False):
            torch.set_grad_enabled(outside)

            @torch.set_grad_enabled(wanted)
            def inner(wanted: bool = wanted) -> None:
                assert torch.is_grad_enabled() is wanted

            assert torch.is_grad_enabled() is outside
            inner()
            assert torch.is_grad_enabled() is outside


@pytest.mark.covers("TestAutograd.test_grad_mode_class_decoration")
def test_a_class_is_not_to_be_decorated_but_its_methods_are() -> None:
    with pytest.warns(FutureWarning, match=r"^Decorating classes is deprecated"):

        @torch.no_grad()
        class Quiet:
            def __init__(self) -> None:
                self.enabled = torch.is_grad_enabled()

            def method(self) -> bool:
                return torch.is_grad_enabled()

    assert Quiet().enabled is False
    assert Quiet().method() is True

    class Methods:
        @torch.no_grad()
        def method(self) -> bool:
            return torch.is_grad_enabled()

    assert Methods().method() is False


@pytest.mark.covers("TestAutograd.test_set_grad_generator_functions")
def test_a_decorated_generator_switches_at_each_step_and_back_between() -> None:
    @torch.no_grad()
    def quiet() -> Iterator[bool]:
        for _ in range(3):
            assert not torch.is_grad_enabled()
            yield torch.is_grad_enabled()

    for enabled in quiet():
        assert enabled is False
        assert torch.is_grad_enabled()

    @torch.enable_grad()
    def recorded() -> Iterator[bool]:
        for _ in range(3):
            yield torch.is_grad_enabled()

    with torch.no_grad():
        for enabled in recorded():
            assert enabled is True
            assert not torch.is_grad_enabled()


@pytest.mark.covers("TestAutograd.test_set_grad_generator_functions_recursive")
def test_decorated_generators_nest() -> None:
    @torch.enable_grad()
    def recorded(depth: int) -> Iterator[int]:
        assert torch.is_grad_enabled()
        if depth:
            yield from quiet(depth - 1)
        assert torch.is_grad_enabled()
        yield depth

    @torch.no_grad()
    def quiet(depth: int) -> Iterator[int]:
        assert not torch.is_grad_enabled()
        if depth:
            yield from recorded(depth - 1)
        assert not torch.is_grad_enabled()
        yield depth

    for start in (True, False):
        with torch.set_grad_enabled(start):
            assert list(recorded(5)) == [0, 1, 2, 3, 4, 5]
            assert torch.is_grad_enabled() is start


@pytest.mark.covers("TestAutograd.test_set_grad_coroutines")
def test_a_decorated_generator_gets_what_is_sent_and_returns_what_it_returns() -> None:
    @torch.no_grad()
    def coroutine(count: int) -> Any:
        total = 0
        for _ in range(count):
            assert not torch.is_grad_enabled()
            total += yield total
        return total

    generator = coroutine(3)
    assert next(generator) == 0
    assert torch.is_grad_enabled()
    assert generator.send(5) == 5
    assert generator.send(6) == 11
    with pytest.raises(StopIteration) as stopped:
        generator.send(7)
    assert stopped.value.value == 18
    assert torch.is_grad_enabled()


@pytest.mark.covers("TestAutograd.test_set_grad_coroutines_benign_exceptions")
def test_a_decorated_generator_may_catch_what_is_thrown_in() -> None:
    class SignalError(Exception):
        pass

    @torch.no_grad()
    def coroutine() -> Any:
        caught = 0
        while True:
            try:
                assert not torch.is_grad_enabled()
                yield caught
            except SignalError:
                assert not torch.is_grad_enabled()
                caught += 1

    generator = coroutine()
    next(generator)
    for i in range(1, 4):
        assert generator.throw(SignalError) == i
        assert torch.is_grad_enabled()


@pytest.mark.covers("TestAutograd.test_set_grad_coroutines_critical_exceptions")
def test_an_exception_that_a_decorated_generator_turns_into_another_comes_out() -> None:
    class FirstError(Exception):
        pass

    class SecondError(Exception):
        pass

    @torch.no_grad()
    def coroutine() -> Any:
        try:
            yield 1
        except FirstError as error:
            assert not torch.is_grad_enabled()
            raise SecondError from error

    generator = coroutine()
    next(generator)
    with pytest.raises(SecondError):
        generator.throw(FirstError)
    assert torch.is_grad_enabled()


@pytest.mark.covers("TestAutograd.test_set_grad_coroutines_exit")
def test_closing_a_decorated_generator_runs_its_end_under_its_mode() -> None:
    ends = []

    @torch.no_grad()
    def coroutine() -> Any:
        try:
            while True:
                yield torch.is_grad_enabled()
        except GeneratorExit:
            ends.append(torch.is_grad_enabled())
            raise

    generator = coroutine()
    assert next(generator) is False
    generator.close()
    assert ends == [False]
    assert torch.is_grad_enabled()


@pytest.mark.covers("TestAutograd.test_volatile_deprecated")
def test_the_word_volatile_only_warns() -> None:
    x = leaf()
    with pytest.warns(UserWarning, match=r"^volatile was removed"):
        assert x.volatile is False


@pytest.mark.covers("TestAutograd.test_grad_mode_restored_reentrant")
def test_a_backward_pass_inside_a_rule_leaves_recording_as_it_was() -> None:
    seen = []

    class Inner(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 1

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            before = torch.is_grad_enabled()
            with torch.enable_grad():
                inner = leaf(3.0)
                (inner * inner).backward()
                assert torch.is_grad_enabled()
            seen.append((before, torch.is_grad_enabled(), inner.grad.item()))
            return gradient

    x = leaf()
    Inner.apply(x).backward()
    torch.autograd.grad(Inner.apply(x), x, create_graph=True)
    assert seen == [(False, False, 6), (True, True, 6)]


def test_an_async_function_is_decorated_as_any_other() -> None:
    async def body() -> bool:
        with torch.no_grad():
            await asyncio.sleep(0)
            return torch.is_grad_enabled()

    async def numbers() -> AsyncIterator[int]:
        yield 1

    assert asyncio.run(body()) is False
    assert torch.is_grad_enabled()
