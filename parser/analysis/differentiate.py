"""Evaluates an expression and differentiates it in the ways `eval` offers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

from ...engine import Tensor
from ...engine.autograd import grad
from ...engine.autograd.jacobians import derivatives, jvp, vjp
from ..semantics.evaluate import evaluate, evaluate_again
from ..syntax.errors import UsageError
from ..syntax.wording import listed, quoted
from .applications import Application, applications_of, error_at, is_recorded
from .problem import Problem
from .result import Finding, Report


class Request(NamedTuple):
    """Which derivatives to compute, beside the gradient."""

    hessian: bool = False
    jacobian: bool = False
    order: int = 1
    vjp: Tensor | None = None
    jvp: Mapping[str, Tensor] | None = None

    def is_more(self) -> bool:
        """Whether anything but the gradient is asked for."""
        return self.hessian or self.jacobian or self.order > 1 or self.vjp is not None or self.jvp is not None


class Recorder(Protocol):
    """Evaluates a problem and finds its gradients, as `differentiate` does, and notes how."""

    def forward(self) -> Tensor:
        """The value. ExpressionError: as `evaluate`."""
        ...

    def differentiate(self, value: Tensor) -> dict[str, Any]:
        """The gradients of the sum of the value, NumPy's, by each variable to differentiate by."""
        ...


def differentiate(problem: Problem, request: Request = Request(), recorder: Recorder | None = None) -> Report:  # noqa: B008
    """The value of a program and its derivatives with respect to the variables named in `wrt`.

    The gradient of a value that is not a single number is that of its sum. With a `recorder` that evaluates and
    differentiates there are no derivatives beside the gradient. ExpressionError: as `evaluate`; an operation has no
    derivative, or none here; a result beyond the limit of elements. UsageError: a derivative that the shapes do not
    allow.
    """
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always", UserWarning)
        report = derived(problem, request, recorder)
        if not report.is_finite():
            # Here, as most results are finite.
            from .blame import findings

            report.warnings.extend(findings(problem, report))
    texts = dict.fromkeys(str(warning.message) for warning in raised)
    report.warnings[:0] = [Finding.warning("value", text) for text in texts]
    return report


def derived(problem: Problem, request: Request, recorder: Recorder | None = None) -> Report:
    """As `differentiate`, without warnings: those of the engine go their way, of what is not finite there are none."""
    program, wrt = problem.program, problem.wrt
    given = problem.leaves()
    value = evaluate(program, given, problem.limits) if recorder is None else recorder.forward()
    notes: list[str] = []
    gradients: dict[str, Any] = {}
    more: dict[str, dict[str, Any]] = {}
    inputs = {name: given[name] for name in wrt}
    if request.jvp is not None:
        _check_directions(request.jvp, inputs)
    if not wrt and request.is_more():
        notes.append("there is no variable to differentiate by")
    elif wrt and not value.dtype.is_floating_point:
        notes.append(f"a value of type {value.dtype.name} has no derivative")
    elif wrt:
        try:
            if recorder is None:
                gradients, more = _derivatives(problem, value, inputs, request)
            else:
                gradients = recorder.differentiate(value)
        except RuntimeError as error:
            raise _without_derivative(problem, error) from error
        if value.numel() != 1:
            notes.append(f"the value has {value.numel()} elements; the gradient is that of their sum")
    return Report(
        expr=program.source,
        inputs={name: t._data for name, t in problem.variables.items()},
        dtype=value.dtype.name,
        value=value._data,
        grad_fn=value.grad_fn.name() if value.grad_fn is not None else None,
        grad=gradients,
        more=more,
        warnings=[],
        notes=notes,
    )


