"""What a node of a graph does with a gradient, as an expression: its rule itself, traced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...engine import Tensor
from ...engine.graph.node import Edge
from ...engine.primitives.reshaping import sum_to_size
from ...engine.program.program import Constant, Program, Variable
from ...engine.program.tracing import trace
from ...engine.table.nodes import PrimitiveNode
from ...engine.table.record import Operation
from ...engine.tensors.modes import no_grad
from ...engine.tensors.symbol import DATA, TraceError
from ..algebra.canonical import VERBATIM
from ..algebra.formulas import UntranslatableError, spelling
from ..algebra.notation import LIST
from ..algebra.presentation import Presentation
from ..algebra.simplify import simplified
from ..algebra.terms import Term, raw_call, symbol
from ..algebra.translate import translated

_NOWHERE = (None, 0)
NameOf = Callable[[Edge, Any], str | None]

_FAILURES = (TraceError, UntranslatableError, ValueError, TypeError, IndexError, RuntimeError)


def rule_syntax(
    node: PrimitiveNode,
    position: int,
    name_of: NameOf,
    gradients: Mapping[int, str] | None = None,
    *,
    decimals: bool = False,
) -> Any:
    """The syntax of what a node sends to one of its inputs; None where the rule has no formula.

    `name_of(edge, data)` names what an edge leads to, a node's own outputs included; where it leads nowhere, the
    constant whose NumPy value `data` is, or None to show its numbers. `gradients` has names for the gradients
    that come in, by output; None stands for a gradient of 1, which makes of the result the local derivative.
    `decimals` writes 0.4*x for 2*x/5.
    """
    try:
        program = _traced(node, position, name_of, gradients)
    except _FAILURES:
        return None
    try:
        return Presentation(decimals).syntax(simplified([translated(program)["value"]])[0])
    except UntranslatableError:
        return _as_called(program)


def _traced(node: PrimitiveNode, position: int, name_of: NameOf, gradients: Mapping[int, str] | None) -> Program:
    """The program of one of the node's rules."""
    primitive = node.primitive
    assert node.saved is not None
    saved = node.as_tensors(node.saved)
    inputs: dict[str, Any] = {}
    names: list[Any] = []
    for source, value in zip(primitive.saved, saved, strict=True):
        edge = _edge(node, source)
        names.append(_named(value, edge, name_of, inputs))
    arriving = [name for _, name in sorted((gradients or {}).items())]
    described = node._outputs if node.is_multiple else [node._outputs]
    for number, name in (gradients or {}).items():
        shape, dtype = described[number] or ((), np.dtype(np.float64))
        inputs[name] = np.full(shape, 0.5, dtype)[()]
    rule, needs = primitive.vjps[0 if primitive.variadic else position]

    def run(*tensors: Tensor) -> Tensor:
        known = dict(zip(inputs, tensors, strict=True))
        values = [_looked_up(value, known) for value in names]
        gradient: Any = Tensor(np.float64(1.0)) if not arriving else known[arriving[0]]
        if node.is_multiple:
            gradient = [known[gradients[i]] if gradients and i in gradients else None for i in range(len(described))]
        if needs is None:
            sent = rule(gradient)
        else:
            sent = rule(gradient, values[needs]) if type(needs) is int else rule(gradient, *needs(values))
        return _fitted(sent[position] if primitive.variadic else sent, node.next_functions[position])

    with no_grad():
        return trace(run, inputs)


def _fitted(sent: Tensor, edge: Edge) -> Tensor:
    """What a rule sends, summed over what broadcasting added, as the backward pass does."""
    node, number = edge
    assert node is not None
    described = node._outputs[number] if node.is_multiple else node._outputs
    shape = () if described is None else described[0]
    if sent.shape == shape:
        return sent
    return sum_to_size(sent, shape) if shape else sent.sum()


class _Symbol(str):
    """The name of an input of the program, where a rule is to be given that input."""

    __slots__ = ()


def _edge(node: PrimitiveNode, source: str) -> Any:
    """The edge or, for a variadic operation, the edges that a saved value belongs to; `_NOWHERE` for a parameter."""
    primitive = node.primitive
    if source == "out":
        return (node, 0)
    if source in primitive.outputs:
        return (node, primitive.outputs.index(source))
    if primitive.variadic and source == primitive.arguments[0]:
        return list(node.next_functions)
    return node.next_functions[primitive.slots.index(source)] if source in primitive.slots else _NOWHERE


def _named(value: Any, edge: Any, name_of: NameOf, inputs: dict[str, Any]) -> Any:
    """What a rule is given for a saved value: a symbol where that is a result or a variable, else the value."""
    if isinstance(edge, list):
        return [_named(part, e, name_of, inputs) for part, e in zip(value, edge, strict=True)]
    data = value._data if isinstance(value, Tensor) else value
    if not isinstance(data, DATA):
        return value
    name = name_of(edge, data)
    if name is None:
        return Tensor(data)
    inputs[name] = data
    return _Symbol(name)


def _looked_up(value: Any, known: Mapping[str, Tensor]) -> Any:
    if isinstance(value, list):
        return [_looked_up(part, known) for part in value]
    return known[value] if isinstance(value, _Symbol) else value


def _as_called(program: Program) -> Any:
    """The program as calls inside each other, with the engine's own names for what the language has no word for."""
    known: dict[Variable, Any] = {variable: symbol(variable.name) for variable in program.inputs}
    for equation in program.equations:
        if len(equation.results) != 1:
            return None
        operands = equation.primitive.tensors
        arguments = [_operand(argument, known, i < operands) for i, argument in enumerate(equation.arguments)]
        known[equation.results[0]] = _call(equation.primitive, arguments)
    return Presentation().syntax(_shown(_operand(program.outputs["value"], known, True)))


def _call(primitive: Operation, arguments: list[Any]) -> Term:
    """A call of an operation: as the language spells it, else by the engine's own name."""
    spell = spelling(primitive)
    if spell is not None:
        try:
            return spell(VERBATIM, *arguments)
        except UntranslatableError:
            pass
    while arguments and arguments[-1] is None:
        arguments.pop()
    return raw_call(primitive.name, tuple(map(_shown, arguments)))


def _operand(argument: Any, known: Mapping[Variable, Any], is_operand: bool) -> Any:
    if isinstance(argument, Variable):
        return known[argument]
    if isinstance(argument, Constant):
        return VERBATIM.read(argument.value) if not isinstance(argument.value, tuple) else symbol(str(argument))
    if isinstance(argument, tuple) and any(isinstance(part, (Variable, Constant)) for part in argument):
        return raw_call(LIST, tuple(_shown(_operand(part, known, True)) for part in argument))
    return VERBATIM.read(argument) if is_operand and isinstance(argument, (int, float)) else argument


def _shown(argument: Any) -> Term:
    """An argument as an expression: a parameter of the engine's as Python writes it."""
    if isinstance(argument, Term):
        return argument
    if type(argument) in (int, float):
        return VERBATIM.read(argument)
    return symbol(repr([*argument] if type(argument) is tuple else argument))


__all__ = ["rule_syntax"]
