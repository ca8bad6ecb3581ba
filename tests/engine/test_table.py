"""Every operation of the table: its values, its derivatives, its record, its names.

A function that takes only tensors is called with samples from the `domain` of its record; one that takes more (a
dimension, a shape, a list) needs an `Example` here. Whatever is added to the table goes through the same checks, and
a test fails if there is no reference to compare it with, no example of it, or a rule that no example makes use of.
"""

import math
import operator
import re
import statistics
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext, suppress
from itertools import accumulate, combinations, combinations_with_replacement, cycle, islice, pairwise
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import pytest

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd import grad
from autodiff.engine.primitive import (
    FUNCTIONS,
    NONZERO,
    POSITIVE,
    PRIMITIVES,
    REAL,
    Domain,
    EdgeCase,
    Family,
    Function,
)
from autodiff.engine.primitives import activation, arithmetic, shape
from autodiff.parser.evaluate import evaluate
from autodiff.parser.parse import parse

RECORDS = {record.name: record for record in FUNCTIONS.values()}
INF, NAN = math.inf, math.nan


class Example(NamedTuple):
    """A call over tensors, with a reference over NumPy arrays that computes the same in another way.

    `arguments` are shapes (tuples) to sample or data (lists). `text` is the call in an expression, `{}` standing for
    the function's name and x, y, z for the tensors. `order`: how many times to differentiate.
    """

    call: Callable[..., Any]
    reference: Callable[..., Any]
    arguments: tuple[Any, ...]
    text: str = ""
    order: int = 2


# References: for numbers, and what makes references for arrays of them


