"""JavaScript, with `Math` alone."""

from __future__ import annotations

from ..semantics.names import CONSTANTS
from .code import Frame, named
from .scalar import ScalarPrinter

_WORDS = (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends "
    "false finally for function if implements import in instanceof interface let new null package private protected "
    "public return static super switch this throw true try typeof undefined var void while with yield "
    "Infinity Math NaN Number Object"
)
_IN_MATH = (
    "abs acos acosh asin asinh atan atan2 atanh cbrt ceil cos cosh exp expm1 floor hypot log log10 log1p log2 "
    "sin sinh sqrt tan tanh trunc"
)


class JavaScriptPrinter(ScalarPrinter):
    """Prints JavaScript."""

    language = "JavaScript's Math"
    reserved = frozenset(_WORDS.split())
    frame = Frame("function {name}({parameters}) {{", "  const %s = %s;", "  return %s;", "  return { %s };", "}")
    helper_frame = frame
    lacks = ("modulo", "floor_divide", "rounded", "signed")
    operators = {"**": "Math.pow({}, {})", "and": "&&", "or": "||", "not": "!", "==": "===", "!=": "!=="}  # noqa: RUF012
    constants = {  # noqa: RUF012
        **{name: repr(value) for name, value in CONSTANTS.items()},
        "pi": "Math.PI",
        "e": "Math.E",
        "inf": "Infinity",
        "nan": "NaN",
    }
    functions = {  # noqa: RUF012
        **named("Math.", _IN_MATH),
        "maximum": "Math.max",
        "minimum": "Math.min",
        "fmax": "Number.isNaN({0}) || {0} < {1} ? {1} : {0}",
        "fmin": "Number.isNaN({0}) || {0} > {1} ? {1} : {0}",
        "copysign": "signed",
        "exp2": "Math.pow(2, {0})",
        "fmod": "{0} % {1}",
        "isfinite": "Number.isFinite",
        "isinf": "Math.abs({0}) === Infinity",
        "isnan": "Number.isNaN",
        "ldexp": "{0}*Math.pow(2, {1})",
        "nearest": "Math.round",
        "round": "rounded",
        "%": "modulo",
        "//": "floor_divide",
    }


render = JavaScriptPrinter.render
