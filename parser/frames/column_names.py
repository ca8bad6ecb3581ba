"""The names of new columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..analysis.result import column_of
from ..syntax.callers import Caller
from ..syntax.errors import UsageError, did_you_mean
from ..syntax.records import Assign, Program
from ..syntax.wording import listed, quoted


def column_names(results: Iterable[str], keep: Sequence[str], prefix: str) -> dict[str, str]:
    """The result that each new column holds, by the column's name in order: kept names, the value, derivatives.

    A gradient `grad.x` is `d_x`, a repeated derivative `d2.x` is `d2_x`, an element `hessian.x.y` is `d2_x_y`, of which
    there is one for each pair of variables. UsageError: two results would have one name.
    """
    found: dict[str, str] = {}
    pairs: set[frozenset[str]] = set()
    for result in sorted(results, key=lambda name: name not in keep):
        kind, _, variables = result.partition(".")
        if kind == "hessian":
            pair = frozenset(variables.split("."))
            if pair in pairs:
                continue
            pairs.add(pair)
        name = prefix + column_of(result)
        if name in found:
            raise UsageError(f"two results would be called {quoted(name)}", "rename a variable of the expression")
        found[name] = result
    return found


def removed_columns(
    new: Iterable[str],
    names: Sequence[str],
    overwrite: bool,
    title: str,
    caller: Caller = Caller(),  # noqa: B008
) -> tuple[str, ...]:
    """The columns that new ones replace where a table has them. UsageError: it has some, and is to keep them."""
    if overwrite:
        return tuple(new)
    taken = [name for name in new if name in names]
    if taken:
        raise UsageError(
            f"{title} has a column {quoted(taken[0])} already",
            f"replace it with `{caller.choice('overwrite')}`, or give the new columns other names with "
            f"`{caller.choice('prefix', 'new_')}`",
        )
    return ()


def kept_names(program: Program, names: Iterable[str] | None, caller: Caller = Caller()) -> list[str]:  # noqa: B008
    """The names to keep, each once. UsageError: the expression assigns no such name."""
    assigned = list(dict.fromkeys(s.name for s in program.statements if isinstance(s, Assign)))
    kept = list(dict.fromkeys(names or ()))
    for name in kept:
        if name not in assigned:
            close = did_you_mean(name, assigned)
            if close:
                help = f"did you mean `{close}`?"
            else:
                help = f"it assigns {listed(assigned)}" if assigned else f'write `"{name} = ...; ..."` to name a result'
            raise UsageError(
                f"{caller.option('keep')} names {quoted(name)}, which the expression does not assign", help
            )
    return kept
