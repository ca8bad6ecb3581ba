"""The optimisers that change each parameter by its own gradient: one rule each, in the order of PyTorch's operations.

A rule gets the numbers `p` of a parameter, which it changes, their gradient `g` with that of the weight decay, what is
kept of the parameter, and the optimiser's settings.
"""

# ruff: noqa: N802  (a rule has the name of the class that is made of it)
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..api.declared import of_rule
from .optimizer import Optimizer, counted, kept, kept_number, mean, mean_square, number

_BETAS = (0.9, 0.999)
# How PyTorch implements a step, which changes nothing of what it does.
_IMPLEMENTATIONS = {"foreach": None, "fused": None, "capturable": False, "differentiable": False}
_USUAL = ("foreach", "maximize", "differentiable", "capturable")
_MOST = ("maximize", "foreach", "capturable", "differentiable")


def _has(*names: str) -> dict[str, Any]:
    """Those of PyTorch's settings that have no say here, and others that are off."""
    return {name: _IMPLEMENTATIONS.get(name, False) for name in names}


def _optimizer(*names: str, **members: Any) -> Callable[[Any], Any]:
    return of_rule(Optimizer, 3, _behind=_has(*names), **members)


@_optimizer("maximize", "foreach", "differentiable", "fused")
def SGD(p, g, state, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False):
    """Gradient descent, with momentum (Polyak, 1964; Nesterov, 1983)."""
    if momentum:
        new = g if state.get("momentum_buffer") is None else (1 - dampening) * g
        speed = kept(state, "momentum_buffer", p)
        speed *= momentum
        speed += new
        g = g + momentum * speed if nesterov else speed
    p -= lr * g


@_optimizer(*_MOST, "fused", "decoupled_weight_decay")
def Adam(p, g, state, lr=1e-3, betas=_BETAS, eps=1e-8, weight_decay=0, amsgrad=False):
    """Adaptive moments (Kingma and Ba, 2015; AMSGrad: Reddi and others, 2018)."""
    step = counted(state)
    average = mean(state, "exp_avg", p, betas[0], g)
    square = mean_square(state, "exp_avg_sq", p, betas[1], g)
    if amsgrad:
        most = kept(state, "max_exp_avg_sq", p)
        square = np.maximum(most, square, out=most)
    size = np.sqrt(square)
    size /= math.sqrt(1 - betas[1] ** step)
    size += eps
    p -= lr / (1 - betas[0] ** step) * (average / size)


class AdamW(Adam, lr=1e-3, betas=_BETAS, eps=1e-8, weight_decay=1e-2, amsgrad=False):
    """Adam with a weight decay apart from the gradient (Loshchilov and Hutter, 2019)."""

    _behind = _has(*_MOST, "fused")

    def _begin(self, params: Any, defaults: dict[str, Any]) -> None:
        super()._begin(params, {**defaults, "decoupled_weight_decay": True})


@_optimizer(*_USUAL)
def Adamax(p, g, state, lr=2e-3, betas=_BETAS, eps=1e-8, weight_decay=0):
    """Adam with the largest gradient in place of the mean square (Kingma and Ba, 2015)."""
    step = counted(state)
    average = mean(state, "exp_avg", p, betas[0], g)
    most = kept(state, "exp_inf", p)
    np.maximum(most * betas[1], np.abs(g) + eps, out=most)
    p -= lr / (1 - betas[0] ** step) * (average / most)


@_optimizer(*_MOST)
def NAdam(
    p, g, state, lr=2e-3, betas=_BETAS, eps=1e-8, weight_decay=0, momentum_decay=4e-3, decoupled_weight_decay=False
):
    """Adam with Nesterov's momentum (Dozat, 2016)."""
    step = counted(state)
    mu, after = (betas[0] * (1 - 0.5 * 0.96 ** (n * momentum_decay)) for n in (step, step + 1))
    product = kept_number(state, "mu_product", 1.0) * mu
    state["mu_product"] = number(product)
    average = mean(state, "exp_avg", p, betas[0], g)
    size = np.sqrt(mean_square(state, "exp_avg_sq", p, betas[1], g) / (1 - betas[1] ** step)) + eps
    p -= lr * (1 - mu) / (1 - product) * (g / size)
    p -= lr * after / (1 - product * after) * (average / size)


