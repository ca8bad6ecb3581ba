"""torch.optim: optimisers, and schedules of their learning rates."""

from . import lr_scheduler
from .lbfgs import LBFGS
from .optimizer import Optimizer
from .update_rules import ASGD, SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, NAdam, RAdam, RMSprop, Rprop

__all__ = [
    "ASGD",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "lr_scheduler",
]


def __getattr__(name: str) -> object:
    raise AttributeError(f"module 'torch.optim' has no attribute '{name}'")
