"""Runs a program on the engine, so that the graph of its value is the graph of the expression.

The syntax tree may be deeper than Python's stack: a list of tasks stands for the recursion. A value on its way is a
Tensor, a Python number (a literal, or computed from literals), a list, or a named tuple of tensors (`max(x, dim=0)`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from ...engine import Tensor
from ...engine.table.registry import FUNCTIONS, ops
from ...engine.tensors.dtypes import bool_
from ...engine.tensors.errors import ParameterError, is_foreign, kind_of
from ...engine.tensors.size import TooLargeError, at_most, check_count
from ...engine.tensors.symbol import TraceError, is_open, is_symbolic
from ..syntax.errors import ExpressionError
from ..syntax.records import (
    Assign,
    Binary,
    Call,
    Conditional,
    Define,
    Method,
    Name,
    Number,
    Program,
    Subscript,
    Syntax,
    Text,
)
from ..syntax.walk import children, walk
from .application import Application, Observer
from .limits import Limits
from .names import CONSTANTS, nothing_to_compute
from .values import Operand, Value, gated, operand, tensor_of

# What to do for a record once the values before it are there: `do(evaluation, record, given)`. With a plain tuple, of
# which there is one for each operation, an expression is evaluated in 0.9 times the time that a named one takes.
_Then: TypeAlias = "tuple[Callable[[_Evaluation, Any, Any], None], Any, Any]"


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
    observe: Observer | None = None,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Inside a trace, the value of a program and of every name that it assigns.

    Both branches of a conditional on a traced value are computed, and where one is not chosen no gradient enters it.
    ExpressionError: as `evaluate`. TraceError: the program needs numbers, or its branches differ in shape.
    """
    evaluation = _Evaluation(program, variables, limits, observe)
    try:
        value = evaluation.run()
    except ExpressionError as error:
        if not evaluation.joins:
            raise
        # It may be about a branch that is never taken.
        raise TraceError(str(error)) from error
    assigned = [s.name for s in program.statements if type(s) is Assign]
    return value, {name: tensor_of(evaluation.names[name]) for name in assigned}


def evaluate_again(program: Program, others: Mapping[str, Tensor], limits: Limits, **given: Tensor) -> Tensor:
    """The value of a program for these of its variables in place of the `others` so named."""
    return evaluate(program, {**others, **given}, limits)


