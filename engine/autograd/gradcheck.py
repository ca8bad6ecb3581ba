"""`torch.autograd.gradcheck`: compares the derivatives of a function with differences of its values."""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..graph.hooks import next_sequence
from ..graph.node import Node, describe
from ..primitives.copying import zeros_like
from ..primitives.parts import stack
from ..table.nodes import tracked as of_node
from ..tensors.aliases import Gradient
from ..tensors.tensor import Tensor
from .backward import grad
from .checked_jacobians import (
    Function,
    Matrices,
    as_tuple,
    backward_jacobian,
    difference_rows,
    differentiable_among,
    forward_jacobians,
    is_tracked,
    matrices,
    numerical_jacobians,
    tracked,
)
from .forward_ad import pushed_forward

__all__ = ["GradcheckError", "get_analytical_jacobian", "get_numerical_jacobian", "gradcheck", "gradgradcheck"]

_NONDETERMINISTIC = (
    "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives different "
    "values, although analytical gradient matches numerical gradient.The tolerance for nondeterminism was {}.\n\n"
    "NOTE: If your op relies on non-deterministic operations, it is expected that this check fails: mark the failure "
    "as expected, or give the largest difference there may be as `nondet_tol`."
)
_UNDEFINED = (
    "Backwards compatibility: New undefined gradient support checking feature is enabled by default, but it may break "
    "existing callers of this function. If this is true for you, you can call this function with "
    '"check_undefined_grad=False" to disable the feature'
)


class GradcheckError(RuntimeError):
    """A derivative does not agree with what the function's values say."""


