"""Operations in place as functions: `torch.relu_(x)` is `x.relu_()` where PyTorch has both."""

from __future__ import annotations

from typing import Any

from ..autograd.inplace import in_place
from ..table.composed import called_by_name
from ..table.registry import FUNCTIONS
from ..tensors.aliases import Call
from ..tensors.tensor import Tensor

_METHODS = ("as_strided_", "detach_", "fill_", "resize_as_", "zero_")


def _named(name: str) -> Call:
    def function(input: Tensor, *args: Any, **named: Any) -> Tensor:
        return getattr(input, name)(*args, **named)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`Tensor.{name}` as a function."
    return function


_FUNCTIONS = {
    f"{name}_": _named(f"{name}_")
    for name, record in FUNCTIONS.items()
    if name in record.torch_names and record.is_written and (record.in_place or not record.inplace_flag)
}
_FUNCTIONS |= {
    f"{name}_": in_place(f"{name}_", called_by_name(record))
    for name, record in FUNCTIONS.items()
    if record.inplace_flag and record.written and name in record.torch_names
}
globals().update(_FUNCTIONS, **{name: _named(name) for name in _METHODS})
__all__ = [*_FUNCTIONS, *_METHODS]
