"""Anomaly detection: says which forward operation a nan or an error in a backward pass goes back to."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..graph.observers import watch


class set_detect_anomaly:  # noqa: N801  (PyTorch's name)
    """Switches anomaly detection on or off: at once when called, until the end of the block as a context manager.

    While on, each node remembers where it was made, and a backward pass stops at the first nan (`check_nan`).
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self.previous = watch.anomaly, watch.check_nan
        watch.anomaly, watch.check_nan = mode, check_nan
        watch.update()

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc_info: object) -> None:
        watch.anomaly, watch.check_nan = self.previous
        watch.update()


class detect_anomaly(set_detect_anomaly):  # noqa: N801  (PyTorch's name)
    """Anomaly detection until the end of the block."""

    def __init__(self, check_nan: bool = True) -> None:
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            stacklevel=2,
        )
        super().__init__(True, check_nan)


def is_anomaly_enabled() -> bool:
    """Whether anomaly detection is on."""
    return watch.anomaly


def is_anomaly_check_nan_enabled() -> bool:
    """Whether a nan in a backward pass is an error."""
    return watch.check_nan


def check(node: Any, gradients: Any) -> None:
    """RuntimeError, with a warning that shows where the node was made: a gradient it sends on has a nan."""
    if not watch.check_nan:
        return
    for number, gradient in enumerate(gradients):
        data = getattr(gradient, "_data", gradient)
        if data is not None and np.isnan(data).any():
            report(node)
            raise RuntimeError(f"Function '{node.name()}' returned nan values in its {number}th output.")


def report(node: Any) -> None:
    """Warns of an error in a node: with the stack of the forward call that made it, and of those that led to that."""
    stack = node.metadata.get("traceback_")
    if stack is None:
        warnings.warn(
            f"Error detected in {node.name()}. No forward pass information available. Enable detect anomaly during "
            "forward pass for more information.",
            stacklevel=2,
        )
        return
    warnings.warn(
        f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n{''.join(stack)}",
        stacklevel=2,
    )
    parent = node.metadata.get("parent_")
    while parent is not None:
        stack = parent.metadata.get("traceback_", ["(no forward pass information available)\n"])
        warnings.warn(
            f"\n\nPrevious calculation was induced by {parent.name()}. Traceback of forward call that induced the "
            f"previous calculation:\n{''.join(stack)}",
            stacklevel=2,
        )
        parent = parent.metadata.get("parent_")
