"""Where derivatives differ from PyTorch's on purpose: run as a program, it writes docs/differences.md."""

from __future__ import annotations

import math
from pathlib import Path
from textwrap import fill
from typing import NamedTuple

from autodiff.engine import Tensor, tensor
from autodiff.engine.autograd import grad
from autodiff.engine.table.registry import FUNCTIONS
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.syntax.parse import parse

PAGE = Path(__file__).parents[2] / "docs" / "differences.md"


class Difference(NamedTuple):
    """A derivative by the variables in `by`, in turn, at a point: what mathematics says, and what PyTorch 2.13 does."""

    text: str
    point: dict[str, float]
    by: str
    right: float
    pytorch: float


HIGHER = [
    Difference("x**y", {"x": 2, "y": 0}, "xy", 0.5, 0),
    Difference("x**y", {"x": 2, "y": 1}, "xxy", 0.5, 0),
    Difference("x**x", {"x": 1}, "xxx", 3, 2),
    Difference("x**x", {"x": 1}, "xxxx", 8, 7),
    Difference("x**x", {"x": 2}, "xxxx", 64.50134182736849, 63.50134182736849),
    Difference("float_power(x, x)", {"x": 1}, "xxx", 3, 2),
    Difference("i0(x)", {"x": 0}, "xxxx", 0.375, 0),
    Difference("i1(x)", {"x": 0}, "xxx", 0.375, 0),
    Difference("sinc(x)", {"x": 0}, "xx", -(math.pi**2) / 3, math.nan),
    Difference("x**y", {"x": 0, "y": 1}, "xy", -math.inf, math.nan),
    Difference("x**y", {"x": 0, "y": 2}, "xx", 2, math.nan),
    Difference("x**y", {"x": 0, "y": 3}, "yy", 0, math.nan),
    Difference("i1(x)", {"x": 1e-8}, "xx", 3.75e-9, 0),
    Difference("i0e(x)", {"x": 0}, "xxxx", 0.375, 0),
    Difference("i1e(x)", {"x": 0}, "xxx", 0.375, 0),
    Difference("i1e(x)", {"x": 1e-160}, "xx", -1, 0),
    Difference("i0(x)", {"x": 750}, "xx", math.inf, math.nan),
    Difference("copysign(x, 1)", {"x": 0}, "xx", 0, math.nan),
    Difference("softplus(x)", {"x": 20}, "xx", 2.0611536139418493e-09, 0),
    Difference("logsigmoid(x)", {"x": 170.5}, "xx", -8.969966797451463e-75, 0),
    Difference("gelu(x)", {"x": 1e300}, "xx", 0, math.nan),
    Difference("mish(x)", {"x": 750}, "xx", 0, math.nan),
]
# Where the function has a limit, a pole or a slope that PyTorch's formula or rounding misses; by "" is the value.
EXTREME = [
    Difference("digamma(x)", {"x": -1}, "x", math.inf, 6.580790147320947e32),
    Difference("polygamma(1, x)", {"x": -1}, "", math.inf, 6.580790147320946e32),
    Difference("polygamma(1, x)", {"x": math.inf}, "x", 0, math.nan),
    Difference("zeta(2, x)", {"x": math.inf}, "", 0, math.nan),
    Difference("sinc(x)", {"x": math.inf}, "", 0, math.nan),
    Difference("sinc(x)", {"x": 1e-160}, "x", -(math.pi**2) / 3 * 1e-160, 0),
    Difference("log_ndtr(x)", {"x": -1e10}, "x", 1e10, math.inf),
    Difference("log_ndtr(x)", {"x": -math.inf}, "x", math.inf, math.nan),
    Difference("i1(x)", {"x": 750}, "x", math.inf, math.nan),
    Difference("hardsigmoid(x)", {"x": 0}, "x", 1 / 6, 0.1666666716337204),
    Difference("logit(x)", {"x": -0.0}, "x", math.inf, -math.inf),
    Difference("x**-0.5", {"x": -math.inf}, "", 0, math.nan),
    Difference("x**0.5", {"x": -0.0}, "x", math.inf, -math.inf),
    Difference("x**0.5", {"x": -math.inf}, "x", 0, math.nan),
]
# What PyTorch computes and has no derivative for, with ours.
ONLY_HERE = {
    "airy_ai(x)": "airy_ai_prime(x)",
    "bessel_j0(x)": "-bessel_j1(x)",
    "bessel_j1(x)": "(bessel_j0(x) - besselj(2, x))/2",
    "bessel_y0(x)": "-bessel_y1(x)",
    "bessel_y1(x)": "(bessel_y0(x) - bessely(2, x))/2",
    "modified_bessel_i0(x)": "modified_bessel_i1(x)",
    "modified_bessel_i1(x)": "(modified_bessel_i0(x) + besseli(2, x))/2",
    "modified_bessel_k0(x)": "-modified_bessel_k1(x)",
    "modified_bessel_k1(x)": "-(modified_bessel_k0(x) + besselk(2, x))/2",
    "scaled_modified_bessel_k0(x)": "scaled_modified_bessel_k0(x) - scaled_modified_bessel_k1(x)",
    "scaled_modified_bessel_k1(x)": "(1 - 1/x)*scaled_modified_bessel_k1(x) - scaled_modified_bessel_k0(x)",
    "spherical_bessel_j0(x)": "cos(x)/x - sin(x)/x**2, and 0 at 0",
    "heaviside(x, y)": "0 by x, at 0 too; by y 1 where x is 0, else 0",
    "5 % x": "-floor(5/x)",
    "full([3], x)": "1 for each element; so too by the ends of `linspace` and the start and step of `arange`",
}

