"""LaTeX, for mathematics mode; `cases` is from the package amsmath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..syntax.operators import POWER
from ..syntax.records import Binary, Call, Number
from .math_printer import MathPrinter

# Bessel functions of order 0 and 1, by the letters after what their names begin with.
_BESSEL = {"bessel_": "jy", "modified_bessel_": "ik", "": "i"}
_FUNCTIONS = {
    **{name: f"\\{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "log", "exp")},
    **{f"a{name}": f"\\arc{name}" for name in ("sin", "cos", "tan")},
    "maximum": "\\max",
    "minimum": "\\min",
    "lgamma": "\\ln\\Gamma",
    "digamma": "\\psi",
    "sigmoid": "\\sigma",
    "log2": "\\log_{2}",
    "log10": "\\log_{10}",
    "det": "\\det",
    "trace": "\\operatorname{tr}",
    "airy_ai": "\\operatorname{Ai}",
    "airy_ai_prime": "\\operatorname{Ai}'",
    "beta": "\\mathrm{B}",
    "chi": "\\operatorname{Chi}",
    "ci": "\\operatorname{Ci}",
    "erfcinv": "\\operatorname{erfc}^{-1}",
    "erfinv": "\\operatorname{erf}^{-1}",
    "expi": "\\operatorname{Ei}",
    "fresnel_c": "C",
    "fresnel_s": "S",
    "gamma": "\\Gamma",
    "lambertw": "W",
    "shi": "\\operatorname{Shi}",
    "si": "\\operatorname{Si}",
    "zeta": "\\zeta",
    **{
        f"{prefix}{kind}{n}": f"{kind.upper()}_{{{n}}}"
        for prefix, kinds in _BESSEL.items()
        for kind in kinds
        for n in "01"
    },
}


class LatexPrinter(MathPrinter):
    """Prints LaTeX."""

    language = "LaTeX"
    operators = {  # noqa: RUF012
        "+": "%s + %s",
        "-": "%s - %s",
        "/": "\\frac{%s}{%s}",
        "**": "%s^{%s}",
        "@": "%s \\, %s",
        "*": "%s %s",
        "//": "\\lfloor \\frac{%s}{%s}\\rfloor",
        "%": "%s \\bmod %s",
        "and": "%s \\land %s",
        "or": "%s \\lor %s",
    }
    calls = {  # noqa: RUF012
        "sqrt": "\\sqrt{%s}",
        "cbrt": "\\sqrt[3]{%s}",
        "exp": "e^{%s}",
        "abs": "\\left|%s\\right|",
        "floor": "\\lfloor %s\\rfloor",
        "ceil": "\\lceil %s\\rceil",
        "norm": "\\left\\|%s\\right\\|",
        "vector_norm": "\\left\\|%s\\right\\|",
        "inverse": "%s^{-1}",
        "outer": "%s \\, %s^{\\mathsf{T}}",
        **{f"bessel{kind}": f"{kind.upper()}_{{%s}}\\left(%s\\right)" for kind in "jyik"},
        "binomial": "\\binom{%s}{%s}",
        "polygamma": "\\psi^{(%s)}\\left(%s\\right)",
    }
    functions = _FUNCTIONS
    comparisons = {"<": " < ", "<=": " \\le ", ">": " > ", ">=": " \\ge ", "==": " = ", "!=": " \\ne "}  # noqa: RUF012
    brackets = "\\left(%s\\right)"
    application = "%s\\left(%s\\right)"
    comma = ", "
    of_elements = "%s \\odot %s"
    dot = "%s \\cdot %s"
    tenfold = "%s \\cdot 10^{%s}"
    negative = "-%s"
    negation = "\\neg %s"
    transposed = "%s^{\\mathsf{T}}"
    attribute = "%s_{\\mathrm{NAME}}"
    index = "%s_{%s}"
    conjunction = " \\text{ and } "
    partial = "\\partial"
    infinity = "\\infty"
    slope = "\\frac{%s}{%s} %s"
    monospaced = "\\mathtt{%s}"
    greek = "\\%s"
    several = "\\mathrm{%s}"
    operator_name = "\\operatorname{%s}"

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if type(node) is Binary and node.op == "**" and type(node.left) is Call:
            name = _FUNCTIONS.get(node.left.function)
            if name is not None and not name.endswith(("}'", "-1}")) and type(node.right) is Number:
                # sin^2(x) rather than sin(x)^2.
                return parts[0][0].replace(name, f"{name}^{{{parts[1][0]}}}", 1), POWER
        return super().node(node, parts)

    def escaped(self, text: str) -> str:
        return text.replace("_", "\\_")

    def rows(self, rows: Sequence[Sequence[str]]) -> str:
        lines = " \\\\ ".join(" & ".join(row) for row in rows)
        return f"\\begin{{pmatrix}} {lines} \\end{{pmatrix}}"

    def cases(self, lines: Sequence[tuple[str, str]], otherwise: str) -> str:
        shown = "".join(f"{text} & \\text{{if }} {condition} \\\\ " for condition, text in lines)
        return f"\\begin{{cases}} {shown}{otherwise} & \\text{{otherwise}} \\end{{cases}}"


render = LatexPrinter.render
