# pyright: strict, reportPrivateUsage=false
"""Adds operations to the table: builds the class of their nodes and the function to call from the facts of a record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from functools import wraps
from inspect import CO_VARARGS, unwrap
from operator import itemgetter
from typing import Any

from ..tensors.aliases import Call
from .dispatch import make_call, make_variadic_call, make_view_call
from .nodes import MANY, JointNode, ManyNode, PrimitiveNode, VariadicNode, saved_properties
from .record import REAL, Domain, Operation
from .registry import PRIMITIVES, register


class Family:
    """A group of operations, one module of the table, with the facts that hold for all of them unless one says else."""

    def __init__(self, name: str, **facts: Any) -> None:
        self.name = name
        self.facts: dict[str, Any] = {"family": name, **facts}

    def private(self, *record: Any, name: str = "", **facts: Any) -> Call:
        """Adds a primitive that only other operations call, and returns the function that runs it.

        `private(name, forward, *rules, **facts)`, or above the forward function `@private(*rules, **facts)`, with the
        `name` where it is not that of the function. `forward` computes on NumPy values and changes none of them;
        `rules` has one for each tensor argument. TypeError: a rule asks for what the operation does not have, or a
        fact is none of a record's.
        """
        if not (record and isinstance(record[0], str)):

            def add(forward: Call) -> Call:
                return self.private(name or forward.__name__, forward, *record, **facts)

            return add
        name, forward, *rules = record
        return self._primitive(name, forward, rules, facts).call

    def primitive(self, *record: Any, name: str = "", called: str | None = None, **facts: Any) -> Call:
        """As `private`, for one that is called by its name, or by another: `called`, or that of the forward function.

        Above the forward function, its docstring is the record's `doc`. TypeError: the name is taken.
        """
        if not (record and isinstance(record[0], str)):

            def add(forward: Call) -> Call:
                own = forward.__name__
                other = called or (own if name else None)
                doc = (forward.__doc__ or "").strip()
                return self.primitive(name or own, forward, *record, called=other, doc=doc, **facts)

            return add
        name, forward, *rules = record
        operation = self._primitive(name, forward, rules, facts if called is None else {**facts, "function": called})
        if called is None:
            register(operation)
            return operation.call
        operation.call.__name__ = operation.call.__qualname__ = called
        function = copy(operation)
        function.name, function.function, function.composed = called, None, True
        register(function)
        return operation.call

    def function(self, *, name: str = "", doc: str = "", **facts: Any) -> Callable[[Call], Call]:
        """Adds a function made of other operations; its docstring is its record's `doc`.

        With `name`, it is called by that, and its docstring is `doc`.
        """

        def add(call: Call) -> Call:
            code = call.__code__
            if name:
                call.__name__ = call.__qualname__ = name
                call.__doc__ = doc
            operation = Operation(**{**self.facts, **facts}, name=call.__name__.rstrip("_"), call=call, composed=True)
            operation.doc = (call.__doc__ or "").strip()
            operation.arguments = code.co_varnames[: code.co_argcount]
            operation.defaults = call.__defaults__ or ()
            operation.takes_many = bool(code.co_flags & CO_VARARGS)
            operation.domain = _domains(facts.get("domain", REAL), operation.tensors)
            register(operation)
            return call

        return add

    def _primitive(self, name: str, forward: Call, rules: Sequence[Call | None], facts: dict[str, Any]) -> Operation:
        facts = {"tensors": max(1, len(rules)), **self.facts, **facts, "name": name}
        operation = Operation(**facts)
        operation.forward = forward
        if operation.joint:
            rules = [_picked(operation.joint, i) for i in range(operation.tensors)]
        operation.rules = tuple(rules)
        operation.domain = _domains(facts.get("domain", REAL), operation.tensors)
        operation.arguments, operation.defaults = _signature(forward, operation.tensors)
        several = operation.tensors > 1 or operation.variadic or operation.floating
        if "promotes" not in facts and several and not operation.view:
            operation.promotes = tuple(range(operation.tensors))
        _derive(operation)
        operation.node = _node_class(operation)
        make = make_variadic_call if operation.variadic else make_view_call if operation.view else make_call
        call = make(operation)
        call.__name__ = call.__qualname__ = name
        call.__doc__ = operation.doc
        operation.call = call
        call.operation = operation  # pyright: ignore[reportFunctionMemberAccess]
        PRIMITIVES.append(operation)
        return operation


def _signature(forward: Call, tensors: int) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """The parameter names of a forward function, and the defaults of the last of them."""
    code = getattr(forward, "__code__", None)
    if code is None:
        return ("x", "y", "z")[:tensors], ()
    return code.co_varnames[: code.co_argcount], getattr(forward, "__defaults__", None) or ()


def _derive(operation: Operation) -> None:
    """What nodes keep, as the rules ask for it. TypeError: one asks for what the operation does not have."""
    arguments, rules = operation.arguments, operation.rules
    operation.slots = tuple(name for name, rule in zip(arguments, rules, strict=False) if rule is not None)
    operation.sources = tuple(_parameters(rule)[1:] for rule in rules if rule is not None)
    operation.results = operation.outputs or operation.results
    operation.saved = tuple(dict.fromkeys(source for names in operation.sources for source in names))
    known = {*arguments, *operation.results}
    for source in operation.saved:
        if source not in known and source.removesuffix("_shape").removesuffix("_numel") not in arguments:
            raise TypeError(
                f"a rule of {operation.name} asks for {source!r}, which is neither an argument nor an output"
            )
    # Shapes and numbers stay when a graph is freed, so that only a lost tensor makes a second pass an error.
    tensors = (*operation.results, *arguments[: operation.tensors])
    operation.keeps_tensors = operation.keeps_tensors or any(source in tensors for source in operation.saved)
    operation.vjps = tuple(_rule_and_needs(rule, operation.saved) for rule in rules if rule is not None)


def _rule_and_needs(rule: Call, saved: tuple[str, ...]) -> tuple[Call, Any]:
    """A rule with what it needs of the saved values: None, the position of the one, or a function that picks them."""
    positions = [saved.index(name) for name in _parameters(rule)[1:]]
    if len(positions) < 2:
        return rule, positions[0] if positions else None
    return rule, itemgetter(*positions)


def _picked(joint: Call, position: int) -> Call:
    """The rule of one argument, out of that of all."""

    @wraps(joint)
    def rule(*given: Any) -> Any:
        return joint(*given)[position]

    return rule


def _parameters(rule: Call) -> tuple[str, ...]:
    code = unwrap(rule).__code__
    return code.co_varnames[: code.co_argcount]


def _node_class(operation: Operation) -> type[PrimitiveNode]:
    """The class of an operation's nodes, named as PyTorch names it."""
    titled = "".join(part.title() for part in operation.name.split("_"))
    name = operation.node_name or f"{titled}Backward{operation.overload}"
    members = {
        "__slots__": (),
        "__module__": "builtins",  # PyTorch's have none to show
        "primitive": operation,
        "is_multiple": bool(operation.outputs),
        "full_name": name if "::" in name else "",
        **saved_properties(operation),
    }
    kind: type[PrimitiveNode] = PrimitiveNode
    if operation.variadic:
        kind = VariadicNode
    elif operation.joint:
        kind = JointNode
    elif operation.outputs == MANY:
        kind = ManyNode
    made: Any = type(name.rpartition("::")[2], (kind,), members)
    return made


def _domains(domain: Domain | Sequence[Domain], count: int) -> tuple[Domain, ...]:
    return (domain,) * max(count, 1) if isinstance(domain, Domain) else tuple(domain)
