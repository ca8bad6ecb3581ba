"""The shape of a tensor."""

from __future__ import annotations


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
