"""Functions as JSON, an object a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ...engine.table.record import Operation
from ...parser.analysis.function_entry import Entry


def listed(functions: Sequence[Operation], width: int) -> str:
    """The functions, each with what its record says."""
    return "".join(json.dumps(_record(function)) + "\n" for function in functions)


def described(entry: Entry) -> str:
    """All that is known of one function. Numbers that are not finite, and those of the example, are text."""
    record = _record(entry.function)
    record["derivative"] = entry.derivative
    record["grad_fn"] = entry.grad_fn
    record["edges"] = [
        {"at": [*map(str, e.arguments)], "value": str(e.value), "gradient": [*map(str, e.gradients)]}
        for e in entry.function.edges
    ]
    record["example"] = entry.example._asdict() if entry.example else None
    return json.dumps(record) + "\n"


def _record(function: Operation) -> dict[str, Any]:
    return {
        "name": function.name,
        "signature": function.signature(),
        "doc": function.doc,
        "family": function.family,
        "operator": function.symbol,
        "aliases": list(function.aliases),
        "domain": [d.text for d in function.domain],
    }
