"""Formulas at the points where a careless one goes wrong, and conversions to Python and NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import autodiff.engine as torch


def leaf(data: Any) -> torch.Tensor:
    return torch.tensor(data, requires_grad=True)


@pytest.mark.covers("TestAutograd.test_pow_zero_tensor_gradient")
def test_a_power_of_zero_has_no_slope_in_its_base_and_minus_infinity_nowhere() -> None:
    x = leaf([0.0, 0.0])
    (x**0).sum().backward()
    assert x.grad.tolist() == [0, 0]
    exponent = leaf([2.0, 3.0])
    (torch.tensor([0.0, 0.0]) ** exponent).sum().backward()
    assert exponent.grad.tolist() == [0, 0]


@pytest.mark.covers("TestAutograd.test_power_function")
@pytest.mark.parametrize("base", [0.0, 2.0])
def test_a_number_to_a_power_has_the_slope_of_an_exponential(base: float) -> None:
    x = leaf([1.0, 2.0])
    (base**x).sum().backward()
    expected = [base**v * math.log(base) if base else 0.0 for v in (1.0, 2.0)]
    np.testing.assert_allclose(x.grad.tolist(), expected)


@pytest.mark.covers("TestAutogradDeviceType.test_min_max_median_backprops_to_all_values")
@pytest.mark.parametrize("name", ["min", "max", "median"])
def test_all_that_tie_share_the_gradient(name: str) -> None:
    x = leaf([1.0, 0.0, 1.0, 0.0, 1.0, 0.0])
    getattr(x, name)().backward()
    assert x.grad.sum().item() == pytest.approx(1)
    assert (np.asarray(x.grad) > 0).sum() == 3


@pytest.mark.covers("TestAutogradDeviceType.test_where_functional", "TestAutogradDeviceType.test_where_scalar")
def test_where_sends_the_gradient_to_the_side_it_took_through_broadcasting() -> None:
    condition = torch.tensor([[True, False], [False, True]])
    x, y = leaf([1.0, 2.0]), leaf(3.0)
    result = torch.where(condition, x, y)
    assert result.tolist() == [[1, 3], [3, 2]]
    result.sum().backward()
    assert x.grad.tolist() == [1, 1]
    assert y.grad.item() == 2
    z = leaf([1.0, 2.0])
    torch.where(z > 1.5, z, 0.0).sum().backward()
    assert z.grad.tolist() == [0, 1]


@pytest.mark.covers("TestAutograd.test_numpy_requires_grad")
def test_an_array_is_not_taken_out_of_the_graph_unasked() -> None:
    x = leaf([2.0, 3.0])
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        x.numpy()
    with torch.no_grad():
        assert (x * 2).numpy().tolist() == [4, 6]
    assert x.detach().numpy().tolist() == [2, 3]


@pytest.mark.covers("TestAutogradDeviceType.test_pyscalar_conversions")
def test_a_tensor_of_one_element_converts_to_python_numbers() -> None:
    x = torch.tensor([2.75])
    assert (float(x), int(x), bool(x), x.item()) == (2.75, 2, True, 2.75)
    assert [10, 20, 30][torch.tensor(1)] == 20
    with pytest.raises(ValueError, match="only one element"):
        float(torch.tensor([1.0, 2.0]))


@pytest.mark.covers("TestAutograd.test_var_mean_differentiable")
@pytest.mark.parametrize("keepdim", [False, True])
def test_variance_and_mean_at_once_are_differentiated_as_each_alone(keepdim: bool) -> None:
    data = np.random.default_rng(0).standard_normal((3, 4, 5, 2))
    together, apart = leaf(data), leaf(data)
    results = torch.var_mean(together, dim=[1, 3], keepdim=keepdim)
    alone = apart.var(dim=[1, 3], keepdim=keepdim), apart.mean(dim=[1, 3], keepdim=keepdim)
    for variance, mean in (results, alone):
        (variance * variance * mean * mean).sum().backward()
        np.testing.assert_allclose(variance.tolist(), alone[0].tolist())
    np.testing.assert_allclose(together.grad.tolist(), apart.grad.tolist())
