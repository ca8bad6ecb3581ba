"""What in-place operations write: another tensor, a number. `x.copy_(y)` is `copied(x, y)`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..table.dispatch import broadcast_mismatch
from ..table.family import Family
from .copying import zeros_like

primitive = Family("writing").primitive


def _copied(x: Any, y: Any) -> Any:
    mismatch = broadcast_mismatch([np.shape(x), np.shape(y)])
    if mismatch is not None:
        raise RuntimeError(mismatch)
    return np.broadcast_to(y, np.shape(x)).astype(x.dtype)


copied = primitive(
    "copy",
    _copied,
    lambda g: zeros_like(g),
    lambda g: g,
    promotes=(),
    node_name="torch::autograd::CopyBackwards",
    public=False,
)
zeroed = primitive(
    "zero", lambda x: np.zeros_like(x), lambda g: zeros_like(g), promotes=(), public=False, shape_only=("x",)
)
filled_with_number = primitive(
    "fill",
    lambda x, value: np.full_like(x, value),
    lambda g: zeros_like(g),
    tensors=1,
    overload=2,
    promotes=(),
    public=False,
    shape_only=("x",),
)
filled_with_tensor = primitive(
    "fill",
    lambda x, value: np.full_like(x, value),
    lambda g: zeros_like(g),
    lambda g: g,
    overload=3,
    promotes=(),
    public=False,
    shape_only=("x",),
)
