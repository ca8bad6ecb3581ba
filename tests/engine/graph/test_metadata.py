"""What tensors and nodes say about themselves: leaves, flags, `grad_fn`, edges, saved values."""

import gc
import weakref
from typing import Any

import pytest
from own_functions import Same, TwiceAndThrice

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd import Function
from autodiff.engine.graph.node import Node

FREED = "^Trying to backward through the graph a second time"


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


# Tensors


@pytest.mark.covers("TestAutograd.test_tensor_grad_warnings")
def test_the_grad_of_a_result_warns_once_it_is_looked_at_unless_it_is_kept() -> None:
    x = leaf()
    assert x.grad is None
    y = x * 2
    with pytest.warns(
        UserWarning, match=r"^The .grad attribute of a Tensor that is not a leaf Tensor is being accessed"
    ):
        assert y.grad is None
    y.retain_grad()
    assert y.grad is None
    y.backward()
    assert y.grad.item() == 1
    assert torch.tensor(1.0).grad is None


@pytest.mark.covers("TestAutograd.test_requires_grad")
def test_a_result_requires_grad_when_one_argument_does() -> None:
    x, y, z = torch.ones(2), torch.ones(2), torch.ones(2, requires_grad=True)
    a = x + y
    assert not a.requires_grad
    b = a + z
    assert b.requires_grad

    def fails(*args: Any) -> None:
        raise AssertionError("is not to be called")

    # The gradient never goes to what does not require it.
    b.sum().backward()
    assert z.grad.tolist() == [1, 1]
    assert (x.grad, y.grad, a.grad) == (None, None, None)
    for wrong in ("x", 5.0):
        with pytest.raises((TypeError, RuntimeError)):
            x.requires_grad = wrong


@pytest.mark.covers("TestAutograd.test_requires_grad_")
def test_requires_grad_in_place_returns_the_tensor_and_is_for_leaves() -> None:
    x = torch.ones(2)
    y = torch.ones(2, requires_grad=True)
    assert x.requires_grad_() is x
    assert x.requires_grad
    assert not x.requires_grad_(False).requires_grad
    z = x + y
    assert z.requires_grad
    assert z.requires_grad_().requires_grad
    with pytest.raises(RuntimeError, match=r"^you can only change requires_grad flags of leaf variables"):
        z.requires_grad_(False)


@pytest.mark.covers("TestAutograd.test_requires_grad_inplace")
def test_a_constant_changed_in_place_by_what_requires_grad_requires_it_then() -> None:
    a, b = torch.ones(2), torch.ones(2, requires_grad=True)
    a += b
    assert (a.requires_grad, a.is_leaf) == (True, False)
    a = torch.ones(2) + 0
    a += b
    assert a.requires_grad
    a.sum().backward()
    assert b.grad.tolist() == [1, 1]


@pytest.mark.covers("TestAutograd.test_no_requires_grad_inplace")
def test_a_constant_changed_in_place_by_a_number_may_require_grad_later() -> None:
    a = torch.ones(2)
    a.add_(5)
    a.requires_grad = True
    a.sum().backward()
    assert a.grad.tolist() == [1, 1]
    with pytest.raises(RuntimeError, match=r"^a leaf Variable that requires grad is being used in an in-place op"):
        a.add_(5)


@pytest.mark.covers("TestAutograd.test_attribute_deletion")
def test_only_the_gradient_of_a_tensor_can_be_deleted() -> None:
    x = leaf()
    (x * 2).backward()
    del x.grad
    assert x.grad is None
    with pytest.raises(RuntimeError, match=r"^Deleting tensor data is not allowed"):
        del x.data
    with pytest.raises(TypeError, match=r"^Variable data has to be a tensor, but got NoneType"):
        x.data = None
    with pytest.raises(RuntimeError, match=r"^requires_grad must be a bool"):
        del x.requires_grad
    with pytest.raises(AttributeError, match=r"^attribute 'grad_fn' of .* is not writable"):
        del x.grad_fn
    with pytest.raises(AttributeError, match=r"^attribute 'is_leaf' of .* is not writable"):
        del x.is_leaf


