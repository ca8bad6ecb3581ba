"""Where an infinity or a nan came from: the first sub-expression, forward or backward, that made one of finite parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..engine import Tensor
from ..engine.autograd import grad
from ..parser.errors import ExpressionError, diagnostic
from ..parser.evaluate import Limits, evaluate
from ..parser.syntax import Program
from .report import Finding, Report, is_finite, value_text

Step = tuple[Any, Any, list[Any]]


def findings(
    program: Program, variables: Mapping[str, Tensor], wrt: Sequence[str], report: Report, limits: Limits
) -> list[Finding]:
    """A warning for a value that is not finite, else for gradients that are not, each pointing at its source.

    Evaluates the program once more, watching each step.
    """
    steps: list[Step] = []

    def observe(expr: Any, value: Any, arguments: list[Any]) -> None:
        steps.append((expr, value, arguments))

    given = {name: value.detach().requires_grad_(name in wrt) for name, value in variables.items()}
    value = evaluate(program, given, limits, observe)
    if not is_finite(report.value):
        return [_forward(program, report, steps)]
    return [_backward(program, report, steps, value)]


def _forward(program: Program, report: Report, steps: Sequence[Step]) -> Finding:
    text = f"the value is {_shown(report.value)}"
    for expr, value, arguments in steps:
        if not _finite(value) and all(_finite(a) for a in arguments):
            return _pointed(program, expr, text, f"{_what(expr)} is {_shown(_data(value))} here")
    return Finding(text, f"warning[nonfinite]: {text}")


def _backward(program: Program, report: Report, steps: Sequence[Step], value: Tensor) -> Finding:
    bad = [key for key, v in report.facts() if not isinstance(v, str) and not is_finite(v)]
    text = f"{bad[0]} is {_shown(dict(report.facts())[bad[0]])}"
    if len(bad) > 1:
        text += f" (as {'are' if len(bad) > 2 else 'is'} {', '.join(bad[1:])})"
    recorded = [s for s in steps if isinstance(s[1], Tensor) and s[1].requires_grad]
    tensors: dict[int, Tensor] = {}
    for _, result, arguments in recorded:
        for t in (result, *arguments):
            if isinstance(t, Tensor) and t.requires_grad:
                tensors[id(t)] = t
    if tensors:
        total = value if value.ndim == 0 else value.sum()
        found = grad(total, list(tensors.values()), allow_unused=True)
        arriving = dict(zip(tensors, found, strict=True))
        for expr, result, arguments in reversed(recorded):
            if _finite(arriving.get(id(result))) and any(not _finite(arriving.get(id(a))) for a in arguments):
                return _pointed(program, expr, text, f"the derivative of {_what(expr)} is not finite here")
    return Finding(text, f"warning[nonfinite]: {text}")


def _pointed(program: Program, expr: Any, text: str, help: str) -> Finding:
    place = ExpressionError("nonfinite", text, program.source, expr.start, expr.end, help)
    return Finding(f"{text}: {help} (column {place.column})", diagnostic(place, severity="warning"))


def _what(expr: Any) -> str:
    name = getattr(expr, "op", None) or getattr(expr, "function", None) or getattr(expr, "name", None)
    return f"`{name}`" if name else "this"


def _shown(value: Any) -> str:
    value = np.asarray(value)
    return value_text(value) if value.size == 1 else "not finite everywhere"


def _data(value: Any) -> Any:
    return value._data if isinstance(value, Tensor) else value


def _finite(value: Any) -> bool:
    data = _data(value)
    if isinstance(data, (bool, int)):
        return True
    return not isinstance(data, (float, np.ndarray, np.generic)) or is_finite(data)
