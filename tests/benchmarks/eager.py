"""Forward and backward of small scalar graphs in one process, against PyTorch and HIPS autograd where installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

from pairs import ratio

import autodiff.engine as engine


def square(m: Any, x: Any, y: Any) -> Any:
    return x**2


def mixed(m: Any, x: Any, y: Any) -> Any:
    return m.sin(x**2) * m.exp(-y) + m.log(x * y)


def polynomial(m: Any, x: Any, y: Any) -> Any:
    z = x
    for _ in range(20):
        z = z * x + 1.0
    return z


def tensors(m: Any, function: Callable[..., Any]) -> Callable[[], object]:
    """A run in the style of PyTorch: make the leaves, compute, go back."""

    def run() -> object:
        x = m.tensor(0.7, dtype=m.float64, requires_grad=True)
        y = m.tensor(1.3, dtype=m.float64, requires_grad=True)
        function(m, x, y).backward()
        return x.grad

    return run


def hips(function: Callable[..., Any]) -> Callable[[], object]:
    import autograd
    import autograd.numpy

    gradient = autograd.grad(lambda x, y: function(autograd.numpy, x, y), (0, 1) if function is mixed else 0)
    return lambda: gradient(0.7, 1.3)


def peers() -> dict[str, Callable[[Callable[..., Any]], Callable[[], object]]]:
    found: dict[str, Callable[[Callable[..., Any]], Callable[[], object]]] = {}
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(1)
        found["torch"] = lambda function: tensors(torch, function)
    if importlib.util.find_spec("autograd"):
        found["HIPS autograd"] = hips
    return found


if __name__ == "__main__":
    others = peers()
    print("peers:", ", ".join(others) or "none is installed (pip install autograd torch)")
    for function in (square, mixed, polynomial):
        ours = tensors(engine, function)
        for name, prepare in others.items():
            times, taken = ratio(prepare(function), ours, rounds=30, repeat=300)
            print(f"{function.__name__}: {times:.1f} times as fast as {name} ({taken / times * 1e6:.0f} us)")
