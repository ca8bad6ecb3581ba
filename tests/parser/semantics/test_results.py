"""Functions with several results, those of modules, and those that take text, in expressions."""

from __future__ import annotations

import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine.table.registry import FUNCTIONS, functions_of
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.names import free_variables
from autodiff.parser.syntax.actions import in_module
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse


def value(source: str) -> object:
    given = {"x": torch.tensor([3.0, 1.0, 2.0]), "A": torch.tensor([[2.0, 0.0], [0.0, 3.0]])}
    program = parse(source)
    free_variables(program)
    return evaluate(program, given).tolist()


@grouped(
    "source, expected",
    [
        ("max(x, dim=0)[0]", 3.0),
        ("max(x, dim=0).indices", 0),
        ("sort(x)[1]", [1, 2, 0]),
        ("sort(x)", [1.0, 2.0, 3.0]),
        ("where(x > 1, sort(x), 0)", [1.0, 0.0, 3.0]),
        ("where(2 > 1, x, max(x, dim=0))", [3.0, 1.0, 2.0]),
        ("split(x, [1, 2])[1]", [1.0, 2.0]),
        ("split(x, 1)[-1][0]", 2.0),
        ("slogdet(A).sign", 1.0),
        ("linalg.svd(A).S", [3.0, 2.0]),
        ("linalg.norm(A, 2)", 3.0),
        ("norm(A, 2)", 13**0.5),
    ],
)
def test_a_result_is_picked_by_its_place_or_name(source: str, expected: object) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "kind", "help"),
    [
        ("slogdet(A).values", "type", "it has `sign`, `logabsdet`"),
        ("x.values", "type", "what has several results, such as `max(x, dim=0)`, has names"),
        ("x.foo", "name", "a tensor has T, mT, H, shape; several results have their names, such as values"),
        ("split(x, 1)[7]", "value", None),
        ("max(x, dim=0)[x]", "shape", None),
    ],
)
def test_a_result_that_is_not_there_is_a_mistake(source: str, kind: str, help: str | None) -> None:
    with pytest.raises(ExpressionError) as caught:
        value(source)
    assert (caught.value.kind, caught.value.help) == (kind, help)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('einsum("ij,ij->", A, A)', 13.0),
        ("einsum('i,i', x, x)", 14.0),
        ("norm(A, 'nuc')", 5.0),
        ("norm(A, p='fro') # 'fro' is the default", 13**0.5),
        ("mse_loss(x, 0*x, reduction='sum')", 14.0),
        ("div(x, 2, rounding_mode='floor')", [1.0, 0.0, 1.0]),
    ],
)
def test_a_function_is_given_text_in_quotes(source: str, expected: object) -> None:
    assert value(source) == expected


@pytest.mark.parametrize("source", ["sin('a')", "max('a', x)", "stack('a')", "f(x) = sin(x); f('a')", "x.sum('a')"])
def test_text_in_place_of_a_tensor_or_a_number_is_a_mistake(source: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value(source)
    assert caught.value.kind == "type"


def test_a_name_in_torch_linalg_is_the_function_that_is_there() -> None:
    for name, record in functions_of("linalg").items():
        assert FUNCTIONS[in_module("torch.linalg", name)] is record, name
