"""Gives Tensor its operators and methods, read off the table."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from ..autograd.backward import backward
from ..graph import history
from ..primitives import TENSOR_METHODS, arguments, copying, filling
from ..primitives.operators import IN_PLACE_OPERATORS, OPERATORS
from ..table.composed import called_by_name
from ..table.registry import FUNCTIONS, ops
from ..tensors import dtypes, memory
from ..tensors.aliases import Call
from ..tensors.batched import Batched
from ..tensors.device import check_device
from ..tensors.dtypes import dtype, is_number
from ..tensors.errors import shape_error, type_error, value_error
from ..tensors.tensor import Tensor
from . import creation


def _fill(self: Tensor, value: Any) -> Tensor:
    if isinstance(value, Tensor) and value.ndim:
        raise shape_error(f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions.")
    return copying.filled_with_number(self, value) if is_number(value) else copying.filled_with_tensor(self, value)


WRITING: dict[str, Call] = {"copy_": copying.copied, "zero_": copying.zeroed, "fill_": _fill}

# `double`, `float`, `long` and so on.
_CASTS = {kind.title.lower(): kind for kind in dtypes.BY_NUMPY.values()}


def _cast(to: dtype) -> Callable[..., Tensor]:
    def method(self: Tensor, memory_format: Any = None) -> Tensor:
        return copying.to(self, to)

    return method


def _backward(
    self: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Adds the gradient of this tensor to the `.grad` of every leaf it was computed from.

    `gradient` (of this tensor's shape) is the gradient to start from; it may be left out for one element.
    RuntimeError: no graph, a graph freed by an earlier pass, or a missing `gradient`.
    """
    backward(self, gradient, retain_graph, create_graph, inputs)


