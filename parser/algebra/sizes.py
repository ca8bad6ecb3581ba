"""Formulas for arrays of any size: `len(x)`, `numel(A)` and `A.shape[1]` where a program has the number of elements.

The expression is traced with arrays of other sizes than its own. Each of these stands for one size: it is a prime, and
half of one less is too, so that n and n - 1 can be told from the factors of what they were multiplied with. Which
dimensions have one size is found by trying; that the formula holds for other sizes is for the caller to try.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from flint import fmpz

from ...engine.program.program import Constant
from ...engine.program.program import Program as Traced
from ...engine.tensors.symbol import TraceError
from ..syntax.errors import ExpressionError
from ..syntax.records import Number as Literal
from ..syntax.records import Program
from ..syntax.walk import body_of, walk
from .arithmetic import add, multiply, power
from .formulas import UntranslatableError
from .functions import rebuilt
from .notation import ELEMENT, FLOAT, RESULT, function
from .shapes import of_identity
from .terms import Call, Number, Product, Sum, Term, is_call, number, ordered, raw_call, symbol

Shapes = Mapping[str, tuple[int, ...]]
# The dimension of a variable, counted from 0.
Axis = tuple[str, int]

_STAND_INS = (23, 59, 107, 179, 227, 263, 383)
_SMALLEST_OTHER = 4
_LARGEST_PRODUCT = 10**7  # of stand-ins
_MOST_TRIED = 40  # ways to tell dimensions of one size apart


class General(NamedTuple):
    """Expressions in sizes by name, and shapes of other arrays to try them with: of some the value may be singular."""

    terms: list[Term]
    others: tuple[Shapes, Shapes]


def general(
    expression: Program,
    shapes: Shapes,
    letters: Mapping[Axis, str],
    terms_of: Callable[[Shapes], list[Term]],
    *,
    always: bool = False,
) -> General | None:
    """The expressions that `terms_of` finds for arrays of these shapes, for arrays of other sizes too.

    `letters` name sizes that are known to be equal or not; without any, equal ones are the same where they have to be.
    None: one of them depends on a size in a way that has no formula; or none does, unless they are wanted `always`.
    """
    axes = [(name, axis) for name, shape in shapes.items() for axis, size in enumerate(shape) if size > 1]
    primes = _primes(expression)

    def found(sizes: Mapping[Axis, object]) -> list[Term] | None:
        """The expressions for stand-ins of these sizes. None: they do not go together."""
        kinds = dict.fromkeys(sizes.values())
        if len(kinds) > len(primes):
            return None
        stand_ins = dict(zip(kinds, primes, strict=False))
        try:
            return terms_of(_replaced(shapes, {axis: stand_ins[size] for axis, size in sizes.items()}))
        except (ExpressionError, TraceError, UntranslatableError, RuntimeError):
            return None

    def named(sizes: Mapping[Axis, object], terms: Sequence[Term]) -> list[Term] | None:
        kinds = [*dict.fromkeys(sizes.values())]
        return _Names(shapes, {axis: primes[kinds.index(size)] for axis, size in sizes.items()}).replaced(terms)

    sizes: dict[Axis, object] = {axis: letters.get(axis) or shapes[axis[0]][axis[1]] for axis in axes}
    terms = found(sizes)
    made = None if terms is None else named(sizes, terms)
    if terms is None or made is None:
        return None
    if not letters:
        parts = ordered(made)
        if any(map(_is_placing, parts)) or not (always or any(map(is_size, parts))):
            return None
        sizes, terms = _told_apart(sizes, terms, found)
        made = named(sizes, terms)
    kinds = [*dict.fromkeys(sizes.values())]
    growing, falling = (
        {axis: _SMALLEST_OTHER + places.index(size) for axis, size in sizes.items()} for places in (kinds, kinds[::-1])
    )
    return None if made is None else General(made, (_replaced(shapes, growing), _replaced(shapes, falling)))


def of_any_size(program: Traced) -> Traced:
    """The program itself. UntranslatableError: it has a list of numbers as long as one of the stand-ins."""
    operands: list[object] = [*program.outputs.values(), *(a for e in program.equations for a in e.arguments)]
    for operand in operands:
        if type(operand) is tuple:
            operands.extend(operand)
        elif isinstance(operand, Constant) and isinstance(operand.value, tuple):
            lengths = {*_STAND_INS}.intersection(operand.shape)
            if lengths and not of_identity(operand):
                raise UntranslatableError("a list of numbers has the size of an array")
    return program


def _primes(expression: Program) -> list[int]:
    """The stand-ins that no number of the expression could be taken for."""
    records = (record for statement in expression.statements for record in walk(body_of(statement)))
    literals = {float(record.value) for record in records if type(record) is Literal and record.value}
    values = [Fraction(repr(value)) for value in literals if abs(value) < float("inf")]
    own = [part for value in values for part in (value.numerator, value.denominator)]
    return [prime for prime in _STAND_INS if all(part % prime and part % (prime // 2) for part in own)]


def _replaced(shapes: Shapes, sizes: Mapping[Axis, int]) -> dict[str, tuple[int, ...]]:
    return {
        name: tuple(sizes.get((name, axis), size) for axis, size in enumerate(shape)) for name, shape in shapes.items()
    }


def _told_apart(
    sizes: dict[Axis, object], terms: list[Term], found: Callable[[Mapping[Axis, object]], list[Term] | None]
) -> tuple[dict[Axis, object], list[Term]]:
    """The sizes with those that need not be equal by different names, and the expressions for these."""
    tried = 0
    for size in dict.fromkeys(sizes.values()):
        together = [axis for axis, own in sizes.items() if own == size]
        count = 1
        while 2 * count <= len(together):
            for chosen in combinations(together, count):
                tried += 1
                apart = {**sizes, **dict.fromkeys(chosen, chosen)}
                other = found(apart) if tried < _MOST_TRIED else None
                # A square matrix has a diagonal, and what is none has only elements at places.
                if other is not None and not any(map(_is_placing, ordered(other))):
                    sizes, terms = apart, other
                    together = [axis for axis in together if axis not in chosen]
                    break
            else:
                count += 1
    return sizes, terms


def _is_placing(term: Term) -> bool:
    """Whether an expression puts elements in places, which a short list of them says better."""
    record = function(term.name) if isinstance(term, Call) else None
    return is_call(term, "pad", "reshape", "diagonal_scatter") or (record is not None and record.family == "indexing")


def is_size(term: Term) -> bool:
    """Whether an expression is a number of elements: `len(x)`, `numel(A)`, `A.shape[1]`."""
    whole = term.arguments[0] if is_call(term, ELEMENT) else term
    return is_call(whole, "len", "numel") or (is_call(whole, RESULT) and whole.arguments[1] is symbol("shape"))


def _exact(value: Fraction) -> Fraction:
    """The fraction of sizes that was folded into a float."""
    near = value.limit_denominator(_LARGEST_PRODUCT)
    return near if abs(float(near) - float(value)) <= 4 * math.ulp(float(value)) else value


class _Names:
    """Writes numbers of elements as what they are called."""

    def __init__(self, shapes: Shapes, primes: Mapping[Axis, int]) -> None:
        ranks = {name: len(shape) for name, shape in shapes.items() if shape}
        # What stands for a number of elements, by its shortest name: of all elements of an array of several dimensions,
        # and then of one dimension, of a vector where one has it.
        self.names: dict[int, Term] = {}
        for name, rank in ranks.items():
            factors = [primes.get((name, axis), 0) for axis in range(rank)]
            if rank > 1 and all(factors):
                self.names.setdefault(math.prod(factors), raw_call("numel", (symbol(name),)))
        for axis in sorted(primes, key=lambda axis: (ranks[axis[0]] > 1, axis[1])):
            self.names.setdefault(primes[axis], self._size(*axis))

    def _size(self, name: str, axis: int) -> Term:
        if axis == 0:
            return raw_call("len", (symbol(name),))
        return raw_call(ELEMENT, (raw_call(RESULT, (symbol(name), symbol("shape"))), number(axis)))

    def replaced(self, terms: Sequence[Term]) -> list[Term] | None:
        """The expressions with sizes by name. None: one is written as a float."""
        made: dict[Term, Term] = {}
        for part in ordered(terms):
            if isinstance(part, Number):
                made[part] = self.size(part.value)
            elif isinstance(part, Sum):
                pairs = [(self.size(coefficient), made[term]) for term, coefficient in part.terms]
                made[part] = add(self.size(part.constant), *(multiply(*pair) for pair in pairs))
            elif isinstance(part, Product):
                factors = [power(made[base], made[exponent]) for base, exponent in part.factors]
                made[part] = multiply(self.size(part.coefficient), *factors)
            elif is_call(part, FLOAT) and not isinstance(made[part.arguments[0]], Number):
                return None
            else:
                made[part] = rebuilt(part, made)
        return [made[term] for term in terms]

    def size(self, value: Fraction) -> Term:
        """A number as a number of its own times powers of sizes, and of sizes less one."""
        if not value:
            return number(0)
        value = _exact(value)
        factors: list[Term] = []
        for whole, name in self.names.items():
            value, times = _taken(value, whole, whole)
            value, less = _taken(value, int(max(fmpz(whole - 1).factor())[0]), whole - 1)
            factors += [power(name, number(times)), power(add(name, number(-1)), number(less))]
        return multiply(number(value), *factors)


def _taken(value: Fraction, factor: int, whole: int) -> tuple[Fraction, int]:
    """A number without a whole one, of which this is a factor, and how many times that was in it, or below the line."""
    times = 0
    while value.numerator % factor == 0:
        value, times = value / whole, times + 1
    while value.denominator % factor == 0:
        value, times = value * whole, times - 1
    return value, times
