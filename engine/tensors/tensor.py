# pyright: strict, reportPrivateUsage=false
"""Tensor: numbers, and the memory they share with other tensors.

Here is what holds of any tensor: its shape and dtype, versions, conversion to Python and NumPy. Its operators and most
methods are read off the table of operations, and what it has of a graph is added by `graph/history.py`.
"""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from . import dtypes
from .aliases import Array
from .errors import dimension_error, index_error, numpy_error, shape_error, type_error
from .modes import recording
from .printing import tensor_text
from .size import Size
from .symbol import Numberless

Slicing = Callable[[Any], Any]


class Memory:
    """What the tensors that share memory have in common: a version, and which of them are views of the base."""

    __slots__ = ("made_by", "version", "views")

    def __init__(self) -> None:
        self.version = 0
        # The class of the node whose result the base became when it was last changed in place.
        self.made_by: type[Any] | None = None
        self.views: list[weakref.ref[Tensor]] = []

    def live_views(self) -> list[Tensor]:
        """The views that still exist."""
        views = [view for reference in self.views if (view := reference()) is not None]
        self.views = [weakref.ref(view) for view in views]
        return views


# How a tensor is printed while functions that are given tensors are transformed, for what transforms them to say.
inside_functions: list[Callable[[Tensor], str | None]] = []
# What none but a program of PyTorch's older kind makes tensors of: `Tensor(2, 3)`, `Tensor([1, 2])`.
_NOTHING: Any = ()
_GIVEN: set[type] = {int, float, bool, str, list, tuple, range, type(None), Size}


class Tensor:
    """An n-dimensional array of numbers that remembers how it was computed.

    `_data` is a NumPy array, or a NumPy scalar for a tensor without dimensions (several times faster to compute
    with). Make tensors with `tensor`, not with this class.
    """

    # What its type is called where it is printed.
    __module__ = "torch"
    # What every result has is in slots; what only some tensors have is in __dict__, with its default here.
    __slots__ = ("__dict__", "__weakref__", "_data", "_grad_fn", "_requires_grad")

    _data: Any
    _memory: Memory | None = None
    # Of a view: its base, and how the base's array makes its own. How it was made, where that forbids to change it in
    # place; why its history is lost, where it is.
    _base: Tensor | None = None
    _slicing: Slicing | None = None
    _made: str | None = None
    _outdated: str | None = None
    _inference = False

    # What the floors above keep with a tensor: its place in a graph (`graph/history.py`), and tangents by level.
    _requires_grad: bool
    _grad_fn: Any
    output_nr = 0
    _grad: Tensor | None = None
    _accumulator: weakref.ref[Any] | None = None
    _leaf_hooks: Any = None
    _post_accumulate_hooks: dict[int, Callable[[Tensor], Any]] | None = None
    retains_grad = False
    _tangents: Any = None

    __array_priority__ = 1000

    if TYPE_CHECKING:
        # What `api/methods.py` attaches.
        requires_grad: bool
        is_leaf: bool
        grad: Tensor | None
        data: Tensor

        @staticmethod
        def _constructed(args: tuple[Any, ...], device: Any) -> Any: ...
        def detach(self) -> Tensor: ...
        def requires_grad_(self, requires_grad: bool = True) -> Tensor: ...
        def _edge(self) -> tuple[Any, int]: ...
        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...
        def __getitem__(self, key: Any) -> Tensor: ...
        def __add__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...

    def __init__(self, data: Any = _NOTHING, requires_grad: Any = False, *sizes: Any, device: Any = None) -> None:
        if type(data) in _GIVEN or sizes or device is not None:
            sizes = (data, *sizes) if type(requires_grad) is bool else (data, requires_grad, *sizes)
            data, requires_grad = self._constructed(() if data is _NOTHING else sizes, device), False
        self._data = data
        self._requires_grad = requires_grad
        self._grad_fn = None
        if requires_grad:
            _check_differentiable(data)
        if recording.inference:
            self._inference = True
            # Operations look more closely at arrays than at scalars, and so find this mark.
            self._data = np.asarray(data)

    @property
    def _version(self) -> int:
        """How many times the data were changed in place. RuntimeError on a tensor made in inference mode."""
        if self._inference:
            raise RuntimeError("Inference tensors do not track version counter.")
        return 0 if self._memory is None else self._memory.version

    def _is_view(self) -> bool:
        return self._base is not None

    @property
    def volatile(self) -> bool:
        """False, with a warning: `torch.no_grad()` took its place."""
        warnings.warn("volatile was removed (Variable.volatile is always False)", stacklevel=2)
        return False

    def is_inference(self) -> bool:
        """Whether the tensor was made in inference mode, and so can never take part in a graph."""
        return self._inference

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
            raise index_error(f"Dimension specified as {dim} but tensor has no dimensions")
        if not -rank <= dim < rank:
            raise dimension_error(dim, rank)
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

    def numpy(self) -> Array:
        """The data as a NumPy array. RuntimeError on a tensor that requires grad (detach it first)."""
        if self._requires_grad:
            raise numpy_error("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        if not isinstance(self._data, np.ndarray):
            # A scalar becomes an array, whose memory can be shared.
            self._data = np.asarray(self._data)
        return cast(Array, self._data)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        array = self.numpy()
        return array if dtype is None else array.astype(dtype)

    def item(self) -> Any:
        """The only element as a Python number. RuntimeError when there is not exactly one."""
        if self._data.size != 1:
            raise shape_error(f"a Tensor with {self._data.size} elements cannot be converted to Scalar")
        return self._data.item()

    def tolist(self) -> Any:
        """The elements as Python numbers in nested lists."""
        return self._data.tolist()

    def _only(self) -> Any:
        if self._data.size != 1:
            raise shape_error("only one element tensors can be converted to Python scalars", ValueError)
        return self._data.item()

    def __float__(self) -> float:
        return float(self._only())

    def __int__(self) -> int:
        return int(self._only())

    def __index__(self) -> int:
        return self._only().__index__()

    def __bool__(self) -> bool:
        if self._data.size == 0:
            raise shape_error("Boolean value of Tensor with no values is ambiguous")
        if self._data.size > 1:
            raise shape_error("Boolean value of Tensor with more than one value is ambiguous")
        return bool(self._data)

    def __len__(self) -> int:
        if not self._data.ndim:
            raise type_error("len() of a 0-d tensor")
        return len(self._data)

    def __iter__(self) -> Iterator[Tensor]:
        if not self._data.ndim:
            raise type_error("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        for shown in inside_functions:
            text = shown(self)
            if text is not None:
                return text
        if isinstance(self._data, Numberless):
            return self._data.text()
        node = self._grad_fn
        return tensor_text(
            self._data,
            default_dtype=dtypes.get_default_dtype().numpy,
            grad_fn="Invalid" if self._outdated else None if node is None else type(node).__name__,
            requires_grad=self._requires_grad,
            tangent=self._shown_tangent(),
        )

    def _shown_tangent(self) -> str | None:
        held: dict[Any, Any] = self._tangents or {}
        tangents = [t for t in held.values() if t is not None]
        return format(tangents[-1]) if tangents else None

    def __format__(self, spec: str) -> str:
        if self._data.ndim == 0:
            return format(self._data.item(), spec)
        # Python's own words for what has no format but the plain one.
        return object.__format__(self, spec)


_GIVEN.add(Tensor)


def _check_differentiable(data: Any) -> None:
    if data.dtype.kind != "f":
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")


__all__ = ["Size", "Tensor"]
