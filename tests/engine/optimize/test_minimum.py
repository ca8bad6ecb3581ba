"""Minima from a start: found to the last digits, and where there is none, said so."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine.optimize.minimum import Bounds, Minimum, minimize
from autodiff.engine.optimize.objective import Objective
from autodiff.engine.optimize.starts import spread
from autodiff.engine.optimize.unknowns import Unknowns

F = Callable[..., Any]


def found(function: F, start: Sequence[float], bounds: Bounds | None = None) -> Minimum:
    unknowns = Unknowns({f"x{i}": () for i in range(len(start))})
    return minimize(Objective(function, unknowns), np.array(start, float), bounds)


MINIMA: list[tuple[F, list[float], list[float], str]] = [
    (lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2, [-1.2, 1], [1, 1], "minimum"),
    (lambda x, y: (x - 1e6) ** 2 + (y - 2e-6) ** 2 + (x * y - 2) ** 2, [1, 1], [1e6, 2e-6], "minimum"),
    (lambda x, y: ((x - 3e-9) / 1e-9) ** 2 + (y - 2e5) ** 2, [1e-9, 1], [3e-9, 2e5], "minimum"),
    (lambda x, y: x**2 - y**2 + y**4, [0, 0], [0, math.sqrt(0.5)], "minimum"),
    (lambda x: x - torch.log(x), [5], [1], "minimum"),
    (lambda x: x**4, [1], [0], "flat minimum"),
    (lambda x: torch.cos(x), [0], [math.pi], "minimum"),
    (lambda x: 1e-20 * (x - 3) ** 2, [1], [3], "minimum"),
    (lambda x: 1e20 * (x - 3) ** 2 + 1e20, [1], [3], "minimum"),
    (lambda x: abs(x - 1), [0], [1], "kink"),
    (lambda x: torch.relu(x) + 3, [2], [0], "kink"),
]


@grouped("function, start, expected, kind", MINIMA)
def test_a_minimum_is_found(function: F, start: list[float], expected: list[float], kind: str) -> None:
    minimum = found(function, start)
    assert minimum.converged
    assert minimum.optimality is not None
    assert minimum.optimality.kind == kind
    assert np.abs(minimum.x) == pytest.approx(np.abs(expected), rel=1e-9, abs=1e-9)


@grouped("power", [4, 6, 8])
def test_a_flat_minimum_is_one(power: int) -> None:
    minimum = found(lambda x, y: (x - 3) ** power + y**2, [0, 1])
    assert minimum.converged
    assert minimum.optimality is not None
    assert minimum.optimality.kind == "flat minimum"
    assert minimum.x == pytest.approx([3, 0], abs=1e-2)


@grouped("start", [1, -0.7, 3.3, 0.01])
def test_a_minimum_without_curvature_that_is_added_to_others_is_one(start: float) -> None:
    for flat in (lambda x: torch.cosh(x) - x**2 / 2, lambda x: torch.cos(x) + x**2 / 2):
        for minimum in (found(flat, [start]), found(lambda x, y: flat(x) + y**2, [start, 1])):  # noqa: B023
            assert minimum.converged
            assert minimum.optimality is not None
            assert minimum.optimality.kind in ("minimum", "flat minimum")


KINKS: list[tuple[F, list[float], list[float]]] = [
    (lambda x: abs(x - 1) + 0.3 * x, [5], [1]),
    (lambda x: abs(x) - 0.5 * x * x, [0.2], [0]),
    (lambda x: torch.sqrt(abs(x)), [3], [0]),
    (lambda x, y: abs(x) + (y - 1) ** 2, [2, 3], [0, 1]),
    (lambda x, y: abs(x - 0.3) + 3 * abs(y - 0.7), [2, 3], [0.3, 0.7]),
    (lambda x, y: torch.maximum(x**2 + y**2, (x - 2) ** 2 + y**2), [0.3, 3], [1, 0]),
    (lambda x, y: (x - 1) ** 2 + (y - 0.2) ** 2 + x * y + 0.5 * abs(x) + 0.5 * abs(y), [2, 2], [0.75, 0]),
    (
        lambda x, y: torch.maximum(
            torch.maximum(x**2 + y**4, (2 - x) ** 2 + (2 - y) ** 2), 2 * torch.exp(y - x)
        ),
        [1, -0.1],
        [1.1390376, 0.8995599],  # Charalambous and Bandler
    ),
    (lambda x, y: torch.sqrt((x - 1) ** 2 + (y - 2) ** 2), [5, 5], [1, 2]),
]  # fmt: skip


@grouped("function, start, expected", KINKS)
def test_a_minimum_at_a_kink_is_one(function: F, start: list[float], expected: list[float]) -> None:
    minimum = found(function, start)
    assert minimum.reason == "kink"
    assert minimum.x == pytest.approx(expected, rel=1e-6, abs=1e-7)


NONE: list[tuple[F, list[float], str]] = [
    (lambda x: torch.exp(-x), [0], "receding"),
    (lambda x: 1 / (1 + x**2), [1], "receding"),
    (lambda x: torch.tanh(x), [0], "receding"),
    (lambda x: x + 0.0, [1], "unbounded"),
    (lambda x: torch.log(x), [1], "unbounded"),
    (lambda x: x**3, [0], "unbounded"),
    (lambda x: x**3, [1], "unbounded"),
    (lambda x, y: x**2 - y**2, [0, 0], "unbounded"),
    (lambda x: torch.sqrt(x), [-1], "undefined"),
    (lambda x: torch.sqrt(x), [1], "edge"),
    (lambda x: x + torch.sqrt(x - 1), [3], "edge"),
    (lambda x: torch.acos(x), [0.5], "edge"),
    (lambda x, y: torch.sqrt(x) + y**2, [3, 2], "edge"),
    (lambda x: torch.floor(x), [3.5], "flat"),
    (lambda x: x * 0 + 1, [3.5], "flat"),
]


@grouped("function, start, reason", NONE)
def test_where_there_is_no_minimum_none_is_claimed(function: F, start: list[float], reason: str) -> None:
    minimum = found(function, start)
    assert minimum.reason == reason
    assert not minimum.converged


def test_a_bound_keeps_what_would_go_beyond_it() -> None:
    bounds = Bounds(np.array([0.0, 0.0]), np.array([1.0, 1.0]))
    minimum = found(lambda x, y: (x - 3) ** 2 + (y - 0.5) ** 2, [0, 0], bounds)
    assert minimum.converged
    assert minimum.x.tolist() == [1, 0.5]
    assert minimum.optimality is not None
    assert minimum.optimality.free.tolist() == [False, True]
    assert minimum.optimality.gradient.tolist() == [-4, 0]


@grouped(
    "function, start, end",
    [
        (lambda x, y: torch.sqrt(x) + y**2, [3, 2], [0, 0]),
        (lambda x, y: torch.acos(x) + (y - 1) ** 2, [0.5, 0], [1, 1]),
        (lambda x, y: torch.sqrt(1 - x) * torch.exp(y), [0.3, 0.5], [1, 0]),
    ],
)
def test_a_bound_may_be_where_slopes_become_infinite(function: F, start: list[float], end: list[float]) -> None:
    minimum = found(function, start, Bounds(np.array([0.0, 0.0]), np.array([1.0, 2.0])))
    assert minimum.converged
    assert minimum.x == pytest.approx(end, abs=1e-12)


def test_within_bounds_a_minimum_inside_is_found_too() -> None:
    bounds = Bounds(np.array([-2.0, -2.0]), np.array([2.0, 2.0]))
    minimum = found(lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2, [-1.2, 1], bounds)
    assert minimum.converged
    assert minimum.x == pytest.approx([1, 1], rel=1e-12)


def test_many_unknowns_need_no_hessian() -> None:
    unknowns = Unknowns({"x": (300,)})
    weights = torch.tensor(np.arange(1.0, 301))
    objective = Objective(lambda x: (weights * (x - 1) ** 2).sum() / 2, unknowns)
    minimum = minimize(objective, np.zeros(300))
    assert minimum.converged
    assert minimum.x == pytest.approx(np.ones(300), abs=1e-6)
    assert not objective.counts.hessians


def test_starts_fill_a_box_and_are_the_same_each_time() -> None:
    low, high = np.array([-1.0, 0.0]), np.array([1.0, 10.0])
    points = spread(low, high, 64)
    assert np.array_equal(points, spread(low, high, 64))
    assert ((points >= low) & (points <= high)).all()
    quarters = {(bool(x > 0), bool(y > 5)) for x, y in points[:16]}
    assert len(quarters) == 4


def test_the_rounding_of_a_value_is_about_what_it_is() -> None:
    objective = Objective(lambda x: (x - 1) ** 3, Unknowns({"x": ()}))
    assert objective.rounding(np.array([2.0])) == pytest.approx(np.finfo(float).eps * (1 + 6 + 3), rel=0.5)
    expanded = Objective(lambda x: x**3 - 3 * x**2 + 3 * x - 1, Unknowns({"x": ()}))
    x = np.array([1 + 1e-6])
    assert objective.rounding(x) < 1e-26 < 1e-16 < expanded.rounding(x) < 1e-14