def _derivatives(
    problem: Problem, value: Tensor, inputs: Mapping[str, Tensor], request: Request
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The gradients by variable, and the other derivatives asked for by kind."""
    tensors = list(inputs.values())
    if request.jacobian:
        _check_size(problem, "jacobian", value.numel(), tensors)
    if request.hessian:
        _check_size(problem, "hessian", max(t.numel() for t in tensors), tensors)
    for name, variable in inputs.items() if request.order > 1 else ():
        if variable.numel() != 1:
            raise UsageError(
                f"--order takes variables that are single numbers, and `{name}` has {variable.numel()} elements",
                "use --hessian for second derivatives",
            )
    kinds: dict[str, dict[str, Any]] = {}
    found = derivatives(value, inputs, jacobian=request.jacobian, hessian=request.hessian)
    if request.order > 1:
        found.update(_higher(problem, value, inputs, request.order))
    for key, tensor in found.items():
        kind, name, *other = key.split(".")
        named = kinds.setdefault(kind, {})
        if other:
            named.setdefault(name, {})[other[0]] = tensor._data
        else:
            named[name] = tensor._data
    gradients = kinds.pop("grad")
    if request.vjp is not None:
        if request.vjp.shape != value.shape:
            shapes = f"{_shape(value)}, not of {_shape(request.vjp)}"
            raise UsageError(f"--vjp takes weights of the shape of the value, {shapes}")
        sent = vjp([value], tensors, [request.vjp])
        kinds["vjp"] = {name: gradient._data for name, gradient in zip(inputs, sent, strict=True)}
    if request.jvp is not None:
        (along,) = jvp([value], [inputs[name] for name in request.jvp], [*request.jvp.values()])
        kinds["jvp"] = {"value": along._data}
    return gradients, kinds


def _higher(problem: Problem, value: Tensor, inputs: Mapping[str, Tensor], order: int) -> dict[str, Tensor]:
    # Here, so that what asks for first derivatives alone pays for no import.
    from ...engine.program.taylor import OrderError, derivatives

    again = partial(evaluate_again, problem.program, problem.variables, problem.limits)
    try:
        return derivatives(value, inputs, gradient=False, order=order, function=again)
    except OrderError as error:
        raise error_at(problem.program, None, "limit", str(error), "ask for a lower --order") from None


def _check_directions(directions: Mapping[str, Tensor], inputs: Mapping[str, Tensor]) -> None:
    for name, direction in directions.items():
        if name not in inputs:
            raise UsageError(
                f"--jvp has a direction for {quoted(name)}, which is not differentiated by",
                f"the gradient is by {listed(inputs)}" if inputs else "there is no variable to differentiate by",
            )
        if direction.shape != inputs[name].shape:
            raise UsageError(
                f"--jvp takes a direction of the shape of `{name}`, {_shape(inputs[name])}, not of {_shape(direction)}"
            )


def _shape(tensor: Tensor) -> str:
    return f"[{', '.join(map(str, tensor.shape))}]"


def _check_size(problem: Problem, kind: str, rows: int, inputs: Sequence[Tensor]) -> None:
    """ExpressionError: the derivative has more elements than a tensor may have."""
    elements, most = rows * max(t.numel() for t in inputs), problem.limits.elements
    if elements > most:
        message = f"the {kind} has {elements:,} elements, more than the limit of {most:,}"
        raise error_at(problem.program, None, "limit", message, "raise the limit with `--limit elements=N`")


def _passes_gradient(step: Application) -> bool:
    inputs = [argument for argument in step.arguments if is_recorded(argument)]
    try:
        grad(step.result.sum(), inputs, retain_graph=True, allow_unused=True)
    except RuntimeError:
        return not inputs
    return True


def _without_derivative(problem: Problem, error: RuntimeError) -> Exception:
    """The error for an operation that has no derivative, pointing at it; the error itself where none is to blame."""
    _, steps = applications_of(problem)
    place = next((step for step in steps if is_recorded(step.result) and not _passes_gradient(step)), None)
    if place is None:
        return error
    help = f"for the value alone, add `--const {','.join(problem.wrt)}`"
    return error_at(problem.program, place, "value", str(error), help)
