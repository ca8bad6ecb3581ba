"""Graphs are freed by reference counts alone, and neither their depth nor their width is a limit."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from effort import THOROUGH

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.graph.node import Node

pytestmark = pytest.mark.memory


@pytest.fixture(autouse=True)
def without_collector() -> Iterator[None]:
    """Nothing but reference counts frees what a test makes; a leftover cycle would stay."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


def watched(*tensors: Tensor) -> list[weakref.ref[Any]]:
    """Weak references to tensors and to all nodes below them, accumulators among them."""
    nodes: dict[int, Node] = {}
    stack = [t.grad_fn for t in tensors]
    while stack:
        node = stack.pop()
        if node is not None and id(node) not in nodes:
            nodes[id(node)] = node
            stack.extend(child for child, _ in node.next_functions)
    return [weakref.ref(thing) for thing in (*tensors, *nodes.values())]


def alive(references: list[weakref.ref[Any]]) -> list[Any]:
    return [thing for reference in references if (thing := reference()) is not None]


GRAPHS: dict[str, Callable[[Tensor], Tensor]] = {
    "one operation": lambda x: x * 2,
    "an operation that saves its result": torch.exp,
    "operations that save their arguments": lambda x: torch.sin(x * x) / x,
    "a value used twice": lambda x: (y := torch.tanh(x)) * y + y,
    "a power": lambda x: x**3,
    "a sum": lambda x: torch.exp(x).sum(),
    "a mean of a product": lambda x: (x * torch.sigmoid(x)).mean(),
    "a reduction that saves both": lambda x: torch.logsumexp(x.reshape(-1), 0),
    "a stack": lambda x: torch.stack([x, x * x]).prod(),
    "an index": lambda x: torch.stack([x, 2 * x])[0].sum(),
    "a view": lambda x: x.reshape(-1)[0],
    "where": lambda x: torch.where(x > 0, x, x * x).sum(),
    "one of several results": lambda x: torch.stack([x, 2 * x]).max(0).values.sum(),
    "a sorted tensor": lambda x: torch.sort(x.reshape(-1)).values.sum(),
    "pieces": lambda x: torch.cat([x.reshape(-1), x.reshape(-1)]).split(1)[1].sum(),
    "a norm": lambda x: torch.norm(x),
}
every_graph = pytest.mark.parametrize("function", GRAPHS.values(), ids=GRAPHS)
every_shape = pytest.mark.parametrize("data", [1.5, [1.5]], ids=["without dimensions", "with one"])


@every_graph
@every_shape
def test_a_graph_goes_with_its_last_tensor(function: Callable[[Tensor], Tensor], data: Any) -> None:
    x = leaf(data)
    y = function(x)
    references = watched(y)
    assert len(alive(references)) >= 3
    del y
    assert alive(references) == []


@every_graph
@every_shape
def test_a_graph_goes_after_a_backward_pass(function: Callable[[Tensor], Tensor], data: Any) -> None:
    x = leaf(data)
    for retain in (False, True):
        y = function(x).sum()
        references = watched(y)
        y.backward(retain_graph=retain)
        del y
        assert alive(references) == []
    assert x.grad is not None


@every_graph
@every_shape
def test_a_recorded_gradient_goes_with_its_last_tensor(function: Callable[[Tensor], Tensor], data: Any) -> None:
    x = leaf(data)
    y = function(x).sum()
    (slope,) = torch.autograd.grad(y, x, create_graph=True)
    references = watched(y, slope)
    if slope.requires_grad:
        (second,) = torch.autograd.grad(slope.sum(), x, create_graph=True, materialize_grads=True)
        references += watched(second)
        del second
    del y
    del slope
    assert alive(references) == []


@every_graph
def test_leaves_go_with_what_was_computed_from_them(function: Callable[[Tensor], Tensor]) -> None:
    x = leaf(1.5)
    y = function(x)
    y.sum().backward()
    references = [*watched(y), weakref.ref(x)]
    del x
    assert references[-1]() is not None, "the graph keeps its leaves"
    del y
    assert alive(references) == []


def test_a_leaf_outlives_the_graphs_made_of_it_and_gets_a_new_accumulator() -> None:
    x = leaf()
    y = x * 2
    accumulator = weakref.ref(y.grad_fn.next_functions[0][0])
    del y
    assert accumulator() is None
    (x * 3).backward()
    assert x.grad.item() == 3


def test_a_graph_lives_while_a_node_of_it_is_held() -> None:
    x = leaf()
    node = torch.sin(x * x).grad_fn
    references = [weakref.ref(child) for child, _ in node.next_functions]
    assert len(alive(references)) == 1
    del node
    assert alive(references) == []


