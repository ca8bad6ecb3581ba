"""Fortran 2008, in a module: of numbers, and of whole arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..derivatives.derivative import By, Derivatives
from ..semantics.names import CONSTANTS
from ..syntax.operators import PRODUCT, SUM, UNARY
from ..syntax.printer import ATOM, UnprintableError, enclosed
from ..syntax.records import Binary, Number, Subscript
from .array_printer import ArrayPrinter, Part, Shape
from .code import Frame, Function, functions, is_call, is_truth, named
from .how import DOUBLE, SINGLE
from .scalar import ScalarPrinter

_INTRINSIC = (
    "abs acos acosh asin asinh atan atan2 atanh cos cosh erf erfc exp gamma hypot log log10 sin sinh sqrt tan tanh "
    "bessel_j0 bessel_j1 bessel_y0 bessel_y1"
)
_OTHERS = (
    "aint sign modulo mod merge log_gamma sum product maxval minval norm2 size spread reshape transpose matmul "
    "dot_product pack any huge real wp derivatives"
)
_LONGEST_LINE = 110
_MOST_LINES = 250
_CONTINUED = "&\n      &"
_LARGEST = 2**31  # of whole numbers


# maxval and minval leave out nan.
_OF_ALL = "merge(sum({{0}}), {}({{0}}), any({{0}} /= {{0}}))"
_ON_DIAGONAL = """\
  pure function on_diagonal(n, m)
    integer, intent(in) :: n, m
    logical :: on_diagonal(n, m)
    integer :: i
    on_diagonal = .false.
    do i = 1, min(n, m)
      on_diagonal(i, i) = .true.
    end do
  end function on_diagonal
