"""P, L and U of a matrix, what is solved by them, and what there is of complex numbers."""

from __future__ import annotations

from typing import Any

import pytest

import autodiff.engine as torch
from autodiff.engine.autograd import gradcheck, gradgradcheck

A = torch.tensor([[2.0, 1.0, 3.0], [4.0, 5.0, 6.0], [1.0, 8.0, 9.0]])
B = torch.tensor([[1.0, 2.0], [0.0, 3.0], [5.0, 1.0]])


@pytest.mark.parametrize("matrix", [A, A[:2], A[:, :2], torch.stack([A, A.T]), torch.zeros(2, 2), torch.zeros(0, 2)])
def test_a_matrix_is_the_product_of_its_factors(matrix: Any) -> None:
    p, lower, upper = torch.linalg.lu(matrix)
    assert torch.allclose(p @ lower @ upper, matrix)
    assert torch.equal(lower.tril(), lower)
    assert torch.equal(upper.triu(), upper)
    unpacked = torch.lu_unpack(*torch.linalg.lu_factor(matrix))
    assert all(torch.equal(a, b) for a, b in zip(unpacked, (p, lower, upper), strict=True))


def test_they_solve_equations() -> None:
    factors = torch.linalg.lu_factor(A)
    assert factors.pivots.tolist() == [2, 3, 3]
    assert torch.allclose(A @ torch.linalg.lu_solve(*factors, B), B)
    assert torch.allclose(A.T @ torch.linalg.lu_solve(*factors, B, adjoint=True), B)
    assert torch.allclose(torch.linalg.lu_solve(*factors, B.T, left=False) @ A, B.T)
    assert torch.equal(torch.lu_solve(B, *A.lu()), torch.linalg.lu_solve(*factors, B))
    assert repr(torch.linalg.lu(A)).startswith("torch.return_types.linalg_lu(\nP=tensor([[0., 0., 1.],")


def test_they_have_derivatives_of_any_order() -> None:
    x = A.detach().requires_grad_()
    assert gradcheck(lambda x: torch.linalg.lu(x)[1:], x)
    assert gradgradcheck(lambda x: torch.linalg.lu(x)[1:], x)
    assert gradcheck(lambda x: torch.linalg.lu_solve(*torch.linalg.lu_factor(x), B), x)


def test_what_is_complex_is_refused_by_name() -> None:
    for name in ("eig", "eigvals"):
        with pytest.raises(NotImplementedError, match=f"torch.linalg.{name}: complex numbers are not supported"):
            getattr(torch.linalg, name)(A)
    with pytest.raises(NotImplementedError, match=r"torch.polar: complex numbers"):
        torch.polar(A, A)
    assert torch.conj(A) is A


def test_elements_are_put_where_a_mask_or_indices_say() -> None:
    x = torch.zeros(2, 3, requires_grad=True)
    source = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    mask = torch.tensor([[True, False, True], [False, True, False]])
    y = x.masked_scatter(mask, source)
    assert y.tolist() == [[1, 0, 2], [0, 3, 0]]
    (y * torch.arange(6.0).reshape(2, 3)).sum().backward()
    assert source.grad is not None
    assert source.grad.tolist() == [0, 2, 4, 0]
    assert torch.zeros(3).put(torch.tensor([0, -1, 0]), torch.tensor([1.0, 2.0, 3.0]), accumulate=True).tolist() == [
        4,
        0,
        2,
    ]
    assert torch.zeros(3, 2).fill_diagonal_(1).tolist() == [[1, 0], [0, 1], [0, 0]]
    assert torch.zeros(4, 1).fill_diagonal_(1, wrap=True).tolist() == [[1], [0], [1], [0]]
    assert torch.ones(2).index_reduce(0, torch.tensor([1, 1]), torch.tensor([2.0, 3.0]), "prod").tolist() == [1, 6]
    assert torch.nonzero_static(torch.tensor([0, 1]), size=2).tolist() == [[1], [-1]]
    for wrong in (
        lambda: x.masked_scatter(mask, source[:2]),
        lambda: x.put(torch.tensor([9]), source[:1]),
        lambda: x.put(torch.tensor([1.0]), source[:1]),
    ):
        with pytest.raises((RuntimeError, IndexError), match=r"Number of elements|out of range|Expected a long"):
            wrong()


def test_closeness_is_asserted_with_where_it_fails() -> None:
    close = torch.testing.assert_close
    close(torch.ones(2), torch.ones(2) + 1e-9)
    close({"a": [torch.ones(2), 1.0]}, {"a": [torch.ones(2), 1.0]})
    with pytest.raises(
        AssertionError, match=r"Mismatched elements: 2 / 3 \(66.7%\)\nGreatest absolute difference: 1.0"
    ):
        close(torch.ones(3), torch.tensor([1.0, 2.0, 1.1]))
    with pytest.raises(AssertionError, match="Expected 2.0 but got 1.0"):
        close(1.0, 2.0)
    with pytest.raises(AssertionError, match="attribute 'shape'"):
        close(torch.ones(2), torch.ones(3))
    with pytest.raises(AssertionError, match="attribute 'dtype'"):
        close(torch.ones(2), torch.ones(2).float())
