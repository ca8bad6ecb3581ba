# pyright: strict, reportPrivateUsage=false
"""The record of an operation: data alone, from which `family.py` builds.

A derivative rule is a function of the incoming gradient `g` and of whatever else it names: an argument of the
operation, `out` (the result), `<argument>_shape`, or a named output. Only what some rule names is kept for the
backward pass. Rules are written with other operations, so the same rule runs on NumPy values (a plain backward pass)
and on Tensors (`create_graph=True`). Broadcasting and dtypes are the backward pass's business, not the rule's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from ..graph.node import Edge
from ..tensors.aliases import Call


class Domain(NamedTuple):
    """Where an argument may lie: what to print, and an interval inside it to draw test points from."""

    text: str
    low: float
    high: float


REAL = Domain("any number", -3.0, 3.0)
POSITIVE = Domain("x > 0", 0.1, 4.0)
NOT_NEGATIVE = Domain("x >= 0", 0.1, 4.0)
NONZERO = Domain("x != 0", 0.2, 3.0)
# For what has a kink or a jump at 0, where differences show no slope.
BESIDE_ZERO = Domain("any number", 0.2, 3.0)
UNIT = Domain("-1 < x < 1", -0.9, 0.9)
CLOSED_UNIT = Domain("-1 <= x <= 1", -0.9, 0.9)
PROBABILITY = Domain("0 < x < 1", 0.1, 0.9)
ABOVE_MINUS_ONE = Domain("x > -1", -0.8, 3.0)
ABOVE_ONE = Domain("x > 1", 1.1, 4.0)
# That of the gamma function, of which differences are right where it is not steep.
NO_POLE_OF_GAMMA = Domain("x > 0 or x != floor(x)", 0.1, 4.0)


class EdgeCase(NamedTuple):
    """A point where value and gradients are worth stating: a kink, a tie, a zero, an infinity."""

    arguments: tuple[float, ...]
    value: float
    gradients: tuple[float, ...]


# What arguments that name dimensions are called.
_DIMENSIONS = ("dim", "dims", "dim0", "dim1", "dim2", "start_dim", "end_dim", "source", "destination")
# Arguments of PyTorch's about how a result is stored, which no expression has.
_ABOUT_STORAGE = ("dtype", "device", "requires_grad", "memory_format", "out")
_NONE: Mapping[Any, Any] = MappingProxyType({})
# What arguments are called elsewhere: by PyTorch, and by NumPy, whose names it takes too.
_USUAL = {"input": "x", "other": "y", "axis": "dim", "keepdims": "keepdim"}


class Operation:
    """All there is to say of one operation. What a record does not state is as written here, or in its family.

    A primitive has a forward function and rules of its own; a function is made of others (`composed`). Several
    primitives may share a name, as PyTorch's overloads do; a name that can be called belongs to one record.
    """

    # What it is called.
    name: str
    family: str
    doc: str = ""
    aliases: tuple[str, ...] = ()
    # How expressions write it, such as `+`.
    symbol: str | None = None
    # Where PyTorch has it, below `torch`, such as `special.expit`, first where code looks for it; None: there, by its
    # name and its aliases.
    torch: tuple[str, ...] | None = None
    # The modules of torch that have it by its name alone, if it is not said where PyTorch has it; "": torch itself.
    below: tuple[str, ...] = ()
    # Whether it is a method of tensors too.
    method: bool = True
    # Whether tensors have it with `_` behind its name too, which writes what the operation returns into its tensor; or
    # the function that makes the view whose shape the tensor takes.
    in_place: bool | Call = False
    # Whether torch has it in place as a function too, not as a method alone; None: elementwise ones of one tensor.
    written: bool | None = None
    # Whether `torch.nn.functional` has it with an argument `inplace`.
    inplace_flag: bool = False
    # What the module is called that `torch.nn` has for it.
    module: str = ""
    # As a nonlinearity of networks: by how much it asks for larger weights, if that is known.
    gain: float | None = None

    # PyTorch's names for arguments, where they are not `input` for x, `other` for y, or ours; and its arguments that
    # say how it is computed and not what, which are taken and change nothing.
    called_as: Mapping[str, str] = _NONE
    taken: tuple[str, ...] = ()

    # How it is called. `arguments` are the names of the parameters, of which the first `tensors` are tensors, and
    # `defaults` belongs to the last; with `variadic`, the first is a sequence of tensors; with `takes_many`, further
    # positional ones may follow.
    call: Call
    arguments: tuple[str, ...] = ()
    defaults: tuple[Any, ...] = ()
    tensors: int = 1
    variadic: bool = False
    takes_many: bool = False
    # A number given for a tensor in an expression becomes one, unless PyTorch has overloads for numbers.
    numbers: bool = False
    # Arguments that an expression may leave out although PyTorch requires them.
    assumed: Mapping[str, Any] = _NONE
    domain: tuple[Domain, ...] = ()
    edges: Sequence[EdgeCase] = ()
    composed: bool = False

    # How a primitive is computed on NumPy values, and for each tensor argument how to send a gradient back (None: there
    # is no derivative, which is not the same as zero; with `variadic`, the one rule returns a gradient for each).
    forward: Call
    rules: tuple[Call | None, ...] = ()
    # The one rule of several tensor arguments, which returns a gradient for each; `rules` pick theirs out of it.
    joint: Call | None = None
    # The names of several results; and what rules call the results, one or several.
    outputs: tuple[str, ...] = ()
    results: tuple[str, ...] = ("out",)
    # Integers become floating first.
    floating: bool = False
    # Which arguments take part in the promotion of dtypes: if nothing is said all that are tensors, unless there is one
    # alone and it keeps its dtype.
    promotes: tuple[int, ...] = ()
    # PyTorch has no derivative for it, and says so in the backward pass.
    undifferentiated: bool = False
    # The result shares the memory of the first argument.
    view: bool = False
    # The class of its nodes is named `<Name>Backward<overload>`, unless `node_name` says otherwise.
    overload: int = 0
    node_name: str | None = None
    # PyTorch's names for arguments that nodes keep, where they are not `self` and `other`.
    saved_as: Mapping[str, str] = _NONE
    # The class of its nodes, which know of records, and what they keep: the names in `saved`, for the arguments in
    # `slots`, each of which has a rule that needs what is named in `sources` and is given it as `vjps` says.
    node: Any = None
    saved: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    sources: tuple[tuple[str, ...], ...] = ()
    vjps: tuple[tuple[Call, Any], ...] = ()
    keeps_tensors: bool = False

    # Each element of the result depends on the elements in the same place of the arguments alone.
    elementwise: bool = False
    # It computes nothing; the elements of the result are those of its first argument (or zero): in their `order`, in
    # their order and `repeated`, or in other `places`.
    moves: Literal["", "order", "repeated", "places"] = ""
    # How to run it for many rows at once, with the row axis last. `dimensions`: as for one row, with its dimensions
    # counted from the front. `matrices`: as for a batch of them. Else the function of the same arguments that does so.
    rows: Literal["", "dimensions", "matrices"] | Call = ""
    # How to do it for a batch of tensors at once, as the same function of operands with a first dimension more that
    # counts them; None: as the rest says, and if that does not help, for one after another. With `ranks`, which are the
    # dimensions of an operand for one (None: any), operands that are the same for all come without that dimension.
    batch: Call | None = None
    ranks: tuple[int | None, ...] = ()
    # It works element by element, and then takes the results together as the argument `reduction` says.
    reduces: bool = False
    # It takes the numbers along a dimension together: in an expression it is of one list, not of several numbers.
    along: bool = False
    # What an expression means by it with several numbers: this function of each two of them.
    of_two: str | None = None
    # Exactly the same with its operands exchanged.
    commutative: bool = False
    # It returns its first operand where that compares with the other, or with 0, as this says, else the other.
    chooses: Literal["", "<", ">"] = ""
    # For an operand, the number that leaves the other as the result.
    neutral: Mapping[str, float] = _NONE
    # For an operand, the number that makes the result 1, whatever the other is.
    makes_one: Mapping[str, float] = _NONE
    # Of a value without dimensions, it returns that value, to the sign of a zero.
    keeps_scalars: bool = False
    # Arguments of which only shape and dtype count.
    shape_only: tuple[str, ...] = ()
    # The argument whose numbers decide on the shape of the result.
    shaped_by: str | None = None
    # How many elements its result has, from its arguments: known before it is computed, and limited in expressions.
    elements: Callable[..., int] | None = None
    # f(-x) is f(x), or -f(x).
    parity: Literal["", "even", "odd"] = ""
    # Whether all its values are above 0.
    is_positive: bool = False
    # Its values at whole numbers where they are whole, as far as derivatives meet them.
    integers: Mapping[int, int] = _NONE
    # Its square by another function, as an expression; the function that is its quotient by that one; and, of such a
    # function, that quotient as an expression.
    square: str | None = None
    quotient: str | None = None
    ratio: str | None = None
    # What is left of 1 when its square is taken away, as an expression.
    complement: str | None = None
    # The same in exponentials, in which hyperbolic functions have all their relations.
    exponential: str | None = None
    # The function of which it is the inverse.
    inverse: str | None = None
    # What it computes as an expression in its arguments, or a function of some of them that gives that; None: it is
    # written with its symbol, else called by its name.
    formula: str | Callable[..., str] | None = None

    # The function of expressions that calls it, where that has another name.
    function: str | None = None
    # The same in simpler functions, for a language of code that has no word for it.
    definition: str | None = None

    def __init__(self, **facts: Any) -> None:
        """TypeError: a fact that no record has."""
        unknown = facts.keys() - Operation.__annotations__.keys()
        if unknown:
            raise TypeError(f"the record of an operation has no {', '.join(sorted(unknown))}")
        vars(self).update(facts)

    def __repr__(self) -> str:
        return f"<{self.family} {self.name}>"

    @property
    def required(self) -> int:
        """How many leading arguments have no default."""
        return len(self.arguments) - len(self.defaults)

    @property
    def parameters(self) -> list[int]:
        """The positions of the arguments behind the tensors, numbers and the like, by which there is no derivative."""
        slots = self.differentiated
        return [i for i in range(self.tensors, len(self.arguments)) if i not in slots]

    @property
    def differentiated(self) -> list[int]:
        """Which arguments have a rule."""
        return [i for i, rule in enumerate(self.rules) if rule is not None]

    @cached_property
    def origins(self) -> Sequence[tuple[int | None, int | None]]:
        """For each of `saved`, which of the results it is, and which of `slots`; None: none of them."""
        results, slots = ({name: i for i, name in enumerate(names)} for names in (self.results, self.slots))
        return [(results.get(source), slots.get(source)) for source in self.saved]

    @property
    def keywords(self) -> dict[str, Any]:
        """The arguments that are given by name alone, with their defaults; not those about storage."""
        given: dict[str, Any] = self.call.__kwdefaults__ or {}
        return {name: default for name, default in given.items() if name not in _ABOUT_STORAGE}

    def own_names(self, named: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments given by PyTorch's names, under the names that they have here; others as they are."""
        others: dict[str, Any] = self.call.__kwdefaults__ or {}
        if all(name in self.arguments or name in others for name in named):
            return dict(named)
        known = {**_USUAL, **{theirs: ours for ours, theirs in (*self.saved_as.items(), *self.called_as.items())}}
        result: dict[str, Any] = {}
        for name, value in named.items():
            if name not in self.taken:
                own = known.get(name, name)
                is_ours = name in self.arguments or name in others or own not in self.arguments
                result[name if is_ours else own] = value
        return result

    def called(self, argument: str) -> str:
        """What PyTorch calls an argument."""
        return {"x": "input", "y": "other", **self.saved_as, **self.called_as}.get(argument, argument)

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """The arguments that name dimensions."""
        return tuple(name for name in self.arguments if name in _DIMENSIONS)

    @property
    def torch_names(self) -> tuple[str, ...]:
        """Where PyTorch has it, below `torch`."""
        if self.torch is not None:
            return self.torch
        paths = [f"{module}.{self.name.removeprefix(f'{module}_')}" if module else self.name for module in self.below]
        return tuple(paths) or (self.name, *self.aliases)

    @property
    def is_written(self) -> bool:
        """Whether torch has it in place as a function too."""
        if self.written is None:
            return self.in_place is True and self.elementwise and self.tensors == 1
        return self.written

    @property
    def methods(self) -> tuple[str, ...]:
        """The names of the methods of tensors that it gives."""
        names = (self.name, *self.aliases)
        in_place = [f"{name}_" for name in names if self.in_place and name in self.torch_names]
        return (*(names if self.method else ()), *in_place)

    def signature(self) -> str:
        """How it is called, such as `clamp(x, min=None, max=None)`."""
        first = self.required
        parts = [name if i < first else f"{name}={self.defaults[i - first]!r}" for i, name in enumerate(self.arguments)]
        return f"{self.name}({', '.join([*parts, *['...'] * self.takes_many])})"

    def needed(self, edges: Sequence[Edge]) -> Collection[str]:
        """Which of `saved` a node with these edges needs: what the rules ask for that an edge leads on from."""
        if self.variadic:
            return self.saved
        return {s for sources, (node, _) in zip(self.sources, edges, strict=True) if node is not None for s in sources}