@pytest.mark.covers("TestAutograd.test_leaf_assignment")
def test_assigning_into_a_leaf_of_constants_makes_it_a_result() -> None:
    x = torch.zeros(3)
    y, z = leaf(3.0), leaf(4.0)
    x[0] = y
    x[1] = 2 * z
    assert x.requires_grad
    assert not x.is_leaf
    x.sum().backward()
    assert (y.grad.item(), z.grad.item()) == (1, 2)
    w = torch.zeros(2, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"leaf Variable that requires grad is being used in an in-place operation"):
        w[0] = y


@pytest.mark.covers("TestAutogradDeviceType.test_set_requires_grad_only_for_floats")
@pytest.mark.parametrize(
    "kind",
    [
        torch.int64,
        torch.int32,
        torch.int16,
        torch.int8,
        torch.uint8,
        torch.bool_ if hasattr(torch, "bool_") else torch.bool,
    ],
)
def test_integers_and_booleans_cannot_require_grad(kind: Any) -> None:
    x = torch.ones(2, dtype=kind)
    x.requires_grad = False
    x.requires_grad_(False)
    for attempt in (
        lambda: setattr(x, "requires_grad", True),
        lambda: x.requires_grad_(),
        lambda: torch.ones(2, dtype=kind, requires_grad=True),
    ):
        with pytest.raises(RuntimeError, match=r"(?i)^only Tensors of floating point (and complex )?dtype can require"):
            attempt()
    assert x.requires_grad is False


def test_a_computed_tensor_is_not_told_to_require_grad() -> None:
    computed = torch.ones(2, requires_grad=True) * 2
    with pytest.raises(RuntimeError, match="^you can only change requires_grad flags of leaf variables"):
        computed.requires_grad = True
    assert computed.requires_grad_() is computed


@pytest.mark.covers("TestAutogradDeviceType.test_set_requires_grad_only_for_floats")
def test_floats_of_every_width_can_require_grad() -> None:
    for kind in (torch.float16, torch.float32, torch.float64):
        x = torch.ones(2, dtype=kind)
        x.requires_grad = True
        assert x.requires_grad
        (x * 2).sum().backward()
        assert x.grad.dtype is kind


@pytest.mark.covers("TestAutogradDeviceType.test_requires_grad_factory")
def test_what_makes_tensors_can_make_them_require_grad() -> None:
    for make in (
        lambda **kw: torch.ones(2, 3, **kw),
        lambda **kw: torch.zeros((2, 3), **kw),
        lambda **kw: torch.full((2,), 3.0, **kw),
        lambda **kw: torch.eye(2, **kw),
        lambda **kw: torch.linspace(0, 1, 3, **kw),
        lambda **kw: torch.arange(0.0, 3.0, **kw),
        lambda **kw: torch.tensor([1.0], **kw),
    ):
        for kind in (torch.float32, torch.float64):
            for wanted in (True, False):
                t = make(dtype=kind, requires_grad=wanted)
                assert (t.requires_grad, t.is_leaf, t.grad_fn, t.dtype) == (wanted, True, None, kind)


@pytest.mark.covers("TestAutogradDeviceType.test_non_differentiable_ops", "TestAutograd.test_integer_outputs")
def test_comparisons_and_positions_require_no_grad() -> None:
    x, y = leaf([1.0, 3.0, 2.0]), leaf([2.0, 2.0, 2.0])
    for result in (
        x > y,
        x == y,
        x != y,
        x <= 2,
        torch.argmax(x),
        torch.argmin(x),
        torch.sort(x)[1],
        torch.max(x, 0)[1],
    ):
        assert (result.requires_grad, result.grad_fn, result.is_leaf) == (False, None, True)
        assert result.dtype in (torch.bool, torch.int64)