def _to(
    self: Tensor,
    *args: Any,
    dtype: dtype | None = None,
    device: Any = None,
    non_blocking: bool = False,
    copy: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """This tensor in another dtype, or that of another tensor; itself where it has it already, unless `copy`.

    The only device is the CPU. AssertionError: another one is asked for.
    """
    wanted, flags = dtype_asked_for(args, dtype, device)
    wanted = self.dtype if wanted is None else wanted
    copies = flags[1] if len(flags) > 1 else copy
    return copying.to_copy(self, wanted.numpy) if copies else copying.to(self, wanted)


def dtype_asked_for(args: tuple[Any, ...], dtype: dtype | None, device: Any) -> tuple[dtype | None, list[bool]]:
    """The dtype that arguments of `to` ask for, if one, and their flags. AssertionError, TypeError: a wrong one."""
    for argument in args:
        if isinstance(argument, Tensor):
            dtype = argument.dtype
        elif isinstance(argument, dtypes.dtype):
            dtype = argument
        elif argument is not None and not isinstance(argument, bool):
            device = argument
    check_device(device)
    flags = [argument for argument in args if isinstance(argument, bool)]
    if len(flags) > 2:
        raise type_error("to() received an invalid combination of arguments")
    return dtype, flags


def _type(self: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """The name of this tensor's type, or the tensor in another dtype, which may be given by such a name."""
    if dtype is None:
        return f"torch.{self.dtype.title}Tensor"
    if isinstance(dtype, str):
        names = {f"torch.{known.title}Tensor": known for known in _CASTS.values()}
        if dtype not in names:
            raise value_error(f"invalid type: '{dtype}'")
        dtype = names[dtype]
    elif not isinstance(dtype, dtypes.dtype):
        dtype = dtype.dtype  # of `FloatTensor`
    return copying.to(self, dtype)


def _stride(self: Tensor, dim: int | None = None) -> Any:
    """How many elements of memory lie between neighbours along each dimension, or along `dim`."""
    data = self._data
    if isinstance(data, Batched):
        inner = _stride(data.value)[1:]
        return inner if dim is None else inner[arguments.dimension(dim, data.ndim)]
    # NumPy has no strides for an array of nothing, other than a view's.
    nothing = not data.size and self._base is None
    strides = [1] * data.ndim if nothing else [n // data.itemsize for n in data.strides]
    for d in reversed(range(data.ndim - 1)):
        if nothing or (data.shape[d] == 1 and strides[d] == 0):
            strides[d] = strides[d + 1] * max(data.shape[d + 1], 1)
    if data.ndim and strides[-1] == 0 and data.shape[-1] == 1:
        strides[-1] = 1
    return tuple(strides) if dim is None else strides[arguments.dimension(dim, data.ndim)]


def _is_contiguous(self: Tensor, memory_format: Any = None) -> bool:
    """Whether the elements lie in memory in order, without gaps; in a batch, those of each."""
    if not isinstance(self._data, Batched):
        return copying.is_contiguous(self)
    step = 1
    for size, stride in zip(reversed(self._data.shape), reversed(_stride(self)), strict=True):
        if size != 1 and stride != step:
            return False
        step *= size
    return True


def _storage_offset(self: Tensor) -> int:
    """How many elements of the memory come before the first of this tensor."""
    data = memory.shareable(self)
    return memory.offset_in(memory.storage_of(data), data)


def _data_ptr(self: Tensor) -> int:
    """The address of the first element."""
    return memory.shareable(self).__array_interface__["data"][0]


def _new(make: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def method(
        self: Tensor,
        *args: Any,
        dtype: dtype | None = None,
        requires_grad: bool = False,
        device: Any = None,
        **named: Any,
    ) -> Tensor:
        made = make(*args, dtype=self.dtype if dtype is None else dtype, requires_grad=requires_grad, **named)
        return self._data.trace.copies(made) if isinstance(self._data, Batched) else made

    method.__name__ = method.__qualname__ = f"new_{make.__name__}"
    method.__doc__ = f"As `torch.{make.__name__}`, in the dtype of this tensor unless another is given."
    return method


def _contains(self: Tensor, element: Any) -> bool:
    if not isinstance(element, (Tensor, int, float)):
        raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")
    return bool(np.any(ops.eq(self, element)._data))


def _array_wrap(self: Tensor, array: Any, context: Any = None, return_scalar: bool = False) -> Tensor:
    """What a NumPy function returns for a tensor, as a tensor."""
    array = np.asarray(array)
    return Tensor((array.astype(np.uint8) if array.dtype.kind == "b" else array)[()])


def _axes() -> Any:
    from ..primitives import axes

    return axes


def _inplace() -> Any:
    from ..autograd import inplace

    return inplace


def _reduced(self: Tensor, protocol: int) -> Any:
    """How `pickle` keeps a tensor: its numbers, and whether it requires grad."""
    return _rebuilt, (np.asarray(self._data), self._requires_grad)


def _rebuilt(array: Any, requires_grad: bool) -> Tensor:
    return Tensor(array if array.ndim else array[()], requires_grad)


PROPERTIES: dict[str, property | Call] = {
    "data": memory.data,
    "grad_fn": history.grad_fn,
    "requires_grad": history.requires_grad,
    "is_leaf": history.is_leaf,
    "grad": history.grad,
    "T": lambda self: _axes().reversed_dimensions(self),
    "mT": lambda self: _axes().matrix_transpose(self),
    "H": lambda self: _axes().conjugate_transpose(self),
    "mH": lambda self: _axes().adjoint_property(self),
    "shape": history.read_only(Tensor.shape.fget),  # pyrefly: ignore[bad-argument-type]
    "itemsize": lambda self: self._data.itemsize,
    "nbytes": lambda self: self._data.nbytes,
}
METHODS: dict[str, Call] = {
    "__reduce_ex__": _reduced,
    "__deepcopy__": history.copied_leaf,
    "requires_grad_": history.requires_grad_,
    "retain_grad": history.retain_grad,
    "_edge": history.edge_of,
    "register_hook": history.register_hook,
    "register_post_accumulate_grad_hook": history.register_post_accumulate_grad_hook,
    "backward": _backward,
    "to": _to,
    "type": _type,
    "type_as": lambda self, other: copying.to(self, other.dtype),
    # The only device.
    "cpu": lambda self, memory_format=None: self,
    "where": lambda self, condition, other: ops.where(condition, self, other),
    "stride": _stride,
    "storage_offset": _storage_offset,
    "data_ptr": _data_ptr,
    "is_contiguous": _is_contiguous,
    "element_size": lambda self: self._data.itemsize,
    "is_floating_point": creation.is_floating_point,
    "nelement": Tensor.numel,
    "ndimension": Tensor.dim,
    "new_zeros": _new(filling.zeros),
    "new_ones": _new(filling.ones),
    "new_empty": _new(creation.empty),
    "new_full": _new(filling.full),
    "new_tensor": _new(creation.tensor),
    "__contains__": _contains,
    "__reversed__": lambda self: ops.flip(self, 0) if self.ndim else self,
    "__array_wrap__": _array_wrap,
}


# What few programs ask for: attributes that say where and how a tensor is stored, methods of whole numbers, those that
# put elements somewhere, and those that draw random numbers.
_OF_STORAGE = (
    *("__complex__", "__dlpack__", "_backward_hooks", "apply_", "conj", "cuda", "dense_dim", "detach_", "device"),
    *("dim_order", "get_device", "grad_dtype", "index", "is_complex", "is_conj", "is_cpu", "is_cuda", "is_meta"),
    *("is_mkldnn", "is_mps", "is_neg", "is_nested", "is_nonzero", "is_pinned", "is_quantized", "is_same_size"),
    *("is_set_to", "is_shared", "is_signed", "is_sparse", "is_xpu", "istft", "layout", "lu", "map_", "new"),
    *("pin_memory", "record_stream", "resize", "resolve_conj", "resolve_neg", "set_", "storage", "storage_type"),
    *("to_dense", "to_sparse", "untyped_storage"),
)
_OF_BITS = (
    *("bincount", "bitwise_and", "bitwise_and_", "bitwise_left_shift", "bitwise_left_shift_", "bitwise_not"),
    *("bitwise_not_", "bitwise_or", "bitwise_or_", "bitwise_right_shift", "bitwise_right_shift_", "bitwise_xor"),
    *("bitwise_xor_", "gcd", "histc", "isneginf", "isposinf", "isreal", "lcm", "signbit"),
)
_OF_PLACES = (
    *("fill_diagonal_", "index_reduce", "index_reduce_", "masked_scatter", "masked_scatter_", "nonzero_static", "put"),
    "put_",
)
_SAMPLING = (
    *("bernoulli", "bernoulli_", "cauchy_", "exponential_", "geometric_", "log_normal_", "multinomial", "normal_"),
    *("random_", "uniform_"),
)
# The modules that have them, each imported when one of its own is first asked for.
_HOMES = {"attributes": _OF_STORAGE, "bits": _OF_BITS, "placing": _OF_PLACES, "sampling": _SAMPLING}


class _Deferred:
    """A method that is made, by its name, when it is first asked for; it takes this object's place."""

    def __init__(self, name: str, make: Callable[[str], Call]) -> None:
        self.name = name
        self.make = make

    def __get__(self, tensor: Tensor | None, owner: type[Tensor]) -> Any:
        setattr(Tensor, self.name, self.make(self.name))
        return getattr(owner if tensor is None else tensor, self.name)


def _of_table(name: str) -> Call:
    """The method that a function of the table gives."""
    record = FUNCTIONS[name.removesuffix("_")]
    if not name.endswith("_"):
        return called_by_name(record)
    change = record.in_place
    return _inplace().reshaped_in_place(name, change) if callable(change) else _changing(called_by_name(record))(name)


def _of_module(module: str) -> Callable[[str], Any]:
    return lambda name: import_module(f".{module}", __package__).METHODS[name]


def _changing(function: Call) -> Callable[[str], Call]:
    return lambda name: _inplace().in_place(name, function)


# What changes a tensor in place and is no function of the table.
CHANGING: dict[str, Callable[[str], Call]] = {
    **{name: _changing(function) for name, function in {**IN_PLACE_OPERATORS, **WRITING}.items()},
    "__setitem__": lambda name: _inplace().setitem,
    "resize_": lambda name: _inplace().resize_,
    "resize_as_": lambda name: _inplace().resize_as_,
}


def _constructed(args: tuple[Any, ...], device: Any) -> Any:
    """The data of `Tensor(2, 3)` or `Tensor([1, 2])`."""
    from .types import constructed

    given = args[0] if len(args) == 1 else None
    return constructed(given.dtype if isinstance(given, Tensor) else dtypes.get_default_dtype(), args, device)._data


def _delete(self: Tensor, key: Any) -> None:
    raise type_error("Tensor does not support deleting items")


def attach() -> None:
    """Gives Tensor every operator and method of the table."""
    Tensor._constructed = staticmethod(_constructed)
    Tensor.__delitem__ = _delete
    for name, function in OPERATORS.items():
        setattr(Tensor, name, function)
    for name in TENSOR_METHODS:
        if name.endswith("_") or name not in vars(Tensor):
            setattr(Tensor, name, _Deferred(name, _of_table))
    for name, to in _CASTS.items():
        setattr(Tensor, name, _cast(to))
    for name, make in CHANGING.items():
        setattr(Tensor, name, _Deferred(name, make))
    for name, function in METHODS.items():
        setattr(Tensor, name, function)
    for module, names in _HOMES.items():
        for name in names:
            setattr(Tensor, name, _Deferred(name, _of_module(module)))
    for name, function in PROPERTIES.items():
        setattr(Tensor, name, function if isinstance(function, property) else property(function))
