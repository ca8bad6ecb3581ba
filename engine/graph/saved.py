# pyright: strict, reportPrivateUsage=false
"""Hooks on what a graph saves: `saved_tensors_hooks` and what is built on it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from ..tensors.modes import no_grad
from ..tensors.tensor import Tensor
from .observers import watch

Pack = Callable[[Tensor], Any]
Unpack = Callable[[Any], Tensor]


class _Packing(threading.local):
    # Whether all that a node keeps is copied, and not the tensors alone.
    copies = False
    # Why there may be no hooks, where there may be none.
    disabled: str | None = None

    def __init__(self) -> None:
        # The hooks of the blocks that this thread is in; the innermost hold.
        self.hooks: list[tuple[Pack, Unpack]] = []


packing = _Packing()


class Packed(NamedTuple):
    """A saved value as a pack hook left it, with the hook that brings it back."""

    value: Any
    unpack: Unpack


def packed(hooks: tuple[Pack, Unpack], tensor: Tensor) -> Packed:
    """What hooks make of a tensor. RuntimeError: the pack hook changed it in place."""
    pack, unpack = hooks
    version = tensor._version
    with no_grad():
        value = pack(tensor)
    if tensor._version != version:
        raise RuntimeError(
            "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook can "
            "not be modified by in-place operations as this can lead to unexpected side-effects. Please open an "
            "issue if you need to perform in-place operations on the input to a pack hook."
        )
    return Packed(value, unpack)


def unpacked(value: Any) -> Any:
    """A saved value, brought back by its hook if it has one. TypeError: the hook returned no tensor."""
    if not isinstance(value, Packed):
        return value
    tensor: Any = value.unpack(value.value)
    if not isinstance(tensor, Tensor):
        raise TypeError(
            f"Output of saved tensor unpack_hook expected to be a Tensor but got result of type {type(tensor).__name__}"
        )
    return tensor


def _pack(node: Any, args: Sequence[Any], result: Any) -> None:
    node.pack(packing.hooks[-1], args, result)


class saved_tensors_hooks:  # noqa: N801  (PyTorch's name)
    """Until the end of the block, a tensor saved for backward is kept as `pack(tensor)`, and `unpack` brings it back.

    RuntimeError: hooks are disabled.
    """

    def __init__(self, pack_hook: Pack, unpack_hook: Unpack) -> None:
        self.hooks = pack_hook, unpack_hook

    def __enter__(self) -> None:
        if packing.disabled is not None:
            raise RuntimeError(packing.disabled)
        if not packing.hooks:
            watch.made.append(_pack)
        packing.hooks.append(self.hooks)

    def __exit__(self, *exc_info: object) -> None:
        if not packing.hooks:
            raise RuntimeError(
                'is_initialized && !tls.stack.empty() INTERNAL ASSERT FAILED at "/__w/pytorch/pytorch/aten/src/ATen/'
                'SavedTensorHooks.cpp":69, please report a bug to PyTorch.'
            )
        packing.hooks.pop()
        if not packing.hooks:
            watch.made.remove(_pack)


class save_on_cpu(saved_tensors_hooks):  # noqa: N801  (PyTorch's name)
    """Keeps saved tensors in main memory, where they are already."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda tensor: tensor, lambda tensor: tensor)


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Generator[None]:
    """Until the end of the block, entering `saved_tensors_hooks` is an error with this message."""
    if packing.hooks:
        raise RuntimeError(error_message)
    previous, packing.disabled = packing.disabled, error_message
    try:
        yield
    finally:
        packing.disabled = previous


class AllowMutationOnSaved:
    """What `allow_mutation_on_saved_tensors` gives: `clear()` is PyTorch's."""

    def clear(self) -> None:
        """Nothing is kept here: the nodes have their own copies."""


@contextmanager
def allow_mutation_on_saved_tensors() -> Generator[AllowMutationOnSaved]:
    """Until the end of the block, what is saved for backward is copied, so that it may be changed in place.

    RuntimeError: already inside such a block.
    """
    if packing.copies:
        raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
    active = [True]

    def unpack(copy: Tensor) -> Tensor:
        if not active:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context"
                "in which the graph was originally recorded."
            )
        return copy

    packing.copies = True
    try:
        with saved_tensors_hooks(lambda tensor: Tensor(np.array(tensor._data)[()]), unpack):
            yield AllowMutationOnSaved()
    finally:
        packing.copies = False
        active.clear()