def each(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of Python numbers, applied to each element of arrays that are broadcast together."""

    def apply(*arrays: Any) -> Any:
        arrays = np.broadcast_arrays(*arrays)
        numbers = zip(*[a.ravel().tolist() for a in arrays], strict=True)
        return np.array([function(*n) for n in numbers]).reshape(arrays[0].shape)

    return apply


def whole(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a list of Python numbers, applied to all elements."""
    return lambda x: function(np.ravel(x).tolist())


def rows(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a list of Python numbers, applied to each row of a matrix."""
    return lambda x: np.array([function(row) for row in x.tolist()])


def columns(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a list of Python numbers, applied to each column; lists of results become columns."""
    return lambda x: rows(function)(x.T).T


def same(x: Any) -> Any:
    return x


def as_rows_of_2(x: Any, y: Any) -> Any:
    return np.split(x.ravel(), 3)


def product(x: Any, y: Any) -> Any:
    return [[math.fsum(map(operator.mul, row, column)) for column in y.T.tolist()] for row in x.tolist()]


def dot_product(x: Any, y: Any) -> float:
    return math.fsum(map(operator.mul, x, y))


def vector_product(x: Any, y: Any) -> list[float]:
    return [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]]


def determinant(x: Any) -> float:
    """By the first row, recursively."""
    if len(x) == 1:
        return x[0][0]
    minors = [np.delete(np.delete(x, 0, 0), j, 1) for j in range(len(x))]
    return math.fsum((-1) ** j * x[0][j] * determinant(minor) for j, minor in enumerate(minors))


def inverse(x: Any) -> Any:
    """By Cramer's rule."""
    size = range(len(x))
    minors = [[determinant(np.delete(np.delete(x, j, 0), i, 1)) for j in size] for i in size]
    return np.array([[(-1) ** (i + j) * minors[i][j] for j in size] for i in size]) / determinant(x)


def pseudoinverse(x: Any) -> Any:
    return np.array(product(inverse(np.array(product(x.T, x))), x.T))


def cholesky(x: Any) -> Any:
    factor = np.zeros(x.shape)
    for i in range(len(x)):
        for j in range(i + 1):
            rest = x[i, j] - dot_product(factor[i, :j], factor[j, :j])
            factor[i, j] = math.sqrt(rest) if i == j else rest / factor[j, j]
    return factor


def gram_schmidt(x: Any) -> Any:
    """Orthonormal columns, and what turns them into x, with a positive diagonal."""
    q: list[Any] = []
    for column in x.T:
        rest = column - sum((dot_product(done, column) * done for done in q), np.zeros(len(column)))
        q.append(rest / length(rest))
    return np.transpose(q), np.triu(product(np.array(q), x))


def with_positive_diagonal(decompose: Callable[..., Any]) -> Callable[..., Any]:
    """Q and R, of which each column and row is only determined up to its sign."""

    def call(x: Tensor) -> Any:
        q, r = decompose(x)
        signs = torch.sign(torch.diagonal(r))
        return q * signs, r * signs.unsqueeze(1)

    return call


def eigenvalues(x: Any) -> list[float]:
    """Of a symmetric matrix of two rows, in ascending order."""
    middle, distance = (x[0, 0] + x[1, 1]) / 2, math.hypot((x[0, 0] - x[1, 1]) / 2, x[0, 1])
    return [middle - distance, middle + distance]


def first_projector(x: Any) -> Any:
    """Onto the eigenvector of the smaller eigenvalue, which has no sign."""
    low, high = eigenvalues(x + x.T)
    return (x + x.T - high * np.eye(2)) / (low - high)


def projector(vectors: Callable[..., Any]) -> Callable[..., Any]:
    def call(x: Tensor) -> Any:
        first = vectors(x)[:, 0]
        return torch.outer(first, first)

    return call


def singular_values(x: Any) -> list[float]:
    """Of a matrix of two rows, in descending order."""
    return [math.sqrt(v) for v in reversed(eigenvalues(np.array(product(x, x.T))))]


def reflections(x: Any, y: Any) -> Any:
    result = np.eye(len(x))
    for i, scale in enumerate(y):
        direction = np.array([0.0] * i + [1.0] + [*x[i + 1 :, i]])
        result = result - scale * np.array(product(np.array(product(result, direction[:, None])), direction[None]))
    return result[:, : len(y)]


def exponential(x: Any) -> Any:
    """By its series."""
    total = term = np.eye(len(x))
    for k in range(1, 60):
        term = np.array(product(term, x)) / k
        total = total + term
    return total


def position_of(choose: Callable[..., float]) -> Callable[..., int]:
    return lambda values: values.index(choose(values))


def length(values: Sequence[float]) -> float:
    return math.hypot(*values)


def norm_of_order(p: float) -> Callable[..., float]:
    return lambda values: math.fsum(abs(v) ** p for v in values) ** (1 / p)


def largest_size(values: Sequence[float]) -> float:
    return max(map(abs, values))


def log_of_exponentials(values: Sequence[float]) -> float:
    return math.log(math.fsum(map(math.exp, values)))


def shares(values: Sequence[float]) -> list[float]:
    return [math.exp(v - log_of_exponentials(values)) for v in values]


def log_shares(values: Sequence[float]) -> list[float]:
    return [v - log_of_exponentials(values) for v in values]


def running(function: Callable[..., float]) -> Callable[..., list[float]]:
    return lambda values: list(accumulate(values, function))


def between(low: float, high: float) -> Callable[[float], float]:
    return lambda x: sorted((low, x, high))[1]


def hurwitz_zeta(s: float, q: float) -> float:
    """The sum of (k + q)**-s: its first hundred terms, and Euler and Maclaurin's formula for the rest."""
    far = q + 100
    rest = far ** (1 - s) / (s - 1) + far**-s / 2 + s * far ** (-s - 1) / 12
    return math.fsum((k + q) ** -s for k in range(100)) + rest - s * (s + 1) * (s + 2) * far ** (-s - 3) / 720


def derivative_of_digamma(n: int) -> Callable[[float], float]:
    if n:
        return lambda x: (-1) ** (n + 1) * math.factorial(n) * hurwitz_zeta(n + 1, x)

    def digamma(x: float) -> float:
        far = x + 100
        harmonic = math.fsum(1 / (x + k) for k in range(100))
        return math.log(far) - 1 / (2 * far) - far**-2 / 12 + far**-4 / 120 - harmonic

    return digamma


def incomplete_gamma(a: float, x: float) -> float:
    return math.fsum(math.exp((a + n) * math.log(x) - x - math.lgamma(a + n + 1)) for n in range(60))


def bessel(order: int, sign: int) -> Callable[[float], float]:
    """The power series of J (sign -1) or I (sign 1)."""

    def compute(x: float) -> float:
        return math.fsum(
            sign**k * (x / 2) ** (2 * k + order) / (math.factorial(k) * math.factorial(k + order)) for k in range(40)
        )

    return compute


def bessel_k(order: int) -> Callable[[float], float]:
    """K by its integral, which the trapezoidal rule meets exponentially fast."""

    def compute(x: float) -> float:
        steps = [k / 32 for k in range(-256, 257)]
        return math.fsum(math.exp(-x * math.cosh(t)) * math.cosh(order * t) for t in steps) / 64

    return compute


def bessel_y0(x: float) -> float:
    total, harmonic = 0.0, 0.0
    for k in range(1, 40):
        harmonic += 1 / k
        total -= (-x * x / 4) ** k * harmonic / math.factorial(k) ** 2
    return 2 / math.pi * ((math.log(x / 2) + 0.5772156649015329) * bessel(0, -1)(x) + total)


def bessel_y1(x: float) -> float:
    return (bessel(1, -1)(x) * bessel_y0(x) - 2 / (math.pi * x)) / bessel(0, -1)(x)


def airy_ai(x: float) -> float:
    first = second = 0.0
    f, g = 1.0, x
    for k in range(40):
        first, second = first + f, second + g
        f *= x**3 / ((3 * k + 2) * (3 * k + 3))
        g *= x**3 / ((3 * k + 3) * (3 * k + 4))
    return first / (3 ** (2 / 3) * math.gamma(2 / 3)) - second / (3 ** (1 / 3) * math.gamma(1 / 3))


def gamma_of_dimensions(p: int) -> Callable[[float], float]:
    return lambda x: p * (p - 1) / 4 * math.log(math.pi) + math.fsum(math.lgamma(x - j / 2) for j in range(p))


def normal_probability(x: float) -> float:
    return statistics.NormalDist().cdf(x)


def fraction_point(q: float) -> Callable[[Sequence[float]], float]:
    """The quantile by linear interpolation between the two elements around it."""

    def compute(values: Sequence[float]) -> float:
        ordered = sorted(v for v in values if not math.isnan(v))
        below, part = divmod(q * (len(ordered) - 1), 1)
        return ordered[int(below)] + part * (ordered[math.ceil(q * (len(ordered) - 1))] - ordered[int(below)])

    return compute


def averaged(function: Callable[..., float]) -> Callable[..., float]:
    """The mean of a function of numbers over the elements of arrays."""
    return lambda *arrays: statistics.fmean(each(function)(*arrays).ravel().tolist())


def parabola_then_line(x: float, y: float, end: float = 1.0) -> float:
    distance = abs(x - y)
    return distance**2 / 2 if distance < end else end * (distance - end / 2)


def surprise(x: float, y: float) -> float:
    return -y * math.log(x) - (1 - y) * math.log1p(-x)


def present(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a list, without the nans in it."""
    return lambda values: function([v for v in values if not math.isnan(v)])


def exponential_unit(x: float, alpha: float = 1.0, width: float = 1.0) -> float:
    return x if x > 0 else alpha * math.expm1(x / width)


def softplus(x: float, beta: float = 1.0) -> float:
    return math.log1p(math.exp(beta * x)) / beta


REFERENCES: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "rsub": lambda x, y: y - x,
    "positive": same,
    "div": operator.truediv,
    "reciprocal": lambda x: x**-1,
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
    "float_power": operator.pow,
    "square": lambda x: x * x,
    "rsqrt": lambda x: x**-0.5,
    "deg2rad": math.radians,
    "rad2deg": math.degrees,
    "clone": same,
    "zeros_like": lambda x: 0.0,
    "ones_like": lambda x: 1.0,
    "logical_and": lambda x, y: bool(x) and bool(y),
    "logical_or": lambda x, y: bool(x) or bool(y),
    "logical_xor": lambda x, y: bool(x) is not bool(y),
    "logical_not": operator.not_,
    "maximum": max,
    "minimum": min,
    "fmax": max,
    "fmin": min,
    "sign": lambda x: math.copysign(1, x),
    "sgn": lambda x: math.copysign(1, x),
    "round": round,
    "frac": lambda x: math.modf(x)[0],
    "nan_to_num": same,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "relu": lambda x: max(x, 0.0),
    "softplus": softplus,
    "silu": lambda x: x / (1 + math.exp(-x)),
    "mish": lambda x: x * math.tanh(softplus(x)),
    "gelu": lambda x: x * statistics.NormalDist().cdf(x),
    "elu": exponential_unit,
    "celu": exponential_unit,
    "selu": lambda x: 1.0507009873554805 * exponential_unit(x, 1.6732632423543772),
    "leaky_relu": lambda x: max(x, x / 100),
    "logsigmoid": lambda x: -softplus(-x),
    "softsign": lambda x: x / (1 + abs(x)),
    "hardtanh": between(-1, 1),
    "relu6": between(0, 6),
    "hardsigmoid": lambda x: x / 6 + 0.5,
    "hardswish": lambda x: x * (x + 3) / 6,
    "hardshrink": lambda x: x if abs(x) > 0.5 else 0.0,
    "softshrink": lambda x: x - between(-0.5, 0.5)(x),
    "tanhshrink": lambda x: x - math.tanh(x),
    "erfinv": lambda x: statistics.NormalDist(sigma=math.sqrt(0.5)).inv_cdf((x + 1) / 2),
    "erfcx": lambda x: math.exp(x * x) * math.erfc(x),
    "digamma": derivative_of_digamma(0),
    "sinc": lambda x: math.sin(math.pi * x) / (math.pi * x),
    "logit": lambda x: math.log(x) - math.log1p(-x),
    "addcmul": lambda x, y, z: y * z + x,
    "addcdiv": lambda x, y, z: y / z + x,
    "lerp": lambda x, y, z: (1 - z) * x + z * y,
    "signbit": lambda x: math.copysign(1, x) < 0,
    "heaviside": lambda x, y: y if x == 0 else float(x > 0),
    "ldexp": lambda x, y: x * math.exp2(y),
    "rrelu": lambda x: max(x, x * 11 / 48),
    "logaddexp2": lambda x, y: math.log2(2**x + 2**y),
    "xlog1py": lambda x, y: x * math.log1p(y),
    "entr": lambda x: -x * math.log(x),
    "ndtr": normal_probability,
    "log_ndtr": lambda x: math.log(normal_probability(x)),
    "ndtri": statistics.NormalDist().inv_cdf,
    "i0": bessel(0, 1),
    "i0e": lambda x: math.exp(-abs(x)) * bessel(0, 1)(x),
    "i1": bessel(1, 1),
    "i1e": lambda x: math.exp(-abs(x)) * bessel(1, 1)(x),
    "airy_ai": airy_ai,
    "spherical_bessel_j0": lambda x: math.sin(x) / x,
    "bessel_j0": bessel(0, -1),
    "bessel_j1": bessel(1, -1),
    "bessel_y0": bessel_y0,
    "bessel_y1": bessel_y1,
    "modified_bessel_i0": bessel(0, 1),
    "modified_bessel_i1": bessel(1, 1),
    "modified_bessel_k0": bessel_k(0),
    "modified_bessel_k1": bessel_k(1),
    "scaled_modified_bessel_k0": lambda x: math.exp(x) * bessel_k(0)(x),
    "scaled_modified_bessel_k1": lambda x: math.exp(x) * bessel_k(1)(x),
    "logaddexp": lambda x, y: log_of_exponentials((x, y)),
    "xlogy": lambda x, y: x * math.log(y),
}


def reference_of(record: Function) -> Callable[..., Any] | None:
    """What to compare a function of numbers with: from the table above, or from a module under one of its names."""
    if record.name in REFERENCES:
        return each(REFERENCES[record.name])
    for name in (record.name, *record.aliases):
        for module in (math, operator) if record.symbol else (math,):
            if hasattr(module, name):
                return each(getattr(module, name))
    return None


# Calls

MATRIX, VECTOR, NUMBER, CUBE = (2, 3), (3,), (), (2, 3, 2)
SQUARE = [[2.0, 1.0, 0.5], [-1.0, 3.0, 0.25], [0.5, -0.25, 1.5]]
SYMMETRIC = [[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 2.0]]
MASK = [True, False, True]

CALLS: dict[str, list[Example]] = {
    "reshape": [
        Example(lambda x: torch.reshape(x, 3, 2), lambda x: np.split(x.ravel(), 3), (MATRIX,), "{}(x, 3, 2)"),
        Example(lambda x: torch.reshape(x, (-1,)), whole(list), (MATRIX,), "{}(x, [-1])"),
        Example(lambda x: torch.reshape(x, 1, 1), lambda x: [[x]], (NUMBER,), "{}(x, 1, 1)"),
        Example(lambda x: torch.reshape(x.t(), 6), lambda x: np.hstack(x.T), (MATRIX,), "{}(x.T, 6)"),
    ],
    "view": [Example(lambda x: torch.view(x, 3, -1), lambda x: np.split(x.ravel(), 3), (MATRIX,), "{}(x, 3, -1)")],
    "flatten": [
        Example(lambda x: torch.flatten(x), whole(list), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.flatten(x, 1), lambda x: [b.ravel() for b in x], (CUBE,), "{}(x, 1)"),
        Example(lambda x: torch.flatten(x), whole(list), (NUMBER,), "{}(x)"),
    ],
    "ravel": [Example(lambda x: torch.ravel(x), whole(list), (MATRIX,), "{}(x)")],
    "expand": [
        Example(lambda x: torch.expand(x, 2, 3), lambda x: [x, x], (VECTOR,), "{}(x, 2, 3)"),
        Example(lambda x: torch.expand(x, -1, 2), lambda x: np.repeat(x, 2, 1), ((3, 1),), "{}(x, -1, 2)"),
        Example(lambda x: torch.expand(x, 2, 2), lambda x: [[x, x], [x, x]], (NUMBER,), "{}(x, [2, 2])"),
    ],
    "permute": [
        Example(lambda x: torch.permute(x, 2, 0, 1), lambda x: np.einsum("ijk->kij", x), (CUBE,), "{}(x, 2, 0, 1)"),
        Example(lambda x: torch.permute(x, (-1, 0)), lambda x: list(zip(*x, strict=True)), (MATRIX,), "{}(x, [-1, 0])"),
    ],
    "transpose": [
        Example(lambda x: torch.transpose(x, 0, 1), lambda x: list(zip(*x, strict=True)), (MATRIX,), "{}(x, 0, 1)"),
        Example(lambda x: torch.transpose(x, 0, -1), lambda x: np.einsum("ijk->kji", x), (CUBE,), "{}(x, 0, dim1=-1)"),
    ],
    "t": [
        Example(lambda x: torch.t(x), lambda x: list(zip(*x, strict=True)), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.t(x), same, (VECTOR,), "{}(x)"),
    ],
    "unsqueeze": [
        Example(lambda x: torch.unsqueeze(x, 1), lambda x: [[row] for row in x], (MATRIX,), "{}(x, 1)"),
        Example(lambda x: torch.unsqueeze(x, -1), lambda x: [[v] for v in x], (VECTOR,), "{}(x, -1)"),
        Example(lambda x: torch.unsqueeze(x, 0), lambda x: [x], (NUMBER,), "{}(x, 0)"),
    ],
    "squeeze": [
        Example(lambda x: torch.squeeze(x), whole(list), ((1, 3, 1),), "{}(x)"),
        Example(lambda x: torch.squeeze(x, 0), lambda x: x[0], ((1, 3, 1),), "{}(x, 0)"),
        Example(lambda x: torch.squeeze(x, 1), same, ((1, 3, 1),), "{}(x, 1)"),
        Example(lambda x: torch.squeeze(x, (0, -1)), whole(list), ((1, 3, 1),), "{}(x, [0, -1])"),
        Example(lambda x: torch.squeeze(x), same, (NUMBER,), "{}(x)"),
    ],
    "select": [
        Example(lambda x: torch.select(x, 0, 1), lambda x: x[1], (MATRIX,), "{}(x, 0, 1)", order=3),
        Example(lambda x: torch.select(x, -1, -1), rows(lambda v: v[2]), (MATRIX,), "{}(x, -1, -1)"),
    ],
    "stack": [
        Example(lambda x, y: torch.stack([x, y]), lambda x, y: [x, y], (VECTOR, VECTOR), "{}([x, y])"),
        Example(
            lambda x, y: torch.stack([x, y], 1),
            lambda x, y: list(zip(x, y, strict=True)),
            (VECTOR, VECTOR),
            "{}([x, y], 1)",
        ),
        Example(
            lambda x, y: torch.stack((x, y, x), -1),
            lambda x, y: [x, y, x],
            (NUMBER, NUMBER),
            "{}([x, y, x], dim=-1)",
        ),
    ],
    "cat": [
        Example(lambda x, y: torch.cat([x, y]), lambda x, y: [*x, *y], (VECTOR, (2,)), "{}([x, y])"),
        Example(
            lambda x, y: torch.cat([x, y], -1),
            lambda x, y: [[*a, *b] for a, b in zip(x, y, strict=True)],
            (MATRIX, (2, 1)),
            "{}([x, y], dim=-1)",
        ),
    ],
    "flip": [
        Example(lambda x: torch.flip(x, 0), lambda x: x[::-1], (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.flip(x, (0, 1)), lambda x: x[::-1, ::-1], (MATRIX,), "{}(x)"),
    ],
    "full_like": [Example(lambda x: torch.full_like(x, 7.0), lambda x: [[7.0] * 3] * 2, (MATRIX,), "{}(x, 7.0)")],
    "contiguous": [
        Example(lambda x: torch.contiguous(x.t()), lambda x: list(zip(*x, strict=True)), (MATRIX,), "{}(x.T)"),
        Example(lambda x: torch.contiguous(x * 1), same, (MATRIX,), "{}(x * 1)"),
    ],
    "detach": [Example(lambda x: torch.detach(x), same, (MATRIX,), "{}(x)", order=0)],
    "view_as": [Example(lambda x, y: torch.Tensor.view_as(x, y), as_rows_of_2, (MATRIX, (3, 2)), "{}(x, y)")],
    "reshape_as": [Example(lambda x, y: torch.Tensor.reshape_as(x, y), as_rows_of_2, (MATRIX, (3, 2)), "{}(x, y)")],
    "unflatten": [
        Example(lambda x: torch.unflatten(x, 1, (3, -1)), lambda x: x[:, :, None], (MATRIX,), "{}(x, 1, [3, -1])")
    ],
    "sum_to_size": [
        Example(lambda x: torch.Tensor.sum_to_size(x, 1, 3), lambda x: [x[0] + x[1]], (MATRIX,), "{}(x, 1, 3)"),
        Example(lambda x: torch.Tensor.sum_to_size(x, (3,)), lambda x: x[0] + x[1], (MATRIX,), "{}(x, [3])"),
    ],
    "broadcast_to": [Example(lambda x: torch.broadcast_to(x, (2, 3)), lambda x: [x, x], (VECTOR,), "{}(x, [2, 3])")],
    "expand_as": [
        Example(lambda x, y: torch.Tensor.expand_as(x, y), lambda x, y: [x, x], (VECTOR, MATRIX), "{}(x, y)")
    ],
    "movedim": [
        Example(lambda x: torch.movedim(x, 0, 2), lambda x: np.einsum("ijk->jki", x), (CUBE,), "{}(x, 0, 2)"),
        Example(
            lambda x: torch.movedim(x, (0, 1), (-2, -1)),
            lambda x: np.einsum("ijk->kij", x),
            (CUBE,),
            "{}(x, [0, 1], [-2, -1])",
        ),
    ],
    "adjoint": [Example(lambda x: torch.adjoint(x), lambda x: np.einsum("ijk->ikj", x), (CUBE,), "{}(x)")],
    "gather": [
        Example(
            lambda x: torch.gather(x, 1, torch.tensor([[2, 0, 2], [1, 1, 0]])),
            lambda x: [[x[0, 2], x[0, 0], x[0, 2]], [x[1, 1], x[1, 1], x[1, 0]]],
            (MATRIX,),
            "{}(x, 1, [[2, 0, 2], [1, 1, 0]])",
            order=3,
        ),
        Example(
            lambda x: torch.gather(x, 0, torch.tensor([[1, 0]])),
            lambda x: [[x[1, 0], x[0, 1]]],
            (MATRIX,),
            "{}(x, 0, [[1, 0]])",
        ),
    ],
    "scatter": [
        Example(
            lambda x, y: torch.scatter(x, 1, torch.tensor([[2, 0], [1, 2]]), y),
            lambda x, y: [[y[0, 1], x[0, 1], y[0, 0]], [x[1, 0], y[1, 0], y[1, 1]]],
            (MATRIX, (2, 2)),
            "{}(x, 1, [[2, 0], [1, 2]], y)",
        ),
        Example(
            lambda x: torch.scatter(x, 0, torch.tensor([[1, 0, 1]]), 7.0),
            lambda x: [[x[0, 0], 7, x[0, 2]], [7, x[1, 1], 7]],
            (MATRIX,),
            "{}(x, 0, [[1, 0, 1]], 7.0)",
        ),
    ],
    "scatter_add": [
        Example(
            lambda x, y: torch.scatter_add(x, 1, torch.tensor([[2, 2], [1, 0]]), y),
            lambda x, y: [
                [x[0, 0], x[0, 1], x[0, 2] + y[0, 0] + y[0, 1]],
                [x[1, 0] + y[1, 1], x[1, 1] + y[1, 0], x[1, 2]],
            ],
            (MATRIX, (2, 2)),
            "{}(x, 1, [[2, 2], [1, 0]], y)",
        )
    ],
    "take_along_dim": [
        Example(
            lambda x: torch.take_along_dim(x, torch.tensor([[2], [0]]), 1),
            lambda x: [[x[0, 2]], [x[1, 0]]],
            (MATRIX,),
            "{}(x, [[2], [0]], 1)",
        ),
        Example(
            lambda x: torch.take_along_dim(x, torch.tensor([4, 0, 4])),
            lambda x: [x[1, 1], x[0, 0], x[1, 1]],
            (MATRIX,),
            "{}(x, [4, 0, 4])",
        ),
    ],
    "index_select": [
        Example(
            lambda x: torch.index_select(x, 1, torch.tensor([2, 0, 2])),
            rows(lambda v: [v[2], v[0], v[2]]),
            (MATRIX,),
            "{}(x, 1, [2, 0, 2])",
        )
    ],
    "index_add": [
        Example(
            lambda x, y: torch.index_add(x, 1, torch.tensor([2, 2]), y),
            lambda x, y: np.column_stack([x[:, 0], x[:, 1], x[:, 2] + y[:, 0] + y[:, 1]]),
            (MATRIX, (2, 2)),
            "{}(x, 1, [2, 2], y)",
        ),
        Example(
            lambda x, y: torch.index_add(x, 0, torch.tensor([1]), y, alpha=3),
            lambda x, y: [x[0], x[1] + 3 * y[0]],
            (MATRIX, (1, 3)),
            "{}(x, 0, [1], y, alpha=3)",
        ),
    ],
    "index_copy": [
        Example(
            lambda x, y: torch.index_copy(x, 1, torch.tensor([2, 0]), y),
            lambda x, y: np.column_stack([y[:, 1], x[:, 1], y[:, 0]]),
            (MATRIX, (2, 2)),
            "{}(x, 1, [2, 0], y)",
        )
    ],
    "index_fill": [
        Example(
            lambda x: torch.index_fill(x, 1, torch.tensor([2, 0]), 7.0),
            rows(lambda v: [7.0, v[1], 7.0]),
            (MATRIX,),
            "{}(x, 1, [2, 0], 7.0)",
        ),
        Example(
            lambda x, y: torch.index_fill(x, 0, torch.tensor([1]), y),
            lambda x, y: [x[0], [y, y, y]],
            (MATRIX, NUMBER),
            "{}(x, 0, [1], y)",
        ),
    ],
    "take": [
        Example(
            lambda x: torch.take(x, torch.tensor([5, 0, 5])),
            lambda x: [x[1, 2], x[0, 0], x[1, 2]],
            (MATRIX,),
            "{}(x, [5, 0, 5])",
        )
    ],
    "index_put": [
        Example(
            lambda x, y: torch.index_put(x, (torch.tensor([0, 1]), torch.tensor([2, 0])), y),
            lambda x, y: [[x[0, 0], x[0, 1], y[0]], [y[1], x[1, 1], x[1, 2]]],
            (MATRIX, (2,)),
            "{}(x, [[0, 1], [2, 0]], y)",
        ),
        Example(
            lambda x, y: torch.index_put(x, (torch.tensor([1, 1]), torch.tensor([2, 2])), y, accumulate=True),
            lambda x, y: [x[0], [x[1, 0], x[1, 1], x[1, 2] + y[0] + y[1]]],
            (MATRIX, (2,)),
            "{}(x, [[1, 1], [2, 2]], y, accumulate=True)",
        ),
    ],
    "masked_fill": [
        Example(
            lambda x: torch.masked_fill(x, torch.tensor(MASK), 7.0),
            rows(lambda v: [7.0, v[1], 7.0]),
            (MATRIX,),
            "{}(x, [True, False, True], 7.0)",
        ),
        Example(
            lambda x, y: torch.masked_fill(x, torch.tensor(MASK), y),
            lambda x, y: [[y, v[1], y] for v in x],
            (MATRIX, NUMBER),
            "{}(x, [True, False, True], y)",
        ),
    ],
    "masked_select": [
        Example(
            lambda x: torch.masked_select(x, torch.tensor(MASK)),
            lambda x: [x[0, 0], x[0, 2], x[1, 0], x[1, 2]],
            (MATRIX,),
            "{}(x, [True, False, True])",
            order=3,
        )
    ],
    "select_scatter": [
        Example(
            lambda x, y: torch.select_scatter(x, y, 0, -1), lambda x, y: [x[0], y], (MATRIX, VECTOR), "{}(x, y, 0, -1)"
        )
    ],
    "slice_scatter": [
        Example(
            lambda x, y: torch.slice_scatter(x, y, 1, 0, 3, 2),
            lambda x, y: np.column_stack([y[:, 0], x[:, 1], y[:, 1]]),
            (MATRIX, (2, 2)),
            "{}(x, y, 1, 0, 3, 2)",
        )
    ],
    "nonzero": [Example(lambda x: torch.nonzero(x), lambda x: [[0, 1], [1, 0]], ([[0.0, 2.0], [3.0, 0.0]],), "{}(x)")],
    "argwhere": [Example(lambda x: torch.argwhere(x), lambda x: [[1], [2]], ([0.0, 2.0, 3.0],), "{}(x)")],
    "isclose": [
        Example(lambda x, y: torch.isclose(x, y), lambda x, y: [True, False], ([1.0, 1.0], [1.000001, 1.1]), "{}(x, y)")
    ],
    "allclose": [
        Example(
            lambda x, y: torch.tensor(torch.allclose(x, y)), lambda x, y: False, ([1.0, 1.0], [1.0, 1.1]), "{}(x, y)"
        )
    ],
    "equal": [Example(lambda x, y: torch.tensor(torch.equal(x, y)), lambda x, y: True, ([1.0], [1.0]), "{}(x, y)")],
    "unbind": [
        Example(lambda x: torch.unbind(x), lambda x: [x[0], x[1]], (MATRIX,), "{}(x)"),
        Example(lambda x: torch.unbind(x, 1), lambda x: [x[:, 0], x[:, 1], x[:, 2]], (MATRIX,), "{}(x, 1)"),
    ],
    "split": [
        Example(lambda x: torch.split(x, 2, 1), lambda x: [x[:, :2], x[:, 2:]], (MATRIX,)),
        Example(lambda x: torch.split(x, 1), lambda x: [x[:1], x[1:]], (MATRIX,), "{}(x, 1)"),
        Example(lambda x: torch.split(x, [1, 2], dim=1), lambda x: [x[:, :1], x[:, 1:]], (MATRIX,)),
    ],
    "split_with_sizes": [
        Example(lambda x: torch.split_with_sizes(x, [2, 2]), lambda x: [x[:2], x[2:]], ((4,),), "{}(x, [2, 2])")
    ],
    "chunk": [
        Example(lambda x: torch.chunk(x, 2, 1), lambda x: [x[:, :2], x[:, 2:]], (MATRIX,)),
        Example(lambda x: torch.chunk(x, 2), lambda x: [x[:1], x[1:]], (MATRIX,), "{}(x, 2)"),
    ],
    "tensor_split": [
        Example(lambda x: torch.tensor_split(x, 2, 1), lambda x: [x[:, :2], x[:, 2:]], (MATRIX,)),
        Example(lambda x: torch.tensor_split(x, (2,)), lambda x: [x[:2], x[2:]], ((4,),), "{}(x, [2])"),
    ],
    "hsplit": [Example(lambda x: torch.hsplit(x, 3), lambda x: [x[:, :1], x[:, 1:2], x[:, 2:]], (MATRIX,), "{}(x, 3)")],
    "vsplit": [Example(lambda x: torch.vsplit(x, 2), lambda x: [x[:1], x[1:]], (MATRIX,), "{}(x, 2)")],
    "dsplit": [Example(lambda x: torch.dsplit(x, 2), lambda x: [x[..., :1], x[..., 1:]], (CUBE,), "{}(x, 2)")],
    "narrow": [Example(lambda x: torch.narrow(x, 1, 1, 2), lambda x: x[:, 1:3], (MATRIX,), "{}(x, 1, 1, 2)")],
    "repeat": [
        Example(lambda x: torch.Tensor.repeat(x, 2, 1), lambda x: [*x, *x], (MATRIX,), "{}(x, 2, 1)"),
        Example(lambda x: torch.Tensor.repeat(x, 2, 2), lambda x: [[*x, *x]] * 2, (VECTOR,), "{}(x, [2, 2])"),
    ],
    "tile": [Example(lambda x: torch.tile(x, (2,)), rows(lambda v: v + v), (MATRIX,), "{}(x, 2)")],
    "repeat_interleave": [
        Example(lambda x: torch.repeat_interleave(x, 2), lambda x: [x[0], x[0], x[1], x[1]], ((2,),), "{}(x, 2)"),
        Example(
            lambda x: torch.repeat_interleave(x, 2, dim=0), lambda x: [x[0], x[0], x[1], x[1]], (MATRIX,), "{}(x, 2, 0)"
        ),
        Example(
            lambda x: torch.repeat_interleave(x, torch.tensor([2, 0, 1]), 1),
            rows(lambda v: [v[0], v[0], v[2]]),
            (MATRIX,),
        ),
    ],
    "fliplr": [Example(lambda x: torch.fliplr(x), rows(lambda v: v[::-1]), (MATRIX,), "{}(x)")],
    "flipud": [Example(lambda x: torch.flipud(x), lambda x: [x[1], x[0]], (MATRIX,), "{}(x)")],
    "rot90": [
        Example(lambda x: torch.rot90(x), lambda x: list(zip(*x, strict=True))[::-1], (MATRIX,), "{}(x)"),
        Example(lambda x: torch.rot90(x, 2, (0, 1)), lambda x: x[::-1, ::-1], (MATRIX,), "{}(x, 2, [0, 1])"),
        Example(lambda x: torch.rot90(x, -1), lambda x: list(zip(*x[::-1], strict=True)), (MATRIX,), "{}(x, -1)"),
    ],
    "roll": [
        Example(lambda x: torch.roll(x, 1, 1), rows(lambda v: v[-1:] + v[:-1]), (MATRIX,), "{}(x, 1, 1)"),
        Example(
            lambda x: torch.roll(x, -2),
            lambda x: np.reshape([*x.flat][2:] + [*x.flat][:2], (2, 3)),
            (MATRIX,),
            "{}(x, -2)",
        ),
        Example(
            lambda x: torch.roll(x, (1, 1), (0, 1)), lambda x: x[::-1, [2, 0, 1]], (MATRIX,), "{}(x, [1, 1], [0, 1])"
        ),
    ],
    "tril": [Example(lambda x: torch.tril(x), lambda x: x * [[1, 0, 0], [1, 1, 0]], (MATRIX,), "{}(x)")],
    "triu": [Example(lambda x: torch.triu(x, 1), lambda x: x * [[0, 1, 1], [0, 0, 1]], (MATRIX,), "{}(x, 1)")],
    "diagonal": [
        Example(lambda x: torch.diagonal(x), lambda x: [x[0, 0], x[1, 1]], (MATRIX,), "{}(x)", order=3),
        Example(lambda x: torch.diagonal(x, 1), lambda x: [x[0, 1], x[1, 2]], (MATRIX,), "{}(x, 1)"),
        Example(lambda x: torch.diagonal(x, 0, 0, 2), lambda x: np.einsum("iji->ji", x), (CUBE,), "{}(x, 0, 0, 2)"),
    ],
    "diag_embed": [
        Example(lambda x: torch.diag_embed(x), lambda x: [[[v[0], 0], [0, v[1]]] for v in x], ((3, 2),), "{}(x)"),
        Example(
            lambda x: torch.diag_embed(x, -1), lambda x: [[0, 0, 0], [x[0], 0, 0], [0, x[1], 0]], ((2,),), "{}(x, -1)"
        ),
    ],
    "diag": [
        Example(lambda x: torch.diag(x), lambda x: [[x[0], 0], [0, x[1]]], ((2,),), "{}(x)"),
        Example(lambda x: torch.diag(x, 1), lambda x: [x[0, 1], x[1, 2]], (MATRIX,), "{}(x, 1)"),
    ],
    "diagflat": [
        Example(
            lambda x: torch.diagflat(x),
            lambda x: [[v if i == j else 0 for j in range(4)] for i, v in enumerate(x.flat)],
            ((2, 2),),
            "{}(x)",
        )
    ],
    "diagonal_scatter": [
        Example(
            lambda x, y: torch.diagonal_scatter(x, y),
            lambda x, y: [[y[0], x[0, 1], x[0, 2]], [x[1, 0], y[1], x[1, 2]]],
            (MATRIX, (2,)),
            "{}(x, y)",
        )
    ],
    "unfold": [
        Example(
            lambda x: torch.Tensor.unfold(x, 0, 3, 1),
            lambda x: [x[0:3], x[1:4], x[2:5]],
            ((5,),),
            "{}(x, 0, 3, 1)",
            order=3,
        ),
        Example(
            lambda x: torch.Tensor.unfold(x, 1, 2, 2),
            lambda x: [[v[0:2], v[2:4]] for v in x],
            ((2, 5),),
            "{}(x, 1, 2, 2)",
        ),
    ],
    "as_strided": [
        Example(
            lambda x: torch.as_strided(x, (2, 2), (1, 2), 1),
            lambda x: [[x.flat[1], x.flat[3]], [x.flat[2], x.flat[4]]],
            (MATRIX,),
            "{}(x, [2, 2], [1, 2], 1)",
        ),
        Example(
            lambda x: torch.as_strided(x, (3, 2), (1, 1)),
            lambda x: [x[0:2], x[1:3], x[2:4]],
            ((4,),),
            "{}(x, [3, 2], [1, 1])",
            order=3,
        ),
    ],
    "atleast_1d": [Example(lambda x: torch.atleast_1d(x), lambda x: [x], (NUMBER,), "{}(x)")],
    "atleast_2d": [Example(lambda x: torch.atleast_2d(x), lambda x: [x], (VECTOR,), "{}(x)")],
    "atleast_3d": [Example(lambda x: torch.atleast_3d(x), lambda x: x[:, :, None], (MATRIX,), "{}(x)")],
    "hstack": [
        Example(lambda x, y: torch.hstack([x, y]), lambda x, y: [*x, y], (VECTOR, NUMBER), "{}([x, y])"),
        Example(
            lambda x, y: torch.hstack([x, y]),
            lambda x, y: [[*a, *b] for a, b in zip(x, y, strict=True)],
            (MATRIX, (2, 1)),
            "{}([x, y])",
        ),
    ],
    "vstack": [Example(lambda x, y: torch.vstack([x, y]), lambda x, y: [x, *y], (VECTOR, MATRIX), "{}([x, y])")],
    "dstack": [
        Example(
            lambda x, y: torch.dstack([x, y]),
            lambda x, y: [[[a, b] for a, b in zip(x, y, strict=True)]],
            (VECTOR, VECTOR),
            "{}([x, y])",
        )
    ],
    "column_stack": [
        Example(
            lambda x, y: torch.column_stack([x, y]),
            lambda x, y: [[a, *b] for a, b in zip(x, y, strict=True)],
            ((2,), MATRIX),
            "{}([x, y])",
        )
    ],
    "block_diag": [
        Example(
            lambda x, y, z: torch.block_diag(x, y, z),
            lambda x, y, z: [[*x[0], 0, 0, 0], [*x[1], 0, 0, 0], [0, 0, *y, 0], [0, 0, 0, 0, z]],
            ((2, 2), (2,), NUMBER),
            "{}([x, y, z])",
        )
    ],
    "broadcast_tensors": [
        Example(
            lambda x, y: torch.broadcast_tensors(x, y),
            lambda x, y: [[x] * 2, [[a] * 3 for (a,) in y]],
            (VECTOR, (2, 1)),
            "{}(x, y)",
        )
    ],
    "meshgrid": [
        Example(
            lambda x, y: torch.meshgrid(x, y, indexing="ij"),
            lambda x, y: [[[a] * 2 for a in x], [list(y)] * 3],
            (VECTOR, (2,)),
            "{}(x, y)",
        ),
        Example(
            lambda x, y: torch.meshgrid(x, y, indexing="xy"),
            lambda x, y: [[list(x)] * 2, [[b] * 3 for b in y]],
            (VECTOR, (2,)),
        ),
    ],
    "cartesian_prod": [
        Example(
            lambda x, y: torch.cartesian_prod(x, y),
            lambda x, y: [(a, b) for a in x for b in y],
            (VECTOR, (2,)),
            "{}(x, y)",
        )
    ],
    "combinations": [
        Example(lambda x: torch.combinations(x), lambda x: [*combinations(x, 2)], (VECTOR,), "{}(x)"),
        Example(
            lambda x: torch.combinations(x, 2, True),
            lambda x: [*combinations_with_replacement(x, 2)],
            (VECTOR,),
            "{}(x, 2, True)",
        ),
    ],
    "vander": [
        Example(lambda x: torch.vander(x), lambda x: [[v * v, v, 1] for v in x], (VECTOR,), "{}(x)"),
        Example(
            lambda x: torch.vander(x, 4, True),
            lambda x: [[1, v, v * v, v * v * v] for v in x],
            ((2,),),
            "{}(x, 4, True)",
        ),
    ],
    "where": [
        Example(
            lambda x, y: torch.where(x > 0, x, y),
            each(lambda x, y: x if x > 0 else y),
            (MATRIX, MATRIX),
            "{}(x > 0, x, y)",
            order=3,
        ),
        Example(
            lambda x, y: torch.where(torch.tensor(MASK), x, y),
            lambda x, y: [[x[0], row[0], x[2]] for row in y],
            (VECTOR, (2, 1)),
            "{}([True, False, True], x, y)",
        ),
        Example(
            lambda x: torch.where(x > 0, x, 2.0), each(lambda x: x if x > 0 else 2.0), (MATRIX,), "{}(x > 0, x, 2.0)"
        ),
    ],
    "clamp": [
        Example(lambda x: torch.clamp(x, -1, 1), each(between(-1, 1)), (MATRIX,), "{}(x, -1, 1)"),
        Example(lambda x: torch.clamp(x, min=0.5), each(between(0.5, INF)), (MATRIX,), "{}(x, min=0.5)"),
        Example(lambda x: torch.clamp(x, max=0.5), each(between(-INF, 0.5)), (MATRIX,), "{}(x, max=0.5)"),
        Example(lambda x: torch.clamp(x, 1, -1), each(lambda x: -1.0), (MATRIX,), "{}(x, 1, -1)"),
        Example(
            lambda x, y, z: torch.clamp(x, y, z),
            each(lambda x, y, z: min(max(x, y), z)),
            (MATRIX, VECTOR, VECTOR),
            "{}(x, y, z)",
        ),
        Example(lambda x, y: torch.clamp(x, min=y), each(max), (MATRIX, NUMBER), "{}(x, min=y)"),
        Example(lambda x, y: torch.clamp(x, max=y), each(min), (MATRIX, VECTOR), "{}(x, max=y)"),
    ],
    "clamp_min": [
        Example(lambda x: torch.clamp_min(x, 0.5), each(between(0.5, INF)), (MATRIX,), "{}(x, 0.5)"),
        Example(lambda x, y: torch.clamp_min(x, y), each(max), ([[-1.0, 2.0]], [[1.0], [-2.0]]), "{}(x, y)"),
    ],
    "clamp_max": [
        Example(lambda x: torch.clamp_max(x, 0.5), each(between(-INF, 0.5)), (MATRIX,), "{}(x, 0.5)"),
        Example(lambda x, y: torch.clamp_max(x, y), each(min), ([[-1.0, 2.0]], [[1.0], [-2.0]]), "{}(x, y)"),
    ],
    "threshold": [
        Example(
            lambda x: torch.threshold(x, 0.5, -7.0),
            each(lambda x: x if x > 0.5 else -7.0),
            (MATRIX,),
            "{}(x, 0.5, -7.0)",
        )
    ],
    "polygamma": [
        Example(
            lambda x, n=n: torch.polygamma(n, x),
            each(derivative_of_digamma(n)),
            ([0.3, 0.9, 2.5],),
            f"{{}}({n}, x)",
        )
        for n in range(4)
    ],
    "sum": [
        Example(lambda x: torch.sum(x), whole(math.fsum), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.sum(x), whole(math.fsum), (NUMBER,), "{}(x)"),
        Example(lambda x: torch.sum(x, 0), columns(math.fsum), (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.sum(x, -1, True), rows(lambda v: [math.fsum(v)]), (MATRIX,), "{}(x, -1, True)"),
        Example(lambda x: torch.sum(x, (0, 2)), lambda x: np.einsum("ijk->j", x), (CUBE,), "{}(x, [0, 2])"),
        Example(
            lambda x: torch.sum(x, keepdim=True), whole(lambda v: [[math.fsum(v)]]), (MATRIX,), "{}(x, keepdim=True)"
        ),
        Example(lambda x: torch.sum(x, 0), same, (NUMBER,), "{}(x, 0)"),
    ],
    "mean": [
        Example(lambda x: torch.mean(x), whole(statistics.fmean), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.mean(x, 1), rows(statistics.fmean), (MATRIX,), "{}(x, 1)"),
        Example(
            lambda x: torch.mean(x, 0, True),
            columns(lambda v: [statistics.fmean(v)]),
            (MATRIX,),
            "{}(x, 0, keepdim=True)",
        ),
        Example(lambda x: torch.mean(x, (0, 1)), whole(statistics.fmean), (MATRIX,), "{}(x, [0, 1])"),
    ],
    "prod": [
        Example(lambda x: torch.prod(x), whole(math.prod), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.prod(x), same, (NUMBER,), "{}(x)"),
        Example(lambda x: torch.prod(x), whole(math.prod), ([0.0, 2.0, -3.0],), "{}(x)"),
        Example(lambda x: torch.prod(x), whole(math.prod), ([0.0, 2.0, 0.0],), "{}(x)"),
        Example(lambda x: torch.prod(x, 0), columns(math.prod), (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.prod(x, 1), rows(math.prod), ([[0.0, 2.0], [3.0, 4.0]],), "{}(x, 1)"),
        Example(lambda x: torch.prod(x, -1, True), rows(lambda v: [math.prod(v)]), (MATRIX,), "{}(x, -1, True)"),
        Example(lambda x: torch.prod(x, 0), same, (NUMBER,), "{}(x, 0)"),
    ],
    "max": [
        Example(lambda x: torch.max(x), whole(max), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.max(x, 1).values, rows(max), (MATRIX,), "{}(x, 1).values", order=3),
        Example(lambda x: torch.max(x, 0, True)[0], columns(lambda v: [max(v)]), (MATRIX,), "{}(x, 0, True).values"),
        Example(lambda x: torch.max(x, 0).values, same, (NUMBER,), "{}(x, 0).values"),
        Example(lambda x, y: torch.max(x, y), each(max), (MATRIX, VECTOR), "{}(x, y)"),
    ],
    "min": [
        Example(lambda x: torch.min(x), whole(min), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.min(x, 1).values, rows(min), (MATRIX,), "{}(x, 1).values"),
        Example(lambda x: torch.min(x, -2, True)[0], columns(lambda v: [min(v)]), (MATRIX,), "{}(x, -2, True).values"),
        Example(lambda x, y: torch.min(x, y), each(min), (MATRIX, VECTOR), "{}(x, y)"),
    ],
    "amax": [
        Example(lambda x: torch.amax(x), whole(max), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.amax(x, 0), columns(max), (MATRIX,), "{}(x, 0)"),
        Example(
            lambda x: torch.amax(x, (0, 1), True),
            whole(lambda v: [[max(v)]]),
            (MATRIX,),
            "{}(x, [0, 1], keepdim=True)",
        ),
    ],
    "amin": [
        Example(lambda x: torch.amin(x), whole(min), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.amin(x, dim=1), rows(min), (MATRIX,), "{}(x, dim=1)"),
    ],
    "argmax": [
        Example(lambda x: torch.argmax(x), whole(position_of(max)), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.argmax(x, 1), rows(position_of(max)), (MATRIX,), "{}(x, 1)"),
    ],
    "argmin": [
        Example(lambda x: torch.argmin(x), whole(position_of(min)), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.argmin(x, 0), columns(position_of(min)), (MATRIX,), "{}(x, 0)"),
    ],
    "median": [
        Example(lambda x: torch.median(x), whole(statistics.median_low), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.median(x), whole(statistics.median_low), (VECTOR,), "{}(x)"),
        Example(lambda x: torch.median(x), same, (NUMBER,), "{}(x)"),
        Example(lambda x: torch.median(x, 1).values, rows(statistics.median_low), (MATRIX,), "{}(x, 1).values"),
        Example(
            lambda x: torch.median(x, 0, True)[0],
            columns(lambda v: [statistics.median_low(v)]),
            (MATRIX,),
            "{}(x, 0, True).values",
        ),
        Example(lambda x: torch.median(x, 0).values, same, (NUMBER,), "{}(x, 0).values"),
    ],
    "var": [
        Example(lambda x: torch.var(x), whole(statistics.variance), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.var(x, 1), rows(statistics.variance), (MATRIX,), "{}(x, 1)"),
        Example(
            lambda x: torch.var(x, 0, keepdim=True),
            columns(lambda v: [statistics.variance(v)]),
            (MATRIX,),
            "{}(x, 0, keepdim=True)",
        ),
        Example(
            lambda x: torch.var(x, unbiased=False), whole(statistics.pvariance), (MATRIX,), "{}(x, unbiased=False)"
        ),
        Example(
            lambda x: torch.var(x, 1, correction=0), rows(statistics.pvariance), (MATRIX,), "{}(x, 1, correction=0)"
        ),
    ],
    "std": [
        Example(lambda x: torch.std(x), whole(statistics.stdev), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.std(x, 0), columns(statistics.stdev), (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.std(x, False), whole(statistics.pstdev), (MATRIX,), "{}(x, False)"),
    ],
    "logsumexp": [
        Example(lambda x: torch.logsumexp(x, 0), columns(log_of_exponentials), (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.logsumexp(x, (0, 1)), whole(log_of_exponentials), (MATRIX,), "{}(x)"),
        Example(
            lambda x: torch.logsumexp(x, 1, True),
            rows(lambda v: [log_of_exponentials(v)]),
            (MATRIX,),
            "{}(x, 1, True)",
        ),
    ],
    "softmax": [
        Example(lambda x: torch.softmax(x, -1), rows(shares), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.softmax(x, 0), columns(shares), (MATRIX,), "{}(x, 0)"),
    ],
    "log_softmax": [
        Example(lambda x: torch.log_softmax(x, -1), rows(log_shares), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.log_softmax(x, 0), columns(log_shares), (MATRIX,), "{}(x, 0)"),
    ],
    "cumsum": [
        Example(lambda x: torch.cumsum(x, -1), rows(running(operator.add)), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.cumsum(x, 0), columns(running(operator.add)), (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.cumsum(x, 0), same, (NUMBER,), "{}(x, 0)"),
    ],
    "cumprod": [
        Example(lambda x: torch.cumprod(x, -1), rows(running(operator.mul)), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.cumprod(x, 0), columns(running(operator.mul)), (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.cumprod(x, 0), running(operator.mul), ([3.0, 0.0, 2.0, -1.0],), "{}(x, 0)"),
        Example(lambda x: torch.cumprod(x, 0), running(operator.mul), ([0.0, 2.0, 0.0],), "{}(x, 0)"),
        Example(lambda x: torch.cumprod(x, 0), same, (NUMBER,), "{}(x, 0)"),
    ],
    "softmin": [
        Example(lambda x: torch.softmin(x, -1), lambda x: rows(shares)(-x), (MATRIX,), "{}(x)"),
    ],
    "prelu": [
        Example(
            lambda x, y: torch.prelu(x, y),
            lambda x, y: [[v if v > 0 else v * w for v, w in zip(row, y, strict=True)] for row in x],
            ([[1.0, -2.0, -0.5], [-1.0, 2.0, -3.0]], [0.3, 0.5, -0.2]),
            "{}(x, y)",
        ),
        Example(lambda x, y: torch.prelu(x, y), lambda x, y: [x[0], y[0] * x[1]], ([2.0, -3.0], [0.3]), "{}(x, y)"),
    ],
    "glu": [
        Example(
            lambda x: torch.glu(x),
            rows(lambda v: [v[0] / (1 + math.exp(-v[2])), v[1] / (1 + math.exp(-v[3]))]),
            ((2, 4),),
            "{}(x)",
        ),
        Example(
            lambda x: torch.glu(x, 0),
            columns(lambda v: [v[0] / (1 + math.exp(-v[1]))]),
            (MATRIX,),
            "{}(x, 0)",
        ),
    ],
    "mvlgamma": [
        Example(lambda x, p=p: torch.mvlgamma(x, p), each(gamma_of_dimensions(p)), (MATRIX,), f"{{}}(x, {p})")
        for p in (1, 3)
    ],
    "igamma": [
        Example(
            lambda x: torch.igamma(torch.tensor([0.5, 2.0]).type_as(x), x),
            lambda x: [incomplete_gamma(0.5, x[0]), incomplete_gamma(2.0, x[1])],
            ((2,),),
            "{}([0.5, 2.0], x)",
        )
    ],
    "igammac": [
        Example(
            lambda x: torch.igammac(torch.tensor([0.5, 2.0]).type_as(x), x),
            lambda x: [1 - incomplete_gamma(0.5, x[0]), 1 - incomplete_gamma(2.0, x[1])],
            ((2,),),
            "{}([0.5, 2.0], x)",
        )
    ],
    "zeta": [
        Example(
            lambda x: torch.zeta(torch.tensor([1.5, 3.0]).type_as(x), x),
            lambda x: [hurwitz_zeta(1.5, x[0]), hurwitz_zeta(3.0, x[1])],
            ([0.7, 2.0],),
            "{}([1.5, 3.0], x)",
        ),
        Example(lambda x: torch.zeta(3, x), each(lambda x: hurwitz_zeta(3, x)), ([0.7, 2.0],), "{}(3, x)"),
    ],
    "linear": [
        Example(
            lambda x, y, z: torch.linear(x, y, z),
            lambda x, y, z: np.add(product(x, y.T), z),
            (MATRIX, (4, 3), (4,)),
            "{}(x, y, z)",
        ),
        Example(lambda x, y: torch.linear(x, y), lambda x, y: product(x, y.T), (MATRIX, (4, 3)), "{}(x, y)"),
        Example(lambda x, y: torch.linear(x, y), lambda x, y: product(x[None], y.T)[0], (VECTOR, (4, 3)), "{}(x, y)"),
    ],
    "normalize": [
        Example(lambda x: torch.normalize(x), rows(lambda v: [a / length(v) for a in v]), (MATRIX,), "{}(x)"),
        Example(
            lambda x: torch.normalize(x, 3, 0),
            columns(lambda v: [a / norm_of_order(3)(v) for a in v]),
            (MATRIX,),
            "{}(x, 3, 0)",
        ),
    ],
    "cosine_similarity": [
        Example(
            lambda x, y: torch.cosine_similarity(x, y),
            lambda x, y: [
                math.fsum(map(operator.mul, a, b)) / length(a) / length(b) for a, b in zip(x, y, strict=True)
            ],
            (MATRIX, MATRIX),
            "{}(x, y)",
        )
    ],
    "embedding": [
        Example(
            lambda x: torch.embedding(x, torch.tensor([1, 0, 1])),
            lambda x: [x[1], x[0], x[1]],
            (MATRIX,),
            "{}(x, [1, 0, 1])",
        )
    ],
    "pad": [
        Example(lambda x: torch.pad(x, (1, 2)), rows(lambda v: [0.0, *v, 0.0, 0.0]), (MATRIX,), "{}(x, [1, 2])"),
        Example(
            lambda x: torch.pad(x, (0, 0, 1, 0), value=7.0),
            lambda x: [[7.0] * 3, *x],
            (MATRIX,),
            "{}(x, [0, 0, 1, 0], value=7.0)",
        ),
        Example(lambda x: torch.pad(x, (2, 1), "reflect"), rows(lambda v: [v[2], v[1], *v, v[1]]), (MATRIX,)),
        Example(lambda x: torch.pad(x, (1, 2), "replicate"), rows(lambda v: [v[0], *v, v[2], v[2]]), (MATRIX,)),
        Example(
            lambda x: torch.pad(x, (1, 0, 0, 1), "reflect"),
            lambda x: np.pad(x, ((0, 0), (0, 1), (1, 0)), "reflect"),
            (CUBE,),
        ),
        Example(
            lambda x: torch.pad(x, (1, 0, 0, 1), "replicate"),
            lambda x: np.pad(x, ((0, 0), (0, 1), (1, 0)), "edge"),
            (CUBE,),
        ),
        Example(
            lambda x: torch.pad(x, (1, 0, 0, 1, 1, 0), "reflect"),
            lambda x: np.pad(x, ((0, 0), (1, 0), (0, 1), (1, 0)), "reflect"),
            ((1, 2, 2, 2),),
        ),
        Example(
            lambda x: torch.pad(x, (1, 0, 0, 1, 1, 0), "replicate"),
            lambda x: np.pad(x, ((0, 0), (1, 0), (0, 1), (1, 0)), "edge"),
            ((1, 2, 2, 2),),
        ),
        Example(lambda x: torch.pad(x, (1, 2), "circular"), rows(lambda v: [v[2], *v, v[0], v[1]]), (MATRIX,)),
    ],
    "mse_loss": [
        Example(lambda x, y: torch.mse_loss(x, y), averaged(lambda x, y: (x - y) ** 2), (MATRIX, MATRIX), "{}(x, y)"),
        Example(lambda x, y: torch.mse_loss(x, y, reduction="none"), each(lambda x, y: (x - y) ** 2), (MATRIX, MATRIX)),
        Example(
            lambda x, y: torch.mse_loss(x, y, reduction="sum"),
            lambda x, y: length(np.ravel(x - y)) ** 2,
            (MATRIX, MATRIX),
        ),
    ],
    "l1_loss": [
        Example(lambda x, y: torch.l1_loss(x, y), averaged(lambda x, y: abs(x - y)), (MATRIX, MATRIX), "{}(x, y)"),
    ],
    "smooth_l1_loss": [
        Example(lambda x, y: torch.smooth_l1_loss(x, y), averaged(parabola_then_line), (MATRIX, MATRIX), "{}(x, y)"),
        Example(
            lambda x, y: torch.smooth_l1_loss(x, y, beta=2.0),
            averaged(lambda x, y: parabola_then_line(x, y, 2.0) / 2),
            (MATRIX, MATRIX),
            "{}(x, y, beta=2.0)",
        ),
    ],
    "huber_loss": [
        Example(lambda x, y: torch.huber_loss(x, y), averaged(parabola_then_line), (MATRIX, MATRIX), "{}(x, y)"),
        Example(
            lambda x, y: torch.huber_loss(x, y, delta=2.0),
            averaged(lambda x, y: parabola_then_line(x, y, 2.0)),
            (MATRIX, MATRIX),
            "{}(x, y, delta=2.0)",
        ),
    ],
    "binary_cross_entropy": [
        Example(lambda x, y: torch.binary_cross_entropy(x, y), averaged(surprise), (MATRIX, MATRIX), "{}(x, y)"),
        Example(
            lambda x, y: torch.binary_cross_entropy(x, y, torch.tensor([1.0, 2.0, 3.0]).type_as(x)),
            lambda x, y: np.mean(each(surprise)(x, y) * [1, 2, 3]),
            (MATRIX, MATRIX),
            "{}(x, y, 1 * [1, 2, 3])",
        ),
    ],
    "binary_cross_entropy_with_logits": [
        Example(
            lambda x, y: torch.binary_cross_entropy_with_logits(x, y),
            averaged(lambda x, y: surprise(1 / (1 + math.exp(-x)), y)),
            (MATRIX, MATRIX),
            "{}(x, y)",
        ),
        Example(
            lambda x, y: torch.binary_cross_entropy_with_logits(
                x, y, pos_weight=torch.tensor([1.0, 2.0, 3.0]).type_as(x)
            ),
            lambda x, y: averaged(lambda x, y, w: y * w * softplus(-x) + (1 - y) * softplus(x))(
                x, y, np.array([1, 2, 3])
            ),
            (MATRIX, MATRIX),
            "{}(x, y, pos_weight=1 * [1, 2, 3])",
        ),
    ],
    "kl_div": [
        Example(
            lambda x, y: torch.kl_div(x, y),
            averaged(lambda x, y: y * (math.log(y) - x)),
            (VECTOR, [0.2, 0.5, 0.3]),
            "{}(x, y)",
        ),
        Example(
            lambda x, y: torch.kl_div(x, y, reduction="sum", log_target=True),
            lambda x, y: math.fsum(each(lambda x, y: math.exp(y) * (y - x))(x, y)),
            (VECTOR, VECTOR),
        ),
    ],
    "nll_loss": [
        Example(
            lambda x: torch.nll_loss(x, torch.tensor([2, 0])),
            lambda x: -(x[0, 2] + x[1, 0]) / 2,
            (MATRIX,),
            "{}(x, [2, 0])",
        ),
        Example(
            lambda x: torch.nll_loss(x, torch.tensor([2, 0]), torch.tensor([1.0, 2.0, 3.0]).type_as(x)),
            lambda x: -(3 * x[0, 2] + x[1, 0]) / 4,
            (MATRIX,),
            "{}(x, [2, 0], 1 * [1, 2, 3])",
        ),
        Example(
            lambda x: torch.nll_loss(x, torch.tensor([2, 1]), ignore_index=1),
            lambda x: -x[0, 2],
            (MATRIX,),
            "{}(x, [2, 1], ignore_index=1)",
        ),
        Example(
            lambda x: torch.nll_loss(x, torch.tensor([[[1, 0]]])),
            lambda x: -(x[0, 1, 0, 0] + x[0, 0, 0, 1]) / 2,
            ((1, 2, 1, 2),),
            "{}(x, [[[1, 0]]])",
        ),
    ],
    "cross_entropy": [
        Example(
            lambda x: torch.cross_entropy(x, torch.tensor([2, 0])),
            lambda x: -(log_shares(x[0])[2] + log_shares(x[1])[0]) / 2,
            (MATRIX,),
            "{}(x, [2, 0])",
        ),
        Example(
            lambda x: torch.cross_entropy(x, torch.tensor([2, 0]), label_smoothing=0.3),
            lambda x: statistics.fmean(
                -0.7 * log_shares(row)[target] - 0.3 * statistics.fmean(log_shares(row))
                for row, target in zip(x, (2, 0), strict=True)
            ),
            (MATRIX,),
            "{}(x, [2, 0], label_smoothing=0.3)",
        ),
        Example(
            lambda x, y: torch.cross_entropy(x, y),
            lambda x, y: (
                -statistics.fmean(math.fsum(map(operator.mul, log_shares(a), b)) for a, b in zip(x, y, strict=True))
            ),
            (MATRIX, [[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]),
            "{}(x, y)",
        ),
    ],
    "soft_margin_loss": [
        Example(
            lambda x: torch.soft_margin_loss(x, torch.tensor([1.0, -1.0, 1.0]).type_as(x)),
            lambda x: averaged(lambda x, t: softplus(-x * t))(x, np.array([1, -1, 1])),
            (VECTOR,),
            "{}(x, 1 * [1, -1, 1])",
        )
    ],
    "hinge_embedding_loss": [
        Example(
            lambda x: torch.hinge_embedding_loss(x, torch.tensor([1.0, -1.0, -1.0]).type_as(x)),
            lambda x: (x[0] + max(0, 1 - x[1]) + max(0, 1 - x[2])) / 3,
            ([2.0, -0.5, 1.5],),
            "{}(x, 1 * [1, -1, -1])",
        )
    ],
    "margin_ranking_loss": [
        Example(
            lambda x, y: torch.margin_ranking_loss(x, y, torch.tensor([1.0, -1.0, 1.0]).type_as(x), 0.5),
            lambda x, y: averaged(lambda x, y, t: max(0.0, 0.5 - t * (x - y)))(x, y, np.array([1, -1, 1])),
            ([0.3, 1.0, 2.0], [0.5, 0.2, -1.0]),
            "{}(x, y, 1 * [1, -1, 1], 0.5)",
        )
    ],
    "poisson_nll_loss": [
        Example(
            lambda x, y: torch.poisson_nll_loss(x, y),
            averaged(lambda x, y: math.exp(x) - y * x),
            (MATRIX, MATRIX),
            "{}(x, y)",
        ),
        Example(
            lambda x, y: torch.poisson_nll_loss(x, y, log_input=False),
            averaged(lambda x, y: x - y * math.log(x + 1e-8)),
            ([0.5, 2.0], [1.0, 3.0]),
            "{}(x, y, log_input=False)",
        ),
    ],
    "gaussian_nll_loss": [
        Example(
            lambda x, y, z: torch.gaussian_nll_loss(x, y, z),
            averaged(lambda x, y, z: (math.log(z) + (x - y) ** 2 / z) / 2),
            (VECTOR, VECTOR, [0.5, 2.0, 1.0]),
            "{}(x, y, z)",
        )
    ],
    "vdot": [Example(lambda x, y: torch.vdot(x, y), dot_product, (VECTOR, VECTOR), "{}(x, y)")],
    "inner": [
        Example(lambda x, y: torch.inner(x, y), lambda x, y: product(x, y.T), (MATRIX, (4, 3)), "{}(x, y)"),
        Example(lambda x, y: torch.inner(x, y), lambda x, y: x * y, (NUMBER, VECTOR), "{}(x, y)"),
    ],
    "vecdot": [
        Example(
            lambda x, y: torch.vecdot(x, y), lambda x, y: [dot_product(v, y) for v in x], (MATRIX, VECTOR), "{}(x, y)"
        )
    ],
    "linalg_cross": [
        Example(lambda x, y: torch.linalg_cross(x, y), vector_product, (VECTOR, VECTOR), "{}(x, y)"),
    ],
    "cross": [
        Example(
            lambda x, y: torch.cross(x, y, dim=0),
            lambda x, y: np.transpose([vector_product(a, b) for a, b in zip(x.T, y.T, strict=True)]),
            ((3, 2), (3, 2)),
            "{}(x, y, dim=0)",
        )
    ],
    "addmm": [
        Example(
            lambda x, y, z: torch.addmm(x, y, z),
            lambda x, y, z: x + product(y, z),
            (VECTOR, (2, 4), (4, 3)),
            "{}(x, y, z)",
        ),
        Example(
            lambda x, y, z: torch.addmm(x, y, z, beta=2, alpha=3),
            lambda x, y, z: x + x + np.multiply(product(y, z), 3),
            (MATRIX, (2, 4), (4, 3)),
            "{}(x, y, z, beta=2, alpha=3)",
        ),
    ],
    "addmv": [
        Example(
            lambda x, y, z: torch.addmv(x, y, z, beta=2, alpha=3),
            lambda x, y, z: [a + a + 3 * dot_product(row, z) for a, row in zip(x, y, strict=True)],
            ((2,), MATRIX, VECTOR),
            "{}(x, y, z, beta=2, alpha=3)",
        )
    ],
    "addr": [
        Example(
            lambda x, y, z: torch.addr(x, y, z, beta=2, alpha=3),
            lambda x, y, z: [[x[i, j] * 2 + a * b * 3 for j, b in enumerate(z)] for i, a in enumerate(y)],
            (MATRIX, (2,), VECTOR),
            "{}(x, y, z, beta=2, alpha=3)",
        )
    ],
    "baddbmm": [
        Example(
            lambda x, y, z: torch.baddbmm(x, y, z, beta=2, alpha=3),
            lambda x, y, z: 2 * x + 3 * np.einsum("aij,ajk->aik", y, z),
            ((2, 2, 2), (2, 2, 3), CUBE),
            "{}(x, y, z, beta=2, alpha=3)",
        )
    ],
    "addbmm": [
        Example(
            lambda x, y, z: torch.addbmm(x, y, z, beta=2, alpha=3),
            lambda x, y, z: 2 * x + 3 * np.einsum("aij,ajk->ik", y, z),
            ((2, 2), (2, 2, 3), CUBE),
            "{}(x, y, z, beta=2, alpha=3)",
        )
    ],
    "multi_dot": [
        Example(
            lambda x, y, z: torch.multi_dot([x, y, z]),
            lambda x, y, z: np.einsum("ij,jk,kl->il", x, y, z),
            (MATRIX, (3, 4), (4, 2)),
            "{}([x, y, z])",
        )
    ],
    "chain_matmul": [
        Example(
            lambda x, y, z: torch.chain_matmul(x, y, z),
            lambda x, y, z: np.einsum("ij,jk,kl->il", x, y, z),
            (MATRIX, (3, 4), (4, 2)),
            "{}(x, y, z)",
        )
    ],
    "einsum": [
        Example(
            lambda x, y: torch.einsum("ij,jk->k", x, y),
            lambda x, y: [sum(v) for v in zip(*product(x, y), strict=True)],
            (MATRIX, (3, 2)),
        ),
        Example(lambda x: torch.einsum("ii", x), lambda x: x[0, 0] + x[1, 1], ((2, 2),)),
        Example(lambda x: torch.einsum("ij->ji", x), lambda x: list(zip(*x, strict=True)), (MATRIX,)),
    ],
    "tensordot": [
        Example(lambda x, y: torch.tensordot(x, y, 1), lambda x, y: product(x, y), (MATRIX, (3, 4)), "{}(x, y, 1)"),
        Example(
            lambda x, y: torch.tensordot(x, y, ([0], [1])),
            lambda x, y: product(x.T, y.T),
            (MATRIX, (4, 2)),
            "{}(x, y, [[0], [1]])",
        ),
    ],
    "kron": [
        Example(
            lambda x, y: torch.kron(x, y),
            lambda x, y: [[a * b for a in row for b in other] for row in x for other in y],
            (MATRIX, (2, 2)),
            "{}(x, y)",
        )
    ],
    "trace": [Example(lambda x: torch.trace(x), lambda x: x[0, 0] + x[1, 1], (MATRIX,), "{}(x)")],
    "linalg_diagonal": [
        Example(lambda x: torch.linalg_diagonal(x), lambda x: [[v[0, 0], v[1, 1]] for v in x], (CUBE,), "{}(x)")
    ],
    "inverse": [
        Example(lambda x: torch.inverse(x), inverse, (SQUARE,), "{}(x)"),
        Example(lambda x: torch.inverse(x), lambda x: [inverse(v) for v in x], ([SQUARE, SYMMETRIC],), "{}(x)"),
    ],
    "inv_ex": [Example(lambda x: torch.inv_ex(x)[0], inverse, (SQUARE,), "{}(x)")],
    "solve": [
        Example(lambda x, y: torch.solve(x, y), lambda x, y: product(inverse(x), y), (SQUARE, (3, 2)), "{}(x, y)"),
        Example(
            lambda x, y: torch.solve(x, y, left=False),
            lambda x, y: product(y, inverse(x)),
            (SQUARE, (2, 3)),
            "{}(x, y, left=False)",
        ),
        Example(
            lambda x, y: torch.solve(x, y),
            lambda x, y: [dot_product(row, y) for row in inverse(x)],
            (SQUARE, VECTOR),
            "{}(x, y)",
        ),
    ],
    "solve_ex": [
        Example(lambda x, y: torch.solve_ex(x, y)[0], lambda x, y: product(inverse(x), y), (SQUARE, (3, 2)), "{}(x, y)")
    ],
    "solve_triangular": [
        Example(
            lambda x, y: torch.solve_triangular(x, y, upper=True),
            lambda x, y: product(inverse(np.triu(x)), y),
            (SQUARE, (3, 2)),
            "{}(x, y, upper=True)",
        ),
        Example(
            lambda x, y: torch.solve_triangular(x, y, upper=False, left=False),
            lambda x, y: product(y, inverse(np.tril(x))),
            (SQUARE, (2, 3)),
            "{}(x, y, upper=False, left=False)",
        ),
        Example(
            lambda x, y: torch.solve_triangular(x, y, upper=False, unitriangular=True),
            lambda x, y: product(inverse(np.tril(x, -1) + np.eye(3)), y),
            (SQUARE, (3, 2)),
            "{}(x, y, upper=False, unitriangular=True)",
        ),
    ],
    "triangular_solve": [
        Example(
            lambda x, y: torch.triangular_solve(x, y)[0],
            lambda x, y: product(inverse(np.triu(y)), x),
            ((3, 2), SQUARE),
            "{}(x, y)",
        ),
        Example(
            lambda x, y: torch.triangular_solve(x, y, False, True)[0],
            lambda x, y: product(inverse(np.tril(y).T), x),
            ((3, 2), SQUARE),
            "{}(x, y, False, True)",
        ),
    ],
    "pinv": [Example(lambda x: torch.pinv(x), pseudoinverse, ((3, 2),), "{}(x)")],
    "pinverse": [Example(lambda x: torch.pinverse(x), pseudoinverse, ((3, 2),), "{}(x)")],
    "lstsq": [
        Example(
            lambda x, y: torch.lstsq(x, y)[0],
            lambda x, y: product(pseudoinverse(x), y),
            ((3, 2), (3, 1)),
            "{}(x, y)",
        )
    ],
    "det": [
        Example(lambda x: torch.det(x), determinant, (SQUARE,), "{}(x)", order=3),
        Example(lambda x: torch.det(x), determinant, ([[1.0, 2.0], [2.0, 4.0]],), "{}(x)"),
    ],
    "slogdet": [
        Example(
            lambda x: torch.slogdet(x),
            lambda x: [math.copysign(1, determinant(x)), math.log(abs(determinant(x)))],
            (SQUARE,),
        ),
        Example(lambda x: torch.slogdet(x)[0], lambda x: math.copysign(1, determinant(x)), (SQUARE,), "{}(x)"),
    ],
    "logdet": [Example(lambda x: torch.logdet(x), lambda x: math.log(determinant(x)), (SYMMETRIC,), "{}(x)")],
    "cholesky": [
        Example(lambda x: torch.cholesky(x @ x.mT), lambda x: cholesky(x @ x.T), (SQUARE,), "{}(x @ x.mT)"),
        Example(
            lambda x: torch.cholesky(x @ x.mT, True),
            lambda x: np.transpose(cholesky(x @ x.T)),
            (SQUARE,),
            "{}(x @ x.mT, True)",
        ),
    ],
    "linalg_cholesky": [
        Example(lambda x: torch.linalg_cholesky(x @ x.mT), lambda x: cholesky(x @ x.T), (SQUARE,), "{}(x @ x.mT)")
    ],
    "cholesky_ex": [
        Example(lambda x: torch.cholesky_ex(x @ x.mT)[0], lambda x: cholesky(x @ x.T), (SQUARE,), "{}(x @ x.mT)")
    ],
    "cholesky_inverse": [
        Example(
            lambda x: torch.cholesky_inverse(torch.tril(x)),
            lambda x: inverse(np.tril(x) @ np.tril(x).T),
            (SQUARE,),
            "{}(tril(x))",
        )
    ],
    "cholesky_solve": [
        Example(
            lambda x, y: torch.cholesky_solve(x, torch.tril(y)),
            lambda x, y: product(inverse(np.tril(y) @ np.tril(y).T), x),
            ((3, 2), SQUARE),
            "{}(x, tril(y))",
        )
    ],
    "linalg_qr": [
        Example(with_positive_diagonal(lambda x: torch.linalg_qr(x)), gram_schmidt, ((3, 2),)),
        Example(
            lambda x: torch.linalg_qr(x)[0] @ torch.linalg_qr(x)[0].mT,
            lambda x: product(x, pseudoinverse(x)),
            ((3, 2),),
            "{0}(x) @ {0}(x).mT",
        ),
    ],
    "qr": [
        Example(with_positive_diagonal(lambda x: torch.qr(x)), gram_schmidt, ((3, 2),)),
        Example(
            lambda x: torch.qr(x)[0] @ torch.qr(x)[0].mT,
            lambda x: product(x, pseudoinverse(x)),
            ((3, 2),),
            "{0}(x) @ {0}(x).mT",
        ),
    ],
    "eigh": [
        Example(
            lambda x: torch.eigh(x + x.mT)[0],
            lambda x: eigenvalues(x + x.T),
            ([[2.0, 0.5], [1.0, -1.0]],),
            "{}(x + x.mT)",
        ),
        Example(projector(lambda x: torch.eigh(x + x.mT)[1]), first_projector, ([[2.0, 0.5], [1.0, -1.0]],)),
    ],
    "eigvalsh": [
        Example(
            lambda x: torch.eigvalsh(x + x.mT),
            lambda x: eigenvalues(x + x.T),
            ([[2.0, 0.5], [1.0, -1.0]],),
            "{}(x + x.mT)",
        )
    ],
    "linalg_svd": [
        Example(lambda x: torch.linalg_svd(x, False)[1], singular_values, (MATRIX,)),
        Example(
            lambda x: (parts := torch.linalg_svd(x, full_matrices=False))[0] * parts[1] @ parts[2], same, ((3, 2),)
        ),
        Example(
            lambda x: torch.linalg_svd(x, False)[0] @ torch.linalg_svd(x, False)[0].mT,
            lambda x: np.eye(2),
            (MATRIX,),
            "{0}(x, False) @ {0}(x, False).mT",
        ),
    ],
    "svd": [
        Example(lambda x: torch.svd(x)[0] @ torch.svd(x)[0].mT, lambda x: np.eye(2), (MATRIX,), "{0}(x) @ {0}(x).mT"),
        Example(lambda x: (parts := torch.svd(x))[0] * parts[1] @ parts[2].mT, same, (MATRIX,)),
    ],
    "svdvals": [Example(lambda x: torch.svdvals(x), singular_values, (MATRIX,), "{}(x)")],
    "householder_product": [
        Example(
            lambda x, y: torch.householder_product(x, y),
            reflections,
            ([[1.0, 0.3], [0.5, 1.0], [-0.7, 0.4]], [0.6, 0.9]),
            "{}(x, y)",
        )
    ],
    "matrix_norm": [
        Example(lambda x: torch.matrix_norm(x), whole(length), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.matrix_norm(x, 1), lambda x: max(sum(map(abs, v)) for v in x.T), (MATRIX,), "{}(x, 1)"),
        Example(
            lambda x: torch.matrix_norm(x, INF), lambda x: max(sum(map(abs, v)) for v in x), (MATRIX,), "{}(x, inf)"
        ),
        Example(lambda x: torch.matrix_norm(x, 2), lambda x: singular_values(x)[0], (MATRIX,), "{}(x, 2)"),
        Example(lambda x: torch.matrix_norm(x, -2), lambda x: singular_values(x)[1], (MATRIX,), "{}(x, -2)"),
        Example(lambda x: torch.matrix_norm(x, "nuc"), lambda x: sum(singular_values(x)), (MATRIX,)),
    ],
    "linalg_norm": [
        Example(lambda x: torch.linalg_norm(x), whole(length), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.linalg_norm(x, 2), lambda x: singular_values(x)[0], (MATRIX,), "{}(x, 2)"),
        Example(lambda x: torch.linalg_norm(x, 3), whole(norm_of_order(3)), (VECTOR,), "{}(x, 3)"),
    ],
    "cond": [
        Example(lambda x: torch.cond(x), lambda x: singular_values(x)[0] / singular_values(x)[1], (MATRIX,), "{}(x)"),
        Example(
            lambda x: torch.cond(x, "fro"), lambda x: length(np.ravel(x)) * length(np.ravel(inverse(x))), (SQUARE,)
        ),
    ],
    "matrix_rank": [Example(lambda x: torch.matrix_rank(x), lambda x: 1, ([[1.0, 2.0], [2.0, 4.0]],), "{}(x)")],
    "matrix_exp": [Example(lambda x: torch.matrix_exp(x), exponential, (SQUARE,), "{}(x)")],
    "matrix_power": [
        Example(
            lambda x: torch.matrix_power(x, 3), lambda x: product(np.array(product(x, x)), x), (SQUARE,), "{}(x, 3)"
        ),
        Example(lambda x: torch.matrix_power(x, -1), inverse, (SQUARE,), "{}(x, -1)"),
        Example(lambda x: torch.matrix_power(x, 0), lambda x: np.eye(3), (SQUARE,), "{}(x, 0)", order=0),
    ],
    "linalg_vander": [
        Example(lambda x: torch.linalg_vander(x), lambda x: [[1, v, v * v] for v in x], (VECTOR,), "{}(x)")
    ],
    "nansum": [
        Example(lambda x: torch.nansum(x), whole(present(math.fsum)), ([[1.0, NAN], [2.0, 3.0]],), "{}(x)"),
        Example(lambda x: torch.nansum(x, 0), columns(present(math.fsum)), ([[1.0, NAN], [2.0, NAN]],), "{}(x, 0)"),
    ],
    "nanmean": [
        Example(lambda x: torch.nanmean(x), whole(present(statistics.fmean)), ([[1.0, NAN], [2.0, 3.0]],), "{}(x)"),
        Example(
            lambda x: torch.nanmean(x, 1), rows(present(statistics.fmean)), ([[1.0, NAN], [2.0, 3.0]],), "{}(x, 1)"
        ),
    ],
    "all": [
        Example(lambda x: torch.all(x), lambda x: False, ([[1.0, 0.0], [2.0, 3.0]],), "{}(x)"),
        Example(lambda x: torch.all(x, 1), lambda x: [False, True], ([[1.0, 0.0], [2.0, 3.0]],), "{}(x, 1)"),
    ],
    "any": [
        Example(lambda x: torch.any(x), lambda x: True, ([[0.0, 0.0], [2.0, 0.0]],), "{}(x)"),
        Example(lambda x: torch.any(x, 0), lambda x: [True, False], ([[0.0, 0.0], [2.0, 0.0]],), "{}(x, 0)"),
    ],
    "count_nonzero": [
        Example(lambda x: torch.count_nonzero(x), lambda x: 3, ([[1.0, 0.0], [2.0, 3.0]],), "{}(x)"),
        Example(lambda x: torch.count_nonzero(x, 0), lambda x: [2, 1], ([[1.0, 0.0], [2.0, 3.0]],), "{}(x, 0)"),
    ],
    "dist": [
        Example(lambda x, y: torch.dist(x, y), lambda x, y: length((x - y).ravel()), (MATRIX, VECTOR), "{}(x, y)"),
        Example(
            lambda x, y: torch.dist(x, y, 3), lambda x, y: norm_of_order(3)(x - y), (VECTOR, VECTOR), "{}(x, y, 3)"
        ),
    ],
    "renorm": [
        Example(
            lambda x: torch.renorm(x, 2, 0, 1.5),
            rows(lambda v: [a * min(1, 1.5 / (length(v) + 1e-7)) if length(v) > 1.5 else a for a in v]),
            ([[0.5, 1.0], [2.0, -3.0]],),
            "{}(x, 2, 0, 1.5)",
        )
    ],
    "logcumsumexp": [
        Example(
            lambda x: torch.logcumsumexp(x, -1),
            rows(lambda v: [log_of_exponentials(v[: i + 1]) for i in range(len(v))]),
            (MATRIX,),
            "{}(x)",
        ),
        Example(lambda x: torch.logcumsumexp(x, 0), same, (NUMBER,), "{}(x, 0)"),
    ],
    "cummax": [
        Example(lambda x: torch.cummax(x, -1).values, rows(running(max)), (MATRIX,), "{}(x).values"),
        Example(lambda x: torch.cummax(x, 0).values, columns(running(max)), (MATRIX,), "{}(x, 0).values"),
    ],
    "cummin": [
        Example(lambda x: torch.cummin(x, -1).values, rows(running(min)), (MATRIX,), "{}(x).values"),
        Example(lambda x: torch.cummin(x, 0).values, same, (NUMBER,), "{}(x, 0).values"),
    ],
    "diff": [
        Example(lambda x: torch.diff(x), rows(lambda v: [b - a for a, b in pairwise(v)]), (MATRIX,), "{}(x)"),
        Example(
            lambda x: torch.diff(x, 2), lambda x: [x[0] - 2 * x[1] + x[2], x[1] - 2 * x[2] + x[3]], ((4,),), "{}(x, 2)"
        ),
        Example(
            lambda x, y: torch.diff(x, prepend=y, append=y),
            lambda x, y: [x[0] - y[0], x[1] - x[0], y[0] - x[1]],
            ((2,), (1,)),
            "{}(x, prepend=y, append=y)",
        ),
        Example(lambda x: torch.diff(x, dim=0), lambda x: [x[1] - x[0]], (MATRIX,), "{}(x, dim=0)"),
    ],
    "trapezoid": [
        Example(lambda x: torch.trapezoid(x), rows(lambda v: (v[0] + v[2]) / 2 + v[1]), (MATRIX,), "{}(x)"),
        Example(
            lambda x, y: torch.trapezoid(x, y),
            lambda x, y: (x[0] + x[1]) / 2 * (y[1] - y[0]) + (x[1] + x[2]) / 2 * (y[2] - y[1]),
            (VECTOR, VECTOR),
            "{}(x, y)",
        ),
        Example(
            lambda x: torch.trapezoid(x, dx=0.5, dim=0), lambda x: (x[0] + x[1]) / 4, (MATRIX,), "{}(x, dx=0.5, dim=0)"
        ),
    ],
    "cumulative_trapezoid": [
        Example(
            lambda x: torch.cumulative_trapezoid(x),
            rows(lambda v: [(v[0] + v[1]) / 2, v[0] / 2 + v[1] + v[2] / 2]),
            (MATRIX,),
            "{}(x)",
        ),
        Example(
            lambda x, y: torch.cumulative_trapezoid(x, y),
            lambda x, y: list(accumulate((x[i] + x[i + 1]) / 2 * (y[i + 1] - y[i]) for i in (0, 1))),
            (VECTOR, VECTOR),
            "{}(x, y)",
        ),
    ],
    "gradient": [
        Example(
            lambda x: tuple(torch.gradient(x)),
            lambda x: [[x[1] - x[0], (x[2] - x[0]) / 2, (x[3] - x[1]) / 2, x[3] - x[2]]],
            ((4,),),
            "{}(x)",
        ),
        Example(
            lambda x: torch.gradient(x, spacing=0.5, dim=1)[0],
            rows(lambda v: [(v[1] - v[0]) * 2, v[2] - v[0], (v[2] - v[1]) * 2]),
            (MATRIX,),
        ),
    ],
    "aminmax": [
        Example(lambda x: torch.aminmax(x), lambda x: [min(x.flat), max(x.flat)], (MATRIX,)),
        Example(lambda x: torch.aminmax(x).min, whole(min), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.aminmax(x, dim=1).max, rows(max), (MATRIX,)),
    ],
    "msort": [Example(lambda x: torch.msort(x), columns(sorted), (MATRIX,), "{}(x)")],
    "argsort": [
        Example(lambda x: torch.argsort(x), rows(lambda v: [v.index(a) for a in sorted(v)]), (MATRIX,), "{}(x)"),
        Example(
            lambda x: torch.argsort(x, 0, True),
            columns(lambda v: [v.index(a) for a in sorted(v, reverse=True)]),
            (MATRIX,),
            "{}(x, 0, True)",
        ),
    ],
    "topk": [
        Example(
            lambda x: torch.topk(x, 2).values, rows(lambda v: sorted(v, reverse=True)[:2]), (MATRIX,), "{}(x, 2).values"
        ),
        Example(
            lambda x: torch.topk(x, 1, 0, False).values,
            columns(lambda v: [min(v)]),
            (MATRIX,),
            "{}(x, 1, 0, False).values",
        ),
    ],
    "kthvalue": [
        Example(lambda x: torch.kthvalue(x, 2).values, rows(statistics.median), (MATRIX,), "{}(x, 2).values"),
        Example(
            lambda x: torch.kthvalue(x, 1, 0, True).values,
            columns(lambda v: [min(v)]),
            (MATRIX,),
            "{}(x, 1, 0, True).values",
        ),
    ],
    "nanmedian": [
        Example(
            lambda x: torch.nanmedian(x), whole(present(statistics.median_low)), ([[1.0, NAN], [5.0, 3.0]],), "{}(x)"
        ),
        Example(
            lambda x: torch.nanmedian(x, 1).values,
            rows(present(statistics.median_low)),
            ([[1.0, NAN, 4.0], [5.0, 3.0, 7.0]],),
            "{}(x, 1).values",
        ),
    ],
    "mode": [
        Example(lambda x: torch.mode(x).values, rows(min), (MATRIX,), "{}(x).values"),
        Example(
            lambda x: torch.mode(x, 0).values,
            lambda x: [1.0, 4.0],
            ([[1.0, 5.0], [1.0, 4.0]],),
            "{}(x, 0).values",
            order=0,
        ),
    ],
    "quantile": [
        Example(lambda x: torch.quantile(x, 0.4), whole(fraction_point(0.4)), (MATRIX,), "{}(x, 0.4)"),
        Example(lambda x: torch.quantile(x, 0.75, 1), rows(fraction_point(0.75)), (MATRIX,), "{}(x, 0.75, 1)"),
        Example(
            lambda x: torch.quantile(x, torch.tensor([0.1, 0.5]).type_as(x)),
            whole(lambda v: [fraction_point(0.1)(v), fraction_point(0.5)(v)]),
            (MATRIX,),
        ),
        Example(lambda x: torch.quantile(x, 0.4, interpolation="nearest"), whole(lambda v: sorted(v)[2]), (MATRIX,)),
    ],
    "nanquantile": [
        Example(
            lambda x: torch.nanquantile(x, 0.4), whole(fraction_point(0.4)), ([[1.0, NAN], [5.0, 3.0]],), "{}(x, 0.4)"
        ),
        Example(
            lambda x: torch.nanquantile(x, 0.25, 1),
            rows(fraction_point(0.25)),
            ([[1.0, NAN, 4.0], [5.0, 3.0, 7.0]],),
            "{}(x, 0.25, 1)",
        ),
    ],
    "unique": [Example(lambda x: torch.unique(x), lambda x: [1.0, 2.0], ([2.0, 1.0, 2.0],), "{}(x)")],
    "unique_consecutive": [
        Example(lambda x: torch.unique_consecutive(x), lambda x: [2.0, 1.0, 2.0], ([2.0, 2.0, 1.0, 2.0],), "{}(x)")
    ],
    "bucketize": [
        Example(lambda x, y: torch.bucketize(x, y), lambda x, y: [0, 1, 2], ([0.5, 2.0, 9.0], [1.0, 3.0]), "{}(x, y)")
    ],
    "searchsorted": [
        Example(
            lambda x, y: torch.searchsorted(x, y), lambda x, y: [0, 1, 2], ([1.0, 3.0], [0.5, 2.0, 9.0]), "{}(x, y)"
        )
    ],
    "var_mean": [
        Example(
            lambda x: torch.var_mean(x),
            lambda x: [statistics.variance(x.flat), statistics.fmean(x.flat)],
            (MATRIX,),
            "{}(x)",
        ),
        Example(lambda x: torch.var_mean(x, 1)[0], rows(statistics.variance), (MATRIX,)),
        Example(lambda x: torch.var_mean(x, 0, correction=0)[1], columns(statistics.fmean), (MATRIX,)),
    ],
    "std_mean": [
        Example(
            lambda x: torch.std_mean(x),
            lambda x: [statistics.stdev(x.flat), statistics.fmean(x.flat)],
            (MATRIX,),
            "{}(x)",
        ),
        Example(lambda x: torch.std_mean(x, 1)[0], rows(statistics.stdev), (MATRIX,)),
    ],
    "cov": [
        Example(
            lambda x: torch.cov(x),
            lambda x: [[statistics.covariance(a, b) for b in x.tolist()] for a in x.tolist()],
            (MATRIX,),
            "{}(x)",
        ),
        Example(lambda x: torch.cov(x, correction=0), whole(statistics.pvariance), (VECTOR,), "{}(x, correction=0)"),
    ],
    "corrcoef": [
        Example(
            lambda x: torch.corrcoef(x),
            lambda x: [[statistics.correlation(a, b) for b in x.tolist()] for a in x.tolist()],
            (MATRIX,),
            "{}(x)",
        )
    ],
    "sort": [
        Example(lambda x: torch.sort(x).values, rows(sorted), (MATRIX,), "{}(x).values"),
        Example(lambda x: torch.sort(x, 0).values, columns(sorted), (MATRIX,), "{}(x, 0).values"),
        Example(
            lambda x: torch.sort(x, -1, True).values,
            rows(lambda v: sorted(v, reverse=True)),
            (MATRIX,),
            "{}(x, -1, True).values",
        ),
        Example(lambda x: torch.sort(x).values, same, (NUMBER,), "{}(x).values"),
        Example(lambda x: torch.sort(x, stable=True).values, rows(sorted), (MATRIX,), "{}(x, stable=True).values"),
    ],
    "vector_norm": [
        Example(lambda x: torch.vector_norm(x), whole(length), (MATRIX,), "{}(x)"),
        *(
            Example(lambda x, p=p: torch.vector_norm(x, p), whole(norm_of_order(p)), (MATRIX,), f"{{}}(x, {p})")
            for p in (0.5, 1, 1.5, 3, -1)
        ),
        Example(lambda x: torch.vector_norm(x, 0), whole(lambda v: len(v) - v.count(0)), ([1.0, 0.0, 2.0],), order=0),
        Example(lambda x: torch.vector_norm(x, INF), whole(largest_size), (MATRIX,), "{}(x, inf)"),
        Example(lambda x: torch.vector_norm(x, -INF), whole(lambda v: min(map(abs, v))), (MATRIX,), "{}(x, -inf)"),
        Example(lambda x: torch.vector_norm(x, 2, 0), columns(length), (MATRIX,), "{}(x, 2, 0)"),
        Example(
            lambda x: torch.vector_norm(x, 3, 1, True),
            rows(lambda v: [norm_of_order(3)(v)]),
            (MATRIX,),
            "{}(x, 3, 1, True)",
        ),
        Example(lambda x: torch.vector_norm(x, INF, 1), rows(largest_size), (MATRIX,), "{}(x, inf, 1)"),
    ],
    "norm": [
        Example(lambda x: torch.norm(x), whole(length), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.norm(x, "fro"), whole(length), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.norm(x, 1), whole(norm_of_order(1)), (MATRIX,), "{}(x, 1)"),
        Example(lambda x: torch.norm(x, dim=1), rows(length), (MATRIX,), "{}(x, dim=1)"),
    ],
    "dot": [
        Example(
            lambda x, y: torch.dot(x, y), lambda x, y: math.fsum(map(operator.mul, x, y)), (VECTOR, VECTOR), "{}(x, y)"
        )
    ],
    "mm": [Example(lambda x, y: torch.mm(x, y), product, (MATRIX, (3, 4)), "{}(x, y)", order=3)],
    "mv": [
        Example(
            lambda x, y: torch.mv(x, y), lambda x, y: np.ravel(product(x, y[:, None])), (MATRIX, VECTOR), "{}(x, y)"
        )
    ],
    "bmm": [
        Example(lambda x, y: torch.bmm(x, y), lambda x, y: list(map(product, x, y)), ((2, 2, 3), CUBE), "{}(x, y)")
    ],
    "outer": [
        Example(
            lambda x, y: torch.outer(x, y), lambda x, y: [[a * b for b in y] for a in x], (VECTOR, (2,)), "{}(x, y)"
        )
    ],
    "matmul": [
        Example(
            lambda x, y: torch.matmul(x, y),
            lambda x, y, subscripts=subscripts: np.einsum(subscripts, x, y),
            shapes,
            "{}(x, y)",
        )
        for subscripts, shapes in {
            "i,i->": (VECTOR, VECTOR),
            "ij,j->i": (MATRIX, VECTOR),
            "i,ij->j": (VECTOR, (3, 2)),
            "ij,jk->ik": (MATRIX, (3, 2)),
            "aij,jk->aik": ((2, 2, 3), (3, 2)),
            "aij,j->ai": ((2, 2, 3), VECTOR),
            "i,aij->aj": (VECTOR, CUBE),
            "ij,ajk->aik": (MATRIX, CUBE),
            "aij,ajk->aik": ((2, 2, 3), CUBE),
            "baij,ajk->baik": ((2, 2, 2, 3), CUBE),
        }.items()
    ],
}

# More overloads of functions that are sampled from their domain as well.
OVERLOADS: dict[str, list[Example]] = {
    "add": [
        Example(lambda x, y: torch.add(x, y, alpha=3), lambda x, y: x + y + y + y, (MATRIX, VECTOR), "{}(x, y, 3)"),
        Example(lambda x: x + 2, each(lambda x: x + 2), (MATRIX,), "x + 2"),
        Example(lambda x: 2 + x, each(lambda x: x + 2), (MATRIX,), "2 + x"),
    ],
    "sub": [
        Example(
            lambda x, y: torch.sub(x, y, alpha=3), lambda x, y: x - y - y - y, (MATRIX, VECTOR), "{}(x, y, alpha=3)"
        ),
        Example(lambda x: x - 2, each(lambda x: x - 2), (MATRIX,), "x - 2"),
        Example(lambda x: 2 - x, each(lambda x: 2 - x), (MATRIX,), "2 - x"),
    ],
    "mul": [Example(lambda x: 3 * x, each(lambda x: 3 * x), (MATRIX,), "3 * x")],
    "div": [
        Example(lambda x: x / 4, each(lambda x: x / 4), (MATRIX,), "x / 4"),
        Example(lambda x: 4 / x, each(lambda x: 4 / x), (MATRIX,), "4 / x"),
        Example(lambda x, y: torch.div(x, y, rounding_mode="floor"), each(operator.floordiv), (MATRIX, VECTOR)),
        Example(
            lambda x, y: torch.div(x, y, rounding_mode="trunc"),
            each(lambda x, y: math.trunc(x / y)),
            (MATRIX, VECTOR),
        ),
    ],
    "remainder": [
        Example(lambda x: x % 2, each(lambda x: x % 2), (MATRIX,), "x % 2"),
        Example(lambda x: torch.remainder(x, -0.7), each(lambda x: x % -0.7), (MATRIX,), "{}(x, -0.7)"),
    ],
    "fmod": [Example(lambda x: torch.fmod(x, 0.7), each(lambda x: math.fmod(x, 0.7)), (MATRIX,), "{}(x, 0.7)")],
    "pow": [
        *(
            Example(
                lambda x, n=n: torch.pow(x, n), each(lambda x, n=n: x**n), ([-1.5, 0.5, 2.0],), f"{{}}(x, {n})", order=3
            )
            for n in (0, 1, 2, 3, -1)
        ),
        Example(lambda x: x**0.5, each(math.sqrt), (MATRIX,), "x**0.5"),
        Example(lambda x: 2**x, each(math.exp2), (MATRIX,), "2**x"),
    ],
    "lerp": [Example(lambda x, y: torch.lerp(x, y, 0.3), lambda x, y: 0.7 * x + 0.3 * y, (MATRIX, VECTOR))],
    "copysign": [Example(lambda x: torch.copysign(x, -2.0), lambda x: -abs(x), (MATRIX,), "{}(x, -2.0)")],
    "xlog1py": [
        Example(lambda x: torch.xlog1py(x, 3), each(lambda x: math.log(4) * x), (MATRIX,), "{}(x, 3)"),
        Example(lambda x: torch.xlog1py(3, x), each(lambda x: math.log1p(x) * 3), ([0.5, 2.0],), "{}(3, x)"),
    ],
    "round": [Example(lambda x: torch.round(x, 1), each(lambda x: round(x, 1)), (MATRIX,), "{}(x, 1)")],
    "nan_to_num": [
        Example(lambda x: torch.nan_to_num(x, 1.0, 2.0, 3.0), same, (MATRIX,), "{}(x, nan=1.0, posinf=2.0, neginf=3.0)")
    ],
    "softplus": [
        Example(
            lambda x: torch.softplus(x, 2.0, 3.0),
            each(lambda x: x if x > 1.5 else softplus(x, 2.0)),
            ([-1.0, 0.5, 1.4, 1.6],),
            "{}(x, 2.0, 3.0)",
        )
    ],
    "gelu": [
        Example(
            lambda x: torch.gelu(x, "tanh"),
            each(lambda x: x / (1 + math.exp(-2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))),
            (MATRIX,),
        )
    ],
    "elu": [Example(lambda x: torch.elu(x, 2.0), each(lambda x: exponential_unit(x, 2)), (MATRIX,), "{}(x, 2.0)")],
    "celu": [Example(lambda x: torch.celu(x, 2.0), each(lambda x: exponential_unit(x, 2, 2)), (MATRIX,), "{}(x, 2.0)")],
    "leaky_relu": [
        Example(lambda x: torch.leaky_relu(x, 0.3), each(lambda x: max(x, 0.3 * x)), (MATRIX,), "{}(x, 0.3)")
    ],
    "hardtanh": [
        Example(lambda x: torch.hardtanh(x, -0.5, 2.0), each(between(-0.5, 2.0)), (MATRIX,), "{}(x, -0.5, 2)")
    ],
    "hardsigmoid": [Example(lambda x: torch.hardsigmoid(x), lambda x: [0.0, 1.0], ([-4.0, 5.0],), "{}(x)")],
    "hardswish": [Example(lambda x: torch.hardswish(x), lambda x: [0.0, 5.0], ([-4.0, 5.0],), "{}(x)")],
    "hardshrink": [
        Example(lambda x: torch.hardshrink(x, 1), each(lambda x: x if abs(x) > 1 else 0.0), (MATRIX,), "{}(x, 1)")
    ],
    "softshrink": [
        Example(lambda x: torch.softshrink(x, 1), each(lambda x: x - between(-1, 1)(x)), (MATRIX,), "{}(x, 1)")
    ],
    "lgamma": [Example(torch.lgamma, each(math.lgamma), ([-INF, INF, -0.5, 1e-30],), "{}(x)", order=0)],
    "logit": [
        Example(
            lambda x: torch.logit(x, 0.2),
            each(lambda x: REFERENCES["logit"](between(0.2, 0.8)(x))),
            ([0.1, 0.5, 0.9],),
            "{}(x, 0.2)",
        )
    ],
    "xlogy": [
        Example(lambda x: torch.xlogy(x, 3), each(lambda x: math.log(3) * x), (MATRIX,), "{}(x, 3)"),
        Example(lambda x: torch.xlogy(3, x), each(lambda x: math.log(x) * 3), ([0.5, 2.0],), "{}(3, x)"),
    ],
}

# What has no name in the table: indexing, properties, conversions, and the operations that only rules call.
OTHERS: dict[str, list[Example]] = {
    "indexing": [
        Example(lambda x: x[1], lambda x: np.take(x, 1, 0), (MATRIX,), "x[1]"),
        Example(lambda x: x[-1, 0], lambda x: np.ravel(x)[3], (MATRIX,), "x[-1, 0]"),
        Example(lambda x: x[:, 1:], lambda x: np.delete(x, 0, 1), (MATRIX,), "x[:, 1:]", order=3),
        Example(lambda x: x[::2], lambda x: np.take(x, [0, 2, 4], 0), ((5,),), "x[::2]"),
        Example(lambda x: x[...], same, (MATRIX,), "x[...]"),
        Example(lambda x: x[None, :, None], lambda x: [[[v] for v in x]], (VECTOR,)),
        Example(lambda x: x[[0, 0, 2]], lambda x: [x[0], x[0], x[2]], (VECTOR,), "x[[0, 0, 2]]", order=3),
        Example(lambda x: x[:, [2, 0]], rows(lambda v: [v[2], v[0]]), (MATRIX,), "x[:, [2, 0]]"),
        Example(lambda x: x[torch.tensor(MASK)], lambda x: np.compress(MASK, x), (VECTOR,)),
        Example(lambda x: x[[0, 1], [2, 0]], lambda x: [x[0][2], x[1][0]], (MATRIX,), "x[[0, 1], [2, 0]]"),
    ],
    "properties": [
        Example(lambda x: x.T, lambda x: np.einsum("ijk->kji", x), (CUBE,), "x.T"),
        Example(lambda x: x.mT, lambda x: np.einsum("ijk->ikj", x), (CUBE,), "x.mT"),
    ],
    "conversion": [Example(lambda x: shape.to_copy(x, np.dtype(np.float64)), same, (MATRIX,))],
    "methods": [
        Example(lambda x, y: torch.rsub(x, y), each(lambda x, y: y - x), (MATRIX, VECTOR)),
        Example(lambda x: arithmetic.rsub_number(x, 2.0), each(lambda x: 2 - x), (VECTOR,)),
    ],
    "writing": [
        Example(lambda x, y: x.clone().copy_(y), lambda x, y: [y, y], (MATRIX, VECTOR)),
        Example(lambda x: x + x.clone().zero_(), same, (MATRIX,)),
        Example(lambda x: x * x.clone().fill_(2.0), lambda x: x + x, (MATRIX,)),
        Example(lambda x, y: x * x.clone().fill_(y), lambda x, y: y * x, (MATRIX, NUMBER)),
    ],
    "shape in place": [
        Example(lambda x: x.clone().transpose_(0, 1), lambda x: list(zip(*x, strict=True)), (MATRIX,)),
        Example(lambda x: x.clone().t_(), lambda x: list(zip(*x, strict=True)), (MATRIX,)),
        Example(lambda x: x.clone().unsqueeze_(1), lambda x: x[:, None], (MATRIX,)),
        Example(lambda x: x.clone().squeeze_(), whole(list), ((1, 3, 1),)),
        Example(lambda x: x.clone().squeeze_(0), lambda x: x[0], ((1, 3, 1),)),
        Example(lambda x: x.clone().squeeze_((0, 2)), whole(list), ((1, 3, 1),)),
    ],
    "threshold_backward": [
        Example(
            lambda x, y: activation.threshold_backward(x, y, 0.5),
            each(lambda g, x: g if x > 0.5 else 0.0),
            (MATRIX, MATRIX),
        )
    ],
}

# Cases: every example with its data

SHAPES = {
    1: [(MATRIX,), (VECTOR,), (NUMBER,)],
    2: [(MATRIX, MATRIX), (MATRIX, VECTOR), (MATRIX, NUMBER), (NUMBER, MATRIX), ((2, 1), VECTOR), (NUMBER, NUMBER)],
    3: [(MATRIX, VECTOR, NUMBER), (VECTOR, (2, 1), MATRIX), (NUMBER, NUMBER, NUMBER)],
}


class Case(NamedTuple):
    """An example of the function called `name`, with float64 data for its tensors."""

    name: str
    example: Example
    data: tuple[Any, ...]


def sample(domain: Domain, of: Any, random: np.random.Generator) -> Any:
    """Numbers from a domain, in a shape; data given as a list are taken as they are."""
    if isinstance(of, list):
        return np.array(of)
    numbers = random.uniform(domain.low, domain.high, of)
    return numbers * random.choice([-1.0, 1.0], of) if domain == NONZERO else numbers


def make_case(name: str, example: Example, domains: Sequence[Domain]) -> Case:
    random = np.random.default_rng(crc32(f"{name} {example.text} {example.arguments}".encode()))
    data = [sample(d, of, random) for d, of in zip(cycle(domains), example.arguments, strict=False)]
    return Case(name, example, tuple(data))


def is_sampled(record: Function) -> bool:
    """Whether a function can be called with tensors alone, on each of their elements, and there is a reference."""
    takes_more = record.required > record.tensors or record.variadic or record.takes_many
    return not takes_more and record.name not in CALLS and reference_of(record) is not None


def sampled_examples(record: Function) -> Iterator[Example]:
    """Examples of a function that takes only tensors, in all combinations of shapes."""
    text = f"{{}}({', '.join('xyz'[: record.tensors])})"
    reference = reference_of(record)
    assert reference is not None
    for shapes in SHAPES[record.tensors]:
        yield Example(record.call, reference, shapes, text)


def all_cases() -> Iterator[Case]:
    for name, record in RECORDS.items():
        examples = sampled_examples(record) if is_sampled(record) else CALLS.get(name, [])
        for example in (*examples, *OVERLOADS.get(name, [])):
            yield make_case(name, example, record.domain)
    for name, examples in OTHERS.items():
        for example in examples:
            yield make_case(name, example, [REAL])


CASES = list(all_cases())
IDS = [f"{c.name}-{'-'.join(str(np.shape(d)).replace(' ', '') for d in c.data)}-{i}" for i, c in enumerate(CASES)]
every_case = pytest.mark.parametrize("case", CASES, ids=IDS)

# Functions without a slope; those with one whose results PyTorch leaves outside the graph all the same; and those
# that it puts into the graph and then refuses to differentiate.
WITHOUT_GRADIENT = {
    *("eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor", "logical_not"),
    *("isnan", "isinf", "isfinite", "isclose", "allclose", "equal", "argmax", "argmin", "nonzero", "argwhere"),
    *("zeros_like", "ones_like", "full_like", "detach", "signbit", "all", "any", "count_nonzero", "argsort"),
    *("bucketize", "searchsorted", "matrix_rank"),
}
WITHOUT_RULE = {
    *("airy_ai", "spherical_bessel_j0", "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "modified_bessel_i0"),
    *("modified_bessel_i1", "modified_bessel_k0", "modified_bessel_k1", "scaled_modified_bessel_k0"),
    "scaled_modified_bessel_k1",
}
REFUSED = {"floor_divide", "heaviside", "unique", "unique_consecutive"}


# Checks


def leaves(data: Sequence[Any], dtype: Any = np.float64) -> list[Tensor]:
    return [torch.tensor(np.array(d, dtype), requires_grad=True) for d in data]


def floating(result: Any) -> list[Tensor]:
    """The results that can be differentiated."""
    results = result if isinstance(result, (tuple, list)) else [result]
    return [r for r in results if r.dtype.is_floating_point]


def weights(results: Sequence[Tensor]) -> list[Any]:
    """Arrays to weigh the elements of results with, so that no two elements count the same."""
    random = np.random.default_rng(0)
    return [random.uniform(0.5, 1.5, r.shape) for r in results]


def check_value(call: Callable[..., Any], reference: Callable[..., Any], data: Sequence[Any]) -> None:
    """AssertionError unless the call gives what the reference does; several results are compared one by one."""
    value, expected = call(*leaves(data)), reference(*data)
    several = isinstance(value, tuple)
    for found, wanted in zip(value if several else [value], expected if several else [expected], strict=True):
        assert found.shape == np.shape(wanted)
        np.testing.assert_allclose(found.detach().numpy(), wanted, rtol=1e-12, atol=1e-13)


def gradients(call: Callable[..., Any], data: Sequence[Any], by: Sequence[Any], create_graph: bool) -> list[Tensor]:
    """The gradients of the weighted sum of the call's results; zeros where no result is part of the graph."""
    tensors = leaves(data)
    results = floating(call(*tensors))
    pairs = [(r, torch.tensor(w)) for r, w in zip(results, by, strict=True) if r.requires_grad]
    if not pairs:
        return [torch.zeros_like(t) for t in tensors]
    roots, cotangents = zip(*pairs, strict=True)
    return list(grad(roots, tensors, cotangents, create_graph=create_graph, materialize_grads=True))


def differences(call: Callable[..., Any], data: Sequence[Any], by: Sequence[Any], step: float = 1e-4) -> list[Any]:
    """The same gradients by differences: five points around each element, so the error is of order step**4."""

    def weighted_sum(moved: Sequence[Any]) -> float:
        results = floating(call(*leaves(moved)))
        return math.fsum(float((r.detach().numpy() * w).sum()) for r, w in zip(results, by, strict=True))

    slopes: list[Any] = []
    for k, original in enumerate(data):
        slope = np.zeros(np.shape(original))
        for at in np.ndindex(slope.shape):
            ends: dict[int, float] = {}
            for n in (-2, -1, 1, 2):
                moved = np.array(original)
                moved[at] += n * step
                ends[n] = weighted_sum([*data[:k], moved, *data[k + 1 :]])
            slope[at] = (8 * (ends[1] - ends[-1]) - (ends[2] - ends[-2])) / (12 * step)
        slopes.append(slope)
    return slopes


def gradient_function(call: Callable[..., Any], count: int) -> Callable[..., Any]:
    """The function that gives the gradients of a call, of its `count` arguments and of its results' cotangents."""

    def first(*values: Tensor) -> tuple[Tensor, ...]:
        tensors, cotangents = values[:count], values[count:]
        pairs = [p for p in zip(floating(call(*tensors)), cotangents, strict=True) if p[0].requires_grad]
        if not pairs:
            return tuple(torch.zeros_like(t) for t in tensors)
        roots, by = zip(*pairs, strict=True)
        return grad(roots, tensors, by, create_graph=True, materialize_grads=True)

    return first


def check_gradients(call: Callable[..., Any], data: Sequence[Any], order: int = 2) -> None:
    """AssertionError unless the rules agree with differences, on NumPy values and on Tensors alike.

    From the second order on, the function that is differentiated is the gradient itself.
    """
    by = weights(floating(call(*leaves(data))))
    plain = gradients(call, data, by, create_graph=False)
    recorded = gradients(call, data, by, create_graph=True)
    for tensor, g, h, slope in zip(leaves(data), plain, recorded, differences(call, data, by), strict=True):
        assert g.shape == h.shape == tensor.shape
        assert g.dtype is h.dtype is tensor.dtype
        np.testing.assert_allclose(g.numpy(), h.detach().numpy(), rtol=1e-13, atol=1e-13)
        np.testing.assert_allclose(g.numpy(), slope, rtol=1e-6, atol=1e-7)
    if order > 1:
        check_gradients(gradient_function(call, len(data)), [*data, *by], order - 1)


def check_arguments_are_left_alone(call: Callable[..., Any], data: Sequence[Any]) -> None:
    """ValueError if the call or its rules write to an argument; AssertionError if two calls differ."""

    def locked(values: Sequence[Any]) -> list[Tensor]:
        tensors = []
        for value in values:
            array = np.array(value)
            array.flags.writeable = False
            tensors.append(torch.from_numpy(array) if array.ndim else torch.tensor(array))
        return tensors

    outcomes = []
    for create_graph in (False, False, True):
        tensors = [t.requires_grad_() for t in locked(data)]
        results = [r for r in floating(call(*tensors)) if r.requires_grad]
        by = locked(weights(results))
        slopes = grad(results, tensors, by, create_graph=create_graph, materialize_grads=True) if results else ()
        outcomes.append([t.detach().numpy() for t in (*floating(call(*tensors)), *slopes)])
        for tensor, original in zip(tensors, data, strict=True):
            np.testing.assert_array_equal(tensor.detach().numpy(), original)
    for first, second in zip(outcomes[0], outcomes[1], strict=True):
        np.testing.assert_array_equal(first, second)


@every_case
def test_the_value_is_that_of_an_independent_reference(case: Case) -> None:
    check_value(case.example.call, case.example.reference, case.data)


@pytest.mark.parametrize("record", [r for r in RECORDS.values() if is_sampled(r)], ids=lambda record: record.name)
def test_the_reference_is_met_all_over_the_domain(record: Function) -> None:
    random = np.random.default_rng(1)
    data = [np.concatenate([[d.low, d.high], sample(d, (30,), random)])[random.permutation(32)] for d in record.domain]
    check_value(record.call, reference_of(record), data)


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if c.name not in REFUSED | WITHOUT_RULE],
    ids=[i for i, c in zip(IDS, CASES, strict=True) if c.name not in REFUSED | WITHOUT_RULE],
)
def test_the_gradients_are_those_of_differences(case: Case) -> None:
    if case.example.order:
        check_gradients(case.example.call, case.data, case.example.order)


