"""torch.nn.utils: what is done to many parameters or gradients together."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from typing import Any

from ..api.declared import require
from ..api.offered import older
from ..table.registry import ops
from ..tensors.modes import no_grad
from ..tensors.tensor import Tensor
from . import packed_sequences as rnn  # noqa: F401  (PyTorch has these here)
from . import parametrizations, parametrize, prune  # noqa: F401
from .module import Module
from .parameter import Parameter

__all__ = ["clip_grad_norm", "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]
__all__ += ["parameters_to_vector", "remove_weight_norm", "vector_to_parameters", "weight_norm"]


def _listed(parameters: Any) -> list[Tensor]:
    return [parameters] if isinstance(parameters, Tensor) else list(parameters)


def _grads(parameters: Any) -> list[Tensor]:
    return [parameter.grad for parameter in _listed(parameters) if parameter.grad is not None]


def get_total_norm(
    tensors: Any, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: Any = None
) -> Tensor:
    """The norm of all tensors as one vector. RuntimeError: it is not finite, and that is to be an error."""
    tensors = _listed(tensors)
    if not tensors:
        return ops.zeros(())
    total = ops.vector_norm(ops.stack([ops.vector_norm(tensor, norm_type) for tensor in tensors]), norm_type)
    require(
        not error_if_nonfinite or math.isfinite(total.item()),
        f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be clipped. "
        "To disable this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`",
        RuntimeError,
    )
    return total


def clip_grads_with_norm_(parameters: Any, max_norm: float, total_norm: Any, foreach: Any = None) -> None:
    """Scales all gradients down together where their norm, which is given, exceeds a bound."""
    factor = ops.clamp(max_norm / (total_norm + 1e-6), max=1.0)
    with no_grad():
        for grad in _grads(parameters):
            grad.mul_(factor)


def clip_grad_norm_(
    parameters: Any, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: Any = None
) -> Tensor:
    """Scales all gradients down together where their norm exceeds a bound, and returns what the norm was.

    RuntimeError: it is not finite, and that is to be an error.
    """
    parameters = _listed(parameters)
    with no_grad():
        total = get_total_norm(_grads(parameters), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, max_norm, total)
    return total


_NOW = "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`."
clip_grad_norm = older(clip_grad_norm_, _NOW)


def clip_grad_value_(parameters: Any, clip_value: float, foreach: Any = None) -> None:
    """Takes each element of the gradients to an interval around 0."""
    with no_grad():
        for grad in _grads(parameters):
            grad.clamp_(min=-clip_value, max=clip_value)


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All parameters one after the other, as one vector."""
    return ops.cat([parameter.reshape(-1) for parameter in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Gives parameters the numbers of a vector, one after the other."""
    require(isinstance(vec, Tensor), f"expected torch.Tensor, but got: {type(vec).__name__}", TypeError)
    begins = 0
    for parameter in parameters:
        end = begins + parameter.numel()
        parameter.data = vec.detach()[begins:end].reshape(parameter.shape)
        begins = end


class _Length:
    """What computes a weight of its length and its direction before the module is called."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name, self.dim = name, dim

    def __call__(self, module: Module, args: Any = ()) -> None:
        g, v = (getattr(module, f"{self.name}_{part}") for part in "gv")
        setattr(module, self.name, parametrizations.of_length(g, v, self.dim))


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """As `parametrizations.weight_norm`, in PyTorch's older way: as the parameters `name_g` and `name_v`."""
    newer = "torch.nn.utils.parametrizations.weight_norm"
    warnings.warn(f"`torch.nn.utils.weight_norm` is deprecated in favor of `{newer}`.", FutureWarning, stacklevel=2)
    weight, hook = module._parameters.pop(name), _Length(name, dim)
    with no_grad():
        module.register_parameter(f"{name}_g", Parameter(parametrizations.length(weight, dim)))
    module.register_parameter(f"{name}_v", Parameter(weight.data))
    hook(module)
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """Makes a weight a parameter again. ValueError: it is none of `weight_norm`."""
    hooks = module._forward_pre_hooks
    found = [key for key, (hook, _) in hooks.items() if isinstance(hook, _Length) and hook.name == name]
    require(bool(found), f"weight_norm of '{name}' not found in {module}")
    hook, _ = hooks.pop(found[0])
    hook(module)
    weight = vars(module).pop(name)
    for part in "gv":
        delattr(module, f"{name}_{part}")
    setattr(module, name, Parameter(weight.detach()))
    return module
