"""As a PyTorch session prints it: the value with its grad_fn, then each gradient."""

from __future__ import annotations

from textwrap import indent

import numpy as np

from ...engine import get_default_dtype, printoptions
from ...engine.tensors.printing import tensor_text
from ...parser.analysis.result import Report
from ..shell.printing import Style


def render(report: Report, style: Style) -> str:
    """The report as PyTorch prints tensors."""
    default = get_default_dtype().numpy
    # Without options the context changes nothing.
    with printoptions(precision=style.precision):
        lines: list[str] = []
        if not isinstance(report.value, dict):
            lines.append(tensor_text(np.asarray(report.value), default_dtype=default, grad_fn=report.grad_fn))
        for key, value in report.facts():
            if key in ("value", "grad_fn"):
                continue
            kind, _, name = key.partition(".")
            label = f"{name}.grad" if kind == "grad" else key
            text = tensor_text(np.asarray(value), default_dtype=default)
            # Empty lines, which stand between matrices, stay empty.
            lines.append(f"{label} = {indent(text, ' ' * (len(label) + 3)).lstrip()}")
    return "\n".join(lines) + "\n"
