"""The variables of an expression: which words are theirs, what they are given, and whether that fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ...engine import Tensor
from ...parser.analysis.given_names import canonical
from ...parser.analysis.given_values import from_json, is_constant, read_object, read_value
from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted
from .command import is_assignment
from .foreign_options import NUMERIC, refused

if TYPE_CHECKING:
    from ...parser.analysis.ranges import Range

_RANGE_IN_WORDS = r"\s*(\S+?)\s*(?:\.{2,3}|\N{HORIZONTAL ELLIPSIS}|\bto\b)\s*(\S+)\s*"


def split_words(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """The expression among the words of a command, and the `name=value` words.

    None for the expression where it is to be read from standard input: it is `-`, or there is none. A first word such
    as `x=3` is a variable, though it could be a program too. UsageError: a second expression.
    """
    expression: str | None = None
    assignments: list[str] = []
    for word in words:
        if is_assignment(word) and (expression is not None or is_constant(word.partition("=")[2])):
            assignments.append(word)
        elif expression is None:
            expression = word
        else:
            error = refused(
                word,
                f"{quoted(word)} is a second expression, after {quoted(expression)}",
                "put the expression in quotes, and write variables as `--x 3` or `x=3`",
            )
            flags = [word for word in words if re.fullmatch(r"--?[a-zA-Z][\w-]*(=.*)?", word)]
            if flags and error.option is None:
                error.option = flags[0].lstrip("-").partition("=")[0]
            raise error
    return None if expression == "-" else expression, assignments


def collect(
    options: Iterable[tuple[str, str]],
    assignments: Iterable[str],
    vars_file: str | None,
    needed: Collection[str] | None = None,
) -> dict[str, Tensor]:
    """The variables given, by name: as options, as `name=value`, and in a JSON file, which the others override.

    Of the file, which may be one for many expressions, there are those that are `needed`; None: all. UsageError: a name
    given twice on the command line, a value or file that cannot be read.
    """
    return collected(options, assignments, vars_file, needed, read_value)


def collect_ranges(
    options: Iterable[tuple[str, str]],
    assignments: Iterable[str],
    vars_file: str | None,
    needed: Collection[str] | None = None,
) -> tuple[dict[str, Range], dict[str, Tensor]]:
    """As `collect`, where some variables are given ranges: those, in the order they were given in, and the others.

    UsageError: a range that is none, or means two things.
    """

    def read(name: str, text: str) -> Any:
        if ":" in text:
            # Here, as exact fractions are imported for ranges alone.
            from ...parser.analysis.ranges import is_range, read_range

            if is_range(text):
                return read_range(name, text)
        try:
            return read_value(name, text)
        except UsageError as error:
            ends = re.fullmatch(_RANGE_IN_WORDS, text)
            if ends is not None:
                error.help = f"a range is written with a colon: `{ends[1]}:{ends[2]}`"
            raise

    found = collected(options, assignments, vars_file, needed, read)
    ranges = {name: value for name, value in found.items() if not isinstance(value, Tensor)}
    return ranges, {name: value for name, value in found.items() if name not in ranges}


def collected(
    options: Iterable[tuple[str, str]],
    assignments: Iterable[str],
    vars_file: str | None,
    needed: Collection[str] | None,
    read: Callable[[str, str], Any],
    held: Callable[[str, Any], Any] = from_json,
) -> dict[str, Any]:
    """As `collect`, each text read by `read`, and what a file holds by `held`."""
    given: dict[str, Any] = {}
    written = [(name, value, name) for name, value in options] + [(*_pair(text), None) for text in assignments]
    for spelling, value, option in written:
        name = canonical(spelling)
        if name in given:
            raise UsageError(f"`{name}` is given twice")
        try:
            given[name] = read(name, value)
        except UsageError as error:
            # What begins like a number was not meant for an option.
            error.option = None if re.match(NUMERIC, value.strip()) else option
            raise
    others = read_object(vars_file) if vars_file is not None else {}
    wanted = [name for name in others if needed is None or (name in needed and name not in given)]
    return {**{name: held(name, others[name]) for name in wanted}, **given}


def _pair(assignment: str) -> tuple[str, str]:
    name, separator, value = assignment.partition("=")
    name = name.strip()
    if not separator or not name.isidentifier():
        raise UsageError(f"{quoted(assignment)} is not of the form NAME=VALUE", "write `--set x=3`")
    return name, value
