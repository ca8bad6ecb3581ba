"""The record of an operation, the registry of all of them, and what is derived from a record.

A derivative rule is a function of the incoming gradient `g` and of whatever else it names: an argument of the
operation, `out` (the result), `<argument>_shape`, or a named output. Only what some rule names is kept for the
backward pass. Rules are written with other operations, so the same rule runs on NumPy values (a plain backward pass)
and on Tensors (`create_graph=True`). Broadcasting and dtypes are the backward pass's business, not the rule's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from inspect import CO_VARARGS
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from .dispatch import make_call, make_variadic_call, make_view_call
from .nodes import PrimitiveNode, saved_properties

if TYPE_CHECKING:
    from ..graph.node import Edge

Rule = Callable[..., Any]


class Domain(NamedTuple):
    """Where an argument may lie: what to print, and an interval inside it to draw test points from."""

    text: str
    low: float
    high: float


REAL = Domain("any number", -3.0, 3.0)
POSITIVE = Domain("x > 0", 0.1, 4.0)
NONZERO = Domain("x != 0", 0.2, 3.0)
# For what has a kink or a jump at 0, where differences show no slope.
BESIDE_ZERO = Domain("any number", 0.2, 3.0)
UNIT = Domain("-1 < x < 1", -0.9, 0.9)
PROBABILITY = Domain("0 < x < 1", 0.1, 0.9)
ABOVE_MINUS_ONE = Domain("x > -1", -0.8, 3.0)
ABOVE_ONE = Domain("x > 1", 1.1, 4.0)


# Arguments of PyTorch's about how a result is stored, which no expression has.
_ABOUT_STORAGE = ("dtype", "device", "requires_grad", "memory_format", "out")


class EdgeCase(NamedTuple):
    """A point where value and gradients are worth stating: a kink, a tie, a zero, an infinity."""

    arguments: tuple[float, ...]
    value: float
    gradients: tuple[float, ...]


class Function(NamedTuple):
    """A name that can be called, in Python, in an expression and (where `method`) on a tensor.

    `tensors` is how many leading arguments are tensors; a number given for one in an expression becomes a tensor,
    unless `numbers` (PyTorch has overloads for numbers). `variadic`: the first is a list of tensors. `takes_many`:
    further positional arguments may follow. `defaults` are arguments that an expression may leave out although
    PyTorch requires them. `composed`: it is made of other operations.
    """

    name: str
    call: Callable[..., Any]
    doc: str
    family: str
    domain: tuple[Domain, ...]
    edges: tuple[EdgeCase, ...]
    parameters: tuple[str, ...]
    parameter_defaults: tuple[Any, ...]
    tensors: int
    variadic: bool
    aliases: tuple[str, ...]
    defaults: dict[str, Any]
    method: bool
    symbol: str | None
    numbers: bool
    takes_many: bool
    composed: bool

    @property
    def required(self) -> int:
        """How many leading parameters have no default."""
        return len(self.parameters) - len(self.parameter_defaults)

    @property
    def keywords(self) -> dict[str, Any]:
        """The parameters that are given by name alone, with their defaults; not those about storage."""
        given: dict[str, Any] = self.call.__kwdefaults__ or {}
        return {name: default for name, default in given.items() if name not in _ABOUT_STORAGE}

    def signature(self) -> str:
        """How it is called, such as `clamp(x, min=None, max=None)`."""
        first_default = len(self.parameters) - len(self.parameter_defaults)
        parts = [
            name if i < first_default else f"{name}={self.parameter_defaults[i - first_default]!r}"
            for i, name in enumerate(self.parameters)
        ]
        return f"{self.name}({', '.join(parts)}{', ...' if self.takes_many else ''})"


class Primitive:
    """One differentiable operation: how to compute it and, for each argument, how to send a gradient back.

    `arguments` are the names of the forward function's parameters; the first `tensors` of them are tensors (with
    `variadic`, the first is a sequence of tensors and its one rule returns a gradient for each). `saved` names what
    a node keeps, `node` is the class of its nodes, named as PyTorch names it.
    """

    __slots__ = (
        "arguments",
        "call",
        "defaults",
        "floating",
        "forward",
        "keeps_tensors",
        "name",
        "node",
        "outputs",
        "promotes",
        "rules",
        "saved",
        "slots",
        "sources",
        "tensors",
        "undifferentiated",
        "variadic",
        "view",
        "vjps",
    )

    def __init__(
        self,
        name: str,
        forward: Callable[..., Any],
        rules: Sequence[Rule | None],
        *,
        node_name: str,
        tensors: int,
        outputs: Sequence[str],
        variadic: bool,
        floating: bool,
        promotes: Sequence[int] | None,
        undifferentiated: bool,
        view: bool,
    ) -> None:
        # The function that runs it, made once the record is whole.
        self.call: Callable[..., Any] = forward
        self.name = name
        self.view = view
        self.undifferentiated = undifferentiated
        self.forward = forward
        self.rules = tuple(rules)
        self.tensors = tensors
        self.arguments, self.defaults = signature(forward, tensors)
        self.outputs = tuple(outputs)
        self.slots = tuple(name for name, rule in zip(self.arguments, rules, strict=False) if rule is not None)
        self.variadic = variadic
        self.floating = floating
        self.promotes = tuple(range(tensors)) if promotes is None else tuple(promotes)
        named = [rule.__code__.co_varnames[1 : rule.__code__.co_argcount] for rule in rules if rule is not None]
        self.sources = tuple(named)
        self.saved = tuple(dict.fromkeys(source for names in named for source in names))
        known = {*self.arguments, "out", *outputs}
        for source in self.saved:
            if source not in known and source.removesuffix("_shape").removesuffix("_numel") not in self.arguments:
                raise TypeError(f"a rule of {name} asks for {source!r}, which is neither an argument nor an output")
        # Shapes and numbers stay when a graph is freed, so that only a lost tensor makes a second pass an error.
        self.keeps_tensors = any(s in ("out", *outputs, *self.arguments[:tensors]) for s in self.saved)
        self.vjps = tuple(_rule_and_needs(rule, self.saved) for rule in rules if rule is not None)
        self.node: type[PrimitiveNode] = type(
            node_name.rpartition("::")[2],
            (PrimitiveNode,),
            {
                "__slots__": (),
                "primitive": self,
                "is_multiple": bool(outputs),
                "full_name": node_name if "::" in node_name else "",
                **saved_properties(self),
            },
        )

    def needed(self, edges: Sequence[Edge]) -> Collection[str]:
        """Which of `saved` a node with these edges needs: what the rules ask for that an edge leads on from."""
        if self.variadic:
            return self.saved
        return {s for sources, (node, _) in zip(self.sources, edges, strict=True) if node is not None for s in sources}


def signature(forward: Callable[..., Any], tensors: int) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """The parameter names of a forward function, and the defaults of the last of them."""
    code = getattr(forward, "__code__", None)
    if code is None:
        return ("x", "y", "z")[:tensors], ()
    return code.co_varnames[: code.co_argcount], forward.__defaults__ or ()


def _rule_and_needs(rule: Rule, saved: tuple[str, ...]) -> tuple[Rule, Any]:
    """A rule with what it needs of the saved values: None, the position of the one, or a function that picks them."""
    code = rule.__code__
    positions = [saved.index(name) for name in code.co_varnames[1 : code.co_argcount]]
    if len(positions) < 2:
        return rule, positions[0] if positions else None
    return rule, itemgetter(*positions)


def is_number(value: Any) -> bool:
    """Whether a value is a Python number: PyTorch has overloads for these (a NumPy scalar stands for a tensor)."""
    return type(value) in (int, float, bool)


FUNCTIONS: dict[str, Function] = {}
PRIMITIVES: list[Primitive] = []


class _Operations:
    """The functions of the table as attributes, for a rule that needs one defined in a later module."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return FUNCTIONS[name].call


