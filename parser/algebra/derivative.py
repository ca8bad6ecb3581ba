"""Derivatives of an expression as expressions: traced, simplified, and compared with the engine's numbers."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.program.program import Program as Traced
from ...engine.program.tracing import trace
from ...engine.tensors.errors import LinAlgError
from ...engine.tensors.symbol import TraceError
from ..semantics.evaluate import evaluate_traced
from ..semantics.limits import Limits
from ..semantics.names import CONSTANTS, free_variables
from ..syntax.errors import ExpressionError
from ..syntax.parse import parse_again
from ..syntax.printer import program_text
from ..syntax.records import Assign, Binary, Compare, Name, Program, Unary
from ..syntax.records import Number as Literal
from ..syntax.walk import body_of, walk
from .canonical import VERBATIM
from .chain_rule import ChainRule, definitions, is_long, needed
from .constants import with_named_constants
from .extremes import Extremes
from .points import STEP, noise_at, point_of, stands_for, value_at
from .presentation import Presentation
from .saturation import has_exponentials, saturated
from .sharing import shared
from .simplify import simplified
from .sizes import Axis, general, of_any_size
from .slopes import By, Shapes, by_engine, traced, variables_of
from .terms import Product, Sum, Symbol, Term, ordered, symbol
from .translate import translated

_POINTS = 8
_TRIES = 60
_FEWEST_TRIES = 12
_MOST_COMPARED = 100_000  # characters of derivatives, at all points together; long ones are compared at fewer
_FEWEST_POINTS = 2
_MOST_MULTIPLIED = 200_000  # factors of sums, of which n levels have n products; the rules themselves are shorter
_MOST_PROBED = 2000  # tokens of derivatives that are tried far out and near 0
_MOST_ORDER = 4  # of the engine's derivatives that those of a derivative are compared with
_MOST_TIMES = 1.5  # as long may be what loses fewer digits
_TOLERANCE = 1e-7
_ROUNDING = 1e-6
_LOUD = 100  # times the noise of a form, which may be off by that much


class DisagreementError(Exception):
    """A derivative that was printed gives other numbers than the engine: a bug.

    `is_numerical`: it overflows, or differs by as little as rounding errors may.
    """

    def __init__(self, message: str, is_numerical: bool) -> None:
        super().__init__(message)
        self.is_numerical = is_numerical


class Derivatives(NamedTuple):
    """Derivatives as programs of the language: assignments to shared parts, then one expression for each.

    `variables` are those of the original, `shared` the assignments, `results` the expressions by what each
    differentiates by, in order. At `points` of the domain they have been compared with the engine. `arrays` has the
    shapes of variables that are no single numbers, and `narrow` the results with fewer elements than
    their variable has, such as 1 for all of them. A value of several `elements` is differentiated as their sum. Each
    result `lacks` a value at some extreme values of its variable, where the engine's derivative has one, and `strays`
    from it at some, where it loses its digits.
    """

    variables: tuple[str, ...]
    shared: tuple[Assign, ...]
    results: dict[By, Any]
    points: int = 0
    arrays: Mapping[str, tuple[int, ...]] = MappingProxyType({})
    elements: int = 1
    narrow: frozenset[By] = frozenset()
    lacks: Mapping[By, Sequence[float]] = MappingProxyType({})
    strays: Mapping[By, Sequence[float]] = MappingProxyType({})

    def program(self, by: By) -> Program:
        """One derivative with the assignments that it needs."""
        parts = {assign.name: assign.value for assign in self.shared}
        result = self.results[by]
        while type(result) is Name and result.name in parts:
            result = parts[result.name]
        return Program("", (*self._needed([result]), result))

    def used(self) -> list[Assign]:
        """The assignments to shared parts that the results need, in order."""
        return self._needed(self.results.values())

    def _needed(self, results: Iterable[Any]) -> list[Assign]:
        names = [name.name for result in results for name in walk(result) if type(name) is Name]
        return [*needed({assign.name: assign for assign in self.shared}, names)]


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
    is_scalar = simplify and not any(shapes.values())
    if is_scalar and (found := _by_steps(expression, wanted, names, share, is_final, limits)) is not None:
        return found
    program, elements = traced(expression, wanted, shapes, limits)
    arrays = {name: shapes[name] for name in names if shapes.get(name)}

    def checked(found: Derivatives, shapes: Shapes = shapes) -> Derivatives:
        _check_real(expression, found)
        found = found._replace(points=check(expression, found, shapes, limits), arrays=arrays, elements=elements)
        return found._replace(narrow=narrow(found, shapes, limits)) if arrays else found

    if simplify and arrays:
        found = _for_all_sizes(expression, wanted, shapes, share, limits, letters, checked)
        if found is not None:
            return found
    if letters:
        raise without_formula(expression)
    shown, near = Presentation(), list[list[Term]]()

    def formed(terms: Iterable[Term], share: bool = share) -> Derivatives:
        return presented(expression, names, dict(zip(wanted, terms, strict=True)), share, shown)

    if simplify:
        is_alone = is_final and not arrays and elements == 1
        rule = ChainRule(expression, wanted, limits) if share and is_alone and definitions(expression) else None
        named = None if rule is None else next(rule.derivatives())
        for terms in _attempts(program, is_final, near, shown):
            try:
                found = checked(formed(terms))
            except DisagreementError as error:
                if not error.is_numerical and symbol("inf") not in ordered(translated(program).values()):
                    raise
            else:
                if is_alone:
                    of = _origin(expression, program, origin, limits)
                    found = _preferred(of, found, terms, near, limits, named, shown.tokens, formed, checked)
                return found
    return checked(formed(translated(program, VERBATIM).values(), share=share and simplify))


def _by_steps(
    expression: Program, wanted: Sequence[By], names: tuple[str, ...], share: bool, is_final: bool, limits: Limits
) -> Derivatives | None:
    """The derivatives by single numbers that are found statement by statement, or one order after the other.

    Of those that are both, what is wrong at fewer extreme values, or has the shorter text. None: they are neither.
    """
    order, is_named = max(map(len, wanted)), share and is_long(expression, wanted)
    found: list[Derivatives | None] = []
    if is_named or (share and order > 1 and definitions(expression)):
        found.append(_in_given_names(expression, wanted, is_final, limits))
    if order > 1 and (not is_named or None in found):
        found.append(_step_by_step(expression, wanted, names, share, limits))
    return min(
        filter(None, reversed(found)),
        key=lambda one: (len(one.lacks) + len(one.strays), sum(map(len, _texts(one).values()))),
        default=None,
    )


def _origin(
    expression: Program, program: Traced, origin: tuple[Program, By] | None, limits: Limits
) -> tuple[Program, Traced]:
    """What the derivatives are of in the end, and the engine's derivative of that, as far as it is soon found."""
    if origin is None or len(origin[1]) > _MOST_ORDER:
        return expression, program
    return origin[0], traced(origin[0], [origin[1]], {}, limits)[0]