def gradcheck(
    func: Function,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """True if the gradients of `func` at `inputs`, a tensor or a tuple, agree with central differences of width eps.

    All inputs that require grad are checked; they should be float64. `check_forward_ad` checks tangents as well.
    `check_grad_dtypes` holds always here; `fast_mode` and `check_batched_forward_grad` change nothing.

    GradcheckError: they do not agree (or False, without `raise_exception`). ValueError: no input requires grad.
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    if check_batched_grad and not check_backward_ad:
        raise AssertionError("Setting check_batched_grad=True requires check_backward_ad to be True")
    if check_batched_forward_grad and not check_forward_ad:
        raise AssertionError("Setting check_batched_forward_grad=True requires check_forward_ad to be True")
    given = as_tuple(inputs)
    _check_inputs(given)
    try:
        outputs = as_tuple(func(*given))
        slopes = numerical_jacobians(func, given, outputs, eps)
        if check_backward_ad:
            _check_backward(given, outputs, slopes, rtol, atol, nondet_tol)
        if check_forward_ad:
            _check_forward(func, given, outputs, slopes, rtol, atol)
            if check_undefined_grad:
                _check_undefined_tangents(func, given)
        if check_backward_ad:
            _check_more(func, given, check_batched_grad, check_undefined_grad, bool(masked))
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Function,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    gen_non_contig_grad_outputs: bool = False,
    check_undefined_grad: bool = True,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    **settings: Any,
) -> bool:
    """As `gradcheck`, for the gradients of `func` as functions of its inputs and of the incoming gradients.

    The latter are `grad_outputs`, or drawn from -1 to 1 (the same each time). `check_fwd_over_rev` checks tangents;
    the other settings are those of `gradcheck`.
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    if check_undefined_grad and not check_rev_over_rev:
        raise AssertionError("Setting check_undefined_grad=True requires check_rev_over_rev to be True")
    if check_batched_grad and not check_rev_over_rev:
        raise AssertionError("Setting check_batched_grad=True requires check_rev_over_rev to be True")
    given = as_tuple(inputs)
    starts = as_tuple(grad_outputs)
    if grad_outputs is None:
        starts = _drawn(differentiable_among(func(*given)), gen_non_contig_grad_outputs)
    requiring = [is_tracked(t) for t in (*given, *starts)]

    def gradients(*args: Any) -> tuple[Tensor, ...]:
        # Forward mode hands in tensors that do not require grad.
        args = tuple(a.requires_grad_() if required else a for a, required in zip(args, requiring, strict=True))
        values = args[: len(given)]
        wanted = [v for v, required in zip(values, requiring, strict=False) if required]
        outputs = differentiable_among(func(*values))
        found = grad(outputs, wanted, args[len(given) :], create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    return gradcheck(
        gradients,
        (*given, *starts),
        check_undefined_grad=check_undefined_grad,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        **settings,
    )


def _drawn(outputs: Sequence[Tensor], non_contiguous: bool) -> tuple[Tensor, ...]:
    """A random gradient for each output."""
    generator = np.random.default_rng(0)
    drawn = []
    for output in outputs:
        values = generator.uniform(-1, 1, output.shape).astype(output._data.dtype)
        if non_contiguous and values.ndim:
            values = np.repeat(values, 2, axis=-1)[..., ::2]
        drawn.append(Tensor(values[()], True))
    return tuple(drawn)


def _check_inputs(inputs: Sequence[Any]) -> None:
    """Warns of inputs too coarse for differences. ValueError: none requires grad. RuntimeError: elements overlap."""
    for i, value in enumerate(inputs):
        if not is_tracked(value):
            continue
        if value._data.dtype != np.float64:
            warnings.warn(
                f"Input #{i} requires gradient and is not a double precision floating point or complex. This check "
                "will likely fail if all the inputs are not of double precision floating point or complex. ",
                stacklevel=3,
            )
        data = np.asarray(value._data)
        if any(stride == 0 and size > 1 for stride, size in zip(data.strides, data.shape, strict=True)):
            raise RuntimeError(
                f"The {i}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                "non-overlapping to be able to compute the numerical gradients correctly. You should call .contiguous "
                "on the input before passing it to gradcheck."
            )
    if not tracked(inputs):
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )


def _check_backward(
    inputs: Sequence[Any], outputs: Sequence[Tensor], slopes: Matrices, rtol: float, atol: float, nondet_tol: float
) -> None:
    """GradcheckError: the gradients differ from the differences, or from themselves when computed again."""
    kept = [(output, expected) for output, expected in zip(outputs, slopes, strict=True) if output.requires_grad]
    if not kept and any((m._data != 0).any() for of_output in slopes for m in of_output):
        raise GradcheckError("Numerical gradient for function expected to be zero")
    for i, (output, expected) in enumerate(kept):
        found = backward_jacobian(inputs, output)
        again = backward_jacobian(inputs, output)
        for a, b in zip(found, again, strict=True):
            if a._data.size and np.abs(a._data - b._data).max() > nondet_tol:
                raise GradcheckError(_NONDETERMINISTIC.format(nondet_tol))
        _compare(i, found, expected, rtol, atol, "")


def _check_forward(
    func: Function, inputs: Sequence[Any], outputs: Sequence[Tensor], slopes: Matrices, rtol: float, atol: float
) -> None:
    """GradcheckError: the tangents differ from the differences."""
    found = forward_jacobians(func, inputs, outputs)
    for i, output in enumerate(outputs):
        if output.dtype.is_floating_point:
            _compare(i, found[i], slopes[i], rtol, atol, "computed with forward mode ")


def _compare(
    number: int, analytical: Sequence[Tensor], numerical: Sequence[Tensor], rtol: float, atol: float, mode: str
) -> None:
    for i, (a, n) in enumerate(zip(analytical, numerical, strict=True)):
        if not np.allclose(a._data, n._data, rtol, atol):
            raise GradcheckError(
                f"Jacobian {mode}mismatch for output {number} with respect to input {i},\n"
                f"numerical:{n}\nanalytical:{a}\n"
            )


def _check_more(func: Function, inputs: Sequence[Any], batched: bool, missing: bool, masked: bool) -> None:
    """GradcheckError: gradients are not linear in the incoming ones, or fail where some of those are missing."""
    wanted = tracked(inputs)
    outputs = differentiable_among(func(*inputs))
    if not outputs:
        return
    if batched:
        _check_batched(outputs, wanted)
    for gradient in grad(outputs, wanted, [zeros_like(o) for o in outputs], allow_unused=True):
        if gradient is not None and not (np.allclose(gradient._data, 0) if masked else not gradient._data.any()):
            raise GradcheckError("backward not multiplied by grad_output")
    if missing:
        # None of the outputs has a gradient, and then all but one have.
        for without in (None, *(range(len(outputs)) if len(outputs) > 1 else ())):
            again = differentiable_among(func(*inputs))
            undefined = [of_node(o._data, UndefinedGrad(o)) for o in again]
            _check_undefined([u if without in (None, i) else again[i] for i, u in enumerate(undefined)], wanted)


def _check_batched(outputs: Sequence[Tensor], wanted: Sequence[Tensor]) -> None:
    """GradcheckError: gradients computed in a batch are not those computed one by one."""
    for i, output in enumerate(outputs):
        starts = stack([_drawn([output], False)[0].detach() for _ in range(2)])
        together = grad(output, wanted, starts, True, allow_unused=True, is_grads_batched=True)
        alone = [grad(output, wanted, start, True, allow_unused=True) for start in starts]
        for j, (batch, rows) in enumerate(zip(together, zip(*alone, strict=True), strict=True)):
            if batch is not None and not np.allclose(batch._data, [row._data for row in rows]):
                raise GradcheckError(
                    f"For output {i} and input {j}: batched gradients are not those computed one by one"
                )


class UndefinedGrad(Node):
    """The node of what is its argument, and sends no gradient on."""

    def __init__(self, tensor: Tensor) -> None:
        self._sequence = next_sequence()
        self.next_functions = (tensor._edge(),)
        self._outputs = describe(tensor._data)

    def apply(self, gradients: Gradient, create_graph: bool) -> Sequence[Gradient]:
        return [None]


def _check_undefined(outputs: Sequence[Tensor], wanted: Sequence[Tensor]) -> None:
    """GradcheckError: a backward cannot do without the gradients of some outputs, or makes up one."""
    cause, expected = None, "all input grads to be undefined or zero when all output grads are undefined or zero"
    try:
        found = grad(outputs, wanted, [zeros_like(o) for o in outputs], allow_unused=True)
    except RuntimeError as error:
        cause, expected = error, "backward function to handle undefined output grads"
    else:
        if not any(g is not None and g._data.any() for g in found):
            return
    warnings.warn(_UNDEFINED, stacklevel=5)
    raise GradcheckError(
        f'Expected {expected}. Please look at "Notes about undefined output gradients" in '
        '"tools/autograd/derivatives.yaml"'
    ) from cause


def _check_undefined_tangents(func: Function, inputs: Sequence[Any]) -> None:
    """GradcheckError: the tangents differ between an input without a tangent and one whose tangent is zeros."""
    given = [t.detach() if is_tracked(t) else t for t in inputs]
    drawn = [_drawn([t], False)[0].detach() if is_tracked(t) else None for t in inputs]

    def call(*args: Any) -> tuple[Any, ...]:
        return tuple(o for o in as_tuple(func(*args)) if o.dtype.is_floating_point)

    for i, value in enumerate(inputs):
        if not is_tracked(value):
            continue
        zeros, nothing = [
            pushed_forward(call, given, [*drawn[:i], tangent, *drawn[i + 1 :]], True)
            for tangent in (zeros_like(given[i]), None)
        ]
        for number, ((_, one), (_, other)) in enumerate(zip(zeros, nothing, strict=True)):
            if one is not None and other is not None and not np.allclose(one._data, other._data):
                raise GradcheckError(
                    f"Mismatch in tangent values for output with index: {number} when input: {value} has an undefined "
                    f"tangent value.  Got: {one} but expected: {other}"
                )


# What PyTorch once exposed by accident and still has

_PRIVATE = (
    "`{}` was part of PyTorch's private API and not meant to be exposed. We are deprecating it and it will be removed "
    "in a future version of PyTorch. If you have a specific use for this or feature request for this to be a stable "
    "API, please file us an issue at https://github.com/pytorch/pytorch/issues/new"
)


def _warn_of_private(name: str, grad_out: float) -> None:
    """ValueError: another gradient to start from than 1."""
    warnings.warn(_PRIVATE.format(name), FutureWarning, stacklevel=3)
    if grad_out != 1.0:
        raise ValueError(f"Expected grad_out to be 1.0. {name} no longer supports values of grad_out != 1.0.")


def get_numerical_jacobian(
    fn: Callable[[Any], Any], inputs: Sequence[Any], target: Any = None, eps: float = 1e-3, grad_out: float = 1.0
) -> tuple[Tensor, ...]:
    """The Jacobian of the first output for each input (or tensor of `target`) that requires grad. Deprecated."""
    _warn_of_private("get_numerical_jacobian", grad_out)
    output = as_tuple(fn(inputs))[0]
    wanted = tracked(inputs if target is None else as_tuple(target))
    rows = [list(difference_rows(lambda *given: fn(given), inputs, value, eps)) for value in wanted]
    return tuple(matrices(rows, [output])[0])


def get_analytical_jacobian(
    inputs: Sequence[Any], output: Tensor, nondet_tol: float = 0.0, grad_out: float = 1.0
) -> tuple[tuple[Tensor, ...], bool, bool, bool]:
    """The Jacobians by backward, and whether they come out alike again, in size and in dtype. Deprecated."""
    _warn_of_private("get_analytical_jacobian", grad_out)
    found, again = backward_jacobian(inputs, output), backward_jacobian(inputs, output)
    alike = all(np.allclose(a._data, b._data, 0, nondet_tol) for a, b in zip(found, again, strict=True))
    return tuple(found), alike, True, True


class _CallableModule(types.ModuleType):
    """This module, which can be called: `torch.autograd.gradcheck` is the function, in whatever order one imports."""

    def __call__(self, *args: Any, **kwargs: Any) -> bool:
        return gradcheck(*args, **kwargs)


sys.modules[__name__].__class__ = _CallableModule
