"""Julia, with SpecialFunctions for what its own lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..derivatives.derivative import Derivatives
from ..syntax.printer import ATOM
from .array_printer import ArrayPrinter
from .code import Frame, named
from .how import SINGLE

_WORDS = (
    "abstract baremodule begin break catch const continue do else elseif end export false finally for function global "
    "if import in isa let local macro module mutable new nothing primitive quote return struct true try type using "
    "where while Inf NaN ifelse"
)
_OWN = (
    "abs acos acosh acot acoth acsc acsch asec asech asin asinh atan atanh cbrt ceil copysign cos cosh cosd cospi cot "
    "coth csc csch exp exp2 expm1 floor hypot isfinite isinf isnan log log10 log1p log2 sec sech signbit sin "
    "sind sinh sinpi sqrt tan tand tanh trunc"
)
_SPECIAL = "besseli besselj besselk bessely beta digamma erf erfc erfcinv erfcx erfi erfinv gamma polygamma zeta"
# Where what is no operator is: what begins a line of `using`.
_PACKAGES = {
    "SpecialFunctions": f"{_SPECIAL} airyai airyaiprime besselj0 besselj1 bessely0 bessely1 dawson expinti loggamma",
    "Statistics": "mean std var",
    "LinearAlgebra": "det diag diagm inv logdet norm tr",
}
# What works on elements says so where there are arrays.
_OF_ELEMENTS = ("+", "-", "*", "/", "**", "<", "<=", ">", ">=", "==", "!=", "and", "or", "not")
_SINGLE_CONSTANTS = {"pi": "pi", "e": "exp(1.0f0)", "tau": "(2.0f0*pi)", "inf": "Inf32", "nan": "NaN32"}


class JuliaPrinter(ArrayPrinter):
    """Prints Julia of numbers, or of arrays where variables are arrays."""

    language = "Julia"
    frame = Frame("function {name}({parameters})", "    %s = %s", "    return %s", "    return (; %s)", "end")
    reserved = frozenset(f"{_WORDS} {_OWN} {' '.join(_PACKAGES.values())}".split())
    constants = {"pi": "pi", "e": "exp(1.0)", "tau": "(2.0*pi)", "inf": "Inf", "nan": "NaN"}  # noqa: RUF012
    functions = {  # noqa: RUF012
        **named("", f"{_OWN} {_SPECIAL}"),
        **{f"bessel_{kind}{n}": f"bessel{kind}{n}" for kind in "jy" for n in "01"},
        "airy_ai": "airyai",
        "airy_ai_prime": "airyaiprime",
        "atan2": "atan",
        "dawson": "dawson",
        "expi": "expinti",
        "fmod": "rem",
        "ldexp": "{0}*exp2({1})",
        "lgamma": "loggamma",
        "maximum": "max",
        "minimum": "min",
        "round": "round",
        "where": "ifelse",
        "%": "mod",
        "//": "fld",
    }
    reductions = {  # noqa: RUF012
        **{name: f"{name}({{}})" for name in ("sum", "prod", "mean", "norm")},
        "amax": "maximum({})",
        "amin": "minimum({})",
        "max": "maximum({})",
        "min": "minimum({})",
        "numel": "length({})",
    }
    along = {  # noqa: RUF012
        **{name: f"{name}({{0}}, dims={{1}})" for name in ("sum", "prod", "mean", "std", "var")},
        "amax": "maximum({0}, dims={1})",
        "amin": "minimum({0}, dims={1})",
    }
    dropped = ("vec({})", "vec({})")
    of_rank = {  # noqa: RUF012
        **{(name, 1): f"{name}({{0}})" for name in ("cumsum", "cumprod", "sort", "std", "var")},
        **{(name, 2): f"{name}({{0}})" for name in ("det", "diag", "logdet", "std", "var")},
        ("diag", 1): "diagm({0})",
        ("diagonal", 2): "diag({0})",
        ("dot", 1): "{0}'*{1}",
        ("eye", 0): "Matrix(1.0I, {0}, {0})",
        ("flip", 1): "reverse({0})",
        ("inverse", 2): "inv({0})",
        ("len", 1): "length({0})",
        ("len", 2): "size({0}, 1)",
        ("ones", 0): "ones({0})",
        ("solve", 2): "{0}\\{1}",
        ("squeeze", 2): "vec({0})",
        ("trace", 2): "tr({0})",
        ("unsqueeze", 1): "reshape({0}, :, 1)",
    }
    ones = "one.({})"
    zeros = "zero.({})"
    transposed = "{}'"
    inner = "{}'*{}"
    padded = "vcat(zeros({1}), {0}, zeros({2}))"

    @property
    def operators(self) -> dict[str, str]:  # pyrefly: ignore[bad-override]
        """The spellings of operators: with a dot where there are arrays."""
        spelled = {"**": "^", "and": "&&", "or": "||", "not": "!"}
        return {op: f".{spelled.get(op, op)}" for op in _OF_ELEMENTS} if self.has_arrays else spelled

    def binary(self, op: str, left: tuple[str, int], right: tuple[str, int]) -> tuple[str, int]:
        text, level = super().binary(op, left, right)
        # Between a number and an operator with a dot there is a space, or the dot could be either's.
        return (re.sub(r"(?<=\d)(\.[*/^])", r" \1 ", text) if self.has_arrays else text), level

    def constant(self, name: str) -> str:
        return (_SINGLE_CONSTANTS if self.dtype == SINGLE else self.constants)[name]

    def number(self, value: Any) -> tuple[str, int]:
        if self.dtype != SINGLE:
            return super().number(value)
        text = repr(float(value))
        return text.replace("e", "f") if "e" in text else f"{text}f0", ATOM

    def matrix(self, rows: Sequence[Sequence[tuple[str, int]]]) -> str:
        # Elements stand side by side, and what has spaces in it would be several.
        texts = [[f"({text})" if level < ATOM and " " in text else text for text, level in row] for row in rows]
        return f"[{'; '.join(map(' '.join, texts))}]"

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        template = self.functions.get(function)
        if not self.has_arrays or template is None:
            return super().call(function, parts)
        if "{" in template:
            raise self.no_word(function)
        return f"{template}.({', '.join(text for text, _ in parts)})", ATOM

    def code(self, derivatives: Derivatives) -> str:
        text = super().code(derivatives)
        called = {*re.findall(r"(\w+)\.?\(", text.replace("1.0I", "tr("))}
        uses = [f"using {package}\n" for package, names in _PACKAGES.items() if called.intersection(names.split())]
        return "".join(uses) + ("\n" if uses else "") + text


render = JuliaPrinter.render
