"""What in-place operations write: another tensor, a number. `x.copy_(y)` is `copied(x, y)`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..table.binding import broadcast_mismatch
from .copying import zeros_like
from .families import WRITING

private = WRITING.private


def _copied(x: Any, y: Any) -> Any:
    mismatch = broadcast_mismatch([np.shape(x), np.shape(y)])
    if mismatch is not None:
        raise RuntimeError(mismatch)
    return np.broadcast_to(y, np.shape(x)).astype(x.dtype)


copied = private(
    "copy", _copied, lambda g: zeros_like(g), lambda g: g, promotes=(), node_name="torch::autograd::CopyBackwards"
)
zeroed = private("zero", lambda x: np.zeros_like(x), lambda g: zeros_like(g), shape_only=("x",))
filled_with_number = private(
    "fill", lambda x, value: np.full_like(x, value), lambda g: zeros_like(g), overload=2, shape_only=("x",)
)
filled_with_tensor = private(
    "fill",
    lambda x, value: np.full_like(x, value),
    lambda g: zeros_like(g),
    lambda g: g,
    overload=3,
    promotes=(),
    shape_only=("x",),
)
