"""Which functions to show: all, by family; those that a word finds; or one, by name or operator."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from itertools import groupby

from ...engine import FUNCTIONS
from ...engine.table.record import Operation
from ...parser.syntax.errors import UsageError, did_you_mean
from ...parser.syntax.what_is_meant import other_name
from ...parser.syntax.wording import counted, quoted

_FIRST = ("arithmetic", "elementary")


def all_functions() -> list[Operation]:
    """Every function once, the members of a family together, what is used most first."""
    functions = [function for name, function in FUNCTIONS.items() if name == function.name]
    families = dict.fromkeys((*_FIRST, *(function.family for function in functions)))
    order = {family: place for place, family in enumerate(families)}
    return sorted(functions, key=lambda function: order[function.family])


def by_family(functions: Sequence[Operation]) -> Iterator[tuple[str, list[Operation]]]:
    """The families in order, each with its functions."""
    for family, members in groupby(functions, key=lambda function: function.family):
        yield family, list(members)


def found(text: str) -> list[Operation]:
    """The functions in whose name, other names, operator, family or description all words of the text occur.

    UsageError: there are none.
    """
    functions = _having(text)
    if not functions:
        raise UsageError(f"no function has to do with {quoted(text)}", "`autodiff functions` lists them all")
    return functions


def _having(text: str) -> list[Operation]:
    words = text.casefold().split()
    return [f for f in all_functions() if words and all(word in _searched(f) for word in words)]


def _searched(function: Operation) -> str:
    parts = (function.name, *function.aliases, function.symbol or "", function.family, function.doc)
    return "\n".join(parts).casefold()


def named(name: str) -> Operation:
    """The function of a name or an operator. UsageError: there is none."""
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    for function in FUNCTIONS.values():
        if name == function.symbol:
            return function
    close = other_name(name) or did_you_mean(name, FUNCTIONS)
    found = len(_having(name))
    ways = [f"did you mean `{close}`?"] if close else []
    if found:
        ways.append(f"`autodiff functions --search {shlex.quote(name)}` finds {counted(found, 'function')}")
    help = " ".join(ways) or "`autodiff functions --search WORD` searches their descriptions"
    raise UsageError(f"there is no function {quoted(name)}", help)
