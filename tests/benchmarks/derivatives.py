"""How long derivatives take to be found and brought into form, how that grows, and what SymPy takes for `diff`.

`python tests/benchmarks/derivatives.py`. For each family the seconds of CPU at each size, the exponent by which they
grow between the last two, and the tokens that are printed; SymPy and symengine beside it, if they are installed, which
do not look for a short form. Seconds are minima of three runs in one process, from text to text, and with nothing that
SymPy remembers of the run before; it parses nests of fewer than 100 levels, and no assignments.
"""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Callable, Sequence
from math import log
from typing import Any

from autodiff.parser.derivatives.derivative import derivatives, variables_of
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import program_text


def joined(sign: str, part: str) -> Callable[[int], str]:
    """n parts, each with its number for `{0}`."""
    return lambda n: sign.join(part.format(i) for i in range(1, n + 1))


def nested(level: str, last: str = "x") -> Callable[[int], str]:
    """n levels, each with its number for `{0}` and what is inside it for `{1}`."""

    def family(n: int) -> str:
        before, after = zip(*(level.format(i, "|").split("|") for i in range(1, n + 1)), strict=True)
        return "".join(before) + last + "".join(reversed(after))

    return family


def chain(step: str) -> Callable[[int], str]:
    """A program of assignments, each a step from the one before, which is `{0}`."""
    return lambda n: "\n".join(["t0 = x", *(f"t{i} = {step.format(f't{i - 1}')}" for i in range(1, n)), f"t{n - 1}"])


# What there are n of, the expression, sizes.
FAMILIES: list[tuple[str, Callable[[int], str], tuple[int, ...]]] = [
    ("factors", joined("*", "(x + {0})"), (75, 150, 300, 600)),
    ("reciprocals", joined("+", "1/(x + {0})"), (80, 160, 320)),
    ("sines", joined("+", "sin({0}*x)"), (1000, 3000, 10_000)),
    ("powers", joined("+", "x**{0}"), (1000, 3000, 10_000)),
    ("powers of two", lambda n: "+".join(f"{i}*x**{i % 97}*y**{i // 97}" for i in range(1, n + 1)), (1000, 3000)),
    ("variables of a product", joined("*", "x{0}"), (40, 80, 160)),
    ("levels of sines", nested("sin({1})"), (90, 1000, 3000)),
    ("levels of roots", nested("sqrt(1 + {1})"), (90, 1000, 3000)),
    ("Horner", nested("1 + x*({1})", "1"), (90, 1000, 3000)),
    ("continued fractions", nested("1 + 1/({1})"), (90, 1000, 3000)),
    ("fractions of x", nested("1 + x/({1})"), (90, 1000, 3000)),
    ("exponentials of quotients", nested("exp({1})/(x + {0})"), (20, 40, 80)),
    ("Gaussians", lambda n: "+".join(f"a{i % 7}*exp(-((x - {i})/{i + 2})**2)" for i in range(n)), (60, 120, 240)),
    ("assignments", chain("sin({0})*{0}"), (50, 100, 200)),
    ("Newton's steps", chain("({0} + y/{0})/2"), (50, 100, 200)),
    ("logistic map", chain("r*{0}*(1 - {0})"), (50, 100, 200)),
    ("sigmoids", nested("sigmoid({1})"), (40, 80, 160)),
]

# Functions of which a high derivative has a form that is no longer than a few lines, and two which have none.
FUNCTIONS = [
    "sin(x)",
    "tan(x)",
    "exp(x**2)",
    "log(x)/x",
    "sqrt(1-x**2)",
    "atan(x)",
    "exp(x)/x",
    "tanh(x)",
    "x**x",
    "gamma(x)",
]
ORDERS = (5, 10, 20)


def fastest(run: Callable[[], Any]) -> tuple[float, Any]:
    """The least seconds of CPU of three runs, and a result."""
    times: list[float] = []
    result = None
    for _ in range(3):
        began = time.process_time()
        result = run()
        times.append(time.process_time() - began)
    return min(times), result


def own(source: str, order: int = 1) -> tuple[float, int]:
    """The seconds for the derivatives of an expression by each variable, and their tokens."""

    def run() -> str:
        expression = parse(source)
        names = variables_of(expression, {})
        found = derivatives(expression, [(name,) * order for name in names])
        return "".join(line for name in names for line in program_text(found.program((name,) * order)))

    seconds, text = fastest(run)
    return seconds, len(re.findall(r"\*\*|[A-Za-z_]\w*|[\d.]+|[^\s\w]", text))


def others(source: str, order: int = 1) -> dict[str, float]:
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
            _ = [str(expression.diff(*[v] * order)) for v in expression.free_symbols]

        with contextlib.suppress(ValueError, RecursionError, SyntaxError):
            found[name] = fastest(run)[0]
    return found


def measured(name: str, sizes: Sequence[int], example: Callable[[int], tuple[str, int]]) -> None:
    """Prints a line for each size of a family, whose example is an expression and an order."""
    last: tuple[int, float] | None = None
    for n in sizes:
        seconds, tokens = own(*example(n))
        growth = f"n^{log(seconds / last[1]) / log(n / last[0]):.1f}" if last else ""
        beside = "  ".join(f"{system} {value:.3f} s" for system, value in others(*example(n)).items())
        print(f"{name:26}{n:6}  {seconds:7.3f} s  {growth:6}  {tokens:6} tokens  {beside}", flush=True)
        last = n, seconds


def main() -> None:
    """Prints a line for each size of each family, and for each order of each function."""
    sys.setrecursionlimit(10_000)
    for name, family, sizes in FAMILIES:
        measured(name, sizes, lambda n, family=family: (family(n), 1))
    for function in FUNCTIONS:
        measured(f"order of {function}", ORDERS, lambda n, function=function: (function, n))


if __name__ == "__main__":
    main()
