"""Optimisers with a step of its own for each element, by the size of the gradients it has had."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..tensors.aliases import Array
from .optimizer import Optimizer, counted, decayed, kept, number


def _mean(state: dict[str, Any], name: str, p: Array, beta: float, value: Any) -> Any:
    """The exponential average kept under a name, with another value in it."""
    average = kept(state, name, p)
    average += (1 - beta) * (value - average)
    return average


def _mean_square(state: dict[str, Any], name: str, p: Array, beta: float, value: Any) -> Any:
    """As `_mean`, of the squares of values."""
    average = kept(state, name, p)
    average *= beta
    average += (1 - beta) * (value * value)
    return average


class Adam(
    Optimizer,
    settings={"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "amsgrad": False},
    has=("maximize", "foreach", "capturable", "differentiable", "fused", "decoupled_weight_decay"),
):
    """Adaptive moments (Kingma and Ba, 2015; AMSGrad: Reddi and others, 2018)."""

    def _update(self, group: dict[str, Any], p: Array, g: Any, state: dict[str, Any]) -> None:
        step, (beta1, beta2) = counted(state), group["betas"]
        g = decayed(group, p, g)
        mean = _mean(state, "exp_avg", p, beta1, g)
        square = _mean_square(state, "exp_avg_sq", p, beta2, g)
        if group["amsgrad"]:
            most = kept(state, "max_exp_avg_sq", p)
            square = np.maximum(most, square, out=most)
        size = np.sqrt(square)
        size /= math.sqrt(1 - beta2**step)
        size += group["eps"]
        p -= group["lr"] / (1 - beta1**step) * (mean / size)


class AdamW(
    Adam,
    settings={**Adam.settings, "weight_decay": 1e-2},
    has=("maximize", "foreach", "capturable", "differentiable", "fused"),
):
    """Adam with a weight decay apart from the gradient (Loshchilov and Hutter, 2019)."""

    def _begin(self, params: Any, defaults: dict[str, Any]) -> None:
        super()._begin(params, {**defaults, "decoupled_weight_decay": True})


class Adamax(Optimizer, settings={"lr": 2e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0}):
    """Adam with the largest gradient in place of the mean square (Kingma and Ba, 2015)."""

    def _update(self, group: dict[str, Any], p: Array, g: Any, state: dict[str, Any]) -> None:
        step, (beta1, beta2) = counted(state), group["betas"]
        g = decayed(group, p, g)
        mean = _mean(state, "exp_avg", p, beta1, g)
        most = kept(state, "exp_inf", p)
        np.maximum(most * beta2, np.abs(g) + group["eps"], out=most)
        p -= group["lr"] / (1 - beta1**step) * (mean / most)


class NAdam(
    Optimizer,
    settings={
        "lr": 2e-3,
        "betas": (0.9, 0.999),
        "eps": 1e-8,
        "weight_decay": 0,
        "momentum_decay": 4e-3,
        "decoupled_weight_decay": False,
    },
    has=("maximize", "foreach", "capturable", "differentiable"),
):
    """Adam with Nesterov's momentum (Dozat, 2016)."""

    def _update(self, group: dict[str, Any], p: Array, g: Any, state: dict[str, Any]) -> None:
        step, (beta1, beta2) = counted(state), group["betas"]
        g = decayed(group, p, g)
        mu, after = (beta1 * (1 - 0.5 * 0.96 ** (n * group["momentum_decay"])) for n in (step, step + 1))
        product = (state["mu_product"].item() if "mu_product" in state else 1.0) * mu
        state["mu_product"] = number(product)
        mean = _mean(state, "exp_avg", p, beta1, g)
        square = _mean_square(state, "exp_avg_sq", p, beta2, g)
        size = np.sqrt(square / (1 - beta2**step)) + group["eps"]
        p -= group["lr"] * (1 - mu) / (1 - product) * (g / size)
        p -= group["lr"] * after / (1 - product * after) * (mean / size)


class RAdam(
    Optimizer,
    settings={"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "decoupled_weight_decay": False},
    has=("maximize", "foreach", "capturable", "differentiable"),
):
    """Adam whose adaptive step waits until its variance is bounded (Liu and others, 2020)."""

    def _update(self, group: dict[str, Any], p: Array, g: Any, state: dict[str, Any]) -> None:
        step, (beta1, beta2) = counted(state), group["betas"]
        g = decayed(group, p, g)
        change = group["lr"] * (_mean(state, "exp_avg", p, beta1, g) / (1 - beta1**step))
        square = _mean_square(state, "exp_avg_sq", p, beta2, g)
        limit = 2 / (1 - beta2) - 1
        length = limit - 2 * step * beta2**step / (1 - beta2**step)
        if length > 5:
            change *= math.sqrt(1 - beta2**step) / (np.sqrt(square) + group["eps"])
            change *= math.sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length))
        p -= change


class RMSprop(
    Optimizer,
    settings={"lr": 1e-2, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0, "momentum": 0, "centered": False},
    has=("capturable", "foreach", "maximize", "differentiable"),
):
    """The gradient over the root of its mean square (Hinton, 2012)."""

    def _update(self, group: dict[str, Any], p: Array, g: Any, state: dict[str, Any]) -> None:
        counted(state)
        g = decayed(group, p, g)
        square = _mean_square(state, "square_avg", p, group["alpha"], g)
        if group["centered"]:
            mean = _mean(state, "grad_avg", p, group["alpha"], g)
            square = square - mean * mean
        size = np.sqrt(square) + group["eps"]
        if group["momentum"]:
            speed = kept(state, "momentum_buffer", p)
            speed *= group["momentum"]
            speed += g / size
            p -= group["lr"] * speed
        else:
            p -= group["lr"] * (g / size)


class Adagrad(
    Optimizer,
    settings={"lr": 1e-2, "lr_decay": 0, "weight_decay": 0, "initial_accumulator_value": 0, "eps": 1e-10},
    has=("foreach", "maximize", "differentiable", "fused"),
):
    """The gradient over the root of the sum of its squares (Duchi and others, 2011)."""

    def _begin(self, params: Any, defaults: dict[str, Any]) -> None:
        super()._begin(params, defaults)
        for parameter in self._parameters():
            state = self.state[parameter]
            state["step"] = number(0)
            kept(state, "sum", np.asarray(parameter._data), defaults["initial_accumulator_value"])

    def _update(self, group: dict[str, Any], p: Array, g: Any, state: dict[str, Any]) -> None:
        step = counted(state)
        g = decayed(group, p, g)
        total = kept(state, "sum", p, group["initial_accumulator_value"])
        total += g * g
        p -= group["lr"] / (1 + (step - 1) * group["lr_decay"]) * (g / (np.sqrt(total) + group["eps"]))


class Adadelta(
    Optimizer,
    settings={"lr": 1.0, "rho": 0.9, "eps": 1e-6, "weight_decay": 0},
    has=("maximize", "capturable", "foreach", "differentiable"),
):
    """A step as large as the steps before, measured as the gradients are (Zeiler, 2012)."""

    def _update(self, group: dict[str, Any], p: Array, g: Any, state: dict[str, Any]) -> None:
        counted(state)
        g, eps = decayed(group, p, g), group["eps"]
        square = _mean_square(state, "square_avg", p, group["rho"], g)
        changes = kept(state, "acc_delta", p)
        change = np.sqrt(changes + eps) / np.sqrt(square + eps) * g
        _mean_square(state, "acc_delta", p, group["rho"], change)
        p -= group["lr"] * change
