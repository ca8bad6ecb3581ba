"""`torch.autograd.gradcheck`: compares the derivatives of a function with differences of its values.

A Jacobian here is a matrix with a row for each element of an input and a column for each element of an output.
"""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..primitives.copying import zeros_like
from ..primitives.joining import stack
from ..tensors.memory import shareable
from ..tensors.tensor import Tensor
from .backward import grad
from .forward_ad import pushed_forward
from .jacobians import jacobian_rows, units

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
    func: Callable[..., Any],
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
    given = _as_tuple(inputs)
    _check_inputs(given)
    try:
        numerical = _Numerical(func, given, eps)
        if check_backward_ad:
            _check_backward(func, given, numerical, rtol, atol, nondet_tol)
        if check_forward_ad:
            _check_forward(func, given, numerical, rtol, atol)
        if check_backward_ad:
            _check_more(func, given, check_batched_grad, check_undefined_grad, bool(masked))
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """As `gradcheck`, for the gradients of `func` as functions of its inputs and of the incoming gradients.

    The latter are `grad_outputs`, or drawn from -1 to 1 (the same each time). `check_fwd_over_rev` checks tangents.
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    if check_undefined_grad and not check_rev_over_rev:
        raise AssertionError("Setting check_undefined_grad=True requires check_rev_over_rev to be True")
    if check_batched_grad and not check_rev_over_rev:
        raise AssertionError("Setting check_batched_grad=True requires check_rev_over_rev to be True")
    given = _as_tuple(inputs)
    if grad_outputs is None:
        starts = _drawn(_differentiable(func(*given)), gen_non_contig_grad_outputs)
    else:
        starts = _as_tuple(grad_outputs)
    tracked = [isinstance(t, Tensor) and t.requires_grad for t in (*given, *starts)]

    def gradients(*args: Any) -> tuple[Tensor, ...]:
        # Forward mode hands in tensors that do not require grad.
        args = tuple(a.requires_grad_() if track else a for a, track in zip(args, tracked, strict=True))
        values = args[: len(given)]
        wanted = [v for v, track in zip(values, tracked, strict=False) if track]
        outputs = _differentiable(func(*values))
        found = grad(outputs, wanted, args[len(given) :], create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    return gradcheck(
        gradients,
        (*given, *starts),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        masked=masked,
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


# Inputs and outputs


def _as_tuple(values: Any) -> tuple[Any, ...]:
    if isinstance(values, (tuple, list)):
        return tuple(values)
    return (values,)


def _differentiable(outputs: Any) -> tuple[Tensor, ...]:
    return tuple(o for o in _as_tuple(outputs) if o.requires_grad)


def _is_tracked(value: Any) -> bool:
    return isinstance(value, Tensor) and value.requires_grad


def _tracked(inputs: Sequence[Any]) -> list[Tensor]:
    return [value for value in inputs if _is_tracked(value)]


def _check_inputs(inputs: Sequence[Any]) -> None:
    """Warns of inputs too coarse for differences. ValueError: none requires grad. RuntimeError: elements overlap."""
    for i, value in enumerate(inputs):
        if not _is_tracked(value):
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
    if not _tracked(inputs):
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )


# Jacobians


class _Numerical:
    """The Jacobians by central differences, for each output a list with one for each input that requires grad."""

    def __init__(self, func: Callable[..., Any], inputs: Sequence[Any], eps: float) -> None:
        self.outputs = _as_tuple(func(*inputs))
        rows = [list(_difference_rows(func, inputs, value, eps)) for value in _tracked(inputs)]
        self.matrices = _matrices(rows, self.outputs)

    def differentiable(self) -> list[list[Tensor]]:
        """The Jacobians of those outputs that require grad."""
        return [m for o, m in zip(self.outputs, self.matrices, strict=True) if o.requires_grad]


def _matrices(rows: Sequence[Sequence[Sequence[Any]]], outputs: Sequence[Tensor]) -> list[list[Tensor]]:
    """The matrices by output and input, of rows for each input and each of its elements that hold all outputs."""
    matrices: list[list[Tensor]] = []
    for number, output in enumerate(outputs):
        parts = [[np.ravel(row[number]) for row in of_input] for of_input in rows]
        matrices.append([Tensor(np.array(p, output._data.dtype).reshape(len(p), output.numel())) for p in parts])
    return matrices


def _difference_rows(
    func: Callable[..., Any], inputs: Sequence[Any], value: Tensor, eps: float
) -> Iterator[list[np.ndarray[Any, Any]]]:
    """The derivatives of all outputs with respect to one element of an input after another, which is changed in place.

    AssertionError: the outputs' shapes or dtypes change with it.
    """
    data = shareable(value)

    def outputs() -> list[Any]:
        return [np.array(o._data) for o in _as_tuple(func(*inputs))]

    for index in np.ndindex(data.shape):
        original = data[index]
        try:
            data[index] = original - eps
            below = outputs()
            data[index] = original + eps
            above = outputs()
        finally:
            data[index] = original
        for a, b in zip(below, above, strict=True):
            _check_alike(a, b, index, eps)
        yield [
            ((b - a) / (2 * eps) if b.dtype.kind == "f" else _whole(a, b, eps)).reshape(-1)
            for a, b in zip(below, above, strict=True)
        ]


def _whole(below: Any, above: Any, eps: float) -> Any:
    """A difference of integers or booleans."""
    return (above.astype(float) - below.astype(float)) / (2 * eps)


def _check_alike(below: Any, above: Any, index: Any, eps: float) -> None:
    for what, a, b in (
        ("shape", Tensor(below).shape, Tensor(above).shape),
        ("dtype", Tensor(below).dtype, Tensor(above).dtype),
    ):
        if a != b:
            raise AssertionError(
                f"Expected `func` to return outputs with the same {what} when inputs are perturbed on index {index} by "
                f"{eps}, but got: {what}s {a} and {b}."
            )


def _backward_jacobian(inputs: Sequence[Any], output: Tensor) -> list[Tensor]:
    """The Jacobian of one output for each input that requires grad, by backward."""
    wanted = _tracked(inputs)
    blocks = zip(jacobian_rows(output, wanted), wanted, strict=True)
    return [Tensor(np.reshape(block._data, (output.numel(), t.numel())).T) for block, t in blocks]


def _forward_jacobians(
    func: Callable[..., Any], inputs: Sequence[Any], outputs: Sequence[Tensor]
) -> list[list[Tensor]]:
    """The Jacobians by forward mode: for each output a list with one for each input that requires grad."""
    given = [t.detach() if _is_tracked(t) else t for t in inputs]

    def slopes(value: Tensor, unit: Tensor) -> list[Any]:
        """The tangents of the outputs where one input has the tangent `unit`, and the others have zeros."""
        along = [unit if t is value else zeros_like(t) if _is_tracked(t) else None for t in inputs]
        found = pushed_forward(lambda *args: _as_tuple(func(*args)), given, along, True)
        return [np.zeros_like(p._data) if tangent is None else tangent._data for p, tangent in found]

    return _matrices([[slopes(value, unit) for unit in units(value)] for value in _tracked(inputs)], outputs)


# Checks


def _check_backward(
    func: Callable[..., Any],
    inputs: Sequence[Any],
    numerical: _Numerical,
    rtol: float,
    atol: float,
    nondet_tol: float,
) -> None:
    """GradcheckError: the gradients differ from the differences, or from themselves when computed again."""
    outputs = _differentiable(numerical.outputs)
    if not outputs:
        if any((m._data != 0).any() for matrices in numerical.matrices for m in matrices):
            raise GradcheckError("Numerical gradient for function expected to be zero")
        return
    for i, (output, expected) in enumerate(zip(outputs, numerical.differentiable(), strict=True)):
        found = _backward_jacobian(inputs, output)
        again = _backward_jacobian(inputs, output)
        for a, b in zip(found, again, strict=True):
            if a._data.size and np.abs(a._data - b._data).max() > nondet_tol:
                raise GradcheckError(_NONDETERMINISTIC.format(nondet_tol))
        _compare(i, found, expected, rtol, atol, "")


def _check_forward(
    func: Callable[..., Any], inputs: Sequence[Any], numerical: _Numerical, rtol: float, atol: float
) -> None:
    """GradcheckError: the tangents differ from the differences."""
    kept = [i for i, o in enumerate(numerical.outputs) if o.dtype.is_floating_point]
    found = _forward_jacobians(func, inputs, numerical.outputs)
    for i in kept:
        _compare(i, found[i], numerical.matrices[i], rtol, atol, "computed with forward mode ")


def _compare(
    number: int, analytical: Sequence[Tensor], numerical: Sequence[Tensor], rtol: float, atol: float, mode: str
) -> None:
    for i, (a, n) in enumerate(zip(analytical, numerical, strict=True)):
        if not np.allclose(a._data, n._data, rtol, atol):
            raise GradcheckError(
                f"Jacobian {mode}mismatch for output {number} with respect to input {i},\n"
                f"numerical:{n}\nanalytical:{a}\n"
            )


def _check_more(func: Callable[..., Any], inputs: Sequence[Any], batched: bool, undefined: bool, masked: bool) -> None:
    """GradcheckError: gradients are not linear in the incoming ones, or fail where some of those are missing."""
    wanted = _tracked(inputs)
    outputs = _differentiable(func(*inputs))
    if not outputs:
        return
    if batched:
        _check_batched(outputs, wanted)
    for gradient in grad(outputs, wanted, [zeros_like(o) for o in outputs], allow_unused=True):
        if gradient is None:
            continue
        zero = np.allclose(gradient._data, 0) if masked else not gradient._data.any()
        if not zero:
            raise GradcheckError("backward not multiplied by grad_output")
    if undefined and len(outputs) > 1:
        for number in range(len(outputs)):
            _check_undefined(_differentiable(func(*inputs))[number], wanted)


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


def _check_undefined(output: Tensor, wanted: Sequence[Tensor]) -> None:
    """GradcheckError: a backward cannot do without the gradients of the other outputs, or makes up one."""
    try:
        found = grad(output, wanted, zeros_like(output), allow_unused=True)
    except (RuntimeError, TypeError) as error:
        warnings.warn(_UNDEFINED, stacklevel=5)
        raise GradcheckError(
            "Expected backward function to handle undefined output grads. Please look at "
            '"Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"'
        ) from error
    if any(g is not None and g._data.any() for g in found):
        warnings.warn(_UNDEFINED, stacklevel=5)
        raise GradcheckError(
            "Expected all input grads to be undefined or zero when all output grads are undefined or zero. Please look "
            'at "Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"'
        )


# What PyTorch once exposed by accident and still has

_PRIVATE = (
    "`{}` was part of PyTorch's private API and not meant to be exposed. We are deprecating it and it will be removed "
    "in a future version of PyTorch. If you have a specific use for this or feature request for this to be a stable "
    "API, please file us an issue at https://github.com/pytorch/pytorch/issues/new"
)


def get_numerical_jacobian(
    fn: Callable[[Any], Any], inputs: Sequence[Any], target: Any = None, eps: float = 1e-3, grad_out: float = 1.0
) -> tuple[Tensor, ...]:
    """The Jacobian of the first output for each input (or tensor of `target`) that requires grad. Deprecated."""
    warnings.warn(_PRIVATE.format("get_numerical_jacobian"), FutureWarning, stacklevel=2)
    if grad_out != 1.0:
        raise ValueError(
            "Expected grad_out to be 1.0. get_numerical_jacobian no longer supports values of grad_out != 1.0."
        )
    output = _as_tuple(fn(inputs))[0]
    matrices = []
    for value in _tracked(inputs if target is None else _as_tuple(target)):
        rows = [row[0] for row in _difference_rows(lambda *given: fn(given), inputs, value, eps)]
        matrices.append(Tensor(np.array(rows, output._data.dtype).reshape(value.numel(), output.numel())))
    return tuple(matrices)


def get_analytical_jacobian(
    inputs: Sequence[Any], output: Tensor, nondet_tol: float = 0.0, grad_out: float = 1.0
) -> tuple[tuple[Tensor, ...], bool, bool, bool]:
    """The Jacobians by backward, and whether they come out alike again, in size and in dtype. Deprecated."""
    warnings.warn(_PRIVATE.format("get_analytical_jacobian"), FutureWarning, stacklevel=2)
    if grad_out != 1.0:
        raise ValueError(
            "Expected grad_out to be 1.0. get_analytical_jacobian no longer supports values of grad_out != 1.0."
        )
    found, again = _backward_jacobian(inputs, output), _backward_jacobian(inputs, output)
    alike = all(np.allclose(a._data, b._data, 0, nondet_tol) for a, b in zip(found, again, strict=True))
    return tuple(found), alike, True, True


class _CallableModule(types.ModuleType):
    """This module, which can be called: `torch.autograd.gradcheck` is the function, in whatever order one imports."""

    def __call__(self, *args: Any, **kwargs: Any) -> bool:
        return gradcheck(*args, **kwargs)


sys.modules[__name__].__class__ = _CallableModule
