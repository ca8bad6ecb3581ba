"""`torch.func`: functions that make of a function its derivative, or one that maps over a dimension.

They nest in any order. An argument or result may be a tensor or any nesting of tuples, lists and dictionaries of them.
"""

from __future__ import annotations

from typing import Any

from .autograd.function_transforms import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp
from .autograd.vmap import vmap

__all__ = ["grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize", "vjp", "vmap"]


def __getattr__(name: str) -> Any:
    # Networks are imported where they are asked for.
    if name in ("functional_call", "stack_module_state"):
        from .nn import module_state

        return getattr(module_state, name)
    raise AttributeError(f"module 'torch.func' has no attribute '{name}'")
