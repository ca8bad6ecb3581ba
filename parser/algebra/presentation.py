"""An expression as the syntax that a person would write: fractions, roots, differences, terms in a usual order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, partial, reduce
from typing import Any, NamedTuple

from ..syntax.operators import LEVELS
from ..syntax.printer import ATOM, Printer
from ..syntax.records import Attribute, Binary, Compare, List, Name, Slice, Subscript, Unary
from ..syntax.records import Call as Called
from ..syntax.records import Number as Literal
from ..syntax.walk import children as records_in
from .arithmetic import multiply, power, primitive_part
from .functions import parity
from .notation import COMPARISONS, ELEMENT, FLOAT, HELD, KEYWORD, LIST, RESULT, SLICE
from .sizes import is_size
from .terms import (
    HALF,
    MINUS_ONE,
    ONE,
    Call,
    E,
    Number,
    Product,
    Sum,
    Symbol,
    Term,
    children,
    factors_of,
    integer,
    raw_call,
    scaled,
)

_MINUS_HALF = multiply(MINUS_ONE, HALF)
_SUM = LEVELS["+"]
_LARGEST_DENOMINATOR = 10**6
_LONGEST_LABEL = 40
_MOST_INSIDE = 8  # terms of a sum that is multiplied by the number before it
_LARGEST_INSIDE = 99
_DEEPEST = 50  # sums inside each other that are looked at with their signs changed
_TOKEN = re.compile(r"\*\*|//|[<>=!]=|\w+|\S")
_PRINTER = Printer()
_DIGITS = 15  # that a float has of every number
_LEAST_ROUNDED, _MOST_ROUNDED = 10**_DIGITS, 10**300


class Shown(NamedTuple):
    """A piece of syntax: how tightly it binds, how many tokens it has, and its beginning as text, to sort by."""

    syntax: Any
    level: int
    tokens: int
    label: str


class Presentation:
    """Shows expressions; `decimals` writes 0.4*x for 2*x/5, and `names` are those of parts that have one."""

    def __init__(self, decimals: bool = False, names: Mapping[Term, str] | None = None) -> None:
        self.decimals = decimals
        self.names = dict(names or {})
        self.known: dict[Term, Shown] = {}
        # What has been found out about the bases of powers, with how many of them inside each other it is looked at.
        self.opposites: dict[Term, Term | None] = {}
        self.depth = 0

    def give_name(self, term: Term, name: str) -> None:
        """Shows an expression by a name from here on: in none that has been shown already."""
        self.names[term] = name
        self.known[term] = variable(name)

    def tokens(self, term: Term) -> int:
        """How many tokens an expression has."""
        return self.show(term).tokens

    def syntax(self, term: Term, named: bool = True) -> Any:
        """The syntax of an expression; with `named=False` written out, even if it has a name."""
        return self.show(term, named).syntax

    def show(self, root: Term, named: bool = True) -> Shown:
        """The syntax of an expression, and what to know about it."""
        if named and root in self.known:
            return self.known[root]
        stack = [root]
        while stack:
            term = stack[-1]
            if term in self.known:
                stack.pop()
                continue
            parts = () if term in self.names else needed(term)
            missing = [part for part in parts if part not in self.known]
            if missing:
                stack.extend(missing)
                continue
            stack.pop()
            self.known[term] = variable(self.names[term]) if term in self.names else self.written(term)
        if named or root not in self.names:
            return self.known[root]
        for part in needed(root):
            self.show(part)
        # A power looks for its name where it is a factor, and here is one of itself.
        name = self.names.pop(root)
        found = self.written(root)
        self.names[root] = name
        return found

    def written(self, term: Term) -> Shown:
        """The syntax of an expression whose parts are known."""
        if isinstance(term, Number):
            return self.fraction(term.value)
        if isinstance(term, Symbol):
            return variable(term.name)
        if isinstance(term, Sum):
            return self.sum(term)
        if isinstance(term, Product):
            return self.product(term)
        return self.call(term)

    def fraction(self, value: Fraction) -> Shown:
        """A number."""
        if value < 0:
            return negated(self.fraction(-value))
        if _is_rounded(value):
            return literal(float(value))
        if value.denominator == 1:
            return literal(value.numerator)
        if value.denominator > _LARGEST_DENOMINATOR or (self.decimals and _is_decimal(value)):
            return literal(float(value))
        return called("/", literal(value.numerator), literal(value.denominator))

    def sum(self, term: Sum) -> Shown:
        """A sum, as a fraction or a multiple where that is no longer."""
        direct = self.sum_of_terms(term)
        content, primitive = primitive_part(term)
        if abs(content) != 1 and not (self.decimals and _is_decimal(content)):
            signs = {coefficient < 0 for _, coefficient in primitive.terms} | {primitive.constant < 0}
            if signs == {True} or (content < 0 and signs != {False}):
                content, primitive = -content, multiply(MINUS_ONE, primitive)
            fraction = self.fraction_of(abs(content), ((primitive, ONE),))
            fraction = negated(fraction) if content < 0 else fraction
            if fraction.tokens <= direct.tokens:
                return fraction
        return direct

    def sum_of_terms(self, term: Sum) -> Shown:
        """A sum, the highest power first, and a negative term first only where all are."""
        parts = sorted(term.terms, key=lambda item: (*_degrees(item[0]), self.known[item[0]].label))
        terms = [self.summand(part, c) for part, c in parts]
        if term.constant:
            terms.append((self.fraction(abs(term.constant)), term.constant < 0))
        first = next((i for i, item in enumerate(terms) if not item[1]), 0)
        terms.insert(0, terms.pop(first))
        shown, negative = terms[0]
        total = negated(shown) if negative else shown
        for shown, negative in terms[1:]:
            total = called("-" if negative else "+", total, shown)
        return total

    def summand(self, part: Term, coefficient: Fraction) -> tuple[Shown, bool]:
        """A term of a sum without its sign, and whether that is minus."""
        product = part if isinstance(part, Product) and part not in self.names else None
        turned = self.turned(product.factors) if product is not None and coefficient < 0 else None
        if turned is not None:
            return self.quotient(-coefficient, turned), False
        if abs(coefficient) == 1:
            return self.known[part], coefficient < 0
        return self.quotient(abs(coefficient), ((part, ONE),) if product is None else product.factors), coefficient < 0

    def product(self, term: Product) -> Shown:
        """A product, as a fraction where it has negative exponents."""
        coefficient, factors = term.coefficient, term.factors
        if coefficient < 0:
            turned = self.turned(factors)
            if turned is None:
                return negated(self.quotient(-coefficient, factors))
            coefficient, factors = -coefficient, turned
        # (1 - x)*(1 - y) rather than (x - 1)*(y - 1).
        negative = (pair for pair in factors if isinstance(pair[0], Sum) and pair[0].constant < 0)
        found = [(pair, opposite) for pair in negative if (opposite := self.opposite(*pair)) is not None]
        opposites = dict(found[: len(found) // 2 * 2])
        return self.quotient(coefficient, [(opposites.get(pair, pair[0]), pair[1]) for pair in factors])

    def turned(self, factors: Sequence[tuple[Term, Term]]) -> Sequence[tuple[Term, Term]] | None:
        """The factors with the sign of one changed that is no longer for it."""
        for i, (base, exponent) in enumerate(factors):
            opposite = self.opposite(base, exponent)
            if opposite is not None:
                return (*factors[:i], (opposite, exponent), *factors[i + 1 :])
        return None

    def opposite(self, base: Term, exponent: Term) -> Term | None:
        """The base of an odd power with its sign changed; None: it would be longer, or is too deep to be tried."""
        is_odd = (integer(exponent) or 0) % 2 == 1
        if not is_odd or base in self.names or _is_one_less(base):
            return None
        if base not in self.opposites:
            if self.depth == _DEEPEST:
                return None
            self.depth += 1
            turned = _of_other_sign(base)
            is_longer = turned is None or self.tokens(turned) > self.tokens(base)
            self.opposites[base] = None if is_longer else turned
            self.depth -= 1
        return self.opposites[base]

    def quotient(self, coefficient: Fraction, factors: Sequence[tuple[Term, Term]]) -> Shown:
        """A positive coefficient and factors as a fraction, or in another way where that is shorter."""
        forms = [self.fraction_of(coefficient, factors)]
        if coefficient == 1:
            if len(factors) == 1 and isinstance(exponent := factors[0][1], Number) and exponent.value.denominator > 1:
                # x**(-3/2) for 1/x**(3/2).
                forms.append(self.power(*factors[0]))
            return min(forms, key=_tokens)
        above = [i for i, (_, exponent) in enumerate(factors) if not isinstance(exponent, Number) or exponent.value > 0]
        sums = [i for i in above if isinstance(factors[i][0], Sum)]
        if len(sums) == 1 and factors[sums[0]][1] is ONE and self.depth < _DEEPEST:
            # (4*x - 6)/x**2 for 2*(2*x - 3)/x**2.
            self.depth += 1
            (i,), inside = sums, self.inside(coefficient, factors[sums[0]][0])
            if inside is not None:
                forms.append(self.fraction_of(Fraction(1), [*factors[:i], (inside, ONE), *factors[i + 1 :]]))
            self.depth -= 1
        return min(forms, key=_tokens)

    def inside(self, coefficient: Fraction, base: Term) -> Term | None:
        """A sum multiplied by a number; None: it has a name or many terms, or the number is taken out, or is large."""
        if not isinstance(base, Sum) or base in self.names or len(base.terms) > _MOST_INSIDE:
            return None
        made = scaled(base, coefficient)
        if any(abs(c.numerator) > _LARGEST_INSIDE for c in (made.constant, *(c for _, c in made.terms))):
            return None
        return made if self.show(made).level == _SUM else None

    def fraction_of(self, coefficient: Fraction, factors: Sequence[tuple[Term, Term]]) -> Shown:
        """A positive coefficient and factors, those with negative exponents below the line."""
        sides: tuple[list[tuple[Any, Shown]], ...] = [], []
        coefficient, root, factors = _root(coefficient, factors)
        if root is not None:
            inside, is_below = root
            sides[is_below].append(((0, 1), called("sqrt", inside)))
        for base, exponent in factors:
            is_below = _is_below(base, exponent)
            shown = self.power(base, multiply(MINUS_ONE, exponent) if is_below else exponent)
            sides[is_below].append((_rank(base, exponent), shown))
        tops, bottoms = (
            [shown for _, shown in sorted(side, key=lambda item: (item[0], item[1].label))] for side in sides
        )
        if (self.decimals and _is_decimal(coefficient)) or coefficient.denominator > _LARGEST_DENOMINATOR:
            numerator, denominator = coefficient, Fraction(1)
        else:
            numerator, denominator = Fraction(coefficient.numerator), Fraction(coefficient.denominator)
        if numerator != 1 or not tops:
            tops.insert(0, self.fraction(numerator))
        if denominator != 1:
            bottoms.insert(0, self.fraction(denominator))
        return divided(multiplied(tops), bottoms)

    def power(self, base: Term, exponent: Term) -> Shown:
        """base ** exponent, as a root or an exponential where it is one."""
        whole = power(base, exponent)
        if whole in self.names:
            return variable(self.names[whole])
        if base is E and exponent is ONE:
            return variable("e")
        if base is E:
            return called("exp", self.show(exponent))
        shown = self.show(base)
        if integer(exponent) == 1:
            return shown
        if exponent is HALF:
            return called("sqrt", shown)
        if exponent is _MINUS_HALF:
            return divided(literal(1), [called("sqrt", shown)])
        return called("**", shown, self.show(exponent))

    def call(self, term: Call) -> Shown:
        """A function, or an operator."""
        chained = _chained(term, self.known) if term.name == "and" else None
        if chained is not None:
            return chained
        if term.name == HELD:
            return self.known[term.arguments[0]]
        if term.name == FLOAT and isinstance(term.arguments[0], Number):
            value = float(term.arguments[0].value)
            return negated(literal(-value)) if value < 0 else literal(value)
        return called(term.name, *(self.known[argument] for argument in term.arguments))


def _of_other_sign(base: Term) -> Term | None:
    """1 - x for x - 1, sign(1 - x) for sign(x - 1), A @ (x*(1 - x)) for A @ (x*(x - 1)); None: there is no such."""
    if isinstance(base, Sum):
        return multiply(MINUS_ONE, base)
    if not isinstance(base, Call):
        return None
    operands = [*base.arguments]
    place = 0 if base.name in ("outer", "sum") else -1
    if place and base.name != "@" and not (parity(base) == "odd" and isinstance(operands[-1], Sum)):
        return None
    operands[place] = multiply(MINUS_ONE, operands[place])
    return raw_call(base.name, tuple(operands))


def needed(term: Term) -> list[Term]:
    """What has to be known for an expression to be written."""
    if isinstance(term, Product):
        return [part for base, exponent in term.factors for part in (base, exponent) if not isinstance(part, Number)]
    return list(children(term))


def _root(
    coefficient: Fraction, factors: Sequence[tuple[Term, Term]]
) -> tuple[Fraction, tuple[Shown, bool] | None, list[tuple[Term, Term]]]:
    """Square roots of numbers and of pi as one: what is left of the coefficient, the root, and the other factors.

    The root has what is inside, and whether it stands below the line: 1/sqrt(2*pi), sqrt(2/pi).
    """
    value = 1
    sides: tuple[list[Shown], list[Shown]] = ([], [])
    rest: list[tuple[Term, Term]] = []
    for base, exponent in factors:
        if exponent is HALF and isinstance(base, Number) and base.value.denominator == 1:
            value *= base.value.numerator
        elif exponent in (HALF, _MINUS_HALF) and isinstance(base, Symbol) and base.name == "pi":
            sides[exponent is not HALF].append(variable("pi"))
        else:
            rest.append((base, exponent))
    if value == 1:
        return coefficient, None, list(factors)
    # sqrt(n)/n is 1/sqrt(n).
    is_below = coefficient.denominator % value == 0
    sides[is_below].insert(0, literal(value))
    above, below = sides
    inside = divided(multiplied(above), below) if above else multiplied(below)
    return coefficient * value if is_below else coefficient, (inside, not above), rest


def _tokens(shown: Shown) -> int:
    return shown.tokens


def _is_one_less(base: Term) -> bool:
    """Whether it is a number of elements less one, such as `len(x) - 1`."""
    return isinstance(base, Sum) and base.constant < 0 and len(base.terms) == 1 and is_size(base.terms[0][0])


def _is_below(base: Term, exponent: Term) -> bool:
    """Whether a factor stands below the line: its exponent is a negative number, but for e."""
    return isinstance(exponent, Number) and exponent.value < 0 and base is not E


def _rank(base: Term, exponent: Term) -> tuple[int, int]:
    """Where a factor stands in a product: constants, variables, powers, functions, sums."""
    if isinstance(base, Symbol) and base.name == "pi":
        return 0, 0
    if isinstance(base, Number):
        return (0, 1) if isinstance(exponent, Number) else (2, 0)
    if base is E:
        return 2, 1
    if isinstance(base, Symbol):
        return (1, 0) if isinstance(exponent, Number) else (2, 0)
    if isinstance(base, Sum) and integer(exponent) is not None:
        return 4, 0
    return 3, 0


def _degrees(term: Term) -> tuple[float, float]:
    """The degree of a term in variables, and that in anything, by which sums are sorted: the highest comes first."""
    numbers = ((b, e.value) for b, e in factors_of(term).items() if isinstance(e, Number) and b is not E)
    # Whole numbers are soon added, and floats soon compared.
    powers = [(b, value.numerator if value.denominator == 1 else value) for b, value in numbers]
    return -float(sum(e for b, e in powers if isinstance(b, Symbol))), -float(sum(e for _, e in powers))


def _is_rounded(value: Fraction) -> bool:
    """Whether a number has more digits than floats have, in which programs compute: it only looks exact."""
    whole = value.numerator
    return _LEAST_ROUNDED <= whole < _MOST_ROUNDED and len(str(whole).rstrip("0")) > _DIGITS


def _is_decimal(value: Fraction) -> bool:
    """Whether a number has a finite decimal expansion, and a short one."""
    return value.denominator > 1 and 10**9 % value.denominator == 0


def _chained(term: Call, known: Mapping[Term, Shown]) -> Shown | None:
    """low <= x <= high for the two comparisons of which that is short."""
    sides: list[tuple[str, Term, Term]] = []
    for part in term.arguments:
        if not isinstance(part, Call) or part.name not in ("<", "<=", ">", ">="):
            return None
        op, (left, right) = part.name, part.arguments
        sides.append((op, left, right) if op[0] == "<" else (op.replace(">", "<"), right, left))
    for (op, low, x), (other, y, high) in (sides, sides[::-1]):
        if x is y:
            parts = known[low], known[x], known[high]
            return made(Compare((op, other), tuple(part.syntax for part in parts), 0, 0), *parts)
    return None


def variable(name: str) -> Shown:
    """A name."""
    return Shown(Name(name, 0, 0), ATOM, 1, name)


def literal(value: int | float) -> Shown:
    """A number that is not negative."""
    return Shown(Literal(value, 0, 0), ATOM, 1, repr(value))


def negated(part: Shown) -> Shown:
    """-part."""
    return called("-", part)._replace(label=part.label)


def multiplied(parts: Sequence[Shown]) -> Shown:
    """The product of at least one factor."""
    return reduce(partial(called, "*"), parts)


def divided(above: Shown, below: Sequence[Shown]) -> Shown:
    """A quotient, the denominator as its factors."""
    return called("/", above, multiplied(below)) if below else above


def called(name: str, *parts: Shown) -> Shown:
    """A function, an operator, or what `notation` has a name for."""
    record = _record(name, *(part.syntax for part in parts))
    # The name of an argument is a word of the call.
    return parts[1]._replace(syntax=record) if name == KEYWORD else made(record, *parts)


def made(record: Any, *parts: Shown) -> Shown:
    """A record of syntax, made of parts: what the printer adds to them are its own tokens."""
    children = records_in(record)
    # A bound that a slice lacks is none of its parts, nor is the name of a result.
    inside = parts if len(parts) == len(children) else [part for part in parts if part.syntax in children]
    own, level = _PRINTER.node(record, [("", part.level) for part in inside])
    label, _ = _PRINTER.node(record, [(part.label, ATOM) for part in inside])
    tokens = _count(own) + sum([part.tokens for part in inside])
    return Shown(record, level, tokens, label.replace(" ", "")[:_LONGEST_LABEL])


@lru_cache(maxsize=1000)
def _count(text: str) -> int:
    """How many tokens there are in what is no number."""
    return len(_TOKEN.findall(text))


def _record(name: str, *arguments: Any) -> Any:
    """The record of a function, comparison or operator, a list, an index, or whatever `notation` has a name for."""
    if name in COMPARISONS:
        return Compare((name,), arguments, 0, 0)
    if name == "not" or (name == "-" and len(arguments) == 1):
        (operand,) = arguments
        return Unary(name, operand, 0, 0)
    if name in LEVELS:
        left, right = arguments
        return Binary(name, left, right, 0, 0, 0, 0)
    if name in _SPECIAL:
        return _SPECIAL[name](*arguments)
    # An argument with its name is a pair of both.
    named = tuple(a for a in arguments if type(a) is tuple)
    return Called(name, tuple(a for a in arguments if type(a) is not tuple), named, 0, 0, 0, 0)


def _slice(*bounds: Any) -> Any:
    lower, upper, step = (None if type(bound) is Name else bound for bound in bounds)
    return Slice(lower, upper, step, 0, 0)


def _result(several: Any, which: Any) -> Any:
    if type(which) is Name:
        return Attribute(several, which.name, 0, 0, 0, 0)
    return Subscript(several, (which,), 0, 0)


_SPECIAL: dict[str, Any] = {
    LIST: lambda *items: List(items, 0, 0),
    ELEMENT: lambda whole, *keys: Subscript(whole, keys, 0, 0),
    SLICE: _slice,
    KEYWORD: lambda name, value: (name.name, value),
    RESULT: _result,
    **{name: lambda part, name=name: Attribute(part, name, 0, 0, 0, 0) for name in ("T", "mT")},
}
