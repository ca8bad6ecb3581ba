"""Value and gradients over columns of numbers in memory, against NumPy by hand, HIPS autograd, PyTorch and JAX.

python tests/benchmarks/columns.py [ROWS]
"""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff.engine.program import Program, run
from autodiff.parser.parse import parse
from autodiff.parser.tracing import trace_expression

EXPRESSION = "sin(x**2)*exp(-y)+log(x*y)"


def by_hand(x: Any, y: Any) -> Any:
    """Value and gradients as one writes them: what two of them need is computed once."""
    square = x**2
    decay = np.exp(-y)
    wave = np.sin(square) * decay
    return wave + np.log(x * y), 2 * x * np.cos(square) * decay + 1 / x, 1 / y - wave


def numeric(m: Any, x: Any, y: Any) -> Any:
    return m.sin(x**2) * m.exp(-y) + m.log(x * y)


def peers(x: Any, y: Any) -> dict[str, Callable[[], Any]]:
    """Runs for value and gradients of what is installed, by name."""
    found: dict[str, Callable[[], Any]] = {"NumPy by hand": lambda: by_hand(x, y)}
    if importlib.util.find_spec("autograd"):
        import autograd
        import autograd.numpy

        total = autograd.value_and_grad(lambda a: autograd.numpy.sum(numeric(autograd.numpy, a[0], a[1])))
        found["HIPS autograd"] = lambda: total((x, y))
    if importlib.util.find_spec("torch"):
        import torch

        def backward() -> Any:
            a, b = (torch.from_numpy(v).requires_grad_() for v in (x, y))
            value = numeric(torch, a, b)
            value.sum().backward()
            return value, a.grad, b.grad

        found["torch eager"] = backward
    if importlib.util.find_spec("jax"):
        import jax

        jax.config.update("jax_enable_x64", True)
        vector = jax.jit(jax.vmap(jax.value_and_grad(lambda a, b: numeric(jax.numpy, a, b), (0, 1))))
        found["jax.jit"] = lambda: jax.block_until_ready(vector(x, y))
    return found


def best(function: Callable[[], Any], runs: int = 5) -> float:
    """The shortest of several times, in seconds."""
    function()
    times: list[float] = []
    for _ in range(runs):
        before = time.perf_counter()
        function()
        times.append(time.perf_counter() - before)
    return min(times)


def variables(n: int) -> tuple[str, Program, Program]:
    """An expression of n variables, and its programs without and with gradients."""
    names = "xyzuw"[:n]
    terms = [f"sin({a}*{b})*exp(-{a}**2)" for a, b in zip(names, names[1:] + names[0], strict=True)]
    text = "+".join(terms)
    return text, trace_expression(parse(text), gradient=False), trace_expression(parse(text))


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000_000
    generator = np.random.default_rng(0)
    columns = {name: generator.uniform(0.5, 2.0, rows) for name in "xyzuw"}
    x, y = columns["x"], columns["y"]
    program = trace_expression(parse(EXPRESSION))
    ours = best(lambda: run(program, columns))
    single = best(lambda: run(program, columns, threads=1))
    value = best(lambda: run(trace_expression(parse(EXPRESSION), gradient=False), columns))
    print(f"{EXPRESSION}, value and gradients, {rows:,} rows: {ours * 1e3:.0f} ms (one thread {single * 1e3:.0f} ms)")
    for name, other in peers(x, y).items():
        seconds = best(other)
        print(
            f"  {name:14} {seconds * 1e3:7.0f} ms   {seconds / ours:5.2f} x ours, {seconds / single:5.2f} x one thread"
        )
    print(f"  value alone    {value * 1e3:7.0f} ms   value and gradients take {ours / value:.2f} x that")
    for n in range(1, 6):
        text, plain, full = variables(n)
        times = [best(lambda p=p: run(p, columns), 3) for p in (plain, full)]
        print(f"  {n} variables: value and gradients take {times[1] / times[0]:.2f} x the value   {text}")


if __name__ == "__main__":
    main()