@pytest.mark.covers("TestAutogradDeviceType.test_grad_assignment")
def test_a_gradient_that_is_assigned_has_the_shape_and_dtype_of_the_tensor() -> None:
    x = leaf([1.0, 2.0])
    x.grad = torch.ones(2)
    assert x.grad.tolist() == [1, 1]
    x.grad = None
    assert x.grad is None
    with pytest.raises(TypeError, match=r"^assigned grad expected to be a Tensor or None but got grad of type int"):
        x.grad = 0
    with pytest.raises(RuntimeError, match=r"^can't assign Variable as its own grad"):
        x.grad = x
    with pytest.raises(
        RuntimeError, match=r"^attempting to assign a gradient of size '\[1\]' to a tensor of size '\[2\]'"
    ):
        x.grad = torch.ones(1)
    with pytest.raises(
        RuntimeError, match=r"^attempting to assign a gradient with dtype 'float' to a tensor with grad"
    ):
        x.grad = torch.ones(2, dtype=torch.float32)


@pytest.mark.covers("TestAutograd.test_shape")
def test_the_shape_of_a_result() -> None:
    x = torch.ones(3, 4)
    assert x.shape == (3, 4)
    assert repr(x.shape) == "torch.Size([3, 4])"
    assert tuple((leaf([[1.0, 2.0]]) * 2).shape) == (1, 2)


@pytest.mark.covers("TestAutograd.test_dir")
def test_dir_of_a_tensor_lists_its_attributes_and_methods() -> None:
    names = dir(leaf())
    for name in ("shape", "grad", "grad_fn", "requires_grad", "backward", "retain_grad", "exp", "add_"):
        assert name in names
        getattr(leaf(), name)


@pytest.mark.covers("TestAutograd.test_isolated_node")
def test_a_result_without_a_gradient_leaves_its_arguments_without_one() -> None:
    x, y = leaf([1.0, 2.0]), leaf([2.0, 1.0])
    a = x + y
    index = torch.max(a, 0, keepdim=True)[1].to(torch.float64)
    b = index.repeat(2) if hasattr(index, "repeat") else torch.cat([index, index])
    assert not b.requires_grad
    result = (b + a).sum()
    result.backward()
    assert x.grad.tolist() == [1, 1]


@pytest.mark.covers("TestAutograd.test_unrelated_inputs")
def test_an_input_that_takes_no_part_gets_no_gradient() -> None:
    x, y = leaf([1.0, 2.0]), leaf([3.0])
    assert torch.autograd.grad((x * x).sum(), [x, y], allow_unused=True)[1] is None
    (x * x).sum().backward()
    assert x.grad.tolist() == [2, 4]
    assert y.grad is None


@pytest.mark.covers("TestAutograd.test_not_implemented_grad")
def test_an_operation_without_a_derivative_says_so_in_the_backward_pass() -> None:
    x = leaf([5.0])
    y = x // 2
    assert y.requires_grad
    assert y.grad_fn.name() == "torch::autograd::NotImplemented" or y.grad_fn.name() == "NotImplemented"
    with pytest.raises(RuntimeError, match=r"^derivative for aten::floor_divide is not implemented"):
        y.sum().backward()


@pytest.mark.covers("TestAutograd.test_return_leaf")
def test_a_function_may_return_a_result_beside_its_input() -> None:
    class Beside(Function):
        @staticmethod
        def forward(ctx: Any, a: Tensor, b: Tensor) -> Any:
            return a, a + b

        @staticmethod
        def backward(ctx: Any, grad_a: Tensor, grad_sum: Tensor) -> Any:
            return grad_a + grad_sum, grad_sum

    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    q, p = Beside.apply(x, y)
    (q * torch.tensor([10.0, 100.0]) + p).sum().backward()
    assert x.grad.tolist() == [11, 101]
    assert y.grad.tolist() == [1, 1]
    assert x.is_leaf
    assert not q.is_leaf


# Nodes


