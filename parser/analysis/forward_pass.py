"""An expression, evaluated and differentiated with every step noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ...engine import Tensor
from ...engine.autograd.jacobians import filled
from ...engine.graph.node import Node
from ...engine.graph.observers import nodes_observed
from ..semantics.evaluate import evaluate
from ..syntax.records import Assign, Name, Number, Program, Unary
from ..syntax.walk import body_of, walk
from .backward_pass import BackwardRun, NamedGraph, output_name
from .differentiate import differentiate
from .passes import Passes, Step
from .problem import Problem
from .result import Report


def record(problem: Problem) -> tuple[Report, Passes]:
    """Evaluates an expression and differentiates the sum of its value, once. Errors: as `differentiate`."""
    recording = Recording(problem)
    report = differentiate(problem, recorder=recording)
    return report, recording.passes()


class Recording(NamedGraph):
    """An expression while it is evaluated and differentiated, and what is known of its nodes."""

    def __init__(self, problem: Problem) -> None:
        decimals = any(
            type(part) is Number and isinstance(part.value, float) and part.value % 1
            for part in _parts(problem.program)
        )
        super().__init__(problem.leaves(), _names_in(problem), decimals)
        self.problem = problem
        self.assigned = {id(s.value): s.name for s in problem.program.statements if type(s) is Assign}
        self.made: list[tuple[Node, Any]] = []
        self.value: Tensor | None = None
        self.ran: BackwardRun | None = None

    def differentiate(self, value: Tensor) -> dict[str, Any]:
        """Runs the backward pass, and notes what arrives where."""
        found: Mapping[str, Tensor | None] = dict.fromkeys(self.problem.wrt)
        if value.requires_grad:
            self.ran = self.run(value, self.problem.wrt)
            found = self.ran.totals
        full = filled([*found.values()], [self.given[name] for name in found])
        return {name: gradient._data for name, gradient in zip(found, full, strict=True)}

    def passes(self) -> Passes:
        """What was noted, after `forward` and `differentiate`."""
        assert self.value is not None
        visits, leaves = self.read(self.value, self.ran) if self.ran is not None else ([], [])
        return Passes(self.value, self.steps, visits, leaves, self.gradient_name)

    def forward(self) -> Tensor:
        """Evaluates the expression, and notes its steps."""
        with nodes_observed(lambda node, result: self.made.append((node, result))):
            value = evaluate(self.problem.program, self.given, self.problem.limits, self.observe)
        # A list becomes a tensor at the very end.
        if self.made:
            self.observe(_last(self.problem.program), value, [])
        elif not self.steps and not any(value is leaf for leaf in self.given.values()):
            self.add(_last(self.problem.program), None, [value], False)
        self.value = value
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
        name = self.new_name()
        if node is not None:
            self.names[node] = name
        for number, result in enumerate(results):
            label = output_name(name, node, number) if len(results) > 1 else name
            data = result._data if isinstance(result, Tensor) else np.asarray(result)[()]
            if node is None:
                self.constants[id(data)] = label
            assigned = None if part else self.assigned.get(id(expr))
            source = self.problem.program.source
            self.steps.append(Step(label, assigned, source, expr, part, data, node))


def _parts(program: Program) -> Iterable[Any]:
    for statement in program.statements:
        yield from walk(body_of(statement))


def _last(program: Program) -> Any:
    return body_of(program.statements[-1])


def _names_in(problem: Problem) -> set[str]:
    names = {part.name for part in _parts(problem.program) if type(part) is Name}
    names.update(s.name for s in problem.program.statements if type(s) is Assign)
    return names | set(problem.variables)