class _Evaluation:
    def __init__(
        self, program: Program, variables: Mapping[str, Tensor], limits: Limits, observe: Observer | None
    ) -> None:
        self.program = program
        self.limits = limits
        self.application = Application(program.source, limits, observe)
        self.names: dict[str, Value] = {**CONSTANTS, **variables}
        self.functions: dict[str, Define] = {}
        self.steps = 0
        self.current: Any = None  # the record that an error of the engine is about
        self.conditions: tuple[Tensor, ...] = ()  # those of traced branches, which hold where the branch is chosen
        self.joins = False
        self.tasks: list[Any] = []  # records, and _Then
        self.values: list[Value] = []
        self.scope: Mapping[str, Value] = self.names
        self.depth = 0
        # For each call that is not over: the function, and how many conditions it was called under.
        self.calls: list[tuple[Define, int]] = []

    def run(self) -> Tensor:
        with at_most(self.limits.elements):
            return self.last_value()

    def last_value(self) -> Tensor:
        """Runs the statements in turn."""
        result: Value = None
        for statement in self.program.statements:
            if type(statement) is Define:
                self.functions[statement.name] = statement
                result = None
            elif type(statement) is Assign:
                result = self.names[statement.name] = self.value_of(statement.value)
            else:
                result = self.value_of(statement)
        if result is None:
            raise nothing_to_compute(self.program)
        return tensor_of(result)

    def value_of(self, root: Syntax) -> Operand:
        """The value of one expression: a Tensor or a Python number."""
        try:
            value = operand(self.computed(root))
            if isinstance(value, Tensor):
                check_count(value._data.size)
            return value
        except (MemoryError, TooLargeError):
            raise self.application.too_large(self.current) from None
        except ParameterError as error:
            raise self.application.error("value", str(error), self.current, self.without_derivative()) from None
        except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
            raise self.explained(error) from error

    def without_derivative(self) -> str:
        """The help where a number is needed and there is something to differentiate by: which variables it is."""
        record = self.current
        tensors = FUNCTIONS[record.function].tensors if type(record) is Call else 1
        numbers = children(record)[tensors:] or children(record)[:1]
        found = dict.fromkeys(part.name for number in numbers for part in walk(number) if type(part) is Name)
        names = ",".join(name for name in found if getattr(self.names.get(name), "is_leaf", False))
        return f"write a number, or add `--const {names}`" if names else "write a number"

    def explained(self, error: Exception) -> ExpressionError:
        """The error of an operation as one of the expression."""
        record, kind = self.current, kind_of(error)
        name = record.function if type(record) is Call else record.name if type(record) is Method else None
        if is_foreign(error):
            place = type(record) is Subscript
            message = "there is nothing at this place" if place else "these operands do not go together"
            return self.application.error("value" if place else "type", message, record)
        called = FUNCTIONS.get(name) if kind == "type" and name else None
        help = f"it is called as {called.signature()}" if called else None
        return self.application.error(kind, str(error), record, help)

    def computed(self, root: Syntax) -> Value:
        """Computes a record: works off a stack of records, and of what to do with their values."""
        tasks: list[Any] = [root]
        self.tasks = tasks
        values = self.values = []
        self.scope, self.depth = self.names, 0
        self.current = root
        while tasks:
            task = tasks.pop()
            kind = type(task)
            if kind is tuple:
                do, self.current, given = task
                do(self, self.current, given)
            elif kind is Number or kind is Text:
                values.append(task.value)
            elif kind is Name:
                values.append(self.lookup(task))
            elif kind is Conditional:
                tasks += ((_Evaluation.choose, task, None), task.condition)
            else:
                self.steps += 1
                if self.steps > self.limits.nodes:
                    raise self.application.limit("nodes", "operations", self.limits.nodes, task)
                if kind is Binary:
                    # As below, for most records: an expression is evaluated in 0.8 times the time.
                    tasks += (_Evaluation.operate, task, None), task.right, task.left
                    continue
                parts = children(task)
                tasks.append((_Evaluation.combine, task, len(parts)))
                tasks += parts[::-1]
        return values[0]

    def lookup(self, expr: Name) -> Value:
        try:
            value = self.scope[expr.name]
        except KeyError:
            raise self.application.error(
                "name", f"`{expr.name}` has no value", expr, f"give it one: --{expr.name} 1"
            ) from None
        for condition in self.conditions:
            value = gated(value, condition)
        return value

    # What is done with values once they are there.

    def operate(self, expr: Binary, _: None) -> None:
        """Replaces the values of two operands by their operator's."""
        right = self.values.pop()
        self.values[-1] = self.application.binary(expr, self.values[-1], right)

    def combine(self, expr: Any, parts: int) -> None:
        """Replaces the values of a record's parts by its own."""
        values = self.values
        arguments = values[len(values) - parts :]
        del values[len(values) - parts :]
        defined = self.functions.get(expr.function) if self.functions and type(expr) is Call else None
        if defined is None:
            values.append(self.application.value(expr, arguments))
            return
        self.depth += 1
        if self.depth > self.limits.calls:
            raise self.application.limit("calls", "calls of functions inside each other", self.limits.calls, expr)
        if self.conditions and any(f is defined and len(self.conditions) > outside for f, outside in self.calls):
            # Both branches are traced, and the one that calls again would be for ever.
            raise TraceError(f"how often `{defined.name}` calls itself depends on the numbers")
        self.calls.append((defined, len(self.conditions)))
        self.tasks += ((_Evaluation.leave, expr, self.scope), defined.body)
        # A function sees its parameters, its own program's constants and names, and no caller's.
        self.scope = {**self.names, **dict(zip(defined.parameters, map(operand, arguments), strict=True))}

    def leave(self, expr: Call, scope: Mapping[str, Value]) -> None:
        """Ends a call of one of the program's own functions."""
        self.scope = scope
        self.depth -= 1
        self.calls.pop()

    def choose(self, expr: Conditional, _: None) -> None:
        """Goes on with the branch that a condition chooses: one of them, or both where it has elements or no number."""
        condition = operand(self.values.pop())
        if not isinstance(condition, Tensor):
            self.tasks.append(expr.then if condition else expr.otherwise)
        elif condition.numel() != 1:
            self.tasks += ((_Evaluation.select, expr, condition), expr.otherwise, expr.then)
        elif is_open(condition._data):
            self.both_branches(expr, condition)
        elif is_symbolic(condition._data):
            self.tasks.append(expr.then if condition._data else expr.otherwise)
        else:
            self.tasks.append(expr.then if condition else expr.otherwise)

    def select(self, expr: Conditional, condition: Tensor) -> None:
        """Replaces the values of both branches by what the elements of the condition choose."""
        otherwise, then = operand(self.values.pop()), operand(self.values.pop())
        self.values.append(self.application.done(expr, ops.where, [condition, then, otherwise]))

    def both_branches(self, expr: Conditional, condition: Tensor) -> None:
        """Goes on with both branches of a conditional on a traced value, and then chooses."""
        self.joins = True
        condition = condition.reshape(()).detach()
        if condition.dtype is not bool_:
            condition = ops.ne(condition, 0)
        outside = self.conditions
        self.tasks += (
            (_Evaluation.join, expr, condition),
            (_Evaluation.assume, expr, outside),
            expr.otherwise,
            (_Evaluation.assume, expr, (*outside, ops.logical_not(condition))),
            expr.then,
            (_Evaluation.assume, expr, (*outside, condition)),
        )

    def assume(self, expr: Conditional, conditions: tuple[Tensor, ...]) -> None:
        """From here on, until the next: the conditions that all have to hold for what is computed to be used."""
        self.conditions = conditions

    def join(self, expr: Conditional, condition: Tensor) -> None:
        """The branch that the condition chooses. TraceError: they differ in shape or dtype, so nothing can be both."""
        otherwise, then = tensor_of(self.values.pop()), tensor_of(self.values.pop())
        if then.shape != otherwise.shape or then.dtype is not otherwise.dtype:
            raise TraceError("the branches of a conditional on a traced value differ in shape or dtype")
        self.values.append(self.application.done(expr, ops.where, [condition, then, otherwise]))
