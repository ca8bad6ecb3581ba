"""Python with SymPy: symbols and expressions, exact where the derivative is."""

from __future__ import annotations

import keyword
from typing import Any

from ..derivatives.derivative import Derivatives
from ..syntax.printer import ATOM
from ..syntax.records import Binary, Number
from .code import named
from .how import label
from .scalar import ScalarPrinter

_CALLED = {"==": "Eq", "!=": "Ne", "<": "Lt", "<=": "Le", ">": "Gt", ">=": "Ge", "and": "And", "or": "Or"}
_TRUNCATED = "sp.sign({0})*sp.floor(sp.Abs({0}))"


class SympyPrinter(ScalarPrinter):
    """Prints Python that builds SymPy's expressions."""

    language = "SymPy"
    choice_level = ATOM
    choice = "sp.Piecewise(({1}, {0}), ({2}, True))"
    literals = {}  # noqa: RUF012
    reserved = frozenset({*keyword.kwlist, "sp"})
    operators = {"not": "sp.Not({})", **{op: f"sp.{name}({{}}, {{}})" for op, name in _CALLED.items()}}  # noqa: RUF012
    constants = {"pi": "sp.pi", "e": "sp.E", "tau": "(2*sp.pi)", "inf": "sp.oo", "nan": "sp.nan"}  # noqa: RUF012
    functions = {  # noqa: RUF012
        **named(
            "sp.",
            "acos acosh acot acoth acsc acsch asec asech asin asinh atan atan2 atanh besseli besselj besselk bessely "
            "beta binomial cos cosh cot coth csc csch digamma erf erfc erfcinv erfi erfinv exp floor gamma log "
            "polygamma sec sech sign sin sinh sqrt tan tanh zeta",
        ),
        **{f"bessel_{kind}{n}": f"sp.bessel{kind}({n}, {{0}})" for kind in "jy" for n in "01"},
        **{f"modified_bessel_{kind}{n}": f"sp.bessel{kind}({n}, {{0}})" for kind in "ik" for n in "01"},
        **{f"i{n}": f"sp.besseli({n}, {{0}})" for n in "01"},
        "abs": "sp.Abs",
        "airy_ai": "sp.airyai",
        "airy_ai_prime": "sp.airyaiprime",
        "cbrt": "sp.sign({0})*sp.Abs({0})**sp.Rational(1, 3)",
        "ceil": "sp.ceiling",
        "chi": "sp.Chi",
        "ci": "sp.Ci",
        "exp2": "2**{0}",
        "expi": "sp.Ei",
        "expm1": "sp.exp({0}) - 1",
        "fmod": f"{{0}} - {{1}}*{_TRUNCATED.replace('{0}', '({0}/{1})')}",
        "fresnel_c": "sp.fresnelc",
        "fresnel_s": "sp.fresnels",
        "hypot": "sp.sqrt({0}**2 + {1}**2)",
        "lambertw": "sp.LambertW",
        "ldexp": "{0}*2**{1}",
        "lgamma": "sp.loggamma",
        "log10": "sp.log({0}, 10)",
        "log1p": "sp.log(1 + {0})",
        "log2": "sp.log({0}, 2)",
        "maximum": "sp.Max",
        "minimum": "sp.Min",
        "si": "sp.Si",
        "trunc": _TRUNCATED,
        "%": "sp.Mod({0}, {1})",
        "//": "sp.floor({0}/{1})",
    }

    def converted(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if type(node) is Binary and node.op == "/" and type(node.left) is Number and type(node.right) is Number:
            # Of two numbers Python would make one of 53 bits.
            return f"sp.Rational({parts[0][0]}, {parts[1][0]})", ATOM
        return super().converted(node, parts)

    def power(self, node: Binary, base: tuple[str, int], exponent: tuple[str, int]) -> tuple[str, int]:
        return self.binary("**", base, exponent)

    def code(self, derivatives: Derivatives) -> str:
        """The symbols, and an expression for each derivative by its name; before them the value, if it is asked for."""
        lines = [f'{self.name(name)} = sp.Symbol("{name}", real=True)' for name in derivatives.variables]
        lines += [f"{self.name(assign.name)} = {self.text(assign.value)}" for assign in derivatives.used()]
        taken = {*self.names.values()}
        for by, result in derivatives.results.items():
            name = self.free(label(tuple(map(self.spelled, by))), taken)
            taken.add(name)
            lines.append(f"{name} = {self.text(result)}")
        return "import sympy as sp\n\n" + "\n".join(lines) + "\n"


render = SympyPrinter.render
