"""torch.nn.functional: the functions of the table under PyTorch's names, and those with chance or integers in them."""

from __future__ import annotations

import functools
import warnings
from typing import Any

import numpy as np

from ..api.declared import require
from ..api.offered import lacking
from ..autograd.inplace import in_place
from ..primitives import layer, reduction
from ..primitives.arithmetic import mul
from ..table.composed import called_by_name
from ..table.record import Operation
from ..table.registry import functions_of, ops
from ..tensors.aliases import Call
from ..tensors.tensor import Tensor


def _with_inplace(function: Call) -> Call:
    """The function with the argument `inplace`, which writes the result into the argument."""
    write = in_place(f"{function.__name__}_", function)

    @functools.wraps(function)
    def call(input: Any, *args: Any, inplace: bool = False, **named: Any) -> Any:
        return (write if inplace else function)(input, *args, **named)

    return call


def _with_reduction(function: Call) -> Call:
    """The function with PyTorch's older arguments `size_average` and `reduce`, in place of `reduction`."""

    @functools.wraps(function)
    def call(*args: Any, size_average: bool | None = None, reduce: bool | None = None, **named: Any) -> Any:
        return function(*args, **{**named, **reduction_of(size_average, reduce)})

    return call


def reduction_of(size_average: bool | None, reduce: bool | None) -> dict[str, str]:
    """What the arguments before `reduction` say in its words, with PyTorch's warning; nothing where there are none."""
    if size_average is None and reduce is None:
        return {}
    chosen = "none" if reduce is not None and not reduce else "sum" if size_average is False else "mean"
    message = f"size_average and reduce args will be deprecated, please use reduction='{chosen}' instead."
    warnings.warn(message, stacklevel=3)
    return {"reduction": chosen}


def _function(record: Operation) -> Call:
    function = called_by_name(record)
    if "reduction" in record.arguments:
        return _with_reduction(function)
    return _with_inplace(function) if record.inplace_flag else function


_RECORDS = functions_of("nn.functional")
_FUNCTIONS = {name: _function(record) for name, record in _RECORDS.items()}
# In place, as functions of their own.
_FUNCTIONS |= {
    f"{name}_": in_place(f"{name}_", called_by_name(record)) for name, record in _RECORDS.items() if record.written
}
# Those below that are of the same name take their place.
globals().update(_FUNCTIONS)
for _name, _call in _FUNCTIONS.items():
    # Where `pickle` finds them: a layer may keep one.
    _call.__module__, _call.__qualname__ = __name__, _name

__all__ = ["bilinear", "dropout", "dropout1d", "dropout2d", "gumbel_softmax", "one_hot", *_FUNCTIONS]
__getattr__ = lacking("torch.nn.functional")


def _along(name: str, function: Call) -> Call:
    """The function with the dimension that PyTorch takes, with a warning, where none is given."""

    def call(input: Any, dim: int | None = None, dtype: Any = None) -> Any:
        if dim is None:
            implicit = f"Implicit dimension choice for {name} has been deprecated."
            warnings.warn(f"{implicit} Change the call to include dim=X as an argument.", stacklevel=2)
            dim = 0 if len(input.shape) in (0, 1, 3) else 1
        return function(input, dim, dtype)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = _RECORDS[name].doc
    return call


softmax = _along("softmax", reduction.softmax)
log_softmax = _along("log_softmax", reduction.log_softmax)
softmin = _along("softmin", lambda input, dim, dtype: reduction.softmax(-input, dim, dtype))