@pytest.mark.covers("TestAutograd.test_next_functions")
def test_the_edges_of_a_node_lead_to_what_made_its_arguments() -> None:
    x, y = leaf(), leaf()
    a = x + y
    assert len(a.grad_fn.next_functions) == 2
    for (node, number), tensor in zip(a.grad_fn.next_functions, (x, y), strict=True):
        assert node.name() == "torch::autograd::AccumulateGrad"
        assert (number, node.variable is tensor, node.next_functions) == (0, True, ())
    b = a * 5
    assert b.grad_fn.next_functions[0][0] is a.grad_fn
    assert b.grad_fn.next_functions[1][0] is None or len(b.grad_fn.next_functions) == 1


@pytest.mark.covers("TestAutograd.test_variable_traverse")
def test_a_graph_reaches_its_leaves_by_edges_and_goes_with_its_last_tensor() -> None:
    def last_node_of_a_graph() -> Any:
        x = leaf([1.0, 2.0])
        y = (x * 2).sum()
        node = weakref.ref(y.grad_fn)
        (accumulator, _) = y.grad_fn.next_functions[0][0].next_functions[0]
        assert accumulator.variable is x
        return node

    gc.collect()
    assert last_node_of_a_graph()() is None


@pytest.mark.covers("TestAutograd.test_autograd_node_isinstance")
def test_every_node_is_an_instance_of_node_whatever_made_it() -> None:
    x = leaf([1.0, 2.0])
    y = x * 2
    changed = x * 1
    changed[0].mul_(2)
    nodes = [y.grad_fn, y.grad_fn.next_functions[0][0], Same.apply(x).grad_fn, changed.grad_fn]
    for node in nodes:
        assert isinstance(node, Node)
        assert issubclass(type(node), Node)
    assert not isinstance(x, Node)
    assert not isinstance(x.grad_fn, Node)


@pytest.mark.covers("TestAutograd.test_grad_fn_attr_bindings")
def test_a_node_shows_what_it_saved_under_the_names_of_pytorch() -> None:
    x, y = leaf([3.0, 4.0]), leaf([5.0, 6.0])
    product = x * y
    assert product.grad_fn._saved_self is x
    assert product.grad_fn._saved_other is y
    root = torch.exp(x)
    assert root.grad_fn._saved_result.tolist() == root.tolist()
    assert root.grad_fn._saved_result.grad_fn is root.grad_fn
    power = x**3
    assert power.grad_fn._saved_self is x
    assert power.grad_fn._saved_exponent == 3
    assert "_saved_self" in dir(power.grad_fn)
    assert not hasattr(power.grad_fn, "_saved_nothing")


@pytest.mark.covers("TestAutograd.test_grad_fn_attr_bindings")
def test_what_a_node_saved_is_gone_after_the_pass() -> None:
    x, y = leaf(3.0), leaf(4.0)
    product = x * y
    product.backward()
    with pytest.raises(RuntimeError, match=FREED):
        _ = product.grad_fn._saved_self


@pytest.mark.covers("TestAutograd.test_grad_fn_input_metadata")
def test_a_node_knows_the_shape_and_dtype_of_the_gradients_it_gets() -> None:
    x = torch.ones(2, 3, dtype=torch.float32, requires_grad=True)
    (metadata,) = (x * 2).grad_fn._input_metadata
    assert (tuple(metadata.shape), metadata.dtype) == ((2, 3), torch.float32)
    (metadata,) = leaf().exp().grad_fn._input_metadata
    assert (tuple(metadata.shape), metadata.dtype) == ((), torch.float64)
    first, second = torch.split(x, [1, 2], 1)
    assert first.grad_fn is second.grad_fn
    assert [tuple(m.shape) for m in first.grad_fn._input_metadata] == [(2, 1), (2, 2)]
    accumulator = (x * 2).grad_fn.next_functions[0][0]
    assert [tuple(m.shape) for m in accumulator._input_metadata] == [(2, 3)]


