"""The forward and the backward pass of an expression, as they ran on the very graph that gave its value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from ..engine import Tensor
from ..engine.autograd.graph import AccumulateGrad, Edge, Node
from ..engine.autograd.watch import nodes_observed
from ..engine.nodes import MANY, PrimitiveNode
from ..parser.check import walk
from ..parser.evaluate import evaluate
from ..parser.rule import rule_syntax
from ..parser.syntax import Assign, Define, Name, Number, Program, Unary
from .problem import Problem

# What results may be called; the first that no variable's name looks like is.
_LETTERS = "vwstuabcd"


class Step(NamedTuple):
    """A result of the forward pass.

    `name` is what others call it, `assigned` what the program does. `expr` is the syntax of its sub-expression; `part`
    says that it is one of several operations which that sub-expression stands for, and not the last. `value` is
    NumPy's. `grad_fn` is None where no gradient is computed; `node` and `output` say which output of which node it is.
    """

    name: str
    assigned: str | None
    expr: Any
    part: bool
    value: Any
    grad_fn: str | None
    node: Node | None
    output: int


class Contribution(NamedTuple):
    """A gradient that arrived at a result, and the name of the one whose node sent it; None: the pass began here."""

    sender: str | None
    gradient: Any


class Arrival(NamedTuple):
    """The gradient of a result, and what it is the sum of."""

    name: str
    contributions: list[Contribution]
    total: Any


class Sent(NamedTuple):
    """What a node sent to one of its inputs.

    `rule` is the syntax of the local derivative, or, `with_gradient`, of the gradient sent, where `g` is the one that
    came in; None: it has no formula. `local` is the local derivative as a number, None where there are arrays.
    """

    to: str
    rule: Any
    with_gradient: bool
    local: Any
    gradient: Any


class Visit(NamedTuple):
    """A node of the backward pass by the name of its result: what came in, by output, and what it sent on."""

    name: str
    grad_fn: str
    node: Node
    arrivals: list[Arrival]
    sent: list[Sent]


class Passes(NamedTuple):
    """The steps of the forward pass, and those of the backward pass in the order they ran, ending in the leaves.

    `value` is the tensor with its graph, `gradient_name` what rules call the gradient that came in.
    """

    program: Program
    value: Tensor
    steps: list[Step]
    visits: list[Visit]
    leaves: list[Arrival]
    gradient_name: str

    def expression(self, step: Step) -> str:
        """The sub-expression of a step as written, on one line."""
        return " ".join(self.program.source[step.expr.start : step.expr.end].split())


def record(problem: Problem) -> Passes:
    """Evaluates an expression and differentiates the sum of its value. Errors: as `evaluate` and `backward`."""
    recording = Recording(problem)
    value = recording.forward()
    visits, leaves = recording.backward(value) if value.requires_grad else ([], [])
    return Passes(problem.program, value, recording.steps, visits, leaves, recording.gradient_name)


class Recording:
    """An expression while it is evaluated and differentiated, and what is known of its nodes."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.given = {
            name: value.detach().requires_grad_(name in problem.wrt) for name, value in problem.variables.items()
        }
        taken = _names_in(problem)
        self.letter = next((c for c in _LETTERS if not any(re.fullmatch(rf"{c}\d+", name) for name in taken)), "v_")
        self.gradient_name = "g" if "g" not in taken else "grad"
        self.decimals = any(
            type(part) is Number and isinstance(part.value, float) and not part.value.is_integer()
            for part in _parts(problem.program)
        )
        # By identity: the values are alive as long as the recording.
        self.constants = {id(leaf._data): name for name, leaf in self.given.items()}
        self.assigned = {id(s.value): s.name for s in problem.program.statements if type(s) is Assign}
        self.steps: list[Step] = []
        self.names: dict[Node, str] = {}
        self.made: list[tuple[Node, Any]] = []
        self.count = 0

    def forward(self) -> Tensor:
        """Evaluates the expression, and notes its steps."""
        with nodes_observed(lambda node, result: self.made.append((node, result))):
            value = evaluate(self.problem.program, self.given, self.problem.limits, self.observe)
        # A list becomes a tensor at the very end.
        if self.made:
            self.observe(_last(self.problem.program), value, [])
        elif not self.steps and not any(value is leaf for leaf in self.given.values()):
            self.add(_last(self.problem.program), None, [value], False)
        return value

    def observe(self, expr: Any, result: Any, arguments: list[Any]) -> None:
        """Notes the operations that a sub-expression stood for: those recorded, else its result alone."""
        results = result if isinstance(result, tuple) else (result,)
        last = next((r._grad_fn for r in results if isinstance(r, Tensor) and r._grad_fn is not None), None)
        for node, outputs in self.made:
            self.add(expr, node, outputs if isinstance(outputs, (tuple, list)) else (outputs,), node is not last)
        # A sign before a number is a way to write the number.
        is_literal = type(expr) is Unary and type(expr.operand) is Number
        if last is not None and last not in self.names:
            # What is written in place ends in a node that is not of the table.
            self.add(expr, last, [result], False)
        known = bool(self.made) or is_literal or any(r is a for r in results for a in arguments)
        self.made = []
        if not known and last is None and all(isinstance(r, (Tensor, bool, int, float)) for r in results):
            self.add(expr, None, results, False)

    def add(self, expr: Any, node: Node | None, results: Iterable[Any], part: bool) -> None:
        """Adds a step for each result of an operation."""
        results = list(results)
        self.count += 1
        name = f"{self.letter}{self.count}"
        if node is not None:
            self.names[node] = name
        for number, result in enumerate(results):
            label = _output_name(name, node, number) if len(results) > 1 else name
            data = result._data if isinstance(result, Tensor) else np.asarray(result)[()]
            grad_fn = None if node is None else node.name()
            if node is None:
                self.constants[id(data)] = label
            assigned = None if part else self.assigned.get(id(expr))
            self.steps.append(Step(label, assigned, expr, part, data, grad_fn, node, number))

    def constant_name(self, edge: Edge, data: Any) -> str | None:
        """As `name_of`; where an edge leads nowhere, the name of the constant whose value `data` is, if it has one."""
        if edge[0] is not None:
            return self.name_of(edge)
        return self.constants.get(id(data))

    def name_of(self, edge: Edge) -> str:
        """What the result or variable is called that an edge leads to."""
        node, number = edge
        assert node is not None
        if isinstance(node, AccumulateGrad):
            return next(name for name, leaf in self.given.items() if leaf is node.variable)
        name = self.named(node)
        return _output_name(name, node, number) if node.is_multiple else name

    def named(self, node: Node) -> str:
        """The name of a node's result; one that only the operations inside a step see is named when it is met."""
        if node not in self.names:
            self.count += 1
            self.names[node] = f"{self.letter}{self.count}"
        return self.names[node]

    def backward(self, value: Tensor) -> tuple[list[Visit], list[Arrival]]:
        """Runs the backward pass with a hook on every node."""
        order: list[tuple[Node, Any, Any]] = []
        handles: list[Any] = []
        for node in nodes_below(value):
            handles.append(node.register_hook(_noting(order, node)))
        try:
            # The graph is kept, as the rules are asked once more.
            value.backward(Tensor(np.ones_like(value._data)[()]), retain_graph=True)
        finally:
            for handle in handles:
                handle.remove()
        came: dict[Edge, list[Contribution]] = {value._edge(): [Contribution(None, np.ones_like(value._data)[()])]}
        visits: list[Visit] = []
        leaves: dict[str, Arrival] = {}
        for node, sent, arrived in order:
            arrivals = [
                Arrival(self.name_of((node, i)), came[node, i], gradient._data)
                for i, gradient in enumerate(arrived)
                if gradient is not None
            ]
            if isinstance(node, AccumulateGrad):
                leaves[arrivals[0].name] = arrivals[0]
                continue
            sender = self.named(node)
            for edge, gradient in zip(node.next_functions, sent, strict=True):
                if gradient is not None:
                    came.setdefault(edge, []).append(Contribution(sender, gradient._data))
            visits.append(Visit(sender, node.name(), node, arrivals, self.sent(node, arrived, sent)))
        return visits, [leaves[name] for name in self.problem.wrt if name in leaves]

    def sent(self, node: Node, arrived: Any, sent: Any) -> list[Sent]:
        """What a node sent to each of its inputs, with the rule."""
        locals_ = _local_derivatives(node, arrived, sent)
        found: list[Sent] = []
        for position, (edge, gradient) in enumerate(zip(node.next_functions, sent, strict=True)):
            if edge[0] is None or gradient is None:
                continue
            local = None if locals_ is None else locals_[position]
            names = None if local is not None else self.gradients(node, arrived)
            rule = self.rule(node, position, names)
            found.append(Sent(self.name_of(edge), rule, names is not None, local, gradient._data))
        return found

    def rule(self, node: Node, position: int, names: dict[int, str] | None) -> Any:
        if not isinstance(node, PrimitiveNode):
            return None
        return rule_syntax(node, position, self.constant_name, names, decimals=self.decimals)

    def gradients(self, node: Node, arrived: Any) -> dict[int, str]:
        """What a rule calls the gradients that came in, by output."""
        if not node.is_multiple:
            return {0: self.gradient_name}
        numbers = [i for i, gradient in enumerate(arrived) if gradient is not None]
        if len(numbers) == 1:
            return {numbers[0]: self.gradient_name}
        return {i: _output_name(self.gradient_name, node, i) for i in numbers}


