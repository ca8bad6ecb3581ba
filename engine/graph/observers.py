"""What watches the making of nodes while it is switched on: saved-tensor hooks, anomaly detection, observers.

All are off as a rule, and all that an operation then pays is one look at `watch.active`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

Pack = Callable[[Any], Any]

# Frames of files below this folder are the engine's own.
_ENGINE = str(Path(__file__).parents[1])


def _stack() -> list[str]:
    import traceback

    frames = traceback.extract_stack()
    while frames and frames[-1].filename.startswith(_ENGINE):
        frames.pop()
    return traceback.format_list(frames)


class _Watch(threading.local):
    active = False
    anomaly = False
    check_nan = True
    copies = False
    disabled: str | None = None
    # The node whose rule runs, while anomaly detection is on.
    running: Any = None

    def __init__(self) -> None:
        self.packing: list[tuple[Pack, Pack]] = []
        self.observers: list[Callable[[Any, Any], None]] = []
        # Where the user's code is, as lines of a traceback.
        self.stack = _stack

    def update(self) -> None:
        """Works out whether anything is to be done when a node is made."""
        self.active = self.anomaly or bool(self.packing) or bool(self.observers)


watch = _Watch()


class Packed(NamedTuple):
    """A saved value as a pack hook left it, with the hook that brings it back."""

    value: Any
    unpack: Pack


def node_made(node: Any, args: Sequence[Any], result: Any) -> None:
    """Called for every table node made while something watches."""
    if watch.anomaly:
        note_origin(node)
    for observer in watch.observers:
        observer(node, result)
    if not node.saved:
        return
    if watch.packing:
        _pack(node, args, result)


@contextmanager
def nodes_observed(observer: Callable[[Any, Any], None]) -> Iterator[None]:
    """Calls `observer(node, result)` for every table node made in the block; a result may be several tensors."""
    watch.observers.append(observer)
    watch.update()
    try:
        yield
    finally:
        watch.observers.remove(observer)
        watch.update()


def note_origin(node: Any) -> None:
    """Notes at a node where it was made: the user's stack, and the node whose rule made it, if one did."""
    node.metadata["traceback_"] = watch.stack()
    if watch.running is not None:
        node.metadata["parent_"] = watch.running


@contextmanager
def stack_given_by(stack: Callable[[], list[str]]) -> Iterator[None]:
    """In the block, `stack` says where the user's code is: for what runs that code without Python's stack."""
    before, watch.stack = watch.stack, stack
    try:
        yield
    finally:
        watch.stack = before


def packed(pack: Pack, tensor: Any) -> Any:
    """What a pack hook makes of a tensor. RuntimeError: the hook changed it in place."""
    from ..tensors.modes import recording

    version = tensor._version
    was_enabled = recording.enabled
    recording.enabled = False
    try:
        value = pack(tensor)
    finally:
        recording.enabled = was_enabled
    if tensor._version != version:
        raise RuntimeError(
            "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook can "
            "not be modified by in-place operations as this can lead to unexpected side-effects. Please open an "
            "issue if you need to perform in-place operations on the input to a pack hook."
        )
    return value


def _pack(node: Any, args: Sequence[Any], result: Any) -> None:
    import copy

    import numpy as np

    from ..tensors.tensor import Tensor

    pack, unpack = watch.packing[-1]
    primitive = node.primitive
    kept: list[Any] = []
    for source, value in zip(primitive.saved, node.saved, strict=True):
        if source == "out":
            tensor = result
        elif source in primitive.outputs:
            tensor = result[primitive.outputs.index(source)]
        else:
            tensor = args[primitive.arguments.index(source)] if source in primitive.arguments and args else None
            if tensor is None and watch.copies and isinstance(value, (np.ndarray, list)):
                value = copy.deepcopy(value)
        kept.append(Packed(packed(pack, tensor), unpack) if isinstance(tensor, Tensor) else value)
    node.saved = kept
    node.packed = True
    node.guards = None


def unpacked(saved: Sequence[Any]) -> list[Any]:
    """The saved values of a node, brought back by their hooks. TypeError: a hook returned no tensor."""
    from ..tensors.tensor import Tensor

    values = []
    for value in saved:
        if isinstance(value, Packed):
            tensor = value.unpack(value.value)
            if not isinstance(tensor, Tensor):
                raise TypeError(
                    "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                    f"{type(tensor).__name__}"
                )
            values.append(tensor)
        else:
            values.append(value)
    return values
