"""What becomes of a gradient beside a graph: where it starts, the shape it is brought to, and how a leaf adds it up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..graph.hooks import as_tensor, run_post_accumulate
from ..graph.transforms import hold
from ..primitives.arguments import data_of
from ..primitives.copying import copied, to_copy
from ..table.binding import sum_array_to
from ..tensors.aliases import Gradient
from ..tensors.errors import shape_error
from ..tensors.size import Size
from ..tensors.symbol import is_symbolic
from ..tensors.tensor import Tensor

_ONE = np.float64(1.0)
_SCALAR = (), np.dtype(np.float64)


def start_gradients(roots: Sequence[Any], given: Sequence[Any] | None, create_graph: bool) -> list[Gradient]:
    """The gradients to start from at tensors or edges: those given, and ones where none is.

    RuntimeError: one does not fit, or is missing for more than one element, or a root has no graph.
    TypeError: one is no tensor.
    """
    gradients = [None] * len(roots) if given is None else given
    if len(gradients) != len(roots):
        raise RuntimeError(f"got {len(roots)} tensors and {len(gradients)} gradients")
    for gradient in gradients:
        if gradient is not None and not isinstance(gradient, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    starts: list[Gradient] = []
    for i, (root, gradient) in enumerate(zip(roots, gradients, strict=True)):
        data = root._data if isinstance(root, Tensor) else _stand_in(root)
        if gradient is None:
            if root.requires_grad and data.size != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            # With `ones_like` for all, x*x and its backward pass take 1.3 times as long.
            ones = _ONE if type(data) is np.float64 else np.ones_like(data)[()]
            starts.append(Tensor(ones) if create_graph else ones)
        elif gradient._data.shape != data.shape:
            raise shape_error(
                f"Mismatch in shape: grad_output[{i}] has a shape of {gradient.shape} and output[{i}] has a "
                f"shape of {Size(data.shape)}."
            )
        if not root.requires_grad:
            raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
        if gradient is not None:
            starts.append(gradient if create_graph else gradient._data)
    return starts


def _stand_in(edge: Any) -> Any:
    """Data of the shape and dtype that belong to an edge."""
    outputs = edge.node._outputs[edge.output_nr] if edge.node.is_multiple else edge.node._outputs
    shape, dtype = outputs or _SCALAR
    return np.broadcast_to(np.zeros((), dtype), shape)


def fit(gradient: Gradient, outputs: Any, number: int) -> Gradient:
    """The gradient in the shape and dtype of the value it belongs to: summed over what broadcasting added.

    `outputs` is what the node that the gradient reaches says of its outputs, the value being output `number`.
    """
    if gradient is None:
        return None
    if type(outputs) is list:
        outputs = outputs[number]
    shape, dtype = outputs or _SCALAR
    if isinstance(gradient, Tensor) or is_symbolic(gradient):
        data = data_of(gradient)
        if data.shape != shape:
            # Here, so that a pass over single numbers costs no import.
            from ..primitives.reshaping import sum_to_size

            gradient = sum_to_size(gradient, shape)
        return gradient if data.dtype == dtype else to_copy(gradient, dtype)
    gradient = np.asarray(gradient)
    if gradient.shape != shape:
        gradient = sum_array_to(gradient, shape)
    if gradient.dtype != dtype:
        gradient = gradient.astype(dtype)
    return gradient if shape else gradient[()]


def added(x: Gradient, y: Gradient) -> Gradient:
    """The sum of two gradients, of which an inf or nan is no error, whatever the caller makes of NumPy's warnings."""
    try:
        return x + y
    except (RuntimeWarning, FloatingPointError):
        with np.errstate(all="ignore"):
            return x + y


def accumulate(leaf: Tensor, gradient: Gradient, create_graph: bool) -> None:
    """Adds a gradient to `leaf.grad`: in place, so that the object stays, unless the sum is itself recorded.

    Hooks that wait for this are called also where there is none to add, as in PyTorch.
    """
    present = leaf._grad
    data = gradient._data if isinstance(gradient, Tensor) else gradient
    if data is None:
        pass
    elif present is None:
        if create_graph and isinstance(gradient, Tensor) and gradient.requires_grad:
            leaf._grad = copied(Tensor(np.zeros_like(data)), gradient)
        else:
            # A rule may hand the same array to two inputs, or one that is a view.
            leaf._grad = Tensor(np.array(data)[()] if isinstance(data, np.ndarray) else data)
    elif create_graph:
        leaf._grad = present + as_tensor(gradient)
    elif isinstance(present._data, np.ndarray):
        present._data += data
    else:
        present._data = added(present._data, data)
    if leaf._post_accumulate_hooks:
        run_post_accumulate(leaf)


def accumulate_bare(leaf: Tensor, gradient: Gradient, create_graph: bool) -> None:
    """As `accumulate`, of a gradient that was recorded only to be traced."""
    accumulate(leaf, None if gradient is None else without_history(gradient), False)


def without_history(tensor: Tensor) -> Tensor:
    """The data of a tensor and its tangents, outside the graph."""
    bare = Tensor(tensor._data)
    for level, tangent in (tensor._tangents or {}).items():
        bare._tangents = hold(bare._tangents, level, None if tangent is None else without_history(tangent))
    return bare
