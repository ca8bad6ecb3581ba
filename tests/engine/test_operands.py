"""What an operator makes of an operand that is no tensor."""

from __future__ import annotations

import operator
import re
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
