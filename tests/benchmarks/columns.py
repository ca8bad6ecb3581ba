"""Value and gradients over columns of numbers in memory, against NumPy by hand, HIPS autograd, PyTorch and JAX.

python tests/benchmarks/columns.py [ROWS]
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from pairs import ratio

from autodiff.engine.program import Program, run
from autodiff.parser.semantics.program import trace_expression
from autodiff.parser.syntax.parse import parse

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


def variables(n: int) -> tuple[str, Program, Program]:
    """An expression of n variables, and its programs without and with gradients."""
    names = "xyzuw"[:n]
    terms = [f"sin({a}*{b})*exp(-{a}**2)" for a, b in zip(names, names[1:] + names[0], strict=True)]
    text = "+".join(terms)
    return text, trace_expression(parse(text), wrt=()), trace_expression(parse(text))


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000_000
    generator = np.random.default_rng(0)
    columns = {name: generator.uniform(0.5, 2.0, rows) for name in "xyzuw"}
    program = trace_expression(parse(EXPRESSION))
    value = trace_expression(parse(EXPRESSION), wrt=())
    print(f"{EXPRESSION}, value and gradients over {rows:,} rows")
    for name, other in peers(columns["x"], columns["y"]).items():
        times, seconds = ratio(other, lambda: run(program, columns), 7)
        alone, _ = ratio(other, lambda: run(program, columns, threads=1), 7)
        print(f"{name}: {times:.2f} times as long ({seconds * 1e3:.0f} ms); with one thread here {alone:.2f} times")
    times, _ = ratio(lambda: run(program, columns), lambda: run(value, columns), 7)
    print(f"value and gradients: {times:.2f} times as long as the value")
    for n in range(1, 6):
        text, plain, full = variables(n)
        times, _ = ratio(lambda full=full: run(full, columns), lambda plain=plain: run(plain, columns), 5)
        print(f"value and gradients of {text}: {times:.2f} times as long as the value")


if __name__ == "__main__":
    main()
