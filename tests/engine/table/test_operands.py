"""What an operator makes of an operand that is no tensor."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff.engine as torch

OPERATORS = {
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}
TENSORS = [torch.tensor([1.0, 2.0]), torch.tensor(1.0), torch.tensor([1, 2]), torch.tensor(1.0, requires_grad=True)]


@pytest.mark.parametrize("symbol", OPERATORS)
@pytest.mark.parametrize("other", [[1.0, 2.0], (1.0, 2.0)], ids=["a list", "a tuple"])
@pytest.mark.parametrize("x", TENSORS, ids=str)
def test_a_list_is_no_operand(symbol: str, other: Any, x: torch.Tensor) -> None:
    compute = OPERATORS[symbol]
    message = f"unsupported operand type(s) for {symbol}: 'Tensor' and '{type(other).__name__}'"
    with pytest.raises(TypeError, match=re.escape(message)):
        compute(x, other)
    with pytest.raises(TypeError):
        compute(other, x)


@pytest.mark.parametrize("other", [None, object(), [], {}], ids=type)
def test_what_is_no_number_is_no_operand_of_a_tensor_without_elements_either(other: Any) -> None:
    for compute in (*OPERATORS.values(), torch.add, torch.maximum, torch.atan2, torch.pow):
        with pytest.raises(TypeError):
            compute(torch.ones(0), other)
    with pytest.raises(TypeError, match=r"must be Number"):
        torch.full((0,), other)
    assert torch.nn.functional.binary_cross_entropy(torch.ones(0), torch.ones(0), None, reduction="sum") == 0


def test_numbers_are_drawn_for_tensors_alone() -> None:
    for draw in (torch.bernoulli, torch.poisson, lambda x: torch.multinomial(x, 1)):
        with pytest.raises(TypeError, match=r"\(\): argument 'input' \(position 1\) must be Tensor, not float"):
            draw(0.5)


def test_a_list_is_only_joined_to_a_list() -> None:
    with pytest.raises(TypeError, match=r'^can only concatenate list \(not "Tensor"\) to list$'):
        operator.add([1, 2], torch.ones(2))
    with pytest.raises(TypeError, match=r"^unsupported operand type\(s\) for \+: 'Tensor' and 'list'$"):
        operator.add(torch.ones(2), [1, 2])


@pytest.mark.parametrize("other", [[1.0], None, "1"], ids=repr)
def test_what_is_no_number_is_unequal_and_not_to_be_ordered(other: Any) -> None:
    x = torch.tensor([1.0])
    assert (x == other) is False
    assert (x != other) is True
    with pytest.raises(
        TypeError, match=f"^'<' not supported between instances of 'Tensor' and '{type(other).__name__}'"
    ):
        x < other  # noqa: B015


@pytest.mark.parametrize("x", [torch.ones(2, requires_grad=True), torch.tensor(1.0, requires_grad=True)], ids=str)
def test_an_array_beside_a_tensor_that_requires_grad_is_an_error(x: torch.Tensor) -> None:
    message = r"^Can't call numpy\(\) on Tensor that requires grad. Use tensor.detach\(\).numpy\(\) instead.$"
    for compute in (operator.mul, operator.add, operator.sub, operator.truediv, operator.pow):
        with pytest.raises(RuntimeError, match=message):
            compute(x, np.ones(2))
        with pytest.raises(RuntimeError, match=message):
            compute(np.ones(2), x)


def test_an_array_beside_another_tensor_is_an_operand() -> None:
    assert (torch.ones(2) * np.array([2.0, 3.0])).tolist() == [2, 3]


def test_a_number_of_numpys_is_an_operand() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (np.float64(2) * x * np.float64(3)).sum().backward()
    assert x.grad.tolist() == [6, 6]


def test_the_old_name_of_division_by_a_tensor_remains() -> None:
    assert torch.tensor(4.0).__rdiv__(2.0).item() == 0.5


def test_the_default_dtype_is_a_floating_one() -> None:
    with pytest.raises(TypeError, match="^only floating-point types are supported as the default type$"):
        torch.set_default_dtype(torch.int64)
    with pytest.raises(
        TypeError, match="^invalid dtype object: only floating-point types are supported as the default"
    ):
        torch.set_default_dtype(int)


@pytest.mark.parametrize(
    ("compute", "name"),
    [
        (lambda x: x & 1, "bitwise_and"),
        (lambda x: x | x, "bitwise_or"),
        (lambda x: x ^ True, "bitwise_xor"),
        (lambda x: torch.bitwise_not(x), "bitwise_not"),
        (lambda x: x << 1, "lshift"),
    ],
)
def test_a_float_has_no_bits(compute: Any, name: str) -> None:
    with pytest.raises(NotImplementedError, match=f"^\"{name}_cpu\" not implemented for 'Double'$"):
        compute(torch.ones(2))
    with pytest.raises(TypeError, match="^~ .operator.invert. is only implemented on integer and Boolean-type tensors"):
        ~torch.ones(2)


def test_operands_of_an_operator_on_bits_are_numbers_in_shapes_that_broadcast() -> None:
    x = torch.tensor([1, 2])
    with pytest.raises(TypeError, match=r"^unsupported operand type\(s\) for &: 'Tensor' and 'NoneType'$"):
        x & None
    with pytest.raises(RuntimeError, match=r"^The size of tensor a \(2\) must match the size of tensor b \(3\) at"):
        x & torch.tensor([1, 2, 3])
    assert (x | 4).tolist() == [5, 6]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: torch.fliplr([1]), "fliplr(): argument 'input' (position 1) must be Tensor, not list"),
        (lambda x: torch.equal(x, 1), "equal(): argument 'other' (position 2) must be Tensor, not int"),
        (
            lambda x: torch.matrix_power(torch.eye(2), math.inf),
            "matrix_power(): argument 'n' (position 2) must be int, not float",
        ),
        (lambda x: torch.dot(x, 1.0), "dot(): argument 'other' (position 2) must be Tensor, not float"),
        (
            lambda x: torch.meshgrid(x, 2),
            "meshgrid(): argument 'tensors' (position 1) must be tuple of Tensors, but found element of type int at "
            "pos 1",
        ),
    ],
)
def test_an_argument_of_a_wrong_type_is_named(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        call(torch.ones(2))


@pytest.mark.parametrize("compute", [torch.isclose, torch.Tensor.copy_])
def test_shapes_that_do_not_broadcast_are_named_where_dtypes_are_not_promoted(compute: Any) -> None:
    with pytest.raises(RuntimeError, match=r"^The size of tensor a \(3\) must match the size of tensor b \(2\) at"):
        compute(torch.ones(3), torch.ones(2))


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda x, a: torch.nn.functional.leaky_relu(x, a), "leaky_relu(): argument 'negative_slope' (position 2)"),
        (lambda x, a: torch.logit(x, a), "logit(): argument 'eps' (position 2)"),
        (lambda x, a: torch.kthvalue(x, a), "kthvalue(): argument 'k' (position 2)"),
        (lambda x, a: torch.add(x, x, alpha=a), "add(): argument 'alpha'"),
        (lambda x, a: torch.linalg.norm(x, a), "norm(): argument 'ord' (position 2)"),
    ],
)
def test_a_tensor_that_requires_grad_is_no_number(call: Callable[..., Any], argument: str) -> None:
    x = torch.tensor([0.2, 0.7], requires_grad=True)
    with pytest.raises(TypeError, match=re.escape(argument) + ".* must be Number, not Tensor"):
        call(x, torch.tensor(1.0, requires_grad=True))
    call(x, torch.tensor(1.0))


def test_a_tensor_with_a_tangent_is_no_number() -> None:
    with pytest.raises(TypeError, match="argument 'negative_slope'"):
        torch.func.jvp(
            lambda a: torch.nn.functional.leaky_relu(torch.tensor(-1.0), a), (torch.tensor(0.1),), (torch.tensor(1.0),)
        )
