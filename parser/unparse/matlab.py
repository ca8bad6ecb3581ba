"""MATLAB, and GNU Octave."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..derivatives.derivative import Derivatives
from ..syntax.printer import ATOM, Parts, Texts
from ..syntax.records import Binary, Call, List, Slice, Subscript
from ..syntax.walk import children
from .array_printer import ArrayPrinter
from .code import Frame, named

_WORDS = (
    "break case catch classdef continue do else elseif end endfunction endif endwhile for function global if otherwise "
    "parfor persistent return spmd switch try until unwind_protect while Inf NaN pi ones zeros size choose sum prod "
    "mean norm max min mod rem fix psi nthroot gammaln "
    "cumprod cumsum det diag dot eye flip full inv numel reshape sort trace"
)
_OWN = (
    "abs acos acosh acot acoth acsc acsch asec asech asin asinh atan atan2 atanh besseli besselj besselk bessely "
    "ceil cos cosd cosh cot coth csc csch erf erfc erfcinv erfcx erfinv exp expm1 floor gamma hypot isfinite isinf "
    "isnan log log10 log1p log2 sec sech sin sind sinh sqrt tan tand tanh"
)
_COLUMNS = "% Vectors are columns.\n"
_COMPLEX = "% Where there is no real number, this gives a complex one.\n"
_MAY_BE_COMPLEX = re.compile(
    r"\b(sqrt|log|log10|log1p|log2|asin|acos|acosh|atanh|asec|acsc|acoth|asech)\(|\.\^(?!\d+\b(?!\.\d))"
)
_CHOOSE = """\
function r = choose(condition, a, b)
    r = zeros(size(condition + a + b));
    condition = logical(condition + r);
    a = a + r;
    b = b + r;
    r(condition) = a(condition);
    r(~condition) = b(~condition);
end
"""
# MATLAB's own rounds the quotient, which this takes away bit by bit.
_REMAINDER = """\
function r = remainder(a, b)
    r = abs(a) + zeros(size(a + b));
    b = abs(b) + zeros(size(r));
    r(isinf(r) | b == 0 | isnan(b)) = NaN;
    while any(r(:) >= b(:))
        power = max(floor(log2(r)) - floor(log2(b)), 0);
        part = b.*2.^min(power, 1000).*2.^max(power - 1000, 0);
        part(part > r) = part(part > r)/2;
        r = r - choose(r < b, 0, part);
    end
    r = choose(a < 0, -r, r);
end
"""
# MATLAB's own max and min leave out nan, those of several numbers too.
_LARGEST = """\
function r = {0}(x, dim)
    r = {1}(x, [], dim);
    r(any(isnan(x), dim)) = NaN;
