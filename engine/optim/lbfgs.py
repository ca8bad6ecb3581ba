"""L-BFGS: quasi-Newton steps from the last changes of parameters and gradients (Liu and Nocedal, 1989)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..tensors.aliases import Array
from ..tensors.memory import memory_of
from ..tensors.modes import enable_grad
from .optimizer import Optimizer
from .wolfe import wolfe_step

_LEAST_CURVATURE = 1e-10


class LBFGS(
    Optimizer,
    settings={
        "lr": 1,
        "max_iter": 20,
        "max_eval": None,
        "tolerance_grad": 1e-7,
        "tolerance_change": 1e-9,
        "history_size": 100,
        "line_search_fn": None,
    },
    has=(),
):
    """Limited-memory BFGS, which asks for the loss and its gradients several times in a step.

    `line_search_fn` is None for steps of `lr`, or "strong_wolfe".
    """

    def _begin(self, params: Any, defaults: dict[str, Any]) -> None:
        if defaults["max_eval"] is None:
            defaults["max_eval"] = defaults["max_iter"] * 5 // 4
        super()._begin(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    def _numbers(self) -> Array:
        return np.concatenate([np.ravel(p._data) for p in self._parameters()])

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
        with enable_grad():
            return self._minimise(closure)

    def _minimise(self, closure: Callable[[], Any]) -> Any:
        group, state = self.param_groups[0], self.state[self._parameters()[0]]
        first = closure()
        loss, gradient, evaluations = float(first), self._gradient(), 1
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        state["func_evals"] += 1
        size = group["lr"]
        for done in range(1, group["max_iter"] + 1):
            if np.abs(gradient).max() <= group["tolerance_grad"]:
                break
            state["n_iter"] += 1
            direction = self._direction(state, gradient, size)
            state["prev_flat_grad"], before = gradient.copy(), loss
            size = min(1.0, 1.0 / float(np.abs(gradient).sum())) * group["lr"] if state["n_iter"] == 1 else group["lr"]
            slope = float(gradient @ direction)
            if slope > -group["tolerance_change"]:
                break
            loss, gradient, size, count = self._move(closure, group, direction, size, loss, gradient, slope, done)
            state["t"] = size
            evaluations += count
            state["func_evals"] += count
            if evaluations >= group["max_eval"] or np.abs(gradient).max() <= group["tolerance_grad"]:
                break
            if np.abs(direction * size).max() <= group["tolerance_change"]:
                break
            if abs(loss - before) < group["tolerance_change"]:
                break
        return first

    def _direction(self, state: dict[str, Any], gradient: Array, size: float) -> Array:
        """Where to go: against the gradient, seen through the last changes (the two loops of Nocedal)."""
        if state["n_iter"] == 1:
            state.update(d=-gradient, old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return state["d"]
        change = gradient - state["prev_flat_grad"]
        moved = state["d"] * state["t"]
        curvature = float(change @ moved)
        if curvature > _LEAST_CURVATURE:
            if len(state["old_dirs"]) == self.param_groups[0]["history_size"]:
                for name in ("old_dirs", "old_stps", "ro"):
                    state[name].pop(0)
            state["old_dirs"].append(change)
            state["old_stps"].append(moved)
            state["ro"].append(1.0 / curvature)
            state["H_diag"] = curvature / float(change @ change)
        shares: list[float] = []
        q = -gradient
        history = list(zip(state["old_dirs"], state["old_stps"], state["ro"], strict=True))
        for y, s, ro in reversed(history):
            shares.append(float(s @ q) * ro)
            q = q - shares[-1] * y
        d = q * state["H_diag"]
        for (y, s, ro), share in zip(history, reversed(shares), strict=True):
            d = d + s * (share - float(y @ d) * ro)
        state["d"] = d
        return d

    def _move(
        self,
        closure: Callable[[], Any],
        group: dict[str, Any],
        direction: Array,
        size: float,
        loss: float,
        gradient: Array,
        slope: float,
        done: int,
    ) -> tuple[float, Array, float, int]:
        """The loss and gradient after a move, how long it was, and how often they were computed for it."""
        start = self._numbers()

        def at(step: float) -> tuple[float, Array]:
            self._set(start + step * direction)
            value = float(closure())
            return value, self._gradient()

        if group["line_search_fn"] is None:
            self._set(start + size * direction)
            if done == group["max_iter"]:
                return loss, gradient, size, 0
            value = float(closure())
            return value, self._gradient(), size, 1
        if group["line_search_fn"] != "strong_wolfe":
            raise RuntimeError("only 'strong_wolfe' is supported")
        value, gradient, size, count = wolfe_step(at, size, direction, loss, gradient, slope, group["tolerance_change"])
        self._set(start + size * direction)
        return value, gradient, size, count
