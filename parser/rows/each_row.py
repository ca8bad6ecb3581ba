"""Rows one by one, for an expression whose steps depend on the numbers, such as an index that is a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from ...engine import Tensor
from ...engine.program.taylor import derivatives
from ..semantics.evaluate import evaluate_again, evaluate_traced
from ..semantics.limits import Limits
from ..syntax.errors import ExpressionError
from ..syntax.records import Program as Syntax


def result_names(keep: Sequence[str], wrt: Sequence[str], hessian: bool, order: int) -> list[str]:
    """The results of `evaluate_row`, named as a program names its outputs."""
    names = ["value", *keep, *(f"grad.{x}" for x in wrt)]
    if hessian:
        names += [f"hessian.{x}.{y}" for x in wrt for y in wrt]
    return names + [f"d{k}.{x}" for x in wrt for k in range(2, order + 1)]


def evaluate_row(
    syntax: Syntax,
    variables: Mapping[str, Any],
    keep: Sequence[str],
    wrt: Sequence[str],
    hessian: bool,
    order: int,
    limits: Limits,
) -> dict[str, float]:
    """The results for the values of one row. ExpressionError: it cannot be evaluated, or a result is no number."""
    tensors = {name: Tensor(np.asarray(value, float)[()]) for name, value in variables.items()}
    by = {name: tensors[name].requires_grad_() for name in wrt}
    value, assigned = evaluate_traced(syntax, tensors, limits)
    found = {"value": value, **{name: assigned[name] for name in keep}}
    try:
        if by and value.dtype.is_floating_point:
            again = partial(evaluate_again, syntax, tensors, limits)
            found.update(derivatives(value, by, hessian=hessian, order=order, function=again))
        return {name: float(tensor._data) for name, tensor in found.items()}
    except (RuntimeError, TypeError, ValueError) as error:
        raise ExpressionError("value", str(error), syntax.source, 0, len(syntax.source)) from None
