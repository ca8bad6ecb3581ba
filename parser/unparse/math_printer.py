"""What the notations of mathematics have in common: LaTeX, MathML and Typst are tables of templates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any

from ..derivatives.derivative import Derivatives
from ..syntax.operators import AND, COMPARE, NOT, OR, POWER, PRODUCT, SUM, UNARY
from ..syntax.printer import ATOM, Printer
from ..syntax.records import Attribute, Binary, Call, List, Name, Number, Subscript
from ..syntax.walk import children
from .how import How
from .naming import records_of, with_names

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
_GREEK_LETTERS = (
    "\u03b1\u03b2\u03b3\u03b4\u03b5\u03b6\u03b7\u03b8\u03b9\u03ba\u03bb\u03bc\u03bd\u03be\u03c0\u03c1\u03c3\u03c4"
    "\u03c6\u03c7\u03c8\u03c9\u0393\u0394\u0398\u039b\u039e\u03a0\u03a3\u03a6\u03a8\u03a9"
)
# The letters by their names, and the names by what people type.
GREEK: dict[str, str] = dict(zip(_GREEK.split(), _GREEK_LETTERS, strict=True))
_NAMES = {letter: name for name, letter in GREEK.items()}
# What the value is called, the first that is no variable.
_VALUES = "fghFGH"
# What makes one number of all elements.
_OF_ALL_ELEMENTS = ("sum", "mean", "prod", "norm", "vector_norm", "det", "trace", "amax", "amin", "max", "min")


# How tightly operands bind and the whole does, by operator and by function that is written in its own way.
_OPERATORS = {
    "/": ((OR, OR), UNARY),
    "**": ((ATOM, OR), POWER),
    "@": ((PRODUCT, UNARY), PRODUCT),
    "*": ((PRODUCT, PRODUCT), PRODUCT),
    "//": ((OR, OR), ATOM),
    "%": ((UNARY, UNARY), SUM),
    "and": ((AND, AND), AND),
    "or": ((OR, OR), OR),
    "+": ((SUM, PRODUCT), SUM),
    "-": ((SUM, PRODUCT), SUM),
}
_CALLS = {
    **dict.fromkeys(("sqrt", "cbrt", "abs", "floor", "ceil", "norm", "vector_norm"), ((OR,), ATOM)),
    "exp": ((OR,), POWER),
    "inverse": ((ATOM,), POWER),
    "outer": ((ATOM, ATOM), PRODUCT),
    **{f"bessel{kind}": ((OR, OR), ATOM) for kind in "jyik"},
    "binomial": ((OR, OR), ATOM),
    "polygamma": ((OR, OR), POWER),
}


class MathPrinter(Printer):
    """Prints mathematics.

    `operators` and `calls` are templates of operators, and of functions that are written in their own way, `functions`
    the names of others, `comparisons` their signs. `marks` are templates of what stands at another: an index, the sign
    of a transposed matrix. The rest are templates too.
    """

    operators: Mapping[str, str]
    calls: Mapping[str, str]
    functions: Mapping[str, str]
    comparisons: Mapping[str, str]
    brackets: str
    application: str
    comma: str
    # A product of elements, one of numbers, and a number of tenfolds.
    of_elements: str
    dot: str
    tenfold: str
    negative: str
    negation: str
    transposed: str
    attribute: str
    index: str
    conjunction: str
    partial: str
    infinity: str
    # Names: letter by letter, Greek letters, others, words, and functions that have no sign of their own.
    monospaced: str
    greek = letter = "%s"
    several: str
    operator_name: str
    # Between the parts of the sign of a derivative.
    between = " "
    # An equation, the template of a derivative, whose value stands behind its sign and its variables, and of a line.
    equals = " = "
    slope: str
    line = "%s\n"

    def __init__(self, arrays: Collection[str] = (), names: Sequence[str] = ()) -> None:
        self.arrays = arrays
        # Those that would look like another's, such as `x_1` beside `x1`, are shown letter by letter.
        self.shown: dict[str, str] = {}
        for name in sorted(names, key=lambda name: name.count("_")):
            usual = self.usual(name)
            self.shown[name] = self.verbatim(name) if usual in self.shown.values() else usual
        # The lines of choices, conditions and what holds under all of them, by the identities of their records.
        self.lines: dict[int, list[tuple[tuple[tuple[str, int], ...], str]]] = {}

    def verbatim(self, name: str) -> str:
        """A name letter by letter."""
        return self.monospaced % self.escaped(name)

    def word(self, stem: str) -> str:
        """The letters of a name: one, the name of a Greek one, or several."""
        return (self.greek if stem in GREEK else self.letter if len(stem) == 1 else self.several) % self.escaped(stem)

    def escaped(self, text: str) -> str:
        """A text without what means something in the notation."""
        return text

    def indexed(self, stem: str, index: Sequence[str]) -> str:
        """A letter or a word with what stands below it, which is words or digits."""
        return self.index % (stem, self.comma.join(self.digits(p) if p.isdigit() else self.word(p) for p in index))

    def rows(self, rows: Sequence[Sequence[str]]) -> str:
        """A matrix."""
        raise NotImplementedError

    def vector(self, items: Sequence[str]) -> str:
        """A list of numbers."""
        return f"[{', '.join(items)}]"

    def cases(self, lines: Sequence[tuple[str, str]], otherwise: str) -> str:
        """What holds under conditions, and otherwise."""
        raise NotImplementedError

    def usual(self, name: str) -> str:
        """A name as mathematics writes it: what is behind the letters, or behind an underscore, as an index."""
        if name == "inf":
            return self.infinity
        plain = unicodedata.normalize("NFKC", name)
        letters, digits = re.fullmatch(r"(.*?)_?(\d*)", plain).groups()  # pyrefly: ignore[missing-attribute]
        stem, _, index = letters.partition("_")
        if not stem:
            return self.verbatim(name)
        stem = _NAMES.get(stem, stem)
        below = [_NAMES.get(part, part) for part in (index, digits) if part]
        return self.indexed(self.word(stem), below) if below else self.word(stem)

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        kind = type(node)
        if kind is Binary and node.op == "*":
            if self._is_array(node.left) and self._is_array(node.right):
                return self.filled(self.of_elements, (PRODUCT, UNARY), parts), PRODUCT
            if _starts_with_digit(node.right):
                return self.filled(self.dot, (PRODUCT, UNARY), parts), PRODUCT
        if kind is Attribute:
            template = self.transposed if node.name in ("T", "mT") else self.attribute.replace("NAME", node.name)
            return self.filled(template, (ATOM,), parts), POWER
        if kind is Subscript:
            keys = self.comma.join(text for text, _ in parts[1:])
            return self.filled(self.index, (ATOM, OR), [parts[0], (keys, ATOM)]), POWER
        if kind is List:
            if node.items and all(type(item) is List for item in node.items):
                return self.rows([[self.text(item) for item in row.items] for row in node.items]), ATOM
            return self.vector([text for text, _ in parts]), ATOM
        if kind is Call and node.function == "where" and len(parts) == 3:
            return self._choice(node, parts), UNARY
        if kind is Call:
            first = len(node.args)
            named = zip((name for name, _ in node.kwargs), parts[first:], strict=True)
            given = [(f"{self.usual(name)}{self.comparisons['==']}{text}", COMPARE) for name, (text, _) in named]
            return self.call(node.function, [*parts[:first], *given])
        return super().node(node, parts)

    def _choice(self, node: Call, parts: list[tuple[str, int]]) -> str:
        """A choice in lines; a choice of choices has the lines of all."""
        condition, (then, _), (otherwise, _) = parts
        lines = [((condition, *also), text) for also, text in self.lines.get(id(node.args[1]), [((), then)])]
        lines += self.lines.get(id(node.args[2]), [((), otherwise)])
        # A line that says what the next one says under fewer conditions is idle.
        kept = [
            (conditions, text)
            for (conditions, text), (others, following) in pairwise(lines)
            if text != following or not {*others} <= {*conditions}
        ]
        self.lines[id(node)] = lines = [*kept, lines[-1]]
        return self.cases([(self._all_of(conditions), text) for conditions, text in lines[:-1]], lines[-1][1])

    def _all_of(self, conditions: Sequence[tuple[str, int]]) -> str:
        if len(conditions) == 1:
            return conditions[0][0]
        return self.conjunction.join(self.bracketed(condition, AND + 1) for condition in conditions)

    def _is_array(self, node: Any) -> bool:
        """Whether a part has several elements, as far as its variables tell."""
        pending = [node]
        while pending:
            part = pending.pop()
            if type(part) is Name and part.name in self.arrays:
                return True
            if type(part) is not Call or part.function not in _OF_ALL_ELEMENTS or len(part.args) + len(part.kwargs) > 1:
                pending.extend(children(part))
        return False

    def filled(self, template: str, levels: Sequence[int], parts: Sequence[tuple[str, int]]) -> str:
        """A template with operands, in brackets where they bind less tightly than it says."""
        return template % tuple(self.bracketed(part, level) for part, level in zip(parts, levels, strict=True))

    def bracketed(self, part: tuple[str, int], level: int) -> str:
        """An operand, in brackets of its own height if it binds less tightly than the level."""
        text, own = part
        return text if own >= level else self.brackets % text

    def number(self, value: Any) -> tuple[str, int]:
        mantissa, _, exponent = repr(value).partition("e")
        if exponent:
            return self.tenfold % (self.digits(mantissa), int(exponent)), PRODUCT
        return self.digits(mantissa), ATOM

    def digits(self, text: str) -> str:
        """A number without an exponent."""
        return text

    def name(self, name: str) -> str:
        return self.shown[name] if name in self.shown else self.usual(name)

    def unary(self, op: str, part: tuple[str, int]) -> tuple[str, int]:
        if op == "not":
            return self.negation % self.bracketed(part, NOT), NOT
        return self.negative % self.bracketed(part, PRODUCT), SUM

    def binary(self, op: str, left: tuple[str, int], right: tuple[str, int]) -> tuple[str, int]:
        levels, level = _OPERATORS[op]
        return self.filled(self.operators[op], levels, (left, right)), level

    def compare(self, ops: tuple[str, ...], parts: list[tuple[str, int]]) -> tuple[str, int]:
        text = parts[0][0]
        for op, part in zip(ops, parts[1:], strict=True):
            text += self.comparisons[op] + part[0]
        return text, COMPARE

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        levels, level = _CALLS.get(function, ((), ATOM))
        if function in self.calls and len(levels) == len(parts):
            return self.filled(self.calls[function], levels, parts), level
        name = self.functions.get(function) or self.operator_name % self.escaped(function)
        return self.application % (name, self.comma.join(text for text, _ in parts)), ATOM

    def raised(self, text: str, times: int) -> str:
        """A text to a whole power, which needs no sign where it is 1."""
        return self.operators["**"] % (text, times) if times > 1 else text

    @classmethod
    def render(cls, derivatives: Derivatives, source: str, how: How) -> str:
        """A single derivative alone on a line; of several, each on its line as an equation. Shared parts come first."""
        flat = with_flat_choices(derivatives)
        used = flat.used()
        printer = cls(flat.arrays, [*flat.variables, *(assign.name for assign in used)])
        lines = [f"{printer.name(assign.name)}{cls.equals}{printer.text(assign.value)}" for assign in used]
        value = printer.word(next((letter for letter in _VALUES if letter not in printer.shown), "f"))
        for by, result in flat.results.items():
            text = printer.text(result)
            left = cls.slope % (*printer.signs(by), value) if by else value
            lines.append(text if len(flat.results) == 1 else f"{left}{cls.equals}{text}")
        return "".join(cls.line % line for line in lines)

    def signs(self, by: tuple[str, ...]) -> tuple[str, str]:
        """The sign of a derivative, and its variables: the one differentiated by first stands last."""
        names = reversed(dict.fromkeys(by))
        below = [f"{self.partial}{self.between}{self.raised(self.name(name), by.count(name))}" for name in names]
        return self.raised(self.partial, len(by)), self.between.join(below)


def _starts_with_digit(node: Any) -> bool:
    """Whether an operand begins with a digit, which would run into the number before it."""
    while type(node) is Binary and node.op in ("*", "**"):
        node = node.left
    return type(node) is Number


def with_flat_choices(derivatives: Derivatives) -> Derivatives:
    """The derivatives without choices inside of others, other than as what others choose: those get names."""
    below = [part for record in records_of(derivatives) if _is_choice(record) for part in _not_chosen(record)]
    inner: set[int] = set()
    seen: set[int] = set()
    while below:
        part = below.pop()
        if _is_choice(part):
            inner.add(id(part))
        elif id(part) not in seen:
            seen.add(id(part))
            below.extend(children(part))
    return with_names(derivatives, inner)


def _is_choice(record: Any) -> bool:
    return type(record) is Call and record.function == "where"


def _not_chosen(choice: Call) -> list[Any]:
    """The parts of a choice in which others are inside of it: not those that are what it chooses."""
    return [part for i, part in enumerate(children(choice)) if not (i and _is_choice(part))]
