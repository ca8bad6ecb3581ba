"""PyTorch's autograd on NumPy: `import autodiff.engine as torch` runs an autograd lesson unchanged.

The functions of the table (`engine/primitives/`) are all here by name, beside what this module lists.
"""

from __future__ import annotations

import warnings as _warnings
from typing import Any

from . import autograd, primitives
from .autograd.modes import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .creation import arange, as_tensor, eye, from_numpy, full, linspace, ones, tensor, zeros
from .dtypes import (
    dtype,
    float16,
    float32,
    float64,
    get_default_dtype,
    int8,
    int16,
    int32,
    int64,
    set_default_dtype,
    uint8,
)
from .dtypes import bool_ as bool
from .dtypes import double, half, long, short
from .dtypes import float32 as float
from .dtypes import int32 as int
from .methods import attach as _attach
from .primitive import FUNCTIONS as _FUNCTIONS
from .printing import get_printoptions, printoptions, set_printoptions
from .tensor import Size, Tensor

FUNCTIONS = _FUNCTIONS
_attach()
globals().update((name, record.call) for name, record in _FUNCTIONS.items())

# Where NumPy would warn (1/0, log(-1)), a tensor holds inf or nan, as in PyTorch. Setting NumPy's error state at
# every operation would double its cost, so the warnings are turned off where they arise: in this package.
_warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"autodiff\.engine")


def is_tensor(value: Any) -> Any:
    """Whether a value is a tensor."""
    return isinstance(value, Tensor)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'torch' has no attribute '{name}'")
