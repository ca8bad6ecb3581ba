"""Which parts of expressions to give a name, so that they are written once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fractions import Fraction

from .arithmetic import negative, power, primitive_part
from .notation import FLOAT, KEYWORD, LIST, RESULT, SLICE, function
from .presentation import Presentation
from .terms import Call, E, Number, Product, Sum, Symbol, Term, children, is_call, ordered, product

_LONG = 40  # tokens; what is shorter is readable as it is
_SAVED = 8  # tokens that a name has to save
_OWN = 4  # tokens of `u = ...` on its own line
_NAMES = "uvwpqrst"


def shared(outputs: Sequence[Term], shown: Presentation, taken: Collection[str]) -> dict[Term, str]:
    """Names for parts of the outputs that occur several times, in the order of definition, none of them in `taken`.

    `shown` is how they are written without any.
    """
    if sum(map(shown.tokens, outputs)) < _LONG:
        return {}
    chosen = _repeated(outputs, shown)
    while chosen:
        # Parts of what has a name are counted once only, so that some may not be worth one any more.
        kept = _worthy(chosen, _uses(outputs, chosen), Presentation(shown.decimals))
        if len(kept) == len(chosen):
            break
        chosen = kept
    names = free_names(taken)
    return {term: next(names) for term in chosen}


def free_names(taken: Collection[str]) -> Iterator[str]:
    """Names for new variables, none of them in `taken`."""
    yield from (name for name in _NAMES if name not in taken)
    i = 1
    while True:
        if f"t{i}" not in taken:
            yield f"t{i}"
        i += 1


def _repeated(outputs: Sequence[Term], shown: Presentation) -> list[Term]:
    """The parts whose name saves enough, each written out: those inside come first."""
    found: dict[Term, None] = {}

    def is_found(term: Term, count: int) -> bool:
        is_part = not isinstance(term, (Number, Symbol)) and not is_call(term, KEYWORD, SLICE, FLOAT)
        is_worth_it = count > 1 and is_part and is_worth_a_name(count, shown.tokens(term))
        if is_worth_it:
            found[term] = None
        return is_worth_it

    _count(outputs, is_found)
    return [term for term in ordered(reversed(found), _named_children) if term in found]


def _uses(outputs: Sequence[Term], named: Collection[Term]) -> dict[Term, int]:
    """How often each part is written where some have names."""
    names = frozenset(named)
    return _count(outputs, lambda term, _: term in names)


def _count(outputs: Sequence[Term], is_named: Callable[[Term, int], bool]) -> dict[Term, int]:
    """How often each part is written; `is_named` is asked from outside to inside, with the number of uses."""
    parts = ordered(outputs, _shown_children)
    uses: dict[Term, int] = dict.fromkeys(parts, 0)
    for term in outputs:
        uses[term] += 1
    for term in reversed(parts):
        count = 1 if is_named(term, uses[term]) else uses[term]
        for child in _shown_children(term):
            uses[child] += count
    return uses


def _worthy(chosen: Sequence[Term], uses: Mapping[Term, int], shown: Presentation) -> list[Term]:
    """Those of the parts whose name still saves enough, in the names of those inside that are kept."""
    for term in chosen:
        if is_worth_a_name(uses[term], shown.tokens(term)):
            shown.give_name(term, "u")
    return [term for term in chosen if term in shown.names]


def is_worth_a_name(count: int, length: int) -> bool:
    """Whether a name saves enough of a part that is there so often, and has so many tokens."""
    return (count - 1) * length - count - _OWN >= _SAVED


def _shown_children(term: Term) -> Iterator[Term]:
    """The parts as they are written: the factors of a product with their exponents."""
    if is_call(term, RESULT):
        # Several results together are no value that could have a name.
        yield from (part for whole in list(children(term))[:1] for part in children(whole))
    elif isinstance(term, Product) and len(term.factors) > 1:
        yield from (power(base, exponent) for base, exponent in term.factors)
    elif isinstance(term, Product):
        yield from (part for part in children(term) if part is not E)
    elif isinstance(term, Call) and (record := function(term.name)) is not None and record.family == "indexing":
        # An index is a list of whole numbers, which would be floating under a name.
        yield from (part for part in children(term) if not is_call(part, LIST))
    else:
        yield from children(term)


def _named_children(term: Term) -> Iterator[Term]:
    """The parts that may be shown by their names: in a multiple of a power or a sum these too."""
    if isinstance(term, Product) and term.coefficient != 1:
        yield product(Fraction(1), dict(term.factors))
    if isinstance(term, Sum) and abs((multiple := primitive_part(term))[0]) != 1:
        yield from (multiple[1], negative(multiple[1]))
    yield from _shown_children(term)
