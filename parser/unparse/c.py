"""C99, with math.h."""

from __future__ import annotations

import math
import re

from ..derivatives.derivative import Derivatives
from ..semantics.names import CONSTANTS
from .code import MATH, Frame, named
from .how import DOUBLE, SINGLE
from .scalar import ScalarPrinter

_KEYWORDS = (
    "auto break case char const continue default do double else enum extern float for goto if inline int long "
    "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while "
    # From C11 and C23 on, and what compilers have beside them.
    "alignas alignof bool constexpr false nullptr static_assert thread_local true typeof typeof_unqual "
    "asm linux unix main NULL"
)
# What else math.h declares or defines, that of POSIX and GNU among it.
_IN_MATH_H = (
    "double_t float_t exp2 fabs fdim fma fmax fmin fpclassify frexp ilogb isfinite isgreater isgreaterequal isinf "
    "isless islessequal islessgreater isnan isnormal isunordered ldexp llrint llround logb lrint lround modf nan "
    "nearbyint nextafter nexttoward pow remainder remquo rint round scalbln scalbn signbit tgamma "
    "j0 j1 jn y0 y1 yn gamma signgam scalb significand drem exp10 pow10 finite sincos "
    "HUGE HUGE_VAL HUGE_VALF HUGE_VALL INFINITY NAN OVERFLOW UNDERFLOW DOMAIN SING PLOSS TLOSS X_TLOSS MAXFLOAT "
    "FP_FAST_FMA FP_ILOGB0 FP_ILOGBNAN FP_INFINITE FP_NAN FP_NORMAL FP_SUBNORMAL FP_ZERO MATH_ERRNO MATH_ERREXCEPT "
    "math_errhandling M_1_PI M_2_PI M_2_SQRTPI M_E M_LN10 M_LN2 M_LOG10E M_LOG2E M_PI M_PI_2 M_PI_4 M_SQRT1_2 M_SQRT2"
)
# What has a version for floats, with an f behind its name.
_LACKS = ("larger", "smaller", "modulo", "floor_divide")
_OF_DOUBLES = frozenset({*f"{MATH} fabs fmax fmin nextafter rint tgamma exp2 pow".split(), *_LACKS})
_BESSEL = re.compile(r"\b[jy][01n]\(")


class CPrinter(ScalarPrinter):
    """Prints C that computes with doubles, or with floats."""

    truths_are_numbers = has_ascii_names = True
    language = "C's math.h"
    frame = Frame(
        head="double {name}({parameters}) {{",
        several="void {name}({parameters}, {results}) {{",
        parameter="double %s",
        result="double *%s",
        assign="    const double %s = %s;",
        sets="    *%s = %s;",
        back="    return %s;",
        end="}",
    )
    # What is printed at another time may stand beside it in one file.
    helper_frame = frame._replace(
        head="#ifndef {name}_IS_HERE\n#define {name}_IS_HERE\nstatic double {name}({parameters}) {{", end="}\n#endif"
    )
    lacks = _LACKS
    declares_first = True
    whole_order = r"(-?\d+)\.0f?"
    literals = {DOUBLE: "{}", SINGLE: "{}f"}  # noqa: RUF012
    reserved = frozenset({*f"{_KEYWORDS} {MATH} {_IN_MATH_H}".split(), *(f"{name}f" for name in _LACKS)})
    operators = {"**": "pow({}, {})", "and": "&&", "or": "||", "not": "!"}  # noqa: RUF012
    constants = {  # noqa: RUF012
        **{name: repr(value) for name, value in CONSTANTS.items() if math.isfinite(value)},
        "inf": "INFINITY",
        "nan": "NAN",
    }
    functions = {  # noqa: RUF012
        **named("", f"{MATH} fmax fmin isfinite isinf isnan nextafter"),
        "abs": "fabs",
        "round": "rint",
        "maximum": "larger",
        "minimum": "smaller",
        "gamma": "tgamma",
        # C's own takes a whole number.
        "ldexp": "{0}*exp2({1})",
        **{f"bessel_{name}": name for name in ("j0", "j1", "y0", "y1")},
        "besselj": "jn",
        "bessely": "yn",
        "%": "modulo",
        "//": "floor_divide",
    }

    def constant(self, name: str) -> str:
        text = super().constant(name)
        return f"{text}f" if self.dtype == SINGLE and text[0].isdigit() else text

    def code(self, derivatives: Derivatives) -> str:
        code = super().code(derivatives)
        # POSIX has Bessel functions in math.h, which C alone has not.
        posix = "#define _XOPEN_SOURCE 600\n" if _BESSEL.search(code) else ""
        return f"{posix}#include <math.h>\n\n{_single(code) if self.dtype == SINGLE else code}"


def _single(code: str) -> str:
    """The code with floats and the functions of floats; Bessel functions have none in POSIX."""
    code = re.sub(r"\b(\w+?)(?=\(|_IS_HERE)", lambda name: f"{name[0]}f" if name[0] in _OF_DOUBLES else name[0], code)
    return _BESSEL.sub(r"(float)\g<0>", re.sub(r"\bdouble\b", "float", code))


render = CPrinter.render
