# ruff: noqa: E501  (a line for each problem)
"""Standard problems with known answers: functions to minimise, and equations to solve.

The functions are of the collections of Moré, Garbow and Hillstrom (Testing unconstrained optimization software, ACM
Transactions on Mathematical Software 7, 1981) and of Jamil and Yang (A literature survey of benchmark functions, 2013),
from their starts; the last ones have many minima and are searched for from many starts.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from autodiff.engine import Tensor
from autodiff.engine.api.creation import tensor
from autodiff.parser.analysis.problem import Problem
from autodiff.parser.semantics.names import CONSTANTS, free_variables
from autodiff.parser.solving.minimization import Goal
from autodiff.parser.solving.relations import read_equations
from autodiff.parser.solving.solutions import Equations
from autodiff.parser.syntax.parse import parse

CLOSE = 1e-8


class Minimum(NamedTuple):
    """An expression, where to start, the least value (`others`: values of other minima that a start may lead to), and
    for functions of many minima a range for all unknowns and how many starts.
    """

    name: str
    expr: str
    start: dict[str, Any]
    value: float
    others: tuple[float, ...] = ()
    ends: tuple[float, float] | None = None
    starts: int = 1


class Equation(NamedTuple):
    """Equations, and either the ends of a range with all roots in it, or a start with the roots it may lead to."""

    name: str
    text: str
    ends: tuple[float, float] | None
    start: dict[str, float]
    roots: list[tuple[float, ...]]


_BEALE = "(1.5 - x + x*y)**2 + (2.25 - x + x*y**2)**2 + (2.625 - x + x*y**3)**2"
_WOOD = (
    "100*(x**2 - y)**2 + (1 - x)**2 + 90*(z**2 - w)**2 + (1 - z)**2"
    " + 10.1*((y - 1)**2 + (w - 1)**2) + 19.8*(y - 1)*(w - 1)"
)
_GOLDSTEIN = (
    "(1 + (x + y + 1)**2*(19 - 14*x + 3*x**2 - 14*y + 6*x*y + 3*y**2))"
    "*(30 + (2*x - 3*y)**2*(18 - 32*x + 12*x**2 + 48*y - 36*x*y + 27*y**2))"
)
_HELICAL = "t = atan2(y, x)/(2*pi); 100*((z - 10*t)**2 + (sqrt(x**2 + y**2) - 1)**2) + z**2"
_BOX = (
    "t = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]; sum((exp(-t*x) - exp(-t*y) - z*(exp(-t) - exp(-10*t)))**2)"
)
_BARD = (
    "u = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];"
    " v = 16 - u; w = minimum(u, v);"
    " d = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39];"
    " sum((d - (x + u/(v*y + w*z)))**2)"
)
_KOWALIK = (
    "d = [0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246];"
    " u = [4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625];"
    " sum((d - x*(u**2 + u*y)/(u**2 + u*z + w))**2)"
)
_TRIGONOMETRIC = "c = cos(x); i = [1, 2, 3, 4, 5]; sum((5 - sum(c) + i*(1 - c) - sin(x))**2)"

MINIMA = [
    Minimum("Rosenbrock", "100*(y - x**2)**2 + (1 - x)**2", {"x": -1.2, "y": 1}, 0),
    Minimum("Freudenstein-Roth", "(-13 + x + ((5 - y)*y - 2)*y)**2 + (-29 + x + ((y + 1)*y - 14)*y)**2", {"x": 0.5, "y": -2}, 0, (48.98425367924,)),
    Minimum("Powell badly scaled", "(1e4*x*y - 1)**2 + (exp(-x) + exp(-y) - 1.0001)**2", {"x": 0, "y": 1}, 0),
    Minimum("Brown badly scaled", "(x - 1e6)**2 + (y - 2e-6)**2 + (x*y - 2)**2", {"x": 1, "y": 1}, 0),
    Minimum("Beale", _BEALE, {"x": 1, "y": 1}, 0),
    Minimum("Helical valley", _HELICAL, {"x": -1, "y": 0.001, "z": 0}, 0),
    Minimum("Bard", _BARD, {"x": 1, "y": 1, "z": 1}, 8.214877306578e-3),
    Minimum("Box 3-D", _BOX, {"x": 0, "y": 10, "z": 20}, 0),
    Minimum("Powell singular", "(a + 10*b)**2 + 5*(c - d)**2 + (b - 2*c)**4 + 10*(a - d)**4", {"a": 3, "b": -1, "c": 0, "d": 1}, 0),
    Minimum("Wood", _WOOD, {"x": -3, "y": -1, "z": -3, "w": -1}, 0),
    Minimum("Kowalik-Osborne", _KOWALIK, {"x": 0.25, "y": 0.39, "z": 0.415, "w": 0.39}, 3.075056038492e-4),
    Minimum("Trigonometric", _TRIGONOMETRIC, {"x": [0.2] * 5}, 0, (2.795e-5, 1.3573e-4)),
    Minimum("Extended Rosenbrock, 10", "sum(100*(x[1::2] - x[::2]**2)**2 + (1 - x[::2])**2)", {"x": [-1.2, 1] * 5}, 0),
    Minimum("Chained Rosenbrock, 8", "sum(100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)", {"x": [0.0] * 8}, 0),
    Minimum("Variably dimensioned, 6", "i = [1, 2, 3, 4, 5, 6]; s = sum(i*(x - 1)); sum((x - 1)**2) + s**2 + s**4", {"x": [5/6, 4/6, 3/6, 2/6, 1/6, 0]}, 0),
    Minimum("Booth", "(x + 2*y - 7)**2 + (2*x + y - 5)**2", {"x": 0, "y": 0}, 0),
    Minimum("Matyas", "0.26*(x**2 + y**2) - 0.48*x*y", {"x": 5, "y": -3}, 0),
    Minimum("Himmelblau", "(x**2 + y - 11)**2 + (x + y**2 - 7)**2", {"x": 0, "y": 0}, 0),
    Minimum("Three-hump camel", "2*x**2 - 1.05*x**4 + x**6/6 + x*y + y**2", {"x": 0.5, "y": -0.5}, 0),
    Minimum("Six-hump camel", "(4 - 2.1*x**2 + x**4/3)*x**2 + x*y + (4*y**2 - 4)*y**2", {"x": 0.5, "y": 0.5}, -1.031628453489877),
    Minimum("Easom", "-cos(x)*cos(y)*exp(-(x - pi)**2 - (y - pi)**2)", {"x": 2.5, "y": 3.5}, -1),
    Minimum("Goldstein-Price", _GOLDSTEIN, {"x": 0.2, "y": -0.8}, 3),
    Minimum("McCormick", "sin(x + y) + (x - y)**2 - 1.5*x + 2.5*y + 1", {"x": 0, "y": 0}, -1.9132229549810362),
    Minimum("Zakharov, 4", "i = [1, 2, 3, 4]; s = sum(0.5*i*x); sum(x**2) + s**2 + s**4", {"x": [1, 2, -1, 3]}, 0),
    Minimum("Dixon-Price, 4", "i = [2, 3, 4]; (x[0] - 1)**2 + sum(i*(2*x[1:]**2 - x[:-1])**2)", {"x": [1.0] * 4}, 0),
    Minimum("Trid, 6", "sum((x - 1)**2) - sum(x[1:]*x[:-1])", {"x": [0.0] * 6}, -50),
    Minimum("Styblinski-Tang", "sum(x**4 - 16*x**2 + 5*x)/2", {"x": [-1.0, -1, -1]}, -39.16616570377142 * 3),
    Minimum("Rastrigin", "20 + x**2 + y**2 - 10*(cos(2*pi*x) + cos(2*pi*y))", {"x": 0, "y": 0}, 0, (), (-4.9, 5.4), 40),
    Minimum("Ackley", "-20*exp(-0.2*sqrt((x**2 + y**2)/2)) - exp((cos(2*pi*x) + cos(2*pi*y))/2) + e + 20", {"x": 0, "y": 0}, 0, (), (-3.1, 3.7), 60),
    Minimum("Griewank", "1 + (x**2 + y**2)/4000 - cos(x)*cos(y/sqrt(2))", {"x": 0, "y": 0}, 0, (), (-9.1, 10.3), 40),
]  # fmt: skip

_R2 = math.sqrt(2)
EQUATIONS = [
    Equation("square", "x**2 = 2", (-10, 10), {}, [(-_R2,), (_R2,)]),
    Equation("Wallis", "x**3 - 2*x - 5 = 0", (-10, 10), {}, [(2.0945514815423265,)]),
    Equation("cosine", "x = cos(x)", (-10, 10), {}, [(0.7390851332151607,)]),
    Equation("Lambert", "x*exp(x) = 1", (-5, 5), {}, [(0.5671432904097838,)]),
    Equation("tangent", "tan(x) = x", (0.5, 8), {}, [(4.493409457909064,), (7.725251836937707,)]),
    Equation("tangent with poles", "tan(x) = 0", (-5, 5), {}, [(-math.pi,), (0,), (math.pi,)]),
    Equation("logarithm", "log(x) = 1/x", (-5, 5), {}, [(1.763222834351897,)]),
    Equation("Kepler", "x - 0.9*sin(x) = 0.8", (0, 6), {}, [(1.6932596596581568,)]),
    Equation("double root", "(x - 1)**2 = 0", (-10, 9), {}, [(1,)]),
    Equation("double root, expanded", "x**2 - 2*x + 1 = 0", (-10, 9), {}, [(1,)]),
    Equation("triple root, expanded", "x**3 - 3*x**2 + 3*x - 1 = 0", (-10, 9.3), {}, [(1,)]),
    Equation("fourfold and simple", "(x - 0.3)**4*(x - 2) = 0", (-10, 9.3), {}, [(0.3,), (2,)]),
    Equation("nearly double", "(x - 1)*(x - 1.0000001) = 0", (-10, 9), {}, [(1,), (1.0000001,)]),
    Equation("tiny", "x**2 = 1e-20", (-10, 10), {}, [(-1e-10,), (1e-10,)]),
    Equation("touching cosine", "cos(x) = 1", (-7, 7), {}, [(-2 * math.pi,), (0,), (2 * math.pi,)]),
    Equation("exponential tangent", "exp(x) = 1 + x", (-3, 4), {}, [(0,)]),
    Equation("cube root", "cbrt(x - 0.1) = 0", (-5, 5), {}, [(0.1,)]),
    Equation("kink", "abs(x - 0.3) = 0", (-10, 9), {}, [(0.3,)]),
    Equation("edge of the domain", "sqrt(x)*(x - 2) = 0", (-5, 5), {}, [(0,), (2,)]),
    Equation("Wilkinson, 7", "(x-1)*(x-2)*(x-3)*(x-4)*(x-5)*(x-6)*(x-7) = 0", (0.1, 8), {}, [(float(i),) for i in range(1, 8)]),
    Equation("fast waves", "sin(20*x) = 0", (0.1, 1), {}, [(i * math.pi / 20,) for i in range(1, 7)]),
    Equation("none: a pole", "1/x = 0", (-10, 10), {}, []),
    Equation("none: too high", "x**2 + 1e-20 = 0", (-10, 10), {}, []),
    Equation("none: underflow", "exp(-x) = 0", (0, 1000), {}, []),
    Equation("none: a jump", "floor(x) = 0.5", (-3.3, 3), {}, []),
    Equation("circle and hyperbola", "x**2 + y**2 = 4; x*y = 1", None, {"x": 2, "y": 0}, [(1.9318516525781366, 0.5176380902050415)]),
    Equation("Powell badly scaled", "1e4*x*y = 1; exp(-x) + exp(-y) = 1.0001", None, {"x": 0, "y": 1}, [(1.0981593296999e-05, 9.106146739866)]),
    Equation("Rosenbrock's system", "10*(y - x**2) = 0; x = 1", None, {"x": -1.2, "y": 1}, [(1, 1)]),
    Equation("Broyden tridiagonal, 3", "(3-2*x)*x - 2*y = -1; (3-2*y)*y - x - 2*z = -1; (3-2*z)*z - y = -1", None, {"x": -1, "y": -1, "z": -1}, []),
    Equation("singular at the root", "x + y = 0; x**2 + y**2 = 0", None, {"x": 1, "y": 0.5}, [(0, 0)]),
]  # fmt: skip


def goal_of(problem: Minimum) -> Goal:
    program = parse(problem.expr)
    names = [name for name in free_variables(program) if name in problem.start]
    values = {name: tensor(np.asarray(problem.start[name], float)) for name in names}
    ranges = {} if problem.ends is None else dict.fromkeys(names, problem.ends)
    return Goal(Problem(program, values, names), starts=problem.starts, ranges=ranges)


def is_least(problem: Minimum, value: float) -> bool:
    return any(abs(value - known) <= CLOSE * max(1, abs(known)) for known in (problem.value, *problem.others))


def equations_of(problem: Equation) -> Equations:
    relations = read_equations(problem.text)
    free: dict[str, Any] = {}
    for relation in relations:
        free |= {n: p for n, p in free_variables(relation.difference).items() if n not in CONSTANTS}
    names = list(problem.start) or list(free)
    values: dict[str, Tensor] = {name: tensor(float(problem.start.get(name, 0))) for name in names}
    if problem.ends:
        values = {name: tensor(sum(problem.ends) / 2) for name in names}
    ranges = dict.fromkeys(names, problem.ends) if problem.ends else {}
    return Equations(problem.text, relations, values, names, ranges)


def agree(problem: Equation, roots: list[tuple[float, ...]]) -> bool:
    """Whether the roots are those known; where none are, any is as good whose residual is none."""
    if not problem.roots and not problem.ends:
        return len(roots) == 1
    if len(roots) != len(problem.roots):
        return False
    # A multiple root that is computed from rounded terms is known to the root of what rounding leaves.
    return bool(np.allclose(sorted(roots), sorted(problem.roots), rtol=CLOSE, atol=1e-7))