@every_case
def test_arguments_are_left_alone_and_two_calls_agree(case: Case) -> None:
    if case.name not in REFUSED:
        check_arguments_are_left_alone(case.example.call, case.data)


@every_case
def test_float32_stays_float32_in_value_and_gradient(case: Case) -> None:
    single = leaves(case.data, np.float32)
    results = floating(case.example.call(*single))
    for result, double in zip(results, floating(case.example.call(*leaves(case.data))), strict=True):
        wide = case.name in ("float_power", "conversion")
        assert result.dtype is (torch.float64 if wide else torch.float32)
        np.testing.assert_allclose(result.detach().numpy(), double.detach().numpy(), rtol=1e-4, atol=1e-5)
        if result.requires_grad and case.name not in REFUSED:
            for slope in grad(result.sum(), single, retain_graph=True, materialize_grads=True):
                assert slope.dtype is torch.float32


def test_each_argument_of_two_dtypes_gets_a_gradient_of_its_own_dtype() -> None:
    for record in RECORDS.values():
        if record.tensors == 2 and is_sampled(record) and record.name not in REFUSED | WITHOUT_GRADIENT:
            x = torch.tensor(np.array([0.5, 0.7], np.float32), requires_grad=True)
            y = torch.tensor(np.array([0.6, 0.8]), requires_grad=True)
            out = record.call(x, y)
            assert out.dtype is torch.float64, record.name
            assert [g.dtype for g in grad(out.sum(), (x, y))] == [torch.float32, torch.float64], record.name


