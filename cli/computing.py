"""The state that computing takes, for the length of a `with` block: default dtype, and nothing said by NumPy."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from .. import engine


@contextmanager
def computing(dtype: str) -> Iterator[None]:
    """Makes numbers of the type named, and keeps NumPy from warning: an infinity is a result, reported as such."""
    before = engine.get_default_dtype()
    engine.set_default_dtype(getattr(engine, dtype))
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            yield
    finally:
        engine.set_default_dtype(before)
