"""What there is to say about a point where the slopes from the two sides differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine import Tensor
from ...engine.api.creation import tensor
from ..syntax.errors import ExpressionError
from ..syntax.records import Conditional
from ..syntax.walk import body_of, walk
from .applications import Application, applications_of, operation_name
from .compare import EDGE, KINK, OK, UNDEFINED, UNSETTLED, WRONG, Check
from .coordinates import NumericFunction, Point
from .problem import Problem

_STEP = 1e-4
# What rounding leaves of a slope of 0.
_NOTHING = 1e-9
# How far slopes on the two sides differ at a kink, and a value from its neighbours at a jump: more than any curve.
_BEND = 100 * _STEP
_JUMP = 1000 * _STEP


def remark(expression: NumericFunction, point: Point, check: Check) -> str | None:
    """A sentence about a check that needs one; None for one that simply holds, or is simply wrong."""
    if check.verdict == OK:
        return None
    where = f"{check.coordinate} = {_number(check.coordinate.of(point))}"
    shown = _number(check.autograd)
    left, right = _number(check.left), _number(check.right)
    is_second = check.key.startswith("hessian")
    subject = "the gradient" if is_second else "the value"
    if check.verdict == UNDEFINED:
        return f"{subject} is not finite at {where}, so that there is nothing to compare with"
    if check.verdict == UNSETTLED:
        return f"differences of {subject} find no slope at {where}"
    if check.verdict == EDGE:
        side = "left" if math.isnan(check.right) else "right"
        slope = "0" if abs(check.numeric) <= check.tolerance else _number(check.numeric)
        return f"the domain ends at {where}: the slope on the {side} is {slope}, and {shown} is shown"
    if check.verdict == WRONG and not check.jumps and (left == right or math.isnan(check.left + check.right)):
        return None
    what = "jump" if check.jumps else "kink"
    owner = "the derivative" if is_second else _owner(expression, point, check)
    slopes = f"slope {left} on both sides" if left == right else f"slopes {left} and {right}"
    ending = f"{shown} is shown, as in PyTorch" if check.verdict == KINK else f"{shown}, which is shown, is neither"
    return f"{where} is a {what} of {owner}: {slopes}; {ending}"


def _number(value: float) -> str:
    return "0" if abs(value) < _NOTHING else f"{value:.6g}"


def _owner(expression: NumericFunction, point: Point, check: Check) -> str:
    """The first operation that is not smooth there, by its name."""
    x = check.coordinate.of(point)
    places = [x + offset * _STEP for offset in (-2, -1, 0, 1, 2)]
    try:
        runs = [_steps(expression, check.coordinate.moved(point, place)) for place in places]
    except ExpressionError:
        runs = []
    for same in zip(*runs, strict=False):
        if len({(step.expr.start, step.expr.end) for step in same}) == 1 and _is_kink([step.result for step in same]):
            return f"`{operation_name(same[0].expr) or 'this'}`"
    has_branches = any(type(e) is Conditional for s in expression.program.statements for e in walk(body_of(s)))
    return "the conditional" if has_branches else "the expression"


def _steps(expression: NumericFunction, point: Point) -> Sequence[Application]:
    variables = {name: tensor(np.asarray(data, float)) for name, data in point.items()}
    return applications_of(Problem(expression.program, variables, (), expression.limits))[1]


def _is_kink(results: Sequence[Any]) -> bool:
    arrays = [np.asarray(result._data) for result in results if isinstance(result, Tensor)]
    if len(arrays) < len(results) or any(a.dtype.kind != "f" for a in arrays):
        return False
    if len({a.shape for a in arrays}) > 1 or not all(np.isfinite(a).all() for a in arrays):
        return False
    far_left, left, here, right, far_right = arrays
    bend = abs((far_right - right) - (left - far_left)) / _STEP
    jump = np.maximum(abs(right - here), abs(left - here))
    scale = np.maximum(1, abs(here))
    return bool((bend > _BEND * scale).any() or (jump > _JUMP * scale).any())
