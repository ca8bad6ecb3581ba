"""Parameter: a tensor that a module takes for one of its parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph.history import copied_leaf
from ..tensors import dtypes
from ..tensors.memory import share, shareable
from ..tensors.tensor import Tensor


class Parameter(Tensor):
    """The numbers of a tensor, in the same memory, which require grad unless it is said otherwise."""

    __slots__ = ()
    # What its type is called where it is printed.
    __module__ = "torch.nn.parameter"

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        source = Tensor(np.empty(0, dtypes.get_default_dtype().numpy)) if data is None else data
        super().__init__(shareable(source), requires_grad)
        share(self, source)

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"

    def __reduce_ex__(self, protocol: Any) -> Any:
        reduced: Any = super().__reduce_ex__(protocol)
        made, (numbers, requires_grad) = reduced
        return _made, (made(numbers, False), requires_grad)

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        if id(self) not in memo:
            copy = copied_leaf(self, memo)
            memo[id(self)] = made = Parameter(copy, self.requires_grad)
            made._grad = copy._grad
        return memo[id(self)]


def _made(data: Tensor, requires_grad: bool) -> Parameter:
    """A parameter again, of what `pickle` kept."""
    return Parameter(data, requires_grad)


class Buffer(Tensor):
    """A tensor that belongs to a module, and is none of its parameters."""

    __slots__ = ("persistent",)

    def __init__(self, data: Tensor, *, persistent: bool = True) -> None:
        super().__init__(shareable(data))
        share(self, data)
        self.persistent = persistent
