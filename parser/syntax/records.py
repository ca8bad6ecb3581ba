"""The syntax tree: immutable records, each with its place in the source text.

Every record but `Program` ends in `start` and `end`, offsets in the source (end exclusive). They cover
the whole construct, with the brackets of a call or a list; a parenthesised expression has the span of
what is inside. Trees may be far deeper than the recursion limit: walk them with an explicit stack.

Annotations are not put off until they are needed: of each that is text a record compiles an expression, as long as the
import of all the rest takes.
"""

from typing import NamedTuple, Protocol, TypeAlias


class Syntax(Protocol):
    """Any record of a syntax tree but the whole: of an expression, or of a script."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


class Number(NamedTuple):
    """A literal: an integer, a float, `True`, `False` or `None`."""

    value: int | float | bool | None
    start: int
    end: int


class Text(NamedTuple):
    """Text in quotes, as an argument: `einsum("ij,jk", A, B)`."""

    value: str
    start: int
    end: int


class Name(NamedTuple):
    """A variable or a constant, without a prefix such as `math.`."""

    name: str
    start: int
    end: int


class List(NamedTuple):
    """`[1, 2]`, or a parenthesised comma list where a call takes one."""

    items: "tuple[Expr, ...]"
    start: int
    end: int


class Unary(NamedTuple):
    """A prefix operator: `-`, `+` or `not`."""

    op: str
    operand: "Expr"
    start: int
    end: int


class Binary(NamedTuple):
    """A binary operator: one of `+ - * / // % ** @ and or`; `op_start` and `op_end` are its own place."""

    op: str
    left: "Expr"
    right: "Expr"
    op_start: int
    op_end: int
    start: int
    end: int


class Compare(NamedTuple):
    """A chain of comparisons, `a < b <= c`: one operand more than operators."""

    ops: tuple[str, ...]
    operands: "tuple[Expr, ...]"
    start: int
    end: int


class Conditional(NamedTuple):
    """`then if condition else otherwise`."""

    condition: "Expr"
    then: "Expr"
    otherwise: "Expr"
    start: int
    end: int


class Call(NamedTuple):
    """A call of a function by name; `name_start` and `name_end` are the place of the bare name."""

    function: str
    args: "tuple[Expr, ...]"
    kwargs: "tuple[tuple[str, Expr], ...]"
    name_start: int
    name_end: int
    start: int
    end: int


class Method(NamedTuple):
    """A call of a method, `object.name(...)`."""

    object: "Expr"
    name: str
    args: "tuple[Expr, ...]"
    kwargs: "tuple[tuple[str, Expr], ...]"
    name_start: int
    name_end: int
    start: int
    end: int


class Attribute(NamedTuple):
    """An attribute, `object.name`."""

    object: "Expr"
    name: str
    name_start: int
    name_end: int
    start: int
    end: int


class Subscript(NamedTuple):
    """`object[index]`, with one entry of `index` for each comma-separated part."""

    object: "Expr"
    index: "tuple[Expr | Slice | Dots, ...]"
    start: int
    end: int


class Slice(NamedTuple):
    """`lower:upper:step` inside an index; a part left out is None."""

    lower: "Expr | None"
    upper: "Expr | None"
    step: "Expr | None"
    start: int
    end: int


class Dots(NamedTuple):
    """`...` inside an index."""

    start: int
    end: int


class Assign(NamedTuple):
    """`name = value`."""

    name: str
    value: "Expr"
    start: int
    end: int


class Define(NamedTuple):
    """A one-line function, `name(parameters) = body`."""

    name: str
    parameters: tuple[str, ...]
    body: "Expr"
    start: int
    end: int


Expr: TypeAlias = (
    Number | Text | Name | List | Unary | Binary | Compare | Conditional | Call | Method | Attribute | Subscript
)
Statement: TypeAlias = Expr | Assign | Define


class Program(NamedTuple):
    """The statements of a source text, of which there is at least one."""

    source: str
    statements: tuple[Statement, ...]
