"""The older constructors and names of types: `Tensor([1, 2])`, `FloatTensor`, and what can be said of a dtype."""

from __future__ import annotations

import builtins
import math
import warnings
from typing import Any

import numpy as np

from ..primitives.filling import count_of, filled, number, of_kind, shape_of
from ..tensors import dtypes
from ..tensors.device import device
from ..tensors.dtypes import dtype as DType  # noqa: N812
from ..tensors.errors import type_error, value_error
from ..tensors.spacing import stepped
from ..tensors.tensor import Size, Tensor
from .creation import tensor


def constructed(kind: DType, args: tuple[Any, ...], where: Any = None) -> Tensor:
    """`Tensor(sizes...)`, `Tensor(sequence)` or `Tensor(tensor)`, of a dtype. TypeError: it is none of these."""
    if where is not None and device(where).type != "cpu":
        raise RuntimeError(
            f"legacy constructor expects device type: cpu but device type: {device(where).type} was passed"
        )
    if not args:
        return filled((0,), 0, kind, False)
    first = args[0]
    if len(args) > 1 or (isinstance(first, int) and not isinstance(first, bool)) or type(first).__name__ == "Size":
        return filled(shape_of("new", args, None), 0, kind, False)
    if isinstance(first, Tensor):
        if first.dtype is not kind:
            raise type_error(
                f"expected TensorOptions(dtype={kind.c_name}, device=cpu, layout=Strided, requires_grad=false "
                "(default), pinned_memory=false (default), memory_format=(nullopt))"
            )
        return first.detach()
    if isinstance(first, str):
        raise type_error("new(): invalid data type 'str'")
    if not hasattr(first, "__len__"):
        raise type_error(f"new(): data must be a sequence (got {type(first).__name__})")
    return tensor(list(first) if isinstance(first, builtins.range) else first, dtype=kind)


class _Type(type):
    """The class of `FloatTensor` and its kin, which make tensors of a dtype and have them as instances."""

    dtype: DType

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype

    def __call__(cls, *args: Any, device: Any = None) -> Tensor:
        return constructed(cls.dtype, args, device)

    def __repr__(cls) -> str:
        return f"<class 'torch.{cls.__name__}'>"


class _AnyType(_Type):
    """The class of `AnyTensor`."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor)

    def __call__(cls, *args: Any, device: Any = None) -> Tensor:
        given = args[0] if len(args) == 1 else None
        kind = given.dtype if isinstance(given, Tensor) else dtypes.get_default_dtype()
        return constructed(kind, args, device)

    def __repr__(cls) -> str:
        return "<class 'torch.Tensor'>"


class AnyTensor(metaclass=_AnyType):
    """What `Tensor` is to scripts, which may not have the class itself: it makes tensors, and has them as instances."""


class _TensorType(_AnyType):
    """The class of `PublicTensor`, and of classes that are based on it."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor) if cls is PublicTensor else type.__instancecheck__(cls, instance)

    def __subclasscheck__(cls, subclass: Any) -> bool:
        return issubclass(subclass, Tensor) if cls is PublicTensor else type.__subclasscheck__(cls, subclass)

    def __call__(cls, *args: Any, **named: Any) -> Any:
        return AnyTensor(*args, **named) if cls is PublicTensor else type.__call__(cls, *args, **named)

    def __eq__(cls, other: object) -> bool:
        return cls is other or (cls is PublicTensor and other is Tensor)

    def __hash__(cls) -> int:
        return hash(Tensor) if cls is PublicTensor else type.__hash__(cls)

    __repr__ = type.__repr__


class PublicTensor(Tensor, metaclass=_TensorType):
    """What `Tensor` is to programs of one's own: it makes tensors of the default dtype, also of arrays of another."""

    __slots__ = ()
    __module__ = "torch"


PublicTensor.__name__ = PublicTensor.__qualname__ = "Tensor"

# By name: `FloatTensor` and its kin.
TYPES: dict[str, Any] = {
    f"{kind.title}Tensor": _Type(f"{kind.title}Tensor", (), {"dtype": kind, "__module__": "torch"})
    for kind in dtypes.BY_NUMPY.values()
}


class Info:
    """Numbers that describe a dtype; they print as PyTorch prints them."""

    def __init__(self, name: str, **numbers: Any) -> None:
        self._name = name
        vars(self).update(numbers)

    def __repr__(self) -> str:
        shown = {name: value for name, value in vars(self).items() if name not in ("_name", "dtype", "bits")}
        text = ", ".join(f"{name}={_short(value)}" for name, value in shown.items())
        return f"{self._name}({text}, dtype={vars(self)['dtype']})"


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) or abs(value) >= 1e6 else str(value)


def finfo(type: Any = None) -> Any:
    """The limits of a floating dtype, the default one unless another is given. TypeError: it is none."""
    kind = dtypes.get_default_dtype() if type is None else type
    if not isinstance(kind, DType) or not kind.is_floating_point:
        raise type_error("torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'")
    info = np.finfo(kind.numpy)
    numbers = {name: float(getattr(info, name)) for name in ("resolution", "min", "max", "eps")}
    tiny = float(info.tiny)
    return Info("finfo", **numbers, smallest_normal=tiny, tiny=tiny, dtype=kind.name, bits=8 * kind.itemsize)