ops = _Operations()


class Family:
    """A group of operations, one module of the table; its methods add records to the registry."""

    def __init__(self, name: str) -> None:
        self.name = name

    def primitive(
        self,
        name: str,
        forward: Callable[..., Any],
        *rules: Rule | None,
        doc: str = "",
        domain: Domain | Sequence[Domain] = REAL,
        edges: Sequence[EdgeCase] = (),
        aliases: Sequence[str] = (),
        symbol: str | None = None,
        overload: int = 0,
        node_name: str | None = None,
        tensors: int | None = None,
        outputs: Sequence[str] = (),
        variadic: bool = False,
        floating: bool = False,
        promotes: Sequence[int] | None = None,
        undifferentiated: bool = False,
        view: bool = False,
        defaults: dict[str, Any] | None = None,
        method: bool = True,
        public: bool = True,
    ) -> Callable[..., Any]:
        """Adds an operation to the table and returns the function that runs it.

        `forward` computes on NumPy values and changes none of them. `rules` has one rule for each tensor argument,
        None where there is no derivative (which is not the same as zero). `tensors`: how many leading arguments are
        tensors, where that is not the number of rules. The node is named `<Name>Backward<overload>` unless
        `node_name` says otherwise. `floating`: integers become floating first. `promotes`: which arguments take part in
        dtype promotion (default: all tensor ones). `undifferentiated`: PyTorch
        has no derivative for it, and says so in the backward pass. `view`: the result shares the memory of the
        first argument. `public=False`: only other operations call it.
        """
        count = max(1, len(rules)) if tensors is None else tensors
        record = Primitive(
            name,
            forward,
            rules,
            node_name=node_name or f"{''.join(p.title() for p in name.split('_'))}Backward{overload}",
            tensors=count,
            outputs=outputs,
            variadic=variadic,
            floating=floating,
            promotes=() if view else promotes,
            undifferentiated=undifferentiated,
            view=view,
        )
        PRIMITIVES.append(record)
        call = make_variadic_call(record) if variadic else make_view_call(record) if view else make_call(record)
        call.__name__ = call.__qualname__ = name
        call.__doc__ = doc
        record.call = call
        if public:
            _register(
                Function(
                    name=name,
                    call=call,
                    doc=doc,
                    family=self.name,
                    domain=_domains(domain, count),
                    edges=tuple(edges),
                    parameters=record.arguments,
                    parameter_defaults=record.defaults,
                    tensors=count,
                    variadic=variadic,
                    aliases=tuple(aliases),
                    defaults=defaults or {},
                    method=method,
                    symbol=symbol,
                    numbers=False,
                    takes_many=False,
                    composed=False,
                )
            )
        return call

    def function(
        self,
        *,
        domain: Domain | Sequence[Domain] = REAL,
        edges: Sequence[EdgeCase] = (),
        aliases: Sequence[str] = (),
        symbol: str | None = None,
        tensors: int = 1,
        variadic: bool = False,
        numbers: bool = False,
        defaults: dict[str, Any] | None = None,
        method: bool = True,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Adds a function made of other operations; its docstring is its record's `doc`."""

        def register(call: Callable[..., Any]) -> Callable[..., Any]:
            code = call.__code__
            parameters = code.co_varnames[: code.co_argcount]
            name = call.__name__.rstrip("_")
            _register(
                Function(
                    name=name,
                    call=call,
                    doc=(call.__doc__ or "").strip(),
                    family=self.name,
                    domain=_domains(domain, tensors),
                    edges=tuple(edges),
                    parameters=parameters,
                    parameter_defaults=call.__defaults__ or (),
                    tensors=tensors,
                    variadic=variadic,
                    aliases=tuple(aliases),
                    defaults=defaults or {},
                    method=method,
                    symbol=symbol,
                    numbers=numbers,
                    takes_many=bool(code.co_flags & CO_VARARGS),
                    composed=True,
                )
            )
            return call

        return register


def _register(function: Function) -> None:
    for name in (function.name, *function.aliases):
        if name in FUNCTIONS:
            raise TypeError(f"{name} is in the table twice")
        FUNCTIONS[name] = function


def _domains(domain: Domain | Sequence[Domain], count: int) -> tuple[Domain, ...]:
    return (domain,) * max(count, 1) if isinstance(domain, Domain) else tuple(domain)
