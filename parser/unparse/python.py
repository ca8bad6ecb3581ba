"""Python, with the module `math` alone."""

from __future__ import annotations

import keyword
import re

from ..derivatives.derivative import Derivatives
from ..syntax.operators import OR
from ..syntax.printer import ATOM, enclosed
from ..syntax.records import Binary, Number
from .code import MATH, PYTHON, CodePrinter, is_whole, named, python_module

# Python's numbers have inf and nan, and its operators and `math` do not give them.
_RAISES = """\
# Where numbers overflow or have no result, Python raises an error; --format numpy is for inf and nan.
"""


class PythonPrinter(CodePrinter):
    """Prints Python that computes with floats."""

    language = "Python's math"
    reserved = frozenset({*keyword.kwlist, "math", "abs", "round"})
    lacks = ("larger", "smaller")
    frame = helper_frame = PYTHON
    blank = "\n\n"
    choice, choice_level = "{1} if {0} else {2}", OR - 1
    constants = {"pi": "math.pi", "e": "math.e", "tau": "math.tau", "inf": "math.inf", "nan": "math.nan"}  # noqa: RUF012
    functions = {  # noqa: RUF012
        **named("math.", MATH),
        "abs": "abs",
        "round": "round",
        "maximum": "larger",
        "minimum": "smaller",
        "fmax": "{1} if {0} != {0} or {0} < {1} else {0}",
        "fmin": "{1} if {0} != {0} or {0} > {1} else {0}",
        "ldexp": "{0}*2.0**{1}",
        **named("math.", "isfinite isinf isnan nextafter"),
        "gamma": "math.gamma",
    }

    def power(self, node: Binary, base: tuple[str, int], exponent: tuple[str, int]) -> tuple[str, int]:
        if type(node.left) is Number or is_whole(node.right):
            return super().power(node, base, exponent)
        # Of a negative number `**` would give a complex one.
        return f"math.pow({enclosed(base, OR)}, {enclosed(exponent, OR)})", ATOM

    def code(self, derivatives: Derivatives) -> str:
        text = python_module(super().code(derivatives), {"math": "import math"})
        if re.search(r"math\.\w+\(|/|\*\*", text) is None:
            return text
        return _RAISES + text if text.startswith("import") else f"{_RAISES}\n\n{text}"


render = PythonPrinter.render
