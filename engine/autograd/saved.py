"""Hooks on what a graph saves: `saved_tensors_hooks` and what is built on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..tensor import Tensor
from .watch import watch


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
