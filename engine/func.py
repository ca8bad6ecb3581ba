"""`torch.func`: functions that make of a function its derivative, or one that maps over a dimension.

They nest in any order. An argument or result may be a tensor or any nesting of tuples, lists and dictionaries of them.
"""

from .autograd.function_transforms import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp
from .autograd.vmap import vmap

__all__ = ["grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize", "vjp", "vmap"]
