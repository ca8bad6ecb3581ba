"""New tensors in expressions: their values, their derivatives, and the limit before they are made."""

from __future__ import annotations

import pytest
from groups import grouped

from autodiff.engine import Tensor, tensor
from autodiff.parser.analysis.given_values import read_value
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse


def value_of(text: str, **variables: Tensor) -> Tensor:
    return evaluate(parse(text), variables)


@grouped(
    "text",
    [
        "zeros(10**9)",
        "ones([10**5, 10**5])",
        "full([10**12], 2)",
        "eye(10**6)",
        "eye(2, 10**8)",
        "arange(10**12)",
        "arange(0, 1, 1e-12)",
        "linspace(0, 1, 10**12)",
    ],
)
def test_what_would_be_too_large_is_refused_before_it_is_made(text: str) -> None:
    with pytest.raises(ExpressionError, match="more than 10,000,000 elements") as caught:
        value_of(text)
    assert caught.value.kind == "limit"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("linspace(0, 1, 5)", [0.0, 0.25, 0.5, 0.75, 1.0]),
        ("arange(3)", [0.0, 1.0, 2.0]),
        ("arange(1, 2, 0.5)", [1.0, 1.5]),
        ("ones(2)/3", [1 / 3, 1 / 3]),
        ("eye(2)", [[1.0, 0.0], [0.0, 1.0]]),
        ("full([2], pi)", [3.141592653589793] * 2),
    ],
)
def test_a_variable_takes_a_new_tensor_as_its_value(text: str, expected: object) -> None:
    assert read_value("x", text).tolist() == expected


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("sum(arange(x, 5, 1))", 3),
        ("sum(arange(0, 5, x))", 3),
        ("sum(linspace(0, x, 5))", 2.5),
        ("sum(full([3], x))", 3),
    ],
)
def test_a_number_that_a_new_tensor_is_made_of_has_its_derivative(text: str, slope: float) -> None:
    x = tensor(2.0, requires_grad=True)
    value_of(text, x=x).backward()
    assert x.grad is not None
    assert x.grad.item() == slope


def test_a_size_may_be_the_value_of_a_variable_that_is_whole() -> None:
    assert value_of("zeros(n)", n=tensor(3.0)).shape == (3,)
    with pytest.raises(ExpressionError):
        value_of("zeros(n)", n=tensor(2.5))
