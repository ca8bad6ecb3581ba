"""torch.utils: what is around training."""

from . import data

__all__ = ["data"]
