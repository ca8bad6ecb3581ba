"""L-BFGS: quasi-Newton steps from the last changes of parameters and gradients (Liu and Nocedal, 1989).

A step satisfies, if that is asked for, the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization, 3.5).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from ..api.declared import require
from ..table.registry import ops
from ..tensors.modes import enable_grad, no_grad
from ..tensors.tensor import Tensor
from .optimizer import Optimizer

_LEAST_CURVATURE = 1e-10
_DECREASE, _CURVATURE = 1e-4, 0.9
_TOLERANCES: dict[str, Any] = {"tolerance_grad": 1e-7, "tolerance_change": 1e-9}


class LBFGS(Optimizer, lr=1, max_iter=20, max_eval=None, **_TOLERANCES, history_size=100, line_search_fn=None):
    """Limited-memory BFGS, which asks for the loss and its gradients several times in a step.

    `line_search_fn` is None for steps of `lr`, or "strong_wolfe".
    """

    def _begin(self, params: Any, defaults: dict[str, Any]) -> None:
        if defaults["max_eval"] is None:
            defaults["max_eval"] = defaults["max_iter"] * 5 // 4
        super()._begin(params, defaults)
        require(len(self.param_groups) == 1, "LBFGS doesn't support per-parameter options (parameter groups)")

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Takes up to `max_iter` steps; `closure` computes the loss and its gradients. TypeError: it is missing."""
        if closure is None:
            raise TypeError("LBFGS.step() missing 1 required positional argument: 'closure'")
        self._steps += 1
        group, state = self.param_groups[0], self.state[self._parameters()[0]]
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise RuntimeError("only 'strong_wolfe' is supported")
        with no_grad():
            return self._minimise(enable_grad()(closure), group, state)

    def _minimise(self, closure: Callable[[], Any], group: dict[str, Any], state: dict[str, Any]) -> Any:
        first = closure()
        value, gradient, evaluations = float(first), self._gradient(), 1
        state["func_evals"] = state.get("func_evals", 0) + 1
        state.setdefault("n_iter", 0)
        tolerance = group["tolerance_change"]
        for done in range(1, group["max_iter"] + 1):
            if gradient.abs().max() <= group["tolerance_grad"]:
                break
            state["n_iter"] += 1
            direction = state["d"] = self._direction(state, gradient)
            state["prev_flat_grad"] = gradient
            size = group["lr"] * (min(1.0, 1.0 / gradient.abs().sum().item()) if state["n_iter"] == 1 else 1)
            before = Point(0.0, value, gradient, gradient.dot(direction).item())
            if before.slope > -tolerance:
                break
            start = _flat(self._parameters())

            def at(t: float, start: Tensor = start, direction: Tensor = direction) -> Point:
                self._set(start + direction * t)
                value, gradient = float(closure()), self._gradient()
                return Point(t, value, gradient, gradient.dot(direction).item())

            longest, count = direction.abs().max().item(), 0
            if group["line_search_fn"] is not None:
                most = group["max_eval"] - evaluations
                (size, value, gradient, _), count = _wolfe_step(at, size, before, tolerance / longest, most)
            elif done < group["max_iter"]:
                (_, value, gradient, _), count = at(size), 1
            self._set(start + direction * size)
            state["t"] = size
            evaluations += count
            state["func_evals"] += count
            if evaluations >= group["max_eval"] or longest * size <= tolerance or abs(value - before.value) < tolerance:
                break
        return first

    def _direction(self, state: dict[str, Any], gradient: Tensor) -> Tensor:
        """Where to go: against the gradient, seen through the last changes (the two loops of Nocedal)."""
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return -gradient
        change, moved = gradient - state["prev_flat_grad"], state["d"] * state["t"]
        curvature = change.dot(moved).item()
        if curvature > _LEAST_CURVATURE:
            for name, value in (("old_dirs", change), ("old_stps", moved), ("ro", 1.0 / curvature)):
                state[name] = [*state[name], value][-self.param_groups[0]["history_size"] :]
            state["H_diag"] = curvature / change.dot(change).item()
        history = list(zip(state["old_dirs"], state["old_stps"], state["ro"], strict=True))
        shares: list[float] = []
        d = -gradient
        for y, s, ro in reversed(history):
            shares.append(s.dot(d).item() * ro)
            d = d - shares[-1] * y
        d = d * state["H_diag"]
        for (y, s, ro), share in zip(history, reversed(shares), strict=True):
            d = d + s * (share - y.dot(d).item() * ro)
        return d

    def _gradient(self) -> Tensor:
        return _flat([ops.zeros_like(p) if p.grad is None else p.grad for p in self._parameters()])

    def _set(self, numbers: Tensor) -> None:
        parameters = self._parameters()
        parts = numbers.split([parameter.numel() for parameter in parameters])
        for parameter, part in zip(parameters, parts, strict=True):
            parameter.copy_(part.view(parameter.shape))


