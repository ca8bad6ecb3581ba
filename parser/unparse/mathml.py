"""MathML, as browsers show it: one element `math` for each equation."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from .math_printer import GREEK, MathPrinter


def _row(text: str) -> str:
    return f"<mrow>{text}</mrow>"


def _sign(sign: str) -> str:
    return f"<mo>{sign}</mo>"


def _raised(base: str, above: str) -> str:
    return f"<msup>{_row(base)}{_row(above)}</msup>"


def _between(sign: str) -> str:
    return f"%s{_sign(sign)}%s"


def _fenced(left: str, right: str) -> str:
    return _row(f"{_sign(left)}%s{_sign(right)}")


_APPLY = _sign("&#x2061;")
_TRANSPOSED = "<mi>T</mi>"


class MathmlPrinter(MathPrinter):
    """Prints MathML."""

    language = "MathML"
    operators = {  # noqa: RUF012
        "+": _between("+"),
        "-": _between("-"),
        "/": f"<mfrac>{_row('%s')}{_row('%s')}</mfrac>",
        "**": _raised("%s", "%s"),
        "@": _between("&#x2062;"),
        "*": _between("&#x2062;"),
        "//": f"{_sign('&#x230A;')}<mfrac>{_row('%s')}{_row('%s')}</mfrac>{_sign('&#x230B;')}",
        "%": _between("mod"),
        "and": _between("&#x2227;"),
        "or": _between("&#x2228;"),
    }
    calls = {  # noqa: RUF012
        "sqrt": "<msqrt>%s</msqrt>",
        "cbrt": f"<mroot>{_row('%s')}<mn>3</mn></mroot>",
        "exp": _raised("<mi>e</mi>", "%s"),
        "abs": _fenced("|", "|"),
        "floor": _fenced("&#x230A;", "&#x230B;"),
        "ceil": _fenced("&#x2308;", "&#x2309;"),
        "norm": _fenced("&#x2016;", "&#x2016;"),
        "vector_norm": _fenced("&#x2016;", "&#x2016;"),
        "inverse": _raised("%s", f"{_sign('-')}<mn>1</mn>"),
        "outer": f"%s{_sign('&#x2062;')}{_raised('%s', _TRANSPOSED)}",
    }
    functions = {  # noqa: RUF012
        **{f"a{name}": f"<mi>arc{name}</mi>" for name in ("sin", "cos", "tan")},
        "maximum": "<mi>max</mi>",
        "minimum": "<mi>min</mi>",
        "gamma": "<mi>\u0393</mi>",
        "digamma": "<mi>\u03c8</mi>",
        "sigmoid": "<mi>\u03c3</mi>",
        "zeta": "<mi>\u03b6</mi>",
        "trace": "<mi>tr</mi>",
        "log2": "<msub><mi>log</mi><mn>2</mn></msub>",
        "log10": "<msub><mi>log</mi><mn>10</mn></msub>",
    }
    comparisons = {  # noqa: RUF012
        "<": _sign("&lt;"),
        "<=": _sign("\u2264"),
        ">": _sign("&gt;"),
        ">=": _sign("\u2265"),
        "==": _sign("="),
        "!=": _sign("\u2260"),
    }
    brackets = _fenced("(", ")")
    application = f"%s{_APPLY}{_fenced('(', ')')}"
    comma = _sign(",")
    of_elements = _between("\u2299")
    dot = _between("\u22c5")
    tenfold = f"%s{_sign(chr(0x22C5))}<msup><mn>10</mn><mn>%s</mn></msup>"
    negative = f"{_sign('-')}%s"
    negation = f"{_sign('&#xAC;')}%s"
    transposed = _raised("%s", _TRANSPOSED)
    attribute = f"<msub>{_row('%s')}<mi>NAME</mi></msub>"
    index = f"<msub>{_row('%s')}{_row('%s')}</msub>"
    conjunction = "<mtext>&#xA0;and&#xA0;</mtext>"
    partial = "<mi>\u2202</mi>"
    infinity = "<mi>\u221e</mi>"
    equals = _sign("=")
    slope = f"<mfrac>{_row('%s')}{_row('%s')}</mfrac>%s"
    line = f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">{_row("%s")}</math>\n'
    between = ""
    monospaced = '<mi mathvariant="monospace">%s</mi>'
    greek = letter = several = operator_name = "<mi>%s</mi>"

    def digits(self, text: str) -> str:
        return f"<mn>{text}</mn>"

    def escaped(self, text: str) -> str:
        return escape(GREEK.get(text, text))

    def vector(self, items: Sequence[str]) -> str:
        return _fenced("[", "]") % self.comma.join(items)

    def rows(self, rows: Sequence[Sequence[str]]) -> str:
        lines = "".join(f"<mtr>{''.join(f'<mtd>{item}</mtd>' for item in row)}</mtr>" for row in rows)
        return _fenced("(", ")") % f"<mtable>{lines}</mtable>"

    def cases(self, lines: Sequence[tuple[str, str]], otherwise: str) -> str:
        shown = "".join(
            f"<mtr><mtd>{text}</mtd><mtd><mtext>if&#xA0;</mtext>{condition}</mtd></mtr>" for condition, text in lines
        )
        last = f"<mtr><mtd>{otherwise}</mtd><mtd><mtext>otherwise</mtext></mtd></mtr>"
        return _row(f"{_sign('{')}<mtable>{shown}{last}</mtable>")


render = MathmlPrinter.render
