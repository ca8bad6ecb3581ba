"""torch.nn.functional: the functions of the table under PyTorch's names, and those with chance or integers in them."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.inplace import in_place
from ..primitives import activation, elementary, layer, reduction
from ..primitives.activation import gelu, glu, hardshrink, logsigmoid, prelu, softplus, softshrink, softsign, tanhshrink
from ..primitives.arithmetic import mul
from ..primitives.layer import cosine_similarity, linear, normalize, pad
from ..primitives.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    gaussian_nll_loss,
    hinge_embedding_loss,
    huber_loss,
    kl_div,
    l1_loss,
    margin_ranking_loss,
    mse_loss,
    nll_loss,
    poisson_nll_loss,
    smooth_l1_loss,
    soft_margin_loss,
)
from ..tensors.symbol import check_not_traced
from ..tensors.tensor import Tensor

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "celu",
    "cosine_similarity",
    "cross_entropy",
    "dropout",
    "elu",
    "embedding",
    "gaussian_nll_loss",
    "gelu",
    "glu",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hinge_embedding_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "leaky_relu",
    "linear",
    "log_softmax",
    "logsigmoid",
    "margin_ranking_loss",
    "mish",
    "mse_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "pad",
    "poisson_nll_loss",
    "prelu",
    "relu",
    "relu6",
    "rrelu",
    "selu",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
]


def _with_inplace(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with the argument `inplace`, which writes the result into the argument."""
    write = in_place(f"{function.__name__}_", function)

    @functools.wraps(function)
    def call(input: Any, *args: Any, inplace: bool = False, **named: Any) -> Any:
        return (write if inplace else function)(input, *args, **named)

    return call


celu = _with_inplace(activation.celu)
elu = _with_inplace(activation.elu)
hardsigmoid = _with_inplace(activation.hardsigmoid)
hardswish = _with_inplace(activation.hardswish)
hardtanh = _with_inplace(activation.hardtanh)
leaky_relu = _with_inplace(activation.leaky_relu)
mish = _with_inplace(activation.mish)
relu = _with_inplace(activation.relu)
relu6 = _with_inplace(activation.relu6)
rrelu = _with_inplace(activation.rrelu)
selu = _with_inplace(activation.selu)
silu = _with_inplace(activation.silu)
threshold = _with_inplace(activation.threshold)
sigmoid = activation.sigmoid
tanh = elementary.tanh


def _dimension(name: str, x: Any, dim: int | None) -> int:
    """The dimension, or the one that PyTorch takes, with a warning, where none is given."""
    if dim is not None:
        return dim
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        stacklevel=3,
    )
    return 0 if len(x.shape) in (0, 1, 3) else 1


def softmax(input: Any, dim: int | None = None, dtype: Any = None) -> Any:
    """exp(input) scaled to a sum of 1 along `dim`."""
    return reduction.softmax(input, _dimension("softmax", input, dim), dtype)


def log_softmax(input: Any, dim: int | None = None, dtype: Any = None) -> Any:
    """The logarithm of softmax, without overflow."""
    return reduction.log_softmax(input, _dimension("log_softmax", input, dim), dtype)


def softmin(input: Any, dim: int | None = None, dtype: Any = None) -> Any:
    """exp(-input) scaled to a sum of 1 along `dim`."""
    return reduction.softmax(-input, _dimension("softmin", input, dim), dtype)


def embedding(input: Any, weight: Any, padding_idx: int | None = None) -> Any:
    """The rows of the weight at the indices in the input; the row at `padding_idx` gets no gradient.

    AssertionError: `padding_idx` is no row.
    """
    rows = weight.shape[0]
    if padding_idx is not None and not -rows <= padding_idx < rows:
        raise AssertionError("Padding_idx must be within num_embeddings")
    return layer.embedding(weight, input, -1 if padding_idx is None else padding_idx % rows)


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """For each index, as many numbers as there are classes: 1 in its place, else 0. RuntimeError: no such class."""
    indices = np.asarray(tensor._data)
    if indices.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if not indices.size and num_classes <= 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    if (indices < 0).any():
        raise RuntimeError("Class values must be non-negative.")
    classes = int(indices.max()) + 1 if num_classes == -1 else num_classes
    if (indices >= classes).any():
        raise RuntimeError("Class values must be smaller than num_classes.")
    return Tensor((indices[..., None] == np.arange(classes)).astype(np.int64))


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """The input, in training with each element 0 with probability p and the others scaled up to make up for it.

    ValueError: p is no probability.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0:
        return input
    check_not_traced(input._data, "dropout")
    kept = np.random.default_rng().random(input.shape) >= p
    scale = 0.0 if p == 1 else 1 / (1 - p)
    mask = Tensor(np.asarray(kept * scale, input._data.dtype)[()])
    return in_place("mul_", mul)(input, mask) if inplace else mul(input, mask)
