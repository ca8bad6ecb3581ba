"""torch.optim: optimisers, and schedules of their learning rates."""

# ruff: noqa: F401  (listed by what they are)
from ..api.offered import lacking as _lacking
from ..api.offered import offered_in as _offered_in
from . import lr_scheduler
from .lbfgs import LBFGS
from .optimizer import Optimizer
from .update_rules import ASGD, SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, NAdam, RAdam, RMSprop, Rprop

__all__ = [*_offered_in(globals(), Optimizer), "lr_scheduler"]  # pyright: ignore[reportUnsupportedDunderAll]
__getattr__ = _lacking("torch.optim")
