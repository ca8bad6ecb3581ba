"""What computing an expression takes, in order: its parts, instructions, and labels to jump to.

A method for each kind of record generates them. A part is itself a record, whose turn comes before what follows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from ...syntax import records as syntax
from ...syntax.records import Syntax
from ..reading import tree
from ..running import operations as ops
from ..running.instructions import Instruction, Label

Steps: TypeAlias = Iterator[Syntax | Instruction | Label]


class Lowering:
    """The steps of the expressions that are no functions."""

    def visit_number(self, record: syntax.Number | syntax.Text) -> Steps:
        yield Instruction(ops.constant, record.value, record)

    visit_text = visit_number

    def visit_dots(self, record: syntax.Dots) -> Steps:
        yield Instruction(ops.constant, ..., record)

    def visit_name(self, record: syntax.Name) -> Steps:
        yield Instruction(ops.load, record.name, record)

    def visit_list(self, record: syntax.List) -> Steps:
        yield from record.items
        yield Instruction(ops.make, (list, len(record.items)), record)

    def visit_tuple(self, record: tree.Tuple) -> Steps:
        yield from record.items
        yield Instruction(ops.make, (tuple, len(record.items)), record)

    def visit_slice(self, record: syntax.Slice) -> Steps:
        for part in (record.lower, record.upper, record.step):
            yield Instruction(ops.constant, None, record) if part is None else part
        yield Instruction(ops.make, (ops.slice_of, 3), record)

    def visit_unary(self, record: syntax.Unary) -> Steps:
        yield record.operand
        yield Instruction(ops.unary, record.op, record)

    def visit_binary(self, record: syntax.Binary) -> Steps:
        yield record.left
        if record.op in ("and", "or"):
            end = Label()
            yield Instruction(ops.jump_keeping, (end, record.op == "or"), record.left)
            yield record.right
            yield end
        else:
            yield record.right
            yield Instruction(ops.binary, record.op, record)

    def visit_compare(self, record: syntax.Compare) -> Steps:
        end = Label()
        yield record.operands[0]
        for op, operand in zip(record.ops[:-1], record.operands[1:-1], strict=True):
            yield operand
            yield Instruction(ops.compare_and_go_on, (op, end), record)
        yield record.operands[-1]
        yield Instruction(ops.binary, record.ops[-1], record)
        yield end

    def visit_conditional(self, record: syntax.Conditional) -> Steps:
        otherwise, end = Label(), Label()
        yield record.condition
        yield Instruction(ops.jump_if, (otherwise, False), record.condition)
        yield record.then
        yield Instruction(ops.jump, end, record)
        yield otherwise
        yield record.otherwise
        yield end

    def visit_attribute(self, record: syntax.Attribute) -> Steps:
        yield record.object
        yield Instruction(ops.attribute, record.name, record)

    def visit_subscript(self, record: syntax.Subscript) -> Steps:
        yield record.object
        yield from key_of(record)
        yield Instruction(ops.item, None, record)

    def visit_call(self, record: tree.Call) -> Steps:
        yield record.function
        yield from record.args
        yield from (value for _, value in record.kwargs)
        yield Instruction(ops.call, (len(record.args), tuple(name for name, _ in record.kwargs)), record)

    def visit_format(self, record: tree.Format) -> Steps:
        for part in record.parts:
            yield Instruction(ops.constant, part, record) if isinstance(part, str) else part
        yield Instruction(ops.join, len(record.parts), record)

    def visit_field(self, record: tree.Field) -> Steps:
        yield record.value
        yield tree.Format(record.spec, record.start, record.end)
        yield Instruction(ops.format_value, (record.label, record.conversion), record)


def key_of(record: syntax.Subscript) -> Steps:
    """The steps that leave the key of a subscript on the stack."""
    yield from record.index
    if len(record.index) > 1:
        yield Instruction(ops.make, (tuple, len(record.index)), record)
