"""Evaluates an expression and differentiates it in the ways `eval` offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import engine
from ..engine import Tensor
from ..engine.autograd import grad
from ..parser.evaluate import Limits, evaluate
from ..parser.syntax import Program
from .errors import UsageError
from .nonfinite import findings
from .report import Report


class Request(NamedTuple):
    """Which derivatives to compute, beside the gradient."""

    hessian: bool = False
    jacobian: bool = False
    order: int = 1
    vjp: Tensor | None = None
    jvp: Mapping[str, Tensor] | None = None


def differentiate(
    program: Program, variables: Mapping[str, Tensor], wrt: Sequence[str], request: Request, limits: Limits
) -> Report:
    """The value of a program and its derivatives with respect to the variables named in `wrt`.

    The gradient of a value that is not a single number is that of its sum. ExpressionError: as `evaluate`.
    UsageError: a derivative that the shapes do not allow.
    """
    given = {name: value.detach().requires_grad_(name in wrt) for name, value in variables.items()}
    inputs = [given[name] for name in wrt]
    value = evaluate(program, given, limits)
    connected = value.requires_grad and bool(inputs)
    notes: list[str] = []
    gradients: dict[str, Any] = {}
    more: dict[str, dict[str, Any]] = {}
    recorded = request.hessian or request.order > 1
    first: list[Tensor] = []
    if connected:
        total = value if value.ndim == 0 else value.sum()
        keep = recorded or request.jacobian or request.vjp is not None or request.jvp is not None
        first = _grad(total, inputs, recorded, keep)
        gradients = {name: g._data for name, g in zip(wrt, first, strict=True)}
    elif inputs and value.dtype.is_floating_point:
        gradients = {name: np.zeros_like(t._data) for name, t in zip(wrt, inputs, strict=True)}
    if gradients and value.numel() != 1:
        notes.append(f"the value has {value.numel()} elements; the gradient is that of their sum")
    if request.jacobian:
        more["jacobian"] = dict(zip(wrt, _jacobian(value, inputs), strict=True))
    if request.hessian:
        more["hessian"] = _hessian(wrt, inputs, first)
    if request.order > 1:
        more.update(_higher(wrt, inputs, first, request.order))
    if request.vjp is not None:
        more["vjp"] = dict(zip(wrt, _vjp(value, inputs, request.vjp), strict=True))
    if request.jvp is not None:
        more["jvp"] = {"value": _jvp(value, given, wrt, request.jvp)}
    report = Report(
        expr=program.source,
        inputs={name: t._data for name, t in variables.items()},
        dtype=value.dtype.name,
        value=value._data,
        grad_fn=value.grad_fn.name() if value.grad_fn is not None else None,
        grad=gradients,
        more=more,
        warnings=[],
        notes=notes,
    )
    if not report.is_finite():
        report.warnings.extend(findings(program, variables, wrt, report, limits))
    return report


def _grad(output: Tensor, inputs: Sequence[Tensor], create_graph: bool, keep: bool) -> list[Tensor]:
    """The gradients, zeros for an input that the output does not depend on."""
    if not output.requires_grad:
        return [engine.zeros_like(t) for t in inputs]
    found = grad(output, inputs, retain_graph=keep, create_graph=create_graph, materialize_grads=True)
    return [g for g in found if g is not None]


def _jacobian(value: Tensor, inputs: Sequence[Tensor]) -> list[Any]:
    """For each input an array of the value's shape followed by the input's."""
    flat = value.reshape(-1)
    rows = [[g._data for g in _grad(flat[i], inputs, False, True)] for i in range(flat.numel())]
    return [
        np.array([row[k] for row in rows]).reshape(value.shape + t.shape) for k, t in enumerate(inputs)
    ]


def _hessian(wrt: Sequence[str], inputs: Sequence[Tensor], first: Sequence[Tensor]) -> dict[str, Any]:
    """Second derivatives by pair of variables, each of the first's shape followed by the second's."""
    result: dict[str, Any] = {}
    for name, variable, gradient in zip(wrt, inputs, first, strict=True):
        blocks = _jacobian(gradient, inputs)
        result[name] = {other: block for other, block in zip(wrt, blocks, strict=True)}
        assert blocks[0].shape == variable.shape + inputs[0].shape
    return result


def _higher(wrt: Sequence[str], inputs: Sequence[Tensor], first: Sequence[Tensor], order: int) -> dict[str, Any]:
    """Derivatives 2 to `order` with respect to each variable alone: `{"d2": {"x": ...}, ...}`."""
    result: dict[str, dict[str, Any]] = {f"d{k}": {} for k in range(2, order + 1)}
    for name, variable, gradient in zip(wrt, inputs, first, strict=True):
        if variable.numel() != 1:
            raise UsageError(
                f"--order takes variables that are single numbers, and `{name}` has {variable.numel()} elements",
                "use --hessian for second derivatives",
            )
        current = gradient
        for k in range(2, order + 1):
            (current,) = _grad(current.reshape(()) if current.ndim else current, [variable], True, True)
            result[f"d{k}"][name] = current._data
    return result


def _vjp(value: Tensor, inputs: Sequence[Tensor], cotangent: Tensor) -> list[Any]:
    if cotangent.shape != value.shape:
        raise UsageError(f"--vjp takes a value of shape {list(value.shape)}, not {list(cotangent.shape)}")
    if not value.requires_grad:
        return [np.zeros_like(t._data) for t in inputs]
    found = grad(value, inputs, cotangent, retain_graph=True, materialize_grads=True)
    return [g._data for g in found if g is not None]


def _jvp(value: Tensor, given: Mapping[str, Tensor], wrt: Sequence[str], tangents: Mapping[str, Tensor]) -> Any:
    """The derivative of the value along the tangents: the gradient, in `u`, of the gradient of `u . value`."""
    inputs = []
    directions = []
    for name, tangent in tangents.items():
        if name not in wrt:
            raise UsageError(f"--jvp has a direction for `{name}`, which is not differentiated by")
        if tangent.shape != given[name].shape:
            raise UsageError(
                f"--jvp takes a direction of shape {list(given[name].shape)} for `{name}`, not {list(tangent.shape)}"
            )
        inputs.append(given[name])
        directions.append(tangent)
    u = engine.zeros_like(value).requires_grad_()
    if not value.requires_grad:
        return u._data
    pulled = grad(value, inputs, u, create_graph=True, materialize_grads=True)
    terms = [(g * d).sum() for g, d in zip(pulled, directions, strict=True) if g is not None]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return _grad(total, [u], False, False)[0]._data
