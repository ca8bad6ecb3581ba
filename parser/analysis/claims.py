"""A derivative worked out by hand, against autograd's at many points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..derivatives.equality import is_derivative
from ..semantics.limits import Limits
from ..semantics.names import CONSTANTS, free_variables
from ..syntax.errors import ExpressionError, UsageError, suggested
from ..syntax.parse import parse
from ..syntax.records import Program
from ..syntax.wording import listed, quoted, shortened, variables_help
from .compare import compare
from .coordinates import NumericFunction, Point
from .slips import likely_slip

_RELATIVE = 1e-7
# As a part of the largest derivative sampled: what cancellation leaves.
_ABSOLUTE = 1e-10
# How far off, where the difference cancels, rounding may be; relations that do not hold are off by more.
_ROUNDING = 1e-6


class Claim(NamedTuple):
    """What is claimed to be the derivative by a variable."""

    name: str
    text: str
    program: Program


class Verdict(NamedTuple):
    """What became of a claim: whether it holds, at all of `points`, and the point where it is worst.

    `cancels`: whether the difference of the claim and the derivative cancels, which settles it. `claimed`, `autograd`
    and `numeric` are at that point the derivative as claimed, by autograd and from differences; `absolute` and
    `relative` how far the claim is off; all None where there was no point. `slip`: what was most likely overlooked,
    where that can be told.
    """

    claim: Claim
    holds: bool
    points: int
    cancels: bool
    at: Point
    claimed: Any = None
    autograd: Any = None
    numeric: Any = None
    absolute: float | None = None
    relative: float | None = None
    slip: str | None = None

    @property
    def decided_by(self) -> str:
        """What settled it: "algebra" or "numbers"."""
        return "algebra" if self.cancels else "numbers"

    def numbers(self) -> dict[str, Any]:
        """What was compared, and how it differs, by name."""
        return {key: getattr(self, key) for key in ("claimed", "autograd", "numeric", "absolute", "relative")}


def read_claims(texts: Iterable[str], wrt: Sequence[str], names: Sequence[str]) -> list[Claim]:
    """The claims given as `NAME=EXPR`, derivatives by names in `wrt`, in the variables called `names`.

    UsageError: one is not about a variable. ExpressionError: one is no expression in the variables.
    """
    claims: list[Claim] = []
    for text in texts:
        name, separator, source = text.partition("=")
        name, source = name.strip(), source.strip()
        if not separator or not name.isidentifier() or not source:
            written = f'{wrt[0] if wrt else "x"}="{shortened(text) if not separator else "2*x"}"'
            raise UsageError(f"--claim takes NAME=EXPR, not {quoted(text)}", f"write `--claim {written}`")
        if name not in wrt:
            raise UsageError(
                f"--claim is about {quoted(name)}, which the expression is not differentiated by",
                suggested(name, wrt, f"it is differentiated by {listed(wrt)}"),
            )
        program = parse(source)
        for variable, place in free_variables(program).items():
            if variable not in names and variable not in CONSTANTS:
                help = f"a claim has the variables of the expression; {variables_help(names)}"
                message = f"there is no variable `{variable}` in the expression"
                raise ExpressionError("name", message, source, place.start, place.end, help, f"<claim {name}>")
        claims.append(Claim(name, source, program))
    return claims


def judge(claim: Claim, expression: NumericFunction, points: Sequence[Point], numbers: Sequence[str]) -> Verdict:
    """Whether a claim is the derivative of the sum of the expression's value. ExpressionError: as `evaluate`.

    Where the difference cancels, which is looked for if the variables are `numbers`, it is so at all points. Those
    given count all the same: where the claim has no value at one, or is further off than by rounding.
    """

    def cancelled() -> bool:
        return bool(numbers) and is_derivative(
            claim.program, expression.program, claim.name, numbers, expression.limits
        )

    if not points:
        cancels = cancelled()
        return Verdict(claim, cancels, 0, cancels, {})
    single = NumericFunction(expression.program, [claim.name], expression.limits, expression.dtype)
    actual = [single.gradient(point).reshape(np.shape(point[claim.name])) for point in points]
    claimed = [_broadcast(_value_of(claim, point, expression.limits), point[claim.name]) for point in points]
    largest = max((float(np.abs(a[np.isfinite(a)]).max(initial=0)) for a in actual), default=0.0)
    errors = [_error(c, a, largest) for c, a in zip(claimed, actual, strict=True)]
    # Numbers refute a claim sooner than algebra finds that nothing cancels.
    cancels = all(map(_as_rounded, claimed, actual)) and cancelled()
    holds = cancels or max(errors) <= 1
    distances = [_largest(np.nan_to_num(abs(c - a), nan=np.inf)) for c, a in zip(claimed, actual, strict=True)]
    worst = max(range(len(points)), key=lambda i: (errors[i] > 1, distances[i]))
    at, there, truth = points[worst], claimed[worst], actual[worst]
    numeric = _numeric(single, at)
    absolute, size = _largest(abs(there - truth)), _largest(np.maximum(abs(there), abs(truth)))
    relative = absolute / size if size else 0.0
    slip = None if holds else likely_slip(expression, claim.name, claim.program, points, claimed, actual)
    return Verdict(claim, holds, len(points), cancels, at, there, truth, numeric, absolute, relative, slip)


def _value_of(claim: Claim, point: Point, limits: Limits) -> Any:
    """The number claimed at a point. ExpressionError, naming the claim: as `evaluate`."""
    needed = free_variables(claim.program)
    try:
        claimed = NumericFunction(claim.program, (), limits, "float64")
        return claimed.value({name: data for name, data in point.items() if name in needed})
    except ExpressionError as error:
        error.name = f"<claim {claim.name}>"
        raise


def _broadcast(claimed: Any, variable: Any) -> Any:
    try:
        return np.broadcast_to(claimed, np.shape(variable))
    except ValueError:
        raise UsageError(
            f"the claim has the shape {list(claimed.shape)}, and its variable {list(np.shape(variable))}"
        ) from None


def _error(claimed: Any, actual: Any, largest: float) -> float:
    """The largest difference as a multiple of what is allowed."""
    allowed = _RELATIVE * abs(actual) + _ABSOLUTE * largest + np.finfo(float).tiny
    same = (claimed == actual) | (np.isnan(claimed) & np.isnan(actual))
    ratio = np.where(same, 0, abs(claimed - actual) / allowed)
    return float(np.where(np.isnan(ratio), np.inf, ratio).max(initial=0))


def _as_rounded(claimed: Any, actual: Any) -> bool:
    """Whether numbers differ by no more than rounding explains."""
    return np.allclose(claimed, actual, _ROUNDING, _ROUNDING, equal_nan=True)


def _largest(values: Any) -> float:
    return float(np.max(values, initial=0))


def _numeric(expression: NumericFunction, point: Point) -> Any:
    """The derivatives from differences, of the sum of the value where that has several elements."""
    found = np.zeros(np.shape(point[expression.wrt[0]]))
    for check in compare(expression, point, 1):
        found[check.coordinate.place] += check.numeric
    return found
