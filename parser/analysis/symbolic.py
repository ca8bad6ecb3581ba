"""The derivatives of an expression as formulas, and what there is to say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from ...engine.tensors.symbol import TraceError
from ..algebra.formulas import UntranslatableError
from ..algebra.sizes import Axis
from ..derivatives.derivative import By, Derivatives, DisagreementError, derivatives, judged, variables_of
from ..derivatives.traced import Shapes
from ..semantics.doubtful_names import remarks
from ..semantics.evaluate import evaluate
from ..semantics.limits import Limits
from ..semantics.names import free_variables
from ..semantics.place import place_of
from ..syntax.callers import Caller
from ..syntax.errors import ExpressionError, UsageError, suggested
from ..syntax.printer import UnprintableError
from ..syntax.rebuilding import with_calls
from ..syntax.records import Assign, List, Number, Program
from ..syntax.wording import quoted, variables_help
from ..unparse import How, UnsupportedError, printed
from ..unparse.formats import CODE, FORMATS, TYPESET
from .common_parts import with_common_parts
from .given_names import differentiated
from .jacobian import jacobians, with_value
from .unspeakable import refused

_MOST_POINTS = 4  # that a note names


def formulas(
    program: Program,
    wanted: Sequence[By],
    shapes: Shapes,
    *,
    simplify: bool,
    share: bool,
    limits: Limits,
    value: bool = False,
    jacobian: bool = False,
    joint: bool = False,
    letters: Mapping[Axis, str] = MappingProxyType({}),
) -> tuple[Derivatives, list[str]]:
    """The derivatives of a parsed expression, as `algebra.derivatives` has them, and notes on them.

    `value`: with the value before them. `jacobian`: of each element of the value rather than of their sum.
    `joint`: with names for all that several of them compute, which is for code. `letters`: of sizes that `shapes` has
    stand-ins for.

    ExpressionError: as there; also, at the operation that it is about, that there is no derivative or no one formula.
    """
    if not variables_of(program, shapes):
        return _of_constant(program, wanted, shapes, value, limits), []
    doubts = list(remarks(program, [name for name in variables_of(program, shapes) if name not in shapes]))
    try:
        if jacobian:
            found = jacobians(program, wanted, shapes, letters, simplify=simplify, limits=limits)
        else:
            found = derivatives(program, wanted, shapes, simplify=simplify, share=share, limits=limits, letters=letters)
        if value:
            found = with_value(program, found, shapes, limits, letters)
        if share and joint and (value or jacobian):
            found = with_common_parts(found)
    except (TraceError, UntranslatableError) as error:
        help = doubts[0] if doubts else "`autodiff eval` computes it as numbers"
        raise _at(program, error, f"no formula: {error}", help) from error
    except RuntimeError as error:
        # Raised by a rule: there is no derivative.
        help = doubts[0] if doubts else "leave the variables of this part out: `--const NAMES`"
        raise _at(program, error, str(error), help) from error
    except ExpressionError as error:
        if not letters or error.kind != "shape":
            raise
        stand_ins = {letter: shapes[name][axis] for (name, axis), letter in letters.items()}
        help = "here " + ", ".join(f"{letter} is {size}" for letter, size in stand_ins.items())
        raise ExpressionError(error.kind, error.message, error.source, error.start, error.end, help) from error
    notes = _notes(found, "several" if letters else str(found.elements))
    if not letters and not jacobian and _is_of_these_sizes(program, found, shapes, limits):
        notes.append("the formula is of arrays of these sizes alone: their sizes are numbers in it")
    return found, [*doubts, *notes]


def wanted_of(
    names: Sequence[str], wrt: Sequence[str] | None, const: Sequence[str] | None, order: int | None, caller: Caller
) -> list[By]:
    """By what to differentiate, for each derivative: by each of the variables `names`, or by those in `wrt` in turn.

    UsageError: a name that is no variable, or nothing to differentiate by.
    """
    by = differentiated(names or wrt or [], wrt or None, const, caller)
    if wrt and len(wrt) > 1:
        if order is not None:
            again = ",".join([wrt[0], wrt[0], wrt[1]])
            raise UsageError(
                f"{caller.option('order')} repeats the derivative by one variable, and {caller.option('wrt')} names "
                "several",
                f"write each as often as it is differentiated by: `{caller.choice('wrt', again)}`",
            )
        return [tuple(wrt)]
    if not names:
        # A constant has the derivative 0 by whatever there is.
        return [tuple(wrt or ["x"])]
    if not by:
        raise UsageError("there is no variable to differentiate by", variables_help(names))
    return [(name,) * (order or 1) for name in by]


def written(
    program: Program,
    wanted: Sequence[By],
    shapes: Shapes,
    format_name: str,
    how: How,
    *,
    simplify: bool = True,
    share: bool = True,
    limits: Limits = Limits(),  # noqa: B008
    value: bool = False,
    jacobian: bool = False,
    letters: Mapping[Axis, str] = MappingProxyType({}),
) -> tuple[str, list[str]]:
    """The derivatives in a notation or a language of code, ending in a newline, and notes on them.

    ExpressionError: as `formulas`; the language has no word for a function. UsageError: it is no such language, or
    has no numbers of that type.
    """
    if format_name not in FORMATS:
        help = suggested(format_name, FORMATS, f"there are {', '.join(FORMATS)}")
        raise UsageError(f"there is no format {quoted(format_name)}", help)
    joint, value = format_name in CODE, value or format_name == "sql"
    options = {"simplify": simplify, "share": share, "limits": limits, "value": value, "jacobian": jacobian}
    found, notes = formulas(program, wanted, shapes, joint=joint, letters=letters, **options)
    if format_name not in TYPESET:
        notes += _lost(found)

    def write_out(derivatives: Derivatives) -> str:
        return printed(format_name, derivatives, program.source, how)

    try:
        return write_out(found), notes
    except UnsupportedError as error:
        raise UsageError(str(error), error.help) from None
    except UnprintableError as error:
        raise refused(program, error, write_out) from None


def _is_of_these_sizes(program: Program, found: Derivatives, shapes: Shapes, limits: Limits) -> bool:
    """Whether a derivative is wrong of longer arrays, and is no list of elements, which shows how many there are."""
    slopes = {by: result for by, result in found.results.items() if by and type(result) is not List}
    if not slopes or not found.arrays:
        return False
    longer = {name: tuple(size + (size > 1) for size in shape) for name, shape in shapes.items()}
    try:
        judged(program, found._replace(results=slopes), longer, limits)
    except DisagreementError:
        return True
    return False


def _of_constant(program: Program, wanted: Sequence[By], shapes: Shapes, value: bool, limits: Limits) -> Derivatives:
    """The derivatives of an expression without variables, all 0. ExpressionError: it has no value."""
    evaluate(program, {}, limits)
    names = tuple(dict.fromkeys(name for by in wanted for name in by))
    found = Derivatives(names, (), {by: Number(0, 0, 0) for by in wanted}, points=1)
    return with_value(program, found, shapes, limits) if value else found


def _notes(found: Derivatives, elements: str) -> list[str]:
    notes: list[str] = []
    if found.elements != 1:
        notes.append(f"the value has {elements} elements; the derivative is that of their sum; `--jacobian` has each")
    elif any(name in found.arrays for by in found.results for name in by[:-1]):
        notes.append("a derivative by an array is differentiated again as the sum of its elements")
    if not found.points:
        notes.append("no point was found at which the value is finite, to compare this with the engine")
    return notes


def _lost(found: Derivatives) -> Iterator[str]:
    """Notes on where a form is wrong."""
    for by, faults in found.faults.items():
        for fault, points in faults.items():
            if fault.value:
                yield fault.value.format(_listed(by, points))


def _listed(by: By, points: Sequence[float]) -> str:
    few = ", ".join(dict.fromkeys(f"{point or 0.0:g}" for point in points[:_MOST_POINTS]))
    return f"{by[-1]} = {few}{' and others' if len(points) > _MOST_POINTS else ''}"


def _at(program: Program, error: Exception, message: str, help: str) -> ExpressionError:
    place = place_of(program, error)
    return ExpressionError("value", message, program.source, place.start, place.end, help)


def value_in_latex(program: Program) -> str:
    """An expression as it is written, in LaTeX: names that it assigns in lines before; text where LaTeX has no form."""
    try:
        *first, last = map(with_calls, program.statements)
        assigned = tuple(statement for statement in first if type(statement) is Assign)
        if len(assigned) < len(first):
            raise UnprintableError("a function of the program")
        found = Derivatives(tuple(free_variables(program)), assigned, {(): last})
        lines = printed("latex", found, program.source).splitlines()
    except UnprintableError:
        special = str.maketrans({**{c: f"\\{c}" for c in "&%$#_{}"}, "\\": "", "^": "\\hat{}", "~": "\\sim{}"})
        return f"\\texttt{{{' '.join(program.source.split()).translate(special)}}}"
    joined = " \\\\ ".join(lines)
    return joined if len(lines) == 1 else f"\\begin{{gathered}} {joined} \\end{{gathered}}"
