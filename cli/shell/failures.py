"""What ends in an error, in words on standard error, and as an exit code."""

from __future__ import annotations

import contextlib
import sys
from typing import Any, NamedTuple

import click

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import in_our_form, reason_of
from .exit_codes import BUG, EVALUATION, EVALUATION_KINDS, EXPRESSION, FAILED, TIMED_OUT, USAGE
from .saying import complain
from .streams import discard, manner, write
from .time_limit import OutOfTime

# Where a command finds in its context's `meta` whether `--debug` was given.
DEBUG = "autodiff.debug"


class Failure(NamedTuple):
    """What went wrong.

    `code` is the kind of an ExpressionError, "usage", "record" (what is wrong with a record around the expression) or
    such. `line` and `column` are the place in the expression, from 1, None where it is not the expression's fault;
    `diagnostic` says all of it in lines.
    """

    code: str
    message: str
    line: int | None
    column: int | None
    help: str | None
    diagnostic: str

    def as_object(self) -> dict[str, Any]:
        """What programs read of it."""
        return {key: getattr(self, key) for key in ERROR_KEYS}


ERROR_KEYS = ("code", "message", "line", "column", "help")


def report(error: Exception, debug: bool) -> int:
    """Says what went wrong, after what was printed before, and returns the exit code for it.

    `debug` shows where in autodiff it was raised too. Where JSON was asked for, it is printed as an object as well.
    """
    if debug:
        import traceback

        complain("".join(traceback.format_exception(error)).rstrip())
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    failure, code = _described(error)
    if isinstance(error, OSError):
        discard(sys.stdout)
    complain(failure.diagnostic)
    if manner.as_json:
        import json

        with contextlib.suppress(OSError):
            write(json.dumps({"error": failure.as_object()}) + "\n")
    return code


def _described(error: Exception) -> tuple[Failure, int]:
    """The failure that an exception means, and its exit code."""
    if isinstance(error, click.ClickException):
        error = _in_our_words(error)
    elif isinstance(error, OSError):
        # Files that are read report their own errors, so this is the output: a full disk, a closed stream.
        error = UsageError(f"cannot write the result: {reason_of(error)}")
    if isinstance(error, UsageError):
        return Failure("usage", error.message, None, None, error.help, str(error)), USAGE
    if isinstance(error, OutOfTime):
        return _plain("timeout", error.message, error.help), TIMED_OUT
    if isinstance(error, MemoryError):
        return _plain("limit", "this takes more memory than there is"), EXPRESSION
    from ...parser.syntax.errors import ExpressionError, diagnostic

    if isinstance(error, ExpressionError):
        failure = Failure(error.kind, error.message, error.line, error.column, error.help, diagnostic(error))
        codes = {"assert": FAILED, "timeout": TIMED_OUT, **dict.fromkeys(EVALUATION_KINDS, EVALUATION)}
        return failure, codes.get(error.kind, EXPRESSION)
    message = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return _plain("bug", message, "this is a bug in autodiff; please report it with what --debug prints"), BUG


def _plain(code: str, message: str, help: str | None = None) -> Failure:
    """A failure that is about no place."""
    text = f"error[{code}]: {message}" + (f"\n  = help: {help}" if help else "")
    return Failure(code, message, None, None, help, text)


def _in_our_words(error: click.ClickException) -> UsageError:
    """A complaint of Click's as one of ours."""
    if isinstance(error, click.MissingParameter) and error.param is not None:
        message = f"{error.param.human_readable_name} is missing"
    else:
        message = in_our_form(error.format_message())
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "autodiff"
    return UsageError(message, f"`{command} --help` shows how it is called")
