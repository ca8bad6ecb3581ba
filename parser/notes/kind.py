"""What a paragraph of a cell can be, from its text alone: code, output or prose."""

from __future__ import annotations

import ast
import re
import warnings
from enum import Enum

ERROR = re.compile(r"^\w*(?:Error|Exception)\b(?=:|$)", re.MULTILINE)
# Lines for IPython, which are no Python; not the images of Markdown.
_COMMAND = re.compile(r"[%!](?!\[)")
_MARKDOWN = re.compile(r"[*+-] |\d+[.)] |> |\*\*|__|!?\[[^\]\n]*\]\(|\$|<!--|.+\n(?:=+|-+)$", re.MULTILINE)
_NUMBERS = ("inf", "nan")


class Kind(Enum):
    """What a paragraph after the first can be."""

    CODE = "Python that does something"
    NAMED = "values with names: `w = 3.0`"
    VALUES = "values: numbers, text, lists, tensors"
    COMMENT = "comments of Python, or a heading of Markdown"
    TEXT = "words that are neither Python nor prose for sure"
    PROSE = "Markdown or a sentence"


def parsed(text: str) -> ast.Module | None:
    """The text as Python, or None. All of Python: what is not in our language is code still, and gets its error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def kind_of(text: str, tree: ast.Module | None, known: set[str]) -> Kind:
    """What a paragraph can be, given what it is as Python, and the names that have values."""
    if _COMMAND.match(text):
        return Kind.CODE
    if _MARKDOWN.match(text):
        return Kind.PROSE
    if tree is not None and not tree.body:
        return Kind.COMMENT
    kinds = {_kind_of_statement(statement, known) for statement in tree.body} if tree else {Kind.TEXT}
    kind = next(kind for kind in (Kind.CODE, Kind.TEXT, Kind.NAMED, Kind.VALUES) if kind in kinds)
    if kind is Kind.TEXT and (text.startswith("#") or _is_sentence(text)):
        return Kind.PROSE
    return kind


def _is_sentence(text: str) -> bool:
    text = text.rstrip()
    return text[0].isupper() and " " in text and text[-1] in ".:!?" and not ERROR.match(text)


def _kind_of_statement(statement: ast.stmt, known: set[str]) -> Kind:
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return Kind.TEXT  # `loss: 0.25`
    if isinstance(statement, ast.Expr):
        words = _words(statement.value)
        if words is None or words & known:
            return Kind.CODE
        return Kind.TEXT if words else Kind.VALUES
    return Kind.NAMED if isinstance(statement, ast.Assign) and _words(statement.value) == set() else Kind.CODE


def _words(root: ast.expr) -> set[str] | None:
    """The names in a value as it is printed: a number, text, a list, `tensor(...)`, `torch.Size([2])`, or a word.

    None: the expression is no such value.
    """
    words: set[str] = set()
    pending: list[ast.expr] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name):
            words.add(node.id)
        elif isinstance(node, (ast.List, ast.Tuple)):
            pending += node.elts
        elif isinstance(node, ast.UnaryOp):
            pending.append(node.operand)
        elif isinstance(node, ast.Call) and _is_type(node.func):
            pending += [*node.args, *(keyword.value for keyword in node.keywords)]
        elif not (isinstance(node, ast.Constant) or _is_member(node)):
            return None
    return words.difference(_NUMBERS)


def _is_type(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return _is_member(node) and node.attr == "Size"
    return isinstance(node, ast.Name) and node.id == "tensor"


def _is_member(node: ast.expr) -> bool:
    """Whether the node is a name of torch's, such as `torch.float64`."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "torch"
