"""How each kind of expression is computed.

A method is a generator: it asks for the value of a part by yielding its node, and returns its own. Who goes through it
(`machine`) has no need of Python's stack, however deep an expression is. Before it does anything of its own, it notes
at the frame what an error in that is about.
"""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from types import BuiltinFunctionType
from typing import Any, NamedTuple, TypeAlias

from ...semantics.operands import ARITHMETIC, COMPARISONS
from ...syntax.errors import did_you_mean
from ...syntax.what_is_meant import meant_by_word
from ..reading.language import Code, is_special
from ..reading.script import TRUSTED, Field
from .attributes import attribute_of, set_attribute_of
from .classes import Bound, Super
from .exceptions import Raised, UnknownName
from .formatting import formatted_value
from .frames import Frame
from .function import Function, Scope
from .generators import Generator as ScriptGenerator
from .generators import Yielding
from .guard import Guard, check_bits, exceeded, shown
from .libraries import Partial
from .namespace import Namespace
from .script_limits import Limits

# What is asked for: the value of a node, that blocks or calls be gone through; what is given: the value.
Visit: TypeAlias = Generator[Any, Any, Any]
Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

_CONVERSIONS = {-1: "", ord("s"): "s", ord("r"): "r", ord("a"): "a"}


def _remainder(x: Any, y: Any) -> Any:
    """`x % y`, or text with values in it."""
    return shown(y, lambda y: x % y) if isinstance(x, str) else x % y


class _Operator(NamedTuple):
    """The sign of an operator, what it does, and what it does in place."""

    sign: str
    function: Callable[..., Any]
    in_place: Callable[[Any, Any], Any] | None = None


def _arithmetic(sign: str, name: str) -> _Operator:
    return _Operator(
        sign, ARITHMETIC.get(sign) or getattr(operator, name), getattr(operator, f"__i{name.strip('_')}__")
    )


_OPERATORS: dict[type[ast.AST], _Operator] = {
    ast.Add: _arithmetic("+", "add"),
    ast.Sub: _arithmetic("-", "sub"),
    ast.Mult: _arithmetic("*", "mul"),
    ast.Div: _arithmetic("/", "truediv"),
    ast.FloorDiv: _arithmetic("//", "floordiv"),
    ast.Mod: _Operator("%", _remainder, lambda x, y: _remainder(x, y) if isinstance(x, str) else operator.imod(x, y)),
    ast.Pow: _arithmetic("**", "pow"),
    ast.MatMult: _arithmetic("@", "matmul"),
    ast.LShift: _arithmetic("<<", "lshift"),
    ast.RShift: _arithmetic(">>", "rshift"),
    ast.BitAnd: _arithmetic("&", "and_"),
    ast.BitOr: _arithmetic("|", "or_"),
    ast.BitXor: _arithmetic("^", "xor"),
    ast.UAdd: _Operator("+", operator.pos),
    ast.USub: _Operator("-", operator.neg),
    ast.Invert: _Operator("~", operator.invert),
    ast.Not: _Operator("not", operator.not_),
    ast.Eq: _Operator("==", COMPARISONS["=="]),
    ast.NotEq: _Operator("!=", COMPARISONS["!="]),
    ast.Lt: _Operator("<", COMPARISONS["<"]),
    ast.LtE: _Operator("<=", COMPARISONS["<="]),
    ast.Gt: _Operator(">", COMPARISONS[">"]),
    ast.GtE: _Operator(">=", COMPARISONS[">="]),
    ast.In: _Operator("in", lambda x, y: x in y),
    ast.NotIn: _Operator("not in", lambda x, y: x not in y),
    ast.Is: _Operator("is", operator.is_),
    ast.IsNot: _Operator("is not", operator.is_not),
}
_PYTHON = (BuiltinFunctionType, partial, type)  # what Python's own functions and methods are
_NUMBERS = frozenset([float, int, bool])
# Operators of numbers that may be too large to compute.
_GROWING = frozenset(["*", "**", "<<"])


