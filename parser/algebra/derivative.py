"""Derivatives of an expression as expressions: traced, simplified, and compared with the engine's numbers."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from ...engine import Tensor
from ...engine.program.program import Program as Traced
from ...engine.program.tracing import trace
from ...engine.tensors.symbol import TraceError
from ..semantics.evaluate import evaluate_traced
from ..semantics.limits import Limits
from ..semantics.names import CONSTANTS, free_variables
from ..syntax.errors import ExpressionError
from ..syntax.records import Binary, Compare, Name, Program, Unary
from ..syntax.records import Number as Literal
from ..syntax.walk import body_of, walk
from .accuracy import Accuracy, DisagreementError, judged
from .canonical import VERBATIM
from .constants import with_named_constants
from .definitions import definitions
from .presentation import Presentation
from .saturation import has_exponentials, saturated
from .simplify import simplified
from .sizes import Axis, general, of_any_size
from .terms import Product, Sum, Term, ordered, symbol
from .traced import By, Shapes, traced, variables_of
from .translate import translated
from .written import Derivatives, Fault, presented

_MOST_WITHOUT_NAMES = 500  # operations of derivatives, of an expression that names its parts
_MOST_MULTIPLIED = 200_000  # factors of sums, of which n levels have n products; the rules themselves are shorter
_MOST_PROBED = 1000  # operations of derivatives that are tried far out and near 0
_MOST_ORDER = 4  # of the engine's derivatives that those of a derivative are compared with
_MOST_TIMES = 1.5  # as long may be what loses fewer digits


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Lets nothing look for garbage among the many parts of an expression, of which none is: a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_uncollected()
def derivatives(
    expression: Program,
    wanted: Sequence[By],
    shapes: Shapes | None = None,
    *,
    simplify: bool = True,
    share: bool = True,
    is_final: bool = True,
    limits: Limits = Limits(),  # noqa: B008
    letters: Mapping[Axis, str] = MappingProxyType({}),
    origin: tuple[Program, By] | None = None,
) -> Derivatives:
    """The derivatives of a parsed expression by each of the sequences of variables in `wanted`.

    `shapes` of variables, else (). `simplify`: else the rules as they are. `share`: parts that occur often get names.
    `is_final`: else for the next derivative, in another form. `letters`: of sizes. `origin`: what it all derives from.

    ExpressionError: as `evaluate`; there is no one formula for all sizes that letters stand for. TraceError,
    UntranslatableError: there is none at all. DisagreementError: a bug.
    """
    shapes = shapes or {}
    names = tuple(variables_of(expression, shapes))
    if simplify and not any(shapes.values()) and max(map(len, wanted)) > 1:
        found = _step_by_step(expression, wanted, names, share, limits)
        if found is not None:
            return found
    program, elements = traced(expression, wanted, shapes, limits)
    arrays = {name: shapes[name] for name in names if shapes.get(name)}
    is_alone = simplify and is_final and not arrays and elements == 1
    of = _origin(expression, program, origin, limits)
    is_probed = is_alone and len(of[1].equations) <= _MOST_PROBED
    accuracy = Accuracy(*of, limits, [by[-1] for by in wanted] if is_probed else ())
    plain = cache(lambda: accuracy.terms if of[1] is program else [*translated(program).values()])

    def checked(found: Derivatives, sizes: Shapes = shapes) -> Derivatives:
        _check_real(expression, found)
        found = accuracy.judged(found) if sizes is shapes else judged(expression, found, sizes, limits)
        return found._replace(arrays=arrays, elements=elements)

    if simplify and arrays and (found := _for_all_sizes(expression, wanted, shapes, share, limits, letters, checked)):
        return found
    if letters:
        raise without_formula(expression)
    shown, near = Presentation(), list[list[Term]]()

    def formed(terms: Iterable[Term], share: bool = share) -> Derivatives:
        return checked(presented(expression, names, dict(zip(wanted, terms, strict=True)), share, shown))

    if simplify:
        named = _in_given_names(expression, wanted, limits) if share and is_alone else None
        # Without the names, what is made of many steps is much longer, if it ends at all.
        first = named if len(program.equations) > _MOST_WITHOUT_NAMES else None
        for terms in _attempts(plain, first, is_final, near, shown):
            with _differing_by_rounding(plain):
                found = formed(terms)
                others = _others(terms, near, shown.tokens) if is_alone else ()
                return _preferred(found, terms, named, others, shown.tokens, formed)
    return formed(translated(program, VERBATIM).values(), share=share and simplify)


@contextlib.contextmanager
def _differing_by_rounding(plain: Callable[[], list[Term]]) -> Iterator[None]:
    """Lets pass that a form differs from the engine by rounding, or as there is 1/0 in it, whose sign none knows."""
    try:
        yield
    except DisagreementError as error:
        if not error.is_numerical and symbol("inf") not in ordered(plain()):
            raise


def _origin(
    expression: Program, program: Traced, origin: tuple[Program, By] | None, limits: Limits
) -> tuple[Program, Traced]:
    """What the derivatives are of in the end, and the engine's derivative of that, as far as it is soon found."""
    if origin is None or len(origin[1]) > _MOST_ORDER:
        return expression, program
    return origin[0], traced(origin[0], [origin[1]], {}, limits)[0]


