"""Whether what is given fits an expression: values for its variables, and names of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ...engine.table.registry import FUNCTIONS
from ..semantics.names import CONSTANTS, meant_by_definition
from ..syntax.callers import Caller
from ..syntax.errors import ExpressionError, UsageError, did_you_mean, suggested
from ..syntax.parse import parse
from ..syntax.records import Assign, Name, Program
from ..syntax.wording import listed, quoted, variables_help


def canonical(name: str) -> str:
    """The name as the parser reads it: `π` is `pi`."""
    if name.isascii():
        return name
    try:
        statement = parse(name).statements[0]
    except ExpressionError:
        return name
    return statement.name if type(statement) is Name else name


def named_texts(option: str, form: str, help: str, texts: Iterable[str]) -> dict[str, str]:
    """What stands behind the equals signs of texts that an option has, by name: `x=...`, whose form errors show.

    UsageError: a text has another form, or a name is there twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = canonical(name.strip())
        if not equals or not name.isidentifier() or not value.strip():
            raise UsageError(f"{option} takes {form}, not {quoted(text)}", help)
        if name in found:
            raise UsageError(f"{option} gives `{name}` twice", "leave out one of them")
        found[name] = value
    return found


def match(program: Program, free: Mapping[str, Name], given: Collection[str], caller: Caller) -> list[str]:
    """The names of the variables the program uses, in its order.

    A constant's name (`e`) counts as a variable where a value is given. ExpressionError: with no variable given, a
    name is a mistake in the expression. UsageError: a variable is missing among others, or not in the expression.
    """
    needed = [name for name in free if name in given or name not in CONSTANTS]
    for name in given:
        if name not in needed:
            raise unused(name, program, needed, caller)
    missing = [name for name in needed if name not in given]
    if not missing:
        return needed
    if not given:
        place = free[missing[0]]
        help = meant_by_definition(program, missing[0], ()) or _missing_help(missing[:1], caller)
        raise ExpressionError("name", f"`{missing[0]}` has no value", program.source, place.start, place.end, help)
    what = "variable" if len(missing) == 1 else "variables"
    have = "has" if len(missing) == 1 else "have"
    help = meant_by_definition(program, missing[0], ()) or _missing_help(missing, caller)
    raise UsageError(f"the {what} {listed(missing)} {have} no value", help)


def unused(name: str, program: Program, needed: Sequence[str], caller: Caller) -> UsageError:
    """The error for a value that the program, which needs others, has no use for."""
    message = f"there is no variable {quoted(name)} in the expression"
    error = UsageError(message, meant_by_definition(program, name, needed) or variables_help(needed))
    error.option = name
    if any(type(statement) is Assign and statement.name == name for statement in program.statements):
        return UsageError(f"the expression itself assigns `{name}`", f"leave out the value given for `{name}`")
    option = did_you_mean(name, caller.options)
    variable = None if option else did_you_mean(name, needed)
    if option:
        error.help = f"did you mean the option `{caller.option(option)}`?"
    elif variable:
        error.help, error.option = f"did you mean the variable `{variable}`?", None
    return error


def differentiated(
    names: Sequence[str],
    wrt: Sequence[str] | None,
    const: Sequence[str] | None,
    caller: Caller = Caller(),  # noqa: B008
) -> list[str]:
    """The variables to differentiate by: all, or those in `wrt`, in its order, but none in `const`.

    UsageError: `wrt` or `const` has another name.
    """
    constant = const or []
    for option, mentioned in (("wrt", wrt or []), ("const", constant)):
        for name in mentioned:
            if name not in names:
                raise UsageError(
                    f"{caller.option(option)} names {quoted(name)}, which is not a variable of the expression",
                    suggested(name, names, variables_help(names)),
                )
    return [name for name in (names if wrt is None else dict.fromkeys(wrt)) if name not in constant]


def _missing_help(missing: Sequence[str], caller: Caller) -> str:
    name, example = missing[0], caller.values(missing)
    if name in FUNCTIONS:
        return f"{misnamed_help(name)}; to use it as a variable, give it a value: `{example}`"
    give = f"give {'it a value' if len(missing) == 1 else 'them values'}: `{example}`"
    from ..semantics.doubtful_names import doubtful

    meant = doubtful(name, missing)
    return misnamed_help(name) or (f"did you mean `{meant}`? else {give}" if meant else give)


def misnamed_help(name: str) -> str | None:
    """What a name without a value is, if it is not meant as a variable."""
    if name in FUNCTIONS:
        return f"`{name}` is a function, called as `{name}(...)`"
    if len(name) > 1 and name.lower() in CONSTANTS:
        return f"did you mean `{name.lower()}`?"
    return None
