"""JSON: one object, the derivatives as text by their names."""

from __future__ import annotations

import json

from ..algebra.derivative import Derivatives
from ..syntax.printer import Printer
from . import label


def render(derivatives: Derivatives, source: str) -> str:
    """`{"expr", "let", "derivatives"}`: each derivative may use the names in `let`, in their order."""
    printer = Printer()
    record = {
        "expr": source,
        "let": {assign.name: printer.text(assign.value) for assign in derivatives.used()},
        "derivatives": {label(by): printer.text(result) for by, result in derivatives.results.items()},
    }
    return json.dumps(record, ensure_ascii=False) + "\n"
