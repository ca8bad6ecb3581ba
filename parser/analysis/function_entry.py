"""All that is known of a function, as text: from its record, its rules, and calling it once."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.api.creation import tensor
from ...engine.table.record import Domain, Operation
from ...engine.tensors.symbol import TraceError
from ..algebra.formulas import UntranslatableError
from ..derivatives.derivative import derivatives
from ..semantics.computing import computing
from ..semantics.evaluate import evaluate
from ..syntax.errors import ExpressionError, UsageError
from ..syntax.parse import parse
from ..syntax.printer import program_text
from .differentiate import differentiate
from .given_values import read_value
from .problem import Problem
from .result import value_text

# Numbers at which most functions are neither 0 nor infinite; the arguments of one function take turns.
_NUMBERS = (0.5, 2.0, -1.5, 1.5)
_LISTS = ("[1, 2, 4]", "[[2, 1], [1, 3]]", "[[[2, 1], [1, 3]]]", "[[[[2, 1], [1, 3]]]]")
# What an evaluation at one point may end in: an argument of another shape, a rule that does not exist.
_FAILURES = (ExpressionError, RuntimeError, TypeError, ValueError)


class Example(NamedTuple):
    """A call of `autodiff eval`, and the results it prints: `value` and the gradients, by key."""

    call: str
    results: dict[str, str]


class Entry(NamedTuple):
    """A function, its derivatives by argument (those that are formulas), its node's name, and an example."""

    function: Operation
    derivative: dict[str, str]
    grad_fn: str | None
    example: Example | None


def entry_of(function: Operation) -> Entry:
    """What is known of a function."""
    with computing("float64"):
        return Entry(function, _derivative_texts(function), _grad_fn_name(function), _example(function))


def _derivative_texts(function: Operation) -> dict[str, str]:
    """The derivatives of a function of single numbers by its arguments, as text: `{"x": "cos(x)"}` for sin.

    Arguments that it has no derivative by, or none that is a formula, are left out.
    """
    names = function.arguments[: function.tensors]
    found: dict[str, str] = {}
    if _grad_fn_name(function) is None:
        return found
    for name in names:
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                written = derivatives(parse(_signature(function)), [(name,)], dict.fromkeys(names, ()))
        except (TraceError, UntranslatableError, *_FAILURES):
            continue
        found[name] = "; ".join(program_text(written.program((name,))))
    return found


def _grad_fn_name(function: Operation) -> str | None:
    """The name of the node that a call leaves in the graph, such as `SinBackward0`.

    None: it leaves none, or cannot be called with single numbers alone.
    """
    if function.variadic or function.takes_many:
        return None
    names = function.arguments[: function.tensors]
    middles = [(domain.low + domain.high) / 2 for domain in function.domain[: function.tensors]]
    given: dict[str, Tensor] = {n: tensor(m).requires_grad_() for n, m in zip(names, middles, strict=True)}
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = evaluate(parse(_signature(function)), given)
    except _FAILURES:
        return None
    return None if value.grad_fn is None or not np.isfinite(value._data).all() else value.grad_fn.name()


def _signature(function: Operation) -> str:
    return f"{function.name}({', '.join(function.arguments[: function.tensors])})"


def _example(function: Operation) -> Example | None:
    """The first call that can be made, of numbers, a list, a matrix or images; None: it needs something else."""
    for arguments, values in _calls(function):
        expression = f"{function.name}({arguments})"
        for constant in (False, True):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    given = {name: read_value(name, text) for name, text in values.items()}
                    wrt = [] if constant else list(given)
                    report = differentiate(Problem(parse(expression), given, wrt))
            except (*_FAILURES, UsageError):
                # Perhaps only the derivative does not exist.
                continue
            if not report.is_finite() or report.value.size == 0:
                break
            words = [f'--{name} "{text}"' if "[" in text else f"--{name} {text}" for name, text in values.items()]
            words += [f"--const {','.join(values)}"] * constant
            facts = {key: value_text(value) for key, value in report.facts() if key != "grad_fn"}
            return Example(f'autodiff eval "{expression}" {" ".join(words)}', facts)
    return None


def _calls(function: Operation) -> Iterator[tuple[str, dict[str, str]]]:
    """Calls to try: the arguments as written, and the variables' values."""
    if function.variadic:
        yield "[x, y]", {"x": "[1, 2]", "y": "[3, 4]"}
        return
    tensors = list(function.arguments[: function.tensors])
    numbers = {n: _number(d, i) for i, (n, d) in enumerate(zip(tensors, function.domain, strict=False))}
    values = [numbers, *(dict.fromkeys(tensors, text) for text in _LISTS)]
    if not function.elementwise:
        # What these do shows in lists.
        values = [*values[1:], numbers]
    # A condition is a comparison.
    operands = [f"{name} > 1" if name == "condition" else name for name in tensors]
    others = function.arguments[function.tensors :]
    needed = [name for name in others if name not in function.assumed][: function.required - function.tensors]
    for count in range(len(needed), len(others) + 1):
        for number in ("0", "1", "[2]") if count else ("",):
            for given in values:
                yield ", ".join([*operands, *[number] * count]), given


def _number(domain: Domain, position: int) -> str:
    turned = _NUMBERS[position % 2 :] + _NUMBERS[: position % 2]
    number = next((n for n in turned if domain.low < n < domain.high), (domain.low + domain.high) / 2)
    return f"{number:g}" if math.isfinite(number) else "1"
