"""Standard functions and equations, by `minimize` and `solve`, and by SciPy's defaults with differences beside them.

    python tests/benchmarks/optimization.py

A minimum is found where the least value known is reached to 1e-8 (or that of another minimum that a start may lead to),
and wrong where that is claimed and not so; roots are found where all that are known are, to 1e-8, and no other.
Evaluations are of the value, gradients counted too (SciPy's differences are values). SciPy's own: `minimize` from the
same starts, `root` from the start, and for a range `brentq` where 1,000 cells of a grid show a change of sign.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from scipy import optimize
from standard_problems import EQUATIONS, MINIMA, Equation, Minimum, agree, equations_of, goal_of, is_least

from autodiff.engine.optimize.objective import Objective, Residuals
from autodiff.engine.optimize.starts import spread
from autodiff.engine.optimize.unknowns import Unknowns
from autodiff.parser.semantics.computing import computing
from autodiff.parser.solving.callables import relation_function, scalar_function
from autodiff.parser.solving.minimization import minimized
from autodiff.parser.solving.solutions import solved


def our_minimum(problem: Minimum) -> tuple[float, bool, int]:
    """The value, whether it is claimed to be least, and the evaluations."""
    report = minimized(goal_of(problem))
    counts = report.counts
    return report.value, report.converged, counts.values + counts.gradients


def scipy_minimum(problem: Minimum) -> tuple[float, bool, int]:
    goal = goal_of(problem)
    unknowns = Unknowns({name: tuple(goal.problem.variables[name].shape) for name in goal.problem.wrt})
    value = Objective(scalar_function(goal.problem), unknowns).value
    start = unknowns.flat({name: goal.problem.variables[name]._data for name in unknowns.shapes})
    low, high = problem.ends or (0, 0)
    size = unknowns.size
    starts = [start] if problem.starts == 1 else spread(np.full(size, low), np.full(size, high), problem.starts)
    found = [optimize.minimize(value, x) for x in starts]
    best = min(found, key=lambda one: one.fun)
    return float(best.fun), bool(best.success), sum(one.nfev for one in found)


def our_roots(problem: Equation) -> tuple[list[tuple[float, ...]], bool, int]:
    report = solved(equations_of(problem))
    names = list(problem.start) or report.unknowns
    roots = [tuple(float(root.point[name]) for name in names) for root in report.roots]
    counts = report.counts
    return roots, report.is_solved, counts.values + counts.gradients + counts.jacobians


def scipy_roots(problem: Equation) -> tuple[list[tuple[float, ...]], bool, int]:
    asked = equations_of(problem)
    unknowns = Unknowns(dict.fromkeys(asked.wrt, ()))
    residuals = Residuals(relation_function(asked.relations, asked.variables, asked.wrt, asked.limits), unknowns)
    if problem.ends is None:
        found = optimize.root(residuals.value, unknowns.flat(problem.start))
        return ([tuple(found.x.tolist())] if found.success else []), bool(found.success), int(found.nfev)
    grid = np.linspace(*problem.ends, 1001)
    values = residuals.values(grid[:, None])[:, 0]
    roots = [(float(x),) for x in grid[values == 0]]
    count = len(grid)
    for a, b, fa, fb in zip(grid, grid[1:], values, values[1:], strict=False):
        if fa * fb < 0:
            x, told = optimize.brentq(lambda x: residuals.value(np.array([x]))[0], a, b, full_output=True)
            roots.append((float(x),))
            count += told.function_calls
    return roots, bool(roots), count


def measured(function: Callable[[Any], Any], problem: Any) -> tuple[Any, float]:
    started = time.process_time()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = function(problem)
    except ArithmeticError as error:
        found = error
    return found, time.process_time() - started


def word(is_right: bool, is_claimed: bool) -> str:
    return "found" if is_right else "WRONG" if is_claimed else "-"


def main() -> None:
    print(f"{'minimum':24}{'ours':>7}{'evaluations':>13}{'ms':>7}{'SciPy':>9}{'evaluations':>13}{'ms':>7}")
    tally: dict[str, list[str]] = {"ours": [], "SciPy": []}
    for problem in MINIMA:
        cells = [f"{problem.name:24}"]
        for who, function in (("ours", our_minimum), ("SciPy", scipy_minimum)):
            (value, claimed, count), seconds = measured(function, problem)
            tally[who].append(word(is_least(problem, value), claimed))
            cells.append(f"{tally[who][-1]:>{7 if who == 'ours' else 9}}{count:>13,}{seconds * 1e3:>7.0f}")
        print("".join(cells))
    summed(tally, "minima")
    print(f"\n{'equation':24}{'ours':>7}{'evaluations':>13}{'ms':>7}{'SciPy':>9}{'evaluations':>13}{'ms':>7}")
    tally = {"ours": [], "SciPy": []}
    for problem in EQUATIONS:
        cells = [f"{problem.name:24}"]
        for who, function in (("ours", our_roots), ("SciPy", scipy_roots)):
            (roots, claimed, count), seconds = measured(function, problem)
            tally[who].append(word(agree(problem, roots), claimed))
            cells.append(f"{tally[who][-1]:>{7 if who == 'ours' else 9}}{count:>13,}{seconds * 1e3:>7.0f}")
        print("".join(cells))
    summed(tally, "equations")


def summed(tally: dict[str, list[str]], what: str) -> None:
    for who, words in tally.items():
        print(f"{who}: {words.count('found')} of {len(words)} {what} found, {words.count('WRONG')} wrong")


if __name__ == "__main__":
    with computing("float64"):
        main()
