"""torch.nn: networks and what they are made of."""

# ruff: noqa: F401  (listed by what they are)
from ..api.offered import offered_in as _offered_in
from . import functional, init, utils
from .containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from .linear_layers import Bilinear, Dropout, Embedding, Flatten, Identity, LazyLinear, Linear, PReLU, Unflatten
from .module import Module
from .of_records import MODULES as _MODULES
from .parameter import Buffer, Parameter
from .recurrent import GRU, LSTM, RNN, GRUCell, LSTMCell, RNNCell

globals().update(_MODULES)
__all__ = [  # pyright: ignore[reportUnsupportedDunderAll]
    *_offered_in(globals(), Module, Parameter, Buffer),
    "functional",
    "init",
    "utils",
]


def __getattr__(name: str) -> object:
    raise AttributeError(f"module 'torch.nn' has no attribute '{name}'")
