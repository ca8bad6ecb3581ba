"""Where an infinity or a nan came from: the first operation, forward or backward, that made one of finite numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..engine import Tensor
from ..engine.autograd import grad
from ..parser.errors import diagnostic
from ..parser.evaluate import Limits
from ..parser.syntax import Program
from .report import Finding, Report, is_finite, value_text
from .steps import Step, described, error_at, is_recorded, steps_of

_MOST_NAMED = 3


def findings(
    program: Program, variables: Mapping[str, Tensor], wrt: Sequence[str], report: Report, limits: Limits
) -> list[Finding]:
    """A warning for a value that is not finite, else for derivatives that are not, pointing at its source."""
    bad = {key: fact for key, fact in report.facts() if not isinstance(fact, str) and not is_finite(fact)}
    text = _summary(bad)
    infinite_inputs = [name for name, data in report.inputs.items() if not is_finite(data)]
    if "value" in bad:
        text = _summary({"the value": bad["value"]})
        _, steps = steps_of(program, variables, (), limits, _is_source)
        step = steps[0] if steps else None
        reason = _forward_reason(step) if step else None
    else:
        step = _backward_step(*steps_of(program, variables, wrt, limits, Step.is_recorded))
        reason = f"the gradient stops being finite in {described(step)}, as in PyTorch" if step else None
    if step is None and infinite_inputs:
        reason = f"so is the variable `{infinite_inputs[0]}`"
    return [_finding(program, step, text, reason)]


def _is_source(step: Step) -> bool:
    return not _finite(step.result) and all(map(_finite, step.arguments))


def _forward_reason(step: Step) -> str:
    # Of literals alone, Python would make an error: 1/0.
    like = ", as in PyTorch" if any(isinstance(v, Tensor) for v in (step.result, *step.arguments)) else ""
    data = _data(step.result)
    if np.size(data) == 1:
        return f"{described(step)} is {value_text(np.asarray(data))}{like}"
    return f"these come from {described(step)}{like}"


def _backward_step(value: Tensor, steps: Sequence[Step]) -> Step | None:
    """The operation that a finite gradient enters and another leaves."""
    tensors = {id(t): t for step in steps for t in (step.result, *step.arguments) if is_recorded(t)}
    if not tensors or not value.requires_grad:
        return None
    total = value if value.ndim == 0 else value.sum()
    found = grad(total, list(tensors.values()), allow_unused=True)
    arriving = dict(zip(tensors, found, strict=True))
    for step in reversed(steps):
        leaving = [arriving[id(a)] for a in step.arguments if is_recorded(a)]
        if _finite(arriving[id(step.result)]) and not all(map(_finite, leaving)):
            return step
    return None


def _finding(program: Program, step: Step | None, text: str, reason: str | None) -> Finding:
    if step is None:
        more = f"\n  = help: {reason}" if reason else ""
        return Finding(f"{text}: {reason}" if reason else text, f"warning[nonfinite]: {text}{more}")
    place = error_at(program, step, "nonfinite", text, reason)
    where = f"column {place.column}" if place.line == 1 else f"line {place.line}, column {place.column}"
    return Finding(f"{text}: {reason} ({where})", diagnostic(place, severity="warning"))


def _summary(bad: Mapping[str, Any]) -> str:
    """Such as `grad.x is inf, grad.w is not finite in 2 of 5 elements`."""
    parts = [f"{key} is {_shown(value)}" for key, value in list(bad.items())[:_MOST_NAMED]]
    if len(bad) > _MOST_NAMED:
        parts.append(f"and {len(bad) - _MOST_NAMED} more")
    return ", ".join(parts)


def _shown(value: Any) -> str:
    value = np.asarray(value)
    if value.size == 1:
        return value_text(value.reshape(()))
    return f"not finite in {value.size - int(np.isfinite(value).sum())} of {value.size} elements"


def _data(value: Any) -> Any:
    return value._data if isinstance(value, Tensor) else value


def _finite(value: Any) -> bool:
    data = _data(value)
    if isinstance(data, (bool, int)):
        return True
    return not isinstance(data, (float, np.ndarray, np.generic)) or is_finite(data)