SPECIAL = [0.0, 1.0, -1.0, INF, -INF, NAN, 1e300, -1e300, 1e-310, -0.0, 0.5, 30.0, 800.0]


@every_case
def test_no_warning_of_numpy_gets_out(case: Case) -> None:
    # As in a program: pytest turns warnings into errors ahead of the engine's own filter.
    record = RECORDS.get(case.name)
    picky = case.name in ("binary_cross_entropy", "gaussian_nll_loss") or (record and record.family == "linear algebra")
    refused = suppress(RuntimeError, ValueError) if picky else nullcontext()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"autodiff\.engine")
        for start in range(len(SPECIAL)):
            numbers = islice(cycle(SPECIAL), start, None)
            data = [np.array([next(numbers) for _ in range(np.size(d))]).reshape(np.shape(d)) for d in case.data]
            tensors = leaves(data)
            with refused:
                results = [r for r in floating(case.example.call(*tensors)) if r.requires_grad]
                if results and case.name not in REFUSED:
                    grad(results, tensors, leaves(weights(results)), create_graph=True, materialize_grads=True)
    assert [str(w.message) for w in caught] == []


def test_only_these_results_are_outside_the_graph() -> None:
    outside = {c.name for c in CASES if not any(r.requires_grad for r in floating(c.example.call(*leaves(c.data))))}
    assert outside == WITHOUT_GRADIENT | WITHOUT_RULE


