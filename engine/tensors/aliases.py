# pyright: strict, reportPrivateUsage=false
"""Names for types of which no more can be said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

# Of any shape and dtype.
Array: TypeAlias = np.ndarray[Any, Any]
NumpyDtype: TypeAlias = np.dtype[Any]
Call: TypeAlias = Callable[..., Any]
# What operations see of operands and results: the data of tensors; in rules tensors, where the pass is itself recorded.
Data: TypeAlias = Any
# As a backward pass carries it: plain data, or a Tensor where the pass is itself recorded. None: there is none.
Gradient: TypeAlias = Any
