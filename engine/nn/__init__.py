"""torch.nn: the functions of neural networks (the engine has no modules)."""

from . import functional

__all__ = ["functional"]
