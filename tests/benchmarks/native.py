"""Machine code over columns in memory: against C with vector functions, NumPy by hand, PyTorch, JAX, and NumPy's way.

python tests/benchmarks/native.py [ROWS]

The least times of many rounds in turn, which other work disturbs least.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from columns import EXPRESSION, peers

from autodiff.engine.program import Program, run
from autodiff.parser.semantics.program import trace_expression
from autodiff.parser.syntax.parse import parse

C_SOURCE = """
#include <math.h>
void bump(long n, const double *restrict x, const double *restrict y,
          double *restrict value, double *restrict d_x, double *restrict d_y) {
    for (long i = 0; i < n; i++) {
        double square = x[i]*x[i], decay = exp(-y[i]), wave = sin(square)*decay;
        value[i] = wave + log(x[i]*y[i]);
        d_x[i] = 2*x[i]*cos(square)*decay + 1/x[i];
        d_y[i] = 1/y[i] - wave;
    }
}
"""
# gcc makes one call of sine and cosine, which has no vector function.
C_FLAGS = ["-O3", "-march=native", "-ffast-math", "-fdisable-tree-sincos", "-mprefer-vector-width=512"]

BLACK_SCHOLES = """d1 = (log(S/K) + (r + v**2/2)*T)/(v*sqrt(T)); d2 = d1 - v*sqrt(T)
S*ndtr(d1) - K*exp(-r*T)*ndtr(d2)"""
RANGES = {
    "S": (80, 120),
    "K": (80, 120),
    "r": (0.01, 0.05),
    "v": (0.1, 0.4),
    "T": (0.1, 2),
    "e": (0.1, 0.7),
    "M": (0, 6),
}
LOGISTIC = "log(1 + exp(-y*(" + " + ".join(f"w{i}*x{i}" for i in range(10)) + ")))"
POLYNOMIAL = " + ".join(f"{1 / (k + 1):.3}*x**{k}" for k in range(21))
KEPLER = "".join(f"E{i + 1} = E{i} - (E{i} - e*sin(E{i}) - M)/(1 - e*cos(E{i})); " for i in range(10))


def least(runs: Mapping[str, Callable[[], object]], rounds: int = 15) -> dict[str, float]:
    """The least time of each, in seconds, done in turn."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, function in runs.items():
            start = time.perf_counter()
            function()
            # The first round warms caches up, and compiles.
            if number:
                times[name].append(time.perf_counter() - start)
    return {name: min(taken) for name, taken in times.items()}


def compiled_c(folder: str, x: Any, y: Any) -> Callable[[], object] | None:
    """The loop in C over these columns; None without a compiler or without vector functions."""
    compiler = shutil.which("gcc")
    if compiler is None:
        return None
    source, library = Path(folder, "bump.c"), Path(folder, "bump.so")
    source.write_text(C_SOURCE)
    command = [compiler, *C_FLAGS, "-shared", "-fPIC", str(source), "-o", str(library), "-lmvec", "-lm"]
    if subprocess.run(command, capture_output=True).returncode:
        return None
    function = ctypes.CDLL(str(library)).bump

    def call() -> None:
        out = [np.empty_like(x) for _ in range(3)]
        function(ctypes.c_long(len(x)), *(ctypes.c_void_p(a.ctypes.data) for a in (x, y, *out)))

    return call


def against_others(rows: int) -> None:
    """The expression of `columns.py`: value and both gradients."""
    generator = np.random.default_rng(0)
    x, y = (generator.uniform(0.5, 2.0, rows) for _ in range(2))
    program = trace_expression(parse(EXPRESSION))

    def ours(threads: int, native: bool) -> Callable[[], object]:
        return lambda: run(program, {"x": x, "y": y}, threads=threads, native=native)

    with tempfile.TemporaryDirectory() as folder:
        runs = {"one thread": ours(1, True), "two threads": ours(2, True), "NumPy's way": ours(1, False), **peers(x, y)}
        c = compiled_c(folder, x, y)
        times = least(runs if c is None else {**runs, "C": c})
    print(f"{EXPRESSION}, value and gradients over {rows:,} rows")
    for name, seconds in times.items():
        one, two = (seconds / times[f"{count} threads" if count == "two" else "one thread"] for count in ("one", "two"))
        print(f"  {name}: {seconds * 1e3:.1f} ms, {one:.2f} times as long as here on one thread, {two:.2f} on two")


def against_numpy(title: str, text: str, rows: int, **kinds: Any) -> None:
    """How many times as fast as NumPy's way, on one thread."""
    generator = np.random.default_rng(0)
    program = trace_expression(parse(text), **kinds)
    # Weights are the same in all rows.
    sizes = {v.name: () if v.name.startswith("w") else rows for v in program.inputs}
    columns = {name: generator.uniform(*RANGES.get(name, (-1, 1)), size) for name, size in sizes.items()}
    times = least({str(way): lambda way=way: run(program, columns, threads=1, native=way) for way in (True, False)}, 7)
    ratio, size = times["False"] / times["True"], len(program.equations)
    print(f"{title}: {times['True'] * 1e3:.1f} ms, {ratio:.1f} times as fast as NumPy's way, {size} equations")


def gradient_ratio(n: int) -> None:
    """The time of value and gradients of n variables over that of the value."""
    names = "xyzuwpqrst"[:n]
    text = "+".join(f"sin({a}*{b})*exp(-{a}**2)" for a, b in zip(names, names[1:] + names[0], strict=True))
    generator = np.random.default_rng(0)
    # As many rows as `map` has in memory at a time.
    columns = {name: generator.uniform(0.5, 2.0, 1 << 16) for name in names}
    programs: dict[str, Program] = {
        kind: trace_expression(parse(text), wrt=wrt) for kind, wrt in (("full", None), ("value", ()))
    }
    times = least({kind: lambda p=p: run(p, columns, threads=1, native=True) for kind, p in programs.items()}, 60)
    print(f"value and gradients of {n} variables: {times['full'] / times['value']:.2f} times as long as the value")


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000_000
    against_others(rows)
    few = rows // 4
    against_numpy("Black and Scholes with five Greeks", BLACK_SCHOLES, few)
    against_numpy("Black and Scholes with a 5 x 5 Hessian", BLACK_SCHOLES, few, hessian=True)
    against_numpy("logistic loss of ten weights", LOGISTIC, few, wrt=[f"w{i}" for i in range(10)])
    against_numpy("polynomial of degree 20", POLYNOMIAL, few)
    against_numpy("Kepler's equation by ten Newton steps", f"E0 = M; {KEPLER}E10", few)
    for n in range(1, 11):
        gradient_ratio(n)


if __name__ == "__main__":
    main()
