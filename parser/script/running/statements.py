"""How each kind of statement is run: generators, as for expressions.

One returns what is to be left: None where the next statement follows, else a loop, or a function with its value.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from ..reading.language import bases_of, word
from ..reading.script import Script, between
from .attributes import attribute_of, set_attribute_of
from .classes import Instance, made_class
from .exceptions import Raised, caught_by, raised
from .expressions import Expressions, Visit
from .frames import Frame
from .function import Scope


class _Loop(Enum):
    """What becomes of the innermost loop."""

    BREAK = "break"
    CONTINUE = "continue"


class _Returning:
    """A function is left with a value."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Statements(Expressions):
    """Runs statements; `show` is given the value of a script's last one."""

    frames: list[Frame]
    show: Callable[[Any], None]

    def script(self, script: Script, frame: Frame) -> Visit:
        """A script, whose last value is shown."""
        last = script.shown
        yield script.body if last is None else script.body[:-1]
        if last is not None:
            value = yield last.value
            frame.place = last
            self.show(value)

    def block(self, statements: Sequence[ast.stmt], frame: Frame) -> Visit:
        """Several statements, one after the other."""
        for statement in statements:
            leaving = yield statement
            if leaving is not None:
                return leaving
        return None

    def visit_expr(self, node: ast.Expr, frame: Frame) -> Visit:
        yield node.value

    def visit_pass(self, node: ast.Pass | ast.Global | ast.Nonlocal, frame: Frame) -> Visit:
        yield from ()

    visit_global = visit_nonlocal = visit_pass

    # Values for names

    def visit_assign(self, node: ast.Assign, frame: Frame) -> Visit:
        value = yield node.value
        for target in node.targets:
            if not self.named(target, value, frame):
                yield from self.assigned(target, value, frame)

    def visit_annassign(self, node: ast.AnnAssign, frame: Frame) -> Visit:
        """The type says nothing here."""
        if node.value is not None:
            value = yield node.value
            yield from self.assigned(node.target, value, frame)

    def visit_augassign(self, node: ast.AugAssign, frame: Frame) -> Visit:
        """The parts of the target are found once."""
        target = node.target
        owner: Any = None
        key: Any = None
        if isinstance(target, ast.Name):
            value = yield target
        else:
            owner = yield target.value
            if isinstance(target, ast.Subscript):
                key = yield target.slice
            frame.place = target
            value = (
                self.item(owner, key)
                if isinstance(target, ast.Subscript)
                else attribute_of(owner, target.attr, self.guard)
            )
        other = yield node.value
        frame.place = node
        value = self.in_place(type(node.op), value, other)
        frame.place = target
        if isinstance(target, ast.Name):
            self.store(frame, target.id, value)
        elif isinstance(target, ast.Subscript):
            self.set_item(owner, key, value)
        else:
            set_attribute_of(owner, target.attr, value)

    def visit_delete(self, node: ast.Delete, frame: Frame) -> Visit:
        pending = [*reversed(node.targets)]
        while pending:
            target = pending.pop()
            frame.place = target
            if isinstance(target, ast.Name):
                self.lookup(frame, target.id, frame.scope)
                self.scope_of(frame.code, frame.scope, target.id).names.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                owner = yield target.value
                key = yield target.slice
                frame.place = target
                self.guard.whole(key)
                del owner[key]
            elif isinstance(target, (ast.List, ast.Tuple)):
                pending += reversed(target.elts)

    def visit_import(self, node: ast.Import, frame: Frame) -> Visit:
        for alias in node.names:
            frame.place = alias
            found = self.namespace.imported(alias.name, None)
            name = alias.asname or alias.name.partition(".")[0]
            # `import a.b` names what `a` is.
            self.store(frame, name, found if alias.asname else self.namespace.imported(name, None))
        yield from ()

    def visit_importfrom(self, node: ast.ImportFrom, frame: Frame) -> Visit:
        for alias in node.names:
            frame.place = between(node, alias)
            found = self.namespace.imported(str(node.module), alias.name)
            self.store(frame, alias.asname or alias.name, found)
        yield from ()

    # What is run next

    def visit_return(self, node: ast.Return, frame: Frame) -> Visit:
        return _Returning(None if node.value is None else (yield node.value))

    def visit_break(self, node: ast.Break, frame: Frame) -> Visit:
        yield from ()
        return _Loop.BREAK

    def visit_continue(self, node: ast.Continue, frame: Frame) -> Visit:
        yield from ()
        return _Loop.CONTINUE

    def visit_assert(self, node: ast.Assert, frame: Frame) -> Visit:
        test = yield node.test
        frame.place = node
        if not test:
            message = None if node.msg is None else (yield node.msg)
            frame.place = node.test
            self.guard.whole(message)
            raise AssertionError() if message is None else AssertionError(message)

    def visit_if(self, node: ast.If, frame: Frame) -> Visit:
        test = yield node.test
        frame.place = node.test
        for statement in node.body if test else node.orelse:
            leaving = yield statement
            if leaving is not None:
                return leaving
        return None

    def visit_while(self, node: ast.While, frame: Frame) -> Visit:
        while True:
            test = yield node.test
            frame.place = node.test
            if not test:
                return (yield node.orelse)
            for statement in node.body:
                leaving = yield statement
                if leaving is _Loop.CONTINUE:
                    break
                if leaving is not None:
                    return None if leaving is _Loop.BREAK else leaving

    def visit_for(self, node: ast.For, frame: Frame) -> Visit:
        iterator = yield node.iter
        frame.place = node.iter
        # What it goes through is let go when it is left, before what follows `else`: a generator is closed then.
        iterator, target, names = iter(iterator), node.target, frame.scope.names
        own = target.id if isinstance(target, ast.Name) and target.id not in frame.code.elsewhere else None
        while True:
            frame.place = node.iter
            try:
                value = next(iterator)
            except StopIteration:
                del iterator
                return (yield node.orelse)
            if own is not None:
                names[own] = value
            else:
                yield from self.assigned(target, value, frame)
            for statement in node.body:
                leaving = yield statement
                if leaving is _Loop.CONTINUE:
                    break
                if leaving is not None:
                    return None if leaving is _Loop.BREAK else leaving

    # Blocks that see errors

    def visit_with(self, node: ast.With, frame: Frame, number: int = 0) -> Visit:
        item = node.items[number]
        manager: Any = yield item.context_expr
        frame.place = between(item.context_expr, item.optional_vars or item.context_expr)
        kind = type(manager)
        if not hasattr(kind, "__enter__") or not hasattr(kind, "__exit__"):
            raise TypeError(f"'{kind.__name__}' object does not support the context manager protocol")
        value = manager.__enter__()
        try:
            if item.optional_vars is not None:
                yield from self.assigned(item.optional_vars, value, frame)
            if number + 1 < len(node.items):
                leaving = yield from self.visit_with(node, frame, number + 1)
            else:
                leaving = yield node.body
        except Raised as found:
            if manager.__exit__(type(found.error), found.error, None):
                return None
            raise
        except GeneratorExit:
            # Of an end that no script sees; its own managers are part of it.
            if not isinstance(manager, Instance):
                manager.__exit__(None, None, None)
            raise
        frame.place = item.context_expr
        manager.__exit__(None, None, None)
        return leaving

    def visit_try(self, node: ast.Try, frame: Frame) -> Visit:
        error: Raised | None = None
        leaving: Any = None
        try:
            leaving = yield from self.handled(node, frame)
        except Raised as found:
            error = found
        # What leaves the end stands for what was to be left, or for the error.
        last = yield node.finalbody
        if error is not None and last is None:
            raise error
        return leaving if last is None else last

    def handled(self, node: ast.Try, frame: Frame) -> Visit:
        """The block of `try` with its handlers, and the one after `else`."""
        try:
            leaving = yield node.body
        except Raised as found:
            for handler in node.handlers:
                if handler.type is not None:
                    kinds = yield handler.type
                    frame.place = handler.type
                    if not caught_by(found.error, kinds):
                        continue
                return (yield from self.handler(handler, found.error, frame))
            raise
        return leaving if leaving is not None else (yield node.orelse)

    def handler(self, node: ast.ExceptHandler, error: BaseException, frame: Frame) -> Visit:
        """A block of `except` for an error, whose name is gone then."""
        frame.handled.append(error)
        try:
            if node.name is not None:
                self.store(frame, node.name, error)
            return (yield node.body)
        finally:
            frame.handled.pop()
            if node.name is not None:
                self.scope_of(frame.code, frame.scope, node.name).names.pop(node.name, None)

    def visit_raise(self, node: ast.Raise, frame: Frame) -> Visit:
        if node.exc is None:
            frame.place = node
            for other in reversed(self.frames):
                if other.handled:
                    raise other.handled[-1]
            raise RuntimeError("No active exception to reraise")
        value = yield node.exc
        if node.cause is not None:
            yield node.cause
        frame.place = node
        raise raised(value, self.guard)

    # Definitions

    def decorated(self, node: ast.FunctionDef | ast.ClassDef, values: Sequence[Any], made: Any, frame: Frame) -> Visit:
        """What the decorators make of a function or a class."""
        for decorator, value in zip(reversed(node.decorator_list), reversed(values), strict=True):
            frame.place = decorator
            made = self.called(value, [made], {})
            if type(made) is Frame:
                made = yield made
        return made

    def visit_functiondef(self, node: ast.FunctionDef, frame: Frame) -> Visit:
        decorators = yield from self.several(node.decorator_list, node, frame)
        made = yield from self.function(node, frame)
        made = yield from self.decorated(node, decorators, made, frame)
        frame.place = node
        self.store(frame, node.name, made)

    def visit_classdef(self, node: ast.ClassDef, frame: Frame) -> Visit:
        decorators = yield from self.several(node.decorator_list, node, frame)
        bases = yield from self.several(bases_of(node), node, frame)
        frame.place = word(node, "class")
        # Methods see this scope, and not the names of the body.
        scope = Scope({}, frame.closure)
        inner = Frame(frame.code.codes[node], Scope({}, scope))
        inner.place = frame.place
        inner.stack.append(self.class_body(node, inner, bases[0] if bases else None))
        scope.of = made = yield inner
        made = yield from self.decorated(node, decorators, made, frame)
        self.store(frame, node.name, made)

    def class_body(self, node: ast.ClassDef, frame: Frame, base: Any) -> Visit:
        """Runs the body of a class, and makes the class of its names."""
        yield node.body
        frame.place = word(node, "class")
        return made_class(self, node.name, base, frame.scope.names)
