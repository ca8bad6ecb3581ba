"""torch.nn.utils: what is done to many parameters or gradients together."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from ..table.registry import ops
from ..tensors.modes import no_grad
from ..tensors.tensor import Tensor

__all__ = ["clip_grad_norm_", "clip_grad_value_", "parameters_to_vector", "vector_to_parameters"]


def _listed(parameters: Any) -> list[Tensor]:
    return [parameters] if isinstance(parameters, Tensor) else list(parameters)


def clip_grad_norm_(
    parameters: Any, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: Any = None
) -> Tensor:
    """Scales all gradients down together where their norm exceeds a bound, and returns what the norm was.

    RuntimeError: it is not finite, and that is to be an error.
    """
    grads = [parameter.grad for parameter in _listed(parameters) if parameter.grad is not None]
    if not grads:
        return ops.zeros(())
    with no_grad():
        norms = ops.stack([ops.vector_norm(grad, norm_type) for grad in grads])
        total = ops.vector_norm(norms, norm_type)
        if error_if_nonfinite and not math.isfinite(total.item()):
            raise RuntimeError(
                f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be "
                "clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
                "`error_if_nonfinite=False`"
            )
        factor = ops.clamp(max_norm / (total + 1e-6), max=1.0)
        for grad in grads:
            grad.mul_(factor)
    return total


def clip_grad_value_(parameters: Any, clip_value: float, foreach: Any = None) -> None:
    """Takes each element of the gradients to an interval around 0."""
    with no_grad():
        for parameter in _listed(parameters):
            if parameter.grad is not None:
                parameter.grad.clamp_(min=-clip_value, max=clip_value)


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All parameters one after the other, as one vector."""
    return ops.cat([parameter.reshape(-1) for parameter in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Gives parameters the numbers of a vector, one after the other."""
    begins = 0
    for parameter in parameters:
        end = begins + parameter.numel()
        parameter.data = vec.detach()[begins:end].reshape(parameter.shape)
        begins = end
