"""Gradients, Jacobians and Hessians by their one implementation: by rows, by columns, as products, and traced."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd import functional, jacobians
from autodiff.engine.autograd.jacobians import derivatives, gradients, jacobian_columns, jacobian_rows, jvp, vjp
from autodiff.engine.program.program import Program
from autodiff.engine.program.tracing import trace
from autodiff.engine.tensors.size import at_most


def inputs() -> tuple[Tensor, Tensor]:
    return torch.tensor([0.3, 0.7, -0.2], requires_grad=True), torch.tensor(1.5, requires_grad=True)


def outputs_of(x: Any, y: Any) -> list[Tensor]:
    return [torch.outer(torch.sin(x), x * y), (x**2).sum() * y]


def test_rows_and_columns_make_the_same_matrix_in_the_shape_of_output_and_input() -> None:
    given = inputs()
    outputs = outputs_of(*given)
    _, columns = jacobian_columns(outputs_of, [t.detach() for t in given])
    for output, blocks in zip(outputs, columns, strict=True):
        for row, column, tensor in zip(jacobian_rows(output, given), blocks, given, strict=True):
            assert row.shape == column.shape == (*output.shape, *tensor.shape)
            np.testing.assert_allclose(row._data, column._data, rtol=1e-14)


def test_products_are_those_with_the_matrix() -> None:
    x, y = inputs()
    output = outputs_of(x, y)[0]
    by_x, by_y = jacobian_rows(output, [x, y])
    cotangent, tangent = torch.tensor(np.arange(9.0).reshape(3, 3).tolist()), torch.tensor([1.0, -2.0, 0.5])
    pulled = vjp([output], [x, y], [cotangent])
    np.testing.assert_allclose(pulled[0]._data, np.tensordot(cotangent._data, by_x._data, 2), rtol=1e-14)
    np.testing.assert_allclose(pulled[1]._data, np.tensordot(cotangent._data, by_y._data, 2), rtol=1e-14)
    (pushed,) = jvp([output], [x], [tangent])
    np.testing.assert_allclose(pushed._data, by_x._data @ tangent._data, rtol=1e-14)


def in_pieces(x: Tensor) -> Tensor:
    """Written piece by piece into a tensor that was made before."""
    result = torch.zeros(2, 3)
    result[0] = x.sin()
    result[1, :2] = x[1:] * x[:-1]
    return result * x


def numbers_in_between(x: Tensor) -> Tensor:
    return x * 2 if x.detach().numpy().sum() > 0 else x


@pytest.mark.parametrize(
    "function",
    [
        in_pieces,
        numbers_in_between,
        lambda x: torch.nn.functional.pad(x.reshape(1, 1, 3), (1, 2), mode="circular"),
        lambda x: torch.as_strided(x.sin(), (2, 2), (1, 1)),
        lambda x: torch.nn.functional.pad(x.reshape(1, 3) ** 2, (2, 1), mode="reflect"),
        lambda x: x[[0, 2, 2]] @ torch.outer(x, x),
    ],
)
def test_both_modes_are_as_for_one_element_at_a_time(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    x = torch.tensor([0.3, 0.7, -0.2], requires_grad=True)
    together = jacobian_rows(function(x), [x])[0], jacobian_columns(lambda t: [function(t)], [x.detach()])[1][0][0]
    monkeypatch.setattr(jacobians, "_at_a_time", lambda largest: 1)
    apart = jacobian_rows(function(x), [x])[0], jacobian_columns(lambda t: [function(t)], [x.detach()])[1][0][0]
    for found in (*together, apart[1]):
        np.testing.assert_allclose(found._data, apart[0]._data, rtol=1e-13, atol=1e-15)


def test_what_is_not_reached_has_zeros_of_its_shape_and_dtype() -> None:
    x = torch.tensor([1.0, 2.0], dtype=torch.float32, requires_grad=True)
    y = torch.tensor(3.0, requires_grad=True)
    constant = torch.tensor([1.0, 2.0])
    for value in (y * 2, constant):
        (gradient,) = gradients(value, [x])
        assert gradient.tolist() == [0.0, 0.0]
        assert gradient.dtype == torch.float32
    assert jacobian_rows(constant, [x])[0].tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert jvp([constant], [x], [x.detach()])[0].tolist() == [0.0, 0.0]


def test_a_matrix_of_nothing_has_its_shape() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    assert jacobian_rows(x[:0] * 2, [x])[0].shape == (0, 2)
    assert jacobian_columns(lambda t: [t * 2], [x.detach()[:0]])[1][0][0].shape == (0, 0)


def test_traced_the_same_derivatives_are_outputs_of_a_program() -> None:
    kinds: dict[str, Any] = {"jacobian": True, "hessian": True}
    x, y = inputs()

    def found(x: Tensor, y: Tensor) -> dict[str, Tensor]:
        return derivatives(outputs_of(x, y)[0], {"x": x, "y": y}, **kinds)

    program: Program = trace(found, {"x": (3,), "y": ()})
    expected = found(x, y)
    results = program.run({"x": x._data, "y": y._data})
    assert list(results) == list(expected)
    for name, tensor in expected.items():
        np.testing.assert_allclose(results[name], tensor._data, rtol=1e-13, atol=1e-15)


def test_repeated_derivatives_are_by_single_numbers_only() -> None:
    x, y = inputs()
    found = derivatives(y**4, {"y": y}, order=4)
    assert [float(found[f"d{k}.y"]) for k in (2, 3, 4)] == pytest.approx([12 * 1.5**2, 24 * 1.5, 24.0])
    with pytest.raises(ValueError, match=r"^repeated derivatives are by single numbers; x has 3 elements$"):
        derivatives((x**2).sum(), {"x": x}, order=2)


@pytest.mark.parametrize(("vectorize", "passes"), [(False, 3), (True, 1)])
def test_a_hook_is_called_for_each_element_unless_they_are_to_go_together(vectorize: bool, passes: int) -> None:
    seen: list[Any] = []

    def hooked(x: Tensor) -> Tensor:
        y = x.sin()
        y.register_hook(lambda g: seen.append(tuple(g.shape)))
        return y * x

    functional.jacobian(hooked, torch.tensor([0.3, 0.7, -0.2]), vectorize=vectorize)
    assert seen == [(3,)] * passes


def test_no_more_elements_are_computed_at_a_time_than_allowed() -> None:
    x = torch.ones(20, requires_grad=True)

    def wide(x: Tensor) -> Tensor:
        return (x.reshape(20, 1) * torch.ones(1, 30)).cumsum(1).sum(1)

    with at_most(700):
        rows = jacobian_rows(wide(x), [x])[0]
        columns = jacobian_columns(lambda t: [wide(t)], [x.detach()])[1][0][0]
    np.testing.assert_allclose(rows._data, 465 * np.eye(20))
    np.testing.assert_allclose(columns._data, 465 * np.eye(20))
