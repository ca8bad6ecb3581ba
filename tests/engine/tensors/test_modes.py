"""How switches of recording nest, end, and stay in their thread; leaving the graph and changing flags."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from processes import TIMEOUT

import autodiff.engine as torch
from autodiff.engine import Tensor


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


def records() -> bool:
    """Whether an operation is recorded right now, which is what `is_grad_enabled` has to say as well."""
    recorded = (leaf() * 2).requires_grad
    assert torch.is_grad_enabled() is recorded
    return recorded


SWITCHES: dict[str, tuple[Callable[[], AbstractContextManager[Any]], bool]] = {
    "no_grad": (lambda: torch.no_grad(), False),
    "enable_grad": (lambda: torch.enable_grad(), True),
    "set_grad_enabled(True)": (lambda: torch.set_grad_enabled(True), True),
    "set_grad_enabled(False)": (lambda: torch.set_grad_enabled(False), False),
    "set_grad_enabled(mode=False)": (lambda: torch.set_grad_enabled(mode=False), False),
}
every_switch = pytest.mark.parametrize(("switch", "state"), SWITCHES.values(), ids=SWITCHES)


class BoomError(Exception):
    pass


def fail_where(holds: bool) -> None:
    assert holds
    raise BoomError


# Blocks


def test_operations_are_recorded_to_begin_with() -> None:
    assert records()


@every_switch
@pytest.mark.parametrize("before", [True, False])
def test_a_block_switches_and_the_state_before_it_comes_back(switch: Any, state: bool, before: bool) -> None:
    torch.set_grad_enabled(before)
    with switch():
        assert records() is state
    assert records() is before


@every_switch
@pytest.mark.parametrize("before", [True, False])
def test_an_exception_brings_the_state_before_the_block_back(switch: Any, state: bool, before: bool) -> None:
    torch.set_grad_enabled(before)
    with pytest.raises(BoomError), switch():
        fail_where(records() is state)
    assert records() is before


@every_switch
@pytest.mark.parametrize("before", [True, False])
def test_a_decorated_function_switches_while_it_runs_also_when_it_raises(
    switch: Any, state: bool, before: bool
) -> None:
    @switch()
    def run(fail: bool) -> bool:
        if fail:
            raise BoomError
        return records()

    torch.set_grad_enabled(before)
    assert run(False) is state
    assert records() is before
    with pytest.raises(BoomError):
        run(True)
    assert records() is before


@pytest.mark.parametrize(("decorate", "state"), [(torch.no_grad, False), (torch.enable_grad, True)])
def test_a_decorator_may_be_written_without_parentheses(decorate: Any, state: bool) -> None:
    @decorate
    def bare() -> bool:
        return records()

    @decorate()
    def called() -> bool:
        return records()

    torch.set_grad_enabled(not state)
    assert (bare(), called()) == (state, state)
    assert records() is not state


@settings(deadline=None)
@given(st.lists(st.sampled_from([*SWITCHES.values()]), max_size=6), st.integers(0, 6))
def test_any_nesting_of_blocks_is_undone_from_the_inside_out(chosen: list[Any], raise_at: int) -> None:
    def nested(depth: int) -> None:
        before = records()
        if depth == raise_at:
            raise BoomError
        if depth < len(chosen):
            switch, state = chosen[depth]
            try:
                with switch():
                    assert records() is state
                    nested(depth + 1)
            finally:
                assert records() is before

    with pytest.raises(BoomError) if raise_at <= len(chosen) else nullcontext():
        nested(0)
    assert records()


def test_one_switch_object_can_be_entered_inside_itself_and_again_later() -> None:
    switch = torch.no_grad()
    for _ in range(2):
        with switch:
            with switch:
                assert not records()
            assert not records()
        assert records()


def test_set_grad_enabled_works_at_once_without_a_block() -> None:
    torch.set_grad_enabled(False)
    assert not records()
    torch.set_grad_enabled(True)
    assert records()


def test_a_leaf_made_under_no_grad_can_still_require_grad() -> None:
    with torch.no_grad():
        x = leaf(3.0)
        assert x.requires_grad
        assert not (x * 2).requires_grad
    (x * x).backward()
    assert x.grad.item() == 6


def test_what_is_recorded_inside_enable_grad_can_be_differentiated_under_no_grad() -> None:
    x = leaf(3.0)
    with torch.no_grad():
        constant = x * 2
        with torch.enable_grad():
            y = x * constant
        y.backward()
    assert x.grad.item() == 6


# Threads


def test_each_thread_starts_out_recording_and_keeps_its_own_state() -> None:
    seen: dict[str, bool] = {}
    inside, outside = threading.Event(), threading.Event()

    def other() -> None:
        seen["at its start"] = records()
        with torch.no_grad():
            inside.set()
            outside.wait(TIMEOUT)
            seen["in its block"] = records()
        seen["at its end"] = records()

    with torch.no_grad():
        thread = threading.Thread(target=other)
        thread.start()
        assert inside.wait(TIMEOUT)
        seen["here, under no_grad"] = records()
    seen["here, afterwards"] = records()
    outside.set()
    thread.join()
    assert seen == {
        "at its start": True,
        "here, under no_grad": False,
        "here, afterwards": True,
        "in its block": False,
        "at its end": True,
    }


def test_threads_that_differentiate_at_once_get_their_own_gradients() -> None:
    results: dict[int, float] = {}
    start = threading.Barrier(4)

    def work(n: int) -> None:
        start.wait(TIMEOUT)
        for _ in range(200):
            x = leaf(float(n))
            (torch.sin(x) ** 2 + torch.cos(x) ** 2 + x * x).backward()
            results[n] = x.grad.item()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {n: round(g, 9) for n, g in results.items()} == {n: 2.0 * n for n in range(4)}


# Leaving the graph


@pytest.mark.parametrize("data", [2.0, [1.0, 2.0]])
def test_a_detached_result_has_the_data_and_nothing_of_the_graph(data: Any) -> None:
    y = leaf(data) * 3
    z = y.detach()
    assert z is not y
    assert z.tolist() == y.tolist()
    assert (z.requires_grad, z.grad_fn, z.is_leaf) == (False, None, True)
    assert y.requires_grad


def test_no_gradient_passes_through_what_is_detached() -> None:
    x = leaf(3.0)
    (x * x.detach()).backward()
    assert x.grad.item() == 3


def test_a_detached_leaf_can_become_a_leaf_of_its_own() -> None:
    x = leaf(3.0)
    z = x.detach().requires_grad_()
    (z**2).backward()
    assert (z.grad.item(), x.grad) == (6, None)


def test_data_is_the_tensor_outside_the_graph() -> None:
    x = leaf([1.0, 2.0])
    assert x.data.requires_grad is False
    x.data = torch.tensor([5.0, 6.0])
    assert (x.tolist(), x.requires_grad) == ([5, 6], True)


# The flag


def test_requires_grad_sets_the_flag_in_place_and_returns_the_tensor() -> None:
    x = torch.tensor(3.0)
    assert not (x * 2).requires_grad
    assert x.requires_grad_() is x
    assert (x * 2).requires_grad
    assert x.requires_grad_(False) is x
    assert (x * 2).grad_fn is None
    x.requires_grad = True
    assert (x * 2).requires_grad


def test_a_leaf_that_no_longer_requires_grad_keeps_the_gradient_it_has() -> None:
    x = leaf()
    (x**2).backward()
    x.requires_grad_(False)
    assert x.grad.item() == 4


def test_the_flag_of_a_result_may_be_set_but_not_cleared() -> None:
    y = leaf() * 2
    assert y.requires_grad_() is y
    message = "you can only change requires_grad flags of leaf variables."
    with pytest.raises(RuntimeError, match=f"^{re.escape(message)}"):
        y.requires_grad_(False)
    assert y.requires_grad


def test_a_result_of_many_leaves_requires_grad_if_one_of_them_does() -> None:
    constants = [torch.tensor(1.0) for _ in range(3)]
    assert not torch.stack(constants).sum().requires_grad
    constants[1].requires_grad_()
    total = torch.stack(constants).sum()
    total.backward()
    assert (constants[0].grad, constants[1].grad.item(), constants[2].grad) == (None, 1, None)
