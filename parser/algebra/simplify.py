"""The shortest of several equal forms of an expression."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import cache

from .arithmetic import add, multiply
from .choice import by_regions
from .functions import rebuilt
from .identities import (
    formula_of_square,
    has_quotient,
    in_exponentials,
    multiplied_angles,
    of_inverse,
    square,
    with_hyperbolics,
    with_quotients,
    without_quotients,
)
from .nesting import nested
from .notation import function
from .presentation import Presentation
from .terms import (
    MINUS_ONE,
    ONE,
    ZERO,
    Call,
    E,
    Number,
    Product,
    Sum,
    Symbol,
    Term,
    anywhere,
    children,
    coefficient_of,
    factors_of,
    integer,
    is_call,
    number,
    ordered,
    product,
    raw_call,
)

_MOST_TOKENS = 600  # of an expression for which other forms are looked for
_MOST_INNER_TOKENS = 150  # of one that is a part of another
_MOST_PLAIN_TOKENS = 20_000  # of one that is brought to its canonical form, ten times as many between derivatives
_MOST_DENOMINATORS = 8  # that are made one
_MOST_FACTORS = 300  # of the terms of a sum that is multiplied out
_MOST_TIMES_LONGER = 4  # of a sum with all denominators before it
_MOST_COUNTED = 4000  # factors of the terms of a sum
_MOST_WORK = 12_000  # tokens of forms that are compared with each other, in all
_MOST_ROOTS = 8
_LOST = 30  # tokens that it may cost to keep digits
_CLOSE = 1  # tokens that it may cost to keep a point
_MOST_CLOSE = 6
_HYPERBOLIC = 4  # tokens that hyperbolic functions may cost for exponentials that overflow


def simplified(
    terms: Sequence[Term],
    is_final: bool = True,
    near: list[list[Term]] | None = None,
    shown: Presentation | None = None,
) -> list[Term]:
    """Expressions equal to these wherever these have a value, with as few tokens as the forms tried allow.

    What several of them have in common is looked at once. `is_final`: else they are differentiated again, and keep the
    functions that they have, as cos(2*x) beside sin(x) cancels with nothing. `near` is given for each what is hardly
    longer; `shown` is how they are written.
    """
    forms = _Simplification(is_final, shown or Presentation())
    known: dict[Term, Term] = {}
    parts = ordered(terms)
    outer, wanted = {*terms}, {*terms, *_wholes(parts)}
    for part in parts:
        made = rebuilt(part, known)
        if isinstance(made, Call):
            made = forms.shorter(of_inverse(made) or made)
        known[part] = forms.shortest(made, part in outer) if part in wanted else made
    if near is not None:
        near.extend(forms.nearly(known[term]) for term in terms)
    return [known[term] for term in terms]


def _wholes(parts: Sequence[Term]) -> Iterator[Term]:
    """The parts that stand by themselves: arguments, exponents, and sums that are factors."""
    for part in parts:
        if isinstance(part, Call):
            yield from part.arguments
        elif isinstance(part, Product):
            for base, exponent in part.factors:
                yield exponent
                if isinstance(base, (Sum, Product)):
                    yield base


class _Simplification:
    """Chooses forms, as long as that is no endless work."""

    def __init__(self, is_final: bool, shown: Presentation) -> None:
        self.is_final = is_final
        self.shown = shown
        self.work = 0
        # What was hardly longer than a form that was chosen.
        self.near: dict[Term, list[Term]] = {}
        self.turned: set[Term] = set()

    def shortest(self, term: Term, is_outer: bool) -> Term:
        """The shortest form; of what is no whole result, if it is small."""
        if isinstance(term, (Number, Symbol, Call)) or not (_has_other_forms(term) or _vanishes_far_away(term)):
            return term
        # What its terms have in common is soon found, and keeps the next derivative as short as it can be.
        forms = _with_common_factor(term)
        count = sum(len(factors_of(part)) for part, _ in term.terms) if isinstance(term, Sum) else 0
        if isinstance(term, Sum) and count > _MOST_FACTORS and min(map(_length, forms)) > count // _MOST_TIMES_LONGER:
            forms.insert(0, nested(term))
        if count > _MOST_COUNTED:
            # To count its tokens would take longer than to find what they have in common, which is shorter anyway.
            return min(term, *forms, key=_length)
        best = self._shorter(term, forms)
        tokens = self.shown.tokens(best)
        if _denominators(best) > _MOST_DENOMINATORS:
            return best
        if tokens <= (_MOST_TOKENS if is_outer else _MOST_INNER_TOKENS) and self.work <= _MOST_WORK:
            best = self._shorter(best, self._forms(best if count > _MOST_FACTORS else term, is_outer))
            return self._shorter(best, _with_common_factor(best))
        if not is_outer or tokens > (1 if self.is_final else 10) * _MOST_PLAIN_TOKENS:
            # What is that long names its parts, which are far fewer.
            return best
        # The next derivative of a quotient in canonical form is no longer than it must be, that of others may be.
        most = (1 if self.is_final else 2) * tokens
        plain = _plainest(term, most)
        return plain if self.shown.tokens(plain) <= most else best

    def nearly(self, term: Term) -> list[Term]:
        """Other forms of one that was chosen, which are hardly longer."""
        forms = dict.fromkeys([term, *self.near.get(term, ())])
        sums = [form for form in forms if isinstance(form, Sum)]
        # (cos(x) - sin(x)/x)/x: a square below the line is 0, or beyond all numbers, sooner.
        forms |= dict.fromkeys(_common_factor(form, lambda powers: min(max(powers), Fraction(0))) for form in sums)
        tokens = self.shown.tokens(term)
        return [form for form in forms if form is not term and self.shown.tokens(form) <= tokens + self._cost(form)]

    def _cost(self, form: Term) -> int:
        return _HYPERBOLIC if form in self.turned else _CLOSE

    def shorter(self, call: Term) -> Term:
        """A choice as it is, or with its regions joined."""
        chosen = by_regions(call)
        return call if chosen is None else self._shorter(call, [chosen])

    def _shorter(self, term: Term, forms: Iterable[Term]) -> Term:
        best, least = term, self.shown.tokens(term) + _LOST * _vanishes_far_away(term)
        steepest: Fraction | None = None
        tried = {form: self.shown.tokens(form) for form in (term, *self.near.get(term, ()))}
        for form in forms:
            if form in tried:
                continue
            tokens = self.shown.tokens(form) + _LOST * _vanishes_far_away(form)
            self.work += tokens
            tried[form] = tokens
            if tokens + _reluctance(best, form) <= least:
                # One that overflows sooner has to be much shorter.
                steepest = _steepness(term) if steepest is None else steepest
                if 2 * tokens <= least or _steepness(form) <= steepest:
                    best, least = form, tokens
            if self.work > _MOST_WORK:
                break
        close = [form for form in sorted(tried, key=tried.__getitem__) if tried[form] <= least + self._cost(form)]
        self.near[best] = close[:_MOST_CLOSE]
        return best

    def _forms(self, term: Term, is_outer: bool) -> Iterator[Term]:
        # FLINT takes a while to be imported.
        from .rational import Ring, TooLargeError
        from .rational_forms import Forms, with_roots_apart, with_roots_joined

        if (chosen := by_regions(term)) is not None:
            yield chosen
        if isinstance(term, Product):
            yield from _with_own_logarithm(term)
        plain = without_quotients(term)
        powers = _powers(plain)
        has_factors = any(isinstance(base, Sum) for base, _ in powers)
        is_finite = _stays_finite(term)
        variants = [(term, True, ""), (term, False, "")] if has_factors else [(term, False, "")]
        if plain is not term:
            variants.append((plain, False, ""))
        if (apart := with_roots_apart(plain)) is not plain:
            variants.append((apart, False, ""))
        if _are_related(powers):
            variants += [(plain, False, "odd"), (plain, False, "even")]
        has_exponential = self.is_final and any(base is E for base, _ in powers)
        if is_outer and has_exponential:
            yield from self._hyperbolic(term)
            if (exponential := in_exponentials(plain)) is not plain:
                variants.append((exponential, False, ""))
        split = without_quotients(plain, bounded=True) if self.is_final else plain
        if split is not plain:
            variants += [(split, False, "odd"), (split, False, "even")]
        for variant, whole, parity in variants:
            with suppress(TooLargeError):
                ring = Ring(variant, whole, parity)
                for form in Forms(ring, self.shown.tokens).of(ring.value(variant)):
                    found = [form]
                    if variant is apart:
                        found.append(with_roots_joined(form, self.shown.tokens))
                    if self.is_final and (parity or plain is not term or has_quotient(form)):
                        turned = multiplied_angles(form) if parity else form
                        joined = with_quotients(form)
                        found += [joined, turned, with_quotients(turned), multiplied_angles(joined)]
                    # Without its quotients an expression may be inf/inf, and where it is none may its forms be.
                    is_split = variant is split is not plain
                    yield from (f for f in found if not (is_split or (is_finite and f is not form)) or _stays_finite(f))
                    if is_outer and has_exponential and not is_split:
                        yield from self._hyperbolic(form)

    def _hyperbolic(self, term: Term) -> Iterator[Term]:
        """The expression with hyperbolic functions, where no quotient of two that overflow is left."""
        turned = with_hyperbolics(term)
        if turned is not term and _stays_finite(turned := with_quotients(turned)):
            self.turned.add(turned)
            yield turned


def _powers(term: Term) -> list[tuple[Term, Term]]:
    """The factors of all terms in the rational function that an expression is, with their exponents."""
    return [pair for part in ordered([term], _inside) if not isinstance(part, Sum) for pair in factors_of(part).items()]


def _plainest(term: Term, most: int) -> Term:
    """The expression with its factors as sums; as it is, if that takes too long, or they have over `most` tokens."""
    from .rational import Ring, TooLargeError

    plain = without_quotients(term)
    is_related = _are_related(_powers(plain))
    try:
        ring = Ring(plain if is_related else term, parity="odd" if is_related else "")
        value = ring.value(ring.root)
        if ring.least_length(value) > most:
            return term
        return ring.factors_as_sums(value)
    except TooLargeError:
        return term


def _with_own_logarithm(term: Product) -> Iterator[Term]:
    """4**x*log(4) for 2*4**x*log(2)."""
    factors = dict(term.factors)
    numbers = [base for base, exponent in term.factors if isinstance(base, Number) and not isinstance(exponent, Number)]
    for base in numbers:
        for part in [part for part in factors if is_call(part, "log") and factors[part] is ONE]:
            (argument,) = part.arguments if isinstance(part, Call) else (ONE,)
            for count in range(2, _MOST_ROOTS):
                if isinstance(argument, Number) and argument.value**count == base.value:
                    rest = {b: e for b, e in factors.items() if b is not part}
                    yield multiply(product(term.coefficient / count, rest), raw_call("log", (base,)))


def _stays_finite(term: Term) -> bool:
    """Whether nothing that grows stands both above and below a line: inf/inf."""
    growing: set[Term] = set()
    for part in ordered([term], _inside):
        grows = part is E or _is_exponential(part)
        if isinstance(part, Sum):
            grows = any(inner in growing for inner, _ in part.terms)
        elif isinstance(part, Product):
            signs = {(integer(e) or 1) > 0 for b, e in part.factors if b in growing}
            if len(signs) > 1:
                return False
            grows = True in signs
        if grows:
            growing.add(part)
    return True


def _steepness(term: Term) -> Fraction:
    """How soon an expression overflows: how far the multiples in its exponentials are apart, and from 0."""
    exponents = (e for part in ordered([term], _inside) if isinstance(part, Product) for b, e in part.factors if b is E)
    multiples: dict[Term, list[Fraction]] = {}
    for multiple, unit in map(coefficient_of, (e for e in exponents if not isinstance(e, Sum))):
        multiples.setdefault(unit, [Fraction(0)]).append(multiple)
    return max((max(found) - min(found) for found in multiples.values()), default=Fraction(0))


def _cancels(term: Term) -> bool:
    """Whether an expression is a sum with powers of tanh whose digits all cancel where it is 1."""
    if not isinstance(term, Sum) or not any(_is_bounded(base) for part, _ in term.terms for base in factors_of(part)):
        return False
    # What is left of each term where tanh is 1, and how often.
    totals: dict[Term, Fraction] = {ONE: term.constant} if term.constant else {}
    for part, coefficient in term.terms:
        rest = product(Fraction(1), {b: e for b, e in factors_of(part).items() if not _is_bounded(b)})
        totals[rest] = totals.get(rest, Fraction(0)) + coefficient
    return not all(totals.values())


def _is_bounded(base: Term) -> bool:
    return isinstance(base, Call) and bool((record := function(base.name)) and record.complement)


def _denominators(term: Term) -> int:
    """How many different sums stand below a line in the terms of a sum."""
    factors = (item for part, _ in term.terms for item in factors_of(part).items()) if isinstance(term, Sum) else ()
    return len({b for b, e in factors if isinstance(b, Sum) and isinstance(e, Number) and e.value < 0})


def _size(term: Term) -> int:
    return len(term.factors) if isinstance(term, Product) else len(term.terms) if isinstance(term, Sum) else 0


def _length(term: Term) -> int:
    """The factors and terms of the rational function that an expression is."""
    return sum(map(_size, ordered([term], _inside)))


def _inside(term: Term) -> Iterator[Term]:
    """The parts of which the rational function that an expression is consists."""
    if isinstance(term, (Sum, Product)):
        yield from children(term)


_vanishes_far_away = anywhere(_cancels, _inside)


def _has_other_forms(term: Term) -> bool:
    """Whether there is something to multiply out, to cancel, to collect or to put together."""
    if isinstance(term, Product):
        return any(isinstance(base, (Sum, Number)) for base, _ in term.factors) or _are_related(term.factors)
    assert isinstance(term, Sum)
    pairs = [pair for part, _ in term.terms for pair in factors_of(part).items()]
    counts = Counter(base for base, _ in pairs)
    return any(count > 1 or isinstance(base, Sum) for base, count in counts.items()) or _are_related(pairs)


def _are_related(factors: Iterable[tuple[Term, Term]]) -> bool:
    """Whether there is a relation between factors, or between one and a number: of a square, a quotient, a sign."""
    circular = [(base, exponent) for base, exponent in factors if formula_of_square(base) is not None]
    if len(circular) > 1 or any(abs(integer(e) or 0) > 1 for _, e in circular):
        found: set[Term] = set()
        for base, exponent in circular:
            if square(base) is not None:
                found.add(base)
                if len(found) > 1 or abs(integer(exponent) or 0) > 1:
                    return True
    return any(is_call(base, "sign", "abs", "where") or has_quotient(base) for base, _ in factors)


def _reluctance(term: Term, form: Term) -> int:
    """How many tokens a form has to save to be preferred."""
    if isinstance(term, Product) and isinstance(form, Sum):
        # Calls are in both; x*(1 - x) and sigmoid(x)*(1 - sigmoid(x)) say where they are 0.
        others = [base for base, _ in term.factors if not isinstance(base, Sum)]
        is_circular = all(formula_of_square(base) is not None and not _is_exponential(base) for base in others)
        return 2 if len(others) == len(term.factors) - 1 and is_circular else 3
    if isinstance(term, Sum) and isinstance(form, Product):
        # x**x*(log(x) + 1) rather than x**x + x**x*log(x), but x**2*cos(x) + 2*x*sin(x).
        return 0 if any(_is_complicated(base, exponent) for base, exponent in form.factors) else 1
    return 1


def _is_exponential(base: Term) -> bool:
    """Whether it is sinh or cosh, which grow as exponentials do."""
    record = function(base.name) if isinstance(base, Call) else None
    return record is not None and record.square is not None and record.exponential is not None


def _is_complicated(base: Term, exponent: Term) -> bool:
    """Whether a factor is one to compute only once."""
    return isinstance(base, Call) or not isinstance(exponent, Number)


def _with_common_factor(term: Term) -> list[Term]:
    return [_common_factor(term, choose) for choose in (min, max)] if isinstance(term, Sum) else []


def _common_factor(term: Sum, choose: Callable[[list[Fraction]], Fraction]) -> Term:
    """The sum as a product of the least powers in its terms, or the greatest, and of what that leaves of each."""
    summands = [(factors_of(part), c) for part, c in term.terms]
    if term.constant:
        summands.append(({}, term.constant))
    found: dict[Term, list[Term]] = {}
    for factors, _ in summands:
        for base, exponent in factors.items():
            found.setdefault(base, []).append(exponent)
    common: dict[Term, Term] = {}
    for base, exponents in found.items():
        if len(exponents) < len(summands):
            exponents.append(ZERO)
        different = dict.fromkeys(exponents)
        values = [e.value for e in different if isinstance(e, Number)]
        if len(values) == len(different) and not isinstance(base, Call):
            common[base] = number(choose(values))
        elif len(different) == 1:
            common[base] = exponents[0]
    common = {base: exponent for base, exponent in common.items() if exponent is not ZERO}
    count = sum(len(factors) for factors, _ in summands)
    if not common or len(common) * len(summands) > _MOST_TIMES_LONGER * (count + len(summands)):
        # Each of them in all the other terms.
        return term
    inverse = {base: multiply(MINUS_ONE, exponent) for base, exponent in common.items()}
    less = cache(add)
    rests = []
    for factors, coefficient in summands:
        # Whole powers of the same bases less: nothing else can come of it.
        rest = {base: less(e, inverse[base]) if base in inverse else e for base, e in factors.items()}
        rests.append(product(coefficient, {**{base: e for base, e in inverse.items() if base not in factors}, **rest}))
    return multiply(product(Fraction(1), common), add(*rests))
