"""Automatic differentiation: `backward`, `grad`, and what switches recording on and off.

What a plain lesson does not need is imported when it is first asked for.
"""

from __future__ import annotations

import importlib
from typing import Any

from ..tensors.modes import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from .backward import backward, grad

# The module that has each name; a module of the same name stands for itself unless it is in this table.
_HOMES = {
    "Function": ".function",
    "GradcheckError": ".gradcheck",
    "SavedTensor": "..table.nodes",
    "Variable": ".variable",
    "_unsafe_preserve_version_counter": "..tensors.memory",
    "detect_anomaly": ".anomaly",
    "is_tensor_like": ".variable",
    "set_multithreading_enabled": ".variable",
    "gradcheck": ".gradcheck",
    "gradgradcheck": ".gradcheck",
    "set_detect_anomaly": ".anomaly",
}
# Modules that PyTorch has under other names.
_STANDING = {"anomaly_mode": ".anomaly", "grad_mode": "..tensors.modes"}
_MODULES = ("anomaly", "forward_ad", "function", "functional", "graph")

__all__ = ["backward", "enable_grad", "grad", "inference_mode", "is_grad_enabled", "no_grad", "set_grad_enabled"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        found = getattr(importlib.import_module(_HOMES[name], __name__), name.lstrip("_"))
    elif name in _STANDING:
        found = importlib.import_module(_STANDING[name], __name__)
    elif name in _MODULES:
        found = importlib.import_module(f".{name}", __name__)
    else:
        raise AttributeError(f"module 'torch.autograd' has no attribute '{name}'")
    # Importing a module puts it under its own name, which may be that of the function asked for.
    globals()[name] = found
    return found
