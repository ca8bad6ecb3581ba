"""The statements of a script to instructions.

What is left to do stands in a list of generators (`lowering`), as an expression may be deeper than Python's stack; only
functions inside each other, of which there are never many (`_DEEPEST`), are compiled by recursion.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias

from ..reading.script import Place, Script, between
from ..running import blocks, classes, generators
from ..running import operations as ops
from ..running.instructions import Code, Instruction, Label, Signature
from .lowering import OPERATORS, Lowering, Steps

_DEEPEST = 50  # functions inside each other
_COMPREHENSION = "<comprehension>"
_SOURCE = ".source"  # the parameter of a comprehension's function: no name that a script can use

_Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def compile_script(script: Script) -> Code:
    """The instructions of a script. Its last statement is shown, if it is an expression without `;` behind it.

    ExpressionError: something in it is outside the language.
    """
    last, compiler = script.shown, _Compiler(Code("<script>", script))
    shown = [] if last is None else [last.value, Instruction(ops.show, None, last)]
    return compiler.compiled([*script.body[: -1 if shown else None], *shown])


class _Loop(NamedTuple):
    """The loop that `break` and `continue` are about, and how many blocks of `with` and `try` are open around it."""

    again: Label
    end: Label
    blocks: int
    iterates: bool


class _Compiler(Lowering):
    """Collects the instructions of one script or function."""

    def __init__(self, code: Code, outer: _Compiler | None = None) -> None:
        self.code = code
        self.script = code.script
        self.outer = outer
        self.depth = 0 if outer is None else outer.depth + 1
        self.others: set[str] = set()  # names that comprehensions in it give values
        self.global_names: set[str] = set()
        self.outer_names: set[str] = set()
        self.loops: list[_Loop] = []
        self.blocks = 0
        self.managers = 0  # those of them that are of `with`

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
        if self.depth and not self.code.is_class:
            stored = (i.argument for i in instructions if i.operation in (ops.store, ops.forget))
            self.code.names = frozenset([*self.code.signature.names, *stored, *self.others])
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

    def visit_annassign(self, node: ast.AnnAssign) -> Steps:
        """The type says nothing here."""
        if node.value is not None:
            yield node.value
            yield from self.stored(node.target)

    def visit_namedexpr(self, node: ast.NamedExpr) -> Steps:
        yield node.value
        yield Instruction(ops.duplicate, 1, node)
        function, levels, name = self, 0, node.target.id
        while function.code.name == _COMPREHENSION and function.outer is not None:
            function, levels = function.outer, levels + 1
        if levels and name not in function.global_names | function.outer_names:
            function.others.add(name)
            yield Instruction(ops.store_around, (levels, name), node.target)
        else:
            yield from function.stored(node.target)

    def visit_delete(self, node: ast.Delete) -> Steps:
        for target in node.targets:
            yield from self.reached(target, lambda name: ops.forget, ops.delete_item, None, "deleted")

    def visit_global(self, node: ast.Global) -> Steps:
        self.declare(node, self.global_names)
        yield from ()

    def visit_nonlocal(self, node: ast.Nonlocal) -> Steps:
        if self.depth < 2:
            message = "`nonlocal` outside of a function inside another"
            raise self.script.syntax_error(message, node, "`global` is for the names of the script")
        self.declare(node, self.outer_names)
        yield from ()

    def declare(self, node: ast.Global | ast.Nonlocal, names: set[str]) -> None:
        """Notes that names are those of another scope."""
        word = type(node).__name__.lower()
        used = {i.argument for i in self.code.instructions if i.operation in (ops.load, ops.store)}
        for name in node.names:
            if name in self.code.signature.names:
                raise self.script.syntax_error(f"the parameter `{name}` cannot be `{word}`", node)
            if name in used and self.depth:
                raise self.script.syntax_error(f"`{name}` is used before `{word} {name}`", node)
            names.add(name)

    def visit_name(self, node: ast.Name) -> Steps:
        yield Instruction(ops.load_global if node.id in self.global_names else ops.load, node.id, node)

    def visit_augassign(self, node: ast.AugAssign) -> Steps:
        """The parts of the target are found once: they stay on the stack below its value."""
        target = node.target
        if isinstance(target, ast.Name):
            kept, name, read, write = 0, target.id, ops.load, self.storing(target.id)
            read = ops.load_global if write is ops.store_global else ops.load
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
        if not self.depth or self.code.is_class:
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
        yield Instruction(blocks.leave_loop, blocks.Leaving(loop.end, loop.blocks, loop.iterates), node)

    def visit_continue(self, node: ast.Continue) -> Steps:
        loop = self.left("continue", node)
        yield Instruction(blocks.leave_loop, blocks.Leaving(loop.again, loop.blocks, False), node)

    def left(self, word: str, node: ast.stmt) -> _Loop:
        """The loop that the word is about."""
        if not self.loops:
            raise self.script.syntax_error(f"`{word}` outside of a loop", node)
        return self.loops[-1]

    def visit_import(self, node: ast.Import) -> Steps:
        for alias in node.names:
            yield Instruction(ops.import_module, (alias.name, None), alias)
            name = alias.asname or alias.name.partition(".")[0]
            if name != alias.name and not alias.asname:
                # `import a.b` names what `a` is.
                yield Instruction(ops.drop, None, alias)
                yield Instruction(ops.import_module, (name, None), alias)
            yield Instruction(self.storing(name), name, alias)

    def visit_importfrom(self, node: ast.ImportFrom) -> Steps:
        if node.level or node.module is None:
            raise self.script.syntax_error("a script has no modules beside it", node, "write `from torch import sin`")
        for alias in node.names:
            if alias.name == "*":
                help = "import names one by one: `from torch import sin, cos`"
                raise self.script.syntax_error("unexpected `*`", alias, help)
            place = between(node, alias)
            yield Instruction(ops.import_module, (node.module, alias.name), place)
            name = alias.asname or alias.name
            yield Instruction(self.storing(name), name, place)

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
        loop = _Loop(Label(), Label(), self.blocks, iterates=False)
        yield loop.again
        yield node.test
        otherwise = Label()
        yield Instruction(ops.jump_if, (otherwise, False), node.test)
        yield from self.repeated(loop, otherwise, node, node.test)

    def visit_for(self, node: ast.For) -> Steps:
        loop = _Loop(Label(), Label(), self.blocks, iterates=True)
        yield node.iter
        otherwise = Label()
        yield from self.next_of(node.iter, node.target, loop.again, otherwise)
        yield from self.repeated(loop, otherwise, node, node.iter)

    def repeated(self, loop: _Loop, otherwise: Label, node: ast.For | ast.While, header: ast.expr) -> Steps:
        """The block of a loop, and the one after `else`, where it goes on when there is nothing to repeat."""
        self.loops.append(loop)
        yield from node.body
        self.loops.pop()
        yield Instruction(ops.jump, loop.again, between(node, header))
        yield otherwise
        yield from node.orelse
        yield loop.end

    def visit_with(self, node: ast.With) -> Steps:
        ends = [Label() for _ in node.items]
        for item, end in zip(node.items, ends, strict=True):
            place = between(item.context_expr, item.optional_vars or item.context_expr)
            yield item.context_expr
            yield Instruction(blocks.enter, end, place)
            self.blocks += 1
            self.managers += 1
            if item.optional_vars is None:
                yield Instruction(ops.drop, None, place)
            else:
                yield from self.stored(item.optional_vars)
        yield from node.body
        for item, end in zip(reversed(node.items), reversed(ends), strict=True):
            yield Instruction(blocks.leave, None, item.context_expr)
            self.blocks -= 1
            self.managers -= 1
            yield end

    def visit_try(self, node: ast.Try) -> Steps:
        if not node.finalbody:
            yield from self.handled(node)
            return
        ending, place = Label(), _word(node, "try")
        yield Instruction(blocks.begin, (blocks.Kind.FINALLY, ending), place)
        self.blocks += 1
        yield from self.handled(node)
        yield Instruction(blocks.finish, None, place)
        yield ending
        yield from node.finalbody
        yield Instruction(blocks.go_on, None, place)
        self.blocks -= 1

    def handled(self, node: ast.Try) -> Steps:
        """The block of `try` with its handlers, and the one after `else`."""
        if not node.handlers:
            yield from node.body
            return
        caught, end, place = Label(), Label(), _word(node, "try")
        yield Instruction(blocks.begin, (blocks.Kind.EXCEPT, caught), place)
        self.blocks += 1
        yield from node.body
        yield Instruction(blocks.end, None, place)
        self.blocks -= 1
        yield from node.orelse
        yield Instruction(ops.jump, end, place)
        yield caught
        for handler in node.handlers:
            if handler.type is None and handler is not node.handlers[-1]:
                message = "this `except` catches all that those below it could"
                raise self.script.syntax_error(message, _word(handler, "except"), "put it last")
            yield from self.handler(handler, end)
        yield Instruction(blocks.raise_again, None, place)
        yield end

    def handler(self, node: ast.ExceptHandler, end: Label) -> Steps:
        """A block of `except`, if the error on the stack is one that it is for."""
        otherwise, place = Label(), _word(node, "except")
        if node.type is not None:
            yield node.type
            yield Instruction(blocks.match, otherwise, node.type)
        yield Instruction(blocks.handle, None, place)
        self.blocks += 1
        yield Instruction(ops.drop if node.name is None else self.storing(node.name), node.name, place)
        yield from node.body
        yield Instruction(blocks.end, None, place)
        self.blocks -= 1
        if node.name is not None:
            # As in Python, the name is gone then.
            yield Instruction(ops.constant, None, place)
            yield Instruction(self.storing(node.name), node.name, place)
            yield Instruction(ops.forget, node.name, place)
        yield Instruction(ops.jump, end, place)
        yield otherwise

    def visit_raise(self, node: ast.Raise) -> Steps:
        if node.exc is None:
            yield Instruction(blocks.raise_handled, None, node)
            return
        yield node.exc
        if node.cause is not None:
            yield node.cause
        yield Instruction(blocks.raise_value, node.cause is not None, node)

    # Functions

    def function(self, name: str, arguments: ast.arguments, steps: Iterable[Any], place: Any) -> Steps:
        """The function of these steps, made from its code and its default values."""
        parameters = [*arguments.posonlyargs, *arguments.args]
        keywords = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        defaults = [(argument.arg, default) for argument, default in keywords if default is not None]
        signature = Signature(
            tuple(argument.arg for argument in parameters),
            len(arguments.posonlyargs),
            len(arguments.defaults),
            arguments.vararg.arg if arguments.vararg else None,
            tuple(argument.arg for argument in arguments.kwonlyargs),
            tuple(name for name, _ in defaults),
            arguments.kwarg.arg if arguments.kwarg else None,
        )
        seen: set[str] = set()
        for argument in (*parameters, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
            if argument is not None and argument.arg in seen:
                raise self.script.syntax_error(f"the parameter `{argument.arg}` is given twice", argument)
            seen.update([argument.arg] if argument is not None else [])
        yield from arguments.defaults
        yield from (default for _, default in defaults)
        yield self.made(Code(name, self.script, signature), steps, place)

    def made(self, code: Code, steps: Iterable[Any], place: Any) -> Instruction:
        """The instruction that makes a function of these steps, once its default values are there."""
        return Instruction(ops.function, self.inside(code, steps, place), place)

    def inside(self, code: Code, steps: Iterable[Any], place: Any) -> Code:
        """The code of these steps, inside of this one."""
        if self.depth == _DEEPEST:
            raise self.script.syntax_error(f"more than {_DEEPEST} functions inside each other", place)
        return _Compiler(code, self).compiled(steps)

    def visit_functiondef(self, node: ast.FunctionDef) -> Steps:
        yield from node.decorator_list
        yield from self.function(self.qualified(node.name), node.args, node.body, node)
        for decorator in reversed(node.decorator_list):
            yield Instruction(ops.call, (1, ()), decorator)
        yield Instruction(self.storing(node.name), node.name, node)

    def visit_classdef(self, node: ast.ClassDef) -> Steps:
        bases = [base for base in node.bases if not (isinstance(base, ast.Name) and base.id == "object")]
        for part in [*bases[1:], *(keyword.value for keyword in node.keywords)]:
            raise self.script.syntax_error("a class is based on one other at most", part)
        yield from node.decorator_list
        yield from bases
        code = Code(self.qualified(node.name), self.script)
        code.is_class = True
        place = _word(node, "class")
        body = self.inside(code, [*node.body, Instruction(classes.make_class, node.name, place)], place)
        for instruction in body.instructions:
            name = instruction.argument
            if instruction.operation is ops.store and classes.is_special(name) and name not in classes.SPECIAL:
                raise self.script.syntax_error(f"a class has no `{name}` here", instruction.place)
        yield Instruction(classes.begin_class, (body, bool(bases)), place)
        for decorator in reversed(node.decorator_list):
            yield Instruction(ops.call, (1, ()), decorator)
        yield Instruction(self.storing(node.name), node.name, place)

    def visit_call(self, node: ast.Call) -> Steps:
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args and not node.keywords:
            return iter([Instruction(classes.load_super, None, node)])
        return super().visit_call(node)

    def qualified(self, name: str) -> str:
        """The name of what is defined here, with that of the class around it."""
        return f"{self.code.name}.{name}" if self.code.is_class else name

    def visit_lambda(self, node: ast.Lambda) -> Steps:
        steps = (node.body, Instruction(ops.give_back, None, node))
        yield from self.function("<lambda>", node.args, steps, node)

    def visit_listcomp(self, node: ast.ListComp) -> Steps:
        return self.comprehension(node, Instruction(ops.make, (list, 0), node), [node.elt], ops.collect)

    def visit_setcomp(self, node: ast.SetComp) -> Steps:
        return self.comprehension(node, Instruction(ops.make_set, 0, node), [node.elt], ops.collect_in_set)

    def visit_dictcomp(self, node: ast.DictComp) -> Steps:
        return self.comprehension(node, Instruction(ops.make_dict, (), node), [node.key, node.value], ops.collect_pair)

    def visit_generatorexp(self, node: ast.GeneratorExp) -> Steps:
        return self.comprehension(node, None, [node.elt], None)

    def comprehension(
        self, node: _Comprehension, start: Instruction | None, parts: list[ast.expr], collect: Any
    ) -> Steps:
        """A function of the first source, as in Python, so that its names are its own.

        It fills what `start` makes by `collect`, or yields one value after the other where there is none.
        """
        code = Code(_COMPREHENSION, self.script, Signature((_SOURCE,)))
        code.generates = start is None
        yield self.made(code, self.collected(node, start, parts, collect), node)
        yield node.generators[0].iter
        yield Instruction(ops.iterate, None, node.generators[0].iter)
        yield Instruction(ops.call, (1, ()), node)

    def collected(self, node: _Comprehension, start: Instruction | None, parts: list[ast.expr], collect: Any) -> Steps:
        """The body of a comprehension's function."""
        if start is not None:
            yield start
        ends: list[tuple[Label, Label]] = []
        for clause in node.generators:
            if clause.is_async:
                raise self.left_out(clause.target, "await")
            again, end = Label(), Label()
            yield clause.iter if ends else Instruction(ops.load, _SOURCE, clause.iter)
            yield from self.next_of(clause.iter, clause.target, again, end)
            for condition in clause.ifs:
                yield condition
                yield Instruction(ops.jump_if, (again, False), condition)
            ends.append((again, end))
        yield from parts
        if start is None:
            yield Instruction(generators.yield_value, None, parts[-1])
            yield Instruction(ops.drop, None, parts[-1])
        else:
            yield Instruction(collect, len(ends), parts[-1])
        for again, end in reversed(ends):
            yield Instruction(ops.jump, again, node)
            yield end
        if start is not None:
            yield Instruction(ops.give_back, None, node)

    def visit_yield(self, node: ast.Yield) -> Steps:
        self.generating(node)
        yield node.value or Instruction(ops.constant, None, node)
        yield Instruction(generators.yield_value, None, node)

    def visit_yieldfrom(self, node: ast.YieldFrom) -> Steps:
        self.generating(node)
        again, end = Label(), Label()
        yield node.value
        yield Instruction(ops.iterate, None, node.value)
        yield again
        yield Instruction(generators.advance_from, end, node.value)
        yield Instruction(generators.yield_value, None, node)
        yield Instruction(ops.drop, None, node)
        yield Instruction(ops.jump, again, node)
        yield end

    def generating(self, node: ast.Yield | ast.YieldFrom) -> None:
        """Notes that this function yields. ExpressionError: it is none, or would stop where it cannot."""
        if not self.depth or self.code.is_class or self.code.name == _COMPREHENSION:
            raise self.script.syntax_error("`yield` outside of a function", _word(node, "yield"))
        if self.managers:
            # Nobody may come back for the rest, and what the block changed would stay so.
            help = "make a list of the values in the block, and yield them after it"
            raise self.script.syntax_error("`yield` inside of `with`", _word(node, "yield"), help)
        self.code.generates = True

    def next_of(self, source: ast.expr, target: ast.expr, again: Label, end: Label) -> Steps:
        """Gives the target the next value of what is on the stack, from `again` on; jumps to `end` if there is none."""
        yield Instruction(ops.iterate, None, source)
        yield again
        yield Instruction(ops.advance, end, source)
        yield from self.stored(target)

    def stored(self, node: ast.expr) -> Steps:
        """Gives the value on the stack to a target."""
        return self.reached(node, self.storing, ops.set_item, ops.set_attribute, "starred")

    def reached(self, node: ast.expr, naming: Callable[[str], Any], item: Any, attribute: Any, other: str) -> Steps:
        """Does with a target, or with all that are in it, what assigning or deleting does.

        `naming` says what that is for a name. Without an operation for an `attribute`, nothing is assigned.
        """
        pending = [node]
        while pending:
            target = pending.pop()
            if isinstance(target, ast.Name):
                yield Instruction(naming(target.id), target.id, target)
            elif isinstance(target, ast.Attribute) and attribute is not None:
                yield target.value
                yield Instruction(attribute, target.attr, target)
            elif isinstance(target, ast.Subscript):
                yield target.value
                yield target.slice
                yield Instruction(item, None, target)
            elif isinstance(target, (ast.List, ast.Tuple)):
                if attribute is not None:
                    yield self.unpacking(target)
                pending.extend(reversed(target.elts))
            elif isinstance(target, ast.Starred) and target is not node:
                pending.append(target.value)
            else:
                raise self.left_out(target, other)

    def unpacking(self, target: ast.List | ast.Tuple) -> Instruction:
        """Leaves the items of a value on the stack, as many as there are targets."""
        stars = [place for place, item in enumerate(target.elts) if isinstance(item, ast.Starred)]
        if len(stars) > 1:
            raise self.script.syntax_error("only one of several can have a `*`", target.elts[stars[1]])
        if stars:
            return Instruction(ops.unpack_rest, (stars[0], len(target.elts) - stars[0] - 1), target)
        return Instruction(ops.unpack, len(target.elts), target)

    def storing(self, name: str) -> Any:
        """The operation that gives the value on the stack to a name."""
        if name in self.global_names:
            return ops.store_global
        return ops.store_outer if name in self.outer_names else ops.store


def _word(node: Any, word: str) -> Place:
    """The word that a statement begins with."""
    return Place(node.lineno, node.col_offset, node.lineno, node.col_offset + len(word))