def _attempts(program: Traced, is_final: bool, near: list[list[Term]], shown: Presentation) -> Iterator[Sequence[Term]]:
    """The outputs of a program, the best form first; `near` and `shown` as `simplified` takes them.

    A plainer form is the answer where one loses digits, or has 1/0 in it, whose sign only the engine knows.
    """
    plain = [*translated(program).values()]
    products = (part for term in plain if isinstance(term, Sum) for part, _ in term.terms)
    if sum(len(part.factors) for part in products if isinstance(part, Product)) > _MOST_MULTIPLIED:
        return
    best = simplified(plain, is_final=is_final, near=near, shown=shown)
    for forms, term in zip(near, plain, strict=False):
        forms.append(term)
    yield best
    yield plain


def _in_given_names(expression: Program, wanted: Sequence[By], is_final: bool, limits: Limits) -> Derivatives | None:
    """The derivatives in the names that the expression gives to parts, each step compared with the engine's.

    None: they are not right, or the value has several elements.
    """
    if traced(expression, list(dict.fromkeys(by[:1] for by in wanted)), {}, limits)[1] != 1:
        return None
    rule, names, shown = ChainRule(expression, wanted, limits), tuple(variables_of(expression, {})), Presentation()

    def formed(terms: Iterable[Term]) -> Derivatives:
        return presented(expression, names, dict(zip(wanted, terms, strict=True)), True, shown)

    def checked(found: Derivatives) -> Derivatives:
        _check_real(expression, found)
        steps = {by[:end]: rule.program(by[:end]) if end else expression for by in wanted for end in range(len(by))}
        points: list[int] = []
        for start, step in steps.items():
            own = {by[-1:]: found.results[by] for by in wanted if by[:-1] == start}
            points += [check(step, found._replace(results=own), {}, limits)] if own else []
            if start:
                made = Derivatives(names, tuple(definitions(step).values()), {start[-1:]: step.statements[-1]})
                points.append(check(steps[start[:-1]], made, {}, limits))
        return found._replace(points=min(points))

    for terms in rule.derivatives(is_final):
        with contextlib.suppress(DisagreementError):
            found = checked(formed(terms))
            if not is_final or max(map(len, wanted)) > _MOST_ORDER:
                return found
            of = expression, traced(expression, wanted, {}, limits)[0]
            return _preferred(of, found, terms, [], limits, None, shown.tokens, formed, checked)
    return None