def _flat(tensors: list[Tensor]) -> Tensor:
    return ops.cat([tensor.reshape(-1) for tensor in tensors])


class Point(NamedTuple):
    """A place on the line: how far, and there the value, its gradient and its slope along the line."""

    t: float
    value: float
    gradient: Any
    slope: float


def _wolfe_step(at: Callable[[float], Point], t: float, start: Point, least: float, most: int) -> tuple[Point, int]:
    """The point found from `t` on, and how many were looked at: one, and at most `most` others.

    A bracket shorter than `least` is not searched.
    """

    def is_too_high(point: Point) -> bool:
        return point.value > start.value + _DECREASE * point.t * start.slope

    def is_level(point: Point) -> bool:
        return abs(point.slope) <= -_CURVATURE * start.slope

    before, point, looks = start, at(t), 1
    while looks <= most:
        if is_too_high(point) or (looks > 2 and point.value >= before.value):
            break
        if is_level(point):
            return point, looks
        if point.slope >= 0:
            break
        bounds = (point.t + 0.01 * (point.t - before.t), point.t * 10)
        before, point = point, at(_least_of_cubic(before, point, bounds))
        looks += 1
    else:
        before = start
    low, high, is_stuck = *_in_order(before, point), False
    while looks <= most and abs(high.t - low.t) >= least:
        ends = (min(low.t, high.t), max(low.t, high.t))
        t, is_stuck = _inside(_least_of_cubic(low, high, ends), ends, is_stuck)
        point = at(t)
        looks += 1
        if is_too_high(point) or point.value >= low.value:
            low, high = _in_order(low, point)
        elif is_level(point):
            return point, looks
        else:
            low, high = point, low if point.slope * (high.t - low.t) >= 0 else high
    return low, looks


def _in_order(one: Point, other: Point) -> tuple[Point, Point]:
    return (one, other) if one.value <= other.value else (other, one)


def _inside(t: float, ends: tuple[float, float], is_stuck: bool) -> tuple[float, bool]:
    """A step moved away from the ends of an interval where it is, for the second time, within a tenth of one."""
    low, high = ends
    margin = 0.1 * (high - low)
    if min(high - t, t - low) >= margin:
        return t, False
    if is_stuck or t >= high or t <= low:
        return (high - margin if abs(t - high) < abs(t - low) else low + margin), False
    return t, True


def _least_of_cubic(one: Point, other: Point, bounds: tuple[float, float]) -> float:
    """Where the cubic through two points with their slopes is least, within bounds; else the middle of these."""
    if one.t > other.t:
        one, other = other, one
    low, high = bounds
    d1 = one.slope + other.slope - 3 * (one.value - other.value) / (one.t - other.t)
    square = d1 * d1 - one.slope * other.slope
    if not square >= 0:
        return (low + high) / 2
    d2 = math.sqrt(square)
    share = (other.slope + d2 - d1) / (other.slope - one.slope + 2 * d2)
    return min(max(other.t - (other.t - one.t) * share, low), high)
