"""The places of what is not zero or false."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensors.tensor import Tensor
from .arguments import data_of
from .families import INDEXING

function = INDEXING.function


@function(method=True)
def nonzero(x: Any, *, as_tuple: bool = False) -> Any:
    """the indices of the elements that are not zero, one row for each"""
    found = np.nonzero(np.atleast_1d(data_of(x)))
    found = found if data_of(x).ndim else found[:0]
    if as_tuple:
        return tuple(Tensor(index) for index in (found or np.nonzero(np.atleast_1d(data_of(x)))))
    count = np.count_nonzero(data_of(x))
    return Tensor(np.stack(found, 1) if found else np.zeros((count, 0), np.int64))


@function(method=True)
def argwhere(x: Any) -> Any:
    """the indices of the elements that are not zero, one row for each"""
    return nonzero(x)
