"""Anomaly detection: says which forward operation a nan or an error in a backward pass goes back to."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..graph.node import Node
from ..graph.observers import watch
from ..tensors.aliases import Gradient

# Frames of files below this folder are the engine's own.
_ENGINE = os.path.dirname(os.path.dirname(__file__))


def _stack() -> list[str]:
    import traceback

    frames = traceback.extract_stack()
    while frames and frames[-1].filename.startswith(_ENGINE):
        frames.pop()
    return traceback.format_list(frames)


class _Anomaly(threading.local):
    check_nan = True
    # The node whose rule runs.
    running: Node | None = None

    def __init__(self) -> None:
        # Where the user's code is, as lines of a traceback.
        self.stack = _stack


_anomaly = _Anomaly()


class set_detect_anomaly:  # noqa: N801  (PyTorch's name)
    """Switches anomaly detection on or off: at once when called, until the end of the block as a context manager.

    While on, each node remembers where it was made, and a backward pass stops at the first nan (`check_nan`).
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self.previous = is_anomaly_enabled(), is_anomaly_check_nan_enabled()
        _switch(mode, check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc_info: object) -> None:
        _switch(*self.previous)


class detect_anomaly(set_detect_anomaly):  # noqa: N801  (PyTorch's name)
    """Anomaly detection until the end of the block."""

    def __init__(self, check_nan: bool = True) -> None:
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            stacklevel=2,
        )
        super().__init__(True, check_nan)


def _switch(mode: bool, check_nan: bool) -> None:
    if mode and not is_anomaly_enabled():
        watch.made.insert(0, note_origin)
        watch.run.append(_run_watched)
    elif not mode and is_anomaly_enabled():
        watch.made.remove(note_origin)
        watch.run.remove(_run_watched)
    _anomaly.check_nan = check_nan


def is_anomaly_enabled() -> bool:
    """Whether anomaly detection is on."""
    return _run_watched in watch.run


def is_anomaly_check_nan_enabled() -> bool:
    """Whether a nan in a backward pass is an error."""
    return _anomaly.check_nan


@contextmanager
def stack_given_by(stack: Callable[[], list[str]]) -> Iterator[None]:
    """In the block, `stack` says where the user's code is: for what runs that code without Python's stack."""
    before, _anomaly.stack = _anomaly.stack, stack
    try:
        yield
    finally:
        _anomaly.stack = before


def note_origin(node: Node, args: Sequence[Any] = (), result: Any = None) -> None:
    """Notes at a node where it was made: the user's stack, and the node whose rule made it, if one did."""
    node.metadata["traceback_"] = _anomaly.stack()
    if _anomaly.running is not None:
        node.metadata["parent_"] = _anomaly.running


def _run_watched(node: Node, run: Callable[[], Sequence[Any]]) -> Sequence[Any]:
    """The gradients that a node sends on, saying where the node was made when it fails or makes a nan."""
    before, _anomaly.running = _anomaly.running, node
    try:
        gradients = run()
    except Exception:
        _report(node)
        raise
    finally:
        _anomaly.running = before
    if _anomaly.check_nan:
        _check(node, gradients)
    return gradients


def _check(node: Node, gradients: Sequence[Gradient]) -> None:
    """RuntimeError, with a warning that shows where the node was made: a gradient it sends on has a nan."""
    for number, gradient in enumerate(gradients):
        data = getattr(gradient, "_data", gradient)
        if data is not None and np.isnan(data).any():
            _report(node)
            raise RuntimeError(f"Function '{node.name()}' returned nan values in its {number}th output.")


def _report(node: Node) -> None:
    """Warns of an error in a node: with the stack of the forward call that made it, and of those that led to that."""
    stack = node.metadata.get("traceback_")
    what = "No forward pass information available. Enable detect anomaly during forward pass for more information."
    if stack is not None:
        what = f"Traceback of forward call that caused the error:\n{''.join(stack)}"
    warnings.warn(f"Error detected in {node.name()}. {what}", stacklevel=2)
    parent = node.metadata.get("parent_") if stack is not None else None
    while parent is not None:
        stack = parent.metadata.get("traceback_", ["(no forward pass information available)\n"])
        warnings.warn(
            f"\n\nPrevious calculation was induced by {parent.name()}. Traceback of forward call that induced the "
            f"previous calculation:\n{''.join(stack)}",
            stacklevel=2,
        )
        parent = parent.metadata.get("parent_")
