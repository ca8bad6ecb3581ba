# pyright: strict, reportPrivateUsage=false
"""What a tensor has of a graph: the node that made it, where its gradient is sent, its `.grad` and its hooks.

`api/methods.py` gives these to Tensor, under their names here (`edge_of` as `_edge`).
"""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from ..tensors.errors import shape_error
from ..tensors.modes import recording
from ..tensors.symbol import is_array, is_symbolic
from ..tensors.tensor import Tensor
from .hooks import RemovableHandle
from .node import AccumulateGrad, Edge, Node
from .transforms import active, carry_over, check_outside

_NON_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf "
    "Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure "
    "you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
)


def read_only(get: Callable[[Tensor], Any]) -> property:
    """The property that cannot be written. AttributeError, in PyTorch's words: it is set or deleted."""

    def refuse(tensor: Tensor, value: object = None) -> None:
        raise AttributeError(f"attribute '{get.__name__}' of 'torch._C.TensorBase' objects is not writable")

    return property(get, refuse, refuse)


@read_only
def grad_fn(tensor: Tensor) -> Node | None:
    """The node of the operation that made this tensor; None for a leaf.

    RuntimeError: a change of its base in place took this view's history away.
    """
    if tensor._outdated is not None:
        raise RuntimeError(tensor._outdated)
    return tensor._grad_fn


@property
def requires_grad(tensor: Tensor) -> bool:
    """Whether operations on this tensor are recorded; on a leaf it may be set, as by `requires_grad_`."""
    return tensor._requires_grad


@requires_grad.setter
def requires_grad(tensor: Tensor, value: object) -> None:
    if not isinstance(value, bool):
        raise RuntimeError("requires_grad must be a bool")
    if value and tensor._data.dtype.kind != "f":
        raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
    if value and tensor.grad_fn is not None:
        raise RuntimeError("you can only change requires_grad flags of leaf variables.")
    tensor.requires_grad_(value)


@requires_grad.deleter
def requires_grad(tensor: Tensor) -> None:
    raise RuntimeError("requires_grad must be a bool")


@read_only
def is_leaf(tensor: Tensor) -> bool:
    """Whether no recorded operation made this tensor."""
    return tensor.grad_fn is None


@property
def grad(tensor: Tensor) -> Tensor | None:
    """The gradient that backward passes have added up so far; None before the first."""
    if tensor._grad is None and tensor.grad_fn is not None and not tensor.retains_grad:
        warnings.warn(_NON_LEAF_GRAD, stacklevel=2)
    return tensor._grad


@grad.setter
def grad(tensor: Tensor, value: object) -> None:
    if value is None:
        tensor._grad = None
        return
    if not isinstance(value, Tensor):
        raise TypeError(f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}")
    if value is tensor:
        raise RuntimeError("can't assign Variable as its own grad")
    if value.dtype is not tensor.dtype:
        raise RuntimeError(
            f"attempting to assign a gradient with dtype '{value.dtype.c_name}' to a tensor with "
            f"grad_dtype '{tensor.dtype.title}'. The gradient must match the tensor's grad_dtype (defaults to "
            "the tensor's dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None to "
            "allow any dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may "
            "break downstream systems that assume they match."
        )
    if value.shape != tensor.shape:
        raise shape_error(
            f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of size "
            f"'{list(tensor.shape)}'. Please ensure that the gradient and the tensor are the same size"
        )
    tensor._grad = value


@grad.deleter
def grad(tensor: Tensor) -> None:
    tensor._grad = None


def requires_grad_(tensor: Tensor, requires_grad: bool = True) -> Tensor:
    """Sets in place whether operations on this tensor are recorded. RuntimeError on a computed tensor."""
    if tensor.grad_fn is not None and not requires_grad:
        raise RuntimeError(
            "you can only change requires_grad flags of leaf variables. If you want to use a computed variable "
            "in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
        )
    if requires_grad:
        check_outside("requires_grad_", "(or perhaps using torch.autograd.functional.* APIs) ")
        if tensor._data.dtype.kind != "f":
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if tensor._inference and not recording.inference:
            raise RuntimeError("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.")
    tensor._requires_grad = requires_grad
    return tensor


def retain_grad(tensor: Tensor) -> None:
    """Keeps this tensor's gradient as its `.grad` in backward passes, which only leaves do otherwise."""
    check_outside("retain_grad")
    if not tensor.requires_grad:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    if tensor.grad_fn is not None:
        tensor.grad_fn.own_hooks().retain[tensor.output_nr] = weakref.ref(tensor)
        tensor.retains_grad = True


def copied_leaf(tensor: Tensor, memo: dict[int, Any]) -> Tensor:
    """A leaf's numbers and gradient in memory of their own, for `copy.deepcopy`. RuntimeError: it is no leaf."""
    if tensor.grad_fn is not None:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
            "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
            "see https://github.com/pytorch/pytorch/pull/103001"
        )
    copy = Tensor(np.array(tensor._data)[()], tensor.requires_grad)
    if tensor._grad is not None:
        copy._grad = Tensor(np.array(tensor._grad._data)[()])
    return copy


def edge_of(tensor: Tensor) -> Edge:
    """Where a gradient of this tensor is to be sent."""
    if tensor._grad_fn is not None:
        return tensor._grad_fn, tensor.output_nr
    if not tensor._requires_grad:
        return None, 0
    if tensor._outdated is not None and recording.enabled:
        raise RuntimeError(tensor._outdated)
    node = tensor._accumulator() if tensor._accumulator else None
    if node is None:
        # Held weakly: the graph keeps the accumulator alive, and it keeps the leaf.
        node = AccumulateGrad(tensor)
        tensor._accumulator = weakref.ref(node)
    return node, 0


def register_hook(tensor: Tensor, hook: Any) -> RemovableHandle:
    """Calls `hook(grad)` with this tensor's gradient in each backward pass; a tensor it returns takes its place."""
    if not tensor.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    node, number = edge_of(tensor)
    assert node is not None
    return RemovableHandle(node.own_hooks().tensor.setdefault(number, {}), hook)


def register_post_accumulate_grad_hook(tensor: Tensor, hook: Any) -> RemovableHandle:
    """Calls `hook(tensor)` whenever a gradient was added to this leaf's `.grad`."""
    if not tensor.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if tensor.grad_fn is not None:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    if tensor._post_accumulate_hooks is None:
        tensor._post_accumulate_hooks = {}
    return RemovableHandle(tensor._post_accumulate_hooks, hook)


def snapshot(tensor: Tensor) -> Tensor:
    """The tensor as it is now, with its place in the graph but memory of its own, for a rule to keep."""
    data = tensor._data
    copy = Tensor(np.array(data)[()] if is_array(data) else data.copied() if is_symbolic(data) else data)
    if tensor._requires_grad and tensor._grad_fn is not None:
        copy._requires_grad = True
        copy._grad_fn = tensor._grad_fn
        copy.output_nr = tensor.output_nr
    if active():
        carry_over(tensor, copy)
    return copy
