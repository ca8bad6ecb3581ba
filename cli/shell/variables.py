"""The variables of an expression: which words are theirs, what they are given, and whether that fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...engine import Tensor
from ...engine.table.registry import FUNCTIONS
from ...parser.analysis.given_values import from_json, is_constant, read_object, read_value
from ...parser.semantics.names import CONSTANTS, meant_by_definition
from ...parser.syntax.errors import ExpressionError, UsageError, did_you_mean
from ...parser.syntax.parse import parse
from ...parser.syntax.records import Assign, Name, Program
from ...parser.syntax.wording import listed, quoted, variables_help
from .command import is_assignment

if TYPE_CHECKING:
    from ...parser.analysis.ranges import Range


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
            error = UsageError(
                f"{quoted(word)} is a second expression, after {quoted(expression)}",
                "put the expression in quotes, and write variables as `--x 3` or `x=3`",
            )
            flags = [word for word in words if re.fullmatch(r"--?[a-zA-Z]\w*(=.*)?", word)]
            error.option = flags[0].lstrip("-").partition("=")[0] if flags else None
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
    return _collected(options, assignments, vars_file, needed, read_value)


def collect_ranges(
    options: Iterable[tuple[str, str]],
    assignments: Iterable[str],
    vars_file: str | None,
    needed: Collection[str] | None = None,
) -> tuple[dict[str, Range], dict[str, Tensor]]:
    """As `collect`, where some variables are given ranges: those, in the order they were given in, and the others.

    UsageError: a range that is none, or means two things.
    """
    # Here, as exact fractions are imported for ranges alone.
    from ...parser.analysis.ranges import Range, is_range, read_range

    def read(name: str, text: str) -> Any:
        return read_range(name, text) if is_range(text) else read_value(name, text)

    found = _collected(options, assignments, vars_file, needed, read)
    ranges = {name: value for name, value in found.items() if isinstance(value, Range)}
    return ranges, {name: value for name, value in found.items() if name not in ranges}


def _collected(
    options: Iterable[tuple[str, str]],
    assignments: Iterable[str],
    vars_file: str | None,
    needed: Collection[str] | None,
    read: Callable[[str, str], Any],
) -> dict[str, Any]:
    """What is given, each read by `read`."""
    given: dict[str, Any] = {}
    written = [(name, value, name) for name, value in options] + [(*_pair(text), None) for text in assignments]
    for spelling, value, option in written:
        name = canonical(spelling)
        if name in given:
            raise UsageError(f"`{name}` is given twice")
        try:
            given[name] = read(name, value)
        except UsageError as error:
            error.option = option
            raise
    held = read_object(vars_file) if vars_file is not None else {}
    wanted = [name for name in held if needed is None or (name in needed and name not in given)]
    return {**{name: from_json(name, held[name]) for name in wanted}, **given}


def canonical(name: str) -> str:
    """The name as the parser reads it: `π` is `pi`."""
    if name.isascii():
        return name
    try:
        statement = parse(name).statements[0]
    except ExpressionError:
        return name
    return statement.name if type(statement) is Name else name


def _pair(assignment: str) -> tuple[str, str]:
    name, separator, value = assignment.partition("=")
    name = name.strip()
    if not separator or not name.isidentifier():
        raise UsageError(f"{quoted(assignment)} is not of the form NAME=VALUE", "write `--set x=3`")
    return name, value


def match(program: Program, free: Mapping[str, Name], given: Collection[str], options: Collection[str]) -> list[str]:
    """The names of the variables the program uses, in its order; `options` are the names options have.

    A constant's name (`e`) counts as a variable where a value is given. ExpressionError: with no variable given, a
    name is a mistake in the expression. UsageError: a variable is missing among others, or not in the expression.
    """
    needed = [name for name in free if name in given or name not in CONSTANTS]
    for name in given:
        if name not in needed:
            raise unused(name, program, needed, options)
    missing = [name for name in needed if name not in given]
    if not missing:
        return needed
    if not given:
        place = free[missing[0]]
        help = meant_by_definition(program, missing[0], ()) or _missing_help(missing[:1], options)
        raise ExpressionError("name", f"`{missing[0]}` has no value", program.source, place.start, place.end, help)
    what = "variable" if len(missing) == 1 else "variables"
    have = "has" if len(missing) == 1 else "have"
    help = meant_by_definition(program, missing[0], ()) or _missing_help(missing, options)
    raise UsageError(f"the {what} {listed(missing)} {have} no value", help)


def unused(name: str, program: Program, needed: Sequence[str], options: Collection[str]) -> UsageError:
    """The error for a value that the program, which needs others, has no use for."""
    message = f"there is no variable {quoted(name)} in the expression"
    error = UsageError(message, meant_by_definition(program, name, needed) or variables_help(needed))
    error.option = name
    if any(type(statement) is Assign and statement.name == name for statement in program.statements):
        return UsageError(f"the expression itself assigns `{name}`", f"leave out the value given for `{name}`")
    option = did_you_mean(name, options)
    variable = None if option else did_you_mean(name, needed)
    if option:
        error.help = f"did you mean the option `--{option}`?"
    elif variable:
        error.help, error.option = f"did you mean the variable `{variable}`?", None
    return error


def differentiated(names: Sequence[str], wrt: Sequence[str] | None, const: Sequence[str] | None) -> list[str]:
    """The variables to differentiate by: all, or those in `wrt`, in its order, but none in `const`.

    UsageError: `wrt` or `const` has another name.
    """
    constant = const or []
    for option, mentioned in (("--wrt", wrt or []), ("--const", constant)):
        for name in mentioned:
            if name not in names:
                close = did_you_mean(name, names)
                raise UsageError(
                    f"{option} names {quoted(name)}, which is not a variable of the expression",
                    f"did you mean `{close}`?" if close else variables_help(names),
                )
    return [name for name in (names if wrt is None else dict.fromkeys(wrt)) if name not in constant]


def _missing_help(missing: Sequence[str], options: Collection[str]) -> str:
    name = missing[0]
    example = " ".join(f"--set {other}=1" if other in options else f"--{other} 1" for other in missing)
    if name in FUNCTIONS:
        return f"{misnamed_help(name)}; to use it as a variable, give it a value: `{example}`"
    give = f"give {'it a value' if len(missing) == 1 else 'them values'}: `{example}`"
    from ...parser.semantics.doubtful_names import doubtful

    meant = doubtful(name, missing)
    return misnamed_help(name) or (f"did you mean `{meant}`? else {give}" if meant else give)


def misnamed_help(name: str) -> str | None:
    """What a name without a value is, if it is not meant as a variable."""
    if name in FUNCTIONS:
        return f"`{name}` is a function, called as `{name}(...)`"
    if len(name) > 1 and name.lower() in CONSTANTS:
        return f"did you mean `{name.lower()}`?"
    return None
