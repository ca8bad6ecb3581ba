"""What the table knows of a function, as text: its derivatives, and the name of its node in a graph."""

from __future__ import annotations

import warnings

import numpy as np

from ...engine import Tensor
from ...engine.api.creation import tensor
from ...engine.table.record import Operation
from ...engine.tensors.symbol import TraceError
from ..algebra.derivative import derivatives
from ..algebra.formulas import UntranslatableError
from ..semantics.evaluate import evaluate
from ..syntax.errors import ExpressionError
from ..syntax.parse import parse
from ..syntax.printer import program_text

# What an evaluation at one point may end in: an argument of another shape, a rule that does not exist.
_FAILURES = (ExpressionError, RuntimeError, TypeError, ValueError)


def derivative_texts(function: Operation) -> dict[str, str]:
    """The derivatives of a function of single numbers by its arguments, as text: `{"x": "cos(x)"}` for sin.

    Arguments that it has no derivative by, or none that is a formula, are left out.
    """
    names = function.arguments[: function.tensors]
    found: dict[str, str] = {}
    if grad_fn_name(function) is None:
        return found
    for name in names:
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                written = derivatives(parse(_call(function)), [(name,)], dict.fromkeys(names, ()))
        except (TraceError, UntranslatableError, *_FAILURES):
            continue
        found[name] = "; ".join(program_text(written.program((name,))))
    return found


def grad_fn_name(function: Operation) -> str | None:
    """The name of the node that a call leaves in the graph, such as `SinBackward0`.

    None: it leaves none, or cannot be called with single numbers alone.
    """
    if function.variadic or function.takes_many:
        return None
    names = function.arguments[: function.tensors]
    middles = [(domain.low + domain.high) / 2 for domain in function.domain]
    given: dict[str, Tensor] = {n: tensor(m).requires_grad_() for n, m in zip(names, middles, strict=True)}
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = evaluate(parse(_call(function)), given)
    except _FAILURES:
        return None
    return None if value.grad_fn is None or not np.isfinite(value._data).all() else value.grad_fn.name()


def _call(function: Operation) -> str:
    return f"{function.name}({', '.join(function.arguments[: function.tensors])})"
