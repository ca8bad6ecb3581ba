"""Which parts of expressions to give a name, so that they are written once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from .arithmetic import power
from .notation import FLOAT, KEYWORD, RESULT, SLICE
from .presentation import Presentation
from .terms import E, Number, Product, Symbol, Term, children, is_call, ordered

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
    chosen = _chosen(outputs, shown)
    while chosen:
        # Parts of what has a name are counted once only, so that some may not be worth one any more.
        kept = _chosen(outputs, Presentation(shown.decimals, dict.fromkeys(chosen, "u")))
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


def _chosen(outputs: Sequence[Term], shown: Presentation) -> list[Term]:
    """Among all parts, or those that have names, those whose name saves enough."""
    parts = ordered(outputs, _shown_children)
    uses: dict[Term, int] = dict.fromkeys(parts, 0)
    for term in outputs:
        uses[term] += 1
    chosen: list[Term] = []
    for term in reversed(parts):
        count = uses[term]
        if not count:
            continue
        if isinstance(term, (Number, Symbol)) or is_call(term, KEYWORD, SLICE, FLOAT):
            continue
        length = shown.show(term, named=False).tokens
        if (not shown.names or term in shown.names) and (count - 1) * length - count - _OWN >= _SAVED and count > 1:
            chosen.append(term)
            count = 1
        for child in _shown_children(term):
            uses[child] += count
    return chosen[::-1]


def _shown_children(term: Term) -> Iterator[Term]:
    """The parts as they are written: the factors of a product with their exponents."""
    if is_call(term, RESULT):
        # Several results together are no value that could have a name.
        yield from (part for whole in list(children(term))[:1] for part in children(whole))
    elif isinstance(term, Product) and len(term.factors) > 1:
        yield from (power(base, exponent) for base, exponent in term.factors)
    elif isinstance(term, Product):
        yield from (part for part in children(term) if part is not E)
    else:
        yield from children(term)
