"""The recorded graph: which nodes, how they hang together, what they are called."""

import re
from typing import Any

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.graph.node import AccumulateGrad, Node


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


def drawn(tensor: Tensor, **names: Tensor) -> str:
    """The graph below a tensor as text, `Name(child, child)`: leaves by their names, None where no gradient goes."""

    def draw(node: Node | None, output: int) -> str:
        if node is None:
            return "None"
        if isinstance(node, AccumulateGrad):
            return next((name for name, t in names.items() if t is node.variable), "leaf")
        text = node.name() + (f".{output}" if output else "")
        return f"{text}({', '.join(draw(*edge) for edge in node.next_functions)})"

    return draw(tensor.grad_fn, tensor.output_nr)


# Nodes and edges


def test_a_leaf_has_no_grad_fn_and_a_result_has_one() -> None:
    x, constant = leaf(), torch.tensor(3.0)
    y = x * constant
    assert (x.is_leaf, constant.is_leaf, y.is_leaf) == (True, True, False)
    assert (x.grad_fn, constant.grad_fn) == (None, None)
    assert (x.requires_grad, constant.requires_grad, y.requires_grad) == (True, False, True)
    assert isinstance(y.grad_fn, Node)


def test_a_result_of_constants_is_a_leaf_outside_the_graph() -> None:
    y = torch.sin(torch.tensor(3.0)) * 2
    assert (y.grad_fn, y.is_leaf, y.requires_grad) == (None, True, False)


X, Y, Z, C = leaf([0.5, 0.25]), leaf([1.5, 2.0]), leaf([2.0, 3.0]), torch.tensor([1.0, 2.0])
M = leaf([[4.0, 1.0], [1.0, 3.0]])