@pytest.mark.covers("TestAutograd.test_grad_fn_input_metadata")
def test_a_function_of_ones_own_knows_the_shapes_of_all_its_outputs() -> None:
    class Two(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Any:
            return x * 2, x.sum()

        @staticmethod
        def backward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
            return a * 2 + b

    node = Two.apply(leaf([1.0, 2.0]))[0].grad_fn
    assert [tuple(m.shape) for m in node._input_metadata] == [(2,), ()]


def test_a_node_takes_notes() -> None:
    y = leaf() * 2
    assert y.grad_fn.metadata == {}
    y.grad_fn.metadata["mine"] = 1
    assert y.grad_fn.metadata == {"mine": 1}
    assert (leaf() * 2).grad_fn.metadata == {}


@pytest.mark.covers("TestAutograd.test_no_unnecessary_unwrapping")
def test_a_saved_leaf_comes_back_as_itself_and_a_saved_result_as_part_of_its_graph() -> None:
    x = leaf([1.0, 2.0])
    squared = x * x
    assert squared.grad_fn._saved_self is x
    assert squared.grad_fn._saved_other is x
    y = torch.exp(x)
    cubed = y**3
    assert cubed.grad_fn._saved_self.grad_fn is y.grad_fn
    assert cubed.grad_fn._saved_self.tolist() == y.tolist()


@pytest.mark.covers("TestAutograd.test_no_unnecessary_save")
def test_a_factor_that_needs_no_gradient_is_free_to_change() -> None:
    x = leaf([1.0, 2.0])
    factor = torch.tensor([5.0, 7.0])
    total = torch.tensor(0.0)
    for i in range(3):
        value = x.detach().clone() if i else x
        total = total + (value * 1).sum()
    assert total.requires_grad
    mu = torch.ones(1, requires_grad=True)
    constant = torch.empty(1) if hasattr(torch, "empty") else torch.zeros(1)
    loss = torch.tensor(0.0)
    for i in range(3):
        # Only the gradient of mu is wanted, which needs nothing of what is changed.
        constant.copy_(torch.tensor([float(i)]))
        with torch.no_grad():
            _ = constant * factor[0]
        loss = loss + mu.sum() * 2
    loss.backward()
    assert mu.grad.item() == 6


@pytest.mark.covers("TestAutograd.test_no_unnecessary_save")
def test_a_tensor_that_only_the_gradient_not_wanted_needs_is_not_guarded() -> None:
    x = leaf([1.0, 2.0])
    constant = torch.tensor([3.0, 4.0])
    y = constant.clone()
    product = x * 2 + y
    y.add_(1)
    product.sum().backward()
    assert x.grad.tolist() == [2, 2]


@pytest.mark.covers("TestAutograd.test_index_backward_does_not_save_tensor")
def test_indexing_saves_the_shape_and_not_the_tensor() -> None:
    a = leaf([1.0, 0.0, 0.0])
    b = torch.zeros(3)
    b = b + a
    b[b != 0] = b[b != 0] * 2
    b.sum().backward()
    assert a.grad.tolist() == [2, 1, 1]


@pytest.mark.covers("TestAutograd.test_naughty_autograd_function_attribute_access")
def test_the_class_of_a_functions_node_refers_to_the_function() -> None:
    class Identity(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient

    node = Identity.apply(leaf()).grad_fn
    assert node._forward_cls is Identity
    assert isinstance(node, Node)
    assert "IdentityBackward" in repr(node)


@pytest.mark.covers("TestAutograd.test_save_output_nr")
def test_a_saved_output_knows_which_of_several_it_is() -> None:
    numbers = []

    class Saves(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            (x,) = ctx.saved_tensors
            numbers.append(x.output_nr)
            return gradient * 2 * x

    first, second = TwiceAndThrice.apply(leaf())
    assert (first.output_nr, second.output_nr) == (0, 1)
    Saves.apply(second).backward()
    assert numbers == [1]