def test_what_a_pass_has_freed_lets_go_of_the_arrays_it_saved() -> None:
    x = leaf([1.5, 2.5])
    middle = torch.exp(x)
    y = middle.sum()
    data = weakref.ref(middle._data)
    del middle
    assert data() is not None, "saved for the backward pass"
    y.backward()
    assert data() is None
    assert y.grad_fn is not None


def test_one_of_several_results_keeps_the_node_and_the_last_one_frees_it() -> None:
    x = leaf([[1.0, 4.0], [3.0, 2.0]])
    first, second = (x * 1).unbind()
    references = watched(first)
    del first
    assert len(alive(references)) == len(references) - 1
    second.sum().backward()
    del second
    assert alive(references) == []


def test_an_unused_result_of_several_is_no_cycle() -> None:
    x = leaf([3.0, 1.0])
    values, indices = torch.sort(x * 1)
    references = [*watched(values), weakref.ref(indices)]
    values.sum().backward()
    del values, indices
    assert alive(references) == []


def test_an_error_in_a_pass_leaves_nothing_behind() -> None:
    x = leaf()
    y = torch.exp(x // 2)
    references = watched(y)
    with pytest.raises(RuntimeError, match="derivative for aten::floor_divide is not implemented"):
        y.backward()
    del y
    assert alive(references) == []


def test_a_warned_cycle_of_backward_with_create_graph_is_broken_by_clearing_the_gradient() -> None:
    x = leaf()
    with pytest.warns(UserWarning, match="reference cycle"):
        (x**3).backward(create_graph=True)
    references = watched(x.grad)
    x.grad = None
    assert alive(references) == []


# Depth and width: far more than Python's stack would take


DEPTH = 1_000_000 if THOROUGH else 200_000
WIDTH = 100_000


def test_a_chain_of_many_operations_runs_back_and_is_freed() -> None:
    x = leaf()
    y = x
    for _ in range(DEPTH):
        y = y + 1
    first = weakref.ref(y.grad_fn)
    assert y.item() == DEPTH + 2
    y.backward()
    assert x.grad.item() == 1
    del y
    assert first() is None


def test_a_chain_of_many_operations_that_is_never_run_back_is_freed() -> None:
    x = leaf(1.0)
    y = x
    middle: Any = None
    for i in range(DEPTH):
        y = -y
        if i == DEPTH // 2:
            middle = weakref.ref(y.grad_fn)
    assert middle() is not None
    del y
    assert middle() is None


def test_a_long_chain_of_arrays_that_save_is_run_back_twice_and_freed() -> None:
    x = leaf([1.0, -1.0])
    y = x
    for _ in range(DEPTH // 10):
        y = y * 1.0
    total = y.sum()
    del y
    total.backward(retain_graph=True)
    total.backward()
    assert x.grad.tolist() == [2, 2]
    node = weakref.ref(total.grad_fn)
    del total
    assert node() is None


def test_a_recorded_gradient_of_a_long_chain_is_run_back_and_freed() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(DEPTH // 20):
        y = y * x
    (slope,) = torch.autograd.grad(y, x, create_graph=True)
    n = DEPTH // 20 + 1
    assert slope.item() == n
    (second,) = torch.autograd.grad(slope, x)
    assert second.item() == n * (n - 1)
    references = [weakref.ref(y.grad_fn), weakref.ref(slope.grad_fn)]
    del y
    del slope
    assert alive(references) == []


def test_a_hundred_thousand_uses_of_one_value_add_up() -> None:
    x = leaf()
    y = torch.exp(x)
    parts = [y * 1 for _ in range(WIDTH)]
    torch.autograd.backward(parts)
    assert x.grad.item() == pytest.approx(WIDTH * y.item())
    references = [weakref.ref(parts[0].grad_fn), weakref.ref(parts[-1].grad_fn), weakref.ref(y.grad_fn)]
    del parts, y
    assert alive(references) == []


def test_a_stack_of_a_hundred_thousand_leaves_gives_each_its_gradient() -> None:
    leaves = [leaf(float(i)) for i in range(WIDTH)]
    total = (torch.stack(leaves) ** 2).sum()
    total.backward()
    assert [x.grad.item() for x in leaves[::9999]] == [2.0 * i for i in range(0, WIDTH, 9999)]


def test_a_balanced_tree_of_sums_gives_each_leaf_one() -> None:
    leaves = [leaf(1.0) for _ in range(2**14)]
    level = list(leaves)
    while len(level) > 1:
        level = [a + b for a, b in zip(level[::2], level[1::2], strict=True)]
    level[0].backward()
    assert {x.grad.item() for x in leaves} == {1}


def test_a_ladder_of_diamonds_is_run_in_one_pass_not_along_each_path() -> None:
    # Twice as many paths with every rung: following them one by one would never end.
    x = leaf(1.0)
    y = x
    for _ in range(200):
        y = (y + y) * 0.5
    y.backward()
    assert x.grad.item() == 1
