"""What holds for all that the engine computes: the default dtype, the modes of this thread, how tensors are printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..graph.transforms import forward, leave
from ..tensors.dtypes import get_default_dtype, set_default_dtype
from ..tensors.modes import recording
from ..tensors.printing import get_printoptions, printoptions
from .anomaly import is_anomaly_check_nan_enabled, is_anomaly_enabled, set_detect_anomaly


@contextmanager
def state_kept() -> Iterator[None]:
    """What is changed of it in the block holds until the end of the block."""
    dtype = get_default_dtype()
    recorded, inference = recording.enabled, recording.inference
    levels, carried = forward.levels, forward.enabled
    try:
        with (
            printoptions(**get_printoptions()),
            set_detect_anomaly(is_anomaly_enabled(), is_anomaly_check_nan_enabled()),
        ):
            yield
    finally:
        set_default_dtype(dtype)
        recording.enabled, recording.inference = recorded, inference
        for level in forward.levels[len(levels) :]:
            leave(level)
        forward.enabled = carried
