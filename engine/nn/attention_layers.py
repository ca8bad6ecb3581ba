"""Attention with several heads (Vaswani and others, 2017)."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import Any

from ..api.declared import require
from ..api.offered import offered_in
from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.tensor import Tensor
from . import functional, init
from .containers import ModuleList
from .layers import Layer
from .linear_layers import Dropout, Linear
from .module import Module
from .normalization_layers import LayerNorm

_PARTS = ("q", "k", "v")


class NonDynamicallyQuantizableLinear(Linear):
    """A linear layer, under the name that PyTorch shows here."""


class MultiheadAttention(
    Layer,
    embed_dim=...,
    num_heads=...,
    dropout=0.0,
    bias=True,
    add_bias_kv=False,
    add_zero_attn=False,
    kdim=None,
    vdim=None,
    batch_first=False,
):
    """Attention of several heads, each to its part of projections of queries, keys and values."""

    def _settle(self) -> None:
        sizes = (self.embed_dim, self.num_heads)
        require(
            min(sizes) > 0,
            f"embed_dim and num_heads must be greater than 0, got embed_dim={sizes[0]} and num_heads={sizes[1]} "
            "instead",
        )
        assert self.embed_dim % self.num_heads == 0, "embed_dim must be divisible by num_heads"
        self.kdim = self.embed_dim if self.kdim is None else self.kdim
        self.vdim = self.embed_dim if self.vdim is None else self.vdim
        self.head_dim = self.embed_dim // self.num_heads

    def _shapes(self) -> dict[str, Any]:
        size = self.embed_dim
        is_one = self.kdim == self.vdim == size
        own = zip(_PARTS, (size, self.kdim, self.vdim), strict=True)
        shapes: dict[str, Any] = {} if is_one else {f"{part}_proj_weight": (size, n) for part, n in own}
        shapes["in_proj_weight"] = is_one and (3 * size, size)
        shapes["in_proj_bias"] = self.bias and (3 * size,)
        return shapes | {f"bias_{part}": self.add_bias_kv and (1, 1, size) for part in "kv"}

    def _begin(self, storage: dict[str, Any]) -> None:
        self.out_proj = NonDynamicallyQuantizableLinear(self.embed_dim, self.embed_dim, self.bias, **storage)
        super()._begin(storage)

    def reset_parameters(self) -> None:
        for name, parameter in self._parameters.items():
            if parameter is None:
                continue
            if name.endswith("weight"):
                init.xavier_uniform_(parameter)
            elif name == "in_proj_bias":
                init.zeros_(parameter)
                init.zeros_(self.out_proj.bias)
            else:
                init.xavier_normal_(parameter)

    def extra_repr(self) -> str:
        return ""

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """The attended values, and with `need_weights` by how much each counted.

        Sequences are of shape (length, size), (length, batch, size), or with `batch_first` (batch, length, size). Where
        a mask of booleans is True, nothing is attended to. RuntimeError: a mask has another shape.
        """
        if is_causal and attn_mask is None:
            raise RuntimeError(
                "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
                "`generate_square_subsequent_mask` to create this mask."
            )
        is_batch = query.dim() == 3
        sequences = [query, key, value]
        if not is_batch:
            sequences = [x.unsqueeze(1) for x in sequences]
            key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
        elif self.batch_first:
            sequences = [x.transpose(0, 1) for x in sequences]
        length, batch, size = sequences[0].shape
        assert size == self.embed_dim, f"was expecting embedding dimension of {self.embed_dim}, but got {size}"
        mask = self._mask(attn_mask, (length, sequences[1].shape[0]), batch, query)
        query, key, value = self._projected(*sequences)
        if self.bias_k is not None:
            key, value = (
                ops.cat([x, ops.repeat(own, 1, batch, 1)]) for x, own in ((key, self.bias_k), (value, self.bias_v))
            )
        query, key, value = (
            x.reshape(x.shape[0], batch * self.num_heads, self.head_dim).transpose(0, 1) for x in (query, key, value)
        )
        if self.add_zero_attn:
            key, value = (ops.cat([x, ops.zeros_like(x[:, :1])], 1) for x in (key, value))
        mask = self._padded(mask, key_padding_mask, batch, key.shape[1])
        out, weights = self._attended(query, key, value, mask, need_weights, batch)
        out = functional.linear(out, self.out_proj.weight, self.out_proj.bias).view(length, batch, size)
        if weights is not None:
            weights = weights.view(batch, self.num_heads, length, -1)
            weights = weights.mean(1) if average_attn_weights else weights
        if not is_batch:
            return out.squeeze(1), None if weights is None else weights.squeeze(0)
        return out.transpose(0, 1) if self.batch_first else out, weights

    def _projected(self, query: Tensor, key: Tensor, value: Tensor) -> list[Tensor]:
        """The projections of queries, keys and values: all at once where all are of one sequence."""
        bias = self.in_proj_bias
        if self.in_proj_weight is None:
            weights = [self._parameters[f"{part}_proj_weight"] for part in _PARTS]
        else:
            assert key.shape == value.shape, f"key shape {key.shape} does not match value shape {value.shape}"
            if query is key is value:
                return [*functional.linear(query, self.in_proj_weight, bias).chunk(3, -1)]
            weights = self.in_proj_weight.chunk(3)
        biases = (None,) * 3 if bias is None else bias.chunk(3)
        return [functional.linear(*each) for each in zip((query, key, value), weights, biases, strict=True)]

    def _mask(self, mask: Tensor | None, last: tuple[int, int], batch: int, like: Tensor) -> Tensor | None:
        """What is added to the scores of each head, of shape (1 or batch * heads, queries, keys)."""
        if mask is None:
            return None
        wanted = last if mask.dim() == 2 else (batch * self.num_heads, *last)
        if mask.dim() not in (2, 3):
            raise RuntimeError(f"attn_mask's dimension {mask.dim()} is not supported")
        if tuple(mask.shape) != wanted:
            raise RuntimeError(f"The shape of the {mask.dim()}D attn_mask is {mask.shape}, but should be {wanted}.")
        mask = _added_where(mask, like)
        return mask.unsqueeze(0) if mask.dim() == 2 else mask

    def _padded(self, mask: Tensor | None, padding: Tensor | None, batch: int, keys: int) -> Tensor | None:
        """The mask for the keys that were added, too, and for those that a batch does not have."""
        if mask is not None:
            mask = functional.pad(mask, (0, keys - mask.shape[-1]))
        if padding is None:
            return mask
        own = _added_where(padding, self.out_proj.weight)
        own = functional.pad(own, (0, keys - own.shape[-1])).view(batch, 1, 1, keys)
        own = own.expand(-1, self.num_heads, -1, -1).reshape(batch * self.num_heads, 1, keys)
        return own if mask is None else mask + own

    def _attended(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Any, need_weights: bool, batch: int
    ) -> tuple[Tensor, Tensor | None]:
        """The attended values of all heads in a row for each query, and the weights."""
        dropout = self.dropout if self.training else 0.0
        if need_weights:
            scaled = query * math.sqrt(1.0 / self.head_dim)
            turned = key.transpose(-2, -1)
            scores = ops.bmm(scaled, turned) if mask is None else ops.baddbmm(mask, scaled, turned)
            weights = functional.softmax(scores, dim=-1)
            weights = functional.dropout(weights, dropout) if dropout else weights
            out = ops.bmm(weights, value).transpose(0, 1)
            return out.reshape(-1, self.embed_dim), weights
        if mask is not None:
            mask = mask.unsqueeze(0) if mask.shape[0] == 1 else mask.view(batch, self.num_heads, -1, key.shape[1])
        heads = [x.view(batch, self.num_heads, -1, self.head_dim) for x in (query, key, value)]
        out = functional.scaled_dot_product_attention(*heads, mask, dropout)
        return out.permute(2, 0, 1, 3).reshape(-1, self.embed_dim), None


def _added_where(mask: Tensor, like: Tensor) -> Tensor:
    """A mask of booleans as what is added to scores: nothing, or minus infinity where it is True."""
    if mask.dtype is not dtypes.bool_:
        return mask
    return like.new_zeros(mask.shape).masked_fill(mask, -math.inf)


class TransformerEncoderLayer(Module):
    """Attention of a sequence to itself, and a network for each place, with what went in added and normalized."""

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Any = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        **storage: Any,
    ) -> None:
        super().__init__()
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **storage)
        self.linear1 = Linear(d_model, dim_feedforward, bias, **storage)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **storage)
        self.norm_first = norm_first
        for name in ("norm1", "norm2"):
            setattr(self, name, LayerNorm(d_model, layer_norm_eps, bias=bias, **storage))
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)
        if activation not in ("relu", "gelu") and not callable(activation):
            raise RuntimeError(f"activation should be relu/gelu, not {activation}")
        self.activation = activation if callable(activation) else getattr(functional, activation)

    def forward(
        self, src: Tensor, src_mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool = False
    ) -> Tensor:
        def attended(x: Tensor) -> Tensor:
            return self.dropout1(self.self_attn(x, x, x, src_key_padding_mask, False, src_mask, True, is_causal)[0])

        def fed_forward(x: Tensor) -> Tensor:
            return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))

        x = src
        for part, norm in ((attended, self.norm1), (fed_forward, self.norm2)):
            x = x + part(norm(x)) if self.norm_first else norm(x + part(x))
        return x


class TransformerEncoder(Module):
    """Layers of an encoder after another, all beginning as copies of one."""

    def __init__(self, encoder_layer: Module, num_layers: int, norm: Module | None = None, **ignored: Any) -> None:
        super().__init__()
        self.layers = ModuleList([deepcopy(encoder_layer) for _ in range(num_layers)])
        self.num_layers, self.norm = num_layers, norm

    def forward(
        self, src: Tensor, mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool | None = None
    ) -> Tensor:
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask, bool(is_causal) and mask is not None)
        return src if self.norm is None else self.norm(src)


__all__ = offered_in(globals(), Module)  # pyright: ignore[reportUnsupportedDunderAll]
