"""What ends in an error, in words on standard error, and as an exit code."""

from __future__ import annotations

import contextlib
import re
import sys

import click

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import sentence
from .exit_codes import BUG, EVALUATION, EVALUATION_KINDS, EXPRESSION, FAILED, TIMED_OUT, USAGE
from .streams import discard, say
from .time_limit import OutOfTime

# Where a command finds in its context's `meta` whether `--debug` was given.
DEBUG = "autodiff.debug"


def report(error: Exception, debug: bool) -> int:
    """Says what went wrong, after what was printed before, and returns the exit code for it.

    `debug` shows where in autodiff it was raised too.
    """
    if debug:
        import traceback

        say("".join(traceback.format_exception(error)).rstrip())
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    if isinstance(error, UsageError):
        say(str(error))
        return USAGE
    if isinstance(error, OutOfTime):
        say(str(error))
        return TIMED_OUT
    if isinstance(error, click.ClickException):
        say(str(_in_our_words(error)))
        return USAGE
    if isinstance(error, OSError):
        # Files that are read report their own errors, so this is the output: a full disk, a closed stream.
        discard(sys.stdout)
        say(str(UsageError(f"cannot write the result: {sentence(error.strerror or str(error))}")))
        return USAGE
    if isinstance(error, MemoryError):
        say("error[limit]: this takes more memory than there is")
        return EXPRESSION
    from ...parser.syntax.errors import ExpressionError, diagnostic

    if isinstance(error, ExpressionError):
        say(diagnostic(error))
        if error.kind == "assert":
            return FAILED
        if error.kind == "timeout":
            return TIMED_OUT
        return EVALUATION if error.kind in EVALUATION_KINDS else EXPRESSION
    say(
        f"error[bug]: {type(error).__name__}: {' '.join(str(error).split())}\n"
        "  = help: this is a bug in autodiff; please report it with what --debug prints"
    )
    return BUG


def _in_our_words(error: click.ClickException) -> UsageError:
    """A complaint of Click's in the form of ours: lower case, names in backticks."""
    if isinstance(error, click.MissingParameter) and error.param is not None:
        message = f"{error.param.human_readable_name} is missing"
    else:
        message = re.sub(r"'([^']*)'", r"`\1`", sentence(error.format_message()))
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "autodiff"
    return UsageError(message, f"`{command} --help` shows how it is called")
