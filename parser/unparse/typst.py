"""Typst, for its mathematics."""

from __future__ import annotations

from collections.abc import Sequence

from .math_printer import MathPrinter

_KNOWN = "sin cos tan sinh cosh tanh log exp det"


class TypstPrinter(MathPrinter):
    """Prints Typst."""

    language = "Typst"
    operators = {  # noqa: RUF012
        "+": "%s + %s",
        "-": "%s - %s",
        "/": "frac(%s, %s)",
        "**": "%s^(%s)",
        "@": "%s thin %s",
        "*": "%s %s",
        "//": "floor(frac(%s, %s))",
        "%": "%s mod %s",
        "and": "%s and %s",
        "or": "%s or %s",
    }
    calls = {  # noqa: RUF012
        "sqrt": "sqrt(%s)",
        "cbrt": "root(3, %s)",
        "exp": "e^(%s)",
        "abs": "abs(%s)",
        "floor": "floor(%s)",
        "ceil": "ceil(%s)",
        "norm": "norm(%s)",
        "vector_norm": "norm(%s)",
        "inverse": "%s^(-1)",
        "outer": "%s thin %s^(sans(T))",
        **{f"bessel{kind}": f"{kind.upper()}_(%s)(%s)" for kind in "jyik"},
        "binomial": "binom(%s, %s)",
        "polygamma": "psi^((%s))(%s)",
    }
    functions = {  # noqa: RUF012
        **{name: name for name in _KNOWN.split()},
        **{f"a{name}": f"arc{name}" for name in ("sin", "cos", "tan")},
        "maximum": "max",
        "minimum": "min",
        "gamma": "Gamma",
        "digamma": "psi",
        "lgamma": "ln Gamma",
        "sigmoid": "sigma",
        "log2": "log_2",
        "log10": "log_10",
        "trace": "tr",
        "zeta": "zeta",
    }
    comparisons = {"<": " < ", "<=": " <= ", ">": " > ", ">=": " >= ", "==": " = ", "!=": " != "}  # noqa: RUF012
    brackets = "(%s)"
    application = "%s(%s)"
    comma = ", "
    of_elements = "%s dot.o %s"
    dot = "%s dot %s"
    tenfold = "%s dot 10^(%s)"
    negative = "-%s"
    negation = "not %s"
    transposed = "%s^(sans(T))"
    attribute = '%s_"NAME"'
    index = "%s_(%s)"
    conjunction = ' " and " '
    partial = "partial"
    infinity = "oo"
    slope = "frac(%s, %s) %s"
    monospaced = 'mono("%s")'
    several = '"%s"'
    operator_name = 'op("%s")'

    def rows(self, rows: Sequence[Sequence[str]]) -> str:
        return f"mat({'; '.join(', '.join(row) for row in rows)})"

    def cases(self, lines: Sequence[tuple[str, str]], otherwise: str) -> str:
        shown = "".join(f'{text} & "if" {condition}, ' for condition, text in lines)
        return f'cases({shown}{otherwise} & "otherwise")'


render = TypstPrinter.render
