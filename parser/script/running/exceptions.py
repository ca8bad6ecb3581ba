"""Errors of a running script: where it stopped, and through which calls it came there; those that it can catch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...syntax.errors import ExpressionError, position
from ..reading.script import Script, Span
from .guard import Guard

# Those that a script can name, raise and catch. What ends it for taking too much is none of them.
EXCEPTIONS: dict[str, type[Exception]] = {
    kind.__name__: kind
    for kind in (
        *(ArithmeticError, AssertionError, AttributeError, Exception, FloatingPointError, ImportError, IndexError),
        *(KeyError, LookupError, ModuleNotFoundError, NameError, NotImplementedError, OverflowError, RuntimeError),
        *(StopIteration, SyntaxError, TypeError, UnboundLocalError, ValueError, ZeroDivisionError),
    )
}
NEVER_CAUGHT = ("limit", "timeout")
_SHOWN_CALLS = 8  # of a long chain of calls, those shown at either end


class Call(NamedTuple):
    """A function of a script that runs, or a script: where its code stands that runs now (see `Script.span`)."""

    script: Script
    place: Any
    name: str


def notes_of(calls: Sequence[Call]) -> list[str]:
    """Which functions run, the innermost first, and where each was called; of a long chain, those at either end."""
    notes: list[str] = []
    for caller, called in zip(calls[-2::-1], calls[:0:-1], strict=True):
        script = caller.script
        place = position(script.source, script.span(caller.place).start, script.first_line)
        notes.append(f"in `{called.name}`, called at {script.name}:{place}")
    if len(notes) > 2 * _SHOWN_CALLS:
        between = f"... and {len(notes) - 2 * _SHOWN_CALLS:,} calls more ..."
        return [*notes[:_SHOWN_CALLS], between, *notes[-_SHOWN_CALLS:]]
    return notes


class ScriptError(ExpressionError):
    """An error of a running script; `type_name` is Python's name for it, such as "RuntimeError".

    `notes` say which functions were running, the innermost first, and where each was called.
    """

    def __init__(
        self,
        kind: str,
        type_name: str,
        message: str,
        script: Script,
        span: Span,
        help: str | None,
        notes: Sequence[str],
    ) -> None:
        super().__init__(kind, message, script.source, *span, help, script.name)
        self.first_line = script.first_line
        self.type_name = type_name
        self.notes = tuple(notes)


class Raised(Exception):  # noqa: N818  (not an error of its own)
    """Brings an error of a script to what handles it: some, such as StopIteration, go through no generator.

    `left` are the calls that it came through: what they hold is let go when the error has been handled, as in Python.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error
        self.left: list[Any] = []


class UnknownName(Exception):  # noqa: N818  (scripts see Python's name for it)
    """A name or attribute that is not there; `type_name` is Python's name for the error, `close` a name like it."""

    def __init__(self, type_name: str, message: str, close: str | None = None, help: str | None = None) -> None:
        super().__init__(message)
        self.type_name = type_name
        self.close = close
        self.help = help


# Where an error came from goes with it, for the message when nothing catches it; scripts see nothing of this.
_FAILURE = "_failure_of_script"


def failure_of(error: BaseException) -> ScriptError | None:
    """The error as it was explained where it came from, or None."""
    return error if isinstance(error, ScriptError) else getattr(error, _FAILURE, None)


def catchable(error: BaseException, failure: ScriptError | None) -> Exception | None:
    """What a handler is given of an error; None for those that no script can catch."""
    if failure is None or failure.kind in NEVER_CAUGHT:
        return None
    if isinstance(error, ScriptError) and isinstance(error.__cause__, Exception):
        # It came through a function of the engine.
        error = error.__cause__
    if isinstance(error, UnknownName):
        error = EXCEPTIONS[error.type_name](str(error))
    if isinstance(error, ScriptError):
        return None
    # Nothing of what they came through is kept by them: of a script's, that is let go when it is left.
    for told in (error, failure):
        told.__traceback__ = told.__context__ = told.__cause__ = None
    setattr(error, _FAILURE, failure)
    assert isinstance(error, Exception)
    return error


def raised(value: Any, guard: Guard) -> Exception:
    """The error that `raise value` is about. TypeError: it is none."""
    error = value() if isinstance(value, type) and issubclass(value, Exception) else value
    if not isinstance(error, Exception):
        raise TypeError("exceptions must derive from BaseException")
    guard.whole(error)
    setattr(error, _FAILURE, None)
    return error


def caught_by(error: BaseException, kinds: Any) -> bool:
    """Whether `except kinds` catches an error. TypeError: the kinds are none."""
    for kind in kinds if isinstance(kinds, tuple) else (kinds,):
        if not isinstance(kind, type) or not issubclass(kind, Exception):
            raise TypeError("catching classes that do not inherit from BaseException is not allowed")
        if isinstance(error, kind):
            return True
    return False
