"""torch.nn: networks and what they are made of."""

from . import functional, init, utils
from .containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from .linear_layers import Bilinear, Dropout, Embedding, Flatten, Identity, LazyLinear, Linear, PReLU, Unflatten
from .module import Module
from .of_records import MODULES as _MODULES
from .parameter import Buffer, Parameter
from .recurrent import GRU, LSTM, RNN, GRUCell, LSTMCell, RNNCell

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Bilinear",
    "Buffer",
    "Dropout",
    "Embedding",
    "Flatten",
    "GRUCell",
    "Identity",
    "LSTMCell",
    "LazyLinear",
    "Linear",
    "Module",
    "ModuleDict",
    "ModuleList",
    "PReLU",
    "Parameter",
    "ParameterDict",
    "ParameterList",
    "RNNCell",
    "Sequential",
    "Unflatten",
    "functional",
    "init",
    "utils",
    *_MODULES,
]

globals().update(_MODULES)


def __getattr__(name: str) -> object:
    raise AttributeError(f"module 'torch.nn' has no attribute '{name}'")
