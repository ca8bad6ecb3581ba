"""What an expression is at a point, to all digits of a float: in FLINT's balls, whatever cancels in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import isfinite
from typing import Any

from flint import acb, arb, ctx, fmpq

from .canonical import CANONICAL
from .formulas import formula
from .notation import function
from .terms import Call, E, Number, Product, Sum, Symbol, Term, integer, ordered

_PRECISIONS = (128, 1280)  # bits; the latter for the sine of the largest numbers
_ENOUGH = 50  # bits that are known
_SMALLEST = 1e-320  # that is a float
_CONSTANTS: Mapping[str, Callable[[], Any]] = {
    "e": arb.const_e,
    "pi": arb.pi,
    "inf": arb.pos_inf,
    "None": arb.nan,
}
_MOST_OF_BESSEL = 1e4


class UnknownError(Exception):
    """It has no value, or nothing is known of a function in it."""


def exact(term: Term, point: Mapping[str, float], moved: float = 0.0) -> float | None:
    """The value of an expression, correct but for some last bits. None: it has none, or it is not known.

    The point may be `moved`, by parts of its values, to one that no floats are.
    """
    before = ctx.prec
    try:
        for ctx.prec in _PRECISIONS:
            found = _ball(term, {name: arb(value) * (1 + arb(moved)) for name, value in point.items()})
            if abs(found) < _SMALLEST:
                return 0.0
            if found.is_finite() and found.rel_accuracy_bits() >= _ENOUGH:
                value = float(found.mid())
                return value if isfinite(value) else None
    except UnknownError:
        pass
    finally:
        ctx.prec = before
    return None


def _ball(root: Term, point: Mapping[str, Any]) -> Any:
    known: dict[Term, Any] = {}
    for term in ordered([root]):
        if isinstance(term, Number):
            known[term] = _number(term.value)
        elif isinstance(term, Symbol):
            if term.name not in point and term.name not in _CONSTANTS:
                raise UnknownError
            known[term] = point[term.name] if term.name in point else _CONSTANTS[term.name]()
        elif isinstance(term, Sum):
            known[term] = sum((known[part] * _number(c) for part, c in term.terms), _number(term.constant))
        elif isinstance(term, Product):
            known[term] = _number(term.coefficient)
            for base, exponent in term.factors:
                whole = integer(exponent)
                power = (
                    known[exponent].exp() if base is E else known[base] ** (known[exponent] if whole is None else whole)
                )
                known[term] *= power
        else:
            known[term] = _call(term, [known[part] for part in term.arguments])
    return known[root]


def _number(value: Any) -> Any:
    return arb(fmpq(value.numerator, value.denominator))


def _call(term: Call, arguments: list[Any]) -> Any:
    record = function(term.name)
    if record is not None and record.chooses and len(arguments) == 2:
        return arguments[0].max(arguments[1]) if record.chooses == ">" else arguments[0].min(arguments[1])
    if term.name in _SPELLED or term.name in _NAMED:
        return (_SPELLED.get(term.name) or getattr(arb, term.name))(*arguments)
    text = record and (record.definition or record.exponential)
    if record is None or not text:
        raise UnknownError
    # In simpler functions, each of which FLINT has, or which has a definition too.
    defaults = zip(reversed(record.arguments), reversed(record.defaults), strict=False)
    given = {name: arb(value) for name, value in defaults if isinstance(value, (int, float))}
    return _ball(formula(text)(CANONICAL, {}), given | dict(zip(record.arguments, arguments, strict=False)))


def _where(condition: Any, then: Any, otherwise: Any) -> Any:
    return then if condition == 1 else otherwise if condition == 0 else arb.nan()


def _by_sign(of: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """1 or 0 by the sign of the difference, in between where that is not known."""
    return lambda left, right: of((left - right).sgn())


def _bessel(kind: str, n: Any, x: Any, **how: Any) -> Any:
    """A function of Bessel, of no more digits and no larger numbers than take FLINT a short while."""
    if kind in "ik" and not abs(x) < _MOST_OF_BESSEL:
        return arb.nan()
    before, ctx.prec = ctx.prec, _PRECISIONS[0]
    try:
        return getattr(x, f"bessel_{kind}")(n, **how)
    finally:
        ctx.prec = before


# What FLINT has by the same name; its sinc is another.
_NAMED = (
    *("exp", "expm1", "log", "log1p", "sqrt", "rsqrt", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh"),
    *("cosh", "tanh", "asinh", "acosh", "atanh", "sec", "csc", "cot", "sech", "csch", "coth", "floor", "ceil", "gamma"),
    *("digamma", "erf", "erfc", "erfi", "erfinv", "erfcinv", "airy_ai", "zeta", "li", "si", "ci", "shi"),
    *("chi", "fresnel_s", "fresnel_c", "lambertw"),
)
# How it is asked for others.
_SPELLED: Mapping[str, Callable[..., Any]] = {
    "where": _where,
    "<": _by_sign(lambda sign: sign * (sign - 1) / 2),
    "<=": _by_sign(lambda sign: 1 - sign * (sign + 1) / 2),
    ">": _by_sign(lambda sign: sign * (sign + 1) / 2),
    ">=": _by_sign(lambda sign: 1 - sign * (sign - 1) / 2),
    "==": _by_sign(lambda sign: 1 - sign * sign),
    "!=": _by_sign(lambda sign: sign * sign),
    "and": lambda left, right: left * right,
    "or": lambda left, right: left + right - left * right,
    "not": lambda condition: 1 - condition,
    # Of a ball that has a point, as all are that count.
    "isnan": lambda x: arb(0),
    "isinf": lambda x: arb(0),
    "isfinite": lambda x: arb(1),
    "abs": abs,
    "sign": arb.sgn,
    "lgamma": lambda x: x.lgamma() if x > 0 else abs(x.gamma()).log(),
    "%": lambda x, y: x - y * (x / y).floor(),
    "trunc": lambda x: x.sgn() * abs(x).floor(),
    "copysign": lambda x, y: abs(x) * y.sgn() / abs(y.sgn()),
    "ldexp": lambda x, y: x * arb(2) ** y,
    "log2": lambda x: x.log() / arb(2).log(),
    "log10": lambda x: x.log() / arb(10).log(),
    "cbrt": lambda x: x.sgn() * abs(x).root(3),
    "hypot": lambda x, y: (x * x + y * y).sqrt(),
    "fmod": lambda x, y: x - y * (x / y).sgn() * abs(x / y).floor(),
    "expi": arb.ei,
    "dawson": lambda x: arb.pi().sqrt() / 2 * (-x * x).exp() * x.erfi(),
    "erfcx": lambda x: (x * x).exp() * x.erfc(),
    "log_ndtr": lambda x: ((-x / arb(2).sqrt()).erfc() / 2).log(),
    "ndtri": lambda x: -arb(2).sqrt() * (2 * x).erfcinv(),
    "polygamma": lambda n, x: acb(x).polygamma(n).real,
    "igamma": lambda s, x: x.gamma_lower(s, regularized=1),
    "igammac": lambda s, x: x.gamma_upper(s, regularized=1),
    "airy_ai_prime": lambda x: x.airy_ai(derivative=1),
    **{f"bessel{kind}": partial(_bessel, kind) for kind in "jyik"},
    **{f"bessel_{kind}{n}": partial(_bessel, kind, n) for kind in "jy" for n in (0, 1)},
    **{f"modified_bessel_{kind}{n}": partial(_bessel, kind, n) for kind in "ik" for n in (0, 1)},
    **{f"scaled_modified_bessel_k{n}": partial(_bessel, "k", n, scaled=True) for n in (0, 1)},
    **{f"i{n}": partial(_bessel, "i", n) for n in (0, 1)},
    **{f"i{n}e": lambda x, n=n: _bessel("i", n, x) * (-abs(x)).exp() for n in (0, 1)},
}
