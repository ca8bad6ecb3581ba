"""Standard functions and equations have the minima and roots that are known, and no other is claimed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from groups import grouped
from standard_problems import EQUATIONS, MINIMA, Equation, Minimum, agree, equations_of, goal_of, is_least

from autodiff.parser.semantics.computing import computing
from autodiff.parser.solving.minimization import minimized
from autodiff.parser.solving.solutions import solved


@pytest.fixture(autouse=True)
def in_float64() -> Iterator[None]:
    with computing("float64"):
        yield


# Those of many starts are for the benchmark.
@grouped("problem", [problem for problem in MINIMA if problem.starts == 1], [p.name for p in MINIMA if p.starts == 1])
def test_the_least_value_of_a_standard_function_is_found(problem: Minimum) -> None:
    report = minimized(goal_of(problem))
    assert report.converged, report.reason
    assert is_least(problem, report.value)


@grouped("problem", EQUATIONS, [problem.name for problem in EQUATIONS])
def test_all_roots_of_a_standard_equation_are_found_and_no_other(problem: Equation) -> None:
    report = solved(equations_of(problem))
    names = list(problem.start) or report.unknowns
    assert agree(problem, [tuple(float(root.point[name]) for name in names) for root in report.roots])
    assert report.is_solved == bool(report.roots)
