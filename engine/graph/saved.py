"""Hooks on what a graph saves: `saved_tensors_hooks` and what is built on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ..tensors.tensor import Tensor
from .observers import Packed, packed, watch

if TYPE_CHECKING:
    from ..table.nodes import PrimitiveNode


class saved_tensors_hooks:  # noqa: N801  (PyTorch's name)
    """Until the end of the block, a tensor saved for backward is kept as `pack(tensor)`, and `unpack` brings it back.

    RuntimeError: hooks are disabled.
    """

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]) -> None:
        self.hooks = pack_hook, unpack_hook

    def __enter__(self) -> None:
        if watch.disabled is not None:
            raise RuntimeError(watch.disabled)
        watch.packing.append(self.hooks)
        watch.update()

    def __exit__(self, *exc_info: object) -> None:
        watch.packing.pop()
        watch.update()


class SavedTensor:
    """What a node keeps of one tensor: `node._raw_saved_self` and its kin. Nodes make them, nobody else may."""

    def __new__(cls) -> SavedTensor:
        raise RuntimeError("Trying to create a SavedTensor object from Python is forbidden.")

    @classmethod
    def _of(cls, node: PrimitiveNode, position: int) -> SavedTensor:
        saved = super().__new__(cls)
        saved.node, saved.position = node, position
        return saved

    node: PrimitiveNode
    position: int

    def register_hooks(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]) -> None:
        """Keeps `pack_hook(tensor)` in the tensor's place, which `unpack_hook` brings back.

        RuntimeError: it has hooks or is freed, or the node saved no tensor here.
        """
        saved = self.node.saved
        if saved is None:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values of the "
                "graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need "
                "to backward through the graph a second time or if you need to access saved variables after calling "
                "backward."
            )
        if isinstance(saved[self.position], Packed):
            raise RuntimeError(
                "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one pair of "
                "hooks is allowed at a time."
            )
        tensor = self.node.as_tensors(saved)[self.position]
        if not isinstance(tensor, Tensor):
            raise RuntimeError("Calling register_hooks on a saved tensor with value None is forbidden")
        kept = list(saved)
        kept[self.position] = Packed(packed(pack_hook, tensor), unpack_hook)
        self.node.saved = kept
        self.node.packed = True


class save_on_cpu(saved_tensors_hooks):  # noqa: N801  (PyTorch's name)
    """Keeps saved tensors in main memory, where they are already."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda tensor: tensor, lambda tensor: tensor)


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Until the end of the block, entering `saved_tensors_hooks` is an error with this message."""
    if watch.packing:
        raise RuntimeError(error_message)
    previous, watch.disabled = watch.disabled, error_message
    try:
        yield
    finally:
        watch.disabled = previous


class AllowMutationOnSaved:
    """What `allow_mutation_on_saved_tensors` gives: `clear()` is PyTorch's."""

    def clear(self) -> None:
        """Nothing is kept here: the nodes have their own copies."""


@contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[AllowMutationOnSaved]:
    """Until the end of the block, what is saved for backward is copied, so that it may be changed in place.

    RuntimeError: already inside such a block.
    """
    if watch.copies:
        raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
    active = [True]

    def unpack(copy: Tensor) -> Tensor:
        if not active:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context"
                "in which the graph was originally recorded."
            )
        return copy

    watch.copies = True
    try:
        with saved_tensors_hooks(lambda tensor: Tensor(np.array(tensor._data)[()]), unpack):
            yield AllowMutationOnSaved()
    finally:
        watch.copies = False
        active.clear()
