"""What in-place operations write: another tensor, a number. `x.copy_(y)` is `copied(x, y)`."""

from __future__ import annotations

import numpy as np

from ..table.family import Family
from .copying import zeros_like

primitive = Family("writing").primitive

copied = primitive(
    "copy",
    lambda x, y: np.broadcast_to(y, np.shape(x)).astype(x.dtype),
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