def _preferred(
    of: tuple[Program, Traced],
    found: Derivatives,
    terms: Sequence[Term],
    near: Sequence[Sequence[Term]],
    limits: Limits,
    named: Sequence[Term] | None,
    tokens: Callable[[Term], int],
    formed: Callable[[Iterable[Term]], Derivatives],
    checked: Callable[[Derivatives], Derivatives],
) -> Derivatives:
    """The derivatives, or what is shorter, or is `near` in length or saturates, and is right at more points.

    `of`: what they are derivatives of, and the engine's of that.
    """
    length = sum(map(tokens, terms))
    names = list(dict.fromkeys(by[-1] for by in found.results))
    ordinary = point_of([*dict.fromkeys([*found.variables, *variables_of(of[0], {})])], {}, Random(0), 1)
    constants = (v.name for v in of[1].inputs if v.name not in ordinary)
    ordinary |= {name: value_at(parse_again(name), {}, limits) for name in constants}
    values = Extremes(of[0], names, ordinary, limits) if length <= _MOST_PROBED else None
    rows = zip(found.results, values.slopes(of[1]).values() if values is not None else (), strict=False)
    slopes = [slope[names.index(by[-1])] for by, slope in rows]

    def lost(tried: Derivatives) -> int:
        if values is None:
            return 0
        rows = zip(_texts(tried).items(), slopes, terms, strict=True)
        return sum(
            values.lost(text, by[-1]) + len(values.astray(text, by[-1], slope, term))
            for (by, text), slope, term in rows
        )

    def others() -> Iterator[Sequence[Term]]:
        if named is not None and named is not terms:
            yield named
        for i, forms in enumerate(near):
            for form in forms if best[0] else ():
                if tokens(form) <= _MOST_TIMES * tokens(terms[i]):
                    yield [*terms[:i], form, *terms[i + 1 :]]
        if best[0] and has_exponentials(terms):
            yield saturated(terms)

    best = lost(found), length
    for other in others():
        tried = formed(other)
        if (own := (lost(tried), sum(map(tokens, other)))) < best:
            with contextlib.suppress(DisagreementError):
                found, best = checked(tried), own
    if values is None or not best[0]:
        return found
    forms = [*zip(_texts(found).items(), slopes, terms, strict=True)]
    lacks = {by: points for (by, text), slope, _ in forms if (points := values.lacking(text, by[-1], slope))}
    strays = {by: points for (by, text), slope, t in forms if (points := values.astray(text, by[-1], slope, t))}
    return found._replace(lacks=lacks, strays=strays)


def _texts(found: Derivatives) -> dict[By, str]:
    return {by: "\n".join(program_text(found.program(by))) for by in found.results}


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
                steps[key] = Derivatives((), (), {step: Literal(0, 0, 0)}, _POINTS)
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
        lacks={by: found.lacks[by[-1:]] for by, found in known.items() if found.lacks},
        strays={by: found.strays[by[-1:]] for by, found in known.items() if found.strays},
    )


def _is_chosen_by_equality(derivative: Program) -> bool:
    return any(type(record) is Compare and "==" in record.ops for record in _records(derivative))


def _records(program: Program) -> Iterator[Any]:
    return (record for statement in program.statements for record in walk(body_of(statement)))


def _check_real(expression: Program, found: Derivatives) -> None:
    """ExpressionError: there is a nan in a derivative for the logarithm of the negative base of a power."""
    results = [*found.results.values(), *(part.value for part in found.shared)]
    if not any(type(record) is Name and record.name == "nan" for result in results for record in walk(result)):
        return
    for record in _records(expression):
        base = record.left if type(record) is Binary and record.op == "**" else None
        if type(base) is Unary and base.op == "-" and type(base.operand) is Literal:
            number = expression.source[base.start : base.end]
            message = f"the logarithm of {number} is not real, and the derivative of this power has it"
            help = "a power of a negative number has a derivative by the number alone, not by the exponent"
            raise ExpressionError("value", message, expression.source, record.start, record.end, help)


def presented(
    expression: Program,
    variables: tuple[str, ...],
    terms: Mapping[By, Term],
    share: bool,
    plain: Presentation | None = None,
) -> Derivatives:
    """Expressions as syntax; `share`: with names for what occurs often."""
    outputs = list(terms.values())
    symbols = {term.name for term in ordered(outputs) if isinstance(term, Symbol)}
    given = definitions(expression)
    taken = {*symbols, *CONSTANTS, *free_variables(expression), *given}
    shown = plain if plain is not None and not _has_decimals(expression) else Presentation(_has_decimals(expression))
    names = shared(outputs, shown, taken) if share else {}
    if names:
        shown = Presentation(shown.decimals, names)
    assigns = tuple(Assign(name, shown.syntax(term, named=False), 0, 0) for term, name in names.items())
    return Derivatives(
        variables, (*needed(given, symbols), *assigns), {by: shown.syntax(term) for by, term in terms.items()}
    )


