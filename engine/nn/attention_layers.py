"""Attention with several heads (Vaswani and others, 2017)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from typing import Any, ClassVar

from ..api.declared import require
from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.tensor import Tensor
from . import functional, init
from .containers import ModuleList
from .layers import STORAGE, Dropout, Layer, Linear
from .normalization_layers import LayerNorm

_PARTS = ("q", "k", "v")


class NonDynamicallyQuantizableLinear(Linear):
    """A linear layer, under the name that PyTorch shows here."""


_KEYS: dict[str, Any] = {"add_bias_kv": False, "add_zero_attn": False, "kdim": None, "vdim": None}


class _OfParts(Layer):
    """A layer that is made of others, which say what there is to say."""

    def extra_repr(self) -> str:
        return ""


class MultiheadAttention(_OfParts, embed_dim=..., num_heads=..., dropout=0.0, bias=True, **_KEYS, batch_first=False):
    """Attention of several heads, each to its part of projections of queries, keys and values."""

    def _settle(self) -> None:
        size, heads = self.embed_dim, self.num_heads
        got = f"got embed_dim={size} and num_heads={heads} instead"
        require(min(size, heads) > 0, f"embed_dim and num_heads must be greater than 0, {got}")
        assert size % heads == 0, "embed_dim must be divisible by num_heads"
        self.kdim = size if self.kdim is None else self.kdim
        self.vdim = size if self.vdim is None else self.vdim
        self.head_dim = size // heads

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
        for name, parameter in self.named_parameters(recurse=False):
            if name == "in_proj_bias":
                init.zeros_(parameter)
                init.zeros_(self.out_proj.bias)
            else:
                (init.xavier_uniform_ if name.endswith("weight") else init.xavier_normal_)(parameter)

    def forward(  # pyrefly: ignore[bad-override]
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
        create = "You may use the Transformer module method `generate_square_subsequent_mask` to create this mask."
        wrong = f"Need attn_mask if specifying the is_causal hint. {create}"
        require(not is_causal or attn_mask is not None, wrong, RuntimeError)
        size, heads, is_batch = query.shape[-1], (self.num_heads, self.head_dim), query.dim() == 3
        assert size == self.embed_dim, f"was expecting embedding dimension of {self.embed_dim}, but got {size}"
        is_first = is_batch and self.batch_first
        projected = self._projected(query, key, value, is_first)
        order = (0, 2, 1, 3) if is_first else (1, 2, 0, 3)
        each = (x if is_batch else x.unsqueeze(1) for x in projected)
        query, key, value = (x.unflatten(-1, heads).permute(*order) for x in each)
        batch, _, length, _ = query.shape
        own = self._own_mask(attn_mask, key_padding_mask, is_batch, (batch, length, key.shape[2]))
        keys, values = [key], [value]
        for parts, bias in ((keys, self.bias_k), (values, self.bias_v)):
            if bias is not None:
                parts.append(bias.unflatten(-1, heads).transpose(1, 2).expand(batch, -1, -1, -1))
            if self.add_zero_attn:
                parts.append(ops.zeros_like(parts[0][:, :, :1]))
        mask = None if own is None else functional.pad(own, (0, len(keys) - 1))
        out, weights = self._attended(query, ops.cat(keys, 2), ops.cat(values, 2), mask, need_weights)
        out = functional.linear(out.permute(2, 0, 1, 3).reshape(-1, size), self.out_proj.weight, self.out_proj.bias)
        out = out.view(length, batch, size)
        if weights is not None:
            weights = weights.mean(1) if average_attn_weights else weights.view(weights.shape)
        if not is_batch:
            return out.squeeze(1), None if weights is None else weights.squeeze(0)
        return out.transpose(0, 1) if is_first else out, weights

    def _projected(self, query: Tensor, key: Tensor, value: Tensor, is_first: bool) -> Sequence[Tensor]:
        """The projections of queries, keys and values: all at once where all are of one sequence."""
        bias = self.in_proj_bias
        if self.in_proj_weight is None:
            weights = [self._parameters[f"{part}_proj_weight"] for part in _PARTS]
        elif query is key is value:
            return functional.linear(query, self.in_proj_weight, bias).chunk(3, -1)
        else:
            shapes = [x.transpose(0, 1).shape if is_first else x.shape for x in (key, value)]
            assert shapes[0] == shapes[1], f"key shape {shapes[0]} does not match value shape {shapes[1]}"
            weights = self.in_proj_weight.chunk(3)
        biases = (None,) * 3 if bias is None else bias.chunk(3)
        return [functional.linear(*each) for each in zip((query, key, value), weights, biases, strict=True)]

    def _own_mask(self, mask: Any, padding: Any, is_batch: bool, shape: tuple[int, int, int]) -> Tensor | None:
        """What is added to the scores, for each batch, query and key of this shape; None: nothing."""
        batch, length, keys = shape
        parts = []
        if mask is not None:
            wanted = (length, keys) if mask.dim() == 2 else (batch * self.num_heads, length, keys)
            kinds = f"expected `attn_mask` to be `None`, 2-D or 3-D but found {mask.dim()}-D tensor instead"
            assert mask.dim() in (2, 3), f"For {'batched (3-D)' if is_batch else 'unbatched (2-D)'} `query`, {kinds}"
            wrong = f"The shape of the {mask.dim()}D attn_mask is {mask.shape}, but should be {wanted}."
            require(tuple(mask.shape) == wanted, wrong, RuntimeError)
            parts.append((mask, (1, 1) if mask.dim() == 2 else (batch, self.num_heads), length))
        if padding is not None:
            parts.append((padding, (batch, 1), 1))
        added = [self._added(part).view(*first, rows, keys) for part, first, rows in parts]
        return sum(added[1:], added[0]) if added else None

    def _added(self, mask: Tensor) -> Tensor:
        """A mask of booleans as what is added to scores: nothing, or minus infinity where it is True."""
        if mask.dtype is not dtypes.bool_:
            return mask
        return self.out_proj.weight.new_zeros(mask.shape).masked_fill(mask, -math.inf)

    def _attended(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Any, need_weights: bool
    ) -> tuple[Tensor, Tensor | None]:
        """The attended values of all heads, and the weights."""
        dropout = self.dropout if self.training else 0.0
        if not need_weights:
            return functional.scaled_dot_product_attention(query, key, value, mask, dropout), None
        scores = query * math.sqrt(1.0 / self.head_dim) @ key.transpose(-2, -1)
        weights = functional.softmax(scores if mask is None else scores + mask, dim=-1)
        weights = functional.dropout(weights, dropout) if dropout else weights
        return ops.matmul(weights, value), weights


_FEED: dict[str, Any] = {"dim_feedforward": 2048, "dropout": 0.1, "activation": "relu"}
_NORM: dict[str, Any] = {"layer_norm_eps": 1e-5, "batch_first": False, "norm_first": False, "bias": True, **STORAGE}


class _TransformerLayer(_OfParts, d_model=..., nhead=..., **_FEED, **_NORM):
    """Attention, a part for each name, and a network for each place, with what went in added and normalized."""

    _attention: ClassVar[tuple[str, ...]]

    def _begin(self, storage: dict[str, Any]) -> None:
        size, between, dropout, bias = (vars(self).pop(n) for n in ("d_model", "dim_feedforward", "dropout", "bias"))
        heads, first, eps = (vars(self).pop(name) for name in ("nhead", "batch_first", "layer_norm_eps"))
        for name in self._attention:
            setattr(self, name, MultiheadAttention(size, heads, dropout, bias, batch_first=first, **storage))
        self.linear1 = Linear(size, between, bias, **storage)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(between, size, bias, **storage)
        numbers = range(1, len(self._attention) + 2)
        for number in numbers:
            setattr(self, f"norm{number}", LayerNorm(size, eps, bias=bias, **storage))
        for number in numbers:
            setattr(self, f"dropout{number}", Dropout(dropout))
        chosen = self.activation
        is_known = chosen in ("relu", "gelu") or callable(chosen)
        require(is_known, f"activation should be relu/gelu, not {chosen}", RuntimeError)
        self.activation = chosen if callable(chosen) else getattr(functional, chosen)

    def _through(self, x: Tensor, attending: Sequence[tuple[Any, Any, Any, bool]]) -> Tensor:
        """What becomes of x, with what each part attends to (None: to what reaches it) and its masks."""
        for number, name in enumerate((*self._attention, ""), 1):
            norm, dropout = getattr(self, f"norm{number}"), getattr(self, f"dropout{number}")
            part = norm(x) if self.norm_first else x
            if name:
                to, padding, mask, is_causal = attending[number - 1]
                to = part if to is None else to
                part = getattr(self, name)(part, to, to, padding, False, mask, True, is_causal)[0]
            else:
                part = self.linear2(self.dropout(self.activation(self.linear1(part))))
            x = x + dropout(part)
            x = x if self.norm_first else norm(x)
        return x


class TransformerEncoderLayer(_TransformerLayer):
    """Attention of a sequence to itself, and a network for each place, with what went in added and normalized."""

    _attention = ("self_attn",)

    def forward(  # pyrefly: ignore[bad-override]
        self, src: Tensor, src_mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool = False
    ) -> Tensor:
        return self._through(src, [(None, src_key_padding_mask, src_mask, is_causal)])


class TransformerDecoderLayer(_TransformerLayer):
    """As an encoder's layer, with attention to what an encoder made of another sequence behind that to itself."""

    _attention = ("self_attn", "multihead_attn")

    def forward(  # pyrefly: ignore[bad-override]
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        own = (None, tgt_key_padding_mask, tgt_mask, tgt_is_causal)
        return self._through(tgt, [own, (memory, memory_key_padding_mask, memory_mask, memory_is_causal)])


class _Stack(_OfParts):
    """Layers after another, all beginning as copies of one, which is the first setting."""

    def _begin(self, storage: dict[str, Any]) -> None:
        layer, norm = (vars(self).pop(name) for name in (next(iter(self._settings)), "norm"))
        self.layers, self.norm = ModuleList([deepcopy(layer) for _ in range(self.num_layers)]), norm

    def _through(self, x: Tensor, *given: Any) -> Tensor:
        for layer in self.layers:
            x = layer(x, *given)
        return x if self.norm is None else self.norm(x)


_CHECKS = {"enable_nested_tensor": True, "mask_check": True}


class TransformerEncoder(_Stack, encoder_layer=..., num_layers=..., norm=None, **_CHECKS):
    """Layers of an encoder after another, all beginning as copies of one."""

    def forward(  # pyrefly: ignore[bad-override]
        self, src: Tensor, mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool | None = None
    ) -> Tensor:
        return self._through(src, mask, src_key_padding_mask, bool(is_causal) and mask is not None)


class TransformerDecoder(_Stack, decoder_layer=..., num_layers=..., norm=None):
    """Layers of a decoder after another, all beginning as copies of one."""

    def forward(  # pyrefly: ignore[bad-override]
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        padding = tgt_key_padding_mask, memory_key_padding_mask
        causal = bool(tgt_is_causal) and tgt_mask is not None
        return self._through(tgt, memory, tgt_mask, memory_mask, *padding, causal, memory_is_causal)


_HALVES: list[tuple[str, Any, Any]] = [("encoder", TransformerEncoder, TransformerEncoderLayer)]
_HALVES += [("decoder", TransformerDecoder, TransformerDecoderLayer)]
_STACKS: dict[str, Any] = {"d_model": 512, "nhead": 8, "num_encoder_layers": 6, "num_decoder_layers": 6}
_CUSTOM = {"custom_encoder": None, "custom_decoder": None}


class Transformer(_OfParts, **_STACKS, **_FEED, **_CUSTOM, **_NORM):
    """An encoder of one sequence, and a decoder of another that attends to what it made."""

    def _begin(self, storage: dict[str, Any]) -> None:
        of_layers = {name: getattr(self, name) for name in _TransformerLayer._settings if name not in STORAGE}
        bias = vars(self).pop("bias")
        for part, stack, layer in _HALVES:
            own, count = (vars(self).pop(name) for name in (f"custom_{part}", f"num_{part}_layers"))
            if own is None:
                norm = LayerNorm(self.d_model, self.layer_norm_eps, bias=bias, **storage)
                own = stack(layer(**of_layers, **storage), count, norm)
            setattr(self, part, own)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                init.xavier_uniform_(parameter)

    @classmethod
    def generate_square_subsequent_mask(cls, sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """What keeps each place from attending to those behind it, of shape (sz, sz)."""
        return ops.full((sz, sz), -math.inf, dtype=dtype, device=device).triu(1)

    def forward(  # pyrefly: ignore[bad-override]
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Any = None,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        src_key_padding_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """RuntimeError: the sequences are of different batches, or of other sizes than `d_model`."""
        batch = 0 if self.batch_first else 1
        same = src.dim() != 3 or src.shape[batch] == tgt.shape[batch]
        require(same, "the batch number of src and tgt must be equal", RuntimeError)
        sizes = {src.shape[-1], tgt.shape[-1]}
        wrong = "the feature number of src and tgt must be equal to d_model"
        require(sizes == {self.d_model}, wrong, RuntimeError)
        memory = self.encoder(src, src_mask, src_key_padding_mask, src_is_causal)
        padding = tgt_key_padding_mask, memory_key_padding_mask
        return self.decoder(tgt, memory, tgt_mask, memory_mask, *padding, tgt_is_causal, memory_is_causal)
