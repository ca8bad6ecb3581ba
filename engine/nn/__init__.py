"""torch.nn: networks and what they are made of."""

# ruff: noqa: F403  (each file lists what it offers)
from ..api.offered import offered_in as _offered_in
from . import functional, init, utils
from .attention_layers import *
from .containers import *
from .image_layers import *
from .linear_layers import *
from .module import Module
from .normalization_layers import *
from .of_records import MODULES as _MODULES
from .parameter import Buffer, Parameter
from .recurrent import *

globals().update(_MODULES)
__all__ = [  # pyright: ignore[reportUnsupportedDunderAll]
    *_offered_in(globals(), Module, Parameter, Buffer),
    "functional",
    "init",
    "utils",
]


def __getattr__(name: str) -> object:
    raise AttributeError(f"module 'torch.nn' has no attribute '{name}'")
