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
from ..algebra.canonical import VERBATIM
from ..algebra.constants import with_named_constants
from ..algebra.presentation import Presentation
from ..algebra.saturation import has_exponentials, saturated
from ..algebra.simplify import simplified
from ..algebra.sizes import Axis, general, of_any_size
from ..algebra.terms import Product, Sum, Term, ordered, symbol
from ..algebra.translate import translated
from ..semantics.evaluate import evaluate_traced
from ..semantics.limits import Limits
from ..semantics.names import CONSTANTS, free_variables
from ..syntax.errors import ExpressionError
from ..syntax.records import Binary, Compare, Name, Program, Unary
from ..syntax.records import Number as Literal
from ..syntax.walk import body_of, walk
from .accuracy import Accuracy, DisagreementError, judged
from .chain_rule import ChainRule
from .definitions import definitions, is_long
from .traced import By, Shapes, traced, variables_of
from .written import Derivatives, Fault, presented

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
    # A derivative that is differentiated again has names of our own, if any.
    has_steps = simplify and not any(shapes.values()) and is_final and origin is None
    if has_steps and (found := _by_steps(expression, wanted, names, share, limits)):
        return found
    program, elements = traced(expression, wanted, shapes, limits)
    arrays = {name: shapes[name] for name in names if shapes.get(name)}
    is_alone = simplify and is_final and not arrays and elements == 1
    of = _origin(expression, program, origin, limits)
    accuracy = _accuracy(*of, limits, wanted if is_alone else ())
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
        rule = ChainRule(expression, wanted, limits) if share and is_alone and definitions(expression) else None
        named = next(rule.derivatives()) if rule else None
        for terms in _attempts(plain, is_final, near, shown):
            with _differing_by_rounding(plain):
                found = formed(terms)
                others = _others(terms, near, shown.tokens) if is_alone else iter(())
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
    plain: Callable[[], list[Term]], is_final: bool, near: list[list[Term]], shown: Presentation
) -> Iterator[Sequence[Term]]:
    """Derivatives that the engine has as `plain`, the best form first; `near` and `shown` as `simplified` takes them.

    A plainer form is the answer where one loses digits, or has 1/0 in it, whose sign only the engine knows.
    """
    products = (part for term in plain() if isinstance(term, Sum) for part, _ in term.terms)
    if sum(len(part.factors) for part in products if isinstance(part, Product)) > _MOST_MULTIPLIED:
        return
    best = simplified(plain(), is_final=is_final, near=near, shown=shown)
    for forms, term in zip(near, plain(), strict=False):
        forms.append(term)
    yield best
    yield plain()


def _by_steps(
    expression: Program, wanted: Sequence[By], names: tuple[str, ...], share: bool, limits: Limits
) -> Derivatives | None:
    """The derivatives by single numbers that are found statement by statement, or one order after the other.

    Of those that are both, what is wrong at fewer points, or has the shorter text. None: they are neither.
    """
    order, is_named = max(map(len, wanted)), share and is_long(expression, wanted)
    found: list[Derivatives | None] = []
    if is_named or (share and order > 1 and definitions(expression)):
        found.append(_in_given_names(expression, wanted, names, limits))
    if order > 1 and (not is_named or None in found):
        found.append(_step_by_step(expression, wanted, names, share, limits))
    return min(
        filter(None, reversed(found)),
        key=lambda one: (_fault_count(one), sum(len(one.text(by)) for by in one.results)),
        default=None,
    )


def _in_given_names(
    expression: Program, wanted: Sequence[By], names: tuple[str, ...], limits: Limits
) -> Derivatives | None:
    """The derivatives in the names that the expression gives to parts, compared with the engine's.

    None: they are not right, or the value has several elements.
    """
    if traced(expression, list(dict.fromkeys(by[:1] for by in wanted)), {}, limits)[1] != 1:
        return None
    rule, shown = ChainRule(expression, wanted, limits), Presentation()
    for terms in rule.derivatives():
        found = presented(expression, names, dict(zip(wanted, terms, strict=True)), True, shown)
        _check_real(expression, found)
        with contextlib.suppress(DisagreementError):
            if max(map(len, wanted)) > _MOST_ORDER:
                return _judged_by_steps(expression, found, rule, limits)
            return _accuracy(expression, traced(expression, wanted, {}, limits)[0], limits, wanted).judged(found)
    return None


def _accuracy(expression: Program, program: Traced, limits: Limits, probed: Sequence[By]) -> Accuracy:
    """What derivatives are held against; those that are `probed` also at extreme values, if that does not take long."""
    return Accuracy(
        expression, program, limits, [by[-1] for by in probed] if len(program.equations) <= _MOST_PROBED else ()
    )


def _judged_by_steps(expression: Program, found: Derivatives, rule: ChainRule, limits: Limits) -> Derivatives:
    """The derivatives, of which each order has been compared with the engine's derivative of the one before."""
    points: list[int] = []
    for end in range(1, max(map(len, found.results)) + 1):
        for by in dict.fromkeys(by[:end] for by in found.results if len(by) >= end):
            if by in found.results:
                made = found._replace(results={by[-1:]: found.results[by]})
            else:
                step = rule.program(by)
                made = Derivatives((), tuple(definitions(step).values()), {by[-1:]: step.statements[-1]})
            points.append(judged(rule.program(by[:-1]) if end > 1 else expression, made, {}, limits).points)
    return found._replace(points=min(points))


def _preferred(
    found: Derivatives,
    terms: Sequence[Term],
    named: Sequence[Term] | None,
    others: Iterator[Sequence[Term]],
    tokens: Callable[[Term], int],
    formed: Callable[[Sequence[Term]], Derivatives],
) -> Derivatives:
    """The derivatives, or those in given names that are shorter, or in other terms that are right at more points."""
    best = _fault_count(found), sum(map(tokens, terms))

    def candidates() -> Iterator[Sequence[Term]]:
        if named is not None:
            yield named
        # To count the tokens of the others takes a while.
        while best[0] and (other := next(others, None)) is not None:
            yield other

    for other in candidates():
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
    steps: dict[tuple[By, bool], Derivatives] = {}
    for by in wanted:
        last = expression
        for end in range(1, len(by) + 1):
            key, step = (by[:end], end == len(by)), by[end - 1 : end]
            if key not in steps and step[0] not in free_variables(last):
                steps[key] = Derivatives((), (), {step: Literal(0, 0, 0)}, 1)
            elif key not in steps:
                origin = (expression, by) if end == len(by) else None
                try:
                    steps[key] = derivatives(last, [step], limits=limits, is_final=end == len(by), origin=origin)
                except TraceError:
                    return None
                if _is_chosen_by_equality(steps[key].program(step)):
                    return None
            last = steps[key].program(step)
    known = {by: steps[by, True] for by in wanted}
    programs = {".".join(by): with_named_constants(found.program(by[-1:]), ()) for by, found in known.items()}
    free = (name for program in programs.values() for name in free_variables(program) if name not in CONSTANTS)
    inputs = dict.fromkeys([*names, *free], ())

    def outputs(*tensors: Tensor) -> dict[str, Any]:
        variables = dict(zip(inputs, tensors, strict=True))
        return {key: evaluate_traced(program, variables, limits)[0] for key, program in programs.items()}

    terms = translated(trace(outputs, inputs, formal=True))
    return presented(expression, names, dict(zip(wanted, terms.values(), strict=True)), share)._replace(
        points=min(found.points for found in steps.values()),
        faults={by: found.faults[by[-1:]] for by, found in known.items() if found.faults},
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