def _local_derivatives(node: Node, arrived: Any, sent: Any) -> list[Any] | None:
    """What a node sends if a gradient of 1 comes in, where all of these are numbers; else None."""
    if node.is_multiple or arrived[0].ndim or any(g is not None and g.ndim for g in sent):
        return None
    one = Tensor(np.ones_like(arrived[0]._data)[()])
    local = node(one)
    parts = local if isinstance(local, tuple) else (local,)
    if any(part is not None and part.ndim for part in parts):
        return None
    return [None if part is None else part._data for part in parts]


def _noting(order: list[tuple[Node, Any, Any]], node: Node) -> Callable[[Any, Any], None]:
    def note(sent: Any, arrived: Any) -> None:
        order.append((node, sent, arrived))

    return note


def nodes_below(value: Tensor) -> list[Node]:
    """The nodes of a value's graph, leaves included."""
    root = value._edge()[0]
    assert root is not None
    seen = {root: None}
    stack = [root]
    while stack:
        for child, _ in stack.pop().next_functions:
            if child is not None and child not in seen:
                seen[child] = None
                stack.append(child)
    return list(seen)


def _output_name(name: str, node: Node | None, number: int) -> str:
    """The name of one of several results, as one would ask for it: `v3.values`, `v3[0]`."""
    outputs = node.primitive.outputs if isinstance(node, PrimitiveNode) else MANY
    return f"{name}[{number}]" if outputs == MANY else f"{name}.{outputs[number]}"


def _parts(program: Program) -> Iterable[Any]:
    for statement in program.statements:
        yield from walk(_body(statement))


def _body(statement: Any) -> Any:
    if type(statement) is Assign:
        return statement.value
    return statement.body if type(statement) is Define else statement


def _last(program: Program) -> Any:
    return _body(program.statements[-1])


def _names_in(problem: Problem) -> set[str]:
    names = {part.name for part in _parts(problem.program) if type(part) is Name}
    names.update(s.name for s in problem.program.statements if type(s) is Assign)
    return names | set(problem.variables)
