"""Rust, with the methods of its floats."""

from __future__ import annotations

import re

from ..derivatives.derivative import Derivatives
from .code import Frame
from .how import DOUBLE, SINGLE
from .scalar import ScalarPrinter

_WORDS = (
    "abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen if "
    "impl in let loop macro match mod move mut override priv pub ref return self Self static struct super trait true "
    "try type typeof union unsafe unsized use virtual where while yield f32 f64 std"
)
_METHODS = (
    "abs acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh exp exp2 floor hypot log10 log2 sin sinh "
    "sqrt tan tanh trunc"
)
# What the names of an expression may be, and Rust warns of.
_LINTS = "    #![allow(non_snake_case, unused_parens, unused_variables)]"


class RustPrinter(ScalarPrinter):
    """Prints Rust that computes with f64, or with f32."""

    language = "Rust's floats"
    reserved = frozenset(_WORDS.split())
    # Between operators alone its type could not be told.
    literals = {DOUBLE: "{}_f64", SINGLE: "{}_f32"}  # noqa: RUF012
    choice = "if {} {{ {} }} else {{ {} }}"
    operators = {"**": "f64::powf({}, {})", "and": "&&", "or": "||", "not": "!"}  # noqa: RUF012
    frame = Frame(
        head=f"pub fn {{name}}({{parameters}}) -> f64 {{{{\n{_LINTS}",
        several=f"pub fn {{name}}({{parameters}}) -> ({{results}}) {{{{\n{_LINTS}",
        parameter="%s: f64",
        result="f64",
        assign="    let %s = %s;",
        back="    %s",
        backs="    (%s)",
        end="}",
    )
    helper_frame = frame._replace(head="fn {name}({parameters}) -> f64 {{")
    lacks = ("larger", "smaller", "modulo", "floor_divide")
    constants = {  # noqa: RUF012
        "pi": "std::f64::consts::PI",
        "e": "std::f64::consts::E",
        "tau": "std::f64::consts::TAU",
        "inf": "f64::INFINITY",
        "nan": "f64::NAN",
    }
    functions = {  # noqa: RUF012
        **{name: f"f64::{name}" for name in _METHODS.split()},
        "expm1": "f64::exp_m1",
        "fmod": "{0} % {1}",
        "fmax": "f64::max",
        "fmin": "f64::min",
        "isfinite": "f64::is_finite",
        "isinf": "f64::is_infinite",
        "isnan": "f64::is_nan",
        "ldexp": "{0}*f64::exp2({1})",
        "log": "f64::ln",
        "log1p": "f64::ln_1p",
        "maximum": "larger",
        "minimum": "smaller",
        "round": "f64::round_ties_even",
        "%": "modulo",
        "//": "floor_divide",
    }

    def code(self, derivatives: Derivatives) -> str:
        code = super().code(derivatives)
        return re.sub(r"\bf64\b", "f32", code) if self.dtype == SINGLE else code


render = RustPrinter.render
