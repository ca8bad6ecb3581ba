"""The derivatives of an expression as formulas, and what there is to say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ...engine.tensors.symbol import TraceError
from ..algebra.derivative import By, Derivatives, Shapes, derivatives, variables_of
from ..algebra.formulas import UntranslatableError
from ..algebra.sizes import Axis
from ..semantics.doubtful_names import remarks
from ..semantics.evaluate import evaluate
from ..semantics.limits import Limits
from ..semantics.place import place_of
from ..syntax.errors import ExpressionError
from ..syntax.records import Number, Program
from .common_parts import with_common_parts
from .jacobian import jacobians, with_value


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
    return found, [*doubts, *_notes(found, "several" if letters else str(found.elements))]


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


def _at(program: Program, error: Exception, message: str, help: str) -> ExpressionError:
    place = place_of(program, error)
    return ExpressionError("value", message, program.source, place.start, place.end, help)