def iinfo(type: Any) -> Any:
    """The limits of a dtype of whole numbers. TypeError: it is none."""
    if not isinstance(type, DType) or type.numpy.kind not in "iu":
        raise type_error("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'")
    info = np.iinfo(type.numpy)
    return Info("iinfo", min=int(info.min), max=int(info.max), dtype=type.name, bits=8 * type.itemsize)


def set_default_tensor_type(t: Any) -> None:
    """As `set_default_dtype`, with the type or its name: `torch.DoubleTensor`. TypeError: it is no floating one."""
    warnings.warn(
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype() and "
        "torch.set_default_device() as alternatives.",
        stacklevel=2,
    )
    kind = TYPES.get(t.removeprefix("torch.")) if isinstance(t, str) else t
    if not isinstance(kind, _Type) or isinstance(kind, _AnyType):
        raise type_error("invalid type object: only floating-point types are supported as the default type")
    if not kind.dtype.is_floating_point:
        raise type_error("only floating-point types are supported as the default type")
    dtypes.set_default_dtype(kind.dtype)


def range_(start: Any = 0, end: Any = None, step: Any = 1, *, dtype: DType | None = None, **storage: Any) -> Tensor:
    """Numbers from `start` up to `end`, which is among them if a step leads to it. RuntimeError: none leads there."""
    warnings.warn(
        "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
        "Python's range builtin. Instead, use torch.arange, which produces values in [start, end).",
        stacklevel=2,
    )
    if end is None:
        raise type_error('range() missing 1 required positional arguments: "end"')
    start, end, step = map(number, (start, end, step))
    count_of(start, end, step)
    kind = dtype or dtypes.get_default_dtype()
    numbers = stepped(start, step, math.floor((end - start) / step) + 1, dtypes.float64.numpy)
    return of_kind(numbers, kind, storage.get("requires_grad", False))


class _Layout:
    """How elements lie in memory, or in which order dimensions do: one of PyTorch's names for it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"torch.{self._name}"


# At even distances, the only way here; orders of dimensions, which are taken and change nothing.
strided = _Layout("strided")
contiguous_format = _Layout("contiguous_format")
preserve_format = _Layout("preserve_format")
channels_last = _Layout("channels_last")


def is_nonzero(input: Tensor) -> bool:
    """Whether the only element of a tensor is not zero. RuntimeError: it has not one."""
    return bool(input)


def is_complex(input: Tensor) -> bool:
    """False: there are no complex numbers."""
    return False


def broadcast_shapes(*shapes: Any) -> Size:
    """The shape that tensors of these shapes broadcast to. RuntimeError: there is none."""
    whole: list[int] = []
    for index, shape in enumerate((shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes):
        whole = [1] * (len(shape) - len(whole)) + whole
        for dim in builtins.range(-1, -1 - len(shape), -1):
            if shape[dim] not in (1, whole[dim]) and whole[dim] != 1:
                raise value_error(
                    f"Attempting to broadcast a dimension of length {shape[dim]} at {dim}! Mismatching argument at "
                    f"index {index} had {shape}; but expected shape should be broadcastable to {whole}",
                    RuntimeError,
                )
            whole[dim] = whole[dim] if shape[dim] == 1 else shape[dim]
    return Size(whole)


def compile(model: Any = None, **options: Any) -> Any:
    """The function or network as it is, or what returns it: there is nothing here that would make it faster."""
    return (lambda function: function) if model is None else model


def is_signed(input: Tensor) -> bool:
    """Whether the dtype has negative numbers."""
    return input.dtype.is_signed


def can_cast(from_: DType, to: DType) -> bool:
    """Whether promotion may turn one dtype into the other: not to a narrower category."""
    order = "biuf"
    kinds = (from_.numpy.kind, to.numpy.kind)
    return max(order.index(kinds[0]), 1) <= max(order.index(kinds[1]), 1) or kinds[0] == "b" or kinds[0] == kinds[1]


def promote_types(type1: DType, type2: DType) -> DType:
    """The smallest dtype that holds both."""
    return dtypes.of(dtypes.result_type([np.zeros(1, type1.numpy), np.zeros(1, type2.numpy)], []))


def result_type(tensor1: Any, tensor2: Any) -> DType:
    """The dtype of an operation on both, tensors or numbers."""
    arrays = [value._data for value in (tensor1, tensor2) if isinstance(value, Tensor)]
    return dtypes.of(dtypes.result_type(arrays, [v for v in (tensor1, tensor2) if not isinstance(v, Tensor)]))


globals().update(TYPES, range=range_)
__all__ = [
    *TYPES,
    "broadcast_shapes",
    "can_cast",
    "channels_last",
    "compile",
    "contiguous_format",
    "finfo",
    "iinfo",
    "is_complex",
    "is_nonzero",
    "is_signed",
    "preserve_format",
    "promote_types",
    "range",
    "result_type",
    "set_default_tensor_type",
    "strided",
]
