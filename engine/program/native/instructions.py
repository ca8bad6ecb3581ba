"""What NumPy's functions are in LLVM's instructions: one entry for each, whatever operations use it.

Nothing here has another meaning than in NumPy, nan, infinities and the signs of zeros included; functions that no
processor has an instruction for are called (`vector_math.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import remainders
from .lanes import Body, Lane, Refusal

_BOOL = np.dtype(np.bool_)
_LOG2_E = 1.4426950408889634


def _operator(floating: str, whole: str = "", truth: str = "") -> Callable[..., Lane]:
    """An instruction for each kind of number."""

    def form(body: Body, x: Lane, y: Lane) -> Lane:
        word = {"f": floating, "b": truth}.get(x.dtype.kind, whole)
        if not word:
            raise Refusal(x.dtype.name)
        return body.emit(x.dtype, f"{word} {body.vector(x.dtype)} {x.name}, {y.name}")

    return form


def _comparison(floating: str, whole: str) -> Callable[..., Lane]:
    """An instruction that compares: false where one is nan, but for `une`."""

    def form(body: Body, x: Lane, y: Lane) -> Lane:
        unsigned = x.dtype.kind in "ub" and whole not in ("eq", "ne")
        word = f"fcmp {floating}" if x.dtype.kind == "f" else f"icmp {'u' if unsigned else 's'}{whole}"
        word = word.replace("seq", "eq").replace("sne", "ne")
        return body.emit(_BOOL, f"{word} {body.vector(x.dtype)} {x.name}, {y.name}")

    return form


def _negative(body: Body, x: Lane) -> Lane:
    if x.dtype.kind == "f":
        return body.emit(x.dtype, f"fneg {body.vector(x.dtype)} {x.name}")
    return _operator("fsub", "sub")(body, body.constant(0, x.dtype), x)


def _absolute(body: Body, x: Lane) -> Lane:
    if x.dtype.kind == "f":
        return body.intrinsic("fabs", x)
    return x if x.dtype.kind in "ub" else body.choose(x < 0, -x, x)


def _floating(name: str) -> Callable[..., Lane]:
    """One of LLVM's own functions, exact to the last bit; whole numbers stay as they are."""

    def form(body: Body, *operands: Lane) -> Lane:
        return body.intrinsic(name, *operands) if operands[0].dtype.kind == "f" else operands[0]

    return form


def _truths(word: str) -> Callable[..., Lane]:
    def form(body: Body, x: Lane, y: Lane) -> Lane:
        first, second = body.cast(x, _BOOL), body.cast(y, _BOOL)
        return body.emit(_BOOL, f"{word} {body.vector(_BOOL)} {first.name}, {second.name}")

    return form


def _by_size(comparison: str) -> Callable[..., Lane]:
    """How the size of a number compares with infinity; whole numbers are finite."""

    def form(body: Body, x: Lane) -> Lane:
        if x.dtype.kind != "f":
            return body.constant(comparison == "one", _BOOL)
        size, infinite = body.intrinsic("fabs", x), body.constant(math.inf, x.dtype)
        return body.emit(_BOOL, f"fcmp {comparison} {body.vector(x.dtype)} {size.name}, {infinite.name}")

    return form


def _isnan(body: Body, x: Lane) -> Lane:
    if x.dtype.kind != "f":
        return body.constant(False, _BOOL)
    return body.emit(_BOOL, f"fcmp uno {body.vector(x.dtype)} {x.name}, {x.name}")


def _signbit(body: Body, x: Lane) -> Lane:
    if x.dtype.kind != "f":
        raise Refusal(x.dtype.name)
    whole = np.dtype(f"int{8 * x.dtype.itemsize}")
    return body.emit(whole, f"bitcast {body.vector(x.dtype)} {x.name} to {body.vector(whole)}") < 0


def _extremum(larger: bool, ignores_nan: bool) -> Callable[..., Lane]:
    """The larger or the smaller of two numbers; of equal ones the second, as NumPy takes it where it can choose."""

    def form(body: Body, x: Lane, y: Lane) -> Lane:
        chosen = body.choose(x > y if larger else x < y, x, y)
        if x.dtype.kind != "f":
            return chosen
        return body.choose(_isnan(body, y if ignores_nan else x), x, chosen)

    return form


def _sign(body: Body, x: Lane) -> Lane:
    if x.dtype.kind == "b":
        raise Refusal("bool")
    one, zero = body.constant(1, x.dtype), body.constant(0, x.dtype)
    beside = zero if x.dtype.kind != "f" else body.choose(x == 0, zero, x)
    below = beside if x.dtype.kind == "u" else body.choose(x < 0, body.constant(-1, x.dtype), beside)
    return body.choose(x > 0, one, below)


def _logaddexp(log_of_two: float, power: Any, scale: float) -> Callable[..., Lane]:
    """NumPy's way: of equal ones, infinities among them, the sum is twice either."""

    def form(body: Body, x: Lane, y: Lane) -> Lane:
        difference = x - y
        larger = np.where(difference > 0, x, y)
        rest = np.log1p(power(-np.absolute(difference)))
        rest = rest if scale == 1 else x.dtype.type(scale) * rest
        summed = np.where(np.isnan(difference), difference, larger + rest)
        return np.where(x == y, x + x.dtype.type(log_of_two), summed)

    return form


