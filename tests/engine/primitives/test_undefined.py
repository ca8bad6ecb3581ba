"""Nan, infinity and zero, in arguments and in gradients that come in: what PyTorch makes of them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine.nn import functional as F  # noqa: N812

INF, NAN = math.inf, math.nan
TARGET = torch.tensor([1.0, 1.0, 0.0])

# The call, its argument, the gradient that comes in, and the one that PyTorch 2.13 sends on.
CASES: dict[str, tuple[Callable[..., torch.Tensor], list[float], float, list[float]]] = {
    "smooth_l1_loss of nan": (lambda x: F.smooth_l1_loss(x, TARGET, "sum"), [NAN, 1, 2], 1, [NAN, 0, 1]),
    "huber_loss of nan": (lambda x: F.huber_loss(x, TARGET, "none"), [NAN, 1, 2], -1, [NAN, 0, -1]),
    "huber_loss of width 2": (lambda x: F.huber_loss(x, TARGET, "none", 2.0), [NAN, 1, 3], 1, [NAN, 0, 2]),
    "nan for the largest": (lambda x: torch.vector_norm(x, INF), [2, 3, 0], NAN, [NAN, NAN, NAN]),
    "inf for the largest": (lambda x: torch.vector_norm(x, INF), [2, 3, 0], INF, [NAN, INF, NAN]),
    "nan for the smallest": (lambda x: torch.vector_norm(x, -INF), [2, 3, 0], NAN, [NAN, NAN, NAN]),
    "a norm of negative order": (lambda x: torch.vector_norm(x, -1), [2, 3, 0], NAN, [NAN, NAN, NAN]),
    "a distance": (lambda x: torch.dist(x, TARGET, INF), [2, 3, 0], NAN, [NAN, NAN, NAN]),
    "a product with two zeros": (torch.prod, [2, 0, 0], NAN, [0, 0, 0]),
    "a product with one zero": (torch.prod, [2, 3, 0], NAN, [NAN, NAN, NAN]),
    "the reciprocal of a product": (lambda x: torch.prod(x) ** -1, [2, 0, 0], 1, [0, 0, 0]),
    "running products up to a zero": (lambda x: torch.cumprod(x, 0), [2, 3, 0], INF, [INF, INF, INF]),
    "running products from a zero on": (lambda x: torch.cumprod(x, 0), [0, 3, 2], NAN, [NAN, 0, 0]),
    "logcumsumexp": (lambda x: torch.logcumsumexp(x, 0), [2, 3, 0], INF, [INF, INF, INF]),
    "nan_to_num": (torch.nan_to_num, [NAN, 1, 2], NAN, [NAN, NAN, NAN]),
    "copysign": (lambda x: torch.copysign(x, -TARGET), [NAN, INF, -2], 1, [NAN, NAN, 1]),
    "copysign with a number": (lambda x: torch.copysign(x, -1.0), [NAN, -INF, -2], 1, [NAN, NAN, 1]),
    "logit between limits": (lambda x: torch.logit(x, 0.1), [NAN, INF, 0.5], 1, [NAN, 0, 4]),
    "logit of negative zero": (torch.logit, [-0.0, 0.0, 0.5], 1, [INF, INF, 4]),
    "log of elu of negative zero": (lambda x: torch.log(F.elu(x)), [-0.0, 0.0, 1], 1, [-INF, INF, 1]),
    "mode of nan": (lambda x: torch.mode(x).values, [NAN, 1, 2], 1, [1, 0, 0]),
    "mode beside nan": (lambda x: torch.mode(x).values, [1, 1, NAN], 1, [0, 1, 0]),
    "a root of minus infinity by a tensor": (lambda x: x ** torch.tensor(0.5), [-INF, 4, 0], 1, [0, 0.25, INF]),
    "infinite logits": (
        lambda x: torch.binary_cross_entropy_with_logits(x, INF * TARGET, reduction="sum"),
        [INF, -INF, NAN],
        1,
        [-INF, -INF, NAN],
    ),
    "no distance": (lambda x: torch.cdist(x.reshape(3, 1), x.reshape(3, 1), 0), [NAN, 1, 1], 1, [0, 0, 0]),
    "distances of order 1": (lambda x: torch.cdist(x[None], TARGET[None], 1), [NAN, INF, 1], 1, [NAN, 1, 1]),
    "distances of equal parts": (lambda x: torch.cdist(x[None], TARGET[None], INF), [0, 0, 1], 1, [-1, -1, 1]),
    "an infinite distance": (lambda x: torch.cdist(x[None], TARGET[None], INF), [INF, 0, 1], 1, [NAN, 0, 0]),
    "i1 of the smallest number": (torch.special.i1, [5e-324, -1e-310, 0], 1, [0.5, 0.5, 0.5]),
    "a root of minus infinity": (lambda x: x ** torch.tensor([0.5, 0.5, 2.0]), [-INF, 0, -3], 1, [0, INF, -6]),
    "a power of 0": (lambda x: x ** torch.tensor([1.0, 1.0, 0.0]), [2, 3, 0], NAN, [NAN, NAN, 0]),
}


@grouped("name", CASES)
def test_what_is_undefined_goes_where_it_does_in_pytorch(name: str) -> None:
    call, at, incoming, expected = CASES[name]
    x = torch.tensor([float(v) for v in at], requires_grad=True)
    result = call(x)
    result.backward(torch.full_like(result.detach(), incoming))
    np.testing.assert_allclose(x.grad.tolist(), expected)


@pytest.mark.parametrize("size", [1e-300, 1e-50, 1.0, 1e50, 1e300, 0.0])
def test_the_slope_of_a_matrix_exponential_keeps_its_digits_whatever_the_gradient_that_comes_in(size: float) -> None:
    x = torch.tensor([[1.0, 2.0], [0.5, -1.0]], requires_grad=True)
    unit, scaled = (
        torch.autograd.grad(torch.matrix_exp(x), x, torch.full((2, 2), factor))[0].numpy() for factor in (1.0, size)
    )
    np.testing.assert_allclose(scaled, unit * size, rtol=1e-12)


def test_the_determinant_of_numbers_of_very_unlike_size_has_a_gradient() -> None:
    left = torch.special.i1(torch.tensor([2.6, -1.078, 1.0]))
    x = (torch.outer(left, torch.tensor([2.416 - 2.6, 1e300, -1e300])) + torch.eye(3)).requires_grad_()
    (slope,) = torch.autograd.grad(torch.linalg.det(x), x)
    assert slope.shape == (3, 3)
