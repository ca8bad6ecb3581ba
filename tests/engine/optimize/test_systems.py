"""Roots of systems from a start, among them those at which the Jacobian is singular, and none that is no root."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine.optimize.objective import Objective, Residuals
from autodiff.engine.optimize.systems import Solution, System, solve
from autodiff.engine.optimize.unknowns import Unknowns

F = Callable[..., Any]


def found(function: F, start: list[float]) -> Solution:
    size = len(start)
    unknowns = Unknowns({f"x{i}": () for i in range(size)})
    parts = [Objective(lambda *x, i=i: function(*x)[i], unknowns) for i in range(size)]
    return solve(System(Residuals(function, unknowns), parts), np.array(start, float))


def powell(a: Any, b: Any, c: Any, d: Any) -> list[Any]:
    return [a + 10 * b, 5**0.5 * (c - d), (b - 2 * c) ** 2, 10**0.5 * (a - d) ** 2]


# Residuals, a start, the root, and whether the Jacobian is singular there.
ROOTS: list[tuple[F, list[float], list[float], bool]] = [
    (lambda x, y: [10 * (y - x * x), 1 - x], [-1.2, 1], [1, 1], False),
    (lambda x, y: [x * x + y * y - 2, torch.exp(x - 1) + y**3 - 2], [20, 5], [1, 1], False),
    (powell, [3, -1, 0, 1], [0, 0, 0, 0], True),
    (powell, [30, -10, 0, 10], [0, 0, 0, 0], True),
    (lambda x, y: [torch.atan(x) * y, torch.tanh(y - x)], [3, 2], [0, 0], True),
    (lambda x, y: [(x - 1) ** 2 + y - 2, y - 2], [3, 5], [1, 2], True),
    (lambda x, y: [(x - 3) ** 3, (y - 2) ** 2 * (x + 1)], [1, 1], [3, 2], True),
    (lambda x, y: [x**2 + y**2, x - y], [3, 5], [0, 0], True),
]


@grouped("function, start, root, singular", ROOTS)
def test_a_root_is_found_singular_or_not(function: F, start: list[float], root: list[float], singular: bool) -> None:
    solution = found(function, start)
    assert solution.is_root
    assert solution.x == pytest.approx(root, abs=1e-7)
    assert (solution.rank < len(root)) == singular


NONE: list[tuple[F, list[float]]] = [
    (lambda x, y: [x**2 + y**2 + 1e-12, x - y], [1, 2]),
    (lambda x, y: [x**2 + 1e-14, y], [1, 2]),
    (lambda x, y: [x + y - 2, 2 * x + 2 * y - 5], [1, 0]),
    (lambda x, y: [x * y - 1, x], [1, 1]),
]


@grouped("function, start", NONE)
def test_residuals_that_only_come_near_to_zero_are_none(function: F, start: list[float]) -> None:
    assert not found(function, start).is_root