"""


class FortranPrinter(ScalarPrinter, ArrayPrinter):
    """Prints Fortran that computes with reals of the kind `wp`, and with arrays of them."""

    language = "Fortran"
    ignores_case = has_ascii_names = begins_with_letters = True
    longest_name = 60
    reserved = frozenset(f"{_INTRINSIC} {_OTHERS}".split())
    choice, choice_level = "merge({1}, {2}, {0})", ATOM
    literals = dict.fromkeys((DOUBLE, SINGLE), "{}_wp")
    operators = {"**": "**", "and": ".and.", "or": ".or.", "not": ".not. ", "!=": "/="}  # noqa: RUF012
    constants = {  # noqa: RUF012
        **{name: f"{value!r}_wp" for name, value in CONSTANTS.items()},
        "inf": "ieee_value(1.0_wp, ieee_positive_inf)",
        "nan": "ieee_value(1.0_wp, ieee_quiet_nan)",
    }
    helper_frame = Frame(
        "  elemental real(wp) function {name}({parameters}) result(value)\n    real(wp), intent(in) :: {parameters}",
        assign="    %s = %s",
        back="    value = %s",
        end="  end function",
    )
    whole_order = r"(\d+)\.0_wp"
    lacks = ("floor_of", "ceiling_of", "cbrt", "expm1", "log1p", "larger", "smaller", "floor_divide")
    helpers = {"on_diagonal": _ON_DIAGONAL}  # noqa: RUF012
    functions = {  # noqa: RUF012
        **named("", f"{_INTRINSIC} cbrt expm1 log1p"),
        "besselj": "bessel_jn",
        "bessely": "bessel_yn",
        "ceil": "ceiling_of",
        "copysign": "sign({0}, {1})",
        "exp2": "2.0_wp**{0}",
        "floor": "floor_of",
        "fmax": "merge({1}, {0}, {0} /= {0} .or. {0} < {1})",
        "fmin": "merge({1}, {0}, {0} /= {0} .or. {0} > {1})",
        "fmod": "mod({0}, {1})",
        "isfinite": "ieee_is_finite",
        "isinf": "abs({0}) > huge({0})",
        "isnan": "ieee_is_nan",
        "ldexp": "{0}*2.0_wp**{1}",
        "lgamma": "log_gamma",
        "log2": "log({0})/log(2.0_wp)",
        "maximum": "larger",
        "minimum": "smaller",
        "round": "ieee_rint",
        "trunc": "aint",
        "%": "modulo({0}, {1})",
        "//": "floor_divide",
    }
    reductions = {  # noqa: RUF012
        "sum": "sum({0})",
        "prod": "product({0})",
        "mean": "(sum({0})/size({0}))",
        "norm": "norm2({0})",
        "vector_norm": "norm2({0})",
        **{name: _OF_ALL.format("maxval") for name in ("amax", "max")},
        **{name: _OF_ALL.format("minval") for name in ("amin", "min")},
        "numel": "real(size({0}), wp)",
    }
    along = {  # noqa: RUF012
        **{name: text.replace("{0})", "{0}, {1})") for name, text in reductions.items() if name != "numel"},
        "mean": "(sum({0}, {1})/size({0}, {1}))",
        "var": "(sum(({0} - spread(sum({0}, {1})/size({0}, {1}), {1}, size({0}, {1})))**2, {1})/(size({0}, {1}) - 1))",
    }
    of_rank = {  # noqa: RUF012
        ("diag", 1): "merge(spread({0}, 1, size({0})), 0.0_wp, on_diagonal(size({0}), size({0})))",
        **{(name, 2): "pack({0}, on_diagonal(size({0}, 1), size({0}, 2)))" for name in ("diag", "diagonal")},
        ("dot", 1): "dot_product({0}, {1})",
        ("eye", 0): "merge(1.0_wp, 0.0_wp, on_diagonal(int({0}), int({0})))",
        ("len", 1): "real(size({0}), wp)",
        ("len", 2): "real(size({0}, 1), wp)",
        ("squeeze", 2): "reshape({0}, [size({0})])",
        ("ones", 0): "spread(1.0_wp, 1, int({0}))",
        ("ones_like", 1): "spread(1.0_wp, 1, size({0}))",
        ("ones_like", 2): "spread(spread(1.0_wp, 1, size({0}, 1)), 2, size({0}, 2))",
        ("trace", 2): "sum({0}, on_diagonal(size({0}, 1), size({0}, 2)))",
        ("unsqueeze", 1): "spread({0}, 2, 1)",
        ("zeros_like", 1): "spread(0.0_wp, 1, size({0}))",
        ("zeros_like", 2): "spread(spread(0.0_wp, 1, size({0}, 1)), 2, size({0}, 2))",
    }
    picks_from_names = True
    size = "real(size({0}, {1}), wp)"
    transposed = "transpose({})"
    inner = "dot_product({}, {})"
    matrix_product = "matmul({}, {})"
    padded = "[spread(0.0_wp, 1, {1}), {0}, spread(0.0_wp, 1, {2})]"
    index = "{}({})"
    stepped = "{}:{}:{}"

    def helper(self, name: str) -> str:
        return "".join(f"{part}\n" for line in super().helper(name).splitlines() for part in _broken(line))

    def unary(self, op: str, part: Part) -> Part:
        # Two operators may not stand side by side, and a sign binds no tighter than a sum.
        text, level = super().unary(op, part)
        return text, SUM if op == "-" and level == UNARY else level

    def power(self, node: Binary, base: Part, exponent: Part) -> Part:
        if type(node.right) is Number and (power := float(node.right.value or 0)).is_integer() and power < _LARGEST:
            exponent = str(int(power)), ATOM
        return f"{enclosed(base, ATOM)}**{enclosed(exponent, ATOM)}", PRODUCT + 1

    def turned(self, part: Part) -> Part:
        return self.transposed.format(part[0]), ATOM

    def fitted(self, operands: Sequence[Any], parts: Sequence[Part], whole: Shape) -> list[Part]:
        """Operands of what goes by elements, in the shape of the whole: none but numbers are broadcast here."""
        shapes = [self.shape(operand) for operand in operands]

        def size(axis: int) -> str:
            for (text, _), shape in zip(parts, shapes, strict=True):
                own = axis - len(whole) + len(shape)
                if own >= 0 and shape[own] == whole[axis]:
                    return f"size({text}, {own + 1})"
            raise self.no_word("arrays of these shapes")

        return [
            self._broadcast(part, own, whole, size, "any" if is_truth(operand) else "sum")
            for operand, part, own in zip(operands, parts, shapes, strict=True)
        ]

    def _broadcast(self, part: Part, own: Shape, whole: Shape, size: Callable[[int], str], only: str = "sum") -> Part:
        """An array with its elements repeated along the dimensions that it lacks, or has one element along."""
        missing = len(whole) - len(own)
        if not own or own == whole:
            return part
        for axis, length in enumerate(own):
            if length == 1 != whole[missing + axis]:
                single = f", {axis + 1}, 1)"
                is_spread = part[0].startswith("spread(") and part[0].endswith(single) and is_call(part[0])
                less = part[0][7 : -len(single)] if is_spread else f"{only}({part[0]}, {axis + 1})"
                part = f"spread({less}, {axis + 1}, {size(missing + axis)})", ATOM
        for axis in reversed(range(missing)):
            part = f"spread({part[0]}, 1, {size(axis)})", ATOM
        return part

    def product(self, left: Any, right: Any, first: Part, second: Part) -> Part:
        # It takes vectors as rows and as columns.
        template = self.inner if self.rank(left) == self.rank(right) == 1 else self.matrix_product
        return template.format(first[0], second[0]), ATOM

    def outer(self, first: Part, second: Part) -> Part:
        columns = f"spread({first[0]}, 2, size({second[0]}))"
        return f"{columns}*spread({second[0]}, 1, size({first[0]}))", PRODUCT

    def reduced(self, name: str, text: str, axis: int, keeps: bool) -> str:
        less = self.along[name].format(text, axis + 1)
        return f"spread({less}, {axis + 1}, 1)" if keeps else less

    def matrix(self, rows: Sequence[Sequence[Part]]) -> str:
        elements = ", ".join(text for row in rows for text, _ in row)
        return f"reshape([{elements}], [{len(rows)}, {len(rows[0])}], order=[2, 1])"

    def last(self, node: Subscript, axis: int) -> str:
        return f"size({self.texts(node.object)[0]}, {axis + 1})"

    def whole(self, node: Any, variable: str, is_narrow: bool) -> str:
        # A number is assigned to all elements.
        name, part = self.name(variable), self.texts(node)
        shape = self.arrays.get(variable, ()) if is_narrow else self.shape(node)
        return self._broadcast(part, self.shape(node), shape, lambda axis: f"size({name}, {axis + 1})")[0]

    def code(self, derivatives: Derivatives) -> str:
        sizes = [self._sizes(by, result, by in derivatives.narrow) for by, result in derivatives.results.items()]
        texts: list[str] = []
        for function in functions(derivatives, self):
            own, sizes = sizes[: len(function.results)], sizes[len(function.results) :]
            texts.append("".join(f"{line}\n" for line in self._procedure(function, own)))
        body = "\n".join([*texts, *self.helpers_in("".join(texts).replace(_CONTINUED, ""))])
        kind = "real32" if self.dtype == SINGLE else "real64"
        uses = "  use, intrinsic :: ieee_arithmetic\n" if "ieee_" in body else ""
        return (
            "module derivatives\n"
            f"  use, intrinsic :: iso_fortran_env, only: {kind}\n"
            f"{uses}"
            "  implicit none\n"
            f"  integer, parameter, private :: wp = {kind}\n"
            f"contains\n{body}end module derivatives\n"
        )

    def _sizes(self, by: By, result: Any, is_narrow: bool) -> str:
        """The sizes of a result: those of the variable, if it has its shape, or colons."""
        shape, wanted = self.shape(result), self.arrays.get(by[-1], ()) if by else ()
        if wanted and (is_narrow or shape in ((), wanted)):
            name = self.name(by[-1])
            return f"({', '.join(f'size({name}, {axis + 1})' for axis, _ in enumerate(wanted))})"
        return _colons(shape)

    def _procedure(self, function: Function, sizes: Sequence[str]) -> list[str]:
        """The lines of a function of one result, or of a subroutine."""
        names = [name for name, _ in function.results]
        is_single = len(names) == 1
        out = [self.free("derivative", {*function.parameters, *(name for name, _ in function.assigns)})]
        out, kind = (out, "function") if is_single else (names, "subroutine")
        arguments = ", ".join([*function.parameters, *([] if is_single else names)])
        shapes = {self.name(name): _colons(shape) for name, shape in self.shapes_of_names.items()}
        lines = [f"  pure {kind} {function.name}({arguments}){f' result({out[0]})' if is_single else ''}"]
        declared: dict[str, list[str]] = {}
        for name in function.parameters:
            declared.setdefault("intent(in)", []).append(f"{name}{shapes.get(name, '')}")
        for name, _ in function.assigns:
            own = shapes.get(name, "")
            declared.setdefault("allocatable" if own else "", []).append(f"{name}{own}")
        for name, own in zip(out, sizes, strict=True):
            kinds = ["allocatable"] * (":" in own) + ["intent(out)"] * (not is_single)
            declared.setdefault(", ".join(kinds), []).append(f"{name}{own}")
        lines += [f"    real(wp){', ' * bool(k)}{k} :: {', '.join(names)}" for k, names in declared.items()]
        texts = [text for _, text in function.results]
        lines += [f"    {name} = {text}" for name, text in [*function.assigns, *zip(out, texts, strict=True)]]
        return [part for line in [*lines, f"  end {kind} {function.name}"] for part in _broken(line)]


def _colons(shape: Shape) -> str:
    """The sizes of an array in a declaration, whatever they are."""
    return f"({', '.join(':' for _ in shape)})" if shape else ""


def _broken(line: str) -> list[str]:
    """A statement in lines that are short enough. UnprintableError: in more than Fortran continues one in."""
    parts: list[str] = []
    while len(line) > _LONGEST_LINE:
        end = max(line.rfind(sign, 8, _LONGEST_LINE) for sign in "+-*/ (,")
        end = end if end > 8 else _LONGEST_LINE
        parts.append(line[:end] + "&")
        line = "      &" + line[end:]
    if len(parts) > _MOST_LINES:
        raise UnprintableError("Fortran has no statements of so many lines")
    return [*parts, line]


render = FortranPrinter.render
