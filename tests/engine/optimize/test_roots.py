"""Roots in a range: all of them, none that is no root, and what kind each is."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine.optimize.objective import Objective
from autodiff.engine.optimize.roots import Roots, roots_between
from autodiff.engine.optimize.unknowns import Unknowns

F = Callable[[Any], Any]


def found(function: F, low: float, high: float) -> Roots:
    return roots_between(Objective(function, Unknowns({"x": ()})), low, high)


ROOTS: list[tuple[F, float, float, list[float], list[float]]] = [
    (lambda x: x**2 - 2, -10, 10, [-math.sqrt(2), math.sqrt(2)], [1, 1]),
    (lambda x: torch.sin(x), -4, 4, [-math.pi, 0, math.pi], [1, 1, 1]),
    (lambda x: torch.tan(x), -5, 5, [-math.pi, 0, math.pi], [1, 1, 1]),
    (lambda x: (x - 1) ** 2, -10, 10, [1], [2]),
    (lambda x: x**2 - 2 * x + 1, -10, 9, [1], [2]),
    (lambda x: x**3 - 3 * x**2 + 3 * x - 1, -10, 9.3, [1], [3]),
    (lambda x: (x - 0.3) ** 4 * (x - 2), -10, 9.3, [0.3, 2], [4, 1]),
    (lambda x: x**2 - 1e-20, -10, 10, [-1e-10, 1e-10], [1, 1]),
    (lambda x: (x - 1) * (x - 1.0000001), -10, 10, [1, 1.0000001], [1, 1]),
    (lambda x: abs(x - 0.3), -10, 10, [0.3], [1]),
    (lambda x: torch.cos(x) - 1, -7, 7, [-2 * math.pi, 0, 2 * math.pi], [2, 2, 2]),
    (lambda x: torch.cbrt(x - 0.1), -5, 5, [0.1], [1 / 3]),
    (lambda x: torch.sqrt(x), -5, 5, [0], [0.5]),
    (lambda x: torch.sqrt(x) - 1, -5, 5, [1], [1]),
    (lambda x: x * torch.log(x), -5, 5, [1], [1]),
    (lambda x: 1 / (x - 1) ** 2 - 4, -5, 5, [0.5, 1.5], [1, 1]),
]


@grouped("function, low, high, roots, multiplicities", ROOTS)
def test_all_roots_are_found(
    function: F, low: float, high: float, roots: list[float], multiplicities: list[float]
) -> None:
    result = found(function, low, high)
    assert [root.x for root in result.roots] == pytest.approx(roots, rel=1e-12, abs=1e-12)
    assert [root.multiplicity for root in result.roots] == pytest.approx(multiplicities)
    assert all(abs(root.x - x) <= root.error + 4e-16 for root, x in zip(result.roots, roots, strict=True))
    assert not result.open


NONE: list[tuple[F, float, float]] = [
    (lambda x: 1 / x, -10, 10),
    (lambda x: x**2 + 1e-20, -10, 10),
    (lambda x: torch.floor(x) - 0.5, -5, 5.5),
    (lambda x: torch.exp(-x), 0, 1000),
    (lambda x: torch.tanh(x) - 1, -5, 50),
    (lambda x: torch.exp(x), -1000, 1),
    (lambda x: x + 1 / x, -5, 5),
    (lambda x: torch.sign(x) + 0.5, -5, 5),
    (lambda x: torch.log(x), -5, -1),
]


@grouped("function, low, high", NONE)
def test_what_is_no_root_is_not_taken_for_one(function: F, low: float, high: float) -> None:
    result = found(function, low, high)
    assert not result.roots
    assert not result.zeros


def test_poles_and_jumps_are_told() -> None:
    assert found(lambda x: torch.tan(x), 0, 4).poles == pytest.approx([math.pi / 2])
    assert found(lambda x: torch.floor(x) - 0.5, -0.5, 1.5).jumps == pytest.approx([1])


def test_an_interval_of_zeros_is_one() -> None:
    assert found(lambda x: torch.relu(x), -5, 5).zeros == [(-5, 0)]
    assert found(lambda x: torch.floor(x) - 2, -5, 5).zeros == [(2, pytest.approx(3))]
    assert found(lambda x: torch.where(abs(x) < 1, 0, x), -5, 5).zeros == [(pytest.approx(-1), pytest.approx(1))]
    assert found(lambda x: torch.relu(x - 1) ** 4, -5, 5).zeros == [(-5, pytest.approx(1, abs=1e-3))]


def test_where_roots_come_too_thick_it_is_said() -> None:
    objective = Objective(lambda x: torch.sin(1 / x), Unknowns({"x": ()}))
    result = roots_between(objective, -0.1, 0.001, most=20)
    assert result.open
    assert len(result.roots) >= 20


def test_many_roots_are_all_found() -> None:
    assert len(found(lambda x: torch.sin(10 * x), 0, 4).roots) == 13
