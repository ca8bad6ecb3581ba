"""`autodiff functions`: what can be called in an expression."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ..command import Command
from ..errors import OK, UsageError

if TYPE_CHECKING:
    from ...engine.primitive import Function

EXAMPLES = [
    ("autodiff functions", "all of them, by family"),
    ("autodiff functions atan2", "one of them"),
]


@click.command(cls=Command, examples=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(name: str | None, as_json: bool) -> int:
    """What can be called in an expression: by family, or one function."""
    from ...engine import FUNCTIONS
    from ...parser.errors import did_you_mean

    if name is None:
        functions = [f for key, f in FUNCTIONS.items() if key == f.name]
    elif name in FUNCTIONS:
        functions = [FUNCTIONS[name]]
    else:
        close = did_you_mean(name, FUNCTIONS)
        raise UsageError(
            f"there is no function `{name}`",
            f"did you mean `{close}`?" if close else "`autodiff functions` lists them all",
        )
    if as_json:
        import json

        sys.stdout.write("".join(json.dumps(_as_object(f)) + "\n" for f in functions))
    elif name is None:
        sys.stdout.write(_listed(functions))
    else:
        sys.stdout.write(_described(functions[0]))
    return OK


def _listed(functions: list[Function]) -> str:
    width = max(len(f.signature()) for f in functions if len(f.signature()) < 30)
    lines: list[str] = []
    family = None
    for function in functions:
        if function.family != family:
            family = function.family
            lines.append(f"{'' if not lines else chr(10)}{family}")
        signature = function.signature()
        if len(signature) > width:
            lines.append(f"  {signature}")
            signature = ""
        lines.append(f"  {signature:<{width}}  {function.doc}")
    return "\n".join(lines) + "\n"


def _described(function: Function) -> str:
    facts = [("signature", function.signature()), ("computes", function.doc), ("family", function.family)]
    if function.symbol:
        facts.append(("operator", function.symbol))
    if function.aliases:
        facts.append(("also", ", ".join(function.aliases)))
    facts.append(("domain", "; ".join(dict.fromkeys(d.text for d in function.domain))))
    for edge in function.edges:
        at = ", ".join(map(str, edge.arguments))
        facts.append((f"at {at}", f"value {edge.value}, gradient {', '.join(map(str, edge.gradients))}"))
    width = max(len(key) for key, _ in facts)
    return "".join(f"{key:<{width}}  {value}\n" for key, value in facts)


def _as_object(function: Function) -> dict[str, object]:
    return {
        "name": function.name,
        "signature": function.signature(),
        "doc": function.doc,
        "family": function.family,
        "operator": function.symbol,
        "aliases": list(function.aliases),
        "domain": [d.text for d in function.domain],
    }
