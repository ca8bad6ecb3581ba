"""The syntax tree of a script to instructions.

An expression may be deeper than Python's stack: what is left to do of it stands in a list of tasks, each a record to
compile, an instruction to add when its parts are done, or a label to set. Blocks and functions, which `blocks` and
`_DEEPEST` keep from being nested deeply, are compiled by recursion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...syntax.actions import syntax_error
from ...syntax.errors import ExpressionError
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
    Text,
    Unary,
)
from ..reading.tree import (
    Assert,
    Assign,
    Augment,
    Break,
    Call,
    Comprehension,
    Continue,
    Def,
    Field,
    For,
    Format,
    If,
    Import,
    Lambda,
    Parameter,
    Pass,
    Return,
    Script,
    Show,
    Tuple,
    While,
    With,
)
from ..running import operations as ops
from ..running.instructions import Code, Instruction, Label

_DEEPEST = 50  # functions inside each other
_SOURCE = ".source"  # the parameter of a comprehension's function: no name that a script can use


def compile_script(script: Script) -> Code:
    """The instructions of a script. Its last statement is shown, if it is an expression (`Show`)."""
    builder = _Builder(Code("<script>", script), None, 0)
    last = script.body[-1] if script.body else None
    try:
        builder.block(script.body[:-1] if type(last) is Show else script.body)
        if type(last) is Show:
            builder.expression(last.value)
            builder.add(ops.drop if last.silent else ops.show, None, last)
        return builder.finish()
    except ExpressionError as error:
        error.source, error.name, error.first_line = script.source, script.name, script.first_line
        raise


class _Loop:
    """The loop that `break` and `continue` are about, and how many `with` blocks are open around it."""

    def __init__(self, again: Label, end: Label, managers: int, iterates: bool) -> None:
        self.again = again
        self.end = end
        self.managers = managers
        self.iterates = iterates


class _Builder:
    """Collects the instructions of one script or function."""

    def __init__(self, code: Code, outer: _Builder | None, depth: int) -> None:
        self.code = code
        self.outer = outer
        self.depth = depth
        self.loops: list[_Loop] = []
        self.managers = 0

    def add(self, operation: Callable[..., None], argument: Any, place: Any) -> None:
        self.code.instructions.append(Instruction(operation, argument, place))

    def mark(self, label: Label) -> None:
        label.position = len(self.code.instructions)

    def finish(self) -> Code:
        end = self.code.instructions[-1].place if self.code.instructions else Pass(0, 0)
        self.add(ops.constant, None, end)
        self.add(ops.give_back, None, end)
        return self.code

    # Statements

    def block(self, statements: Iterable[Any]) -> None:
        for statement in statements:
            _STATEMENTS[type(statement)](self, statement)

    def show(self, statement: Show) -> None:
        self.expression(statement.value)
        self.add(ops.drop, None, statement)

    def assign(self, statement: Assign) -> None:
        self.expression(statement.value)
        for target in statement.targets[:-1]:
            self.add(ops.duplicate, 1, target)
            self.store(target)
        self.store(statement.targets[-1])

    def store(self, target: Any) -> None:
        """Instructions that give the value on the stack to a target."""
        pending = [target]
        while pending:
            target = pending.pop()
            if type(target) is Name:
                self.add(ops.store, target.name, target)
            elif type(target) is Attribute:
                self.expression(target.object)
                self.add(ops.set_attribute, target.name, target)
            elif type(target) is Subscript:
                self.expression(target.object)
                self.key(target)
                self.add(ops.set_item, None, target)
            else:
                self.add(ops.unpack, len(target.items), target)
                pending.extend(reversed(target.items))

    def augment(self, statement: Augment) -> None:
        target = statement.target
        operation = (ops.in_place, statement.op, statement)
        if isinstance(target, Name):
            self.expression(target)
            self.expression(statement.value)
            self.add(*operation)
            self.add(ops.store, target.name, target)
        elif isinstance(target, Attribute):
            self.expression(target.object)
            self.add(ops.duplicate, 1, target)
            self.add(ops.attribute, target.name, target)
            self.expression(statement.value)
            self.add(*operation)
            self.add(ops.sink, 1, target)
            self.add(ops.set_attribute, target.name, target)
        else:
            self.expression(target.object)
            self.key(target)
            self.add(ops.duplicate, 2, target)
            self.add(ops.item, None, target)
            self.expression(statement.value)
            self.add(*operation)
            self.add(ops.sink, 2, target)
            self.add(ops.set_item, None, target)

    def return_(self, statement: Return) -> None:
        if self.outer is None:
            raise syntax_error("`return` outside of a function", statement)
        if statement.value is None:
            self.add(ops.constant, None, statement)
        else:
            self.expression(statement.value)
        self.add(ops.give_back, None, statement)

    def assert_(self, statement: Assert) -> None:
        holds = Label()
        self.expression(statement.condition)
        self.add(ops.jump_if_true, holds, statement)
        self.expression(statement.message or Number(None, statement.start, statement.end))
        self.add(ops.fail, None, statement.condition)
        self.mark(holds)

    def pass_(self, statement: Pass) -> None:
        """Nothing to do."""

    def break_(self, statement: Break) -> None:
        loop = self.innermost(statement, "break")
        if loop.iterates:
            self.add(ops.drop, None, statement)
        self.add(ops.jump, loop.end, statement)

    def continue_(self, statement: Continue) -> None:
        self.add(ops.jump, self.innermost(statement, "continue").again, statement)

    def innermost(self, statement: Any, word: str) -> _Loop:
        """The loop around a `break` or `continue`, after the `with` blocks in it have been left."""
        if not self.loops:
            raise syntax_error(f"`{word}` outside of a loop", statement)
        loop = self.loops[-1]
        for _ in range(self.managers - loop.managers):
            self.add(ops.leave, None, statement)
        return loop

    def import_(self, statement: Import) -> None:
        self.add(ops.import_module, (statement.module, statement.member), statement)
        if statement.member is None and statement.alias is None:
            self.add(ops.drop, None, statement)
            self.add(ops.import_module, (statement.name, None), statement)
        self.add(ops.store, statement.name, statement)

    def if_(self, statement: If) -> None:
        end = Label()
        for branch in statement.branches:
            otherwise = Label()
            if branch.condition is not None:
                self.expression(branch.condition)
                self.add(ops.jump_if_false, otherwise, branch.condition)
            self.block(branch.body)
            self.add(ops.jump, end, branch)
            self.mark(otherwise)
        self.mark(end)

    def while_(self, statement: While) -> None:
        again, end = Label(), Label()
        self.mark(again)
        self.expression(statement.condition)
        self.add(ops.jump_if_false, end, statement.condition)
        self.loop(_Loop(again, end, self.managers, iterates=False), statement)

    def for_(self, statement: For) -> None:
        again, end = Label(), Label()
        self.expression(statement.source)
        self.add(ops.iterate, None, statement.source)
        self.mark(again)
        self.add(ops.advance, end, statement.source)
        self.store(statement.target)
        self.loop(_Loop(again, end, self.managers, iterates=True), statement)

    def loop(self, loop: _Loop, statement: For | While) -> None:
        self.loops.append(loop)
        self.block(statement.body)
        self.loops.pop()
        self.add(ops.jump, loop.again, statement)
        self.mark(loop.end)

    def with_(self, statement: With) -> None:
        for manager in statement.managers:
            self.expression(manager.value)
            self.add(ops.enter, None, manager)
            self.managers += 1
            if manager.name is None:
                self.add(ops.drop, None, manager)
            else:
                self.add(ops.store, manager.name, manager)
        self.block(statement.body)
        for manager in reversed(statement.managers):
            self.add(ops.leave, None, manager)
            self.managers -= 1

    def def_(self, statement: Def) -> None:
        inner = self.function(statement.name, statement.parameters, statement)
        inner.code.names = frozenset([*inner.code.parameters, *_assigned(statement.body)])
        inner.block(statement.body)
        self.expression_of_function(inner, statement.parameters, statement)
        self.add(ops.store, statement.name, statement)

    # Functions

    def function(self, name: str, parameters: Iterable[Parameter], place: Any) -> _Builder:
        if self.depth == _DEEPEST:
            raise syntax_error(f"more than {_DEEPEST} functions inside each other", place)
        parameters = tuple(parameters)
        defaults = sum(parameter.default is not None for parameter in parameters)
        code = Code(name, self.code.script, tuple(parameter.name for parameter in parameters), defaults)
        return _Builder(code, self, self.depth + 1)

    def expression_of_function(self, inner: _Builder, parameters: Iterable[Parameter], place: Any) -> None:
        """Instructions that leave the function on the stack, made from its code and its default values."""
        for parameter in parameters:
            if parameter.default is not None:
                self.expression(parameter.default)
        self.add(ops.function, inner.finish(), place)

    def lambda_(self, record: Lambda) -> None:
        inner = self.function("<lambda>", record.parameters, record)
        inner.code.names = frozenset(inner.code.parameters)
        inner.expression(record.body)
        inner.add(ops.give_back, None, record)
        self.expression_of_function(inner, record.parameters, record)

    def comprehension(self, record: Comprehension) -> None:
        """A function of the first source, as in Python, so that its names are its own."""
        first, *others = record.clauses
        inner = self.function("<comprehension>", [Parameter(_SOURCE, None, first.start, first.end)], record)
        targets = [name for clause in record.clauses for name in _names(clause.target)]
        inner.code.names = frozenset([_SOURCE, *targets])
        inner.add(ops.make_list, 0, record)
        inner.add(ops.load, _SOURCE, first)
        ends: list[tuple[Label, Label]] = []
        for clause in (first, *others):
            if clause is not first:
                inner.expression(clause.source)
            again, end = Label(), Label()
            inner.add(ops.iterate, None, clause.source)
            inner.mark(again)
            inner.add(ops.advance, end, clause.source)
            inner.store(clause.target)
            for condition in clause.conditions:
                inner.expression(condition)
                inner.add(ops.jump_if_false, again, condition)
            ends.append((again, end))
        inner.expression(record.element)
        inner.add(ops.collect, len(ends), record.element)
        for again, end in reversed(ends):
            inner.add(ops.jump, again, record)
            inner.mark(end)
        inner.add(ops.give_back, None, record)
        self.expression_of_function(inner, (), record)
        self.expression(first.source)
        self.add(ops.call, (1, ()), record)

    # Expressions

    def expression(self, root: Any) -> None:
        """Instructions that leave the value of an expression on the stack."""
        tasks: list[Any] = [root]
        while tasks:
            task = tasks.pop()
            if type(task) is Label:
                self.mark(task)
            elif type(task) is Instruction:
                self.code.instructions.append(task)
            elif type(task) is Lambda:
                self.lambda_(task)
            elif type(task) is Comprehension:
                self.comprehension(task)
            else:
                tasks.extend(reversed(_STEPS[type(task)](task)))

    def key(self, record: Subscript) -> None:
        """Instructions that leave the key of a subscript on the stack."""
        for step in _key(record):
            if type(step) is Instruction:
                self.code.instructions.append(step)
            else:
                self.expression(step)


def _assigned(statements: Iterable[Any]) -> set[str]:
    """The names that a block gives values to, without those of the functions in it."""
    names: set[str] = set()
    for statement in statements:
        kind = type(statement)
        if kind is Assign:
            names.update(name for target in statement.targets for name in _names(target))
        elif kind is Augment:
            names.update(_names(statement.target))
        elif kind is Def or kind is Import:
            names.add(statement.name)
        elif kind is For:
            names.update(_names(statement.target))
        elif kind is With:
            names.update(manager.name for manager in statement.managers if manager.name is not None)
        if kind is If:
            for branch in statement.branches:
                names |= _assigned(branch.body)
        elif kind in (For, While, With):
            names |= _assigned(statement.body)
    return names


def _names(target: Any) -> list[str]:
    """The names among the targets of an assignment."""
    names: list[str] = []
    pending = [target]
    while pending:
        record = pending.pop()
        if type(record) is Name:
            names.append(record.name)
        elif type(record) in (Tuple, List):
            pending.extend(record.items)
    return names


# What each kind of expression takes, in order: records to compile, instructions, labels.


def _literal(record: Number | Text) -> list[Any]:
    return [Instruction(ops.constant, record.value, record)]


def _name(record: Name) -> list[Any]:
    return [Instruction(ops.load, record.name, record)]


def _dots(record: Dots) -> list[Any]:
    return [Instruction(ops.constant, ..., record)]


def _list(record: List) -> list[Any]:
    return [*record.items, Instruction(ops.make_list, len(record.items), record)]


def _tuple(record: Tuple) -> list[Any]:
    return [*record.items, Instruction(ops.make_tuple, len(record.items), record)]


def _slice(record: Slice) -> list[Any]:
    none = Instruction(ops.constant, None, record)
    parts = [none if part is None else part for part in (record.lower, record.upper, record.step)]
    return [*parts, Instruction(ops.make_slice, None, record)]


def _unary(record: Unary) -> list[Any]:
    return [record.operand, Instruction(ops.unary, record.op, record)]


def _binary(record: Binary) -> list[Any]:
    if record.op in ("and", "or"):
        end = Label()
        jump = ops.jump_keeping_false if record.op == "and" else ops.jump_keeping_true
        return [record.left, Instruction(jump, end, record.left), record.right, end]
    return [record.left, record.right, Instruction(ops.binary, record.op, record)]


def _compare(record: Compare) -> list[Any]:
    first, *others = record.operands
    end = Label()
    steps: list[Any] = [first]
    for op, operand in zip(record.ops[:-1], others[:-1], strict=True):
        steps += [operand, Instruction(ops.compare_and_go_on, (op, end), record)]
    steps += [others[-1], Instruction(ops.binary, record.ops[-1], record), end]
    return steps


def _conditional(record: Conditional) -> list[Any]:
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


def _attribute(record: Attribute) -> list[Any]:
    return [record.object, Instruction(ops.attribute, record.name, record)]


def _key(record: Subscript) -> list[Any]:
    parts: tuple[Any, ...] = record.index
    return [*parts, Instruction(ops.make_tuple, len(parts), record)] if len(parts) > 1 else [*parts]


def _subscript(record: Subscript) -> list[Any]:
    return [record.object, *_key(record), Instruction(ops.item, None, record)]


def _call(record: Call) -> list[Any]:
    names = tuple(name for name, _ in record.kwargs)
    values = [value for _, value in record.kwargs]
    return [record.function, *record.args, *values, Instruction(ops.call, (len(record.args), names), record)]


def _format(record: Format) -> list[Any]:
    steps: list[Any] = []
    for part in record.parts:
        steps.append(Instruction(ops.constant, part, record) if isinstance(part, str) else part)
    return [*steps, Instruction(ops.join, len(record.parts), record)]


def _field(record: Field) -> list[Any]:
    spec = Format(record.spec, record.start, record.end)
    return [record.value, spec, Instruction(ops.format_value, (record.label, record.conversion), record)]


_STATEMENTS: dict[type, Callable[[_Builder, Any], None]] = {
    Show: _Builder.show,
    Assign: _Builder.assign,
    Augment: _Builder.augment,
    Return: _Builder.return_,
    Assert: _Builder.assert_,
    Pass: _Builder.pass_,
    Break: _Builder.break_,
    Continue: _Builder.continue_,
    Import: _Builder.import_,
    If: _Builder.if_,
    While: _Builder.while_,
    For: _Builder.for_,
    With: _Builder.with_,
    Def: _Builder.def_,
}
_STEPS: dict[type, Callable[[Any], list[Any]]] = {
    Number: _literal,
    Text: _literal,
    Name: _name,
    Dots: _dots,
    List: _list,
    Tuple: _tuple,
    Slice: _slice,
    Unary: _unary,
    Binary: _binary,
    Compare: _compare,
    Conditional: _conditional,
    Attribute: _attribute,
    Subscript: _subscript,
    Call: _call,
    Format: _format,
    Field: _field,
}
