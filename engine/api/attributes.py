"""Attributes and methods of tensors that say where and how a tensor is stored, and change what it is."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..tensors.aliases import Array, Call
from ..tensors.device import CPU, check_device
from ..tensors.errors import type_error
from ..tensors.memory import share, shareable, storage_of
from ..tensors.tensor import Tensor
from .types import constructed, strided


def _cuda(self: Tensor, device: Any = None, non_blocking: bool = False, memory_format: Any = None) -> Tensor:
    check_device("cuda")
    return self


def detach_(self: Tensor) -> Tensor:
    """Takes this tensor out of its graph. RuntimeError: it is a view."""
    if self._base is not None:
        raise RuntimeError(
            "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for "
            "training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence "
            "detach_() cannot be called on these gradients. To fix this error, please refer to the "
            "Optimizer.zero_grad() function in torch/optim/optimizer.py as a solution."
        )
    self._grad_fn, self.output_nr, self._requires_grad, self._outdated = None, 0, False, None
    return self


def set_(self: Tensor, source: Tensor | None = None) -> Tensor:
    """Makes this tensor have the memory and the shape of another; of none, it is empty."""
    if source is None:
        source = Tensor(np.zeros(0, self._data.dtype))
    if source._data.dtype != self._data.dtype:
        raise RuntimeError(
            f"Could not set tensor of type {source.dtype.c_name} to a tensor of type {self.dtype.c_name}"
        )
    self._data, self._base, self._slicing = shareable(source), None, None
    share(self, source)
    return self


def apply_(self: Tensor, callable: Call) -> Tensor:
    """Writes what a Python function makes of each element. TypeError: it requires grad."""
    if self._requires_grad:
        raise type_error("Can't call apply_() on Variable that requires grad. Use var.detach().apply_() instead.")
    data = shareable(self)
    data[...] = np.array([callable(value) for value in data.ravel().tolist()], data.dtype).reshape(data.shape)
    return self


def map_(self: Tensor, tensor: Tensor, callable: Call) -> Tensor:
    """Writes what a Python function makes of each two elements. TypeError: it requires grad."""
    if self._requires_grad:
        raise type_error("Can't call map_() on Variable that requires grad. Use var.detach().map_() instead.")
    data = shareable(self)
    others = np.broadcast_to(tensor._data, data.shape)
    pairs = zip(data.ravel().tolist(), others.ravel().tolist(), strict=True)
    data[...] = np.array([callable(x, y) for x, y in pairs], data.dtype).reshape(data.shape)
    return self


class _Storage:
    """The memory of a tensor as one sequence of elements, or of bytes."""

    __module__ = "torch.storage"

    def __init__(self, data: Array, kind: str = "UntypedStorage(") -> None:
        self._data = data
        self._kind = kind

    def __repr__(self) -> str:
        lines = [f" {value}" for value in self.tolist()]
        return "\n".join([*lines, f"[torch.storage.{self._kind}device=cpu) of size {len(self)}]"])

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, index: Any) -> Any:
        return self._data[index].item() if isinstance(index, int) else self._data[index].tolist()

    def __setitem__(self, index: Any, value: Any) -> None:
        self._data[index] = value

    def data_ptr(self) -> int:
        """The address of the first element."""
        return self._data.__array_interface__["data"][0]

    def nbytes(self) -> int:
        """How many bytes there are."""
        return self._data.nbytes

    def size(self) -> int:
        """How many elements there are."""
        return len(self._data)

    def tolist(self) -> list[Any]:
        """The elements."""
        return self._data.tolist()


def _dim_order(self: Tensor) -> tuple[int, ...]:
    """The dimensions, those whose elements lie farthest apart first."""
    strides = self.stride()
    return tuple(sorted(range(self.ndim), key=lambda d: -strides[d]))


def _refined(self: Tensor, *args: Any) -> Tensor:
    return self


@property
def grad_dtype(tensor: Tensor) -> Any:
    """The dtype of gradients: that of the tensor."""
    return tensor.dtype


def _value(constant: Any) -> property:
    return property(lambda self: constant)


def _no_deletion(what: str) -> None:
    raise RuntimeError(f"Deletion of {what}")


def _resized(self: Tensor, *sizes: Any) -> Tensor:
    warnings.warn("non-inplace resize is deprecated", stacklevel=2)
    return self.clone().resize_(*sizes)


def _lu(self: Tensor, pivot: bool = True, get_infos: bool = False) -> Any:
    from .factors import lu

    return lu(self, pivot, get_infos)


def _refused(what: str) -> Call:
    def refuse(self: Tensor, *args: Any, **named: Any) -> Tensor:
        raise NotImplementedError(f"{what} are not supported")

    return refuse


METHODS: dict[str, Any] = {
    "device": _value(CPU),
    "layout": _value(strided),
    "grad_dtype": grad_dtype,
    "_backward_hooks": property(lambda self: None, fdel=lambda self: _no_deletion("_backwards_hooks not allowed!")),
    **dict.fromkeys(
        ("is_cuda", "is_sparse", "is_quantized", "is_meta", "is_mps", "is_xpu", "is_mkldnn", "is_nested"), _value(False)
    ),
    "is_cpu": _value(True),
    "__complex__": lambda self: complex(self.item()),
    "__dlpack__": lambda self, **named: shareable(self).__dlpack__(**named),
    "conj": _refined,
    "resize": _resized,
    "storage_type": lambda self: type(self.storage()),
    "index": _refused("dimensions as objects"),
    "istft": _refused("complex numbers"),
    "lu": _lu,
    "to_dense": _refined,
    "to_sparse": _refused("sparse tensors"),
    "apply_": apply_,
    "map_": map_,
    "cuda": _cuda,
    "dense_dim": Tensor.dim,
    "detach_": detach_,
    "dim_order": _dim_order,
    "get_device": lambda self: -1,
    "is_complex": lambda self: False,
    "is_conj": lambda self: False,
    "is_neg": lambda self: False,
    "is_nonzero": Tensor.__bool__,
    "is_pinned": lambda self, device=None: False,
    "is_same_size": lambda self, other: self.shape == other.shape,
    "is_set_to": lambda self, tensor: self._data is tensor._data,
    "is_shared": lambda self: False,
    "is_signed": lambda self: self._data.dtype.kind in "if",
    "new": lambda self, *args, device=None: constructed(self.dtype, args, device),
    "pin_memory": lambda self, device=None: check_device("cuda"),
    "resolve_conj": _refined,
    "resolve_neg": _refined,
    "record_stream": lambda self, stream: check_device("cuda"),
    "set_": set_,
    "storage": lambda self: _Storage(storage_of(shareable(self)), f"TypedStorage(dtype={self.dtype}, "),
    "untyped_storage": lambda self: _Storage(storage_of(shareable(self)).view(np.uint8)),
}
