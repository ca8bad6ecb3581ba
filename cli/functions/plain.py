"""Functions as text for people and for `grep`."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from ...engine.table.record import Operation
from ...parser.analysis.function_entry import Entry
from ..shell.highlight import colored, formula
from .selection import by_family

_WIDEST_SIGNATURE = 30
_NARROWEST_DOC = 20


def listed(functions: Sequence[Operation], width: int, color: bool = False) -> str:
    """The functions by family, each with what it computes, folded at the width."""
    column = max((len(f.signature()) for f in functions if len(f.signature()) <= _WIDEST_SIGNATURE), default=0)
    if width - column - 4 < _NARROWEST_DOC:
        # What a function computes stands below its signature.
        column = 4
    room = width - column - 4
    lines: list[str] = []
    for family, members in by_family(functions):
        family = colored(family, "1;36") if color else family
        lines += [family] if not lines else ["", family]
        for function in members:
            signature = function.signature()
            if len(signature) > column:
                lines += wrap(signature, width, initial_indent="  ", subsequent_indent="      ", break_long_words=False)
                signature = ""
            for part in wrap(function.doc, room):
                shown = f"{signature:<{column}}"
                name, paren, rest = shown.partition("(")
                lines.append(f"  {colored(name, '34') if color and paren else name}{paren}{rest}  {part}")
                signature = ""
    return "\n".join(lines) + "\n"


def described(entry: Entry, color: bool = False) -> str:
    """What is known of one function, a fact a line."""
    facts = facts_of(entry)
    if entry.example:
        facts.append(("example", entry.example.call))
        facts += [("", f"{key} {value}") for key, value in entry.example.results.items()]
    width = max(len(key) for key, _ in facts)
    if not color:
        return "".join(f"{key:<{width}}  {value}\n" for key, value in facts)
    formulas = ("signature", "derivative", "operator")
    return "".join(
        f"{colored(f'{key:<{width}}', '1;36')}  {formula(value) if key.startswith(formulas) else value}\n"
        for key, value in facts
    )


def facts_of(entry: Entry) -> list[tuple[str, str]]:
    """What is known of one function but the example, as pairs of a label and a text."""
    function = entry.function
    facts = [("signature", function.signature()), ("computes", function.doc), ("family", function.family)]
    if function.symbol:
        facts.append(("operator", function.symbol))
    if function.aliases:
        facts.append(("also", ", ".join(function.aliases)))
    for by, text in entry.derivative.items():
        facts.append(("derivative" if function.tensors == 1 else f"derivative by {by}", text))
    if entry.grad_fn is not None:
        facts.append(("grad_fn", entry.grad_fn))
    facts.append(("domain", "; ".join(dict.fromkeys(domain.text for domain in function.domain))))
    for edge in function.edges:
        point, gradients = (", ".join(map(str, numbers)) for numbers in (edge.arguments, edge.gradients))
        facts.append((f"at {point}", f"value {edge.value}, gradient {gradients}"))
    return facts
