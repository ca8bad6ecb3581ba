"""The syntax tree of a script to instructions.

What is left to do stands in a list of generators (`lowering`), as an expression may be deeper than Python's stack; only
functions inside each other, of which there are never many (`_DEEPEST`), are compiled by recursion.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ...syntax.actions import syntax_error
from ...syntax.errors import ExpressionError
from ...syntax.records import Attribute, List, Name, Number, Subscript, Syntax
from ..reading import tree
from ..running import operations as ops
from ..running.instructions import Code, Instruction, Label
from .lowering import Lowering, Steps, key_of

_DEEPEST = 50  # functions inside each other
_SOURCE = ".source"  # the parameter of a comprehension's function: no name that a script can use


def compile_script(script: tree.Script) -> Code:
    """The instructions of a script. Its last statement is shown, if it is an expression (`Show`)."""
    compiler = _Compiler(Code("<script>", script), 0)
    last = script.body[-1] if script.body else None
    try:
        if type(last) is tree.Show:
            shown = Instruction(ops.drop if last.silent else ops.show, None, last)
            return compiler.compiled((*script.body[:-1], last.value, shown))
        return compiler.compiled(script.body)
    except ExpressionError as error:
        error.source, error.name, error.first_line = script.source, script.name, script.first_line
        raise


class _Loop(NamedTuple):
    """The loop that `break` and `continue` are about, and how many `with` blocks are open around it."""

    again: Label
    end: Label
    managers: int
    iterates: bool


class _Compiler(Lowering):
    """Collects the instructions of one script or function."""

    def __init__(self, code: Code, depth: int) -> None:
        self.code = code
        self.depth = depth
        self.loops: list[_Loop] = []
        self.managers = 0

    def compiled(self, steps: Iterable[Syntax | Instruction | Label]) -> Code:
        """The code, with the instructions of these steps."""
        instructions = self.code.instructions
        pending = [iter(steps)]
        while pending:
            step: Any = next(pending[-1], None)
            if step is None:
                pending.pop()
            elif type(step) is Instruction:
                instructions.append(step)
            elif type(step) is Label:
                step.position = len(instructions)
            else:
                pending.append(getattr(self, f"visit_{type(step).__name__.lower()}")(step))
        end = instructions[-1].place if instructions else tree.Word("pass", 0, 0)
        instructions += [Instruction(ops.constant, None, end), Instruction(ops.give_back, None, end)]
        if self.depth:
            stored = (i.argument for i in instructions if i.operation is ops.store)
            self.code.names = frozenset([*self.code.parameters, *stored])
        return self.code

    # Statements

    def visit_show(self, statement: tree.Show) -> Steps:
        yield statement.value
        yield Instruction(ops.drop, None, statement)

    def visit_assign(self, statement: tree.Assign) -> Steps:
        yield statement.value
        for target in statement.targets[:-1]:
            yield Instruction(ops.duplicate, 1, target)
            yield from _stored(target)
        yield from _stored(statement.targets[-1])

    def visit_augment(self, statement: tree.Augment) -> Steps:
        """The parts of the target are found once: they stay on the stack below its value."""
        target = statement.target
        parts: list[Any] = []
        if isinstance(target, Name):
            kept, read, write = 0, ops.load, ops.store
        elif isinstance(target, Attribute):
            kept, read, write = 1, ops.attribute, ops.set_attribute
            parts = [target.object]
        else:
            kept, read, write = 2, ops.item, ops.set_item
            parts = [target.object, *key_of(target)]
        name = None if isinstance(target, Subscript) else target.name
        yield from parts
        if kept:
            yield Instruction(ops.duplicate, kept, target)
        yield Instruction(read, name, target)
        yield statement.value
        yield Instruction(ops.in_place, statement.op, statement)
        if kept:
            yield Instruction(ops.sink, kept, target)
        yield Instruction(write, name, target)

    def visit_return(self, statement: tree.Return) -> Steps:
        if not self.depth:
            raise syntax_error("`return` outside of a function", statement)
        yield statement.value or Instruction(ops.constant, None, statement)
        yield Instruction(ops.give_back, None, statement)

    def visit_assert(self, statement: tree.Assert) -> Steps:
        holds = Label()
        yield statement.condition
        yield Instruction(ops.jump_if, (holds, True), statement)
        yield statement.message or Number(None, statement.start, statement.end)
        yield Instruction(ops.fail, None, statement.condition)
        yield holds

    def visit_word(self, statement: tree.Word) -> Steps:
        """`break` and `continue` leave the `with` blocks in the loop first."""
        if statement.word == "pass":
            return
        if not self.loops:
            raise syntax_error(f"`{statement.word}` outside of a loop", statement)
        loop = self.loops[-1]
        for _ in range(self.managers - loop.managers):
            yield Instruction(ops.leave, None, statement)
        if statement.word == "break" and loop.iterates:
            yield Instruction(ops.drop, None, statement)
        yield Instruction(ops.jump, loop.end if statement.word == "break" else loop.again, statement)

    def visit_import(self, statement: tree.Import) -> Steps:
        yield Instruction(ops.import_module, (statement.module, statement.member), statement)
        if statement.member is None and statement.alias is None:
            yield Instruction(ops.drop, None, statement)
            yield Instruction(ops.import_module, (statement.name, None), statement)
        yield Instruction(ops.store, statement.name, statement)

    def visit_if(self, statement: tree.If) -> Steps:
        end = Label()
        for branch in statement.branches:
            otherwise = Label()
            if branch.condition is not None:
                yield branch.condition
                yield Instruction(ops.jump_if, (otherwise, False), branch.condition)
            yield from branch.body
            yield Instruction(ops.jump, end, branch)
            yield otherwise
        yield end

    def visit_while(self, statement: tree.While) -> Steps:
        loop = _Loop(Label(), Label(), self.managers, iterates=False)
        yield loop.again
        yield statement.condition
        yield Instruction(ops.jump_if, (loop.end, False), statement.condition)
        yield from self.repeated(loop, statement)

    def visit_for(self, statement: tree.For) -> Steps:
        loop = _Loop(Label(), Label(), self.managers, iterates=True)
        yield statement.source
        yield from _next(loop.again, loop.end, statement)
        yield from self.repeated(loop, statement)

    def repeated(self, loop: _Loop, statement: tree.For | tree.While) -> Steps:
        self.loops.append(loop)
        yield from statement.body
        self.loops.pop()
        yield Instruction(ops.jump, loop.again, statement)
        yield loop.end

    def visit_with(self, statement: tree.With) -> Steps:
        for manager in statement.managers:
            yield manager.value
            yield Instruction(ops.enter, None, manager)
            self.managers += 1
            name = manager.name
            yield Instruction(ops.drop if name is None else ops.store, name, manager)
        yield from statement.body
        for manager in reversed(statement.managers):
            yield Instruction(ops.leave, None, manager)
            self.managers -= 1

    # Functions

    def function(self, name: str, parameters: Sequence[tree.Parameter], steps: Iterable[Any], place: Syntax) -> Steps:
        """The function of these steps, made from its code and its default values."""
        if self.depth == _DEEPEST:
            raise syntax_error(f"more than {_DEEPEST} functions inside each other", place)
        defaults = [parameter.default for parameter in parameters if parameter.default is not None]
        code = Code(name, self.code.script, tuple(parameter.name for parameter in parameters), len(defaults))
        _Compiler(code, self.depth + 1).compiled(steps)
        yield from defaults
        yield Instruction(ops.function, code, place)

    def visit_def(self, statement: tree.Def) -> Steps:
        yield from self.function(statement.name, statement.parameters, statement.body, statement)
        yield Instruction(ops.store, statement.name, statement)

    def visit_lambda(self, record: tree.Lambda) -> Steps:
        steps = (record.body, Instruction(ops.give_back, None, record))
        yield from self.function("<lambda>", record.parameters, steps, record)

    def visit_comprehension(self, record: tree.Comprehension) -> Steps:
        """A function of the first source, as in Python, so that its names are its own."""
        first = record.clauses[0]
        parameter = tree.Parameter(_SOURCE, None, first.start, first.end)
        yield from self.function("<comprehension>", (parameter,), _collected(record), record)
        yield first.source
        yield Instruction(ops.call, (1, ()), record)


def _collected(record: tree.Comprehension) -> Steps:
    """The body of a comprehension's function."""
    yield Instruction(ops.make, (list, 0), record)
    ends: list[tuple[Label, Label]] = []
    for clause in record.clauses:
        again, end = Label(), Label()
        yield clause.source if ends else Instruction(ops.load, _SOURCE, clause)
        yield from _next(again, end, clause)
        for condition in clause.conditions:
            yield condition
            yield Instruction(ops.jump_if, (again, False), condition)
        ends.append((again, end))
    yield record.element
    yield Instruction(ops.collect, len(ends), record.element)
    for again, end in reversed(ends):
        yield Instruction(ops.jump, again, record)
        yield end
    yield Instruction(ops.give_back, None, record)


def _next(again: Label, end: Label, loop: tree.For | tree.Clause) -> Steps:
    """Gives the target the next value of what is on the stack, from `again` on; jumps to `end` where there is none."""
    yield Instruction(ops.iterate, None, loop.source)
    yield again
    yield Instruction(ops.advance, end, loop.source)
    yield from _stored(loop.target)


def _stored(target: Syntax) -> Steps:
    """Gives the value on the stack to a target."""
    pending = [target]
    while pending:
        target = pending.pop()
        if isinstance(target, Name):
            yield Instruction(ops.store, target.name, target)
        elif isinstance(target, Attribute):
            yield target.object
            yield Instruction(ops.set_attribute, target.name, target)
        elif isinstance(target, Subscript):
            yield target.object
            yield from key_of(target)
            yield Instruction(ops.set_item, None, target)
        else:
            assert isinstance(target, (List, tree.Tuple))
            yield Instruction(ops.unpack, len(target.items), target)
            pending.extend(reversed(target.items))
