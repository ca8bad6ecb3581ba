"""Where an expression has what a language of code has no word for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.tensors.symbol import TraceError
from ..algebra.formulas import UntranslatableError
from ..derivatives.derivative import Derivatives, derivatives
from ..syntax.errors import ExpressionError
from ..syntax.printer import UnprintableError
from ..syntax.records import Call, Name, Program
from ..syntax.walk import body_of, walk

_HELP = "print it in another --format"


def refused(program: Program, error: UnprintableError, write: Callable[[Derivatives], object]) -> ExpressionError:
    """The error at the call that `write` cannot say, or whose derivative it cannot: the first one it fails alone."""
    calls = [r for s in program.statements for r in walk(body_of(s)) if type(r) is Call]
    for call in calls:
        if call.function == error.function:
            return _at(program, error, call)
    tried: set[tuple[str, int]] = set()
    for call in calls:
        if not call.kwargs and (call.function, len(call.args)) not in tried:
            tried.add((call.function, len(call.args)))
            if _fails(call, write):
                return _at(program, error, call)
    return _at(program, error, program.statements[-1])


def _fails(call: Call, write: Callable[[Derivatives], object]) -> bool:
    names = [f"x{i}" for i, _ in enumerate(call.args)]
    alone = Program("", (call._replace(args=tuple(Name(name, 0, 0) for name in names)),))
    try:
        write(derivatives(alone, [(name,) for name in names]))
    except UnprintableError:
        return True
    except (ExpressionError, TraceError, UntranslatableError, RuntimeError, ValueError, TypeError):
        # It is a function of arrays, or of whole numbers.
        return False
    return False


def _at(program: Program, error: UnprintableError, record: Any) -> ExpressionError:
    return ExpressionError("name", str(error), program.source, record.start, record.end, _HELP)