@_optimizer(*_MOST)
def RAdam(p, g, state, lr=1e-3, betas=_BETAS, eps=1e-8, weight_decay=0, decoupled_weight_decay=False):
    """Adam whose adaptive step waits until its variance is bounded (Liu and others, 2020)."""
    step, decay = counted(state), betas[1]
    change = lr * (mean(state, "exp_avg", p, betas[0], g) / (1 - betas[0] ** step))
    square = mean_square(state, "exp_avg_sq", p, decay, g)
    limit = 2 / (1 - decay) - 1
    length = limit - 2 * step * decay**step / (1 - decay**step)
    if length > 5:
        change *= math.sqrt(1 - decay**step) / (np.sqrt(square) + eps)
        change *= math.sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length))
    p -= change


@_optimizer("capturable", "foreach", "maximize", "differentiable")
def RMSprop(p, g, state, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
    """The gradient over the root of its mean square (Hinton, 2012)."""
    counted(state)
    square = mean_square(state, "square_avg", p, alpha, g)
    if centered:
        square = square - mean(state, "grad_avg", p, alpha, g) ** 2
    change = g / (np.sqrt(square) + eps)
    if momentum:
        speed = kept(state, "momentum_buffer", p)
        speed *= momentum
        speed += change
        change = speed
    p -= lr * change


def _total(p, state, initial_accumulator_value, **settings):
    state["step"] = number(0)
    kept(state, "sum", p, initial_accumulator_value)


@_optimizer("foreach", "maximize", "differentiable", "fused", _first=staticmethod(_total))
def Adagrad(p, g, state, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
    """The gradient over the root of the sum of its squares (Duchi and others, 2011)."""
    total = kept(state, "sum", p)
    total += g * g
    p -= lr / (1 + (counted(state) - 1) * lr_decay) * (g / (np.sqrt(total) + eps))


@_optimizer("maximize", "capturable", "foreach", "differentiable")
def Adadelta(p, g, state, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
    """A step as large as the steps before, measured as the gradients are (Zeiler, 2012)."""
    counted(state)
    square = mean_square(state, "square_avg", p, rho, g)
    change = np.sqrt(kept(state, "acc_delta", p) + eps) / np.sqrt(square + eps) * g
    mean_square(state, "acc_delta", p, rho, change)
    p -= lr * change


@_optimizer(*_USUAL)
def ASGD(p, g, state, lr=0.01, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0):
    """Averaged gradient descent (Polyak and Juditsky, 1992); the average is kept as `ax`."""
    step = counted(state)
    eta, mu = kept_number(state, "eta", lr), kept_number(state, "mu", 1.0)
    average = kept(state, "ax", p)
    p *= 1 - lambd * eta
    p -= eta * g
    average += (p - average) * mu if mu != 1 else p - average
    state["eta"] = number(lr / (1 + lambd * lr * step) ** alpha)
    state["mu"] = number(1 / max(1, step - t0))


@_optimizer(*_USUAL)
def Rprop(p, g, state, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50)):
    """Resilient backpropagation (Riedmiller and Braun, 1993), which looks at the signs of the gradient alone."""
    counted(state)
    previous, size = kept(state, "prev", p), kept(state, "step_size", p, lr)
    signs = np.sign(g * previous)
    less, same, more, none = (p.dtype.type(value) for value in (etas[0], 1, etas[1], 0))
    size *= np.where(signs > 0, more, np.where(signs < 0, less, same))
    np.clip(size, *step_sizes, out=size)
    g = np.where(signs < 0, none, g)
    p -= np.sign(g) * size
    previous[...] = g
