"""Attention: means of values, weighted by how well each query goes with the keys (Vaswani and others, 2017)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Data, Gradient
from ..tensors.errors import shape_error
from ..tensors.tensor import Tensor
from .arguments import c_names, data_of
from .arithmetic import both, times_number
from .families import LAYER
from .layer import kept
from .matrix import turned
from .selection import where

private, function = LAYER.private, LAYER.function


def _softmax(scores: Any) -> Any:
    """Along the last dimension, 0 where all is left out."""
    most = scores.max(-1, keepdims=True, initial=-np.inf)
    weights = np.exp(scores - np.where(np.isneginf(most), 0, most))
    total = weights.sum(-1, keepdims=True)
    return weights / np.where(total == 0, 1, total)


safe_softmax = private(
    "safe_softmax",
    _softmax,
    lambda g, out: out * (g - ops.sum(g * out, (-1,), True)),
    batch=lambda x: safe_softmax(x),
)


def _slopes(g: Gradient, query: Data, key: Data, value: Data, weights: Data, scale: float) -> tuple[Gradient, ...]:
    """The gradients of query, key and value."""
    sent = both(None if g[0] is None else ops.matmul(g[0], turned(value)), g[1])
    of_scores = weights * (sent - ops.sum(sent * weights, (-1,), True)) * scale
    of_value = None if g[0] is None else ops.matmul(turned(weights), g[0])
    return ops.matmul(of_scores, key), ops.matmul(turned(of_scores), query), of_value


@private(
    joint=_slopes,
    tensors=3,
    name="scaled_dot_product_flash_attention_for_cpu",
    promotes=(),
    outputs=("out", "weights"),
    rows="matrices",
)
def fused(query: Data, key: Data, value: Data, mask: Data, scale: float) -> tuple[Data, Data]:
    scores = np.matmul(query, key.swapaxes(-2, -1)) * query.dtype.type(scale)
    if mask is not None:
        scores = scores + mask[0]
    weights = _softmax(scores)
    return np.matmul(weights, value), weights


def _check(query: Any, key: Any, value: Any, mask: Any, is_causal: bool) -> None:
    """RuntimeError, in PyTorch's words: the operands do not go together."""
    dims = [data_of(x).ndim for x in (query, key, value)]
    if len({*(data_of(x).dtype for x in (query, key, value))}) > 1:
        own = c_names(query, key, value)
        raise RuntimeError(
            f"Expected query, key, and value to have the same dtype, but got query.dtype: {own[0]} key.dtype: {own[1]} "
            f"and value.dtype: {own[2]} instead."
        )
    if min(dims) < 2:
        raise shape_error(
            "Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: "
            f"{dims[0]} key.dim: {dims[1]} and value.dim: {dims[2]} instead."
        )
    if mask is None:
        return
    if is_causal:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    if data_of(mask).dtype not in (np.bool_, np.float32, data_of(query).dtype):
        own = c_names(mask, query)
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{own[0]} and  query.dtype: {own[1]} instead."
        )


@function(
    tensors=3,
    torch=("nn.functional.scaled_dot_product_attention",),
)
def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Any:
    """for each query the mean of the values by how it goes with the keys: softmax(query @ key.mT / sqrt(n)) @ value"""
    _check(query, key, value, attn_mask, is_causal)
    if enable_gqa:
        key, value = (ops.repeat_interleave(x, query.shape[-3] // x.shape[-3], -3) for x in (key, value))
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    mask = attn_mask
    if is_causal:
        mask = Tensor(np.tri(query.shape[-2], key.shape[-2], dtype=bool))
    if mask is not None and data_of(mask).dtype == np.bool_:
        mask = where(mask, ops.zeros_like(query[..., :1, :1]), -math.inf)
    fits = data_of(query).ndim == 4 and query.shape[:2] == key.shape[:2] and key.shape == value.shape
    if mask is not None:
        fits &= mask.ndim in (2, 4) and isinstance(data_of(mask), np.ndarray) and not mask.requires_grad
    if fits and not dropout_p:
        return fused(query, key, value, None if mask is None else (data_of(mask),), factor)[0]
    root = math.sqrt(factor)
    scores = ops.matmul(times_number(query, root), times_number(turned(key), root))
    if mask is not None:
        scores = scores + mask
    weights = safe_softmax(scores)
    return ops.matmul(weights * kept(weights.shape, data_of(weights).dtype, dropout_p) if dropout_p else weights, value)
