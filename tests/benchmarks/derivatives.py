"""How long derivatives take to be found and brought into form, how that grows, and what SymPy takes for `diff`.

`python tests/benchmarks/derivatives.py`. For each family the seconds of CPU at each size, the exponent by which they
grow between the last two, and the tokens that are printed; SymPy and symengine beside it, if they are installed, which
do not look for a short form. Seconds are minima of three runs in one process, from text to text, and with nothing that
SymPy remembers of the run before; it parses nests of fewer than 100 levels.
"""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Callable
from functools import reduce
from math import log
from typing import Any

from autodiff.parser.algebra.derivative import derivatives, variables_of
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import program_text


def chain(step: str) -> Callable[[int], str]:
    """A program of assignments, each of a step of the one before."""
    return lambda n: "\n".join(["t0 = x", *(f"t{i} = {step.format(f't{i - 1}')}" for i in range(1, n)), f"t{n - 1}"])


def nest(level: str) -> Callable[[int], str]:
    """Levels inside each other, which may have a number."""
    return lambda n: reduce(lambda inside, i: level.format(inside, i), range(n, 0, -1), "x")


FAMILIES: list[tuple[str, Callable[[int], str], tuple[int, ...]]] = [
    ("factors", lambda n: "*".join(f"(x + {i})" for i in range(1, n + 1)), (40, 80, 160)),
    ("reciprocals", lambda n: "+".join(f"1/(x + {i})" for i in range(1, n + 1)), (20, 40, 80)),
    ("sines", lambda n: "+".join(f"sin({i}*x)" for i in range(1, n + 1)), (250, 500, 1000)),
    ("powers", lambda n: "+".join(f"x**{i}" for i in range(1, n + 1)), (250, 500, 1000)),
    ("variables of a product", lambda n: "*".join(f"x{i}" for i in range(n)), (20, 40, 80)),
    ("levels", lambda n: "sin(" * n + "x" + ")" * n, (50, 100, 200)),
    ("Horner", lambda n: "1 + x*(" * n + "1" + ")" * n, (20, 40, 80)),
    ("Gaussians", lambda n: "+".join(f"a{i % 7}*exp(-((x - {i})/{i + 2})**2)" for i in range(n)), (15, 30, 60)),
    ("assignments", chain("sin({0})*{0}"), (50, 100, 200)),
    ("Newton's steps", chain("({0} + y/{0})/2"), (50, 100, 200)),
    ("logistic map", chain("r*{0}*(1 - {0})"), (50, 100, 200)),
    ("exponentials over sums", nest("exp({})/(x + {})"), (20, 40, 80)),
    ("sigmoids", nest("sigmoid({})"), (40, 80, 160)),
]


def fastest(run: Callable[[], Any]) -> tuple[float, Any]:
    """The least seconds of CPU of three runs, and a result."""
    times: list[float] = []
    result = None
    for _ in range(3):
        began = time.process_time()
        result = run()
        times.append(time.process_time() - began)
    return min(times), result


def own(source: str) -> tuple[float, int]:
    """The seconds for all derivatives of an expression, and their tokens."""

    def run() -> str:
        expression = parse(source)
        names = variables_of(expression, {})
        found = derivatives(expression, [(name,) for name in names])
        return "".join(line for name in names for line in program_text(found.program((name,))))

    seconds, text = fastest(run)
    return seconds, len(re.findall(r"\*\*|[A-Za-z_]\w*|[\d.]+|[^\s\w]", text))


def others(source: str) -> dict[str, float]:
    """The seconds of other systems for the same derivatives as they come, by name."""
    found: dict[str, float] = {}
    for name in ("sympy", "symengine"):
        try:
            module: Any = __import__(name)
        except ImportError:
            continue

        def run(module: Any = module) -> None:
            if module.__name__ == "sympy":
                module.core.cache.clear_cache()
            expression = module.sympify(source)
            _ = [str(expression.diff(v)) for v in expression.free_symbols]

        with contextlib.suppress(ValueError, RecursionError, SyntaxError):
            found[name] = fastest(run)[0]
    return found


def main() -> None:
    """Prints a line for each size of each family."""
    sys.setrecursionlimit(10_000)
    for name, family, sizes in FAMILIES:
        last: tuple[int, float] | None = None
        for n in sizes:
            seconds, tokens = own(family(n))
            growth = f"n^{log(seconds / last[1]) / log(n / last[0]):.1f}" if last else ""
            beside = "  ".join(f"{system} {value:.3f} s" for system, value in others(family(n)).items())
            print(f"{name:24}{n:6}  {seconds:7.3f} s  {growth:6}  {tokens:6} tokens  {beside}")
            last = n, seconds


if __name__ == "__main__":
    main()