class Expressions:
    """Computes expressions, within limits."""

    guard: Guard
    limits: Limits
    namespace: Namespace
    steps: int

    def count_step(self) -> None:
        """Counts a step. LimitError: there were too many."""
        self.steps += 1
        if self.steps > self.limits.steps:
            raise exceeded("steps", self.limits.steps, "steps")

    # Operators

    def guarded(self, sign: str, function: Callable[[Any, Any], Any], x: Any, y: Any) -> Any:
        """The result of an operator of two operands. LimitError: it would be too large."""
        self.guard.operands(sign, x, y)
        return self.guard.result(function(x, y))

    def in_place(self, kind: type[ast.AST], x: Any, y: Any) -> Any:
        """The result of an operator that changes its left operand, if that can be."""
        sign, function, in_place = _OPERATORS[kind]
        if type(x) in _NUMBERS and type(y) in _NUMBERS:
            return function(x, y) if sign not in _GROWING else self.guarded(sign, function, x, y)
        if sign == "+" and isinstance(x, list):
            self.guard.operands(sign, x, y)
            y = self.guard.listed(y)
        return self.guarded(sign, in_place or function, x, y)

    def visit_binop(self, node: ast.BinOp, frame: Frame) -> Visit:
        x = yield node.left
        y = yield node.right
        frame.place = node
        sign, function, _ = _OPERATORS[type(node.op)]
        if type(x) in _NUMBERS and type(y) in _NUMBERS and sign not in _GROWING:
            # Nothing to guard: without the question, scripts of such operations take a quarter longer.
            return function(x, y)
        return self.guarded(sign, function, x, y)

    def visit_unaryop(self, node: ast.UnaryOp, frame: Frame) -> Visit:
        x = yield node.operand
        frame.place = node
        return _OPERATORS[type(node.op)].function(x)

    def visit_boolop(self, node: ast.BoolOp, frame: Frame) -> Visit:
        value: Any = None
        for operand in node.values:
            value = yield operand
            frame.place = operand
            if operand is not node.values[-1] and bool(value) is isinstance(node.op, ast.Or):
                break
        return value

    def visit_compare(self, node: ast.Compare, frame: Frame) -> Visit:
        x, value = (yield node.left), None
        for op, operand in zip(node.ops, node.comparators, strict=True):
            y = yield operand
            frame.place = node
            sign, function, _ = _OPERATORS[type(op)]
            is_number = type(x) in _NUMBERS and type(y) in _NUMBERS
            value = function(x, y) if is_number else self.guarded(sign, function, x, y)
            if operand is not node.comparators[-1] and not value:
                break
            x = y
        return value

    def visit_ifexp(self, node: ast.IfExp, frame: Frame) -> Visit:
        test = yield node.test
        frame.place = node.test
        return (yield node.body if test else node.orelse)

    # Collections and texts

    def several(self, parts: Sequence[ast.expr], node: ast.AST, frame: Frame) -> Visit:
        """The values of parts of a node, and all that there is in those with a star."""
        items: list[Any] = []
        for part in parts:
            if not isinstance(part, ast.Starred):
                items.append((yield part))
                continue
            value = yield part.value
            frame.place = node
            if not hasattr(type(value), "__iter__"):
                raise TypeError(f"Value after * must be an iterable, not {type(value).__name__}")
            items.extend(self.guard.listed(value))
            self.guard.result(items)
        frame.place = node
        return items

    def visit_list(self, node: ast.List, frame: Frame) -> Visit:
        return self.several(node.elts, node, frame)

    def visit_tuple(self, node: ast.Tuple, frame: Frame) -> Visit:
        return tuple((yield from self.several(node.elts, node, frame)))

    def visit_set(self, node: ast.Set, frame: Frame) -> Visit:
        return self.guard.set_of((yield from self.several(node.elts, node, frame)))

    def visit_dict(self, node: ast.Dict, frame: Frame) -> Visit:
        made: dict[Any, Any] = {}
        for key, part in zip(node.keys, node.values, strict=True):
            found = None if key is None else (yield key)
            value = yield part
            frame.place = node
            if key is None:
                made.update(_mapping(value))
            else:
                self.guard.put(made, found, value)
        return self.guard.result(made)

    def visit_slice(self, node: ast.Slice, frame: Frame) -> Visit:
        bounds: list[Any] = []
        for part in (node.lower, node.upper, node.step):
            bounds.append(None if part is None else (yield part))
        frame.place = node
        # Python crashes where many slices that are inside each other are freed.
        if any(isinstance(bound, slice) for bound in bounds):
            raise TypeError("slice indices must be integers or None or have an __index__ method")
        return slice(*bounds)

    def visit_joinedstr(self, node: ast.JoinedStr, frame: Frame) -> Visit:
        texts = yield from self.several(node.values, node, frame)
        return self.guard.result("".join(texts))

    def visit_formattedvalue(self, node: ast.FormattedValue, frame: Frame) -> Visit:
        value = yield node.value
        spec = "" if node.format_spec is None else (yield node.format_spec)
        frame.place = Field(node.value)
        return formatted_value(self.guard, value, _CONVERSIONS[node.conversion], spec)

    # Parts of values

    def visit_attribute(self, node: ast.Attribute, frame: Frame) -> Visit:
        owner = yield node.value
        frame.place = node
        return attribute_of(owner, node.attr, self.guard)

    def visit_subscript(self, node: ast.Subscript, frame: Frame) -> Visit:
        owner = yield node.value
        key = yield node.slice
        frame.place = node
        return self.item(owner, key)

    def item(self, owner: Any, key: Any) -> Any:
        """`owner[key]`."""
        self.guard.whole(key)
        return self.guard.result(owner[key])

    def set_item(self, owner: Any, key: Any, value: Any) -> None:
        """`owner[key] = value`."""
        self.guard.whole(key)
        self.guard.beside_tensor(owner, value)
        owner[key] = value
        self.guard.result(owner)

    # Names

    def scope_of(self, code: Code, scope: Scope, name: str) -> Scope:
        """Where code that runs in a scope gives a name its value. UnknownName: nowhere."""
        if name not in code.elsewhere:
            return scope
        if name in code.global_names:
            return scope.outermost()
        outer = scope.outer
        while outer is not None and outer.outer is not None:
            if name in outer.names:
                return outer
            outer = outer.outer
        raise UnknownName("SyntaxError", f"no binding for nonlocal '{name}' found")

    def lookup(self, frame: Frame, name: str, scope: Scope | None) -> Any:
        """The value of a name, seen from a scope of a frame. UnknownName, in Python's words: it has none."""
        if name in frame.code.global_names:
            scope = frame.scope.outermost()
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            if scope is frame.scope and frame.code.names is not None and name in frame.code.names:
                message = f"cannot access local variable '{name}' where it is not associated with a value"
                raise UnknownName("UnboundLocalError", message)
            scope = scope.outer
        if name in self.namespace:
            return self.namespace[name]
        known = [*self.namespace, *frame.scope.names]
        help = meant_by_word("script", name)
        close = None if help or is_special(name) else did_you_mean(name, known)
        if help is None and hasattr(builtins, name) and not is_special(name):
            help, close = f"it is not part of the language; {TRUSTED}", None
        raise UnknownName("NameError", f"name '{name}' is not defined", close, help)

    def store(self, frame: Frame, name: str, value: Any) -> None:
        """Gives a name its value."""
        if name not in frame.code.elsewhere:
            frame.scope.names[name] = value
        else:
            self.scope_of(frame.code, frame.scope, name).names[name] = value

    def visit_namedexpr(self, node: ast.NamedExpr, frame: Frame) -> Visit:
        value = yield node.value
        frame.place = node.target
        code, scope = frame.code, frame.scope
        while code.is_comprehension and code.outer is not None and scope.outer is not None:
            code, scope = code.outer, scope.outer
        self.scope_of(code, scope, node.target.id).names[node.target.id] = value
        return value

    def named(self, target: ast.expr, value: Any, frame: Frame) -> bool:
        """Gives a value to what is nothing but a name, as most targets are; False: it is something else."""
        is_name = type(target) is ast.Name
        if is_name:
            frame.place = target
            self.store(frame, target.id, value)
        return is_name

    def assigned(self, target: ast.expr, value: Any, frame: Frame) -> Visit:
        """Gives a value to a target, or what is in it to all that are in that."""
        pending = [(target, value)]
        while pending:
            target, value = pending.pop()
            frame.place = target
            if isinstance(target, ast.Name):
                self.store(frame, target.id, value)
            elif isinstance(target, ast.Attribute):
                owner = yield target.value
                frame.place = target
                set_attribute_of(owner, target.attr, value)
            elif isinstance(target, ast.Subscript):
                owner = yield target.value
                key = yield target.slice
                frame.place = target
                self.set_item(owner, key, value)
            elif isinstance(target, (ast.List, ast.Tuple)):
                parts = [part.value if isinstance(part, ast.Starred) else part for part in target.elts]
                pending += reversed([*zip(parts, self.unpacked(target.elts, value), strict=True)])

    def unpacked(self, targets: Sequence[ast.expr], value: Any) -> list[Any]:
        """What each of several targets is given, of which one may have a star.

        ValueError: there are more or fewer values. TypeError: there are none at all.
        """
        count = len(targets)
        star = next((i for i, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
        if star is not None:
            items = self.guard.listed(value)
            if len(items) < count - 1:
                raise ValueError(f"not enough values to unpack (expected at least {count - 1}, got {len(items)})")
            end = len(items) - (count - star - 1)
            return [*items[:star], items[star:end], *items[end:]]
        try:
            iterator = iter(value)
        except TypeError:
            if hasattr(type(value), "__iter__"):
                raise
            raise TypeError(f"cannot unpack non-iterable {type(value).__name__} object") from None
        items = [item for item, _ in zip(iterator, range(count + 1), strict=False)]
        if len(items) > count:
            raise ValueError(f"too many values to unpack (expected {count})")
        if len(items) < count:
            raise ValueError(f"not enough values to unpack (expected {count}, got {len(items)})")
        return items

    # Calls and functions

    def visit_call(self, node: ast.Call, frame: Frame) -> Visit:
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args and not node.keywords:
            frame.place = node
            return _super(frame)
        callee = yield node.func
        args: list[Any] = []
        for part in node.args:
            if type(part) is ast.Starred:
                args += yield from self.several([part], node, frame)
            else:
                args.append((yield part))
        frame.place = node
        kwargs: dict[str, Any] = {}
        for keyword in node.keywords:
            value = yield keyword.value
            frame.place = node
            for key, item in [(keyword.arg, value)] if keyword.arg is not None else _mapping(value).items():
                if not isinstance(key, str):
                    raise TypeError("keywords must be strings")
                if key in kwargs:
                    raise TypeError(f"got multiple values for keyword argument '{key}'")
                kwargs[key] = item
        made = self.called(callee, args, kwargs)
        return (yield made) if type(made) is Frame else made

    def called(self, callee: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """The frame in which a function of the script begins, or the result of calling anything else."""
        kind = type(callee)
        if kind is Partial:
            callee, args, kwargs = callee.function, [*callee.args, *args], {**callee.kwargs, **kwargs}
            kind = type(callee)
        if kind is Bound:
            callee, args = callee.function, [callee.first, *args]
            kind = type(callee)
        return self.begun(callee, args, kwargs) if kind is Function else self.outside(callee, args, kwargs)

    def outside(self, callee: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """The result of calling what is no function of the script."""
        if not callable(callee):
            raise TypeError(f"'{type(callee).__name__}' object is not callable")
        if not isinstance(callee, _PYTHON):
            # The engine makes tensors of lists.
            self.guard.whole((*args, *kwargs.values()))
        result = self.guard.result(callee(*args, **kwargs))
        if type(result) is int:
            check_bits(result.bit_length())
        # A method may have made its list longer.
        self.guard.result(getattr(callee, "__self__", None))
        return result

    def begun(self, function: Function, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Frame | ScriptGenerator:
        """A call of a function of the script, which is to be gone through, or what goes through it bit by bit."""
        frame = Frame(function.code, Scope(function.bind(args, kwargs), function.scope))
        frame.stack.append(self.body(function.code.node, frame))
        return ScriptGenerator(self, frame) if function.code.generates else frame

    def body(self, node: ast.FunctionDef | ast.Lambda, frame: Frame) -> Visit:
        """The body of a function."""
        if isinstance(node, ast.Lambda):
            return (yield node.body)
        for statement in node.body:
            if type(statement) is ast.Return:
                return None if statement.value is None else (yield statement.value)
            leaving = yield statement
            if leaving is not None:
                return leaving.value
        return None

    def function(self, node: ast.FunctionDef | ast.Lambda, frame: Frame) -> Visit:
        """A function, made from its code and its default values."""
        code = frame.code.codes[node]
        defaults = [*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None)]
        values = yield from self.several(defaults, node, frame)
        signature = code.signature
        names = (*signature.parameters[len(signature.parameters) - signature.defaults :], *signature.keyword_defaults)
        return Function(self, code, dict(zip(names, values, strict=True)), frame.closure)

    def visit_lambda(self, node: ast.Lambda, frame: Frame) -> Visit:
        return self.function(node, frame)

    def visit_yield(self, node: ast.Yield, frame: Frame) -> Visit:
        value = None if node.value is None else (yield node.value)
        frame.place = node
        return (yield Yielding(value))

    def visit_yieldfrom(self, node: ast.YieldFrom, frame: Frame) -> Visit:
        source = yield node.value
        frame.place = node.value
        iterator = iter(source)
        step = partial(next, iterator)
        while True:
            self.count_step()
            frame.place = node.value
            try:
                value = step()
            except StopIteration as stop:
                return stop.value
            try:
                sent = yield Yielding(value)
                step = partial(next, iterator) if sent is None else partial(iterator.send, sent)
            except Raised as found:
                if not isinstance(iterator, ScriptGenerator):
                    raise
                if isinstance(found.error, GeneratorExit):
                    iterator.close()
                    raise
                step = partial(iterator.throw, found.error)

    def comprehension(self, node: Comprehension, frame: Frame) -> Visit:
        """A function of the first source, as in Python, so that its names are its own."""
        source = yield node.generators[0].iter
        frame.place = node.generators[0].iter
        iterator = iter(source)
        frame.place = node
        inner = Frame(frame.code.codes[node], Scope({".0": iterator}, frame.closure))
        if isinstance(node, ast.GeneratorExp):
            inner.stack.append(self.collected(node, inner, 0, iterator, None))
            return ScriptGenerator(self, inner)
        made: Any = [] if isinstance(node, ast.ListComp) else set() if isinstance(node, ast.SetComp) else {}
        inner.stack.append(self.collected(node, inner, 0, iterator, made))
        yield inner
        return made

    visit_listcomp = visit_setcomp = visit_dictcomp = visit_generatorexp = comprehension

    def collected(self, node: Comprehension, frame: Frame, number: int, iterator: Any, made: Any) -> Visit:
        """Goes through the values of the `number`-th source of a comprehension, and adds to what is made, or yields."""
        clause, is_last = node.generators[number], number + 1 == len(node.generators)
        while True:
            self.count_step()
            frame.place = clause.iter
            try:
                value = next(iterator)
            except StopIteration:
                return
            if not self.named(clause.target, value, frame):
                yield from self.assigned(clause.target, value, frame)
            for condition in clause.ifs:
                test = yield condition
                frame.place = condition
                if not test:
                    break
            else:
                if is_last and type(node) is ast.ListComp:
                    made.append((yield node.elt))
                elif is_last:
                    yield from self.collect(node, frame, made)
                else:
                    source = yield node.generators[number + 1].iter
                    frame.place = node.generators[number + 1].iter
                    yield from self.collected(node, frame, number + 1, iter(source), made)

    def collect(self, node: Comprehension, frame: Frame, made: Any) -> Visit:
        """Computes what a comprehension has of one value, and adds it to what is made, or yields it."""
        key = (yield node.key) if isinstance(node, ast.DictComp) else None
        part = node.value if isinstance(node, ast.DictComp) else node.elt
        value = yield part
        frame.place = part
        if isinstance(node, ast.SetComp):
            self.guard.add(made, value)
        elif isinstance(node, ast.DictComp):
            self.guard.put(made, key, value)
        else:
            yield Yielding(value)


def _mapping(value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"'{type(value).__name__}' object is not a mapping")
    return value


def _super(frame: Frame) -> Super:
    """What `super()` is in a method."""
    scope: Scope | None = frame.scope
    while scope is not None and scope.of is None:
        scope = scope.outer
    parameters = frame.code.signature.parameters
    if scope is None or not parameters or parameters[0] not in frame.scope.names:
        raise RuntimeError("super(): no arguments")
    return Super(scope.of, frame.scope.names[parameters[0]])
