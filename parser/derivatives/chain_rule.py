"""Derivatives in the names that a person gave to parts of an expression: statement by statement, by the chain rule.

Each statement is differentiated by the names in it, and simplified by itself, which takes as long as there are
statements, whatever they are when all is put into one expression.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ...engine import Tensor
from ...engine.autograd.jacobians import gradients
from ...engine.program.tracing import trace
from ...engine.tensors.symbol import Symbol as Traced
from ..algebra.arithmetic import add, multiply
from ..algebra.functions import rebuilt
from ..algebra.notation import HELD
from ..algebra.presentation import Presentation
from ..algebra.sharing import free_names, is_worth_a_name
from ..algebra.simplify import simplified
from ..algebra.terms import ONE, ZERO, Number, Symbol, Term, children, factors_of, ordered, raw_call, symbol
from ..algebra.translate import translated
from ..semantics.evaluate import evaluate_traced
from ..semantics.limits import Limits
from ..semantics.names import CONSTANTS, free_variables
from ..syntax.records import Assign, Program
from .definitions import VALUE, names_in, needed, statements_of

_MOST_TOGETHER = 600  # tokens of a derivative that is simplified as a whole


class ChainRule:
    """Derivatives of a number, by one number after the other of each in `wanted`, in the names that it gives."""

    def __init__(self, expression: Program, wanted: Sequence[Sequence[str]], limits: Limits) -> None:
        self.wanted, self.limits, self.shown = wanted, limits, Presentation()
        self.by = {name for by in wanted for name in by}
        self.variables = [name for name in free_variables(expression) if name not in CONSTANTS]
        self.statements = statements_of(expression)
        # The derivatives of the values of statements by variables, of statements by the names in them, and what names
        # of our own stand for.
        self.slopes: dict[tuple[str, str], Term] = {}
        self.partials: dict[str, dict[str, Term]] = {}
        self.made: dict[Term, Term] = {}
        self.fresh = free_names({*self.variables, *self.statements, *CONSTANTS})

    def program(self, by: Sequence[str]) -> Program:
        """The derivative, but for one that is the last, as a program with names of our own beside those given."""
        self._differentiate(by)
        last = self.statements[_key(by)]
        return Program("", (*needed(self.statements, [*names_in(last.value)]), last.value))

    def _differentiate(self, by: Sequence[str]) -> None:
        """Makes the derivative a statement, with names for those of the statements that it needs."""
        key = _key(by)
        if key not in self.statements:
            self._differentiate(by[:-1])
            slope = self._slope(_key(by[:-1]), by[-1], is_last=False)
            self.statements[key] = Assign(key, self.shown.syntax(slope), 0, 0)

    def derivatives(self) -> Iterator[list[Term]]:
        """All that are wanted: simplified if they are short, and as they are."""
        for by in self.wanted:
            self._differentiate(by[:-1])
        found = self._written_out([self._slope(_key(by[:-1]), by[-1], is_last=True) for by in self.wanted])
        is_short = [self.shown.tokens(term) <= _MOST_TOGETHER for term in found]
        yield [simplified([term])[0] if short else term for term, short in zip(found, is_short, strict=True)]
        yield found

    def _slope(self, key: str, by: str, is_last: bool) -> Term:
        if key not in self.partials:
            self._trace(key)
        chains: dict[str, tuple[Term, ...]] = {by: (ONE,)}
        for name in self._below(key):
            if (name, by) in self.slopes:
                chains[name] = (self.slopes[name, by],)
                continue
            ways = [(slope, *chains[inner]) for inner, slope in self.partials[name].items() if inner in chains]
            if not ways:
                continue
            # A product is put together once, and not for each statement of a chain.
            chains[name] = ways[0] if len(ways) == 1 else (add(*(multiply(*way) for way in ways)),)
            if not is_last and name != key:
                chains[name] = (self._named(multiply(*chains[name])),)
                self.slopes[name, by] = chains[name][0]
        return multiply(*chains.get(key, (ZERO,)))

    def _named(self, term: Term) -> Term:
        """A name for a derivative that is more than a name or a number."""
        if isinstance(term, (Number, Symbol)):
            return term
        found = symbol(next(self.fresh))
        self.made[found] = term
        self.statements[found.name] = Assign(found.name, self.shown.syntax(term), 0, 0)
        return found

    def _below(self, key: str) -> list[str]:
        """The names on which the value of a statement depends, and its own, in order."""
        found = {key}
        for name in reversed(self.partials):
            if name in found:
                found |= self.partials[name].keys()
        return [name for name in self.partials if name in found]

    def _trace(self, key: str) -> None:
        """Differentiates the statements that one needs by the names in them."""
        last = self.statements[key]
        statements = {s.name: s for s in (*needed(self.statements, [*names_in(last.value)]), last)}
        inputs = [*self.variables, *(name for name in statements if name.isidentifier())]
        wholes: list[str] = []

        def outputs(*tensors: Tensor) -> dict[str, Tensor]:
            formal = dict(zip(inputs, tensors, strict=True))
            known = {name: formal[name] if name in self.by else formal[name].detach() for name in self.variables}
            inner: dict[str, dict[str, None]] = {name: {name: None} for name in self.by}
            found: dict[str, Tensor] = {}
            for name, statement in statements.items():
                value, _ = evaluate_traced(Program("", (statement.value,)), known, self.limits)
                inside = {leaf: None for part in names_in(statement.value) for leaf in inner.get(part, ())}
                known[name], inner[name] = value, inside
                is_own = isinstance(value._data, Traced) and not any(value is one for one in tensors)
                if name == key or (is_own and value.shape == () and value.dtype.is_floating_point):
                    if name not in self.partials:
                        self.partials[name] = {}
                        slopes = gradients(value, [formal[leaf] for leaf in inside]) if inside else ()
                        found |= {f"{name} {leaf}": slope for leaf, slope in zip(inside, slopes, strict=True)}
                    if name != key:
                        wholes.append(name)
                        found[name] = value
                        known[name] = formal[name] if inside else formal[name].detach()
                        inner[name] = {name: None} if inside else {}
            return found

        terms = translated(trace(outputs, dict.fromkeys(inputs, ()), formal=True), names=wholes)
        for place, term in terms.items():
            name, _, leaf = place.rpartition(" ")
            if place not in statements and (slope := simplified([term])[0]) is not ZERO:
                self.partials[name][leaf] = slope

    def _written_out(self, terms: Sequence[Term]) -> list[Term]:
        """The expressions with what names of our own stand for in their places, as one factor if there are several."""

        def parts(term: Term) -> Iterable[Term]:
            return [self.made[term]] if term in self.made else children(term)

        order = ordered(terms, parts)
        uses = Counter(inner for part in order for inner in parts(part))
        known: dict[Term, Term] = {}
        for part in order:
            if part not in self.made:
                known[part] = rebuilt(part, known)
                continue
            made = self.made[part]
            known[part] = known[made]
            is_plain = all(isinstance(base, Symbol) and base not in self.made for base in factors_of(made))
            if is_worth_a_name(uses[part], self.shown.tokens(made)) and not is_plain:
                known[part] = raw_call(HELD, (known[part],))
        return [known[term] for term in terms]


def _key(by: Sequence[str]) -> str:
    return ".".join((VALUE, *by)) if by else VALUE