@pytest.mark.parametrize(
    ("call", "data"),
    [
        *(pytest.param(c.example.call, c.data, id=c.name) for c in reversed(CASES) if c.name in REFUSED),
        pytest.param(lambda x: x // 2, [3.0], id="x // 2"),
        pytest.param(lambda x: 2 // x, [3.0], id="2 // x"),
        pytest.param(lambda x: 5 % x, [3.0], id="5 % x"),
        pytest.param(lambda x: torch.igamma(x, x), [3.0], id="igamma by its order"),
        pytest.param(lambda x: torch.zeta(x, x), [3.0], id="zeta by its order"),
    ],
)
def test_what_pytorch_cannot_differentiate_says_so_in_the_backward_pass(call: Any, data: Any) -> None:
    result, *_ = floating(call(*leaves(data)))
    with pytest.raises((RuntimeError, NotImplementedError), match=r"^(the )?derivative for .* is not implemented\.?$"):
        result.sum().backward()


# Edges

EDGES = [(r, edge) for r in RECORDS.values() for edge in r.edges]


def check_edge(record: Function, edge: EdgeCase) -> None:
    """AssertionError unless the function has the value and gradients that its record states."""
    elements = len(edge.arguments) != record.tensors  # of one tensor, rather than arguments
    tensors = leaves([edge.arguments] if elements else edge.arguments)
    result = record.call(*tensors)
    np.testing.assert_allclose(result.detach().numpy(), edge.value, rtol=1e-14)
    for create_graph in (False, True):
        slopes = grad(result, tensors, create_graph=create_graph, retain_graph=True)
        found = slopes[0].tolist() if elements else [g.item() for g in slopes]
        np.testing.assert_allclose(found, edge.gradients, rtol=1e-14)


@pytest.mark.parametrize(("record", "edge"), EDGES, ids=[f"{r.name}{e.arguments}" for r, e in EDGES])
def test_value_and_gradients_at_an_edge_are_the_recorded_ones(record: Function, edge: EdgeCase) -> None:
    check_edge(record, edge)


# What PyTorch 2.13 does where an operation has a kink, or where a nan, an infinity or nothing at all comes in:
# the call, its argument, the value, the gradient, and the gradient of that.
SPECIAL_POINTS: list[tuple[str, list[Any], Any, list[Any], list[Any]]] = [
    ("relu(x)", [-1.0, 0.0, NAN], [0, 0, NAN], [0, 0, 1], [0, 0, 0]),
    ("abs(x)", [-0.0, NAN], [0, NAN], [0, 0], [0, 0]),
    ("clamp(x, -1, 1)", [-1.0, 1.0, NAN], [-1, 1, NAN], [1, 1, 0], [0, 0, 0]),
    ("clamp_min(x, 0)", [0.0, -1.0], [0, 0], [1, 0], [0, 0]),
    ("maximum(x, 0)", [0.0, NAN], [0, NAN], [0.5, 1], [0, 0]),
    ("hardtanh(x)", [-1.0, 1.0, NAN], [-1, 1, NAN], [0, 0, 1], [0, 0, 0]),
    ("relu6(x)", [0.0, 6.0, 3.0], [0, 6, 3], [0, 0, 1], [0, 0, 0]),
    ("hardswish(x)", [-3.0, 3.0, 0.0], [0, 3, 0], [0, 1, 0.5], [0, 0, 1 / 3]),
    ("leaky_relu(x)", [0.0, -1.0], [0, -0.01], [0.01, 0.01], [0, 0]),
    ("sinc(x)", [0.0, 1e-310], [1, 1], [0, 0], [NAN, NAN]),
    ("lgamma(x)", [0.0, INF], [INF, INF], [-INF, INF], [INF, 0]),
    ("atan2(x, 0)", [0.0, INF], [0, math.pi / 2], [0, 0], [NAN, NAN]),
    ("x**2", [0.0, -2.0], [0, 4], [0, -4], [2, 2]),
    ("x**0.5", [0.0], [0], [INF], [-INF]),
    ("0**x", [0.0, 1.0], [1, 0], [0, 0], [NAN, NAN]),
    ("xlogy(x, 0)", [0.0, 1.0], [0, -INF], [0, -INF], [0, 0]),
    ("xlogy(x, -1)", [0.0, 1.0], [0, NAN], [0, NAN], [0, 0]),
    ("nan_to_num(x)", [NAN, -INF], [0, -np.finfo(float).max], [0, 0], [0, 0]),
    ("amax(x)", [NAN, 1.0, 2.0], NAN, [NAN, NAN, NAN], [0, 0, 0]),
    ("max(x)", [NAN, 1.0, 2.0], NAN, [1, 0, 0], [0, 0, 0]),
    ("max(x)", [2.0, 1.0, 2.0], 2, [0.5, 0, 0.5], [0, 0, 0]),
    ("max(x, 0)", [2.0, 1.0, 2.0], 2, [1, 0, 0], [0, 0, 0]),
    ("median(x)", [1.0, 3.0, 2.0, 2.0], 2, [0, 0, 0.5, 0.5], [0, 0, 0, 0]),
    ("prod(x)", [0.0, 2.0, 0.0], 0, [0, 0, 0], [2, 0, 2]),
    ("norm(x)", [0.0, 0.0], 0, [0, 0], [NAN, NAN]),
    ("norm(x, 3)", [0.0, 0.0], 0, [0, 0], [0, 0]),
    ("std(x)", [2.0, 2.0], 0, [0, 0], [0, 0]),
    ("var(x)", [1.0], NAN, [NAN], [0]),
    ("var(x, correction=3)", [1.0, 2.0, 3.0], INF, [INF, NAN, INF], [0, 0, 0]),
    ("softmax(x, 0)", [INF, 1.0], [NAN, NAN], [NAN, NAN], [NAN, NAN]),
    ("softmax(x, 0)", [], [], [], []),
    ("logsumexp(x, 0)", [-INF, -INF], -INF, [NAN, NAN], [NAN, NAN]),
    ("median(x)", [], NAN, [], []),
]


@pytest.mark.filterwarnings("ignore:var().*degrees of freedom is <= 0")
@pytest.mark.parametrize(("text", "at", "value", "slope", "slope_of_slope"), SPECIAL_POINTS)
def test_a_special_point_has_the_value_and_gradients_of_pytorch(
    text: str, at: list[Any], value: Any, slope: list[Any], slope_of_slope: list[Any]
) -> None:
    (x,) = leaves([at])
    result = evaluate(parse(text), {"x": x})
    np.testing.assert_allclose(result.tolist(), value, rtol=1e-12)
    (first,) = grad(result.sum(), x, create_graph=True)
    np.testing.assert_allclose(first.tolist(), slope, rtol=1e-12)
    second = grad(first.sum(), x, materialize_grads=True)[0].tolist() if first.requires_grad else [0.0] * len(at)
    np.testing.assert_allclose(second, slope_of_slope, rtol=1e-12)


def test_the_number_of_nonzero_elements_has_no_gradient_at_all() -> None:
    x = torch.tensor([1.0, 0.0, 2.0], requires_grad=True)
    torch.vector_norm(x, 0).backward()
    assert x.grad is None


@pytest.mark.parametrize(
    ("left", "right"), [((2, 0), (0, 3)), ((2, 3, 0), (0, 4)), ((2, 0, 3), (2, 3, 0)), ((0, 2, 3), (3,)), ((0,), (0,))]
)
def test_a_product_of_empty_matrices_is_empty_or_zero(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    x, y = leaves([np.zeros(left), np.zeros(right)])
    product_of_both = torch.matmul(x, y)
    np.testing.assert_array_equal(product_of_both.detach().numpy(), np.zeros(left) @ np.zeros(right))
    product_of_both.sum().backward()
    assert (x.grad.shape, y.grad.shape) == (left, right)


@pytest.mark.parametrize("mode", ["floor", "trunc"])
def test_rounded_division_of_integers_stays_integer_and_is_exact(mode: str) -> None:
    x, y = torch.tensor([7, -7, 7, -7, 2**62 + 1]), torch.tensor([2, 2, -2, -2, 1])
    quotient = torch.div(x, y, rounding_mode=mode)
    assert quotient.dtype is torch.int64
    assert quotient.tolist() == ([3, -4, -4, 3, 2**62 + 1] if mode == "floor" else [3, -3, -3, 3, 2**62 + 1])


# Records and names


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_a_record_is_documented_in_one_line_without_a_full_stop(record: Function) -> None:
    assert record.doc == record.doc.strip() != ""
    assert "\n" not in record.doc
    assert not record.doc.endswith(".")
    assert record.call.__doc__.strip() == record.doc


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_a_function_is_in_the_module_and_on_tensors_under_all_its_names(record: Function) -> None:
    for name in (record.name, *record.aliases):
        assert FUNCTIONS[name] is record
        assert getattr(torch, name) is record.call
        assert hasattr(Tensor, name) is record.method or not record.method


# PyTorch's name for the node of the first example, where it is not the function's own name in title case.
NODES = {
    "adjoint": "TransposeBackward0",
    "atleast_1d": "ViewBackward0",
    "atleast_2d": "UnsqueezeBackward0",
    "atleast_3d": "UnsqueezeBackward0",
    "broadcast_tensors": "ExpandBackward0",
    "broadcast_to": "ExpandBackward0",
    "cartesian_prod": "StackBackward0",
    "chain_matmul": "ViewBackward0",
    "cholesky_ex": "LinalgCholeskyExBackward0",
    "chunk": "SplitBackward0",
    "clamp": "ClampBackward1",
    "column_stack": "CatBackward0",
    "combinations": "StackBackward0",
    "cond": "SqueezeBackward1",
    "contiguous": "CloneBackward0",
    "corrcoef": "ClampBackward1",
    "cosine_similarity": "SumBackward1",
    "cov": "SqueezeBackward0",
    "cross": "LinalgCrossBackward0",
    "cross_entropy": "NllLossBackward0",
    "cumulative_trapezoid": "CumsumBackward0",
    "det": "LinalgDetBackward0",
    "diag": "DiagEmbedBackward0",
    "diagflat": "DiagEmbedBackward0",
    "diff": "SubBackward0",
    "dsplit": "SliceBackward0",
    "dstack": "CatBackward0",
    "eigh": "LinalgEighBackward0",
    "eigvalsh": "LinalgEighBackward0",
    "einsum": "ViewBackward0",
    "entr": "SpecialEntrBackward0",
    "erfcx": "SpecialErfcxBackward0",
    "expand_as": "ExpandBackward0",
    "flatten": "ViewBackward0",
    "fliplr": "FlipBackward0",
    "flipud": "FlipBackward0",
    "float_power": "PowBackward1",
    "floor_divide": "torch::autograd::NotImplemented",
    "fmod": "FmodBackward1",
    "gaussian_nll_loss": "MeanBackward0",
    "gradient": "CatBackward0",
    "heaviside": "torch::autograd::NotImplemented",
    "hinge_embedding_loss": "MeanBackward0",
    "householder_product": "LinalgHouseholderProductBackward0",
    "hsplit": "SliceBackward0",
    "hstack": "CatBackward0",
    "i0e": "SpecialI0EBackward0",
    "i1": "SpecialI1Backward0",
    "i1e": "SpecialI1EBackward0",
    "inner": "ViewBackward0",
    "inv_ex": "LinalgInvExBackward0",
    "inverse": "LinalgInvExBackward0",
    "kl_div": "MeanBackward0",
    "kron": "UnsafeViewBackward0",
    "l1_loss": "MeanBackward0",
    "lerp": "LerpBackward1",
    "linalg_cholesky": "LinalgCholeskyExBackward0",
    "linalg_diagonal": "DiagonalBackward0",
    "linalg_norm": "LinalgVectorNormBackward0",
    "linalg_qr": "MulBackward0",
    "linalg_vander": "CatBackward0",
    "linear": "AddmmBackward0",
    "log_ndtr": "SpecialLogNdtrBackward0",
    "logdet": "WhereBackward0",
    "logsigmoid": "LogSigmoidBackward0",
    "lstsq": "LinalgLstsqBackward0",
    "margin_ranking_loss": "MeanBackward0",
    "matmul": "DotBackward0",
    "matrix_exp": "LinalgMatrixExpBackward0",
    "matrix_norm": "LinalgVectorNormBackward0",
    "matrix_power": "MmBackward0",
    "max": "MaxBackward1",
    "meshgrid": "ExpandBackward0",
    "min": "MinBackward1",
    "movedim": "PermuteBackward0",
    "msort": "SortBackward0",
    "multi_dot": "ViewBackward0",
    "nanmean": "DivBackward0",
    "nanquantile": "SqueezeBackward4",
    "narrow": "SliceBackward0",
    "ndtr": "MulBackward1",
    "ndtri": "SpecialNdtriBackward0",
    "norm": "LinalgVectorNormBackward0",
    "normalize": "DivBackward0",
    "outer": "MulBackward0",
    "pad": "ConstantPadNdBackward0",
    "pinv": "LinalgPinvBackward0",
    "pinverse": "LinalgPinvBackward0",
    "poisson_nll_loss": "MeanBackward0",
    "pow": "PowBackward1",
    "prelu": "PreluKernelBackward0",
    "qr": "MulBackward0",
    "quantile": "SqueezeBackward4",
    "ravel": "ViewBackward0",
    "relu6": "HardtanhBackward0",
    "remainder": "RemainderBackward1",
    "repeat_interleave": "ViewBackward0",
    "reshape": "ViewBackward0",
    "reshape_as": "ViewBackward0",
    "rrelu": "RreluWithNoiseBackward0",
    "selu": "EluBackward0",
    "slogdet": "LinalgSlogdetBackward0",
    "softmin": "SoftmaxBackward0",
    "softsign": "DivBackward0",
    "solve": "LinalgSolveExBackward0",
    "solve_ex": "LinalgSolveExBackward0",
    "solve_triangular": "LinalgSolveTriangularBackward0",
    "square": "PowBackward0",
    "sum_to_size": "SumBackward1",
    "svd": "MmBackward0",
    "svdvals": "LinalgSvdBackward0",
    "take_along_dim": "GatherBackward0",
    "tanhshrink": "SubBackward0",
    "tensor_split": "SliceBackward0",
    "tensordot": "ViewBackward0",
    "tile": "RepeatBackward0",
    "trapezoid": "MulBackward1",
    "unflatten": "ViewBackward0",
    "unique": "Unique2Backward0",
    "vander": "FlipBackward0",
    "vecdot": "SumBackward1",
    "vector_norm": "LinalgVectorNormBackward0",
    "view_as": "ViewBackward0",
    "vsplit": "SliceBackward0",
    "vstack": "CatBackward0",
    "xlog1py": "SpecialXlog1PyBackward0",
    "zeta": "SpecialZetaBackward0",
}
FIRST = {c.name: c for c in reversed(CASES) if c.name in RECORDS}


def title_case(name: str) -> str:
    """Each run of letters capitalised, and no underscores: log1p is Log1P."""
    return re.sub("[a-z]+", lambda letters: letters[0].capitalize(), name).replace("_", "")


@pytest.mark.parametrize("name", sorted(FIRST.keys() - WITHOUT_GRADIENT - WITHOUT_RULE - {"positive"}))
def test_a_result_has_the_grad_fn_name_of_pytorch(name: str) -> None:
    example = FIRST[name]
    result, *_ = floating(example.example.call(*leaves(example.data)))
    assert result.grad_fn.name() == NODES.get(name, f"{title_case(name)}Backward0")


def test_plus_x_is_x_itself() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    assert torch.positive(x) is x
    assert +x is x


@pytest.mark.parametrize("primitive", PRIMITIVES, ids=lambda primitive: primitive.node.__name__)
def test_a_node_class_is_named_as_pytorch_names_nodes(primitive: Any) -> None:
    assert re.fullmatch(r"([A-Z][a-z]*[0-9]*)+Backward([0-5](_copy)?|s)", primitive.node.__name__)
    assert primitive.node.__name__.lower().startswith((primitive.name.replace("_", ""), "special"))


# In expressions


def value_of(text: str, data: Sequence[Any]) -> Tensor:
    return evaluate(parse(text), dict(zip("xyz", leaves(data), strict=False)))


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.example.text], ids=[i for i, c in zip(IDS, CASES, strict=True) if c.example.text]
)
def test_an_expression_calls_it_by_its_name_and_each_alias(case: Case) -> None:
    expected = case.example.call(*leaves(case.data))
    expected = torch.stack(expected) if isinstance(expected, tuple) else expected
    record = RECORDS.get(case.name)
    for name in (record.name, *record.aliases) if record else ("",):
        value = value_of(case.example.text.format(name), case.data)
        assert value.dtype is expected.dtype
        np.testing.assert_array_equal(value.detach().numpy(), expected.detach().numpy())
        if expected.grad_fn is not None:
            assert value.grad_fn.name() == expected.grad_fn.name()


def test_every_function_is_called_in_an_expression() -> None:
    """Each needs an example with a text; but the language has no strings, so no equations of einsum."""
    assert {c.name for c in CASES} - OTHERS.keys() - {c.name for c in CASES if "{" in c.example.text} == {"einsum"}


@pytest.mark.parametrize("record", [r for r in RECORDS.values() if r.symbol], ids=lambda record: record.symbol)
def test_an_expression_calls_it_by_its_symbol(record: Function) -> None:
    data = FIRST[record.name].data
    text = f"x {record.symbol} y" if record.tensors == 2 else f"{record.symbol} x"
    value, expected = value_of(text, data), record.call(*leaves(data))
    np.testing.assert_array_equal(value.detach().numpy(), expected.detach().numpy())
    assert (value.grad_fn and value.grad_fn.name()) == (expected.grad_fn and expected.grad_fn.name())


def test_every_operator_of_the_language_is_the_symbol_of_a_function() -> None:
    operators = {"+", "-", "*", "/", "//", "%", "**", "@", "==", "!=", "<", "<=", ">", ">=", "and", "or", "not"}
    assert {r.symbol for r in RECORDS.values()} - {None} == operators


# Completeness


def test_every_function_has_a_case() -> None:
    """A function of numbers needs a line in REFERENCES, any other an example in CALLS."""
    assert RECORDS.keys() - {c.name for c in CASES} == set()


def test_every_example_is_of_a_function_in_the_table() -> None:
    assert CALLS.keys() | OVERLOADS.keys() | REFERENCES.keys() <= RECORDS.keys()
    assert not CALLS.keys() & (OVERLOADS.keys() | REFERENCES.keys())


def nodes_below(tensors: Sequence[Tensor]) -> Iterator[Any]:
    stack = [t.grad_fn for t in tensors if t.grad_fn is not None]
    seen = set(stack)
    while stack:
        node = stack.pop()
        yield node
        for child, _ in node.next_functions:
            if child is not None and child not in seen:
                seen.add(child)
                stack.append(child)


def test_every_rule_of_every_operation_is_checked_by_some_case() -> None:
    checked = set()
    for name, example, data in CASES:
        call, values = example.call, list(data)
        for _ in range(0 if name in REFUSED else example.order):
            results = floating(call(*leaves(values)))
            for node in nodes_below(results):
                wanted = [i for i, (child, _) in enumerate(node.next_functions) if child is not None]
                checked.update(
                    (type(node), 0 if node.primitive.variadic else i) for i in wanted if hasattr(node, "primitive")
                )
            call, values = gradient_function(call, len(values)), [*values, *weights(results)]
    # Rules that say that there is no derivative: PyTorch has the node, but not what it would do.
    refusing = {"IgammaBackward0", "IgammacBackward0", "Unique2Backward0", "UniqueDimBackward0"}
    refusing |= {"UniqueConsecutiveBackward0", "SpecialZetaBackward0", "SpecialZetaBackward2"}
    unchecked = []
    for primitive in PRIMITIVES:
        slots = sum(rule is not None for rule in primitive.rules)
        unchecked += [(primitive.node.__name__, i) for i in range(slots) if (primitive.node, i) not in checked]
    assert [(name, i) for name, i in unchecked if i or name not in refusing] == []


# The checks themselves


@pytest.fixture
def scratch() -> Iterator[Family]:
    """A family to add operations to; the table is as it was afterwards."""
    functions, primitives = dict(FUNCTIONS), list(PRIMITIVES)
    yield Family("scratch")
    FUNCTIONS.clear()
    FUNCTIONS.update(functions)
    PRIMITIVES[:] = primitives


POINTS = [np.array([[0.3, -0.7, 1.1], [0.2, 2.0, -1.5]])]


def test_a_right_rule_passes_the_checks(scratch: Family) -> None:
    call = scratch.primitive("right", np.sin, lambda g, x: g * torch.cos(x))
    check_value(call, each(math.sin), POINTS)
    check_gradients(call, POINTS, order=3)
    check_arguments_are_left_alone(call, POINTS)


def slope_outside_the_graph(g: Any, x: Any) -> Any:
    return g * (torch.cos(x.detach()) if isinstance(x, Tensor) else np.cos(x))


def other_slope_on_tensors(g: Any, x: Any) -> Any:
    return g * torch.cos(x) * (1.001 if isinstance(x, Tensor) else 1)


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(lambda g, x: g * torch.cos(x) * 1.001, id="a factor"),
        pytest.param(lambda g, x: -g * torch.cos(x), id="a sign"),
        pytest.param(lambda g, x: torch.cos(x), id="the incoming gradient forgotten"),
        pytest.param(lambda g, x: g * x, id="another function"),
        pytest.param(lambda g, x: torch.sum(g) * torch.cos(x), id="elements mixed"),
        pytest.param(slope_outside_the_graph, id="second order lost"),
        pytest.param(other_slope_on_tensors, id="other numbers on tensors"),
        pytest.param(None, id="no rule"),
    ],
)
def test_a_wrong_rule_fails_the_check_of_gradients(scratch: Family, rule: Any) -> None:
    call = scratch.primitive("wrong", np.sin, rule, tensors=1)
    with pytest.raises(AssertionError):
        check_gradients(call, POINTS)


