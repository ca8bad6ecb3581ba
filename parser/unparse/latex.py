"""LaTeX, for mathematics mode; `cases` is from the package amsmath."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Any

from ..algebra.derivative import Derivatives
from ..syntax.operators import AND, COMPARE, NOT, OR, POWER, PRODUCT, SUM, UNARY
from ..syntax.printer import ATOM, Printer, enclosed
from ..syntax.records import Attribute, Binary, Call, List, Name, Number, Subscript
from ..syntax.walk import children

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
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
# What makes one number of all elements.
_OF_ALL_ELEMENTS = ("sum", "mean", "prod", "norm", "vector_norm", "det", "trace", "amax", "amin", "max", "min")
_COMPARISONS = {"<": "<", "<=": "\\le", ">": ">", ">=": "\\ge", "==": "=", "!=": "\\ne"}
# Templates of binary operators; how tightly their operands have to bind to need no brackets, and the whole does.
_BINARY = {
    "/": ("\\frac{%s}{%s}", OR, OR, UNARY),
    "**": ("%s^{%s}", ATOM, OR, POWER),
    "@": ("%s \\, %s", PRODUCT, UNARY, PRODUCT),
    "*": ("%s %s", PRODUCT, PRODUCT, PRODUCT),
    "//": ("\\lfloor \\frac{%s}{%s}\\rfloor", OR, OR, ATOM),
    "%": ("%s \\bmod %s", UNARY, UNARY, SUM),
    "and": ("%s \\land %s", AND, AND, AND),
    "or": ("%s \\lor %s", OR, OR, OR),
}
# The same of functions that are written in their own way, given as many arguments.
_CALLS = {
    "sqrt": ("\\sqrt{%s}", OR, ATOM),
    "cbrt": ("\\sqrt[3]{%s}", OR, ATOM),
    "exp": ("e^{%s}", OR, POWER),
    "abs": ("\\left|%s\\right|", OR, ATOM),
    "floor": ("\\lfloor %s\\rfloor", OR, ATOM),
    "ceil": ("\\lceil %s\\rceil", OR, ATOM),
    "norm": ("\\left\\|%s\\right\\|", OR, ATOM),
    "vector_norm": ("\\left\\|%s\\right\\|", OR, ATOM),
    "inverse": ("%s^{-1}", ATOM, POWER),
    "outer": ("%s \\, %s^{\\mathsf{T}}", ATOM, PRODUCT),
    **{f"bessel{kind}": (f"{kind.upper()}_{{%s}}\\left(%s\\right)", OR, ATOM) for kind in "jyik"},
    "binomial": ("\\binom{%s}{%s}", OR, ATOM),
    "polygamma": ("\\psi^{(%s)}\\left(%s\\right)", OR, POWER),
}


class LatexPrinter(Printer):
    """Prints LaTeX."""

    language = "LaTeX"

    def __init__(self, arrays: Collection[str] = (), names: Sequence[str] = ()) -> None:
        self.arrays = arrays
        # Those that would look like another's, such as `x_1` beside `x1`, are shown letter by letter.
        self.shown: dict[str, str] = {}
        for name in sorted(names, key=lambda name: name.count("_")):
            usual = _usual(name)
            self.shown[name] = f"\\mathtt{{{_escaped(name)}}}" if usual in self.shown.values() else usual

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if type(node) is Binary and node.op == "*" and self._is_array(node.left) and self._is_array(node.right):
            return f"{_bracketed(parts[0], PRODUCT)} \\odot {_bracketed(parts[1], UNARY)}", PRODUCT
        if type(node) is Attribute:
            mark = "^{\\mathsf{T}}" if node.name in ("T", "mT") else f"_{{\\mathrm{{{node.name}}}}}"
            return f"{_bracketed(parts[0], ATOM)}{mark}", POWER
        if type(node) is Subscript:
            keys = ", ".join(text for text, _ in parts[1:])
            return f"{_bracketed(parts[0], ATOM)}_{{{keys}}}", POWER
        if type(node) is List and all(type(item) is List for item in node.items):
            rows = [" & ".join(self.text(item) for item in row.items) for row in node.items if type(row) is List]
            lines = " \\\\ ".join(rows)
            return f"\\begin{{pmatrix}} {lines} \\end{{pmatrix}}", ATOM
        if type(node) is Binary and node.op == "**" and type(node.left) is Call:
            name = _FUNCTIONS.get(node.left.function)
            if name is not None and not name.endswith(("}'", "-1}")) and type(node.right) is Number:
                # sin^2(x) rather than sin(x)^2.
                return parts[0][0].replace(name, f"{name}^{{{parts[1][0]}}}", 1), POWER
        if type(node) is Binary and node.op == "*" and _starts_with_digit(node.right):
            return f"{enclosed(parts[0], PRODUCT)} \\cdot {enclosed(parts[1], UNARY)}", PRODUCT
        return super().node(node, parts)

    def _is_array(self, node: Any) -> bool:
        """Whether a part has several elements, as far as its variables tell."""
        pending = [node]
        while pending:
            part = pending.pop()
            if type(part) is Name and part.name in self.arrays:
                return True
            if type(part) is not Call or part.function not in _OF_ALL_ELEMENTS or len(part.args) + len(part.kwargs) > 1:
                pending.extend(children(part))
        return False

    def number(self, value: Any) -> tuple[str, int]:
        mantissa, _, exponent = repr(value).partition("e")
        return (f"{mantissa} \\cdot 10^{{{int(exponent)}}}", PRODUCT) if exponent else (mantissa, ATOM)

    def name(self, name: str) -> str:
        return self.shown[name] if name in self.shown else _usual(name)

    def unary(self, op: str, part: tuple[str, int]) -> tuple[str, int]:
        if op == "not":
            return f"\\neg {_bracketed(part, NOT)}", NOT
        return f"-{_bracketed(part, PRODUCT)}", SUM

    def binary(self, op: str, left: tuple[str, int], right: tuple[str, int]) -> tuple[str, int]:
        template, left_level, right_level, level = _BINARY.get(op, (f"%s {op} %s", SUM, PRODUCT, SUM))
        return template % (_bracketed(left, left_level), _bracketed(right, right_level)), level

    def compare(self, ops: tuple[str, ...], parts: list[tuple[str, int]]) -> tuple[str, int]:
        text = parts[0][0]
        for op, part in zip(ops, parts[1:], strict=True):
            text += f" {_COMPARISONS[op]} {part[0]}"
        return text, COMPARE

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        template, inner, level = _CALLS.get(function, ("", OR, ATOM))
        if template and template.count("%s") == len(parts):
            return template % tuple(_bracketed(part, inner) for part in parts), level
        if function == "where":
            condition, then, otherwise = (text for text, _ in parts)
            lines = f"{then} & \\text{{if }} {condition} \\\\ {otherwise} & \\text{{otherwise}}"
            return f"\\begin{{cases}} {lines} \\end{{cases}}", UNARY
        name = _FUNCTIONS.get(function)
        if name is None:
            escaped = function.replace("_", "\\_")
            name = f"\\operatorname{{{escaped}}}"
        return f"{name}\\left({', '.join(text for text, _ in parts)}\\right)", ATOM


def _usual(name: str) -> str:
    """A name as mathematics writes it: what is behind the letters, or behind an underscore, as an index."""
    plain = unicodedata.normalize("NFKC", name)
    letters, digits = re.fullmatch(r"(.*?)_?(\d*)", plain).groups()  # pyright: ignore[reportOptionalMemberAccess]
    stem, _, index = letters.partition("_")
    index = ", ".join(part for part in (_escaped(index), digits) if part)
    if name == "inf":
        return "\\infty"
    if not stem:
        return f"\\mathtt{{{_escaped(name)}}}"
    shown = f"\\{stem}" if stem in _GREEK.split() else stem if len(stem) == 1 else f"\\mathrm{{{_escaped(stem)}}}"
    return f"{shown}_{{{index}}}" if index else shown


def _escaped(text: str) -> str:
    return text.replace("_", "\\_")


def _bracketed(part: tuple[str, int], level: int) -> str:
    """An operand, in brackets of its own height if it binds less tightly than the level."""
    text, own = part
    return text if own >= level else f"\\left({text}\\right)"


def _starts_with_digit(node: Any) -> bool:
    """Whether an operand begins with a digit, which would run into the number before it."""
    while type(node) is Binary and node.op in ("*", "**"):
        node = node.left
    return type(node) is Number


def render(derivatives: Derivatives, source: str) -> str:
    """A single derivative on a line; of several, each on its line as an equation. Shared parts come first."""
    used = derivatives.used()
    printer = LatexPrinter(derivatives.arrays, [*derivatives.variables, *(assign.name for assign in used)])
    lines = [f"{printer.name(assign.name)} = {printer.text(assign.value)}" for assign in used]
    alone = len(derivatives.results) == 1
    for by, result in derivatives.results.items():
        text = printer.text(result)
        lines.append(text if alone else f"{_operator(by, printer)} f = {text}")
    return "".join(f"{line}\n" for line in lines)


def _operator(by: tuple[str, ...], printer: LatexPrinter) -> str:
    """The sign of the derivative: the variable differentiated by first stands last."""
    order = f"^{{{len(by)}}}" if len(by) > 1 else ""
    below: list[str] = []
    for name in reversed(dict.fromkeys(by)):
        times = by.count(name)
        below.append(f"\\partial {printer.name(name)}" + (f"^{{{times}}}" if times > 1 else ""))
    return f"\\frac{{\\partial{order}}}{{{' '.join(below)}}}"
