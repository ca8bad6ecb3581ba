"""Minima subject to constraints: the point, the multipliers, and where nothing meets the constraints."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine.optimize.constrained import Constraints, minimize_subject
from autodiff.engine.optimize.minimum import Bounds, Minimum
from autodiff.engine.optimize.objective import Objective, Residuals
from autodiff.engine.optimize.unknowns import Unknowns

F = Callable[..., Any]


def found(function: F, constraints: F, equal: list[bool], start: list[float], bounds: Bounds | None = None) -> Minimum:
    unknowns = Unknowns({f"x{i}": () for i in range(len(start))})
    given = Constraints(Residuals(constraints, unknowns), np.array(equal))
    return minimize_subject(Objective(function, unknowns), given, np.array(start, float), bounds)


def rosenbrock(x: Any, y: Any) -> Any:
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


INEQUALITIES = [False, False]
HALF = [0.5, 0.5]
HS15 = [math.sqrt(250), math.sqrt(2.5)]
HS28 = [0.5, -0.5, 0.5]

# What is to be least, the constraints (zero, or at least zero), a start, where it is least, and the multipliers.
CASES: list[tuple[F, F, list[bool], list[float], list[float], list[float]]] = [
    (lambda x, y: x**2 + y**2, lambda x, y: [x + y - 1], [True], [1, 2], [0.5, 0.5], [1]),
    (lambda x, y: x**2 + y**2, lambda x, y: [x + y - 1], [False], [1, 2], [0.5, 0.5], [1]),
    (lambda x, y: x**2 + y**2, lambda x, y: [x + y + 1], [False], [1, 2], [0, 0], [0]),
    (lambda x, y: x + y, lambda x, y: [2 - x**2 - y**2], [False], [1, 2], [-1, -1], [0.5]),
    (lambda x, y: -x * y, lambda x, y: [1 - x - y], [False], [1, 2], [0.5, 0.5], [0.5]),
    (lambda x, y: (x - 2) ** 2 + (y - 1) ** 2, lambda x, y: [1 - x - y, 0.5 - x], INEQUALITIES, [0, 0], HALF, [1, 2]),
    (lambda x, y: x**2 + y**2, lambda x, y: [x * y - 4], [True], [1, 3], [2, 2], [2]),
    # The rest are of the collection of Hock and Schittkowski.
    (rosenbrock, lambda x, y: [1 - x**2 - y**2], [False], [0, 0], [0.7864151541684279, 0.6176983125233935], []),
    (lambda x, y: (1 - x) ** 2, lambda x, y: [10 * (y - x**2)], [True], [-1.2, 1], [1, 1], [0]),
    (lambda x, y: x - y, lambda x, y: [-3 * x**2 + 2 * x * y - y**2 + 1], [False], [-10, 10], [0, 1], []),
    (lambda x, y: 0.01 * x**2 + y**2, lambda x, y: [x * y - 25, x**2 + y**2 - 25], INEQUALITIES, [2, 2], HS15, []),
    (lambda x, y, z: (x + y) ** 2 + (y + z) ** 2, lambda x, y, z: [x + 2*y + 3*z - 1], [True], [-4, 1, 1], HS28, []),
]  # fmt: skip


@grouped("function, constraints, equal, start, expected, multipliers", CASES)
def test_a_constrained_minimum_is_found(
    function: F, constraints: F, equal: list[bool], start: list[float], expected: list[float], multipliers: list[float]
) -> None:
    minimum = found(function, constraints, equal, start)
    assert minimum.reason == "stationary"
    assert minimum.x == pytest.approx(expected, rel=1e-7, abs=1e-7)
    assert minimum.constrained is not None
    if multipliers:
        assert minimum.constrained.multipliers == pytest.approx(multipliers, rel=1e-6, abs=1e-6)


def test_a_maximum_along_the_constraints_is_left() -> None:
    minimum = found(lambda x, y, z: x * y * z, lambda x, y, z: [x**2 + y**2 + z**2 - 1], [True], [1, 1, 1])
    assert minimum.converged
    assert minimum.value == pytest.approx(-(3**-1.5))


def test_bounds_and_constraints_hold_together() -> None:
    bounds = Bounds(np.array([0.0, 0.0]), np.array([1.0, np.inf]))
    minimum = found(lambda x, y: (x - 3) ** 2 + (y - 3) ** 2, lambda x, y: [3 - x - y], [False], [0, 0], bounds)
    assert minimum.converged
    assert minimum.x == pytest.approx([1, 2])
    assert minimum.optimality is not None
    assert minimum.optimality.free.tolist() == [False, True]


@grouped("seed", range(16))
def test_convex_quadratics_within_bounds_and_half_spaces_are_solved(seed: int) -> None:
    random = np.random.default_rng(seed)
    size, count = int(random.integers(2, 6)), int(random.integers(1, 4))
    root, slopes, normals = (random.normal(size=shape) for shape in ((size, size), size, (count, size)))
    curved = root @ root.T + 0.1 * np.eye(size)
    room = random.uniform(0.1, 1, count)
    low = np.where(random.random(size) < 0.5, -random.uniform(0, 1, size), -np.inf)
    high = np.where(random.random(size) < 0.5, random.uniform(0, 1, size), np.inf)
    bent, straight, across, limits = map(torch.tensor, (curved, 3 * slopes, normals, room))
    unknowns = Unknowns({"x": (size,)})
    objective = Objective(lambda x: x @ bent @ x / 2 + (straight * x).sum(), unknowns)
    half_spaces = Constraints(Residuals(lambda x: [limits - across @ x], unknowns), np.zeros(count, bool))
    minimum = minimize_subject(objective, half_spaces, random.normal(size=size), Bounds(low, high))
    assert minimum.converged
    assert minimum.constrained is not None
    assert minimum.optimality is not None
    # The conditions of Karush, Kuhn and Tucker, which are enough where the function is convex.
    x, multipliers = minimum.x, minimum.constrained.multipliers
    rest = curved @ x + 3 * slopes + multipliers @ normals
    at = np.where(x <= low, 1, np.where(x >= high, -1, 0))
    assert (normals @ x <= room + 1e-9).all()
    assert ((low <= x) & (x <= high)).all()
    assert (multipliers >= -1e-6).all()
    assert np.abs(multipliers * (room - normals @ x)).max() < 1e-6
    assert np.where(at == 0, -np.abs(rest), at * rest).min() > -1e-6


def test_where_nothing_meets_the_constraints_no_minimum_is_claimed() -> None:
    minimum = found(lambda x: x**2, lambda x: [x - 1, -1 - x], [False, False], [0])
    assert minimum.reason == "infeasible"


def test_what_falls_without_end_within_the_constraints_is_said() -> None:
    minimum = found(lambda x, y: x * y, lambda x, y: [x + y - 1], [True], [1, 2])
    assert minimum.reason == "unbounded"
