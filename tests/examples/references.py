"""Independent references: the same functions on plain numbers, and what makes references for arrays of them."""

import math
import operator
import statistics
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.table.record import Operation

INF, NAN = math.inf, math.nan


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


def airy_ai_prime(x: float) -> float:
    """By the power series, whose terms are those of the two of airy_ai, differentiated."""
    first = second = 0.0
    f, g = x * x / 2, 1.0
    for k in range(40):
        first, second = first + f, second + g
        f *= x**3 / ((3 * k + 3) * (3 * k + 5))
        g *= x**3 / ((3 * k + 1) * (3 * k + 3))
    return first / (3 ** (2 / 3) * math.gamma(2 / 3)) - second / (3 ** (1 / 3) * math.gamma(1 / 3))


def bessel_y2(x: float) -> float:
    return 2 / x * bessel_y1(x) - bessel_y0(x)


def integral(function: Callable[[float], float], low: float = 0.0) -> Callable[[float], float]:
    """The integral of a smooth function from `low`, by Gauss and Legendre's quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(60)

    def compute(x: float) -> float:
        half = (x - low) / 2
        terms = [w * function(low + half * (t + 1)) for t, w in zip(nodes.tolist(), weights.tolist(), strict=True)]
        return half * math.fsum(terms)

    return compute


_EULER = 0.5772156649015329


def exponential_integral(x: float) -> float:
    return _EULER + math.log(abs(x)) + integral(lambda t: math.expm1(t) / t if t else 1.0)(x)


def cosine_integral(x: float) -> float:
    return _EULER + math.log(x) + integral(lambda t: (math.cos(t) - 1) / t)(x)


def hyperbolic_cosine_integral(x: float) -> float:
    return _EULER + math.log(x) + integral(lambda t: (math.cosh(t) - 1) / t)(x)


def beta(x: float, y: float) -> float:
    return math.exp(math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y))


def lambert_w(x: float) -> float:
    """By Newton's method."""
    w = math.log1p(x)
    for _ in range(60):
        w -= (w - x * math.exp(-w)) / (1 + w)
    return w


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
    "real": same,
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
    "airy_ai_prime": airy_ai_prime,
    "sec": lambda x: 1 / math.cos(x),
    "csc": lambda x: 1 / math.sin(x),
    "cot": lambda x: math.cos(x) / math.sin(x),
    "sech": lambda x: 2 / (math.exp(x) + math.exp(-x)),
    "csch": lambda x: 2 / (math.exp(x) - math.exp(-x)),
    "coth": lambda x: math.cosh(x) / math.sinh(x),
    "asec": lambda x: math.atan2(math.sqrt(x * x - 1), 1),
    "acsc": lambda x: math.atan2(1, math.sqrt(x * x - 1)),
    "acot": lambda x: math.copysign(math.pi / 2, x) - math.atan(x),
    "asech": lambda x: math.log((1 + math.sqrt(1 - x * x)) / x),
    "acsch": lambda x: math.log(1 / x + math.sqrt(1 + 1 / (x * x))) if x > 0 else -math.asinh(-1 / x),
    "acoth": lambda x: math.log((x + 1) / (x - 1)) / 2,
    "sinpi": lambda x: math.sin(math.pi * x),
    "cospi": lambda x: math.cos(math.pi * x),
    "sind": lambda x: math.sin(math.radians(x)),
    "cosd": lambda x: math.cos(math.radians(x)),
    "tand": lambda x: math.tan(math.radians(x)),
    "tanpi": lambda x: math.tan(math.pi * x),
    "asind": lambda x: math.degrees(math.asin(x)),
    "acosd": lambda x: math.degrees(math.acos(x)),
    "atand": lambda x: math.degrees(math.atan(x)),
    "factorial": lambda x: math.gamma(x + 1),
    "trigamma": derivative_of_digamma(1),
    "beta": beta,
    "binomial": lambda x, y: 1 / ((x + 1) * beta(x - y + 1, y + 1)),
    "erfi": lambda x: 2 / math.sqrt(math.pi) * integral(lambda t: math.exp(t * t))(x),
    "dawson": lambda x: math.exp(-x * x) * integral(lambda t: math.exp(t * t))(x),
    "erfcinv": lambda x: statistics.NormalDist(sigma=math.sqrt(0.5)).inv_cdf(1 - x / 2),
    "expi": exponential_integral,
    "li": lambda x: exponential_integral(math.log(x)),
    "si": integral(lambda t: math.sin(t) / t),
    "ci": cosine_integral,
    "shi": integral(lambda t: math.sinh(t) / t),
    "chi": hyperbolic_cosine_integral,
    "fresnel_s": integral(lambda t: math.sin(math.pi / 2 * t * t)),
    "fresnel_c": integral(lambda t: math.cos(math.pi / 2 * t * t)),
    "lambertw": lambert_w,
    "log": math.log,
    "root": lambda x, n: x ** (1 / n),
    "Heaviside": lambda x: float(x > 0),
    "logaddexp": lambda x, y: log_of_exponentials((x, y)),
    "xlogy": lambda x, y: x * math.log(y),
}


def reference_of(record: Operation) -> Callable[..., Any] | None:
    """What to compare a function of numbers with: from the table above, or from a module under one of its names."""
    if record.name in REFERENCES:
        return each(REFERENCES[record.name])
    for name in (record.name, *record.aliases):
        for module in (math, operator) if record.symbol else (math,):
            if hasattr(module, name):
                return each(getattr(module, name))
    return None
