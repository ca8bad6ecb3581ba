"""Equations and inequalities between expressions: `x**2 + y**2 = 1`, `x + y <= 1`, several with `;` between them.

An equals sign is none of the language of expressions, where it gives a name its value; here it stands between two sides
that are the same. So texts are cut at those outside of brackets, and each side is parsed where it stands: what an error
points at is a place in the whole text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ...engine.table.registry import FUNCTIONS
from ..syntax.errors import ExpressionError
from ..syntax.layout import LONGEST, blanked, check_size
from ..syntax.lexemes import Lexeme, lexemes
from ..syntax.parse import parse
from ..syntax.records import Assign, Binary, Compare, Define, Expr, Number, Program

# Of these, a strict one is met on its boundary too, as far as numbers can tell.
_AT_LEAST = (">=", ">", "≥")


class Relation(NamedTuple):
    """What is to hold: that `difference`, a program, is zero, or for an inequality at least zero.

    `source` is the whole text, and the relation stands in it from `start` to `end`. It `is_turned` where the difference
    is the right side less the left one.
    """

    is_equation: bool
    difference: Program
    source: str
    start: int
    end: int
    is_turned: bool = False

    @property
    def text(self) -> str:
        """The relation as it was written, on one line."""
        return " ".join(self.source[self.start : self.end].split())


def read_equations(source: str, *, max_length: int = LONGEST, max_depth: int = 10_000) -> list[Relation]:
    """The equations of a text; an expression alone is to be zero. `f(x) = ...` of an unknown name defines a function.

    ExpressionError: a side is wrong or missing, or stands beside an inequality.
    """
    found: list[Relation] = []
    for relation in _read(source, max_length, max_depth, alone=True):
        if not relation.is_equation:
            raise _error(relation, "an inequality is no equation", "write `=` for where both sides are the same")
        found.append(relation)
    return found


def read_constraints(source: str, *, max_length: int = LONGEST, max_depth: int = 10_000) -> list[Relation]:
    """The equations and inequalities of a text. ExpressionError: a side is wrong or missing, or there is one alone."""
    return list(_read(source, max_length, max_depth, alone=False))


def _read(source: str, max_length: int, max_depth: int, alone: bool) -> Iterator[Relation]:
    check_size(source, max_length, max_depth)
    defined: list[Define] = []
    count = 0
    for statement in _statements(source):
        if _defines(statement, defined):
            program = _parsed(source, statement[0].start, statement[-1].end, max_length, max_depth)
            defined += [record for record in program.statements if isinstance(record, Define)]
            continue
        for relation in _relations(source, statement, (max_length, max_depth), alone):
            count += 1
            difference = relation.difference
            yield relation._replace(difference=Program(source, (*defined, *difference.statements)))
    if not count:
        # The parser has words for what is empty, or defines functions and calls none.
        parse(source, max_length=max_length, max_depth=max_depth)
        raise ExpressionError("syntax", "there is no equation", source, 0, len(source), "write one, such as `x**2 = 2`")


def _statements(source: str) -> Iterator[list[Lexeme]]:
    """The lexemes of each statement that has some."""
    statement: list[Lexeme] = []
    depth = 0
    for lexeme in lexemes(blanked(source)):
        depth += (lexeme.kind == "open") - (lexeme.kind == "close")
        if lexeme.kind == "separator" and depth <= 0:
            if statement:
                yield statement
            statement = []
        else:
            statement.append(lexeme)
    if statement:
        yield statement


def _equals(statement: Sequence[Lexeme]) -> list[Lexeme]:
    """The equals signs outside of brackets."""
    found: list[Lexeme] = []
    depth = 0
    for lexeme in statement:
        depth += (lexeme.kind == "open") - (lexeme.kind == "close")
        if lexeme.text == "=" and depth <= 0:
            found.append(lexeme)
    return found


def _defines(statement: Sequence[Lexeme], defined: Sequence[Define]) -> bool:
    """Whether a statement defines a function: `f(x, y) = ...`, of a name that none has yet."""
    if len(statement) < 5 or statement[0].kind != "word" or statement[1].text != "(":
        return False
    name = statement[0].text
    close = next((i for i, lexeme in enumerate(statement) if lexeme.text == ")"), 0)
    inside = statement[2:close]
    words = all(lexeme.kind == "word" or lexeme.text == "," for lexeme in inside)
    is_known = name in FUNCTIONS or any(record.name == name for record in defined)
    return words and not is_known and close + 1 < len(statement) and statement[close + 1].text == "="


def _relations(source: str, statement: Sequence[Lexeme], limits: tuple[int, int], alone: bool) -> Iterator[Relation]:
    """The relations of a statement, of which a chain `a = b = c` has several."""
    start, end = statement[0].start, statement[-1].end
    signs = _equals(statement)
    if not signs:
        record = _side(source, start, end, limits)
        if isinstance(record, Compare):
            yield from _compared(source, record, start, end)
            return
        if not alone:
            message = "this is an expression alone, and says nothing that could hold"
            shown = " ".join(source[start:end].split())
            raise ExpressionError(
                "syntax", message, source, start, end, f"write `{shown} <= 1` or `{shown} = 1`, with your number"
            )
        yield Relation(True, Program(source, (record,)), source, start, end)
        return
    edges = [start, *(place for sign in signs for place in (sign.start, sign.end)), end]
    sides: list[Expr] = []
    for i, (first, last) in enumerate(zip(edges[::2], edges[1::2], strict=True)):
        if not source[first:last].strip():
            sign = signs[max(0, i - 1)]
            where = "before" if i == 0 else "after"
            raise ExpressionError(
                "syntax", f"nothing stands {where} the `=`", source, sign.start, sign.end, "write both sides"
            )
        side = _side(source, first, last, limits)
        if isinstance(side, Compare):
            help = "write them as two, with `;` between them"
            raise ExpressionError(
                "syntax", "an equation and a comparison stand in one", source, side.start, side.end, help
            )
        sides.append(side)
    for (left, right), sign in zip(pairwise(sides), signs, strict=True):
        whole = (start, end) if len(signs) == 1 else (left.start, right.end)
        yield _relation(source, "=", left, right, (sign.start, sign.end), whole)


def _compared(source: str, record: Compare, start: int, end: int) -> Iterator[Relation]:
    for (left, right), op in zip(pairwise(record.operands), record.ops, strict=True):
        if op in ("!=", "≠"):
            raise ExpressionError(
                "syntax", "that two sides differ is nothing to solve for", source, start, end, "write `=`, `<=` or `>=`"
            )
        whole = (start, end) if len(record.ops) == 1 else (left.start, right.end)
        yield _relation(source, op, left, right, (left.end, right.start), whole)


def _relation(source: str, op: str, left: Expr, right: Expr, sign: tuple[int, int], whole: tuple[int, int]) -> Relation:
    """The relation `left op right`."""
    is_equation = op in ("=", "==")
    is_turned = not is_equation and op not in _AT_LEAST
    if is_turned:
        left, right = right, left
    difference = left
    if not (isinstance(right, Number) and right.value == 0):
        difference = Binary("-", left, right, *sign, min(left.start, right.start), max(left.end, right.end))
    return Relation(is_equation, Program(source, (difference,)), source, *whole, is_turned)


def _side(source: str, start: int, end: int, limits: tuple[int, int]) -> Expr:
    """The expression that stands in a part of the text."""
    record = _parsed(source, start, end, *limits).statements[0]
    assert not isinstance(record, Assign | Define)
    return record


def _parsed(source: str, start: int, end: int, max_length: int, max_depth: int) -> Program:
    """A part of the text, parsed in its place."""
    text = " " * start + blanked(source)[start:end]
    try:
        program = parse(text, max_length=max_length, max_depth=max_depth)
    except ExpressionError as error:
        error.source = source
        raise
    return Program(source, program.statements)


def _error(relation: Relation, message: str, help: str) -> ExpressionError:
    return ExpressionError("syntax", message, relation.source, relation.start, relation.end, help)
