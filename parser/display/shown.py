"""What an expression shows in a notebook: objects that Jupyter draws, and that print as text."""

from __future__ import annotations

from html import escape

from ..analysis.forward_pass import record
from ..analysis.graph import graph_of
from ..analysis.problem import Problem
from ..syntax.errors import UsageError
from .graph_drawing import digraph, drawn
from .pass_tables import Cells, Table, tables


class GraphShown:
    """The graph that a gradient goes through, with values and gradients: `dot` is it in Graphviz's language."""

    def __init__(self, problem: Problem) -> None:
        self.dot = digraph(graph_of(problem)[1])

    def svg(self) -> str:
        """The drawing as SVG. AutodiffError: pygraphviz is not installed."""
        text = drawn(self.dot, "svg").decode()
        return text[text.index("<svg") :]

    def __str__(self) -> str:
        return self.dot

    def _repr_html_(self) -> str:
        try:
            return self.svg()
        except UsageError:
            return f"<pre>{escape(self.dot)}</pre>"


class PassesShown:
    """The forward and the backward pass as `tables`, each with a title, headers, and rows of texts."""

    def __init__(self, problem: Problem) -> None:
        report, passes = record(problem)
        self.tables: list[Table] = tables(report.inputs, passes, Cells())

    def __str__(self) -> str:
        return "\n\n".join("\n".join([t.title, *map("\t".join, (t.headers, *t.rows))]) for t in self.tables) + "\n"

    def _repr_html_(self) -> str:
        return "".join(map(_table, self.tables))


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in table.headers)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in table.rows)
    note = f"<p>{escape(table.note)}</p>" if table.note else ""
    caption = f"<caption>{escape(table.title)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}"
