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
from .autograd.graph import AccumulateGrad, Edge, Node
from .printing import tensor_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_NON_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf "
    "Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure "
    "you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
)


class Size(tuple[int, ...]):
    """A tensor's shape: a tuple that prints as PyTorch's does."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def numel(self) -> int:
        """How many elements a tensor of this shape has."""
        count = 1
        for n in self:
            count *= n
        return count


class Tensor:
    """An n-dimensional array of numbers that remembers how it was computed.

    `_data` is a NumPy array, or a NumPy scalar for a tensor without dimensions (several times faster to compute
    with). Make tensors with `tensor`, not with this class.
    """

    # What every result has is in slots; what only some tensors have is in __dict__, with its default here.
    __slots__ = ("__dict__", "__weakref__", "_data", "grad_fn", "requires_grad")

    _data: Any
    requires_grad: bool
    grad_fn: Node | None
    output_nr = 0
    _grad: Tensor | None = None
    _accumulator: weakref.ref[AccumulateGrad] | None = None
    __array_priority__ = 1000

    if TYPE_CHECKING:
        # What `methods.attach` adds.
        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...
        def __getitem__(self, key: Any) -> Tensor: ...
        def __add__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self._data = data
        self.requires_grad = requires_grad
        self.grad_fn = None
        if requires_grad:
            _check_differentiable(data)

    def _edge(self) -> Edge:
        """Where a gradient of this tensor is to be sent."""
        if self.grad_fn is not None:
            return self.grad_fn, self.output_nr
        if not self.requires_grad:
            return None, 0
        node = self._accumulator and self._accumulator()
        if node is None:
            # Held weakly: the graph keeps the accumulator alive, and it keeps the leaf.
            node = AccumulateGrad(self)
            self._accumulator = weakref.ref(node)
        return node, 0

    # Flags and gradients

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made this tensor."""
        return self.grad_fn is None

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward passes have added up so far; None before the first."""
        if self._grad is None and self.grad_fn is not None:
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
                "the tensor's dtype)."
            )
        if value.shape != self.shape:
            raise RuntimeError(
                f"assigned grad has data of a different size (expected {list(self.shape)}, got {list(value.shape)})"
            )
        self._grad = value

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Sets in place whether operations on this tensor are recorded. RuntimeError on a computed tensor."""
        if self.grad_fn is not None and not requires_grad:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable "
                "in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        if requires_grad:
            _check_differentiable(self._data)
        self.requires_grad = requires_grad
        return self

    def detach(self) -> Tensor:
        """The same data as a tensor of its own, outside the graph."""
        return Tensor(self._data)

    # In place, on leaves outside the graph

    def zero_(self) -> Tensor:
        """Sets every element to 0 in place and returns the tensor."""
        return self._assign(np.zeros_like(self._data))

    def copy_(self, source: Tensor) -> Tensor:
        """Copies the data of `source` (broadcast to this shape) into this tensor and returns it."""
        return self._assign(np.broadcast_to(source._data, self._data.shape).astype(self._data.dtype))

    def _assign(self, data: Any) -> Tensor:
        from .autograd.modes import recording

        if recording.enabled and self.requires_grad:
            if self.grad_fn is None:
                raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
            raise RuntimeError("in-place operations on a computed tensor are not supported; use the result instead")
        if isinstance(self._data, np.ndarray):
            self._data[...] = data
        else:
            self._data = data[()] if isinstance(data, np.ndarray) else data
        return self

    # Data

    @property
    def data(self) -> Tensor:
        """The same data as a tensor outside the graph."""
        return self.detach()

    @data.setter
    def data(self, value: Tensor) -> None:
        self._data = value._data

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
        return self.shape if dim is None else self.shape[dim]

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
        return iter([self[i] for i in range(len(self._data))])

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
        return tensor_text(
            self._data,
            default_dtype=dtypes.get_default_dtype().numpy,
            grad_fn=self.grad_fn.name() if self.grad_fn is not None else None,
            requires_grad=self.requires_grad,
        )

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
