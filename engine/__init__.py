"""PyTorch's autograd on NumPy: `import autodiff.engine as torch` runs an autograd lesson unchanged.

The functions of the table (`engine/primitives/`) are all here by name, beside what this module lists.
"""

from __future__ import annotations

import importlib as _importlib
import warnings as _warnings
from math import e, inf, nan, pi
from typing import Any

from . import autograd, primitives
from .api.creation import (
    as_tensor,
    asarray,
    empty,
    empty_like,
    from_numpy,
    is_floating_point,
    is_tensor,
    logspace,
    scalar_tensor,
    tensor,
    tril_indices,
    triu_indices,
)
from .api.methods import attach as _attach
from .table.composed import called_by_name as _called_by_name
from .table.registry import FUNCTIONS
from .tensors.device import device
from .tensors.dtypes import (
    bool_,
    double,
    dtype,
    float16,
    float32,
    float64,
    get_default_dtype,
    half,
    int8,
    int16,
    int32,
    int64,
    long,
    set_default_dtype,
    short,
    uint8,
)
from .tensors.modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .tensors.printing import get_printoptions, printoptions, set_printoptions
from .tensors.tensor import Size, Tensor

__all__ = [
    "FUNCTIONS",
    "Size",
    "Tensor",
    "as_tensor",
    "asarray",
    "autograd",
    "bool_",
    "device",
    "double",
    "dtype",
    "e",
    "empty",
    "empty_like",
    "enable_grad",
    "float16",
    "float32",
    "float64",
    "from_numpy",
    "get_default_dtype",
    "get_printoptions",
    "half",
    "inf",
    "inference_mode",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_floating_point",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "is_tensor",
    "logspace",
    "long",
    "nan",
    "newaxis",
    "no_grad",
    "pi",
    "primitives",
    "printoptions",
    "scalar_tensor",
    "set_default_dtype",
    "set_grad_enabled",
    "set_printoptions",
    "short",
    "tensor",
    "tril_indices",
    "triu_indices",
    "uint8",
]

__version__ = "2.13.0+autodiff"  # the version of PyTorch that is meant
newaxis = None
# Where names are that few programs ask for: random numbers, for which NumPy takes a while to be ready, and others.
_LATER = (
    *(".random", ".api.sampling", ".api.bits", ".api.placing", ".api.types", ".api.settings"),
    *(".api.factors", ".api.complex_numbers", ".api.in_place_functions"),
)

_attach()
# Dtypes whose names Python also uses, which would hide Python's own in this module.
globals().update(bool=bool_, float=float32, int=int32)

# Where NumPy would warn (1/0, log(-1)), a tensor holds inf or nan, as in PyTorch. Setting NumPy's error state for
# every operation on a scalar would double its cost, so those warnings are turned off where they arise: in this package.
_warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"autodiff\.engine")


def __getattr__(name: str) -> Any:
    # Imported when first asked for: what a plain lesson and the command line do not need.
    if name in ("cuda", "distributions", "func", "linalg", "nn", "optim", "random", "special", "utils"):
        return _importlib.import_module(f".{name}", __name__)
    if name == "testing":
        return _importlib.import_module(".utils.testing", __name__)
    if name in ("load", "save"):
        return getattr(_importlib.import_module(".api.serialization", __name__), name)
    if name == "vmap":
        return _importlib.import_module(".func", __name__).vmap
    if name in ("dropout", "dropout_"):
        return getattr(_importlib.import_module(".nn.functional", __name__), name)
    if name in ("is_anomaly_enabled", "is_anomaly_check_nan_enabled"):
        return getattr(_importlib.import_module(".autograd.anomaly", __name__), name)
    for home in () if name in FUNCTIONS.homes else _LATER:
        module = _importlib.import_module(home, __name__)
        if name in module.__all__:
            return getattr(module, name)
    if name in FUNCTIONS:
        call = globals()[name] = _called_by_name(FUNCTIONS[name])
        call.__module__, call.__qualname__ = __name__, name  # where `pickle` finds it
        return call
    raise AttributeError(f"module 'torch' has no attribute '{name}'")


def __dir__() -> list[str]:
    return [*globals(), *FUNCTIONS]