end
"""


class MatlabPrinter(ArrayPrinter):
    """Prints MATLAB that computes with numbers and with arrays of one shape."""

    language = "MATLAB"
    frame = Frame(
        head="function result = {name}({parameters})",
        several="function [{results}] = {name}({parameters})",
        assign="    %s = %s;",
        back="    result = %s;",
        end="end",
    )
    has_ascii_names = begins_with_letters = True
    longest_name = 60
    helper_frame = frame
    lacks = ("larger", "smaller", "modulo", "floor_divide", "rounded", "signed")
    helpers = {  # noqa: RUF012
        "remainder": _REMAINDER,
        "largest": _LARGEST.format("largest", "max"),
        "smallest": _LARGEST.format("smallest", "min"),
        "choose": _CHOOSE,
    }
    reserved = frozenset(f"{_WORDS} {_OWN}".split())
    constants = {"pi": "pi", "e": "exp(1)", "tau": "(2*pi)", "inf": "Inf", "nan": "NaN"}  # noqa: RUF012
    operators = {  # noqa: RUF012
        "*": ".*",
        "/": "./",
        "**": ".^",
        "!=": "~=",
        "and": "&",
        "or": "|",
        "not": "~",
    }
    functions = {  # noqa: RUF012
        **named("", _OWN),
        **{f"bessel_{kind}{n}": f"bessel{kind}({n}, {{0}})" for kind in "jy" for n in "01"},
        **{f"modified_bessel_{kind}{n}": f"bessel{kind}({n}, {{0}})" for kind in "ik" for n in "01"},
        "cbrt": "nthroot({0}, 3)",
        "copysign": "signed",
        "digamma": "psi",
        "exp2": "2.^{0}",
        "fmax": "max",
        "fmin": "min",
        "fmod": "remainder",
        "ldexp": "{0}.*2.^{1}",
        "lgamma": "gammaln",
        "maximum": "larger",
        "minimum": "smaller",
        "polygamma": "psi",
        "nearest": "round",
        "round": "rounded",
        "trunc": "fix",
        "where": "choose",
        "%": "modulo",
        "//": "floor_divide",
    }
    reductions = {  # noqa: RUF012
        "sum": "sum(reshape({}, [], 1))",
        "prod": "prod(reshape({}, [], 1))",
        "mean": "mean(reshape({}, [], 1))",
        "norm": "norm(reshape({}, [], 1))",
        **dict.fromkeys(("amax", "max"), "largest(reshape({}, [], 1), 1)"),
        **dict.fromkeys(("amin", "min"), "smallest(reshape({}, [], 1), 1)"),
        "numel": "numel({})",
    }
    along = {  # noqa: RUF012
        **{name: f"{name}({{0}}, {{1}})" for name in ("sum", "prod", "mean")},
        **{name: f"{name}({{0}}, 0, {{1}})" for name in ("std", "var")},
        "amax": "largest({0}, {1})",
        "amin": "smallest({0}, {1})",
    }
    dropped = ("{}.'", "{}")
    of_rank = {  # noqa: RUF012
        **{(name, 1): f"{name}({{0}})" for name in ("cumsum", "cumprod", "flip", "numel", "sort", "std", "var")},
        **{(name, 2): f"{name}(reshape({{0}}, [], 1))" for name in ("std", "var")},
        **{(name, 2): f"{name}({{0}})" for name in ("det", "diag", "numel", "trace")},
        # Octave's own kinds of diagonal matrices go together with no row or column.
        ("diag", 1): "full(diag({0}))",
        ("diagonal", 2): "diag({0})",
        ("dot", 1): "dot({0}, {1})",
        ("eye", 0): "full(eye({0}))",
        ("inverse", 2): "inv({0})",
        ("len", 1): "numel({0})",
        ("len", 2): "size({0}, 1)",
        ("ones", 0): "ones({0}, 1)",
        ("solve", 2): "{0}\\{1}",
        ("squeeze", 2): "reshape({0}, [], 1)",
        ("unsqueeze", 1): "reshape({0}, [], 1)",
    }
    ones = "ones(size({}))"
    zeros = "zeros(size({}))"
    transposed = "{}.'"
    inner = "dot({}, {})"
    padded = "[zeros({1}, 1); {0}; zeros({2}, 1)]"
    index = "{}({})"
    picks_from_names = True

    def converted(self, node: Any, parts: Parts) -> tuple[str, int]:
        # By itself a list is what the variable is, a row or a column; inside of an expression it is a column.
        self.has_products = self.has_products or any(type(part) is List for part in children(node))
        if type(node) is Call and node.function in ("std", "var") and 1 in self.shape(node.args[0]):
            raise self.no_word(f"{node.function} of one number")  # which is 0 there
        return super().converted(node, parts)

    def power(self, node: Binary, base: tuple[str, int], exponent: tuple[str, int]) -> tuple[str, int]:
        # A transposition binds as a power does, one after the other.
        is_turned = exponent[0].endswith(self.transposed[2:])
        return super().power(node, base, (f"({exponent[0]})", ATOM) if is_turned else exponent)

    def list(self, items: Texts) -> str:
        return f"[{'; '.join(items)}]"

    def picked(self, node: Subscript, part: tuple[str, int], keys: Sequence[str]) -> str:
        text = super().picked(node, part, keys)
        is_row = len(keys) == 2 and type(node.index[0]) is not Slice and ":" in keys[1]
        return self.turned((text, ATOM))[0] if is_row else text

    def whole(self, node: Any, variable: str, is_narrow: bool) -> str:
        text = super().whole(node, variable, is_narrow)
        is_vector = type(node) is List and self.rank(node) == 1 and variable in self.arrays
        return f"reshape({text}, size({self.name(variable)}))" if is_vector else text

    def code(self, derivatives: Derivatives) -> str:
        text = super().code(derivatives)
        heads = [_COLUMNS] if self.has_products else []
        heads += [_COMPLEX] if _MAY_BE_COMPLEX.search(text) else []
        return "".join(heads) + text


render = MatlabPrinter.render
