"""JSON: one object, the derivatives as text by their names."""

from __future__ import annotations

import json

from ..derivatives.derivative import Derivatives
from ..syntax.printer import Printer
from .how import How, label


def render(derivatives: Derivatives, source: str, how: How) -> str:
    """`{"expr", "let", "derivatives"}`, and "value" if asked for: each may use the names in `let`, in order."""
    printer = Printer()
    record = {
        "expr": source,
        "let": {assign.name: printer.text(assign.value) for assign in derivatives.used()},
        **({"value": printer.text(derivatives.results[()])} if () in derivatives.results else {}),
        "derivatives": {label(by): printer.text(result) for by, result in derivatives.results.items() if by},
    }
    return json.dumps(record, ensure_ascii=False) + "\n"