def _attempts(
    plain: Callable[[], list[Term]],
    first: Sequence[Term] | None,
    is_final: bool,
    near: list[list[Term]],
    shown: Presentation,
) -> Iterator[Sequence[Term]]:
    """Derivatives that the engine has as `plain`, the best form first; `near` and `shown` as `simplified` takes them.

    A plainer form is the answer where one loses digits, or has 1/0 in it, whose sign only the engine knows.
    """
    if first is not None:
        yield first
    products = (part for term in plain() if isinstance(term, Sum) for part, _ in term.terms)
    if sum(len(part.factors) for part in products if isinstance(part, Product)) > _MOST_MULTIPLIED:
        return
    best = simplified(plain(), is_final=is_final, near=near, shown=shown)
    for forms, term in zip(near, plain(), strict=False):
        forms.append(term)
    yield best
    yield plain()


def _in_given_names(expression: Program, wanted: Sequence[By], limits: Limits) -> list[Term] | None:
    """The first derivatives in the names that the expression gives to parts. None: it gives none."""
    names = definitions(expression)
    if not names or max(map(len, wanted)) > 1:
        return None
    outputs = translated(traced(expression, wanted, {}, limits, names=names)[0], names=tuple(names))
    return simplified([outputs[".".join(by)] for by in wanted])


def _preferred(
    found: Derivatives,
    terms: Sequence[Term],
    named: Sequence[Term] | None,
    others: Iterable[Sequence[Term]],
    tokens: Callable[[Term], int],
    formed: Callable[[Sequence[Term]], Derivatives],
) -> Derivatives:
    """The derivatives, or those in given names that are shorter, or in other terms that are right at more points."""
    best = _fault_count(found), sum(map(tokens, terms))

    def candidates() -> Iterator[Sequence[Term]]:
        if named is not None and named is not terms:
            yield named
        # To count the tokens of the others takes a while.
        if best[0]:
            yield from others

    for other in candidates():
        if other is not named and not best[0]:
            break
        with contextlib.suppress(DisagreementError):
            tried = formed(other)
            if (own := (_fault_count(tried), sum(map(tokens, other)))) < best:
                found, best = tried, own
    return found


def _fault_count(found: Derivatives) -> int:
    """At how many points derivatives are wrong; where they have no value, it counts twice."""
    faults = [item for kinds in found.faults.values() for item in kinds.items()]
    return sum(len(points) * (2 if fault is Fault.LACKING else 1) for fault, points in faults)


def _others(
    terms: Sequence[Term], near: Sequence[Sequence[Term]], tokens: Callable[[Term], int]
) -> Iterator[Sequence[Term]]:
    """Other forms of derivatives, one of them `near` in length, or all saturating."""
    for i, forms in enumerate(near):
        for form in forms:
            if tokens(form) <= _MOST_TIMES * tokens(terms[i]):
                yield [*terms[:i], form, *terms[i + 1 :]]
    if has_exponentials(terms):
        yield saturated(terms)


