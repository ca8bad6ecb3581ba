"""The syntax tree of a script to instructions.

An expression may be deeper than Python's stack: what is left to do of it stands in a list of steps (`lowering`). Blocks
and functions, which are never nested deeply (`blocks`, `_DEEPEST`), are compiled by recursion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...syntax.actions import syntax_error
from ...syntax.errors import ExpressionError
from ...syntax.records import Attribute, List, Name, Number, Subscript, Syntax
from ..reading import tree
from ..running import operations as ops
from ..running.instructions import Code, Instruction, Label
from .local_names import assigned_in, names_in
from .lowering import Step, key_of, lowered

_DEEPEST = 50  # functions inside each other
_SOURCE = ".source"  # the parameter of a comprehension's function: no name that a script can use


def compile_script(script: tree.Script) -> Code:
    """The instructions of a script. Its last statement is shown, if it is an expression (`Show`)."""
    builder = _Builder(Code("<script>", script), None, 0)
    last = script.body[-1] if script.body else None
    try:
        builder.block(script.body[:-1] if type(last) is tree.Show else script.body)
        if type(last) is tree.Show:
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

    def add(self, operation: Callable[..., None], argument: Any, place: Syntax) -> None:
        self.code.instructions.append(Instruction(operation, argument, place))

    def mark(self, label: Label) -> None:
        label.position = len(self.code.instructions)

    def finish(self) -> Code:
        end = self.code.instructions[-1].place if self.code.instructions else tree.Pass(0, 0)
        self.add(ops.constant, None, end)
        self.add(ops.give_back, None, end)
        return self.code

    # Statements

    def block(self, statements: Iterable[tree.Statement]) -> None:
        for statement in statements:
            _STATEMENTS[type(statement)](self, statement)

    def show(self, statement: tree.Show) -> None:
        self.expression(statement.value)
        self.add(ops.drop, None, statement)

    def assign(self, statement: tree.Assign) -> None:
        self.expression(statement.value)
        for target in statement.targets[:-1]:
            self.add(ops.duplicate, 1, target)
            self.store(target)
        self.store(statement.targets[-1])

    def store(self, target: Syntax) -> None:
        """Instructions that give the value on the stack to a target."""
        pending = [target]
        while pending:
            target = pending.pop()
            if isinstance(target, Name):
                self.add(ops.store, target.name, target)
            elif isinstance(target, Attribute):
                self.expression(target.object)
                self.add(ops.set_attribute, target.name, target)
            elif isinstance(target, Subscript):
                self.expression(target.object)
                self.steps(key_of(target))
                self.add(ops.set_item, None, target)
            else:
                assert isinstance(target, (List, tree.Tuple))
                self.add(ops.unpack, len(target.items), target)
                pending.extend(reversed(target.items))

    def augment(self, statement: tree.Augment) -> None:
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
            self.steps(key_of(target))
            self.add(ops.duplicate, 2, target)
            self.add(ops.item, None, target)
            self.expression(statement.value)
            self.add(*operation)
            self.add(ops.sink, 2, target)
            self.add(ops.set_item, None, target)

    def return_(self, statement: tree.Return) -> None:
        if self.outer is None:
            raise syntax_error("`return` outside of a function", statement)
        if statement.value is None:
            self.add(ops.constant, None, statement)
        else:
            self.expression(statement.value)
        self.add(ops.give_back, None, statement)

    def assert_(self, statement: tree.Assert) -> None:
        holds = Label()
        self.expression(statement.condition)
        self.add(ops.jump_if_true, holds, statement)
        self.expression(statement.message or Number(None, statement.start, statement.end))
        self.add(ops.fail, None, statement.condition)
        self.mark(holds)

    def pass_(self, statement: tree.Pass) -> None:
        """Nothing to do."""

    def break_(self, statement: tree.Break) -> None:
        loop = self.innermost(statement, "break")
        if loop.iterates:
            self.add(ops.drop, None, statement)
        self.add(ops.jump, loop.end, statement)

    def continue_(self, statement: tree.Continue) -> None:
        self.add(ops.jump, self.innermost(statement, "continue").again, statement)

    def innermost(self, statement: Syntax, word: str) -> _Loop:
        """The loop around a `break` or `continue`, after the `with` blocks in it have been left."""
        if not self.loops:
            raise syntax_error(f"`{word}` outside of a loop", statement)
        loop = self.loops[-1]
        for _ in range(self.managers - loop.managers):
            self.add(ops.leave, None, statement)
        return loop

    def import_(self, statement: tree.Import) -> None:
        self.add(ops.import_module, (statement.module, statement.member), statement)
        if statement.member is None and statement.alias is None:
            self.add(ops.drop, None, statement)
            self.add(ops.import_module, (statement.name, None), statement)
        self.add(ops.store, statement.name, statement)

    def if_(self, statement: tree.If) -> None:
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

    def while_(self, statement: tree.While) -> None:
        again, end = Label(), Label()
        self.mark(again)
        self.expression(statement.condition)
        self.add(ops.jump_if_false, end, statement.condition)
        self.loop(_Loop(again, end, self.managers, iterates=False), statement)

    def for_(self, statement: tree.For) -> None:
        again, end = Label(), Label()
        self.expression(statement.source)
        self.add(ops.iterate, None, statement.source)
        self.mark(again)
        self.add(ops.advance, end, statement.source)
        self.store(statement.target)
        self.loop(_Loop(again, end, self.managers, iterates=True), statement)

    def loop(self, loop: _Loop, statement: tree.For | tree.While) -> None:
        self.loops.append(loop)
        self.block(statement.body)
        self.loops.pop()
        self.add(ops.jump, loop.again, statement)
        self.mark(loop.end)

    def with_(self, statement: tree.With) -> None:
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

    def def_(self, statement: tree.Def) -> None:
        inner = self.function(statement.name, statement.parameters, statement)
        inner.code.names = frozenset([*inner.code.parameters, *assigned_in(statement.body)])
        inner.block(statement.body)
        self.expression_of_function(inner, statement.parameters, statement)
        self.add(ops.store, statement.name, statement)

    # Functions

    def function(self, name: str, parameters: Iterable[tree.Parameter], place: Syntax) -> _Builder:
        if self.depth == _DEEPEST:
            raise syntax_error(f"more than {_DEEPEST} functions inside each other", place)
        parameters = tuple(parameters)
        defaults = sum(parameter.default is not None for parameter in parameters)
        code = Code(name, self.code.script, tuple(parameter.name for parameter in parameters), defaults)
        return _Builder(code, self, self.depth + 1)

    def expression_of_function(self, inner: _Builder, parameters: Iterable[tree.Parameter], place: Syntax) -> None:
        """Instructions that leave the function on the stack, made from its code and its default values."""
        for parameter in parameters:
            if parameter.default is not None:
                self.expression(parameter.default)
        self.add(ops.function, inner.finish(), place)

    def lambda_(self, record: tree.Lambda) -> None:
        inner = self.function("<lambda>", record.parameters, record)
        inner.code.names = frozenset(inner.code.parameters)
        inner.expression(record.body)
        inner.add(ops.give_back, None, record)
        self.expression_of_function(inner, record.parameters, record)

    def comprehension(self, record: tree.Comprehension) -> None:
        """A function of the first source, as in Python, so that its names are its own."""
        first, *others = record.clauses
        inner = self.function("<comprehension>", [tree.Parameter(_SOURCE, None, first.start, first.end)], record)
        targets = [name for clause in record.clauses for name in names_in(clause.target)]
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

    def expression(self, root: Syntax) -> None:
        """Instructions that leave the value of an expression on the stack."""
        self.steps([root])

    def steps(self, steps: list[Step]) -> None:
        """The instructions of these steps."""
        pending = steps[::-1]
        while pending:
            step = pending.pop()
            match step:
                case Instruction():
                    self.code.instructions.append(step)
                case Label():
                    self.mark(step)
                case tree.Lambda():
                    self.lambda_(step)
                case tree.Comprehension():
                    self.comprehension(step)
                case _:
                    pending.extend(reversed(lowered(step)))


_STATEMENTS: dict[type, Callable[[_Builder, Any], None]] = {
    tree.Show: _Builder.show,
    tree.Assign: _Builder.assign,
    tree.Augment: _Builder.augment,
    tree.Return: _Builder.return_,
    tree.Assert: _Builder.assert_,
    tree.Pass: _Builder.pass_,
    tree.Break: _Builder.break_,
    tree.Continue: _Builder.continue_,
    tree.Import: _Builder.import_,
    tree.If: _Builder.if_,
    tree.While: _Builder.while_,
    tree.For: _Builder.for_,
    tree.With: _Builder.with_,
    tree.Def: _Builder.def_,
}
