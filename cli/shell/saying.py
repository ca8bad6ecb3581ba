"""What is said to people on standard error, beside results: as much of it, and as colourful, as they want."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

from ...parser.syntax.wording import shortened
from .highlight import colored
from .progress import progress
from .streams import discard, manner, printable, wants_color

# A name that nobody reads to its end.
_LONG_WORD = re.compile(r"\w{200,}")
# The parts of a message as they stand in its lines, with how a terminal shows them: red, yellow, blue and bold.
_COLORS = {"error": "1;31", "warning": "1;33", "note": "1;36", "place": "34", "carets": "1;31", "help": "1;36"}
_PARTS = (
    r"^(?P<error>error\[\w+\]:)|^(?P<warning>warning\[\w+\]:)|^(?P<note>note:)|^(?P<place> *(?:-->|\d+ \||\|(?! *\^)))"
    r"|^ *\| *(?P<carets>\^+)|^(?P<help> *= (?:help|note):)"
)


def say(message: str) -> None:
    """Writes a line for people, which is not a result, to standard error, if anyone reads that and wants it."""
    if not manner.quiet:
        complain(message)


def say_total(total: str, parts: Sequence[str], seconds: float) -> None:
    """Says what became of all, as `600 rows: 599 ok, 1 failed, 1.2 s`. Nothing shows how far it is from there on."""
    progress.end()
    say(f"{total}: {', '.join(parts)}, {seconds:.1f} s")


def say_remarks(report: Any, keys: Sequence[str] = ()) -> None:
    """Says what there is to know of a result beside the numbers, of which `keys` alone are shown if there are any."""
    # A note is about derivatives, which `--get value` does not show.
    about_values = bool(keys) and set(keys) <= {"value", "grad_fn"}
    for note in () if about_values else report.notes:
        say(f"note: {note}")
    for finding in report.warnings:
        say(finding.diagnostic)


def complain(message: str) -> None:
    """Writes what went wrong to standard error, if anyone reads that, also where little is to be said."""
    text = _LONG_WORD.sub(lambda word: shortened(word[0]), printable(message))
    if wants_color(sys.stderr):
        text = re.sub(_PARTS, _colored, text, flags=re.MULTILINE)
    progress.make_way()
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        discard(sys.stderr)


def _colored(match: re.Match[str]) -> str:
    name = str(match.lastgroup)
    return match[0].removesuffix(match[name]) + colored(match[name], _COLORS[name])
