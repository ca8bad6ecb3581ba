"""What holds for all that the engine computes: the default dtype, the modes of this thread, how tensors are printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..tensors.dtypes import get_default_dtype, set_default_dtype
from ..tensors.modes import recording
from ..tensors.printing import get_printoptions, printoptions
from .observers import watch
from .transforms import forward, leave


@contextmanager
def state_kept() -> Iterator[None]:
    """What is changed of it in the block holds until the end of the block."""
    dtype = get_default_dtype()
    recorded, inference = recording.enabled, recording.inference
    anomaly, check_nan = watch.anomaly, watch.check_nan
    levels, carried = forward.levels, forward.enabled
    try:
        with printoptions(**get_printoptions()):
            yield
    finally:
        set_default_dtype(dtype)
        recording.enabled, recording.inference = recorded, inference
        watch.anomaly, watch.check_nan = anomaly, check_nan
        watch.update()
        for level in forward.levels[len(levels) :]:
            leave(level)
        forward.enabled = carried