def _has_decimals(expression: Program) -> bool:
    """Whether someone who wrote the expression writes 0.5 rather than 1/2."""
    numbers = (record.value for record in _records(expression) if type(record) is Literal)
    return any(isinstance(value, float) and value % 1 for value in numbers)


def check(expression: Program, found: Derivatives, shapes: Shapes, limits: Limits) -> int:
    """Compares derivatives, printed and parsed again, with the engine's; returns at how many points they have values.

    DisagreementError: they differ at one.
    """
    printed = {by: parse_again("\n".join(program_text(found.program(by)))) for by in found.results}
    names = variables_of(expression, shapes)
    length = sum(len(program.source) for program in printed.values())
    points = max(_FEWEST_POINTS, min(_POINTS, _MOST_COMPARED // max(length, 1)))
    tries = max(_FEWEST_TRIES, min(_TRIES, _MOST_COMPARED // max(length, 1)))
    random = Random(0)
    compared = 0
    for attempt in range(tries):
        point = point_of(names, shapes, random, attempt)
        if _agree(expression, printed, point, limits):
            compared += 1
        if compared == points or not names:
            break
    return compared


def narrow(found: Derivatives, shapes: Shapes, limits: Limits, value: tuple[int, ...] = ()) -> frozenset[By]:
    """The results that have, as they are written, another shape than the variable they are by, or than the value."""
    point = point_of(found.variables, shapes, Random(0), 1)
    other: set[By] = set()
    for by in found.results:
        program = parse_again("\n".join(program_text(found.program(by))))
        with contextlib.suppress(ExpressionError), np.errstate(all="ignore"):
            if np.shape(value_at(program, point, limits)) != (shapes.get(by[-1], ()) if by else value):
                other.add(by)
    return frozenset(other)


def _agree(expression: Program, printed: Mapping[By, Program], point: Mapping[str, Any], limits: Limits) -> bool:
    """Whether the expression and all derivatives have values at the point. DisagreementError: they have, but differ."""
    with np.errstate(all="ignore"):
        try:
            expected = by_engine(expression, list(printed), point, limits)
        except ExpressionError:
            # Some functions refuse what is outside their domain, as binary_cross_entropy does.
            return False
        if not all(np.all(np.isfinite(value)) for value in expected):
            return False
        nearby: list[Any] = []
        for index, ((by, program), value) in enumerate(zip(printed.items(), expected[1:], strict=True), 1):
            try:
                actual = value_at(program, point, limits)
            except ExpressionError as error:
                if isinstance(error.__cause__, LinAlgError):
                    # Where a matrix is singular, the formula has no value.
                    return False
                # A part may have lost the shape that a function needs.
                message = f"{'; '.join(program_text(program))!r} for {expression.source!r}: {error.message}"
                raise DisagreementError(message, True) from error
            if not stands_for(np.shape(actual), np.shape(value)):
                message = (
                    f"{'; '.join(program_text(program))!r} has the shape {np.shape(actual)}, not {np.shape(value)}"
                )
                raise DisagreementError(message, True)
            apart, allowed = np.abs(actual - value), _TOLERANCE * np.abs(value) + 1e-12
            if np.all(apart <= allowed):
                continue
            # How much the derivative changes where the point does a little: rounding errors are magnified by as much.
            try:
                nearby = nearby or by_engine(
                    expression, list(printed), {n: v * (1 + STEP) for n, v in point.items()}, limits
                )
            except ExpressionError:
                return False
            if not np.all(apart <= allowed + 10 * np.abs(nearby[index] - value)):
                noise = noise_at(program, point, actual, limits)
                if np.all(apart <= noise):
                    return False
                where = ", ".join(f"{name} = {np.asarray(v).tolist()}" for name, v in point.items())
                raise DisagreementError(
                    f"the derivative of {expression.source!r} by {', '.join(by)} would be printed as "
                    f"{'; '.join(program_text(program))!r}, which is {actual.tolist()} at {where}, "
                    f"where the engine says {value.tolist()}",
                    not np.all(np.isfinite(actual)) or bool(np.all(apart <= np.maximum(_ROUNDING, _LOUD * noise))),
                )
    return True


__all__ = [
    "By",
    "Derivatives",
    "DisagreementError",
    "check",
    "derivatives",
    "narrow",
    "presented",
    "variables_of",
    "without_formula",
]
