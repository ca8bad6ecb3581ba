"""`autodiff functions`: what can be called in an expression."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from ..command import Command
from ..errors import OK, UsageError, quoted
from ..streams import is_terminal, write

if TYPE_CHECKING:
    from ...engine.primitive import Function

EXAMPLES = [
    ("autodiff functions", "all of them, by family"),
    ("autodiff functions atan2", "one of them, with its derivatives"),
    ('autodiff functions "**"', "what an operator stands for"),
    ("autodiff functions --json", "all of them, for a program"),
]
_FIRST = ("arithmetic", "elementary")
_WIDEST_SIGNATURE = 30
_NARROWEST_DOC = 20
_NEVER_FOLDED = 10_000


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The names that begin with what is typed, for the shell."""
    from ...engine import FUNCTIONS

    return [name for name in FUNCTIONS if name.startswith(incomplete)]


@click.command(cls=Command, examples=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name", required=False, shell_complete=_complete)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(name: str | None, as_json: bool) -> int:
    """What can be called in an expression: by family, or one function."""
    functions = _all() if name is None else [_named(name)]
    if as_json:
        import json

        objects = [_as_object(function) for function in functions]
        if name is not None:
            objects[0].update(_rules(functions[0]))
        write("".join(json.dumps(record) + "\n" for record in objects))
    elif name is None:
        write(_listed(functions, shutil.get_terminal_size().columns if is_terminal(sys.stdout) else _NEVER_FOLDED))
    else:
        write(_described(functions[0]))
    return OK


def _all() -> list[Function]:
    """Every function once, the members of a family together, what is used most first."""
    from ...engine import FUNCTIONS

    functions = [function for name, function in FUNCTIONS.items() if name == function.name]
    families = dict.fromkeys((*_FIRST, *(function.family for function in functions)))
    order = {family: place for place, family in enumerate(families)}
    return sorted(functions, key=lambda function: order[function.family])


def _named(name: str) -> Function:
    """The function of a name or an operator. UsageError: there is none."""
    from ...engine import FUNCTIONS
    from ...parser.errors import did_you_mean

    if name in FUNCTIONS:
        return FUNCTIONS[name]
    for function in FUNCTIONS.values():
        if name == function.symbol:
            return function
    close = did_you_mean(name, FUNCTIONS)
    raise UsageError(
        f"there is no function {quoted(name)}",
        f"did you mean `{close}`?" if close else "`autodiff functions` lists them all",
    )


def _listed(functions: Sequence[Function], width: int) -> str:
    """The functions by family, each with what it computes, folded at the width."""
    from textwrap import wrap

    column = max(len(f.signature()) for f in functions if len(f.signature()) <= _WIDEST_SIGNATURE)
    room = max(_NARROWEST_DOC, width - column - 4)
    lines: list[str] = []
    family = None
    for function in functions:
        if function.family != family:
            family = function.family
            lines += [family] if not lines else ["", family]
        signature = function.signature()
        if len(signature) > column:
            lines += wrap(signature, width, initial_indent="  ", subsequent_indent="      ", break_long_words=False)
            signature = ""
        for part in wrap(function.doc, room):
            lines.append(f"  {signature:<{column}}  {part}")
            signature = ""
    return "\n".join(lines) + "\n"


def _described(function: Function) -> str:
    facts = [("signature", function.signature()), ("computes", function.doc), ("family", function.family)]
    if function.symbol:
        facts.append(("operator", function.symbol))
    if function.aliases:
        facts.append(("also", ", ".join(function.aliases)))
    rules = _rules(function)
    derivative = rules["derivative"]
    for by, text in derivative.items():
        facts.append(("derivative" if function.tensors == 1 else f"derivative by {by}", text))
    if rules["grad_fn"] is not None:
        facts.append(("grad_fn", rules["grad_fn"]))
    facts.append(("domain", "; ".join(dict.fromkeys(d.text for d in function.domain))))
    for edge in function.edges:
        at = ", ".join(map(str, edge.arguments))
        facts.append((f"at {at}", f"value {edge.value}, gradient {', '.join(map(str, edge.gradients))}"))
    width = max(len(key) for key, _ in facts)
    return "".join(f"{key:<{width}}  {value}\n" for key, value in facts)


def _rules(function: Function) -> dict[str, Any]:
    """What the derivatives of the function are, and its node's name."""
    from ...parser.rules import derivative_texts, grad_fn_name
    from ..computing import computing

    with computing("float64"):
        return {"derivative": derivative_texts(function), "grad_fn": grad_fn_name(function)}


def _as_object(function: Function) -> dict[str, Any]:
    return {
        "name": function.name,
        "signature": function.signature(),
        "doc": function.doc,
        "family": function.family,
        "operator": function.symbol,
        "aliases": list(function.aliases),
        "domain": [d.text for d in function.domain],
    }
