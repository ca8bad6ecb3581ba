"""Tables in LaTeX, to be put into a document; `cases` is from the package amsmath."""

from __future__ import annotations

from typing import Any

from ...parser.analysis.passes import Passes, Step
from ...parser.analysis.result import Report
from ...parser.display.pass_tables import Cells, tables
from ...parser.syntax.records import Binary, Call, Compare, List, Name, Number, Unary
from ...parser.syntax.walk import walk
from ...parser.unparse.latex import LatexPrinter
from ..shell.printing import Style

_PRINTED = (Binary, Call, Compare, List, Name, Number, Unary)
_SPECIAL = str.maketrans(
    {
        **{c: f"\\{c}" for c in "&%$#_{}"},
        "\\": "\\textbackslash{}",
        "^": "\\textasciicircum{}",
        "~": "\\textasciitilde{}",
    }
)


class _LatexCells(Cells):
    def __init__(self, digits: int | None = None) -> None:
        super().__init__(digits)
        self.latex = LatexPrinter()

    def name(self, name: str) -> str:
        stem, dot, output = name.partition(".")
        if dot or "[" in name:
            return self.word(name)
        return f"${self.latex.name(stem)}{output}$"

    def word(self, text: str) -> str:
        return f"\\texttt{{{text.translate(_SPECIAL)}}}" if text else ""

    def rule(self, syntax: Any) -> str:
        return f"${self.latex.text(syntax)}$" if _is_printed(syntax) else self.word(super().rule(syntax))

    def source(self, step: Step) -> str:
        return f"${self.latex.text(step.expr)}$" if _is_printed(step.expr) else self.word(step.written)

    def assigned(self, name: str) -> str:
        return f"${self.latex.name(name)} =$"

    def formula(self, text: str) -> str:
        return f"${text}$"

    def number(self, value: Any) -> str:
        text = super().number(value)
        if text in ("inf", "-inf"):
            return text.replace("inf", "\\infty")
        if text in ("nan", "True", "False"):
            return f"\\mathrm{{{text}}}"
        mantissa, exponent, power = text.partition("e")
        return f"{mantissa} \\cdot 10^{{{int(power)}}}" if exponent else text


def render(report: Report, passes: Passes, style: Style) -> str:
    """A `tabular` for each table, below its title."""
    return "\n".join(_tabular(table) for table in tables(report.inputs, passes, _LatexCells(style.precision)))


def _tabular(table: Any) -> str:
    rows = [" & ".join(row) for row in (tuple(_heading(h) for h in table.headers), *table.rows)]
    rows[0] += " \\\\ \\hline"
    body = rows[0] + "\n" + "".join(f"{row} \\\\\n" for row in rows[1:])
    note = f"\n\n{table.note}" if table.note else ""
    columns = "l" * len(table.headers)
    return f"\\paragraph{{{table.title}}}\n\n\\begin{{tabular}}{{{columns}}}\n{body}\\end{{tabular}}{note}\n"


def _heading(text: str) -> str:
    return "$=$" if text == "=" else text.translate(_SPECIAL)


def _is_printed(expr: Any) -> bool:
    """Whether LaTeX has a form for everything in an expression."""
    return all(
        isinstance(part, _PRINTED) and getattr(part, "op", "") != "@" and not getattr(part, "kwargs", ())
        for part in walk(expr)
    )
