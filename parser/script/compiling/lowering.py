"""What computing an expression takes, in order: its parts, instructions, and labels to jump to."""

from __future__ import annotations

from typing import TypeAlias

from ...syntax.records import (
    Attribute,
    Binary,
    Compare,
    Conditional,
    Dots,
    List,
    Name,
    Number,
    Slice,
    Subscript,
    Syntax,
    Text,
    Unary,
)
from ..reading.tree import Call, Field, Format, Tuple
from ..running import operations as ops
from ..running.instructions import Instruction, Label

Step: TypeAlias = Syntax | Instruction | Label


def lowered(record: Syntax) -> list[Step]:
    """The steps of an expression other than a function: records to lower in turn, instructions, labels to set."""
    match record:
        case Number() | Text():
            return [Instruction(ops.constant, record.value, record)]
        case Name():
            return [Instruction(ops.load, record.name, record)]
        case Dots():
            return [Instruction(ops.constant, ..., record)]
        case List():
            return [*record.items, Instruction(ops.make_list, len(record.items), record)]
        case Tuple():
            return [*record.items, Instruction(ops.make_tuple, len(record.items), record)]
        case Slice():
            none = Instruction(ops.constant, None, record)
            bounds: list[Step] = [none if part is None else part for part in (record.lower, record.upper, record.step)]
            return [*bounds, Instruction(ops.make_slice, None, record)]
        case Unary():
            return [record.operand, Instruction(ops.unary, record.op, record)]
        case Binary():
            return _binary(record)
        case Compare():
            return _compare(record)
        case Conditional():
            return _conditional(record)
        case Attribute():
            return [record.object, Instruction(ops.attribute, record.name, record)]
        case Subscript():
            return [record.object, *key_of(record), Instruction(ops.item, None, record)]
        case Call():
            names = tuple(name for name, _ in record.kwargs)
            values = [value for _, value in record.kwargs]
            return [record.function, *record.args, *values, Instruction(ops.call, (len(record.args), names), record)]
        case Format():
            parts: list[Step] = [
                Instruction(ops.constant, p, record) if isinstance(p, str) else p for p in record.parts
            ]
            return [*parts, Instruction(ops.join, len(parts), record)]
        case Field():
            spec = Format(record.spec, record.start, record.end)
            return [record.value, spec, Instruction(ops.format_value, (record.label, record.conversion), record)]
        case _:
            raise AssertionError(f"a {type(record).__name__} is no expression that lowering knows")


def key_of(record: Subscript) -> list[Step]:
    """The steps that leave the key of a subscript on the stack."""
    parts = record.index
    return [*parts, Instruction(ops.make_tuple, len(parts), record)] if len(parts) > 1 else [*parts]


def _binary(record: Binary) -> list[Step]:
    if record.op in ("and", "or"):
        end = Label()
        jump = ops.jump_keeping_false if record.op == "and" else ops.jump_keeping_true
        return [record.left, Instruction(jump, end, record.left), record.right, end]
    return [record.left, record.right, Instruction(ops.binary, record.op, record)]


def _compare(record: Compare) -> list[Step]:
    first, *others = record.operands
    end = Label()
    steps: list[Step] = [first]
    for op, operand in zip(record.ops[:-1], others[:-1], strict=True):
        steps += [operand, Instruction(ops.compare_and_go_on, (op, end), record)]
    return [*steps, others[-1], Instruction(ops.binary, record.ops[-1], record), end]


def _conditional(record: Conditional) -> list[Step]:
    otherwise, end = Label(), Label()
    return [
        record.condition,
        Instruction(ops.jump_if_false, otherwise, record.condition),
        record.then,
        Instruction(ops.jump, end, record),
        otherwise,
        record.otherwise,
        end,
    ]