@grouped(
    "result, graph",
    [
        (lambda: X + Y, "AddBackward0(x, y)"),
        (lambda: X + 1, "AddBackward0(x, None)"),
        (lambda: 1 + X, "AddBackward0(x, None)"),
        (lambda: X + C, "AddBackward0(x, None)"),
        (lambda: C + X, "AddBackward0(None, x)"),
        (lambda: X - Y, "SubBackward0(x, y)"),
        (lambda: 1 - X, "RsubBackward1(x)"),
        (lambda: C - X, "SubBackward0(None, x)"),
        (lambda: X * 2, "MulBackward0(x, None)"),
        (lambda: 2 * X, "MulBackward0(x, None)"),
        (lambda: X * X, "MulBackward0(x, x)"),
        (lambda: X / Y, "DivBackward0(x, y)"),
        (lambda: 2 / X, "MulBackward0(ReciprocalBackward0(x), None)"),
        (lambda: X**2, "PowBackward0(x)"),
        (lambda: X**Y, "PowBackward1(x, y)"),
        (lambda: X**C, "PowBackward1(x, None)"),
        (lambda: C**X, "PowBackward1(None, x)"),
        (lambda: 2**X, "PowBackward2(x)"),
        (lambda: -X, "NegBackward0(x)"),
        (lambda: X % 2, "RemainderBackward0(x)"),
        (lambda: X % Y, "RemainderBackward1(x, y)"),
        (lambda: X // 2, "torch::autograd::NotImplemented(x)"),
        (lambda: torch.where(X > 0, X, Y), "WhereBackward0(x, y)"),
        (lambda: torch.where(X > 0, X, 0.0), "WhereBackward0(x, None)"),
        (lambda: torch.where(X > 0, 0.0, X), "WhereBackward0(None, x)"),
        (lambda: torch.clamp(X, 0, 1), "ClampBackward1(x)"),
        (lambda: torch.clamp(X, Y, C), "ClampBackward0(x, y, None)"),
        (lambda: X @ Y, "DotBackward0(x, y)"),
        (lambda: M @ X, "MvBackward0(m, x)"),
        (lambda: X @ M, "SqueezeBackward4(MmBackward0(UnsqueezeBackward0(x), m))"),
        (lambda: M @ M.T, "MmBackward0(m, PermuteBackward0(m))"),
        (lambda: torch.outer(X, Y), "MulBackward0(ViewBackward0(x), y)"),
        (lambda: X.sum(), "SumBackward0(x)"),
        (lambda: X.sum(0), "SumBackward1(x)"),
        (lambda: M.mean(1), "MeanBackward1(m)"),
        (lambda: X.max(), "MaxBackward1(x)"),
        (lambda: X.max(0).values, "MaxBackward0(x)"),
        (lambda: X.norm(), "LinalgVectorNormBackward0(x)"),
        (lambda: torch.softsign(X), "DivBackward0(x, AddBackward0(AbsBackward0(x), None))"),
        (lambda: M.t().reshape(4), "UnsafeViewBackward0(CloneBackward0(TBackward0(m)))"),
        (lambda: M.reshape(4), "ViewBackward0(m)"),
        (lambda: torch.stack([X, C, Y]), "StackBackward0(x, None, y)"),
        (lambda: torch.cat([C, X]), "CatBackward0(None, x)"),
        (lambda: X.float(), "ToCopyBackward0(x)"),
        (lambda: torch.log1p(torch.atan2(X, Y)), "Log1PBackward0(Atan2Backward0(x, y))"),
        (lambda: (X * Y + torch.sin(X)).sum(), "SumBackward0(AddBackward0(MulBackward0(x, y), SinBackward0(x)))"),
        (lambda: X * Y + Z, "AddBackward0(MulBackward0(x, y), z)"),
        (lambda: X + Y * Z, "AddBackward0(x, MulBackward0(y, z))"),
        (
            lambda: -(C * torch.log(X) + (1 - C) * torch.log(1 - X)),
            "NegBackward0(AddBackward0(MulBackward0(None, LogBackward0(x)), "
            "MulBackward0(None, LogBackward0(RsubBackward1(x)))))",
        ),
    ],
)
def test_the_graph_of_an_expression_is_that_of_pytorch(result: Any, graph: str) -> None:
    assert drawn(result(), x=X, y=Y, z=Z, m=M) == graph


@grouped(
    "index, graph",
    [
        (lambda x: x[0], "SelectBackward0(x)"),
        (lambda x: x[-1], "SelectBackward0(x)"),
        (lambda x: x[0, 1], "SelectBackward0(SelectBackward0(x))"),
        (lambda x: x[:, 0], "SelectBackward0(x)"),
        (lambda x: x[..., 0], "SelectBackward0(x)"),
        (lambda x: x[1:], "SliceBackward0(x)"),
        (lambda x: x[:, ::2], "SliceBackward0(x)"),
        (lambda x: x[:1, 1:], "SliceBackward0(SliceBackward0(x))"),
        (lambda x: x[0, 1:], "SliceBackward0(SelectBackward0(x))"),
        (lambda x: x[...], "AliasBackward0(x)"),
        (lambda x: x[None], "UnsqueezeBackward0(x)"),
        (lambda x: x[:, None], "UnsqueezeBackward0(x)"),
        (lambda x: x[[0, 1]], "IndexBackward0(x)"),
        (lambda x: x[torch.tensor([0, 1])], "IndexBackward0(x)"),
        (lambda x: x[np.array([0, 1])], "IndexBackward0(x)"),
        (lambda x: x[x > 0], "IndexBackward0(x)"),
        (lambda x: x[[0, 1], [1, 0]], "IndexBackward0(x)"),
        (lambda x: x[0, [1, 0]], "IndexBackward0(SelectBackward0(x))"),
        (lambda x: x[1:, [1, 0]], "IndexBackward0(SliceBackward0(x))"),
    ],
)
def test_the_graph_of_an_index_is_that_of_pytorch(index: Any, graph: str) -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    assert drawn(index(x), x=x) == graph


@pytest.mark.parametrize(
    ("key", "numpy_key"),
    [
        (0, 0),
        (-1, -1),
        ((1, 2), (1, 2)),
        ((0, -1, 0), (0, -1, 0)),
        (slice(1, None), slice(1, None)),
        (slice(None, -1), slice(None, -1)),
        (slice(5, 9), slice(5, 9)),
        ((slice(None), slice(None, None, 2)), (slice(None), slice(None, None, 2))),
        (None, None),
        ((0, None), (0, None)),
        ((..., 1), (..., 1)),
        ((0, ..., 1), (0, ..., 1)),
        ((..., None), (..., None)),
        ((), ()),
        ([1, 0, 1], [1, 0, 1]),
        ([], np.array([], dtype=int)),
        (torch.tensor([[0, 1], [1, 1]]), np.array([[0, 1], [1, 1]])),
        (torch.tensor([False, True]), np.array([False, True])),
        ((slice(None), [2, 0]), (slice(None), [2, 0])),
        ((slice(None), torch.tensor([True, False, True])), (slice(None), np.array([True, False, True]))),
        (([0, 1], slice(None), [1, 0]), ([0, 1], slice(None), [1, 0])),
        (([0, 1], [2, 2]), ([0, 1], [2, 2])),
        ((torch.tensor([0, 1]), torch.tensor([[0], [1]])), (np.array([0, 1]), np.array([[0], [1]]))),
    ],
    ids=str,
)
def test_an_index_selects_what_numpy_does_and_sends_the_gradient_back_there(key: Any, numpy_key: Any) -> None:
    data = np.arange(12.0).reshape(2, 3, 2)
    x = leaf(data)
    part = x[key]
    np.testing.assert_array_equal(part.detach().numpy(), data[numpy_key])
    weights = np.arange(1.0, 1.0 + part.numel()).reshape(part.shape)
    part.backward(torch.tensor(weights))
    expected = np.zeros_like(data)
    np.add.at(expected, numpy_key, weights)
    np.testing.assert_array_equal(x.grad.numpy(), expected)


def test_an_index_that_repeats_adds_up_gradients() -> None:
    x = leaf([1.0, 2.0, 3.0])
    x[[0, 0, 2]].sum().backward()
    assert x.grad.tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("index", "error", "message"),
    [
        (lambda x: x[2], IndexError, "index 2 is out of bounds for dimension 0 with size 2"),
        (lambda x: x[:, -4], IndexError, "index -4 is out of bounds for dimension 1 with size 3"),
        (lambda x: x[0, 0, 0], IndexError, "too many indices for tensor of dimension 2"),
        (lambda x: x[::-1], ValueError, "step must be greater than zero"),
        (lambda x: x[::0], ValueError, "slice step cannot be zero"),
    ],
)
def test_a_wrong_index_is_an_error_in_the_words_of_pytorch(index: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        index(torch.ones(2, 3))


# Identity, order, text


def test_all_uses_of_a_leaf_share_one_accumulator() -> None:
    x = leaf()
    y = torch.sin(x) * x + x
    ((product, _), (direct, _)) = y.grad_fn.next_functions
    ((sine, _), (factor, _)) = product.next_functions
    assert direct is factor is sine.next_functions[0][0]
    assert isinstance(direct, AccumulateGrad)
    assert direct.variable is x
    assert direct.next_functions == ()


def test_a_result_used_twice_is_one_node() -> None:
    square = leaf() ** 2
    ((left, _), (right, _)) = (square * square).grad_fn.next_functions
    assert left is right is square.grad_fn


def test_a_later_operation_has_a_larger_sequence_and_an_accumulator_one_below_all() -> None:
    x, y = leaf(), leaf()
    tensors = [torch.sin(y), torch.cos(x)]
    tensors.append(tensors[1] * tensors[0])
    tensors.append(tensors[0] + x)
    sequence = [t.grad_fn._sequence for t in tensors]
    assert sequence == sorted(set(sequence))
    accumulator, _ = tensors[1].grad_fn.next_functions[0]
    assert accumulator._sequence < 0


def test_an_operation_with_several_results_has_one_node_that_numbers_them() -> None:
    x = leaf([[3.0, 1.0], [2.0, 4.0]])
    values, indices = x.max(1)
    assert (values.output_nr, values.requires_grad) == (0, True)
    assert (indices.requires_grad, indices.grad_fn, indices.is_leaf) == (False, None, True)
    assert (values * 1).grad_fn.next_functions[0] == (values.grad_fn, 0)
    ordered = torch.sort(x)
    assert type(ordered).__name__ == "sort"
    assert ordered.values is ordered[0]
    assert ordered.indices.dtype is torch.int64
    assert x.output_nr == 0


def test_the_class_of_a_node_bears_its_name_and_so_does_its_repr() -> None:
    node = torch.log1p(leaf()).grad_fn
    assert node.name() == type(node).__name__ == "Log1PBackward0"
    assert re.fullmatch(r"<Log1PBackward0 object at 0x[0-9a-f]+>", repr(node))


def test_an_accumulator_has_its_long_name_and_its_class_the_short_one() -> None:
    ((accumulator, number),) = torch.sin(leaf()).grad_fn.next_functions
    assert number == 0
    assert accumulator.name() == "torch::autograd::AccumulateGrad"
    assert type(accumulator).__name__ == "AccumulateGrad"
    assert re.fullmatch(r"<AccumulateGrad object at 0x[0-9a-f]+>", repr(accumulator))


def test_a_tensor_prints_the_name_of_its_node() -> None:
    x = leaf()
    assert repr(x) == "tensor(2., requires_grad=True)"
    assert repr(x**2) == "tensor(4., grad_fn=<PowBackward0>)"
    assert repr((x**2).detach()) == "tensor(4.)"
    assert repr(torch.sort(leaf([2.0, 1.0])).values) == "tensor([1., 2.], grad_fn=<SortBackward0>)"


def test_a_cast_to_the_same_dtype_is_the_tensor_itself() -> None:
    x = leaf()
    assert x.double() is x
    assert x.to(torch.float64) is x


def test_the_graph_of_a_recorded_gradient_names_the_operations_of_the_rule() -> None:
    x = torch.tensor(0.5, requires_grad=True)
    names = {
        "sin": "MulBackward0",
        "exp": "MulBackward0",
        "log": "DivBackward0",
        "sqrt": "DivBackward0",
        "tanh": "TanhBackwardBackward0",
        "sigmoid": "SigmoidBackwardBackward0",
        "relu": "ThresholdBackwardBackward0",
        "lgamma": "MulBackward0",
    }
    for function, name in names.items():
        (slope,) = torch.autograd.grad(getattr(torch, function)(x), x, create_graph=True)
        assert slope.grad_fn.name() == name, function
    (slope,) = torch.autograd.grad(3 * x, x, create_graph=True)
    assert slope.grad_fn is None