def test_sin_with_the_rule_of_another_function_fails_the_check_of_gradients(monkeypatch: pytest.MonkeyPatch) -> None:
    (sin,) = [p for p in PRIMITIVES if p.name == "sin"]
    (sinh,) = [p for p in PRIMITIVES if p.name == "sinh"]
    check_gradients(torch.sin, POINTS)
    monkeypatch.setattr(sin, "vjps", sinh.vjps)
    with pytest.raises(AssertionError):
        check_gradients(torch.sin, POINTS)


def test_a_wrong_value_fails_the_check_of_values() -> None:
    with pytest.raises(AssertionError):
        check_value(torch.sin, each(lambda x: math.sin(x) * (1 + 1e-11)), POINTS)


def test_a_forward_function_that_writes_to_its_argument_fails_the_check_of_arguments(scratch: Family) -> None:
    call = scratch.primitive("writes", lambda x: np.sin(x, out=x), lambda g, x: g * torch.cos(x))
    with pytest.raises(ValueError, match="read-only"):
        check_arguments_are_left_alone(call, POINTS)


def test_a_rule_that_writes_to_the_incoming_gradient_fails_the_check_of_arguments(scratch: Family) -> None:
    def rule(g: Any) -> Any:
        data = g._data if isinstance(g, Tensor) else g
        data *= 2
        return g

    call = scratch.primitive("writes", lambda x: 2 * x, rule)
    with pytest.raises(ValueError, match="read-only"):
        check_arguments_are_left_alone(call, POINTS)


