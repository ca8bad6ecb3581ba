"""Layers that are linear in their inputs, and those that only pass them on in another form."""

from __future__ import annotations

from typing import Any

from ..api.offered import offered_in
from ..tensors.tensor import Tensor
from . import functional, init
from .layers import Layer
from .module import Module
from .parameter import Parameter


class Identity(Module):
    """The input as it is, whatever the arguments."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        return input


class Linear(Layer, in_features=..., out_features=..., bias=True):
    """`input @ weight.T + bias`, with a weight of shape (out_features, in_features)."""

    _calls = functional.linear, ("weight", "bias")

    def _shapes(self) -> dict[str, Any]:
        return {"weight": (self.out_features, self.in_features), "bias": self.bias and (self.out_features,)}


class LazyLinear(Linear, out_features=..., bias=True):
    """A linear layer that takes the number of its inputs from the first that it is given."""

    def _begin(self, storage: dict[str, Any]) -> None:
        self.in_features, self._storage = 0, storage

    def forward(self, input: Tensor) -> Tensor:
        self.in_features = input.shape[-1]
        object.__setattr__(self, "__class__", Linear)
        self._begin(vars(self).pop("_storage"))
        return self(input)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, {super().extra_repr()}"


class Bilinear(Layer, in1_features=..., in2_features=..., out_features=..., bias=True):
    """`input1 @ weight[k] @ input2 + bias[k]` for each output k."""

    def _shapes(self) -> dict[str, Any]:
        outputs = self.out_features
        return {"weight": (outputs, self.in1_features, self.in2_features), "bias": self.bias and (outputs,)}

    def reset_parameters(self) -> None:
        self._draw(self.in1_features)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:  # pyrefly: ignore[bad-override]
        return functional.bilinear(input1, input2, self.weight, self.bias)


class Flatten(Layer, start_dim=1, end_dim=-1):
    """The input with the dimensions from `start_dim` to `end_dim` as one."""

    _calls = Tensor.flatten, ("start_dim", "end_dim")  # pyright: ignore[reportAttributeAccessIssue]


class Unflatten(Layer, dim=..., unflattened_size=...):
    """The input with the dimension `dim` as several."""

    _calls = Tensor.unflatten, ("dim", "unflattened_size")  # pyright: ignore[reportAttributeAccessIssue]


class Embedding(Layer, num_embeddings=..., embedding_dim=..., padding_idx=None):
    """A row of the weight for each index; the row for padding begins as zeros. AssertionError: it is no row."""

    _calls = functional.embedding, ("weight", "padding_idx")
    _alone = ("num_embeddings", "embedding_dim")
    _if_changed = ("padding_idx",)

    def _settle(self) -> None:
        self.padding_idx = functional.padding_row(self.padding_idx, self.num_embeddings)

    def _shapes(self) -> dict[str, Any]:
        return {"weight": (self.num_embeddings, self.embedding_dim)}

    def reset_parameters(self) -> None:
        init.normal_(self.weight)
        if self.padding_idx is not None:
            init.zeros_(self.weight.detach()[self.padding_idx])

    @classmethod
    def from_pretrained(cls, embeddings: Tensor, freeze: bool = True, padding_idx: int | None = None) -> Embedding:
        """With these rows, which do not change if it is to `freeze`. AssertionError: they are no matrix."""
        assert embeddings.dim() == 2, "Embeddings parameter is expected to be 2-dimensional"
        made = cls(*embeddings.shape, padding_idx)
        made.weight = Parameter(embeddings, not freeze)
        return made


class Dropout(Layer, p=0.5, inplace=False):
    """In training, each element 0 with probability p, and the others scaled up to make up for it."""

    _calls = functional.dropout, ("p", "training", "inplace")

    def _settle(self) -> None:
        functional.check_probability(self.p)


class Dropout1d(Dropout):
    """As Dropout, of whole channels of lines."""

    _calls = functional.dropout1d, Dropout._calls[1]


class Dropout2d(Dropout):
    """As Dropout, of whole channels of images."""

    _calls = functional.dropout2d, Dropout._calls[1]


class PReLU(Layer, num_parameters=1, init=0.25):
    """The input where it is positive, else times a weight that is learned: one, or one for each channel."""

    _calls = functional.prelu, ("weight",)
    _unseen = ("init",)

    def _shapes(self) -> dict[str, Any]:
        return {"weight": (self.num_parameters,)}

    def reset_parameters(self) -> None:
        init.constant_(self.weight, self.init)


__all__ = offered_in(globals(), Module)  # pyright: ignore[reportUnsupportedDunderAll]
