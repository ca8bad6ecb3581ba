"""Choosing between values: comparisons, `where`, maxima and minima, clamping, rounding, sign."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..table.record import BESIDE_ZERO, EdgeCase
from ..table.registry import ops
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.dtypes import bool_, is_number, result_type, uint8
from ..tensors.symbol import is_symbolic
from ..tensors.tensor import Tensor
from .arguments import check_same_dtype
from .copying import ones_like, zeros_like
from .families import SELECTION
from .places import nonzero

private, primitive, function = SELECTION.private, SELECTION.primitive, SELECTION.function


def _comparison(
    name: str, forward: Call, symbol: str | None, doc: str, *aliases: str, commutative: bool = False
) -> Call:
    return primitive(name, forward, tensors=2, symbol=symbol, doc=doc, aliases=aliases, commutative=commutative)


eq = _comparison("eq", operator.eq, "==", "whether x equals y", commutative=True)
ne = _comparison("ne", operator.ne, "!=", "whether x differs from y", "not_equal", commutative=True)
lt = _comparison("lt", operator.lt, "<", "whether x is less than y", "less")
le = _comparison("le", operator.le, "<=", "whether x is at most y", "less_equal")
gt = _comparison("gt", operator.gt, ">", "whether x is greater than y", "greater")
ge = _comparison("ge", operator.ge, ">=", "whether x is at least y", "greater_equal")

logical_and = _comparison("logical_and", np.logical_and, "and", "whether both are nonzero", commutative=True)
logical_or = _comparison("logical_or", np.logical_or, "or", "whether either is nonzero", commutative=True)
logical_xor = _comparison("logical_xor", np.logical_xor, None, "whether exactly one is nonzero", commutative=True)
logical_not = primitive("logical_not", np.logical_not, symbol="not", doc="whether x is zero")
isnan = primitive("isnan", np.isnan, doc="whether x is nan", in_place=False)
isinf = primitive("isinf", np.isinf, doc="whether x is infinite", in_place=False)
isfinite = primitive("isfinite", np.isfinite, doc="whether x is neither nan nor infinite", in_place=False)


@primitive(tensors=2, promotes=(), in_place=False)
def isclose(x: Data, y: Data, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Data:
    """whether x and y differ by at most `atol` plus `rtol` times the size of y"""
    check_same_dtype("{} did not match {}", x, y)
    return np.isclose(x, y, rtol, atol, equal_nan)


@function(tensors=2, elementwise=False, in_place=False)
def allclose(x: Any, y: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
    """whether all elements of x and y differ by at most `atol` plus `rtol` times the size of that of y"""
    return _for_all(isclose(x, y, rtol, atol, equal_nan))


def _for_all(holds: Any) -> Any:
    """A truth value, in a trace a tensor of one."""
    return ops.all(holds) if is_symbolic(holds._data) else bool(holds._data.all())


@function(tensors=2, elementwise=False, in_place=False)
def equal(x: Any, y: Any) -> Any:
    """whether x and y have one shape and all their elements are equal"""
    return x.shape == y.shape and _for_all(eq(x, y))


def _choose(condition: Any, x: Any, y: Any, out: Any) -> None:
    condition = np.asarray(condition)
    np.copyto(out, y)
    np.copyto(out, x, where=condition if condition.dtype == np.bool_ else condition != 0)


where_primitive = private(
    "where",
    np.where,
    None,
    lambda g, x: where(x, g, 0),
    lambda g, x: where(x, 0, g),
    promotes=(1, 2),
    rows=_choose,
    saved_as={"x": "condition"},
)


@function(tensors=3, numbers=True, method=False, in_place=False)
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """x where the condition holds, else y; of a condition alone, the indices where it holds"""
    if isinstance(condition, Tensor):
        if x is None and y is None:
            return nonzero(condition, as_tuple=True)
        if condition.dtype not in (bool_, uint8):
            raise RuntimeError(
                f"where expected condition to be a boolean tensor, but got a tensor with dtype {condition.dtype.title}"
            )
        if is_number(x) and is_number(y):
            x = Tensor(np.asarray(x, result_type((), (x, y)))[()])
    return where_primitive(condition, x, y)


def _extremum(name: str, forward: Call, loses: Call, doc: str, *ties: EdgeCase) -> Call:
    """The larger or the smaller; `loses(a, b)` where a is not chosen."""
    return primitive(
        name,
        forward,
        lambda g, x, y: where(x == y, g / 2, where(loses(x, y), 0, g)),
        lambda g, x, y: where(x == y, g / 2, where(loses(y, x), 0, g)),
        doc=f"the {doc} of x and y; a tie shares the gradient",
        edges=ties,
        in_place=False,
        chooses=">" if loses is operator.lt else "<",
    )


def _extremum_ignoring_nan(name: str, forward: Call, wins: Call, doc: str) -> Call:
    return primitive(
        name,
        forward,
        lambda g, x, y: where(wins(x, y) | isnan(y), g, 0),
        lambda g, x, y: where(wins(x, y) | isnan(y), 0, g),
        doc=f"the {doc} of x and y, ignoring nan; a tie gives the gradient to x",
        edges=[EdgeCase((1.0, 1.0), 1.0, (1.0, 0.0))],
        in_place=False,
    )


_TIE, _TIE_OF_ZEROS = EdgeCase((1.0, 1.0), 1.0, (0.5, 0.5)), EdgeCase((0.0, 0.0), 0.0, (0.5, 0.5))
maximum = _extremum("maximum", np.maximum, operator.lt, "larger", _TIE, _TIE_OF_ZEROS)
minimum = _extremum("minimum", np.minimum, operator.gt, "smaller", _TIE)
fmax = _extremum_ignoring_nan("fmax", np.fmax, operator.ge, "larger")
fmin = _extremum_ignoring_nan("fmin", np.fmin, operator.le, "smaller")


def _clamp(x: Any, min: Any, max: Any) -> Any:
    if min is not None:
        x = np.maximum(x, min)
    return x if max is None else np.minimum(x, max)


def _within(x: Any, min: Any, max: Any) -> Any:
    if min is None:
        return x <= max
    return x >= min if max is None else (x >= min) & (x <= max)


def _clamp_formula(min: Any, max: Any) -> str:
    return "minimum(x, max)" if min is None else "maximum(x, min)" if max is None else "clamp(x, min, max)"


clamp_numbers = private(
    "clamp", _clamp, lambda g, x, min, max: where(_within(x, min, max), g, 0), overload=1, formula=_clamp_formula
)
clamp_tensors = private(
    "clamp",
    _clamp,
    lambda g, x, min, max: where(_within(x, min, max), g, 0),
    lambda g, x, min, max: where((x < min) if max is None else (x < min) & (min < max), g, 0),
    lambda g, x, min, max: where((x > max) if min is None else (x > max) | (max < min), g, 0),
    formula=_clamp_formula,
)


@function(aliases=("clip",), definition="minimum(maximum(x, min), max)")
def clamp(x: Any, min: Any = None, max: Any = None) -> Any:
    """x limited to at least `min` and at most `max`; both bounds pass the gradient"""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if (min is None or is_number(min)) and (max is None or is_number(max)):
        return clamp_numbers(x, min, max)
    return clamp_tensors(x, min, max)


def _bounded(name: str, forward: Call, inside: Call, outside: Call, formula: str) -> tuple[Any, Any]:
    """The operations that limit x by a number, and by a tensor, which gets the gradient of what is outside."""

    def kept(g: Gradient, x: Data, y: Data) -> Gradient:
        return where(inside(x, y), g, 0)

    number = private(name, forward, kept, tensors=2, formula=formula)
    return number, private(name, forward, kept, lambda g, x, y: where(outside(x, y), g, 0), overload=1, formula=formula)


clamp_min_number, clamp_min_tensor = _bounded("clamp_min", np.maximum, operator.ge, operator.lt, "maximum(x, y)")
clamp_max_number, clamp_max_tensor = _bounded("clamp_max", np.minimum, operator.le, operator.gt, "minimum(x, y)")


@function()
def clamp_min(x: Any, min: Any) -> Any:
    """x limited to at least `min`"""
    return clamp_min_number(x, min) if is_number(min) else clamp_min_tensor(x, min)


@function()
def clamp_max(x: Any, max: Any) -> Any:
    """x limited to at most `max`"""
    return clamp_max_number(x, max) if is_number(max) else clamp_max_tensor(x, max)


abs = primitive(
    "abs",
    np.abs,
    lambda g, x: g * sgn(x),
    doc="absolute value",
    domain=BESIDE_ZERO,
    aliases=("absolute", "Abs"),
    torch=("abs", "absolute"),
    edges=[EdgeCase((0.0,), 0.0, (0.0,))],
    parity="even",
    integers={0: 0},
)


def _sign(x: Any) -> Any:
    if x.dtype.kind == "b":
        return np.array(x)
    return np.where(np.isnan(x), 0, np.sign(x))


sign = primitive(
    "sign",
    _sign,
    lambda g: zeros_like(g),
    doc="-1, 0 or 1, as x is negative, zero or positive",
    domain=BESIDE_ZERO,
    edges=[EdgeCase((0.0,), 0.0, (0.0,))],
    parity="odd",
    definition="(x > 0) - (x < 0)",
)
sgn = primitive("sgn", _sign, lambda g: zeros_like(g), doc="sign of x", domain=BESIDE_ZERO, formula="sign(x)")


def _rounding(name: str, forward: Call, **facts: Any) -> Call:
    edges = [EdgeCase((2.0,), 2.0, (0.0,))]
    return primitive(name, forward, lambda g: zeros_like(g), domain=BESIDE_ZERO, edges=edges, **facts)


floor = _rounding("floor", np.floor, doc="largest integer not above x")
ceil = _rounding("ceil", np.ceil, doc="smallest integer not below x")
trunc = _rounding("trunc", np.trunc, doc="x without its fraction", parity="odd")
round_integer = private("round", np.round, lambda g: zeros_like(g))
# With more decimals no float64 changes, and their power of ten would take NumPy long.
round_decimals = private(
    "round", lambda x, decimals: np.round(x, max(min(decimals, 400), -400)), lambda g: zeros_like(g), overload=1
)


@function(domain=BESIDE_ZERO, edges=[EdgeCase((2.5,), 2.0, (0.0,))])
def round(x: Any, decimals: int | None = None) -> Any:
    """nearest integer, halves to the even one; or to `decimals` places"""
    return round_integer(x) if decimals is None else round_decimals(x, decimals)


@primitive(lambda g: g, domain=BESIDE_ZERO, definition="x - trunc(x)")
def frac(x: Data) -> Data:
    """fraction of x, with its sign"""
    return x - np.trunc(x)


@primitive(lambda g, x: g * where(isfinite(x), ones_like(g), 0), edges=[EdgeCase((math.nan,), 0.0, (0.0,))])
def nan_to_num(x: Data, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Data:
    """x with nan as 0 and infinities as the largest finite numbers"""
    return np.nan_to_num(x, nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf)
