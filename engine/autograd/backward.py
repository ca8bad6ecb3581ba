"""The backward pass: runs the nodes of a graph, last recorded first, and delivers the gradients."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from ..tensor import Tensor
from .graph import Edge, Node
from .modes import recording

if TYPE_CHECKING:
    from collections.abc import Callable

_FLOAT64 = np.float64
_ONE = np.float64(1.0)


def backward(
    tensors: Tensor | Sequence[Tensor],
    grad_tensors: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Adds the gradient of `tensors` to the `.grad` of every leaf they were computed from.

    `grad_tensors` are the gradients to start from, of the tensors' shapes (None: 1, for a tensor of one element).
    With `inputs`, only these tensors receive gradients, leaves or not.

    RuntimeError: a tensor needs a gradient to start from or has no graph; the graph was freed by an earlier pass.
    """
    roots = _as_tuple(tensors)
    if inputs is not None:
        targets = _as_tuple(inputs)
        if not targets:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    else:
        targets = None
    if create_graph:
        warnings.warn(
            "Using backward() with create_graph=True will create a reference cycle between the parameter and its "
            "gradient which can cause a memory leak. We recommend using autograd.grad when creating the graph to "
            "avoid this. If you have to use this function, make sure to reset the .grad fields of your parameters "
            "to None after use to break the cycle and avoid the leak.",
            stacklevel=3,
        )
    starts = _start_gradients(roots, grad_tensors, create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    if targets is None:
        _run(roots, starts, None, keep, create_graph, accumulate)
    else:
        captured = _run(roots, starts, [t._edge() for t in targets], keep, create_graph, None)
        for tensor, gradient in zip(targets, captured, strict=True):
            if gradient is not None:
                accumulate(tensor, gradient, create_graph)


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of `outputs` with respect to `inputs`, one for each; no `.grad` is touched.

    RuntimeError: as `backward`, or an input that no output depends on, unless `allow_unused` (its gradient is then
    None, or zeros with `materialize_grads`).
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    roots = _as_tuple(outputs)
    targets = _as_tuple(inputs)
    if not targets:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    starts = _start_gradients(roots, grad_outputs, create_graph)
    if not all(t.requires_grad for t in targets):
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    keep = create_graph if retain_graph is None else retain_graph
    captured = _run(roots, starts, [t._edge() for t in targets], keep, create_graph, None)
    results: list[Tensor | None] = []
    for i, (target, gradient) in enumerate(zip(targets, captured, strict=True)):
        if gradient is not None:
            results.append(_as_tensor(gradient))
        elif materialize_grads:
            results.append(Tensor(np.zeros_like(target._data)[()]))
        elif allow_unused:
            results.append(None)
        else:
            raise RuntimeError(
                f"The differentiated Tensor at index {i} appears to not have been used in the graph. "
                "Set allow_unused=True if this is the desired behavior."
            )
    return tuple(results)


def accumulate(leaf: Tensor, gradient: Any, create_graph: bool) -> None:
    """Adds a gradient to `leaf.grad`: in place, so that the object stays, unless the sum is itself recorded."""
    present = leaf._grad
    if present is None:
        data = gradient._data if isinstance(gradient, Tensor) else gradient
        if create_graph and isinstance(gradient, Tensor) and gradient.requires_grad:
            leaf._grad = gradient
        else:
            # A rule may hand the same array to two inputs, or one that is a view.
            leaf._grad = Tensor(data if type(data) is _FLOAT64 else np.array(data)[()])
    elif create_graph:
        leaf._grad = present + _as_tensor(gradient)
    else:
        data = gradient._data if isinstance(gradient, Tensor) else gradient
        present._data = present._data + data


def _run(
    roots: Sequence[Tensor],
    starts: Sequence[Any],
    targets: list[Edge] | None,
    keep_graph: bool,
    create_graph: bool,
    deliver: Callable[[Tensor, Any, bool], None] | None,
) -> list[Any]:
    """Runs the graph below `roots`; returns what arrived at each of `targets`.

    A node made earlier never depends on one made later, so the order of making, reversed, is the order to run in.
    """
    root_edges = [t._edge() for t in roots]
    order, arrivals = _reachable([node for node, _ in root_edges if node is not None])
    captured: dict[Edge, Any] = {}
    if targets is not None:
        captured = dict.fromkeys(targets)
        needed = _leading_to(order, {node for node, _ in targets})
        order = [node for node in order if node in needed]
    pending: dict[Node, Any] = {}

    was_enabled = recording.enabled
    recording.enabled = create_graph
    try:
        with np.errstate(all="ignore"):
            # The first round hands the start gradients to the roots; each later one runs a node.
            for running in (None, *order):
                if running is None:
                    edges: Sequence[Edge] = root_edges
                    gradients: Sequence[Any] = starts
                else:
                    arrived = pending.pop(running, None)
                    if arrived is None:
                        continue
                    edges = running.next_functions
                    gradients = running.apply(arrived, create_graph)
                    if not keep_graph:
                        running.release()
                for (node, number), gradient in zip(edges, gradients, strict=True):
                    if node is None:
                        continue
                    if type(gradient) is not _FLOAT64 or node.outputs is not None:
                        gradient = _fit(gradient, node.outputs, number)
                    if gradient is not None:
                        if captured and (node, number) in captured:
                            present = captured[node, number]
                            captured[node, number] = gradient if present is None else present + gradient
                        if node.is_multiple:
                            slots = pending.setdefault(node, [None] * node.output_count)
                            slots[number] = gradient if slots[number] is None else slots[number] + gradient
                        else:
                            present = pending.get(node)
                            pending[node] = gradient if present is None else present + gradient
                    if node.sequence < 0:
                        arrivals[node] -= 1
                        if not arrivals[node] and deliver is not None and node in pending:
                            deliver(node.variable, pending[node], create_graph)  # pyright: ignore[reportAttributeAccessIssue]
    finally:
        recording.enabled = was_enabled
    return [captured[t] for t in targets] if targets is not None else []


_sequence = attrgetter("sequence")


def _reachable(roots: Sequence[Node]) -> tuple[list[Node], dict[Node, int]]:
    """The operations below the roots, last made first, and how many gradients each leaf will receive."""
    arrivals: dict[Node, int] = {}
    stack: list[Node] = []
    for root in roots:
        if root.sequence < 0:
            arrivals[root] = arrivals.get(root, 0) + 1
        else:
            stack.append(root)
    seen = set(stack)
    while stack:
        for child, _ in stack.pop().next_functions:
            if child is None:
                continue
            if child.sequence < 0:
                arrivals[child] = arrivals.get(child, 0) + 1
            elif child not in seen:
                seen.add(child)
                stack.append(child)
    return sorted(seen, key=_sequence, reverse=True), arrivals


def _leading_to(order: list[Node], targets: set[Node | None]) -> set[Node]:
    """The nodes of `order` that a gradient has to pass through to reach one of `targets`."""
    needed: set[Node] = set()
    for node in reversed(order):
        if any(child in targets or child in needed for child, _ in node.next_functions):
            needed.add(node)
    return needed


def _fit(gradient: Any, outputs: Any, number: int) -> Any:
    """The gradient in the shape and dtype of the value it belongs to: summed over what broadcasting added."""
    if gradient is None:
        return None
    if type(outputs) is list:
        outputs = outputs[number]
    shape, dtype = ((), np.dtype(_FLOAT64)) if outputs is None else outputs
    if isinstance(gradient, Tensor):
        data = gradient._data
        if data.shape != shape:
            from ..primitives.shape import sum_to_size

            gradient = sum_to_size(gradient, shape)
        if data.dtype != dtype:
            from ..primitives.shape import to_copy

            gradient = to_copy(gradient, dtype)
        return gradient
    gradient = np.asarray(gradient)
    if gradient.shape != shape:
        from ..primitives.shape import sum_array_to

        gradient = sum_array_to(gradient, shape)
    if gradient.dtype != dtype:
        gradient = gradient.astype(dtype)
    return gradient if shape else gradient[()]


def _as_tensor(gradient: Any) -> Tensor:
    return gradient if isinstance(gradient, Tensor) else Tensor(gradient)


def _as_tuple(tensors: Any) -> tuple[Tensor, ...]:
    return (tensors,) if isinstance(tensors, Tensor) else tuple(tensors)


def _start_gradients(roots: Sequence[Tensor], given: Any, create_graph: bool) -> list[Any]:
    gradients = [None] * len(roots) if given is None else _as_tuple(given)
    starts: list[Any] = []
    for i, (root, gradient) in enumerate(zip(roots, gradients, strict=True)):
        data = root._data
        if gradient is None:
            if type(data) is _FLOAT64:
                start = _ONE
            else:
                if root.requires_grad and data.size != 1:
                    raise RuntimeError("grad can be implicitly created only for scalar outputs")
                start = np.ones_like(data)[()]
            if create_graph:
                start = Tensor(start)
        elif gradient._data.shape == data.shape:
            start = gradient if create_graph else gradient._data
        else:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{i}] has a shape of {gradient.shape} and output[{i}] has a "
                f"shape of {root.shape}."
            )
        if not root.requires_grad:
            raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
        starts.append(start)
    return starts
