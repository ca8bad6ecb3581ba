"""What the rules and terminals of the grammar make of what they match.

As in `syntax.actions`, the parser runs these methods as it goes; a rule's children are its tokens and values in order.
Where a script reads like an expression, the methods are those of expressions. Errors have no source yet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ...syntax import actions
from ...syntax.actions import arguments_of, elements_of, span_of, syntax_error
from ...syntax.lalr import Token
from ...syntax.operators import BINARY, PREFIX, Group, bare, resolve
from ...syntax.records import Attribute, List, Name, Subscript, Text
from . import tree
from .string_literals import read_strings

_TARGETS = "a value can be given to a name, `x.grad`, `x[0]`, or several of them"


class Statements(NamedTuple):
    """A line of simple statements; where it opens a block, they stand behind its header, which is without the block."""

    statements: list[Any]
    header: Any = None


class Actions(actions.Actions):
    """What each rule and terminal of the grammar makes of its children.

    `read` parses the expression in a field of an f-string, between two offsets.
    """

    def __init__(self, read: Callable[[int, int], Any]) -> None:
        self.read = read

    def NAME(self, token: Token) -> Name:  # noqa: N802
        return Name(token.value, token.start_pos, token.end_pos)

    def OPERATOR(self, token: Token) -> Token:  # noqa: N802
        if not token.isalpha() and token[0].isalpha():
            # Between the words of `not in` there may be any space.
            spaced, token = token, Token(" ".join(token.split()))
            token.type, token.start_pos, token.end_pos = spaced.type, spaced.start_pos, spaced.end_pos
        return token

    def resolve(self, sequence: list[Any]) -> Any:
        return resolve(sequence, PREFIX, BINARY)

    # Operands

    def text(self, children: list[Any]) -> Text | tree.Format:
        return read_strings(children[0], self.read)

    def parenthesised(self, children: list[Any]) -> Any:
        items = _items(children)
        start, end = children[0].start_pos, children[-1].end_pos
        if len(items) == 1 and not _is_comma(children[-2]):
            return Group(items[0], start, end)
        return tree.Tuple(items, start, end)

    def listing(self, children: list[Any]) -> List:
        return List(_items(children), children[0].start_pos, children[-1].end_pos)

    def comprehension(self, children: list[Any]) -> tree.Comprehension:
        opening, element, clauses, closing = children
        return tree.Comprehension(bare(element), tuple(clauses), opening.start_pos, closing.end_pos)

    def call(self, children: list[Any]) -> Any:
        function = children[0]
        args, kwargs = arguments_of(elements_of(children, 2))
        return tree.Call(bare(function), args, kwargs, function.start, children[-1].end_pos)

    def call_comprehension(self, children: list[Any]) -> tree.Call:
        function = children[0]
        return tree.Call(bare(function), (self.comprehension(children[1:]),), (), function.start, children[-1].end_pos)

    def subscript(self, children: list[Any]) -> Subscript:
        owner = children[0]
        parts: tuple[Any, ...] = tuple(bare(part) for part in children[2])
        if _is_comma(children[-2]) and len(parts) == 1:
            parts = (tree.Tuple(parts, parts[0].start, parts[0].end),)
        return Subscript(bare(owner), parts, owner.start, children[-1].end_pos)

    def lambda_(self, children: list[Any]) -> tree.Lambda:
        parameters = children[1] if isinstance(children[1], list) else []
        body = children[-1]
        return tree.Lambda(_distinct(parameters), bare(body), children[0].start_pos, body.end)

    def parameter(self, children: list[Any]) -> tree.Parameter:
        name, default = children[0], bare(children[-1]) if len(children) > 1 else None
        return tree.Parameter(name.name, default, name.start, children[-1].end)

    def clause(self, children: list[Any]) -> tree.Clause:
        source = bare(self.resolve(children[3]))
        return tree.Clause(children[1], source, (), children[0].start_pos, source.end)

    def filtered(self, children: list[Any]) -> tree.Clause:
        clause, _, condition = children
        condition = bare(self.resolve(condition))
        return clause._replace(conditions=(*clause.conditions, condition), end=condition.end)

    # Statements

    def values(self, children: list[Any]) -> Any:
        return _one_or_tuple(children)

    def targets(self, children: list[Any]) -> Any:
        return _target(_one_or_tuple(children))

    def shown(self, children: list[Any]) -> tree.Show:
        value = children[0]
        return tree.Show(value, False, value.start, value.end)

    def silenced(self, children: list[Any]) -> list[Any]:
        statements = children[0]
        if type(statements[-1]) is tree.Show:
            statements[-1] = statements[-1]._replace(silent=True)
        return statements

    def assigned(self, children: list[Any]) -> tree.Assign:
        target, _, value = children
        return tree.Assign((_target(target),), value, target.start, value.end)

    def assigned_again(self, children: list[Any]) -> tree.Assign:
        before, _, value = children
        return tree.Assign((*before.targets, _target(before.value)), value, before.start, value.end)

    def augmented(self, children: list[Any]) -> tree.Augment:
        target, operator, value = children
        if type(target) is tree.Tuple or type(_target(target)) is List:
            raise syntax_error("several values cannot be changed at once", target, "change one after the other")
        return tree.Augment(operator[:-1], target, value, target.start, value.end)

    def returned(self, children: list[Any]) -> tree.Return:
        value = children[1] if len(children) > 1 else None
        return tree.Return(value, children[0].start_pos, value.end if value else children[0].end_pos)

    def asserted(self, children: list[Any]) -> tree.Assert:
        condition = bare(children[1])
        message = bare(children[3]) if len(children) > 2 else None
        return tree.Assert(condition, message, children[0].start_pos, children[-1].end)

    def word(self, children: list[Any]) -> tree.Word:
        (token,) = children
        return tree.Word(token.value, token.start_pos, token.end_pos)

    # Imports

    def joined_name(self, children: list[Any]) -> Name:
        module, _, name = children
        return Name(f"{module.name}.{name.name}", module.start, name.end)

    def module(self, children: list[Any]) -> tuple[Name, Name | None]:
        return children[0], children[2] if len(children) > 1 else None

    def imported(self, children: list[Any]) -> list[tree.Import]:
        return [
            tree.Import(module.name, None, name and name.name, module.start, (name or module).end)
            for module, name in children[1]
        ]

    def imported_from(self, children: list[Any]) -> list[tree.Import]:
        module = children[1].name
        for member, _ in children[3]:
            if "." in member.name:
                raise syntax_error("one name is imported here, without dots", member, "write `import a.b as c`")
        return [
            tree.Import(module, member.name, name and name.name, children[0].start_pos, (name or member).end)
            for member, name in children[3]
        ]

    # Blocks

    def if_header(self, children: list[Any]) -> tree.If:
        branch = self.elif_header(children)
        return tree.If((branch,), branch.start, branch.end)

    def elif_header(self, children: list[Any]) -> tree.Branch:
        condition = bare(children[1]) if len(children) > 1 else None
        return tree.Branch(condition, (), children[0].start_pos, span_of(children[-1])[1])

    else_header = elif_header

    def while_header(self, children: list[Any]) -> tree.While:
        return tree.While(bare(children[1]), (), children[0].start_pos, children[1].end)

    def for_header(self, children: list[Any]) -> tree.For:
        return tree.For(children[1], children[3], (), children[0].start_pos, children[3].end)

    def def_header(self, children: list[Any]) -> tree.Def:
        parameters = children[3] if isinstance(children[3], list) else []
        return tree.Def(children[1].name, _distinct(parameters), (), children[0].start_pos, children[-1].end_pos)

    def manager(self, children: list[Any]) -> tree.Manager:
        name = children[2] if len(children) > 1 else None
        value = bare(children[0])
        return tree.Manager(value, name.name if name else None, value.start, children[-1].end)

    def with_header(self, children: list[Any]) -> tree.With:
        managers = tuple(children[1])
        return tree.With(managers, (), children[0].start_pos, managers[-1].end)

    # Lines

    def statements(self, children: list[Any]) -> Statements:
        return Statements(_flat(children[0]))

    def opened(self, children: list[Any]) -> Statements:
        return Statements(_flat(children[2]) if len(children) > 2 else [], children[0])


def _is_comma(child: Any) -> bool:
    return isinstance(child, Token) and child.type == "COMMA"


def _items(children: list[Any]) -> tuple[Any, ...]:
    """The expressions between brackets."""
    return tuple(bare(item) for item in elements_of(children, 1))


def _one_or_tuple(children: list[Any]) -> Any:
    """One expression, or a tuple where there are several, or a comma after the one."""
    items = tuple(bare(item) for item in children[0])
    if len(items) == 1 and len(children) == 1:
        return items[0]
    return tree.Tuple(
        items, children[0][0].start, span_of(children[-1])[1] if len(children) > 1 else children[0][-1].end
    )


def _target(value: Any) -> Any:
    """The record as what a value is given to. ExpressionError: it cannot be given one."""
    pending = [value]
    while pending:
        record = pending.pop()
        if type(record) in (tree.Tuple, List):
            pending.extend(record.items)
        elif type(record) not in (Name, Attribute, Subscript):
            what = "a function's result" if type(record) is tree.Call else "this"
            help = _TARGETS if type(record) is tree.Call else "`==` compares"
            raise syntax_error(f"{what} cannot be given a value", record, help)
    return value


def _distinct(parameters: list[tree.Parameter]) -> tuple[tree.Parameter, ...]:
    """The parameters. ExpressionError: one of them twice, or one without a default after one with."""
    names: set[str] = set()
    optional = False
    for parameter in parameters:
        if parameter.name in names:
            raise syntax_error(f"the parameter `{parameter.name}` is given twice", parameter)
        if optional and parameter.default is None:
            message = f"the parameter `{parameter.name}` has no default value, but one before it has"
            raise syntax_error(message, parameter, "put the parameters with default values last")
        names.add(parameter.name)
        optional = parameter.default is not None
    return tuple(parameters)


def _flat(statements: list[Any]) -> list[Any]:
    """The statements, those of a line with several imports one by one."""
    return [part for item in statements for part in (item if isinstance(item, list) else [item])]
