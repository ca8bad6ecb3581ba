"""Where an infinity or a nan came from: the first operation, forward or backward, that made one of finite numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...engine import Tensor
from ...engine.autograd import grad
from ..syntax.errors import diagnostic
from ..syntax.records import Program
from .applications import Application, applications_of, as_in_pytorch, described, error_at, is_recorded, part_text
from .guards import guarded_rewrite, unchosen_by
from .problem import Problem
from .result import Finding, Report, is_finite, value_text

_MOST_NAMED = 3


# The operation that a number is from, and why; None where that is not known.
_Source = tuple[Application | None, str | None]


def findings(problem: Problem, report: Report) -> list[Finding]:
    """A warning for a value that is not finite, else for derivatives that are not, pointing at its source."""
    bad = {key: fact for key, fact in report.facts() if not isinstance(fact, str) and not is_finite(fact)}
    text = _summary(bad)
    infinite_inputs = [name for name, data in report.inputs.items() if not is_finite(data)]
    # A nan comes from a nan, where no operation has made it.
    infinite_inputs.sort(key=lambda name: not bool(np.isnan(report.inputs[name]).any()))
    if "value" in bad:
        text = _summary({"the value": bad["value"]})
        _, steps = applications_of(problem._replace(wrt=()))
        step, reason = _forward(steps, list(bad) == ["value"] and bool(report.grad))
    else:
        step, reason = _backward(problem, *applications_of(problem))
    if step is None and infinite_inputs:
        reason = f"so is the variable `{infinite_inputs[0]}`"
    return [_finding(problem.program, step, text, reason)]


def _forward(steps: Sequence[Application], only_the_value: bool) -> _Source:
    """The step that made a value that is not finite; `only_the_value`: the gradients are finite all the same."""
    step = next((s for s in steps if not _finite(s.result) and all(map(_finite, s.arguments))), None)
    # An infinite variable is nobody's fault until it becomes a nan.
    step = step or next((s for s in steps if _makes_nan(s)), None)
    if step is None:
        return None, None
    place = _first_bad(step.result)
    result = _at(step.result, place)
    like = as_in_pytorch(step)
    reason = f"{described(step, place)} is {result}{like}" if result else f"these come from {described(step)}{like}"
    if result and np.ndim(_data(step.result)):
        reason += f", in element {place[0] if len(place) == 1 else [*place]}"
    if not _makes_nan(step):
        then = next((s for s in steps if _makes_nan(s)), None)
        if then and "nan" in (_at(then.result, _first_bad(then.result)) or ""):
            reason += f"; then {described(then, _first_bad(then.result))} is nan"
    elif only_the_value:
        reason += "; the gradient is finite, but means nothing where there is no value"
    return step, reason


def _makes_nan(step: Application) -> bool:
    return _has_nan(step.result) and not any(map(_has_nan, step.arguments))


def _backward(problem: Problem, value: Tensor, steps: Sequence[Application]) -> _Source:
    """The operation that a finite gradient enters and another leaves, and what became of that."""
    recorded = [step for step in steps if is_recorded(step.result)]
    tensors = {id(t): t for step in recorded for t in (step.result, *step.arguments) if is_recorded(t)}
    if not tensors or not value.requires_grad:
        return None, None
    total = value if value.ndim == 0 else value.sum()
    found = grad(total, list(tensors.values()), retain_graph=True, allow_unused=True)
    arriving = dict(zip(tensors, found, strict=True))
    for number in reversed(range(len(recorded))):
        step = recorded[number]
        came = arriving[id(step.result)]
        arguments = [a for a in step.arguments if is_recorded(a)]
        if came is None or not _finite(came) or all(_finite(arriving[id(a)]) for a in arguments):
            continue
        # What arrives at an argument may come from elsewhere too: ask what this step sends.
        arguments = _separate(arguments)
        sent = grad(step.result, arguments, came, retain_graph=True, allow_unused=True)
        if not all(map(_finite, sent)):
            break
    else:
        return None, None
    own = grad(step.result.sum(), arguments, retain_graph=True, allow_unused=True)
    culprit = next((i for i, s in enumerate(sent) if not _finite(s)), 0)
    place = _first_bad(sent[culprit])
    slope, left = _at(own[culprit], place), _at(sent[culprit], place)
    text = described(step, place)
    if sum(map(is_recorded, step.arguments)) > 1:
        text += f" by `{part_text(problem.program, step, arguments[culprit])}`"
    if slope is None or slope not in ("inf", "-inf", "nan"):
        return step, f"the gradient stops being finite in {text}{as_in_pytorch(step)}"
    reason = f"the derivative of {text} is {slope}{as_in_pytorch(step)}"
    if left == "nan" and slope != "nan":
        reason += f"; then {_plain(_at(came, place))} * {slope} is nan"
    elif left in ("inf", "-inf"):
        reason += _later(recorded[:number], arriving)
    branch = unchosen_by(steps, step)
    if branch is not None:
        reason += ". `where` does not choose this branch here, and multiplies its gradient by 0"
        rewrite = guarded_rewrite(problem, branch, step)
        if rewrite:
            reason += f": write `{rewrite}`"
    return step, reason


def _separate(arguments: Sequence[Tensor]) -> list[Tensor]:
    """The arguments on which no other one depends: to those, a gradient comes from the step alone."""
    others = [[other for other in arguments if other is not a] for a in arguments]
    return [
        a
        for a, rest in zip(arguments, others, strict=True)
        if all(grad(o.sum(), [a], retain_graph=True, allow_unused=True)[0] is None for o in rest)
    ]


def _later(earlier: Sequence[Application], arriving: Mapping[int, Any]) -> str:
    """What became of an infinite gradient further back: a nan, where it met a zero."""
    for step in reversed(earlier):
        came = arriving[id(step.result)]
        sent = [arriving[id(a)] for a in step.arguments if is_recorded(a)]
        if not _finite(came) and not _has_nan(came) and any(map(_has_nan, sent)):
            own = grad(step.result.sum(), [a for a in step.arguments if is_recorded(a)], retain_graph=True)
            place = _first_bad(came)
            slope = next((_at(o, place) for o, s in zip(own, sent, strict=True) if _has_nan(s)), None)
            if slope is not None:
                return f"; then, in {described(step, place)}, {_at(came, place)} * {_plain(slope)} is nan"
    return ""


def _finding(program: Program, step: Application | None, text: str, reason: str | None) -> Finding:
    if step is None:
        more = f"\n  = help: {reason}" if reason else ""
        return Finding(f"{text}: {reason}" if reason else text, f"warning[nonfinite]: {text}{more}")
    place = error_at(program, step, "nonfinite", text, reason)
    where = f"column {place.column}" if place.line == 1 else f"line {place.line}, column {place.column}"
    return Finding(f"{text}: {reason} ({where})", diagnostic(place, severity="warning"))


def _summary(bad: Mapping[str, Any]) -> str:
    """Such as `grad.x is inf, grad.w is not finite in 2 of 5 elements`."""
    parts: list[str] = []
    for key, value in list(bad.items())[:_MOST_NAMED]:
        finite = np.isfinite(value)
        shown = f"not finite in {finite.size - int(finite.sum())} of {finite.size} elements"
        parts.append(f"{key} is {value_text(np.reshape(value, ())) if finite.size == 1 else shown}")
    if len(bad) > _MOST_NAMED:
        parts.append(f"and {len(bad) - _MOST_NAMED} more")
    return ", ".join(parts)


def _data(value: Any) -> Any:
    return value._data if isinstance(value, Tensor) else value


def _first_bad(value: Any) -> tuple[int, ...]:
    """The index of the first element that is not finite."""
    array = np.asarray(_data(value))
    bad = ~np.isfinite(array) if array.dtype.kind == "f" else np.zeros(array.shape, bool)
    return tuple(int(i) for i in np.argwhere(bad)[0]) if bad.any() else (0,) * array.ndim


def _at(value: Any, place: tuple[int, ...]) -> str | None:
    """An element as text; None where there is none of that index."""
    array = np.asarray(_data(value))
    if array.ndim not in (0, len(place)) or array.dtype.kind not in "fiub":
        return None
    try:
        return value_text(np.asarray(array[place] if array.ndim else array))
    except IndexError:
        return None


def _plain(text: str | None) -> str:
    return "0" if text in ("0.0", "-0.0", None) else text


def _has_nan(value: Any) -> bool:
    data = _data(value)
    return isinstance(data, (float, np.ndarray, np.generic)) and bool((np.asarray(data) != data).any())


def _finite(value: Any) -> bool:
    data = _data(value)
    if isinstance(data, (bool, int)):
        return True
    return not isinstance(data, (float, np.ndarray, np.generic)) or is_finite(data)
