"""Functions of tensors as functions of a flat vector: against derivatives worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

import autodiff.engine as torch
from autodiff.engine.optimize.objective import Objective, Residuals
from autodiff.engine.optimize.unknowns import Unknowns

UNKNOWNS = Unknowns({"x": (), "w": (3,)})
POINT = np.array([0.5, 1.0, 2.0, 3.0])


def objective(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    return (w**2 * x).sum() + torch.exp(x) * w[0]


def by_sign(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    return w.sum() * x if x > 0 else x


def test_a_flat_vector_has_the_numbers_of_the_variables_in_order() -> None:
    assert np.array_equal(UNKNOWNS.flat({"w": [1, 2, 3], "x": 0.5}), POINT)
    assert UNKNOWNS.named(POINT)["x"] == 0.5
    assert UNKNOWNS.named(np.stack([POINT, POINT]))["w"].shape == (2, 3)
    assert UNKNOWNS.places() == [("x", ()), ("w", (0,)), ("w", (1,)), ("w", (2,))]


def test_value_gradient_and_hessian_are_those_of_calculus() -> None:
    found = Objective(objective, UNKNOWNS)
    e = np.exp(0.5)
    value, gradient = found.value_and_gradient(POINT)
    assert value == pytest.approx(7 + e)
    assert gradient == pytest.approx([14 + e, 1 + e, 2, 3])
    hessian = np.array([[e, 2 + e, 4, 6], [2 + e, 1, 0, 0], [4, 0, 1, 0], [6, 0, 0, 1]])
    assert found.hessian(POINT) == pytest.approx(hessian)
    vector = np.array([1.0, -2.0, 3.0, 0.5])
    assert found.hessian_product(POINT, vector) == pytest.approx(hessian @ vector)


def test_many_points_at_once_are_as_one_after_the_other() -> None:
    found = Objective(objective, UNKNOWNS)
    points = POINT + np.arange(3)[:, None]
    values, gradients = found.values_and_gradients(points)
    each = [found.value_and_gradient(point) for point in points]
    assert np.array_equal(values, [value for value, _ in each])
    assert np.array_equal(gradients, [gradient for _, gradient in each])
    assert np.array_equal(found.values(points), values)
    assert (found.counts.values, found.counts.gradients) == (9, 6)


def test_a_function_that_asks_for_numbers_is_differentiated_point_by_point() -> None:
    found = Objective(by_sign, UNKNOWNS)
    assert found.value_and_gradient(POINT)[1].tolist() == [6, 0.5, 0.5, 0.5]
    assert found.hessian(POINT)[0].tolist() == [0, 1, 1, 1]
    values, gradients = found.values_and_gradients(np.stack([POINT, -POINT]))
    assert values.tolist() == [3, -0.5]
    assert gradients[1].tolist() == [1, 0, 0, 0]


def test_residuals_have_a_row_of_the_jacobian_each() -> None:
    found = Residuals(lambda x, w: [(w**2 * x).sum(), w * x], UNKNOWNS)
    value, jacobian = found.value_and_jacobian(POINT)
    assert value.tolist() == [7, 0.5, 1, 1.5]
    assert jacobian.tolist() == [[14, 1, 2, 3], [1, 0.5, 0, 0], [2, 0, 0.5, 0], [3, 0, 0, 0.5]]
    assert found.values(np.stack([POINT, POINT])).tolist() == [[7, 0.5, 1, 1.5]] * 2
    assert (found.counts.values, found.counts.jacobians) == (3, 1)


def test_what_does_not_depend_on_the_unknowns_has_derivatives_that_are_zero() -> None:
    found = Objective(lambda x, w: torch.tensor(3.0), UNKNOWNS)
    assert found.value_and_gradient(POINT)[1].tolist() == [0] * 4
    assert not found.hessian(POINT).any()
    assert found.values(np.stack([POINT, POINT])).tolist() == [3, 3]
