"""Rust, with the methods of its floats."""

from __future__ import annotations

import re
from typing import Any

from ..algebra.derivative import Derivatives
from ..syntax.printer import ATOM
from .code import Function, functions
from .how import DOUBLE, SINGLE, How
from .scalar import ScalarPrinter

DTYPES = (DOUBLE, SINGLE)
_WORDS = (
    "abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen if "
    "impl in let loop macro match mod move mut override priv pub ref return self Self static struct super trait true "
    "try type typeof union unsafe unsized use virtual where while yield f32 f64 std"
)
_METHODS = (
    "abs acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh exp exp2 floor hypot log10 log2 sin sinh "
    "sqrt tan tanh trunc"
)


class RustPrinter(ScalarPrinter):
    """Prints Rust that computes with f64, or with f32."""

    language = "Rust's floats"
    reserved = frozenset(_WORDS.split())
    choice = "(if {} {{ {} }} else {{ {} }})"
    power = "f64::powf({}, {})"
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
        "maximum": "f64::max",
        "minimum": "f64::min",
        "round": "f64::round_ties_even",
        "%": "{0} - {1}*f64::floor({0}/{1})",
        "//": "f64::floor({0}/{1})",
    }

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if function == "where":
            parts = [(_bare(text), level) for text, level in parts]
        return super().call(function, parts)

    def number(self, value: Any) -> tuple[str, int]:
        # Between operators alone its type could not be told.
        return f"{float(value)!r}_f64", ATOM


def render(derivatives: Derivatives, source: str, how: How) -> str:
    """A function for each derivative, or one that returns the value and all derivatives."""
    printer = RustPrinter(derivatives.variables)
    text = "\n".join(_function(function) for function in functions(derivatives, printer))
    return re.sub(r"\b(_?)f64\b", r"\1f32", text).replace("_f64", "_f32") if how.dtype == SINGLE else text


def _function(function: Function) -> str:
    parameters = [f"{name}: f64" for name in function.parameters]
    lines = [f"    let {target} = {_bare(value)};" for target, value in function.assigns]
    if len(function.results) == 1:
        kind = "f64"
        lines.append(f"    {_bare(function.results[0][1])}")
    else:
        kind = f"({', '.join('f64' for _ in function.results)})"
        lines += [f"    let {name} = {_bare(text)};" for name, text in function.results]
        lines.append(f"    ({', '.join(name for name, _ in function.results)})")
    # What the names of an expression may be, and Rust warns of.
    used = {*re.findall(r"\w+", function.text)}
    lints = [
        *(["non_snake_case"] if any(re.search("[A-Z]", n) for n in [function.name, *function.parameters]) else []),
        *(["unused_parens"] if re.search(r"[(,=] ?\(", function.text) else []),
        *(["unused_variables"] if not used.issuperset(function.parameters) else []),
    ]
    head = [f"#[allow({', '.join(lints)})]"] if lints else []
    head.append(f"pub fn {function.name}({', '.join(parameters)}) -> {kind} {{")
    return "\n".join([*head, *lines, "}"]) + "\n"


def _bare(text: str) -> str:
    """A choice without the brackets that it needs inside others."""
    depth = 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and i + 1 < len(text):
            return text
    return text[1:-1] if text.startswith("(") else text