def gumbel_softmax(logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Any:
    """Drawn of the Gumbel-softmax distribution (Jang and others, 2017); `hard`: the value is one hot."""
    noise = -logits.detach().clone().exponential_().log()
    soft = reduction.softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    largest = ops.argmax(soft, dim, True)
    return ops.scatter(ops.zeros_like(soft), dim, largest, 1.0) - soft.detach() + soft


def embedding(input: Any, weight: Any, padding_idx: int | None = None) -> Any:
    """The rows of the weight at the indices in the input; the row at `padding_idx` gets no gradient.

    AssertionError: `padding_idx` is no row.
    """
    row = padding_row(padding_idx, weight.shape[0])
    return layer.embedding(weight, input, -1 if row is None else row)


def padding_row(padding_idx: int | None, rows: int) -> int | None:
    """The row at `padding_idx`, counted from the first. AssertionError: there is none."""
    is_row = padding_idx is None or -rows <= padding_idx < rows
    require(is_row, "Padding_idx must be within num_embeddings", AssertionError)
    return None if padding_idx is None else padding_idx % rows


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Any:
    """`input1 @ weight[k] @ input2 + bias[k]` for each output k."""
    made = ops.einsum("...i,kij,...j->...k", input1, weight, input2)
    return made if bias is None else made + bias


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """For each index, as many numbers as there are classes: 1 in its place, else 0. RuntimeError: no such class."""
    indices = np.asarray(tensor._data)
    is_whole, has_classes = indices.dtype == np.int64, indices.size > 0 or num_classes > 0
    require(is_whole, "one_hot is only applicable to index tensor of type LongTensor.", RuntimeError)
    require(has_classes, "Can not infer total number of classes from empty tensor.", RuntimeError)
    require(bool((indices >= 0).all()), "Class values must be non-negative.", RuntimeError)
    classes = int(indices.max()) + 1 if num_classes == -1 else num_classes
    require(bool((indices < classes).all()), "Class values must be smaller than num_classes.", RuntimeError)
    return Tensor((indices[..., None] == np.arange(classes)).astype(np.int64))


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """The input, in training with each element 0 with probability p and the others scaled up to make up for it.

    ValueError: p is no probability.
    """
    return _dropped(input, p, training, inplace, input.dim())


def _dropped(input: Tensor, p: float, training: bool, inplace: bool, rank: int) -> Tensor:
    """What lies in the same place of the first `rank` dimensions is dropped together."""
    check_probability(p)
    if not training or p == 0 or not input.numel():
        return input
    data = input._data
    shape, order = (*input.shape[:rank], *(1,) * (input.dim() - rank)), range(input.dim())
    if rank == input.dim() and isinstance(data, np.ndarray) and 0 not in data.strides:
        # PyTorch draws in the order in which the elements lie in memory.
        order = sorted(order, key=lambda dim: -data.strides[dim])
    mask = layer.kept([shape[dim] for dim in order], data.dtype, p)
    if [*order] != [*range(input.dim())]:
        mask = mask.permute(*np.argsort(order).tolist())
    return in_place("mul_", mul)(input, mask) if inplace else mul(input, mask)


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """As `dropout`, of whole channels of lines. RuntimeError: the input has none."""
    if input.dim() not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.dim()}D input. Note that dropout1d exists to "
            "provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional "
            "batch dimension (i.e. 2D or 3D inputs)."
        )
    return _dropped(input, p, training, inplace, input.dim() - 1)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """As `dropout`, of whole channels of images; of three dimensions the first is the batch, as in PyTorch."""
    if input.dim() != 4:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired "
            "- input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a "
            "future release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain "
            "the 1D channel-wise dropout behavior, please switch to using dropout1d instead."
            if input.dim() == 3
            else f"dropout2d: Received a {input.dim()}-D input to dropout2d, which is deprecated and will result in an "
            "error in a future release. To retain the behavior and silence this warning, please use dropout instead. "
            "Note that dropout2d exists to provide channel-wise dropout on inputs with 2 spatial dimensions, a channel "
            "dimension, and an optional batch dimension (i.e. 3D or 4D inputs).",
            stacklevel=2,
        )
    return _dropped(input, p, training, inplace, 2)


def check_probability(p: float) -> None:
    """ValueError: it is none."""
    require(0 <= p <= 1, f"dropout probability has to be between 0 and 1, but got {p}")


def dropout_(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """As `dropout`, written into the input."""
    return dropout(input, p, training, inplace=True)
