"""What computing an expression takes, in order: its parts, instructions, and labels to jump to.

A method for each kind of node generates them; a kind without a method is not part of the language. A part is itself a
node, whose turn comes before what follows it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from ...syntax.errors import ExpressionError
from ..reading.script import TRUSTED, Field, Script, Span
from ..running import operations as ops
from ..running.guard import bits_fit
from ..running.instructions import Instruction, Label

Steps: TypeAlias = Iterator[ast.AST | Instruction | Label]

# fmt: off
OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.UAdd: "+", ast.USub: "-", ast.Invert: "~", ast.Not: "not",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}
# fmt: on
_CONVERSIONS = {-1: "", ord("s"): "s", ord("r"): "r", ord("a"): "a"}
# What the language lacks by the kind of its node: its words, how many of its characters are underlined, and what helps.
_LEFT_OUT: dict[str, tuple[str, int | None, str]] = {
    "asyncfunctiondef": ("`async` is", 5, "what a script calls is done at once"),
    "asyncfor": ("`async` is", 5, "what a script calls is done at once"),
    "asyncwith": ("`async` is", 5, "what a script calls is done at once"),
    "await": ("`await` is", 5, "what a script calls is done at once"),
    "bytes": ("text of bytes is", None, "write text in `\"` or `'`"),
    "complex": ("complex numbers are", None, "compute with the real and the imaginary part"),
    "deleted": ("`del` of an attribute is", None, "give it the value None"),
    "match": ("`match` is", 5, "write `if` and `elif`"),
    "starred": ("`*` before a value that is not one of several is", 1, "write `[*x]` or `f(*x)`"),
    "templatestr": ("templates are", None, "write an f-string"),
    "trystar": ("`try` is", 3, "an error ends the script"),
    "typealias": ("`type` is", 4, "leave it out"),
}


class Lowering:
    """The steps of the expressions that are no functions."""

    script: Script

    def steps_of(self, node: ast.AST) -> Steps:
        """The steps of a node. ExpressionError: it is not part of the language."""
        visit = getattr(self, f"visit_{type(node).__name__.lower()}", None)
        if visit is None:
            raise self.left_out(node, type(node).__name__.lower())
        return visit(node)

    def left_out(self, node: Any, kind: str) -> ExpressionError:
        """The error about what is not part of the language."""
        what, length, help = _LEFT_OUT[kind]
        start, end = self.script.span(node)
        span = Span(start, end if length is None else start + length)
        if kind != "starred":  # which is no Python either
            help = f"{help}; {TRUSTED}"
        return self.script.error("syntax", f"{what} not part of the language", span, help)

    def visit_constant(self, node: ast.Constant) -> Steps:
        value = node.value
        if isinstance(value, (bytes, complex)):
            raise self.left_out(node, type(value).__name__)
        if isinstance(value, int) and not bits_fit(value.bit_length()):
            raise self.script.syntax_error(
                "this number has too many digits", node, "write it as a float, such as `1e300`"
            )
        yield Instruction(ops.constant, value, node)

    def visit_name(self, node: ast.Name) -> Steps:
        yield Instruction(ops.load, node.id, node)

    def visit_list(self, node: ast.List) -> Steps:
        yield from self.several(list, node)

    def visit_tuple(self, node: ast.Tuple) -> Steps:
        yield from self.several(tuple, node)

    def visit_set(self, node: ast.Set) -> Steps:
        yield from self.several(set, node)

    def several(self, kind: type, node: ast.List | ast.Tuple | ast.Set) -> Steps:
        """A list, a tuple or a set of what stands between its commas."""
        spread = _spread(node.elts)
        yield from map(_value, node.elts)
        if any(spread):
            yield Instruction(ops.make_spread, (kind, spread), node)
        elif kind is set:
            yield Instruction(ops.make_set, len(spread), node)
        else:
            yield Instruction(ops.make, (kind, len(spread)), node)

    def visit_dict(self, node: ast.Dict) -> Steps:
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                yield key
            yield value
        yield Instruction(ops.make_dict, tuple(key is not None for key in node.keys), node)

    def visit_slice(self, node: ast.Slice) -> Steps:
        for part in (node.lower, node.upper, node.step):
            yield Instruction(ops.constant, None, node) if part is None else part
        yield Instruction(ops.make, (ops.slice_of, 3), node)

    def visit_unaryop(self, node: ast.UnaryOp) -> Steps:
        yield node.operand
        yield Instruction(ops.unary, OPERATORS[type(node.op)], node)

    def visit_binop(self, node: ast.BinOp) -> Steps:
        yield node.left
        yield node.right
        yield Instruction(ops.binary, OPERATORS[type(node.op)], node)

    def visit_boolop(self, node: ast.BoolOp) -> Steps:
        end = Label()
        for value in node.values[:-1]:
            yield value
            yield Instruction(ops.jump_keeping, (end, isinstance(node.op, ast.Or)), value)
        yield node.values[-1]
        yield end

    def visit_compare(self, node: ast.Compare) -> Steps:
        end = Label()
        yield node.left
        names = [OPERATORS[type(op)] for op in node.ops]
        for op, operand in zip(names[:-1], node.comparators[:-1], strict=True):
            yield operand
            yield Instruction(ops.compare_and_go_on, (op, end), node)
        yield node.comparators[-1]
        yield Instruction(ops.binary, names[-1], node)
        yield end

    def visit_ifexp(self, node: ast.IfExp) -> Steps:
        otherwise, end = Label(), Label()
        yield node.test
        yield Instruction(ops.jump_if, (otherwise, False), node.test)
        yield node.body
        yield Instruction(ops.jump, end, node)
        yield otherwise
        yield node.orelse
        yield end

    def visit_attribute(self, node: ast.Attribute) -> Steps:
        yield node.value
        yield Instruction(ops.attribute, node.attr, node)

    def visit_subscript(self, node: ast.Subscript) -> Steps:
        yield node.value
        yield node.slice
        yield Instruction(ops.item, None, node)

    def visit_call(self, node: ast.Call) -> Steps:
        yield node.func
        yield from map(_value, node.args)
        names: list[str | None] = []
        for keyword in node.keywords:
            if keyword.arg is not None and keyword.arg in names:
                raise self.script.syntax_error(f"the keyword argument `{keyword.arg}` is given twice", keyword)
            names.append(keyword.arg)
            yield keyword.value
        spread = _spread(node.args)
        if any(spread) or None in names:
            yield Instruction(ops.call_spread, (spread, tuple(names)), node)
        else:
            yield Instruction(ops.call, (len(spread), tuple(names)), node)

    def visit_joinedstr(self, node: ast.JoinedStr) -> Steps:
        yield from node.values
        yield Instruction(ops.join, len(node.values), node)

    def visit_formattedvalue(self, node: ast.FormattedValue) -> Steps:
        # Some versions of Python read more.
        for inner in _fields(_fields([node])):
            start = self.script.span(Field(inner.value)).start
            message, help = "fields are nested too deeply here", "name the format before"
            raise self.script.error("syntax", message, Span(start, start + 1), help)
        yield node.value
        yield node.format_spec or Instruction(ops.constant, "", node)
        yield Instruction(ops.format_value, _CONVERSIONS[node.conversion], Field(node.value))


def _fields(fields: Iterable[ast.FormattedValue]) -> list[ast.FormattedValue]:
    """The fields in the formats of these fields."""
    specs = [field.format_spec for field in fields]
    parts = [part for spec in specs if isinstance(spec, ast.JoinedStr) for part in spec.values]
    return [part for part in parts if isinstance(part, ast.FormattedValue)]


def _spread(nodes: list[ast.expr]) -> tuple[bool, ...]:
    """Which of several have a star."""
    return tuple(isinstance(node, ast.Starred) for node in nodes)


def _value(node: ast.expr) -> ast.expr:
    """What there is behind a star, if there is one."""
    return node.value if isinstance(node, ast.Starred) else node
