"""The statements of a script to instructions.

What is left to do stands in a list of generators (`lowering`), as an expression may be deeper than Python's stack; only
functions inside each other, of which there are never many (`_DEEPEST`), are compiled by recursion.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

from ..reading.script import Place, Script, Span, between
from ..running import operations as ops
from ..running.instructions import Code, Instruction, Label
from .lowering import OPERATORS, Lowering, Steps

_DEEPEST = 50  # functions inside each other
_SOURCE = ".source"  # the parameter of a comprehension's function: no name that a script can use
_SILENCED = re.compile(r"[ \t]*;")

_Comprehension: TypeAlias = ast.ListComp | ast.GeneratorExp


def compile_script(script: Script) -> Code:
    """The instructions of a script. Its last statement is shown, if it is an expression without `;` behind it.

    ExpressionError: something in it is outside the language.
    """
    last = script.body[-1] if script.body else None
    compiler = _Compiler(Code("<script>", script), 0)
    if not isinstance(last, ast.Expr):
        return compiler.compiled(script.body)
    silent = _SILENCED.match(script.source, script.span(last).end)
    return compiler.compiled([*script.body[:-1], last.value, Instruction(ops.drop if silent else ops.show, None, last)])


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
        self.script = code.script
        self.depth = depth
        self.loops: list[_Loop] = []
        self.managers = 0

    def compiled(self, steps: Iterable[ast.AST | Instruction | Label]) -> Code:
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
                pending.append(self.steps_of(step))
        end = instructions[-1].place if instructions else Place(1, 0, 1, 0)
        instructions += [Instruction(ops.constant, None, end), Instruction(ops.give_back, None, end)]
        if self.depth:
            stored = (i.argument for i in instructions if i.operation is ops.store)
            self.code.names = frozenset([*self.code.parameters, *stored])
        return self.code

    # Statements

    def visit_expr(self, node: ast.Expr) -> Steps:
        yield node.value
        yield Instruction(ops.drop, None, node)

    def visit_assign(self, node: ast.Assign) -> Steps:
        yield node.value
        for target in node.targets[:-1]:
            yield Instruction(ops.duplicate, 1, target)
            yield from self.stored(target)
        yield from self.stored(node.targets[-1])

    def visit_augassign(self, node: ast.AugAssign) -> Steps:
        """The parts of the target are found once: they stay on the stack below its value."""
        target = node.target
        if isinstance(target, ast.Name):
            kept, name, read, write = 0, target.id, ops.load, ops.store
        elif isinstance(target, ast.Attribute):
            kept, name, read, write = 1, target.attr, ops.attribute, ops.set_attribute
            yield target.value
        else:
            kept, name, read, write = 2, None, ops.item, ops.set_item
            yield target.value
            yield target.slice
        if kept:
            yield Instruction(ops.duplicate, kept, target)
        yield Instruction(read, name, target)
        yield node.value
        yield Instruction(ops.in_place, OPERATORS[type(node.op)], node)
        if kept:
            yield Instruction(ops.sink, kept, target)
        yield Instruction(write, name, target)

    def visit_return(self, node: ast.Return) -> Steps:
        if not self.depth:
            raise self.script.syntax_error("`return` outside of a function", node)
        yield node.value or Instruction(ops.constant, None, node)
        yield Instruction(ops.give_back, None, node)

    def visit_assert(self, node: ast.Assert) -> Steps:
        holds = Label()
        yield node.test
        yield Instruction(ops.jump_if, (holds, True), node)
        yield node.msg or Instruction(ops.constant, None, node)
        yield Instruction(ops.fail, None, node.test)
        yield holds

    def visit_pass(self, node: ast.Pass) -> Steps:
        yield from ()

    def visit_break(self, node: ast.Break) -> Steps:
        loop = self.left("break", node)
        yield from self.leaving(loop, node)
        if loop.iterates:
            yield Instruction(ops.drop, None, node)
        yield Instruction(ops.jump, loop.end, node)

    def visit_continue(self, node: ast.Continue) -> Steps:
        loop = self.left("continue", node)
        yield from self.leaving(loop, node)
        yield Instruction(ops.jump, loop.again, node)

    def left(self, word: str, node: ast.stmt) -> _Loop:
        """The loop that the word is about."""
        if not self.loops:
            raise self.script.syntax_error(f"`{word}` outside of a loop", node)
        return self.loops[-1]

    def leaving(self, loop: _Loop, node: ast.stmt) -> Steps:
        """Leaves the `with` blocks in the loop."""
        for _ in range(self.managers - loop.managers):
            yield Instruction(ops.leave, None, node)

    def visit_import(self, node: ast.Import) -> Steps:
        for alias in node.names:
            yield Instruction(ops.import_module, (alias.name, None), alias)
            name = alias.asname or alias.name.partition(".")[0]
            if name != alias.name and not alias.asname:
                # `import a.b` names what `a` is.
                yield Instruction(ops.drop, None, alias)
                yield Instruction(ops.import_module, (name, None), alias)
            yield Instruction(ops.store, name, alias)

    def visit_importfrom(self, node: ast.ImportFrom) -> Steps:
        if node.level or node.module is None:
            raise self.script.syntax_error("a script has no modules beside it", node, "write `from torch import sin`")
        for alias in node.names:
            if alias.name == "*":
                help = "import names one by one: `from torch import sin, cos`"
                raise self.script.syntax_error("unexpected `*`", alias, help)
            place = between(node, alias)
            yield Instruction(ops.import_module, (node.module, alias.name), place)
            yield Instruction(ops.store, alias.asname or alias.name, place)

    def visit_if(self, node: ast.If) -> Steps:
        otherwise, end = Label(), Label()
        yield node.test
        yield Instruction(ops.jump_if, (otherwise, False), node.test)
        yield from node.body
        if node.orelse:
            yield Instruction(ops.jump, end, between(node, node.test))
        yield otherwise
        yield from node.orelse
        yield end

    def visit_while(self, node: ast.While) -> Steps:
        loop = _Loop(Label(), Label(), self.managers, iterates=False)
        yield loop.again
        yield node.test
        yield Instruction(ops.jump_if, (loop.end, False), node.test)
        yield from self.repeated(loop, node, node.test)

    def visit_for(self, node: ast.For) -> Steps:
        loop = _Loop(Label(), Label(), self.managers, iterates=True)
        yield node.iter
        yield from self.next_of(node.iter, node.target, loop.again, loop.end)
        yield from self.repeated(loop, node, node.iter)

    def repeated(self, loop: _Loop, node: ast.For | ast.While, header: ast.expr) -> Steps:
        if node.orelse:
            raise self.left_out(between(node, header), "orelse")
        self.loops.append(loop)
        yield from node.body
        self.loops.pop()
        yield Instruction(ops.jump, loop.again, between(node, header))
        yield loop.end

    def visit_with(self, node: ast.With) -> Steps:
        for item in node.items:
            place = between(item.context_expr, item.optional_vars or item.context_expr)
            yield item.context_expr
            yield Instruction(ops.enter, None, place)
            self.managers += 1
            if item.optional_vars is None:
                yield Instruction(ops.drop, None, place)
            else:
                yield from self.stored(item.optional_vars)
        yield from node.body
        for item in reversed(node.items):
            yield Instruction(ops.leave, None, item.context_expr)
            self.managers -= 1

    # Functions

    def function(self, name: str, arguments: ast.arguments, steps: Iterable[Any], place: Any) -> Steps:
        """The function of these steps, made from its code and its default values."""
        for argument in (*arguments.posonlyargs, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg):
            if argument is not None:
                raise self.left_out(argument, "arg")
        parameters = [argument.arg for argument in arguments.args]
        for argument in arguments.args:
            if parameters.count(argument.arg) > 1:
                twice = [a for a in arguments.args if a.arg == argument.arg][1]
                raise self.script.syntax_error(f"the parameter `{argument.arg}` is given twice", twice)
        yield from arguments.defaults
        yield self.made(Code(name, self.script, tuple(parameters), len(arguments.defaults)), steps, place)

    def made(self, code: Code, steps: Iterable[Any], place: Any) -> Instruction:
        """The instruction that makes a function of these steps, once its default values are there."""
        if self.depth == _DEEPEST:
            raise self.script.syntax_error(f"more than {_DEEPEST} functions inside each other", place)
        return Instruction(ops.function, _Compiler(code, self.depth + 1).compiled(steps), place)

    def visit_functiondef(self, node: ast.FunctionDef) -> Steps:
        if node.decorator_list:
            decorator = node.decorator_list[0]
            start = self.script.span(decorator).start
            raise self.left_out(Span(self.script.source.rindex("@", 0, start), start), "decorator")
        for annotation in (*(argument.annotation for argument in node.args.args), node.returns):
            if annotation is not None:
                raise self.left_out(annotation, "types")
        yield from self.function(node.name, node.args, node.body, node)
        yield Instruction(ops.store, node.name, node)

    def visit_lambda(self, node: ast.Lambda) -> Steps:
        steps = (node.body, Instruction(ops.give_back, None, node))
        yield from self.function("<lambda>", node.args, steps, node)

    def visit_listcomp(self, node: _Comprehension) -> Steps:
        """A function of the first source, as in Python, so that its names are its own.

        What is between brackets of calls is computed at once as well.
        """
        yield self.made(Code("<comprehension>", self.script, (_SOURCE,)), self.collected(node), node)
        yield node.generators[0].iter
        yield Instruction(ops.call, (1, ()), node)

    visit_generatorexp = visit_listcomp

    def collected(self, node: _Comprehension) -> Steps:
        """The body of a comprehension's function."""
        yield Instruction(ops.make, (list, 0), node)
        ends: list[tuple[Label, Label]] = []
        for clause in node.generators:
            again, end = Label(), Label()
            yield clause.iter if ends else Instruction(ops.load, _SOURCE, clause.iter)
            yield from self.next_of(clause.iter, clause.target, again, end)
            for condition in clause.ifs:
                yield condition
                yield Instruction(ops.jump_if, (again, False), condition)
            ends.append((again, end))
        yield node.elt
        yield Instruction(ops.collect, len(ends), node.elt)
        for again, end in reversed(ends):
            yield Instruction(ops.jump, again, node)
            yield end
        yield Instruction(ops.give_back, None, node)

    def next_of(self, source: ast.expr, target: ast.expr, again: Label, end: Label) -> Steps:
        """Gives the target the next value of what is on the stack, from `again` on; jumps to `end` if there is none."""
        yield Instruction(ops.iterate, None, source)
        yield again
        yield Instruction(ops.advance, end, source)
        yield from self.stored(target)

    def stored(self, target: ast.expr) -> Steps:
        """Gives the value on the stack to a target."""
        pending = [target]
        while pending:
            target = pending.pop()
            if isinstance(target, ast.Name):
                yield Instruction(ops.store, target.id, target)
            elif isinstance(target, ast.Attribute):
                yield target.value
                yield Instruction(ops.set_attribute, target.attr, target)
            elif isinstance(target, ast.Subscript):
                yield target.value
                yield target.slice
                yield Instruction(ops.set_item, None, target)
            elif isinstance(target, (ast.List, ast.Tuple)):
                yield Instruction(ops.unpack, len(target.elts), target)
                pending.extend(reversed(target.elts))
            else:
                raise self.left_out(target, "starred")
