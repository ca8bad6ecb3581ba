"""Jacobians, Hessians and vmap, against the same lines in PyTorch and JAX where they are installed, on one thread.

JAX compiles, which is done before it is measured: beside it is what is traced here before, a program.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

from pairs import ratio, seconds

import autodiff.engine as engine
import autodiff.engine.func  # noqa: F401
from autodiff.parser.semantics.program import trace_expression
from autodiff.parser.syntax.parse import parse

SIZES = (16, 64, 256)
POINTS = 1000


def number(m: Any, x: Any) -> Any:
    return (m.exp(x[1:] * x[:-1]) + m.sin(x[1:])).sum() * (x**2).sum()


def vector(m: Any, a: Any, x: Any) -> Any:
    return m.tanh(a @ x) * x


def tasks(m: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is measured, by name, in the functions of a module `m`."""
    func, functional = m.func, m.autograd.functional
    for size in SIZES:
        x = m.linspace(0.1, 1.0, size, dtype=m.float64)
        hessian = func.hessian(lambda x: number(m, x))
        yield f"func.hessian of {size} variables", lambda hessian=hessian, x=x: hessian(x)
        yield (
            f"functional.hessian of {size} variables",
            lambda x=x: functional.hessian(lambda x: number(m, x), x, vectorize=True),
        )
    a = m.outer(x, x) / len(x)
    for name in ("jacrev", "jacfwd"):
        jacobian = getattr(func, name)(lambda x: vector(m, a, x))
        yield f"func.{name} of {len(x)} by {len(x)}", lambda jacobian=jacobian: jacobian(x)
    yield (
        f"functional.jacobian of {len(x)} by {len(x)}",
        lambda: functional.jacobian(lambda x: vector(m, a, x), x, vectorize=True),
    )
    points = m.linspace(0.1, 1.0, POINTS * 10, dtype=m.float64).reshape(POINTS, 10)
    for name in ("grad", "hessian"):
        mapped = func.vmap(getattr(func, name)(lambda x: number(m, x)))
        yield f"vmap of {name} of 10 variables at {POINTS} points", lambda mapped=mapped: mapped(points)


NUMBER = "(exp(x[1:]*x[:-1]) + sin(x[1:])).sum()*(x**2).sum()"


def against_jax() -> None:
    """What is traced and compiled once, and run for other numbers."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    jax.config.update("jax_enable_x64", True)
    points = {size: np.linspace(0.1, 1.0, size) for size in SIZES}
    on_jax = {size: jnp.array(at) for size, at in points.items()}
    x = points[SIZES[-1]]
    a = np.outer(x, x) / len(x)
    compared: list[tuple[str, Any, Any]] = []
    for size, at in points.items():
        program = trace_expression(parse(NUMBER), {"x": (size,)}, hessian=True)
        hessian = jax.jit(
            lambda x: (number(jnp, x), *(d(lambda x: number(jnp, x))(x) for d in (jax.grad, jax.hessian)))
        )
        compared.append(
            (
                f"value, gradient and Hessian of {size} variables",
                lambda program=program, at=at: program.run({"x": at}),
                lambda hessian=hessian, at=on_jax[size]: jax.block_until_ready(hessian(at)),
            )
        )
    jacobian = jax.jit(jax.jacrev(lambda x: vector(jnp, jnp.array(a), x)))
    ours = engine.func.jacrev(lambda x: vector(engine, engine.tensor(a), x))
    compared.append(
        (
            f"func.jacrev of {len(x)} by {len(x)}, traced each time",
            lambda: ours(engine.tensor(x)),
            lambda: jax.block_until_ready(jacobian(jnp.array(x))),
        )
    )
    for name, run, other in compared:
        times, took = ratio(run, other, 25)
        print(f"{name}: {times:.2f} times as long as jax.jit ({took * 1e3:.2f} ms)")


def main() -> None:
    ours = dict(tasks(engine))
    theirs: dict[str, Callable[[], object]] = {}
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(1)
        theirs = dict(tasks(torch))
    for name, run in ours.items():
        if name in theirs:
            times, took = ratio(run, theirs[name], 9)
            print(f"{name}: {times:.2f} times as long as torch ({took * 1e3:.2f} ms)")
        else:
            print(f"{name}: {seconds(run, 5) * 1e3:.2f} ms")
    if importlib.util.find_spec("jax"):
        against_jax()


if __name__ == "__main__":
    main()
