"""Tensor: data, whether it requires grad, its gradient, and the node that made it.

Its operators and most methods are read off the table of operations (see `methods.py`); here is what is not an
operation: flags, gradients, conversion to Python and NumPy.
"""

from __future__ import annotations

import warnings
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from . import dtypes
from .memory import Memory, Slicing, share, shareable
from .modes import recording
from .printing import tensor_text
from .size import Size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..graph.hooks import Hooks, RemovableHandle
    from ..graph.node import AccumulateGrad, Edge, Node
    from ..graph.transforms import Tangents

_NON_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf "
    "Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure "
    "you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
)


class Tensor:
    """An n-dimensional array of numbers that remembers how it was computed.

    `_data` is a NumPy array, or a NumPy scalar for a tensor without dimensions (several times faster to compute
    with). Make tensors with `tensor`, not with this class.
    """

    # What every result has is in slots; what only some tensors have is in __dict__, with its default here.
    __slots__ = ("__dict__", "__weakref__", "_data", "_grad_fn", "_requires_grad")

    _data: Any
    _requires_grad: bool
    _grad_fn: Node | None
    output_nr = 0
    _grad: Tensor | None = None
    _accumulator: weakref.ref[AccumulateGrad] | None = None
    _leaf_hooks: Hooks | None = None
    _post_accumulate_hooks: dict[int, Any] | None = None
    retains_grad = False
    _memory: Memory | None = None
    _base: Tensor | None = None
    _slicing: Slicing | None = None
    # How a view was made, where that forbids to change it in place; why its history is lost, where it is.
    _made: str | None = None
    _outdated: str | None = None
    _inference = False
    _tangents: Tangents | None = None
    __array_priority__ = 1000

    if TYPE_CHECKING:
        # What `methods.attach` adds.
        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...
        def _edge(self) -> Edge: ...
        def register_hook(self, hook: Any) -> RemovableHandle: ...
        def __getitem__(self, key: Any) -> Tensor: ...
        def __add__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self._data = data
        self._requires_grad = requires_grad
        self._grad_fn = None
        if requires_grad:
            _check_differentiable(data)
        if recording.inference:
            self._inference = True
            # Operations look more closely at arrays than at scalars, and so find this mark.
            self._data = np.asarray(data)

    # Flags and gradients

    @property
    def _version(self) -> int:
        """How many times the data were changed in place. RuntimeError on a tensor made in inference mode."""
        if self._inference:
            raise RuntimeError("Inference tensors do not track version counter.")
        return 0 if self._memory is None else self._memory.version

    def _is_view(self) -> bool:
        return self._base is not None

    @property
    def grad_fn(self) -> Node | None:
        """The node of the operation that made this tensor; None for a leaf.

        RuntimeError: a change of its base in place took this view's history away.
        """
        if self._outdated is not None:
            raise RuntimeError(self._outdated)
        return self._grad_fn

    @grad_fn.setter
    def grad_fn(self, value: object) -> None:
        raise AttributeError("attribute 'grad_fn' of 'torch._C.TensorBase' objects is not writable")

    @grad_fn.deleter
    def grad_fn(self) -> None:
        raise AttributeError("attribute 'grad_fn' of 'torch._C.TensorBase' objects is not writable")

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded; on a leaf it may be set, as by `requires_grad_`."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise RuntimeError("requires_grad must be a bool")
        if value and self._data.dtype.kind != "f":
            raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
        self.requires_grad_(value)

    @requires_grad.deleter
    def requires_grad(self) -> None:
        raise RuntimeError("requires_grad must be a bool")

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made this tensor."""
        return self.grad_fn is None

    @is_leaf.setter
    def is_leaf(self, value: object) -> None:
        raise AttributeError("attribute 'is_leaf' of 'torch._C.TensorBase' objects is not writable")

    @is_leaf.deleter
    def is_leaf(self) -> None:
        raise AttributeError("attribute 'is_leaf' of 'torch._C.TensorBase' objects is not writable")

    @property
    def volatile(self) -> bool:
        """False, with a warning: `torch.no_grad()` took its place."""
        warnings.warn("volatile was removed (Variable.volatile is always False)", stacklevel=2)
        return False

    def is_inference(self) -> bool:
        """Whether the tensor was made in inference mode, and so can never take part in a graph."""
        return self._inference

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward passes have added up so far; None before the first."""
        if self._grad is None and self.grad_fn is not None and not self.retains_grad:
            warnings.warn(_NON_LEAF_GRAD, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is None:
            self._grad = None
            return
        if not isinstance(value, Tensor):
            raise TypeError(
                f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}"
            )
        if value is self:
            raise RuntimeError("can't assign Variable as its own grad")
        if value.dtype is not self.dtype:
            raise RuntimeError(
                f"attempting to assign a gradient with dtype '{_C_NAMES[value.dtype.name]}' to a tensor with "
                f"grad_dtype '{self.dtype.title}'. The gradient must match the tensor's grad_dtype (defaults to "
                "the tensor's dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None to "
                "allow any dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may "
                "break downstream systems that assume they match."
            )
        if value.shape != self.shape:
            raise RuntimeError(
                f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of size "
                f"'{list(self.shape)}'. Please ensure that the gradient and the tensor are the same size"
            )
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Sets in place whether operations on this tensor are recorded. RuntimeError on a computed tensor."""
        if self.grad_fn is not None and not requires_grad:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable "
                "in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        if requires_grad:
            if self._data.dtype.kind != "f":
                raise RuntimeError("only Tensors of floating point dtype can require gradients")
            if self._inference and not recording.inference:
                raise RuntimeError(
                    "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
                )
        self._requires_grad = requires_grad
        return self

    def retain_grad(self) -> None:
        """Keeps this tensor's gradient as its `.grad` in backward passes, which only leaves do otherwise."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.grad_fn is not None:
            self.grad_fn.own_hooks().retain[self.output_nr] = weakref.ref(self)
            self.retains_grad = True

    def detach(self) -> Tensor:
        """The same data as a tensor of its own, outside the graph; the two share memory."""
        detached = Tensor(shareable(self))
        share(detached, self)
        return detached

    # Data

    @property
    def data(self) -> Tensor:
        """The same data as a tensor outside the graph, whose changes this one does not notice."""
        return Tensor(shareable(self))

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        self._data = value._data

    @data.deleter
    def data(self) -> None:
        raise RuntimeError("Deleting tensor data is not allowed. Delete tensor instead!")

    @property
    def dtype(self) -> dtypes.dtype:
        """The type of the elements."""
        return dtypes.of(self._data.dtype)

    @property
    def shape(self) -> Size:
        """The number of elements along each dimension."""
        return Size(self._data.shape)

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the number of elements along `dim`."""
        if dim is None:
            return self.shape
        rank = self._data.ndim
        if not rank:
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        if not -rank <= dim < rank:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {dim})"
            )
        return self._data.shape[dim]

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self._data.ndim

    def dim(self) -> int:
        """The number of dimensions."""
        return self._data.ndim

    def numel(self) -> int:
        """The number of elements."""
        return self._data.size

    def numpy(self) -> np.ndarray[Any, Any]:
        """The data as a NumPy array. RuntimeError on a tensor that requires grad (detach it first)."""
        if self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        return np.asarray(self._data)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        array = self.numpy()
        return array if dtype is None else array.astype(dtype)

    def item(self) -> Any:
        """The only element as a Python number. RuntimeError when there is not exactly one."""
        if self._data.size != 1:
            raise RuntimeError(f"a Tensor with {self._data.size} elements cannot be converted to Scalar")
        return self._data.item()

    def tolist(self) -> Any:
        """The elements as Python numbers in nested lists."""
        return self._data.tolist()

    def _only(self) -> Any:
        if self._data.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self._data.item()

    def __float__(self) -> float:
        return float(self._only())

    def __int__(self) -> int:
        return int(self._only())

    def __index__(self) -> int:
        return self._only().__index__()

    def __bool__(self) -> bool:
        if self._data.size == 0:
            raise RuntimeError("Boolean value of Tensor with no values is ambiguous")
        if self._data.size > 1:
            raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")
        return bool(self._data.item())

    def __len__(self) -> int:
        if not self._data.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self._data)

    def __iter__(self) -> Iterator[Tensor]:
        if not self._data.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __hash__(self) -> int:
        return id(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if self.grad_fn is not None:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the "
                "moment."
            )
        copy = Tensor(np.array(self._data)[()], self.requires_grad)
        if self._grad is not None:
            copy._grad = Tensor(np.array(self._grad._data)[()])
        return copy

    def __repr__(self) -> str:
        node = self._grad_fn
        return tensor_text(
            self._data,
            default_dtype=dtypes.get_default_dtype().numpy,
            grad_fn="Invalid" if self._outdated else None if node is None else type(node).__name__,
            requires_grad=self.requires_grad,
            tangent=self._shown_tangent(),
        )

    def _shown_tangent(self) -> str | None:
        tangents = [t for t in (self._tangents or {}).values() if t is not None]
        return format(tangents[-1]) if tangents else None

    def __format__(self, spec: str) -> str:
        if self._data.ndim == 0:
            return format(self._data.item(), spec)
        return format(str(self), spec)


def _check_differentiable(data: Any) -> None:
    if data.dtype.kind != "f":
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")


_C_NAMES = {
    "float64": "double",
    "float32": "float",
    "float16": "c10::Half",
    "int64": "long int",
    "int32": "int",
    "int16": "short int",
    "int8": "signed char",
    "uint8": "unsigned char",
    "bool": "bool",
}

__all__ = ["Size", "Tensor"]
