"""Derivatives of any order by one number: Taylor coefficients agree with graphs differentiated again and again."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from examples.cases import CASES, IDS, REFUSED, Case, floating
from groups import grouped
from hypothesis import given
from hypothesis import strategies as st
from pace import at_once

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd import jacobians
from autodiff.engine.program import run, trace
from autodiff.engine.program.taylor import OrderError, Series, derivatives
from autodiff.engine.program.tracing import at_point

# Those on numbers, and of each operation the first on arrays.
FIRST = {case.name: i for i, case in reversed([*enumerate(CASES)]) if any(map(np.ndim, case.data))}
CHOSEN = [i for i, case in enumerate(CASES) if not any(map(np.ndim, case.data)) or FIRST[case.name] == i]


def along(case: Case) -> Callable[..., Tensor]:
    """A function of one number, which moves all tensors of a case; every element of the result counts."""

    def function(x: Tensor) -> Tensor:
        tensors = [Tensor(np.asarray(d, float)[()]) * (1 + 0.1 * (i + 1) * x) for i, d in enumerate(case.data)]
        found = floating(case.example.call(*tensors))
        total = sum((t * Tensor(np.cos(0.3 + np.arange(t.numel())).reshape(t.shape)[()])).sum() for t in found)
        return Tensor(np.float64(0)) + total

    return function


def found_by(function: Callable[..., Tensor], x: float, order: int, **options: Any) -> list[float]:
    variable = torch.tensor(x, requires_grad=True)
    value = function(variable)
    found = derivatives(value, {"x": variable}, order=order, function=function, **options)
    return [float(found[f"d{k}.x"]) for k in range(2, order + 1)]


def by_graphs(function: Callable[..., Tensor], x: float, order: int) -> list[float]:
    variable = torch.tensor(x, requires_grad=True)
    found = jacobians.derivatives(function(variable), {"x": variable}, order=order)
    return [float(found[f"d{k}.x"]) for k in range(2, order + 1)]


@grouped("case", [CASES[i] for i in CHOSEN], ids=[IDS[i] for i in CHOSEN])
def test_the_series_of_every_operation_are_what_graphs_give(case: Case) -> None:
    if case.name in REFUSED:
        pytest.skip("PyTorch refuses to differentiate it")
    function = along(case)
    order = 3 if any(map(np.ndim, case.data)) else 6
    try:
        expected = by_graphs(function, 0.0, order)
    except RuntimeError as error:
        pytest.skip(f"it has none by graphs: {error}")
    size = max(map(abs, expected))
    np.testing.assert_allclose(found_by(function, 0.0, order), expected, rtol=1e-9, atol=1e-12 * size + 1e-16)


ELEMENTARY = {
    "sin(x)*exp(x)": lambda x: torch.sin(x) * torch.exp(x),
    "atan(x)": torch.atan,
    "1/(1+x^2)": lambda x: 1 / (1 + x**2),
    "sqrt(1-x^2)": lambda x: torch.sqrt(1 - x**2),
    "log(x)/x": lambda x: torch.log(x) / x,
    "tanh(sin(x^2))": lambda x: torch.tanh(torch.sin(x**2)),
    "x^2.5": lambda x: x**2.5,
    "x^x": lambda x: x**x,
    "x^x^x": lambda x: x ** (x**x),
    "x^sin(x)": lambda x: x ** torch.sin(x),
    "(1+1/x)^x": lambda x: (1 + 1 / x) ** x,
    "gamma(x)^x": lambda x: torch.exp(torch.lgamma(x)) ** x,
    "where(x>0, x^x, x)": lambda x: torch.where(x > 0, x**x, x),
    "maximum(x, x^2)^x": lambda x: torch.maximum(x, x**2) ** x,
    "erf(abs(x)^x)": lambda x: torch.erf(torch.abs(x) ** x),
}


@grouped("function", ELEMENTARY.values(), ids=ELEMENTARY)
def test_twenty_orders_of_an_elementary_function_are_found_at_once(function: Callable[..., Tensor]) -> None:
    with at_once():
        assert np.isfinite(found_by(function, 0.7, 20)).all()


@pytest.mark.parametrize("x", [0.3, 0.7, 1.0, 2.5])
def test_a_power_with_a_variable_exponent_has_the_series_of_its_exponential(x: float) -> None:
    found = found_by(lambda x: (x * x) ** torch.sin(x), x, 20)
    expected = found_by(lambda x: torch.exp(torch.sin(x) * torch.log(x * x)), x, 20)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12 * max(map(abs, expected)))


def test_a_power_of_a_negative_number_has_a_series_where_its_exponent_stays() -> None:
    y = torch.tensor(3.0)
    assert found_by(lambda x: x**y, -2.0, 4) == [-12.0, 6.0, 0.0]


def test_known_derivatives_of_high_order_come_out() -> None:
    x = 0.7
    found = found_by(lambda x: torch.sin(x) * torch.exp(x), x, 20)
    expected = [2 ** (k / 2) * math.exp(x) * math.sin(x + k * math.pi / 4) for k in range(2, 21)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    found = found_by(lambda x: 1 / x, x, 20)
    np.testing.assert_allclose(found, [(-1) ** k * math.factorial(k) / x ** (k + 1) for k in range(2, 21)], rtol=1e-12)


@given(st.floats(-3, 3).map(lambda x: round(x, 3)), st.integers(2, 8))
def test_columns_and_single_points_have_the_same_series(x: float, order: int) -> None:
    def function(x: Tensor) -> Tensor:
        return torch.exp(-x * x) * torch.cos(3 * x) / (2 + torch.sin(x))

    def outputs(x: Tensor) -> dict[str, Tensor]:
        return derivatives(function(x), {"x": x}, order=order)

    found = run(trace(outputs, {"x": ()}), {"x": np.array([x, 0.5])}, exact=True)
    single = found_by(function, x, order)
    assert [float(found[f"d{k}.x"][0]) for k in range(2, order + 1)] == single


def test_what_decides_is_known_at_a_point() -> None:
    def function(x: Tensor) -> Tensor:
        return x**3 if x > 0 else -(x**4)

    assert found_by(function, 2.0, 3) == [12.0, 6.0]
    assert found_by(function, -2.0, 4) == [-48.0, 48.0, -24.0]


def test_a_number_that_would_lose_its_derivative_is_refused() -> None:
    with at_point({"x": torch.tensor(2.0)}) as tensors:
        for leak in (float, torch.Tensor.item, torch.Tensor.tolist):
            with pytest.raises(Exception, match="traced value"):
                leak(tensors["x"])
        assert Series(tensors["x"]._data).derivatives((tensors["x"] ** 2)._data, 3) == [2.0, 0.0]


def test_a_chain_as_deep_as_one_likes_has_series() -> None:
    def function(x: Tensor) -> Tensor:
        for _ in range(2_000):
            x = torch.sin(x)
        return x

    assert np.isfinite(found_by(function, 0.5, 3)).all()


def test_what_has_no_series_is_differentiated_again_and_again_to_a_bounded_order() -> None:
    def function(x: Tensor) -> Tensor:
        return torch.softmax(torch.stack([x, x**2]), 0)[0]

    np.testing.assert_allclose(found_by(function, 0.7, 5), by_graphs(function, 0.7, 5))
    with pytest.raises(OrderError, match="beyond the order 8"):
        found_by(function, 0.7, 9)


def test_a_variable_of_several_elements_has_no_repeated_derivatives() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(ValueError, match="2 elements"):
        derivatives(x.sum(), {"x": x}, order=2)
