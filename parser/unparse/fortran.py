"""Fortran 2008, in a module; what its intrinsic functions lack is the C library's."""

from __future__ import annotations

import re
from typing import Any

from ..algebra.derivative import Derivatives
from ..semantics.names import CONSTANTS
from ..syntax.operators import PRODUCT, SUM, UNARY
from ..syntax.printer import ATOM, UnprintableError, enclosed
from ..syntax.records import Binary, Number
from .code import Function, functions
from .how import DOUBLE, SINGLE, How
from .scalar import ScalarPrinter

DTYPES = (DOUBLE, SINGLE)
_INTRINSIC = (
    "abs acos acosh asin asinh atan atan2 atanh cos cosh erf erfc exp gamma hypot log log10 sin sinh sqrt tan tanh "
    "bessel_j0 bessel_j1 bessel_y0 bessel_y1"
)
# Of the C library, under its own names with `c_` before them.
_OF_C = "cbrt ceil exp2 expm1 floor log1p log2 rint trunc"
_LONGEST_LINE = 110
_MOST_LINES = 250
_LONGEST_NAME = 60
_LARGEST = 2**31  # of whole numbers
_OF_WHOLE_ORDER = re.compile(r"bessel_[jy]n\(")


class FortranPrinter(ScalarPrinter):
    """Prints Fortran that computes with reals of the kind `wp`."""

    language = "Fortran"
    ignores_case = True
    reserved = frozenset([*_INTRINSIC.split(), *(f"c_{name}" for name in _OF_C.split()), "wp", "merge", "max", "min"])
    choice = "merge({1}, {2}, {0})"
    power = "{}**{}"
    words = {"and": ".and.", "or": ".or.", "not": ".not. ", "!=": "/="}  # noqa: RUF012
    constants = {  # noqa: RUF012
        **{name: f"{value!r}_wp" for name, value in CONSTANTS.items()},
        "inf": "ieee_value(1.0_wp, ieee_positive_inf)",
        "nan": "ieee_value(1.0_wp, ieee_quiet_nan)",
    }
    functions = {  # noqa: RUF012
        **{name: name for name in _INTRINSIC.split()},
        **{name: f"c_{name}" for name in _OF_C.split() if name != "rint"},
        "round": "c_rint",
        "besselj": "bessel_jn({0}, {1})",
        "bessely": "bessel_yn({0}, {1})",
        "copysign": "sign({0}, {1})",
        "fmod": "mod({0}, {1})",
        "fmax": "max",
        "fmin": "min",
        "maximum": "max",
        "minimum": "min",
        "isnan": "ieee_is_nan",
        "isfinite": "ieee_is_finite",
        "ldexp": "{0}*2.0_wp**{1}",
        "lgamma": "log_gamma",
        "%": "{0} - {1}*c_floor({0}/{1})",
        "//": "c_floor({0}/{1})",
    }

    def is_name(self, text: str) -> bool:
        return text.isascii() and text.isidentifier() and text[0] != "_" and len(text) < _LONGEST_NAME

    def spelled(self, name: str) -> str:
        text = super().spelled(name)
        return text if self.is_name(text) else f"v{text}"[:_LONGEST_NAME]

    def number(self, value: Any) -> tuple[str, int]:
        return f"{float(value)!r}_wp", ATOM

    def unary(self, op: str, part: tuple[str, int]) -> tuple[str, int]:
        # Two operators may not stand side by side, and a sign binds no tighter than a sum.
        text, level = super().unary(op, part)
        return text, SUM if op == "-" and level == UNARY else level

    def _power(self, node: Binary, base: tuple[str, int], exponent: tuple[str, int]) -> tuple[str, int]:
        if type(node.right) is Number and (power := float(node.right.value or 0)).is_integer() and power < _LARGEST:
            exponent = str(int(power)), ATOM
        return f"{enclosed(base, ATOM)}**{enclosed(exponent, ATOM)}", PRODUCT + 1

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if _OF_WHOLE_ORDER.match(self.functions.get(function, "")):
            order = re.fullmatch(r"(\d+)\.0_wp", parts[0][0])
            if order is None:
                raise UnprintableError(f"{self.language} has no function for `{function}` of this order")
            parts = [(order[1], ATOM), *parts[1:]]
        return super().call(function, parts)


def render(derivatives: Derivatives, source: str, how: How) -> str:
    """A module with a function for each derivative, or a subroutine for the value and all derivatives."""
    printer = FortranPrinter(derivatives.variables)
    texts = ["\n".join(_procedure(function)) for function in functions(derivatives, printer)]
    body = "\n\n".join(texts)
    uses = ["  use, intrinsic :: ieee_arithmetic"] if "ieee_" in body else []
    needed = [name for name in _OF_C.split() if f"c_{name}(" in body]
    kind, suffix = ("c_float", "f") if how.dtype == SINGLE else ("c_double", "")
    interfaces = [
        line
        for name in needed
        for line in (
            f'    pure real({kind}) function c_{name}(x) bind(c, name="{name}{suffix}")',
            f"      import :: {kind}",
            f"      real({kind}), value :: x",
            f"    end function c_{name}",
        )
    ]
    lines = [
        "module derivatives",
        f"  use, intrinsic :: iso_c_binding, only: {kind}",
        *uses,
        "  implicit none",
        f"  integer, parameter, private :: wp = {kind}",
        *(["  interface", *interfaces, "  end interface"] if interfaces else []),
        "contains",
        body,
        "end module derivatives",
    ]
    return "\n".join(lines) + "\n"


def _procedure(function: Function) -> list[str]:
    single = len(function.results) == 1
    names = [name for name, _ in function.results]
    arguments = [*function.parameters, *([] if single else names)]
    kind = "function" if single else "subroutine"
    ending = " result(derivative)" if single else ""
    result = "derivative"
    while result in {*function.parameters, *(name for name, _ in function.assigns)}:
        result += "_"
    ending = ending.replace("derivative", result)
    lines = [f"  pure {kind} {function.name}({', '.join(arguments)}){ending}"]
    if function.parameters:
        lines.append(f"    real(wp), intent(in) :: {', '.join(function.parameters)}")
    if function.assigns:
        lines.append(f"    real(wp) :: {', '.join(name for name, _ in function.assigns)}")
    lines.append(f"    real(wp) :: {result}" if single else f"    real(wp), intent(out) :: {', '.join(names)}")
    pairs = [*function.assigns, *([(result, function.results[0][1])] if single else function.results)]
    lines += [f"    {name} = {text}" for name, text in pairs]
    lines.append(f"  end {kind} {function.name}")
    return [part for line in lines for part in _broken(line)]


def _broken(line: str) -> list[str]:
    """A statement in lines that are short enough. UnprintableError: in more than Fortran continues one in."""
    parts: list[str] = []
    while len(line) > _LONGEST_LINE:
        end = max(line.rfind(sign, 8, _LONGEST_LINE) for sign in "+-*/ (,")
        end = end if end > 8 else _LONGEST_LINE
        parts.append(line[:end] + "&")
        line = "      &" + line[end:]
    if len(parts) > _MOST_LINES:
        raise UnprintableError("Fortran has no statements of so many lines")
    return [*parts, line]
