"""The list of differences from PyTorch is true, and docs/differences.md is that list."""

from __future__ import annotations

import pytest
from groups import grouped
from pytorch.differences import EXTREME, HIGHER, ONLY_HERE, PAGE, Difference, derivative, page

from autodiff.engine import tensor
from autodiff.engine.autograd import grad
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.syntax.parse import parse


def test_the_page_of_differences_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "python tests/pytorch/differences.py writes it"


@grouped("difference", HIGHER, ids=lambda d: f"{d.text} by {d.by}")
def test_a_higher_derivative_is_what_mathematics_says(difference: Difference) -> None:
    text, point, by, right, pytorch = difference
    assert derivative(text, point, by) == pytest.approx(right, rel=1e-12)
    assert right != pytest.approx(pytorch, abs=0)


@grouped("difference", EXTREME, ids=lambda d: f"{d.text} at {d.point['x']}")
def test_a_pole_or_a_limit_is_what_mathematics_says(difference: Difference) -> None:
    text, point, by, right, _ = difference
    assert derivative(text, point, by) == pytest.approx(right, rel=1e-12, abs=0)


@grouped("text, slope", [(t, s) for t, s in ONLY_HERE.items() if "y" not in t and "[" not in t])
def test_a_derivative_that_pytorch_lacks_is_the_one_in_the_list(text: str, slope: str) -> None:
    x = tensor(1.7, requires_grad=True)
    (found,) = grad(evaluate(parse(text), {"x": x}), [x])
    expected = evaluate(parse(slope.partition(", and")[0]), {"x": x})
    assert found.item() == pytest.approx(expected.item(), rel=1e-12)


NEAR = 1e-3
SMOOTH = [
    "i0(x)",
    "i1(x)",
    "sinc(x)",
    "spherical_bessel_j0(x)",
    "bessel_j0(x)",
    "bessel_j1(x)",
    "besselj(3, x)",
    "besseli(2, x)",
    "airy_ai(x)",
    "si(x)",
    "erfi(x)",
    "dawson(x)",
    "fresnel_s(x)",
    "lambertw(x)",
    "(x + 1)**(x + 1)",
    "(x + 1)**(x + 2)",
    "(x + 2)**x",
    "(x + 2)**(x + 1)",
    "2**x",
    "gamma(x + 1)",
    "root(x + 1, 5)",
]


@pytest.mark.parametrize("text", SMOOTH)
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_a_derivative_at_a_special_point_is_the_limit_of_those_beside_it(text: str, order: int) -> None:
    def at(x: float) -> float:
        return derivative(text, {"x": x}, "x" * order)

    # Of four points around 0, so that the error is of order NEAR**4.
    beside = (4 * (at(NEAR) + at(-NEAR)) - (at(2 * NEAR) + at(-2 * NEAR))) / 6
    assert at(0.0) == pytest.approx(beside, rel=1e-6, abs=1e-6)
