"""What the rules and terminals of the grammar make of what they match.

The parser runs the methods of `Actions` as it goes, so that the records of `syntax` are the only tree ever
built. Nothing here recurses over the input.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from .errors import ExpressionError
from .lalr import Token
from .operators import Group, Tuple, bare, make, resolve
from .records import (
    Assign,
    Attribute,
    Binary,
    Call,
    Conditional,
    Define,
    Dots,
    Expr,
    List,
    Method,
    Name,
    Number,
    Slice,
    Statement,
    Subscript,
    Text,
)

# What a rule of the grammar matched, in order: tokens, and what other rules made.
Children: TypeAlias = list[Any]

_WORDS = {"True": True, "False": False, "None": None}
_SIGNS = {"π": "pi", "τ": "tau"}
# Modules that need no prefix of their own, where that makes sense: else they are variables.
_MODULES = ("F", "linalg", "special")
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


class Keyword(NamedTuple):
    """A keyword argument."""

    name: str
    value: Expr
    start: int
    end: int


def syntax_error(message: str, place: Any, help: str | None = None) -> ExpressionError:
    """Return an error about a token or a record; its source is filled in by `parse`."""
    start, end = span_of(place)
    return ExpressionError("syntax", message, start=start, end=end, help=help)


def span_of(place: Any) -> tuple[int, int]:
    if hasattr(place, "start_pos"):
        return place.start_pos, place.end_pos
    return place.start, place.end


def in_module(module: str, name: str) -> str:
    """The name in the table of what a module has under `name`, which may be another function without it."""
    if not module.endswith("linalg"):
        return name
    from ...engine.table.registry import FUNCTIONS

    return f"linalg_{name}" if f"linalg_{name}" in FUNCTIONS.homes else name


class Actions:
    """What each rule and terminal of the grammar makes of its children.

    Methods in capitals are called with a token, the others with the list of a rule's children.
    """

    def NAME(self, token: Token) -> Name:  # noqa: N802
        name: str = token.value
        if "." in name:
            module, _, name = name.rpartition(".")
            name = in_module(module, name)
        return make(Name, (_SIGNS.get(name, name), token.start_pos, token.end_pos))

    def NUMBER(self, token: Token) -> Number:  # noqa: N802
        return make(Number, (_number(token), token.start_pos, token.end_pos))

    def TEXT(self, token: Token) -> Text:  # noqa: N802
        return Text(token.value[1:-1], token.start_pos, token.end_pos)

    def DOTS(self, token: Token) -> Dots:  # noqa: N802
        return Dots(token.start_pos, token.end_pos)

    def first(self, children: Children) -> list[Any]:
        return children

    def single(self, children: Children) -> Any:
        """As `lalr.py` has it without a call, and Lark with one."""
        return children[0]

    def append(self, children: Children) -> list[Any]:
        items = children[0]
        items.append(children[2])
        return items

    def pushed(self, children: Children) -> list[Any]:
        prefixes = children[0]
        prefixes.append(children[1])
        return prefixes

    prefixed = pushed

    def joined(self, children: Children) -> list[Any]:
        sequence, operator, operand = children
        sequence.append(operator)
        sequence.append(operand)
        return sequence

    def joined_prefixed(self, children: Children) -> list[Any]:
        sequence, operator, prefixes, operand = children
        sequence.append(operator)
        sequence += prefixes
        sequence.append(operand)
        return sequence

    def resolved(self, children: Children) -> Any:
        (sequence,) = children
        return sequence[0] if len(sequence) == 1 else resolve(sequence)

    def conditional(self, children: Children) -> Conditional:
        then = resolve(children[0])
        condition = resolve(children[2])
        otherwise = children[4]
        return Conditional(bare(condition), bare(then), bare(otherwise), then.start, otherwise.end)

    def group(self, children: Children) -> Group:
        opening, inner, closing = children
        return make(Group, (bare(inner), opening.start_pos, closing.end_pos))

    def power(self, children: Children) -> Binary:
        base, token = children
        start, end = token.start_pos, token.end_pos
        exponent = Number(_integer(token.value.translate(_SUPERSCRIPTS), token), start, end)
        return Binary("**", bare(base), exponent, start, end, base.start, end)

    def listing(self, children: Children) -> List:
        elements = elements_of(children, 1)
        for element in elements:
            _require_value(element)
            _refuse_text(element)
        items = tuple([bare(element) for element in elements])
        return List(items, children[0].start_pos, children[-1].end_pos)

    def tupled(self, children: Children) -> Tuple:
        inner = self.listing(children)
        return Tuple(inner, inner.start, inner.end)

    def call(self, children: Children) -> Call:
        name = children[0]
        args, kwargs = arguments_of(elements_of(children, 2))
        # The bare name is what follows the prefix, if there is one.
        name_start = max(name.start, name.end - len(name.name))
        return Call(name.name, args, kwargs, name_start, name.end, name.start, children[-1].end_pos)

    def attribute(self, children: Children) -> Attribute:
        owner, _, name = children
        return Attribute(bare(owner), name.name, name.start, name.end, owner.start, name.end)

    def method(self, children: Children) -> Method | Call:
        owner, _, name = children[:3]
        args, kwargs = arguments_of(elements_of(children, 4))
        end = children[-1].end_pos
        # `F` is torch.nn.functional in `F.relu(x)`, but a variable in `F.mean()`.
        if type(owner) is Name and owner.name in _MODULES and (args or kwargs):
            return Call(in_module(owner.name, name.name), args, kwargs, name.start, name.end, owner.start, end)
        return Method(bare(owner), name.name, args, kwargs, name.start, name.end, owner.start, end)

    def subscript(self, children: Children) -> Subscript:
        owner = children[0]
        index = elements_of(children, 2)
        for element in index:
            if type(element) is Keyword:
                raise syntax_error("an index has no keyword arguments", element)
            _refuse_text(element)
            if type(element) is Tuple:
                raise syntax_error("an index is not a tuple", element, "write `x[0, 1]`")
        parts = tuple([bare(element) for element in index])
        return Subscript(bare(owner), parts, owner.start, children[-1].end_pos)

    def keyword(self, children: Children) -> Keyword:
        name, _, value = children
        if type(name) is not Name:
            raise syntax_error("the name of a keyword argument is expected", name, "`==` compares")
        return Keyword(name.name, bare(value), name.start, value.end)

    def slice(self, children: Children) -> Slice:
        parts: list[Any] = [None]
        for child in children:
            if hasattr(child, "start_pos"):
                parts.append(None)
            else:
                parts[-1] = bare(child)
        lower, upper, step = parts if len(parts) == 3 else [*parts, None]
        return Slice(lower, upper, step, span_of(children[0])[0], span_of(children[-1])[1])

    def assignment(self, children: Children) -> Assign | Define:
        target, _, value = children
        if type(target) is Name:
            return Assign(target.name, bare(value), target.start, value.end)
        if type(target) is Call:
            return Define(target.function, _parameters(target), bare(value), target.start, value.end)
        help = "write `name = ...` or `f(x) = ...`; `==` compares"
        raise syntax_error("only a name or a function can be assigned", target, help)

    def program(self, children: Children) -> list[Statement]:
        for child in children:
            if not hasattr(child, "start_pos"):
                return [bare(statement) for statement in child]
        raise AssertionError("a program has statements")


def _number(token: Token) -> int | float | bool | None:
    text = token.value
    if text in _WORDS:
        return _WORDS[text]
    if "." in text or "e" in text or "E" in text:
        return float(text)
    return _integer(text, token)


def _integer(text: str, token: Token) -> int:
    try:
        return int(text)
    except ValueError:  # Python limits the length of an integer in decimal digits
        message = f"an integer of {len(text):,} digits is too long"
        raise syntax_error(message, token, "write it in scientific notation, such as `1e300`") from None


def elements_of(children: Children, position: int) -> list[Any]:
    """Return the elements between brackets, of which `position` is the place of the first."""
    elements: list[Any] = []
    for child in children[position:]:
        if isinstance(child, list):
            elements += child
        elif not hasattr(child, "start_pos"):
            elements.append(child)
    return elements


def _require_value(element: Any) -> None:
    if type(element) is Slice or type(element) is Dots:
        kind = "a slice" if type(element) is Slice else "`...`"
        raise syntax_error(f"{kind} belongs in an index", element, "an index is written `x[1:3]`")
    if type(element) is Keyword:
        raise syntax_error("a keyword argument belongs in a call", element)


def _refuse_text(element: Any) -> None:
    if type(element) is Text:
        raise syntax_error("text can only be an argument of a function", element, "names are written without quotes")


def arguments_of(elements: list[Any]) -> tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]:
    """Return the positional and the keyword arguments."""
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for element in elements:
        if type(element) is Keyword:
            if element.name in kwargs:
                raise syntax_error(f"the keyword argument `{element.name}` is given twice", element)
            kwargs[element.name] = element.value
            continue
        _require_value(element)
        if kwargs:
            message = "a positional argument follows a keyword argument"
            raise syntax_error(message, element, "put positional arguments first")
        args.append(bare(element))
    return tuple(args), tuple(kwargs.items())


def _parameters(target: Call) -> tuple[str, ...]:
    """Return the parameter names of a function that is being defined."""
    names: list[str] = []
    for parameter in target.args:
        if type(parameter) is not Name:
            raise syntax_error("a parameter must be a name", parameter, "write `f(x, y) = ...`")
        if parameter.name in names:
            raise syntax_error(f"the parameter `{parameter.name}` is given twice", parameter)
        names.append(parameter.name)
    if target.kwargs:
        raise syntax_error("a parameter cannot have a default value", target, "write `f(x, y) = ...`")
    return tuple(names)
