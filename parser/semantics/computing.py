"""The state that computing takes, for the length of a `with` block: the engine's modes, and nothing said by NumPy."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ... import engine
from ...engine.autograd.state import state_kept
from ...engine.tensors.dtypes import default_dtype
from ...engine.tensors.modes import enable_grad


@contextmanager
def computing(dtype: str) -> Iterator[None]:
    """Makes numbers of the type named, and keeps NumPy from warning: an infinity is a result, reported as such.

    The engine's own warnings are for those who collect them, once; to look at the steps again repeats them.
    What a script changes of the engine's modes holds no longer than the block.
    """
    with state_kept(), np.errstate(all="ignore"), warnings.catch_warnings():
        engine.set_default_dtype(getattr(engine, dtype))
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        yield


@contextmanager
def computing_here(dtype: str) -> Iterator[None]:
    """The same for this thread alone, while others compute; whoever calls hears the engine's warnings."""
    with default_dtype(getattr(engine, dtype)), enable_grad(), np.errstate(all="ignore"):
        yield