def _nextafter(body: Body, x: Lane, y: Lane) -> Lane:
    """The number beside x towards y: one more or one less, of its bits as a whole number."""
    whole = np.dtype(f"int{8 * x.dtype.itemsize}")
    old, new = body.vector(x.dtype), body.vector(whole)

    def number(bits: Lane) -> Lane:
        return body.emit(x.dtype, f"bitcast {new} {bits.name} to {old}")

    bits = body.emit(whole, f"bitcast {old} {x.name} to {new}")
    one, away = body.constant(1, whole), (x < y) == (x > 0)
    moved = number(body.choose(away, bits + one, bits - one))
    least = body.intrinsic("copysign", number(one), y)
    found = body.choose(x == 0, least, moved)
    return body.choose(_isnan(body, x) | _isnan(body, y), x + y, body.choose(x == y, y, found))


def _degrees(of_turn: float, radians: float) -> Callable[..., Lane]:
    """A multiple, by a quotient of these that NumPy has in the number's own precision."""
    return lambda body, x: x * (x.dtype.type(of_turn) / x.dtype.type(radians))


FORMS: dict[np.ufunc, Callable[..., Lane]] = {
    np.add: _operator("fadd", "add", "or"),
    np.subtract: _operator("fsub", "sub"),
    np.multiply: _operator("fmul", "mul", "and"),
    np.true_divide: _operator("fdiv"),
    np.negative: _negative,
    np.positive: lambda body, x: x,
    np.absolute: _absolute,
    np.fabs: _absolute,
    np.square: lambda body, x: _operator("fmul", "mul")(body, x, x),
    np.reciprocal: lambda body, x: _operator("fdiv")(body, body.constant(1, x.dtype), x),
    np.sqrt: _floating("sqrt"),
    np.floor: _floating("floor"),
    np.ceil: _floating("ceil"),
    np.trunc: _floating("trunc"),
    np.rint: _floating("roundeven"),
    np.copysign: _floating("copysign"),
    np.less: _comparison("olt", "lt"),
    np.less_equal: _comparison("ole", "le"),
    np.greater: _comparison("ogt", "gt"),
    np.greater_equal: _comparison("oge", "ge"),
    np.equal: _comparison("oeq", "eq"),
    np.not_equal: _comparison("une", "ne"),
    np.logical_and: _truths("and"),
    np.logical_or: _truths("or"),
    np.logical_xor: _truths("xor"),
    np.logical_not: lambda body, x: _truths("xor")(body, x, body.constant(True, _BOOL)),
    np.bitwise_and: _operator("", "and", "and"),
    np.bitwise_or: _operator("", "or", "or"),
    np.bitwise_xor: _operator("", "xor", "xor"),
    np.invert: lambda body, x: _operator("", "xor", "xor")(body, x, body.constant(-1, x.dtype)),
    np.isnan: _isnan,
    np.isinf: _by_size("oeq"),
    np.isfinite: _by_size("one"),
    np.signbit: _signbit,
    np.maximum: _extremum(True, False),
    np.minimum: _extremum(False, False),
    np.fmax: _extremum(True, True),
    np.fmin: _extremum(False, True),
    np.sign: _sign,
    np.fmod: remainders.fmod,
    np.remainder: remainders.remainder,
    np.floor_divide: remainders.floor_divide,
    np.nextafter: _nextafter,
    np.rad2deg: _degrees(180, math.pi),
    np.deg2rad: _degrees(math.pi, 180),
    np.logaddexp: _logaddexp(math.log(2), np.exp, 1),
    np.logaddexp2: _logaddexp(1, np.exp2, _LOG2_E),
}


def _where(body: Body, condition: Any, x: Any, y: Any) -> Lane:
    """NumPy's choice between two values; numbers of Python's take the dtype of the other."""
    dtype = np.result_type(*(value.dtype if isinstance(value, Lane) else value for value in (x, y)))
    return body.choose(body.lane(condition, _BOOL), body.lane(x, dtype), body.lane(y, dtype))


def _round(body: Body, x: Lane, decimals: int = 0, out: None = None) -> Lane:
    """To places, as NumPy does it: by way of a multiple. Refusal: of a float32, whose power of ten NumPy rounds."""
    if x.dtype.kind != "f":
        if decimals >= 0:
            return x
        raise Refusal("whole numbers to tens")
    if not decimals:
        return body.intrinsic("roundeven", x)
    scale = x.dtype.type(10.0 ** abs(decimals))
    return np.rint(x * scale) / scale if decimals > 0 else np.rint(x / scale) * scale


def _nan_to_num(
    body: Body, x: Lane, copy: bool = True, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Any:
    if x.dtype.kind != "f":
        return x
    limits = np.finfo(x.dtype)
    highest, lowest = (limits.max if posinf is None else posinf), (limits.min if neginf is None else neginf)
    infinite = np.where(x > 0, x.dtype.type(highest), x.dtype.type(lowest))
    return np.where(np.isnan(x), x.dtype.type(nan), np.where(np.isinf(x), infinite, x))


def _isclose(body: Body, x: Any, y: Any, rtol: float, atol: float, equal_nan: bool) -> Any:
    near = (np.absolute(x - y) <= atol + rtol * np.absolute(y)) & np.isfinite(y) | (x == y)
    return near | np.isnan(x) & np.isnan(y) if equal_nan else near


def _filled(number: float) -> Callable[..., Lane]:
    return lambda body, x: body.constant(number, x.dtype)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.where: _where,
    np.round: _round,
    np.nan_to_num: _nan_to_num,
    np.isclose: _isclose,
    np.zeros_like: _filled(0),
    np.ones_like: _filled(1),
    np.result_type: lambda body, *values: np.result_type(*(getattr(v, "dtype", v) for v in values)),
}
