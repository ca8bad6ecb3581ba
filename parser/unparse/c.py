"""C99, with doubles and math.h."""

from __future__ import annotations

import math
import re
from typing import Any

from ..algebra.derivative import Derivatives
from ..syntax.operators import AND, COMPARE, OR, PRODUCT, UNARY
from ..syntax.printer import ATOM, UnprintableError, enclosed
from ..syntax.records import Binary, Name, Number
from .code import MATH, CodePrinter, functions, named

_KEYWORDS = (
    "auto break case char const continue default do double else enum extern float for goto if inline int long "
    "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while "
    # From C11 and C23 on, and what compilers have beside them.
    "alignas alignof bool constexpr false nullptr static_assert thread_local true typeof typeof_unqual "
    "asm linux unix main NULL"
)
# What else math.h declares or defines, that of POSIX and GNU among it.
_IN_MATH_H = (
    "double_t float_t exp2 fabs fdim fma fmax fmin fpclassify frexp ilogb isfinite isgreater isgreaterequal isinf "
    "isless islessequal islessgreater isnan isnormal isunordered ldexp llrint llround logb lrint lround modf nan "
    "nearbyint nextafter nexttoward pow remainder remquo rint round scalbln scalbn signbit tgamma "
    "j0 j1 jn y0 y1 yn gamma signgam scalb significand drem exp10 pow10 finite sincos "
    "HUGE HUGE_VAL HUGE_VALF HUGE_VALL INFINITY NAN OVERFLOW UNDERFLOW DOMAIN SING PLOSS TLOSS X_TLOSS MAXFLOAT "
    "FP_FAST_FMA FP_ILOGB0 FP_ILOGBNAN FP_INFINITE FP_NAN FP_NORMAL FP_SUBNORMAL FP_ZERO MATH_ERRNO MATH_ERREXCEPT "
    "math_errhandling M_1_PI M_2_PI M_2_SQRTPI M_E M_LN10 M_LN2 M_LOG10E M_LOG2E M_PI M_PI_2 M_PI_4 M_SQRT1_2 M_SQRT2"
)
_LARGEST_WRITTEN_OUT = 3
_OF_WHOLE_ORDER = ("jn({0}, {1})", "yn({0}, {1})")
_BESSEL = re.compile(r"\b[jy][01n]\(")


class CPrinter(CodePrinter):
    """Prints C that computes with doubles."""

    language = "C's math.h"
    reserved = frozenset({*_KEYWORDS.split(), *MATH.split(), *_IN_MATH_H.split()})
    constants = {  # noqa: RUF012
        "pi": repr(math.pi),
        "e": repr(math.e),
        "tau": repr(math.tau),
        "inf": "INFINITY",
        "nan": "NAN",
    }
    functions = {  # noqa: RUF012
        **named("", f"{MATH} fmax fmin isfinite isinf isnan nextafter"),
        "abs": "fabs",
        "round": "rint",
        "maximum": "fmax",
        "minimum": "fmin",
        "gamma": "tgamma",
        # C's own takes a whole number.
        "ldexp": "{0}*exp2({1})",
        **{f"bessel_{name}": name for name in ("j0", "j1", "y0", "y1")},
        "besselj": "jn({0}, {1})",
        "bessely": "yn({0}, {1})",
        "%": "{0} - {1}*floor({0}/{1})",
        "//": "floor({0}/{1})",
    }

    def is_name(self, text: str) -> bool:
        return text.isascii() and text.isidentifier()

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if type(node) is Binary and node.op == "**":
            return self._power(node, *parts)
        return super().node(node, parts)

    def _power(self, node: Binary, base: tuple[str, int], exponent: tuple[str, int]) -> tuple[str, int]:
        """Small powers of variables as products, the rest with `pow`."""
        if type(node.left) is Name and type(node.right) is Number and node.right.value in (2, _LARGEST_WRITTEN_OUT):
            return f"({'*'.join([base[0]] * int(node.right.value))})", ATOM
        return f"pow({base[0]}, {exponent[0]})", ATOM

    def number(self, value: Any) -> tuple[str, int]:
        if isinstance(value, bool):
            return str(int(value)), ATOM
        # A whole number would divide as one.
        return repr(float(value)), ATOM

    def binary(self, op: str, left: tuple[str, int], right: tuple[str, int]) -> tuple[str, int]:
        if op in ("and", "or"):
            level = AND if op == "and" else OR
            sign = "&&" if op == "and" else "||"
            return f"{enclosed(left, level + 1)} {sign} {enclosed(right, level + 1)}", level
        if op in ("%", "//"):
            return self.call(op, [left, right])
        return super().binary(op, left, right)

    def unary(self, op: str, part: tuple[str, int]) -> tuple[str, int]:
        if op == "not":
            return f"!{enclosed(part, ATOM)}", UNARY
        # As -x*y is written without brackets, and --x is another operator.
        return super().unary(op, part if part[1] in (ATOM, PRODUCT) else (enclosed(part, ATOM), ATOM))

    def compare(self, ops: tuple[str, ...], parts: list[tuple[str, int]]) -> tuple[str, int]:
        links = [super(CPrinter, self).compare((op,), parts[i : i + 2])[0] for i, op in enumerate(ops)]
        return " && ".join(links), AND if len(links) > 1 else COMPARE

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if function == "where":
            condition, then, otherwise = (enclosed(part, OR) for part in parts)
            return f"({condition} ? {then} : {otherwise})", ATOM
        if self.functions.get(function, "") in _OF_WHOLE_ORDER and not parts[0][0].endswith(".0"):
            raise UnprintableError(f"{self.language} has no function for `{function}` of this order")
        return super().call(function, parts)


def render(derivatives: Derivatives, source: str) -> str:
    """A function of doubles for each derivative."""
    texts = functions(derivatives, CPrinter(derivatives.variables), _function)
    # POSIX has Bessel functions in math.h, which C alone has not.
    posix = "#define _XOPEN_SOURCE 600\n" if any(_BESSEL.search(text) for text in texts) else ""
    return f"{posix}#include <math.h>\n\n" + "\n".join(texts)


def _function(name: str, parameters: list[str], assigns: list[tuple[str, str]], result: str) -> str:
    lines = [f"double {name}({', '.join(f'double {parameter}' for parameter in parameters) or 'void'}) {{"]
    lines += [f"    const double {target} = {value};" for target, value in assigns]
    lines += [f"    return {result};", "}"]
    return "\n".join(lines) + "\n"
