"""Optimisers that go along the gradient, with a speed or an average: SGD, ASGD, Rprop."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensors.aliases import Array
from ..tensors.tensor import Tensor
from .optimizer import Optimizer, counted, decayed, kept, number


class SGD(
    Optimizer,
    settings={"lr": 1e-3, "momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False},
    has=("maximize", "foreach", "differentiable", "fused"),
):
    """Gradient descent, with momentum (Polyak, 1964; Nesterov, 1983)."""

    def _begin(self, params: Any, defaults: dict[str, Any]) -> None:
        if defaults["nesterov"] and (defaults["momentum"] <= 0 or defaults["dampening"] != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super()._begin(params, defaults)

    def _update(self, group: dict[str, Any], p: Array, g: Any, state: dict[str, Any]) -> None:
        g, momentum = decayed(group, p, g), group["momentum"]
        if momentum:
            if state.get("momentum_buffer") is None:
                state["momentum_buffer"] = Tensor(np.array(g))
                speed = state["momentum_buffer"]._data
            else:
                speed = state["momentum_buffer"]._data
                speed *= momentum
                speed += (1 - group["dampening"]) * g
            g = g + momentum * speed if group["nesterov"] else speed
        p -= group["lr"] * g


class ASGD(Optimizer, settings={"lr": 0.01, "lambd": 1e-4, "alpha": 0.75, "t0": 1e6, "weight_decay": 0}):
    """Averaged gradient descent (Polyak and Juditsky, 1992); the average is kept as `ax`."""

    def _update(self, group: dict[str, Any], p: Array, g: Any, state: dict[str, Any]) -> None:
        lr, lambd = group["lr"], group["lambd"]
        step = counted(state)
        eta = state["eta"].item() if "eta" in state else lr
        mu = state["mu"].item() if "mu" in state else 1.0
        average = kept(state, "ax", p)
        g = decayed(group, p, g)
        p *= 1 - lambd * eta
        p -= eta * g
        average += (p - average) * mu if mu != 1 else p - average
        state["eta"] = number(lr / (1 + lambd * lr * step) ** group["alpha"])
        state["mu"] = number(1 / max(1, step - group["t0"]))


class Rprop(Optimizer, settings={"lr": 1e-2, "etas": (0.5, 1.2), "step_sizes": (1e-6, 50)}):
    """Resilient backpropagation (Riedmiller and Braun, 1993), which looks at the signs of the gradient alone."""

    def _update(self, group: dict[str, Any], p: Array, g: Any, state: dict[str, Any]) -> None:
        counted(state)
        previous, size = kept(state, "prev", p), kept(state, "step_size", p, group["lr"])
        signs = np.sign(g * previous)
        less, more = group["etas"]
        size *= np.where(signs > 0, p.dtype.type(more), np.where(signs < 0, p.dtype.type(less), p.dtype.type(1)))
        np.clip(size, *group["step_sizes"], out=size)
        g = np.where(signs < 0, p.dtype.type(0), g)
        p -= np.sign(g) * size
        previous[...] = g
