"""Derivatives of any order by one number, from Taylor coefficients: order n costs about n^2.

With x + t in place of x, each value of a program is a power series y_0 + y_1 t + y_2 t^2 + ..., and its k-th derivative
is k! y_k. From y' = r x' follows k y_k = sum of j x_j r_(k-j), where r is the operation's own rule called with the
gradient 1. That is traced once for each equation; as equal work is one equation, the series of sin and cos, or of exp
alone, are closed. Coefficients are computed as far as others ask for them, and none that are 0 for every x. (Griewank
and Walther, Evaluating Derivatives, 2nd edition, chapter 13.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..autograd import jacobians
from ..primitives import arithmetic, elementary
from ..table.nodes import run_rule
from ..table.record import Operation
from ..table.recorded import saver
from ..tensors.symbol import DATA, Symbol, TraceError, is_symbolic
from ..tensors.tensor import Tensor
from .folding import record_of
from .program import Variable
from .tracing import Trace, at_point

# A coefficient: a number or array of NumPy's, or a symbol; None where it is 0 whatever the numbers are.
Coefficient = Any
Key = tuple[Variable, int]
# What has no Taylor series here is differentiated again and again, and each time the graph grows.
_MOST_BY_GRAPHS = 8


class OrderError(ValueError):
    """A derivative of an order that would take a graph too large."""


def derivatives(
    value: Tensor,
    variables: Mapping[str, Tensor],
    *,
    order: int = 1,
    function: Callable[..., Tensor] | None = None,
    **kinds: bool,
) -> dict[str, Tensor]:
    """As `autograd.jacobians.derivatives`, at any order in about a square of its time.

    `function` computes the value again from tensors that stand for the variables, by name. Without it the value has to
    be a traced one. OrderError: an operation is not differentiated by series, and the order is too high without.
    """
    found = jacobians.derivatives(value, variables, **kinds)
    if order > 1:
        for name, variable in variables.items():
            jacobians.check_number(name, variable)
        if is_symbolic(value._data):
            found.update(_in_trace(value, variables, order))
        else:
            found.update(_at_point(value, variables, order, function))
    return found


def _in_trace(value: Tensor, variables: Mapping[str, Tensor], order: int) -> dict[str, Tensor]:
    total = value.sum() if value.ndim else value
    found: dict[str, Tensor] = {}
    for name, variable in variables.items():
        try:
            found.update(_named(name, variable, Series(variable._data).derivatives(total._data, order)))
        except TraceError:
            found.update(_by_graphs(value, name, variable, order))
    return found


def _at_point(
    value: Tensor, variables: Mapping[str, Tensor], order: int, function: Callable[..., Tensor] | None
) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    series: dict[str, list[Coefficient]] = {}
    if function is not None:
        with at_point(variables) as tensors, np.errstate(all="ignore"):
            try:
                total = function(**tensors)
                total = total.sum() if total.ndim else total
                series = {n: Series(t._data).derivatives(total._data, order) for n, t in tensors.items()}
            except TraceError:
                series = {}
    for name, variable in variables.items():
        known = series.get(name)
        # At poles and jumps the rules decide, one after the other.
        if known is None or (order <= _MOST_BY_GRAPHS and not np.isfinite(np.asarray(known[-1], float)).all()):
            found.update(_by_graphs(value, name, variable, order))
        else:
            found.update(_named(name, variable, known))
    return found


def _named(name: str, variable: Tensor, found: Sequence[Coefficient]) -> dict[str, Tensor]:
    shaped = [np.asarray(d, variable.dtype.numpy)[()] if not is_symbolic(d) else d for d in found]
    tensors = [Tensor(d).reshape(variable.shape) if variable.ndim else Tensor(d) for d in shaped]
    return {f"d{k}.{name}": tensor for k, tensor in enumerate(tensors, 2)}


def _by_graphs(value: Tensor, name: str, variable: Tensor, order: int) -> dict[str, Tensor]:
    if order > _MOST_BY_GRAPHS:
        raise OrderError(
            f"derivatives beyond the order {_MOST_BY_GRAPHS} take operations that work on each element by itself"
        )
    found = jacobians.derivatives(value, {name: variable}, gradient=False, order=order)
    return {key: found[key] for key in found if key.startswith("d")}


class Series:
    """The Taylor coefficients of traced values in one of them, inside its trace.

    Where the trace is one at a point they are numbers, else symbols. TraceError: an operation has none.
    """

    def __init__(self, by: Symbol) -> None:
        trace = by.trace
        assert isinstance(trace, Trace)
        self.trace = trace
        self.by = by
        self.known: dict[Key, Coefficient] = {}
        self.slopes: dict[Variable, list[tuple[Any, Any]]] = {}

    def derivatives(self, value: Any, order: int) -> list[Coefficient]:
        """The second and further derivatives of a value, up to `order`."""
        found = [self.coefficient(value, k) for k in range(1, order + 1)]
        zero = np.zeros((), value.dtype)[()]
        return [zero if c is None else c * math.factorial(k) for k, c in enumerate(found, 1)][1:]

    def coefficient(self, value: Any, k: int) -> Coefficient:
        """The k-th coefficient of a symbol or a number. It does not recurse: what is asked for stands on a stack."""
        stack = [(value, k)]
        while stack:
            value, k = stack[-1]
            if self._is_known(value, k):
                stack.pop()
                continue
            missing = [part for part in self._needs(value, k) if not self._is_known(*part)]
            if missing:
                stack.extend(missing)
            else:
                self.known[value.variable, k] = self._computed(value, k)
        return self._of(value, k)

    def _is_known(self, value: Any, k: int) -> bool:
        return k == 0 or not is_symbolic(value) or (value.variable, k) in self.known

    def _of(self, value: Any, k: int) -> Coefficient:
        if not is_symbolic(value):
            return value if k == 0 else None
        if k == 0:
            return value.example if self.trace.at_point else value
        return self.known[value.variable, k]

    def _needs(self, value: Symbol, k: int) -> Iterator[tuple[Any, int]]:
        """The coefficients that one is computed from; more of an equation only where its operands vary."""
        made = self.trace.made_by.get(value.variable)
        if made is None:
            return
        operands = _operands(*made)
        yield from ((x, j) for x in operands for j in range(1, k + 1))
        if all(self._is_known(x, j) for x in operands for j in range(1, k + 1)) and self._varies(operands, k):
            if made[0] in _BY_OPERANDS:
                yield from ((value, j) for j in range(1, k))
            elif made[0].elementwise:
                slopes = self._slopes(value, *made)
                yield from ((x, j) for x, _ in slopes for j in range(1, k + 1))
                yield from ((r, j) for _, r in slopes for j in range(1, k))

    def _varies(self, operands: Sequence[Any], k: int) -> bool:
        return any(self._of(x, j) is not None for x in operands for j in range(1, k + 1))

    def _computed(self, value: Symbol, k: int) -> Coefficient:
        made = self.trace.made_by.get(value.variable)
        if made is None:
            if value is not self.by and value.variable not in self.trace.inputs:
                raise TraceError("an operation of several results has no series here")
            return np.ones(value.shape, value.dtype)[()] if value is self.by and k == 1 else None
        primitive, data = made
        operands = _operands(primitive, data)
        if not self._varies(operands, k):
            return None
        if primitive in _BY_OPERANDS:
            return _BY_OPERANDS[primitive](self, value, data, k)
        if primitive.elementwise:
            return self._by_rules(value, primitive, data, k)
        if _is_linear(primitive):
            return self._linear(primitive, data, k)
        raise TraceError(f"{primitive.name} has no series here")

    def _by_rules(self, value: Symbol, primitive: Operation, data: Sequence[Any], k: int) -> Coefficient:
        total = None
        for x, r in self._slopes(value, primitive, data):
            total = arithmetic.both(total, self._convolved(x, r, k, 1, lambda j: j))
        return None if total is None else total / k

    def _convolved(self, x: Any, y: Any, k: int, start: int, weight: Callable[[int], float]) -> Coefficient:
        """The sum of weight(j) x_j y_(k-j) for j from `start` to k."""
        total = None
        for j in range(start, k + 1):
            a, b = self._of(x, j), self._of(y, k - j)
            if a is not None and b is not None and weight(j):
                product = a * b
                total = arithmetic.both(total, product if weight(j) == 1 else weight(j) * product)
        return total

    def _slopes(self, value: Symbol, primitive: Operation, data: Sequence[Any]) -> list[tuple[Any, Any]]:
        """The operands that vary, each with the derivative of the result by it. TraceError: there is none."""
        if value.variable not in self.slopes and primitive is _POWER and self._of(data[1], 1) is not None:
            # x**y is exp(y*log(x)): that series is closed, and the rules' is not.
            logarithm = self.trace.apply(record_of(elementary.natural_log), [data[0]])
            self.slopes[value.variable] = [(self.trace.apply(record_of(arithmetic.mul), [data[1], logarithm]), value)]
        if value.variable not in self.slopes:
            found: list[tuple[Any, Any]] = []
            # As tensors: for symbols, rules are written in operations alone.
            saved = [Tensor(v) if isinstance(v, DATA) else v for v in saver(primitive)(list(data), value)]
            one = Tensor(np.ones(value.shape, value.dtype)[()])
            rules = iter(primitive.vjps)
            for i, rule in enumerate(primitive.rules):
                run = None if rule is None else next(rules)
                x = data[i]
                if not is_symbolic(x) or x.dtype.kind != "f" or self._of(x, 1) is None:
                    continue
                slope = None if run is None else run_rule(*run, one, saved)
                if slope is None:
                    raise TraceError(f"{primitive.name} has no derivative")
                found.append((x, slope._data if isinstance(slope, Tensor) else slope))
            self.slopes[value.variable] = found
        return self.slopes[value.variable]

    def _linear(self, primitive: Operation, data: Sequence[Any], k: int) -> Coefficient:
        def part(x: Any) -> Any:
            c = self._of(x, k)
            zeros = np.zeros(np.shape(x), x.dtype)
            return zeros[()] if c is None else c if np.shape(c) == np.shape(x) else zeros + c

        if primitive.variadic:
            parts: list[Any] = [[part(x) for x in data[0]], *data[1:]]
            varies = any(map(is_symbolic, parts[0]))
        else:
            parts = [part(x) if i < primitive.tensors else x for i, x in enumerate(data)]
            varies = any(map(is_symbolic, parts))
        if all(self._of(x, k) is None for x in _operands(primitive, data)):
            return None
        return self.trace.apply(primitive, parts) if varies else primitive.forward(*parts)

    # The series that need no rule, for speed and because a rule's would not be closed.

    def _product(self, value: Symbol, data: Sequence[Any], k: int) -> Coefficient:
        x, y = data
        return self._convolved(x, y, k, 0, lambda j: 1)

    def _quotient(self, value: Symbol, data: Sequence[Any], k: int) -> Coefficient:
        x, y = data
        rest = self._convolved(y, value, k, 1, lambda j: 1)
        x_k = self._of(x, k)
        above = x_k if rest is None else -rest if x_k is None else x_k - rest
        return None if above is None else above / self._of(y, 0)


def _operands(primitive: Operation, data: Sequence[Any]) -> list[Any]:
    """The symbols of floating numbers that an operation computes with."""
    given = data[0] if primitive.variadic else data[: primitive.tensors]
    return [x for x in given if is_symbolic(x) and x.dtype.kind == "f"]


def _is_linear(primitive: Operation) -> bool:
    """Whether no rule asks for an operand: then the result's coefficients are what it makes of the operands'."""
    return bool(primitive.rules) and not primitive.keeps_tensors and not primitive.outputs


_POWER = record_of(arithmetic.power_tensor)
_BY_OPERANDS: dict[Operation, Callable[..., Coefficient]] = {
    record_of(arithmetic.mul): Series._product,
    record_of(arithmetic.true_divide): Series._quotient,
}