NAN = """
A gradient of nan stays nan through `logcumsumexp` and at 0 of `sinc`, where PyTorch makes it 0, and `i1` and `i1e` of
nan have the slope nan, where PyTorch says 0.5. A gradient of 0 through `xlogy` and `xlog1py` is nan where the logarithm
is not finite, as 0*log(0) is elsewhere; PyTorch makes it 0. `cdist` with the order inf is nan where a difference is
nan, which PyTorch's passes over. In `cumprod` of numbers with a zero among them, a product that an element has no part
in does not make its gradient nan. `igamma` and `igammac` of nan are nan, where PyTorch may say 0 or 1. The gradient of
`sgn` is a 0 that times nan is nan, in PyTorch one that stays 0. For a negative x `x**y` has no derivative by y, and
what that enters is nan, where PyTorch may have a number at y = 0. In `huber_loss` and `smooth_l1_loss` of nan the
second derivative is that of the parabola, in PyTorch 0.
"""
ELSEWHERE = """
The gradient of `det` at a singular matrix is its adjugate, at `[[1, 1], [1, 1]]` `[[1, -1], [-1, 1]]`, where PyTorch
may say 0. Of equal elements `kthvalue` takes the one that comes k-th, PyTorch any. A remainder of 0 has the sign of the
divisor, in PyTorch that of the dividend, and the sign of nan, which `copysign` and `signbit` see, is none to rely on.
Where a slope is infinite the second derivative may be 0 or an infinity here and nan in PyTorch, or the reverse. Sums
that cancel, such as the gradient of `sum(softmax(x, 0))` or of a `logcumsumexp` of numbers beyond 1e15, leave other
rounding errors. Beyond 2 and -2, the values of PyTorch's `airy_ai`, `bessel_j0`, `bessel_j1`, `bessel_y0` and
`bessel_y1` are off by up to 3e-6; far out, `airy_ai` of -1e10 is nan here. PyTorch computes few functions of booleans,
which are 0 and 1 here, and has no derivative of a gradient of `hardsigmoid`, `cdist` or `norm(x, inf)`, which are 0 or
a number here, or of `scaled_dot_product_attention`, which has them of any order. A traced program does not move the
running mean and variance of `batch_norm`.
"""


def _paragraph(text: str) -> list[str]:
    return fill(" ".join(text.split()), 110).splitlines()


def derivative(text: str, point: dict[str, float], by: str) -> float:
    """The engine's derivative of an expression by the variables in `by`, in turn."""
    variables: dict[str, Tensor] = {name: tensor(float(v), requires_grad=True) for name, v in point.items()}
    value = evaluate(parse(text), variables)
    for name in by:
        (found,) = grad(value, [variables[name]], create_graph=True)
        assert found is not None
        value = found
    return float(value.item())


def page() -> str:
    """The text of docs/differences.md."""
    lines = [
        "# Where derivatives differ from PyTorch's",
        "",
        "PyTorch 2.13 decides first derivatives, and what they are at kinks and ties. From the second derivative on,",
        "mathematics wins where PyTorch's own higher derivatives contradict it. This page is written by",
        "`python tests/pytorch/differences.py`, and a test compares it with what the engine does.",
        "",
        "## Higher derivatives",
        "",
        "| expression | at | derivative by | here | PyTorch |",
        "|---|---|---|---|---|",
    ]
    for text, point, by, _, pytorch in HIGHER:
        at = ", ".join(f"{name} = {value:g}" for name, value in point.items())
        here = derivative(text, point, by)
        lines.append(f"| `{text}` | {at} | {', '.join(by)} | {here:.6g} | {pytorch:.6g} |")
    lines += ["", "## At poles, limits and the ends of the numbers", ""]
    lines += ["| expression | at | what | here | PyTorch |", "|---|---|---|---|---|"]
    for text, point, by, _, pytorch in EXTREME:
        what = "slope" if by else "value"
        here = derivative(text, point, by)
        lines.append(f"| `{text}` | x = {point['x']:g} | {what} | {here:.10g} | {pytorch:.10g} |")
    lines += ["", "## Derivatives that PyTorch does not have", "", "| expression | derivative |", "|---|---|"]
    for text, slope in ONLY_HERE.items():
        is_formula = not any(f" {word} " in slope for word in ("by", "and", "for"))
        lines.append(f"| `{text}` | {f'`{slope}`' if is_formula else slope} |")
    ours = [r.name for name, r in FUNCTIONS.items() if name == r.name and r.elementwise and not r.torch_names]
    lines += ["", "## Functions that PyTorch does not have", "", fill("`" + "`, `".join(ours) + "`.", 110), ""]
    lines += [
        "A logarithm takes a base as well: `log(x, base)`. `besselj(n, x)` and its like have a derivative by x alone,",
        "and asking for that by n is an error; so is that of `zeta(x, y)` by x and of `igamma` by its order.",
        "",
        "## Where nan comes in",
        "",
        *_paragraph(NAN),
        "",
        "## Elsewhere",
        "",
        *_paragraph(ELSEWHERE),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
