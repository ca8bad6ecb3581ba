"""The syntax tree of a script: immutable records, each with its place in the source text.

What scripts share with expressions are the records of `..syntax`; here are the others. As there, `start` and `end` are
offsets in the source (end exclusive). Expressions may be far deeper than Python's stack; blocks are not (`blocks.py`).
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from ...syntax.records import Attribute, Name, Subscript, Syntax


class Tuple(NamedTuple):
    """`(a, b)`, or `a, b` where a statement takes several values."""

    items: tuple[Syntax, ...]
    start: int
    end: int


class Field(NamedTuple):
    """`{value!conversion:spec}` inside an f-string; `label` is what stands before the value of `{value=}`."""

    value: Syntax
    label: str
    conversion: str
    spec: tuple[str | Field, ...]
    start: int
    end: int


class Format(NamedTuple):
    """An f-string: text and fields, in order."""

    parts: tuple[str | Field, ...]
    start: int
    end: int


class Call(NamedTuple):
    """`function(args, name=value)`."""

    function: Syntax
    args: tuple[Syntax, ...]
    kwargs: tuple[tuple[str, Syntax], ...]
    start: int
    end: int


class Parameter(NamedTuple):
    """A parameter of a function, with its default value if it has one."""

    name: str
    default: Syntax | None
    start: int
    end: int


class Lambda(NamedTuple):
    """`lambda parameters: body`."""

    parameters: tuple[Parameter, ...]
    body: Syntax
    start: int
    end: int


class Clause(NamedTuple):
    """`for target in source if condition ...` inside a comprehension."""

    target: Syntax
    source: Syntax
    conditions: tuple[Syntax, ...]
    start: int
    end: int


class Comprehension(NamedTuple):
    """`[element for ... in ...]`, or a generator expression, which is computed at once as well."""

    element: Syntax
    clauses: tuple[Clause, ...]
    start: int
    end: int


class Show(NamedTuple):
    """An expression as a statement; its value is shown where it is the last of a cell, unless `silent` (`x;`)."""

    value: Syntax
    silent: bool
    start: int
    end: int


class Assign(NamedTuple):
    """`target = value`, with as many targets as stand before the value."""

    targets: tuple[Syntax, ...]
    value: Syntax
    start: int
    end: int


class Augment(NamedTuple):
    """`target += value`, for each of the binary operators."""

    op: str
    target: Name | Attribute | Subscript
    value: Syntax
    start: int
    end: int


class Return(NamedTuple):
    """`return value`."""

    value: Syntax | None
    start: int
    end: int


class Assert(NamedTuple):
    """`assert condition, message`."""

    condition: Syntax
    message: Syntax | None
    start: int
    end: int


class Word(NamedTuple):
    """A statement of one word: `pass`, `break` or `continue`."""

    word: str
    start: int
    end: int


class Import(NamedTuple):
    """`import module as alias`, and `from module import member as alias`; one record for each of several."""

    module: str
    member: str | None
    alias: str | None
    start: int
    end: int

    @property
    def name(self) -> str:
        """The name that is given a value: without an alias, `import a.b` names what `a` is."""
        return self.alias or self.member or self.module.partition(".")[0]


class Branch(NamedTuple):
    """A condition and its block; that of `else` is None."""

    condition: Syntax | None
    body: Block
    start: int
    end: int


class If(NamedTuple):
    """`if`, `elif` and `else`."""

    branches: tuple[Branch, ...]
    start: int
    end: int


class While(NamedTuple):
    """`while condition:` and its block."""

    condition: Syntax
    body: Block
    start: int
    end: int


class For(NamedTuple):
    """`for target in source:` and its block."""

    target: Syntax
    source: Syntax
    body: Block
    start: int
    end: int


class Def(NamedTuple):
    """`def name(parameters):` and its block."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Block
    start: int
    end: int


class Manager(NamedTuple):
    """A context manager of a `with` statement, and the name that its value is given, if any."""

    value: Syntax
    name: str | None
    start: int
    end: int


class With(NamedTuple):
    """`with managers:` and its block."""

    managers: tuple[Manager, ...]
    body: Block
    start: int
    end: int


Header: TypeAlias = If | While | For | Def | With
Statement: TypeAlias = Show | Assign | Augment | Return | Assert | Word | Import | Header
Block: TypeAlias = tuple[Statement, ...]


class Script(NamedTuple):
    """The statements of a source text, which may be none.

    `name` is what the source is called, and `first_line` the number of its first line there.
    """

    source: str
    name: str
    body: Block
    first_line: int = 1