def test_a_wrong_edge_fails_the_check_of_edges() -> None:
    with pytest.raises(AssertionError):
        check_edge(RECORDS["sqrt"], EdgeCase((0.0,), 0.0, (0.0,)))


def test_a_function_without_an_example_is_found_out(scratch: Family) -> None:
    scratch.primitive("unheard_of", np.sin, lambda g, x: g * torch.cos(x))
    assert reference_of(FUNCTIONS["unheard_of"]) is None
    assert not is_sampled(FUNCTIONS["unheard_of"])


# Adding to the table


@pytest.mark.parametrize(
    ("forward", "rule", "asked"),
    [
        (np.sin, lambda g, z: g * z, "z"),
        (lambda x, scale: x * scale, lambda g, skale: g * skale, "skale"),
        (np.sin, lambda g, y_shape: g, "y_shape"),
        (np.sin, lambda g, values: g, "values"),
    ],
)
def test_a_rule_can_only_ask_for_what_its_operation_has(scratch: Family, forward: Any, rule: Any, asked: str) -> None:
    before = len(PRIMITIVES), len(FUNCTIONS)
    with pytest.raises(TypeError, match=f"a rule of nonsense asks for '{asked}', which is neither an argument nor"):
        scratch.primitive("nonsense", forward, rule)
    assert (len(PRIMITIVES), len(FUNCTIONS)) == before


def test_a_name_is_taken_once(scratch: Family) -> None:
    with pytest.raises(TypeError, match=r"^sin is in the table twice$"):
        scratch.primitive("sin", np.sin, lambda g: g)
    with pytest.raises(TypeError, match=r"^ln is in the table twice$"):
        scratch.primitive("logarithm", np.log, lambda g, x: g / x, aliases=("ln",))


def test_a_new_record_gets_its_node_its_name_and_its_signature(scratch: Family) -> None:
    call = scratch.primitive(
        "scaled_log1p",
        lambda x, scale=2.0: scale * np.log1p(x),
        lambda g, x, scale: g * scale / (x + 1),
        domain=POSITIVE,
        doc="scale * log1p(x)",
    )
    record = FUNCTIONS["scaled_log1p"]
    assert record.signature() == "scaled_log1p(x, scale=2.0)"
    assert (record.family, record.doc, record.required) == ("scratch", "scale * log1p(x)", 1)
    x = torch.tensor(1.0, requires_grad=True)
    assert call(x).grad_fn.name() == "ScaledLog1PBackward0"
    check_gradients(lambda x: call(x, scale=3.0), [np.array([0.5, 1.5])])
