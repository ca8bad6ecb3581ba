"""Runs a program on the engine, so that the graph of its value is the graph of the expression.

The syntax tree may be deeper than Python's stack: a list of tasks stands for the recursion. A value on its way is a
Tensor, a Python number (a literal, or computed from literals), a list, or a named tuple of tensors (`max(x, 0)`).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ...engine import FUNCTIONS, Tensor
from ...engine.api.creation import tensor
from ...engine.table.record import Function, is_number
from ...engine.table.registry import ops
from ...engine.tensors.dtypes import bool_
from ...engine.tensors.symbol import TraceError, is_symbolic
from ..syntax.errors import ExpressionError
from ..syntax.records import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Define,
    Dots,
    List,
    Method,
    Name,
    Number,
    Program,
    Slice,
    Subscript,
    Text,
    Unary,
)
from ..syntax.walk import children
from .names import TENSOR_ATTRIBUTES

CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan}

Observer = Callable[[Any, Any, list[Any]], None]


class Limits(NamedTuple):
    """What a program may use: evaluated nodes, elements of one tensor, depth of calls of its own functions."""

    nodes: int = 1_000_000
    elements: int = 10_000_000
    calls: int = 1_000


class _Apply(NamedTuple):
    expr: Any
    parts: int


class _Choose(NamedTuple):
    expr: Conditional


class _Select(NamedTuple):
    expr: Conditional
    condition: Tensor


class _Return(NamedTuple):
    expr: Call
    scope: Mapping[str, Any]


class _Guard(NamedTuple):
    """From here on, until the next: the conditions that all have to hold for what is computed to be used."""

    expr: Conditional
    conditions: tuple[Tensor, ...]


class _Join(NamedTuple):
    expr: Conditional
    condition: Tensor


_TASKS = (_Apply, _Choose, _Select, _Return, _Guard, _Join)


def evaluate(
    program: Program,
    variables: Mapping[str, Tensor],
    limits: Limits = Limits(),  # noqa: B008  (a tuple of constants)
    observe: Observer | None = None,
) -> Tensor:
    """The value of a program: that of its last statement, as a tensor.

    `observe(expr, value, arguments)` is called for each operation as it is done. ExpressionError: a name without a
    value, shapes or types that do not fit (in PyTorch's words), a limit.
    """
    return _Evaluation(program, variables, limits, observe).run()


def evaluate_traced(
    program: Program,
    variables: Mapping[str, Tensor],
    limits: Limits = Limits(),  # noqa: B008
) -> tuple[Tensor, dict[str, Tensor]]:
    """Inside a trace, the value of a program and of every name that it assigns.

    Both branches of a conditional on a traced value are computed, and where one is not chosen no gradient enters it.
    ExpressionError: as `evaluate`. TraceError: the program needs numbers, or its branches differ in shape.
    """
    evaluation = _Evaluation(program, variables, limits, None)
    try:
        value = evaluation.run()
    except ExpressionError as error:
        if not evaluation.joins:
            raise
        # It may be about a branch that is never taken.
        raise TraceError(str(error)) from error
    assigned = [s.name for s in program.statements if type(s) is Assign]
    return value, {name: tensor_of(evaluation.names[name]) for name in assigned}


class _Evaluation:
    def __init__(
        self, program: Program, variables: Mapping[str, Tensor], limits: Limits, observe: Observer | None
    ) -> None:
        self.program = program
        self.limits = limits
        self.observe = observe
        self.names: dict[str, Any] = {**CONSTANTS, **variables}
        self.functions: dict[str, Define] = {}
        self.steps = 0
        self.current: Any = None
        self.guards: tuple[Tensor, ...] = ()
        self.joins = False

    def run(self) -> Tensor:
        result: Any = None
        for statement in self.program.statements:
            if type(statement) is Define:
                self.functions[statement.name] = statement
                result = None
            elif type(statement) is Assign:
                result = self.names[statement.name] = self.value_of(statement.value)
            else:
                result = self.value_of(statement)
        if result is None:
            last = self.program.statements[-1]
            raise self.error(
                "syntax", "there is nothing to compute", last, "end with an expression, such as a call of the function"
            )
        return tensor_of(result)

    def value_of(self, root: Any) -> Any:
        """The value of one expression: a Tensor or a Python number."""
        tasks: list[Any] = [root]
        try:
            return self.bounded(operand(self.run_tasks(tasks)), root)
        except MemoryError:
            raise self.limit("elements", "elements in one tensor", self.limits.elements, self.current) from None
        except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
            raise self.error(kind_of(error), str(error), self.current) from error

    def run_tasks(self, tasks: list[Any]) -> Any:
        """Works off the tasks. Errors of the engine are about `self.current`."""
        values: list[Any] = []
        names: Mapping[str, Any] = self.names
        depth = 0
        while tasks:
            task = tasks.pop()
            kind = type(task)
            self.current = task.expr if kind in _TASKS else task
            if kind is _Apply:
                arguments = values[len(values) - task.parts :]
                del values[len(values) - task.parts :]
                defined = self.functions.get(task.expr.function) if type(task.expr) is Call else None
                if defined is not None:
                    depth += 1
                    if depth > self.limits.calls:
                        raise self.limit("calls", "calls of functions inside each other", self.limits.calls, task.expr)
                    tasks.append(_Return(task.expr, names))
                    tasks.append(defined.body)
                    # A function sees its parameters, its own program's constants and names, and no caller's.
                    names = {**self.names, **dict(zip(defined.parameters, map(operand, arguments), strict=True))}
                else:
                    values.append(self.apply(task.expr, arguments))
            elif kind is Number or kind is Text:
                values.append(task.value)
            elif kind is Name:
                values.append(self.lookup(task, names))
            elif kind is Conditional:
                tasks.append(_Choose(task))
                tasks.append(task.condition)
            elif kind is _Choose:
                condition = operand(values.pop())
                if is_traced(condition) and condition.numel() == 1:
                    tasks.extend(reversed(self.both_branches(task.expr, condition)))
                elif isinstance(condition, Tensor) and condition.numel() != 1:
                    tasks.append(_Select(task.expr, condition))
                    tasks.append(task.expr.otherwise)
                    tasks.append(task.expr.then)
                else:
                    tasks.append(task.expr.then if condition else task.expr.otherwise)
            elif kind is _Select:
                otherwise, then = operand(values.pop()), operand(values.pop())
                values.append(self.done(task.expr, ops.where, [task.condition, then, otherwise]))
            elif kind is _Guard:
                self.guards = task.conditions
            elif kind is _Join:
                otherwise, then = operand(values.pop()), operand(values.pop())
                values.append(self.join(task, tensor_of(then), tensor_of(otherwise)))
            elif kind is _Return:
                names = task.scope
                depth -= 1
            else:
                self.count(task)
                parts = children(task)
                tasks.append(_Apply(task, len(parts)))
                tasks.extend(reversed(parts))
        return values[0]

    def count(self, expr: Any) -> None:
        self.steps += 1
        if self.steps > self.limits.nodes:
            raise self.limit("nodes", "operations", self.limits.nodes, expr)

    def lookup(self, expr: Name, names: Mapping[str, Any]) -> Any:
        try:
            value = names[expr.name]
        except KeyError:
            raise self.error("name", f"`{expr.name}` has no value", expr, f"give it one: --{expr.name} 1") from None
        for condition in self.guards:
            value = guarded(value, condition)
        return value

    def both_branches(self, expr: Conditional, condition: Tensor) -> list[Any]:
        """The tasks that compute both branches of a conditional on a traced value, and choose."""
        self.joins = True
        condition = condition.reshape(()).detach()
        if condition.dtype is not bool_:
            condition = ops.ne(condition, 0)
        return [
            _Guard(expr, (*self.guards, condition)),
            expr.then,
            _Guard(expr, (*self.guards, ops.logical_not(condition))),
            expr.otherwise,
            _Guard(expr, self.guards),
            _Join(expr, condition),
        ]

    def join(self, task: _Join, then: Tensor, otherwise: Tensor) -> Any:
        """The branch that the condition chooses. TraceError: they differ in shape or dtype, so nothing can be both."""
        if then.shape != otherwise.shape or then.dtype is not otherwise.dtype:
            raise TraceError("the branches of a conditional on a traced value differ in shape or dtype")
        return self.done(task.expr, ops.where, [task.condition, then, otherwise])

    def apply(self, expr: Any, arguments: list[Any]) -> Any:
        """Does the one operation that `expr` stands for on values already computed."""
        kind = type(expr)
        if kind is List:
            return arguments
        if kind is Slice:
            return self.slice_of(expr, arguments)
        if kind is Dots:
            return Ellipsis
        if kind is Attribute:
            return self.attribute(expr, arguments[0])
        if kind is Subscript:
            key = tuple(map(index_of, arguments[1:]))
            whole = arguments[0] if isinstance(arguments[0], tuple) else tensor_of(arguments[0])
            return self.done(expr, operator.getitem, [whole, key[0] if len(key) == 1 else key])
        if kind is Call:
            return self.call(expr, FUNCTIONS[expr.function], arguments)
        if kind is Method:
            return self.call(expr, FUNCTIONS[expr.name], arguments)
        arguments = [operand(a) for a in arguments]
        if kind is Binary:
            function = number_operator(expr.op) if all(map(is_number, arguments)) else BINARY[expr.op]
        elif kind is Unary:
            function = UNARY[expr.op]
        else:
            assert kind is Compare
            return self.compare(expr, arguments)
        return self.done(expr, function, arguments)

    def slice_of(self, expr: Slice, arguments: list[Any]) -> slice:
        given = iter(arguments)
        parts = [None if part is None else next(given) for part in (expr.lower, expr.upper, expr.step)]
        for part in parts:
            if part is not None and not isinstance(part, int):
                raise self.error("type", "a slice takes whole numbers", expr)
        return slice(*parts)

    def attribute(self, expr: Attribute, value: Any) -> Any:
        if expr.name not in TENSOR_ATTRIBUTES:
            fields = getattr(value, "_fields", ())
            if expr.name not in fields:
                names = ", ".join(f"`{field}`" for field in fields)
                help = f"it has {names}" if fields else "what has several results, such as `max(x, 0)`, has names"
                raise self.error("type", f"this has no `{expr.name}`", expr, help)
            return getattr(value, expr.name)
        return self.done(expr, lambda x: getattr(x, expr.name), [tensor_of(value)])

    def compare(self, expr: Compare, arguments: list[Any]) -> Any:
        result: Any = None
        for op, left, right in zip(expr.ops, arguments, arguments[1:], strict=False):
            holds = self.done(expr, COMPARISONS[op], [left, right])
            result = holds if result is None else self.done(expr, _both, [result, holds])
        return result

    def call(self, expr: Any, function: Function, arguments: list[Any]) -> Any:
        """Calls a function of the table; numbers given for its tensor arguments become tensors."""
        # Of several results, the first is the argument: where(x > 1, sort(x), 0).
        arguments = [tensor_of(a) if hasattr(a, "_fields") else a for a in arguments]
        count = len(arguments) - len(expr.kwargs)
        positional: list[Any] = arguments[:count]
        named = {name: value for (name, _), value in zip(expr.kwargs, arguments[count:], strict=True)}
        for name, value in function.assumed.items():
            if name not in named and function.arguments.index(name) >= count:
                named[name] = value
        if function.variadic:
            items = positional[0] if isinstance(positional[0], list) else [positional[0]]
            positional[0] = [tensor_of(item) for item in items]
        else:
            convert = operand if function.numbers else tensor_of
            for i, name in enumerate(function.arguments[: function.tensors]):
                if i < count:
                    positional[i] = convert(positional[i])
                elif name in named:
                    named[name] = convert(named[name])
            if function.numbers and not any(isinstance(v, Tensor) for v in (*positional, *named.values())):
                positional = [tensor_of(v) for v in positional]
        return self.done(expr, lambda *values: function.call(*values, **named), positional)

    def done(self, expr: Any, function: Callable[..., Any], arguments: list[Any]) -> Any:
        """The function's result, within the limits, and shown to the observer."""
        for argument in arguments:
            # A list has only now become a tensor.
            self.bounded(argument, expr)
        value = self.bounded(function(*arguments), expr)
        if self.observe is not None:
            self.observe(expr, value, arguments)
        return value

    def bounded(self, value: Any, expr: Any) -> Any:
        """The value, if it is not too large a tensor."""
        if isinstance(value, Tensor) and value._data.size > self.limits.elements:
            raise self.limit("elements", "elements in one tensor", self.limits.elements, expr)
        return value

    def limit(self, option: str, what: str, limit: int, expr: Any) -> ExpressionError:
        return self.error("limit", f"more than {limit:,} {what}", expr, f"raise the limit with `--limit {option}=N`")

    def error(self, kind: str, message: str, expr: Any, help: str | None = None) -> ExpressionError:
        return ExpressionError(kind, message, self.program.source, expr.start, expr.end, help)


def kind_of(error: Exception) -> str:
    """The kind of an error that the engine raised, for `ExpressionError`."""
    text = str(error)
    if "size" in text or "shape" in text or "imension" in text:
        return "shape"
    return "type" if isinstance(error, TypeError) else "value"


def operand(value: Any) -> Any:
    """A value as an operand, a Tensor or a Python number: as `tensor_of`, but a number stays one."""
    return value if is_number(value) else tensor_of(value)


def tensor_of(value: Any) -> Tensor:
    """A value as a tensor; numbers take the default dtype, a list is stacked. TypeError: something else."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, bool):
        return tensor(value)
    if is_number(value):
        return tensor(_as_float(value))
    if hasattr(value, "_fields"):
        return value[0]
    if isinstance(value, (list, tuple)):
        return _stacked(list(value))
    raise TypeError(f"a number or tensor is expected here, not {_NAMES.get(type(value), type(value).__name__)}")


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def index_of(value: Any) -> Any:
    """A value as an index: a tensor of whole numbers, as all variables are floating, as integers."""
    if isinstance(value, Tensor) and value.dtype.is_floating_point:
        data = value._data
        if not np.all(np.isfinite(data)) or np.any(data != np.rint(data)):
            raise IndexError("an index is a whole number")
        return int(data) if not data.ndim else Tensor(data.astype(np.int64))
    if isinstance(value, Tensor) and not value.ndim and value.dtype is not bool_:
        return int(value)
    return value


def is_traced(value: Any) -> bool:
    """Whether a value is a tensor of a trace, which has no numbers."""
    return isinstance(value, Tensor) and is_symbolic(value._data)


def guarded(value: Any, condition: Tensor) -> Any:
    """The value, whose gradient is that of the condition's branch where it holds and 0 elsewhere.

    A branch that is not chosen may have a nan for its gradient, which multiplying by 0 would not remove.
    """
    if not isinstance(value, Tensor) or not value.requires_grad:
        return value
    return ops.where(condition, value, value.detach())


_NAMES = {type(None): "None", str: "text", slice: "a slice", type(...): "..."}


def _stacked(items: list[Any]) -> Tensor:
    # Nested as deep as its source, so not by recursion: innermost lists first.
    pending: list[tuple[list[Any], list[Tensor]]] = [(items, [])]
    while True:
        remaining, done = pending[-1]
        if len(done) < len(remaining):
            item = remaining[len(done)]
            if isinstance(item, list):
                pending.append((item, []))
            else:
                done.append(tensor_of(item))
            continue
        pending.pop()
        constant = not any(t.requires_grad or is_symbolic(t._data) for t in done)
        if not done:
            joined = tensor([])
        elif constant and len({t.shape for t in done}) == 1:
            joined = Tensor(np.stack([t._data for t in done]))
        else:
            joined = ops.stack(done)
        if not pending:
            return joined
        pending[-1][1].append(joined)


def _both(x: Any, y: Any) -> Any:
    if isinstance(x, Tensor) or isinstance(y, Tensor):
        return ops.logical_and(tensor_of(x), tensor_of(y))
    return bool(x) and bool(y)


def _either(x: Any, y: Any) -> Any:
    if isinstance(x, Tensor) or isinstance(y, Tensor):
        return ops.logical_or(tensor_of(x), tensor_of(y))
    return bool(x) or bool(y)


def _not(x: Any) -> Any:
    return ops.logical_not(x) if isinstance(x, Tensor) else not x


def _matmul(x: Any, y: Any) -> Tensor:
    return ops.matmul(tensor_of(x), tensor_of(y))


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "@": _matmul,
    "and": _both,
    "or": _either,
}
UNARY: dict[str, Callable[[Any], Any]] = {"-": operator.neg, "+": operator.pos, "not": _not}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_NUMERIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.true_divide,
    "//": np.floor_divide,
    "%": np.remainder,
    "**": np.power,
}
_EXACT = 2**53


def number_operator(op: str) -> Callable[[Any, Any], Any]:
    """The operator on two literals: whole numbers stay whole while float64 holds them exactly, else float64's rules.

    So `2**3` can be an index, and `9**9**9**9` is inf at once and `1/0` inf.
    """
    if op not in _NUMERIC:
        return BINARY[op]

    def compute(x: Any, y: Any) -> Any:
        with np.errstate(all="ignore"):
            value = float(_NUMERIC[op](np.float64(x), np.float64(y)))
        whole = isinstance(x, int) and isinstance(y, int) and op != "/"
        return int(value) if whole and abs(value) <= _EXACT and value.is_integer() else value

    return compute


__all__ = ["CONSTANTS", "Limits", "evaluate", "evaluate_traced", "operand", "tensor_of"]
