"""What a backward pass tells hooks about itself while it runs."""

from typing import Any

import pytest

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd.graph import get_gradient_edge
from autodiff.engine.autograd.passes import current_pass


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


@pytest.mark.covers("TestAutograd.test_current_graph_task_id")
def test_each_pass_has_an_id_of_its_own_and_outside_there_is_none() -> None:
    ids = []
    x = leaf()
    y = x * 2
    y.register_hook(lambda g: ids.append(current_pass().id))
    x.register_hook(lambda g: ids.append(current_pass().id))
    y.backward(retain_graph=True)
    y.backward()
    assert ids[0] == ids[1] != ids[2] == ids[3]
    with pytest.raises(RuntimeError, match=r"no backward pass is running"):
        current_pass()


@pytest.mark.covers("TestAutograd.test_will_engine_execute_node")
def test_a_pass_knows_which_nodes_it_will_reach() -> None:
    x, z = leaf(), leaf()
    y = x * 2
    out = y * z
    places = {
        name: get_gradient_edge(t).node for name, t in {"x": x, "y": y, "z": z, "out": out, "other": leaf()}.items()
    }
    seen: list[set[str]] = []

    def look(gradient: Tensor) -> None:
        seen.append({name for name, node in places.items() if current_pass().will_reach(node)})

    out.register_hook(look)
    out.backward(retain_graph=True)
    torch.autograd.grad(out, x, retain_graph=True)
    torch.autograd.grad(out, y, retain_graph=True)
    out.backward(inputs=[z])
    assert seen == [{"x", "y", "z", "out"}, {"x", "y", "out"}, {"y", "out"}, {"z", "out"}]


@pytest.mark.covers("TestAutograd.test_current_graph_task_execution_order")
def test_a_pass_knows_the_order_it_runs_nodes_in_which_is_the_reverse_of_their_making() -> None:
    order: list[list[str]] = []
    x = leaf()
    a = torch.sin(x)
    b = torch.cos(x)
    c = a * b
    c.register_hook(lambda g: order.append([node.name() for node in current_pass().order]))
    ran = []
    for t in (a, b, c):
        t.grad_fn.register_prehook(lambda g, t=t: ran.append(t.grad_fn.name()))
    c.backward(retain_graph=True)
    assert order == [["MulBackward0", "CosBackward0", "SinBackward0"]]
    assert ran == order[0]
    torch.autograd.grad(c, a)
    assert order[1] == ["MulBackward0", "SinBackward0"]


@pytest.mark.covers("TestAutogradMultipleDispatch.test_is_retain_graph")
def test_a_rule_can_find_out_whether_the_graph_is_kept() -> None:
    seen = []

    class Looks(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 1

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            seen.append(current_pass().keeps_graph)
            return gradient

    y = Looks.apply(leaf())
    y.backward(retain_graph=True)
    y.backward()
    assert seen == [True, False]


def test_the_id_of_an_inner_pass_is_another() -> None:
    ids = []
    x = leaf()

    def inner(gradient: Tensor) -> None:
        ids.append(current_pass().id)
        with torch.enable_grad():
            other = leaf() * 2
        other.register_hook(lambda g: ids.append(current_pass().id))
        other.backward()
        ids.append(current_pass().id)

    y = x * 2
    y.register_hook(inner)
    y.backward()
    assert ids[0] == ids[2] != ids[1]