def _for_all_sizes(
    expression: Program,
    wanted: Sequence[By],
    shapes: Shapes,
    share: bool,
    limits: Limits,
    letters: Mapping[Axis, str],
    checked: Callable[..., Derivatives],
) -> Derivatives | None:
    """The derivatives with sizes by name, `checked` for other arrays too. None: sizes do not count, or have no name."""

    def terms_of(others: Shapes) -> list[Term]:
        return [*translated(of_any_size(traced(expression, wanted, others, limits)[0])).values()]

    names = tuple(variables_of(expression, shapes))
    sized = general(expression, {name: shapes.get(name, ()) for name in names}, letters, terms_of)
    if sized is None:
        return None
    found = presented(expression, names, dict(zip(wanted, simplified(sized.terms), strict=True)), share)
    for others in sized.others:
        with contextlib.suppress(DisagreementError):
            tried = checked(found, others)
            if tried.points:
                return tried if letters else checked(found, shapes)
    return None


def without_formula(expression: Program) -> ExpressionError:
    """The error that something has no formula for all sizes that letters stand for."""
    last: Any = expression.statements[-1]
    message = "there is no one formula of this for arrays of all sizes"
    help = "give --shape the sizes as numbers"
    return ExpressionError("value", message, expression.source, last.start, last.end, help)


def _step_by_step(
    expression: Program, wanted: Sequence[By], names: tuple[str, ...], share: bool, limits: Limits
) -> Derivatives | None:
    """Derivatives by single numbers, each of the one before it, and compared with the engine's of that.

    None: one holds at a point by itself, such as 0 of sin(x)/x, where it has no slope, or needs numbers to be found.
    """
    steps: dict[tuple[By, bool], Program] = {}
    points: list[int] = []
    faults: dict[By, Mapping[Fault, Sequence[float]]] = {}
    for by in wanted:
        last = expression
        for end in range(1, len(by) + 1):
            key = by[:end], end == len(by)
            if key not in steps:
                steps[key] = Program("", (Literal(0, 0, 0),))
                if by[end - 1] in free_variables(last):
                    step = by[end - 1 : end]
                    try:
                        is_last = end == len(by)
                        origin = (expression, by) if is_last else None
                        found = derivatives(last, [step], limits=limits, is_final=is_last, origin=origin)
                    except TraceError:
                        return None
                    points.append(found.points)
                    if found.faults:
                        faults[by] = found.faults[step]
                    steps[key] = found.program(step)
                    if _is_chosen_by_equality(steps[key]):
                        return None
            last = steps[key]
    known = {by: with_named_constants(steps[by, True], ()) for by in wanted}
    inputs = dict.fromkeys([*names, *(n for p in known.values() for n in free_variables(p) if n not in CONSTANTS)], ())

    def outputs(*tensors: Tensor) -> dict[str, Any]:
        variables = dict(zip(inputs, tensors, strict=True))
        return {".".join(by): evaluate_traced(known[by], variables, limits)[0] for by in wanted}

    terms = translated(trace(outputs, inputs, formal=True))
    return presented(expression, names, dict(zip(wanted, terms.values(), strict=True)), share)._replace(
        points=min(points, default=1), faults=faults
    )


def _is_chosen_by_equality(derivative: Program) -> bool:
    records = (record for statement in derivative.statements for record in walk(body_of(statement)))
    return any(type(record) is Compare and "==" in record.ops for record in records)


def _check_real(expression: Program, found: Derivatives) -> None:
    """ExpressionError: there is a nan in a derivative for the logarithm of the negative base of a power."""
    results = [*found.results.values(), *(part.value for part in found.shared)]
    if not any(type(record) is Name and record.name == "nan" for result in results for record in walk(result)):
        return
    for record in (record for statement in expression.statements for record in walk(body_of(statement))):
        base = record.left if type(record) is Binary and record.op == "**" else None
        if type(base) is Unary and base.op == "-" and type(base.operand) is Literal:
            number = expression.source[base.start : base.end]
            message = f"the logarithm of {number} is not real, and the derivative of this power has it"
            help = "a power of a negative number has a derivative by the number alone, not by the exponent"
            raise ExpressionError("value", message, expression.source, record.start, record.end, help)


__all__ = [
    "By",
    "Derivatives",
    "DisagreementError",
    "derivatives",
    "judged",
    "presented",
    "variables_of",
    "without_formula",
]
