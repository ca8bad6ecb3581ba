"""Random points lie on both sides of what an expression compares with."""

from __future__ import annotations

from itertools import islice

from groups import grouped

from autodiff.parser.analysis.coordinates import NumericFunction
from autodiff.parser.analysis.sample import points
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.parse import parse


@grouped(
    "source, constant",
    [
        ("where(x > 5, x**2, x)", 5),
        ("where(x < -7, x**2, x)", -7),
        ("clamp(x, 0, 10)", 10),
        ("max(x, 100)", 100),
        ("minimum(x, 1e6)", 1e6),
        ("x if x > 50 else -x", 50),
        ("f(t) = relu(t) if t > 20 else t; f(x)", 20),
        ("x.clamp(-40, 3)", -40),
    ],
)
def test_points_are_drawn_on_both_sides_of_a_constant(source: str, constant: float) -> None:
    expression = NumericFunction(parse(source), ["x"], Limits(), "float64")
    for seed in range(5):
        drawn = [float(point["x"]) for point in islice(points(expression, {}, ["x"], seed), 10)]
        assert min(drawn) < constant < max(drawn)
