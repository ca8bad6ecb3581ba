"""torch.nn: networks and what they are made of."""

# ruff: noqa: F401  (listed by what they are)
from ..api.offered import offered_in as _offered_in
from . import functional, init, utils
from .attention_layers import MultiheadAttention, TransformerEncoder, TransformerEncoderLayer
from .containers import DataParallel, ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from .image_layers import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AvgPool1d,
    AvgPool2d,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    MaxPool1d,
    MaxPool2d,
)
from .linear_layers import (
    Bilinear,
    Dropout,
    Dropout1d,
    Dropout2d,
    Embedding,
    Flatten,
    Identity,
    LazyLinear,
    Linear,
    PReLU,
    Unflatten,
)
from .module import Module
from .normalization_layers import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    GroupNorm,
    InstanceNorm1d,
    InstanceNorm2d,
    LayerNorm,
    RMSNorm,
)
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
