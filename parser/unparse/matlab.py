"""MATLAB, and GNU Octave."""

from __future__ import annotations

from typing import Any

from ..algebra.derivative import Derivatives
from ..syntax.records import Call, List
from ..syntax.walk import children
from .code import Function, functions, named
from .dotted import DottedPrinter
from .how import DOUBLE, SINGLE, How

# Code computes in the type of its arguments.
DTYPES = (DOUBLE, SINGLE)
_WORDS = (
    "break case catch classdef continue do else elseif end endfunction endif endwhile for function global if otherwise "
    "parfor persistent return spmd switch try until unwind_protect while Inf NaN pi ones zeros size choose sum prod "
    "mean norm max min mod rem fix psi nthroot gammaln "
    "cumprod cumsum det diag dot eye flip full inv numel reshape sort trace"
)
_OWN = (
    "abs acos acosh acot acoth acsc acsch asec asech asin asinh atan atan2 atanh besseli besselj besselk bessely beta "
    "ceil cos cosd cosh cot coth csc csch erf erfc erfcinv erfcx erfinv exp expm1 floor gamma hypot isfinite isinf "
    "isnan log log10 log1p log2 sec sech sign sin sind sinh sqrt tan tand tanh"
)
_CHOOSE = """
function r = choose(condition, a, b)
    r = zeros(size(condition + a + b));
    condition = logical(condition + r);
    a = a + r;
    b = b + r;
    r(condition) = a(condition);
    r(~condition) = b(~condition);
end
"""


class MatlabPrinter(DottedPrinter):
    """Prints MATLAB that computes with numbers and with arrays of one shape."""

    language = "MATLAB"
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
        "copysign": "abs({0}).*(1 - 2*(1./{1} < 0))",
        "digamma": "psi",
        "exp2": "2.^{0}",
        "fmod": "rem",
        "ldexp": "{0}.*2.^{1}",
        "lgamma": "gammaln",
        "maximum": "max",
        "minimum": "min",
        "polygamma": "psi",
        # Halves to even numbers, where MATLAB's own takes them away from zero.
        "round": "choose(abs({0} - fix({0})) == 0.5, 2*round({0}/2), round({0}))",
        "trunc": "fix",
        "where": "choose",
        "%": "mod",
        "//": "floor({0}./{1})",
    }
    reductions = {  # noqa: RUF012
        "sum": "sum(reshape({}, [], 1))",
        "prod": "prod(reshape({}, [], 1))",
        "mean": "mean(reshape({}, [], 1))",
        "norm": "norm(reshape({}, [], 1))",
        "amax": "max(reshape({}, [], 1))",
        "amin": "min(reshape({}, [], 1))",
    }
    along = {  # noqa: RUF012
        **{name: f"{name}({{0}}, {{1}})" for name in ("sum", "prod", "mean")},
        **{name: f"{name}({{0}}, 0, {{1}})" for name in ("std", "var")},
        "amax": "max({0}, [], {1})",
        "amin": "min({0}, [], {1})",
    }
    dropped = ("{}.'", "{}")
    of_rank = {  # noqa: RUF012
        **{(name, 1): f"{name}({{0}})" for name in ("cumsum", "cumprod", "flip", "numel", "sort")},
        # Of one number they are 0 in MATLAB.
        **{(name, 1): f"{name}({{0}})" for name in ("std", "var")},
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
        ("log_softmax", 1): "{0} - max({0}) - log(sum(exp({0} - max({0}))))",
        ("logabsdet", 2): "log(abs(det({0})))",
        ("logdet", 2): "log(det({0}))",
        ("logsumexp", 1): "max({0}) + log(sum(exp({0} - max({0}))))",
        ("ones", 0): "ones({0}, 1)",
        ("softmax", 1): "exp({0} - max({0}))./sum(exp({0} - max({0})))",
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

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        # A vector may be a row or a column: the variable says which, and inside of an expression nothing does.
        is_whole = type(node) is List or (type(node) is Call and node.function == "pad")
        if not is_whole and any(type(part) is List and not _is_matrix(part) for part in children(node)):
            raise self.no_word("a list inside of an expression")
        return super().node(node, parts)

    def whole(self, node: Any, variable: str, is_narrow: bool) -> str:
        text = super().whole(node, variable, is_narrow)
        is_vector = type(node) is List and not _is_matrix(node) and variable in self.arrays
        return f"reshape({text}, size({self.name(variable)}))" if is_vector else text

    def is_name(self, text: str) -> bool:
        return text.isascii() and text.isidentifier() and not text.startswith("_") and len(text) < 64

    def spelled(self, name: str) -> str:
        text = super().spelled(name)
        return text if self.is_name(text) else f"v{text}"[:60]


def _is_matrix(node: List) -> bool:
    return any(type(item) is List for item in node.items)


def render(derivatives: Derivatives, source: str, how: How) -> str:
    """A function for each derivative, or one that returns the value and all derivatives."""
    printer = MatlabPrinter(derivatives.variables, how.dtype, derivatives.arrays)
    text = "\n".join(_function(function) for function in functions(derivatives, printer))
    columns = "% Vectors are columns.\n" if printer.has_products else ""
    return columns + text + (_CHOOSE if "choose(" in text else "")


def _function(function: Function) -> str:
    names = [name for name, _ in function.results]
    single = len(names) == 1
    out = "result" if single else f"[{', '.join(names)}]"
    while out in {*function.parameters, *(name for name, _ in function.assigns)}:
        out += "_"
    results = [(out, function.results[0][1])] if single else function.results
    lines = [f"function {out} = {function.name}({', '.join(function.parameters)})"]
    lines += [f"    {target} = {value};" for target, value in [*function.assigns, *results]]
    return "\n".join([*lines, "end"]) + "\n"
