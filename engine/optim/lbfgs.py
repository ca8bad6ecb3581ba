"""L-BFGS: quasi-Newton steps from the last changes of parameters and gradients (Liu and Nocedal, 1989)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..api.declared import require
from ..tensors.aliases import Array
from ..tensors.memory import memory_of
from ..tensors.modes import enable_grad
from .optimizer import Optimizer
from .wolfe import Point, wolfe_step

_LEAST_CURVATURE = 1e-10


class LBFGS(
    Optimizer,
    lr=1,
    max_iter=20,
    max_eval=None,
    tolerance_grad=1e-7,
    tolerance_change=1e-9,
    history_size=100,
    line_search_fn=None,
):
    """Limited-memory BFGS, which asks for the loss and its gradients several times in a step.

    `line_search_fn` is None for steps of `lr`, or "strong_wolfe".
    """

    _has = ()

    def _begin(self, params: Any, defaults: dict[str, Any]) -> None:
        if defaults["max_eval"] is None:
            defaults["max_eval"] = defaults["max_iter"] * 5 // 4
        super()._begin(params, defaults)
        require(len(self.param_groups) == 1, "LBFGS doesn't support per-parameter options (parameter groups)")

    def _gradient(self) -> Array:
        return np.concatenate(
            [np.ravel(np.zeros_like(p._data) if p._grad is None else p._grad._data) for p in self._parameters()]
        )

    def _set(self, numbers: Array) -> None:
        begins = 0
        for parameter in self._parameters():
            data = np.asarray(parameter._data)
            made = numbers[begins : begins + data.size].reshape(data.shape)
            begins += data.size
            if isinstance(parameter._data, np.ndarray):
                parameter._data[...] = made
            else:
                parameter._data = made[()]
            memory_of(parameter).version += 1

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Takes up to `max_iter` steps; `closure` computes the loss and its gradients. TypeError: it is missing."""
        if closure is None:
            raise TypeError("LBFGS.step() missing 1 required positional argument: 'closure'")
        self._steps += 1
        group, state = self.param_groups[0], self.state[self._parameters()[0]]
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise RuntimeError("only 'strong_wolfe' is supported")
        with enable_grad():
            return self._minimise(closure, group, state)

    def _minimise(self, closure: Callable[[], Any], group: dict[str, Any], state: dict[str, Any]) -> Any:
        first = closure()
        value, gradient, evaluations = float(first), self._gradient(), 1
        state["func_evals"] = state.get("func_evals", 0) + 1
        state.setdefault("n_iter", 0)
        tolerance = group["tolerance_change"]
        for done in range(1, group["max_iter"] + 1):
            if np.abs(gradient).max() <= group["tolerance_grad"]:
                break
            state["n_iter"] += 1
            direction = self._direction(state, gradient)
            state["prev_flat_grad"] = gradient.copy()
            size = group["lr"] * (min(1.0, 1.0 / float(np.abs(gradient).sum())) if state["n_iter"] == 1 else 1)
            before = Point(0.0, value, gradient, float(gradient @ direction))
            if before.slope > -tolerance:
                break
            start = np.concatenate([np.ravel(p._data) for p in self._parameters()])

            def at(t: float, start: Array = start, direction: Array = direction) -> Point:
                self._set(start + t * direction)
                value, gradient = float(closure()), self._gradient()
                return Point(t, value, gradient, float(gradient @ direction))

            longest = float(np.abs(direction).max())
            if group["line_search_fn"] is not None:
                most = group["max_eval"] - evaluations
                (size, value, gradient, _), count = wolfe_step(at, size, before, tolerance / longest, most)
                self._set(start + size * direction)
            elif done < group["max_iter"]:
                (_, value, gradient, _), count = at(size), 1
            else:
                self._set(start + size * direction)
                count = 0
            state["t"] = size
            evaluations += count
            state["func_evals"] += count
            if evaluations >= group["max_eval"] or longest * size <= tolerance or abs(value - before.value) < tolerance:
                break
        return first

    def _direction(self, state: dict[str, Any], gradient: Array) -> Array:
        """Where to go: against the gradient, seen through the last changes (the two loops of Nocedal)."""
        if state["n_iter"] == 1:
            state.update(d=-gradient, old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return state["d"]
        change = gradient - state["prev_flat_grad"]
        moved = state["d"] * state["t"]
        curvature = float(change @ moved)
        if curvature > _LEAST_CURVATURE:
            for name, value in (("old_dirs", change), ("old_stps", moved), ("ro", 1.0 / curvature)):
                state[name] = [*state[name], value][-self.param_groups[0]["history_size"] :]
            state["H_diag"] = curvature / float(change @ change)
        history = list(zip(state["old_dirs"], state["old_stps"], state["ro"], strict=True))
        shares: list[float] = []
        d = -gradient
        for y, s, ro in reversed(history):
            shares.append(float(s @ d) * ro)
            d = d - shares[-1] * y
        d = d * state["H_diag"]
        for (y, s, ro), share in zip(history, reversed(shares), strict=True):
            d = d + s * (share - float(y @ d) * ro)
        state["d"] = d
        return d
