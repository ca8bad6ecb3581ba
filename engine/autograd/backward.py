"""`backward` and `grad`, as they are called: what they are given is checked here, and a pass (`passes.py`) is run."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..graph.hooks import as_tensor
from ..graph.node import Edge
from ..graph.transforms import active, entered, in_batch_alone, numberless
from ..table.registry import ops
from ..tensors.aliases import Gradient
from ..tensors.batched import BatchError
from ..tensors.errors import shape_error
from ..tensors.tensor import Tensor
from .gradients import accumulate, accumulate_bare, start_gradients, without_history
from .passes import Pass


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
    targets = None if inputs is None else _as_tuple(inputs)
    if targets is not None and not targets:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    if create_graph:
        warnings.warn(
            "Using backward() with create_graph=True will create a reference cycle between the parameter and its "
            "gradient which can cause a memory leak. We recommend using autograd.grad when creating the graph to "
            "avoid this. If you have to use this function, make sure to reset the .grad fields of your parameters "
            "to None after use to break the cycle and avoid the leak.",
            stacklevel=3,
        )
    # A trace and a batch see operations on tensors only.
    on_tensors = create_graph or (bool(entered) and numberless())
    starts = start_gradients(roots, _given(grad_tensors), on_tensors)
    keep = create_graph if retain_graph is None else retain_graph
    deliver = accumulate if create_graph == on_tensors else accumulate_bare
    running = Pass([t._edge() for t in roots], keep, on_tensors, deliver)
    if targets is not None:
        running.towards([_receiving_edge(t) for t in targets])
    running.run(starts)


def _receiving_edge(target: Any) -> Edge:
    """Where the gradient of an input of `backward` arrives; a result is made to keep it."""
    _check_place(target)
    if isinstance(target, Tensor) and (target._grad_fn is not None or not target._requires_grad):
        target.retain_grad()
    return target._edge()


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of `outputs` with respect to `inputs`, one for each; no `.grad` is touched.

    With `is_grads_batched`, the first dimension of each of `grad_outputs` counts the gradients to start from, and so
    does that of each result.

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
    for target in targets:
        _check_place(target)
    keep = create_graph if retain_graph is None else retain_graph
    if is_grads_batched:
        options = {"create_graph": create_graph, "allow_unused": allow_unused, "materialize_grads": materialize_grads}
        return _batched(roots, targets, grad_outputs, keep, options)
    # Where tensors have tangents, gradients have them too; they are computed with as the recorded ones are.
    on_tensors = create_graph or active()
    starts = start_gradients(roots, _given(grad_outputs), on_tensors)
    if not all(t.requires_grad for t in targets):
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    edges = [t._edge() for t in targets]
    running = _run([t._edge() for t in roots], edges, starts, keep, on_tensors, create_graph)
    results: list[Tensor | None] = []
    for i, (target, (node, number)) in enumerate(zip(targets, edges, strict=True)):
        gradient = as_tensor(running.captured[node][number])
        if gradient is not None:
            results.append(without_history(gradient) if running.create_graph and not create_graph else gradient)
        elif materialize_grads:
            if not isinstance(target, Tensor):
                raise RuntimeError("materialize_grads cannot be used when the given input is a GradientEdge")
            results.append(Tensor(np.zeros_like(target._data)[()]))
        elif allow_unused:
            results.append(None)
        else:
            raise RuntimeError(
                f"The differentiated Tensor at index {i} appears to not have been used in the graph. "
                "Set allow_unused=True if this is the desired behavior."
            )
    return tuple(results)


def _run(
    roots: Sequence[Edge], targets: Sequence[Edge], starts: Sequence[Any], keep: bool, on_tensors: bool, records: bool
) -> Pass:
    """The pass that has been run from the roots to the targets."""
    if keep and not records and in_batch_alone():
        running = Pass(roots, keep, False, None).towards(targets)
        if running.is_plain():
            try:
                # A batch's data go through rules as arrays do, which takes half the time of tensors.
                running.run([start._data for start in starts])
                return running
            except (AttributeError, TypeError, BatchError):
                pass  # a rule asks more of what it is given than data have
    running = Pass(roots, keep, on_tensors, None).towards(targets)
    running.records = records
    running.run(starts)
    return running


def _batched(
    roots: tuple[Tensor, ...], targets: tuple[Tensor, ...], batches: Any, keep_graph: bool, options: dict[str, Any]
) -> tuple[Tensor | None, ...]:
    """The gradients for each of a batch of gradients to start from, stacked; `options` are others of `grad`."""
    given: tuple[Any, ...] = (None,) * len(roots) if batches is None else _as_tuple(batches)
    for i, (root, start) in enumerate(zip(roots, given, strict=True)):
        if start is not None and (not start.ndim or start.shape[1:] != root.shape):
            raise shape_error(
                "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch "
                "dimension. The sizes of the remaining dimensions are expected to match the shape of corresponding "
                f"output, but a mismatch was detected: grad_output[{i}] has a shape of {start.shape} and output[{i}] "
                f"has a shape of {root.shape}. If you only want some tensors in `grad_output` to be considered "
                "batched, consider using vmap."
            )
    count = next((len(start) for start in given if start is not None), 0)
    if not count:
        return tuple(Tensor(np.zeros((0, *t._data.shape), t._data.dtype)) for t in targets)
    from .batching import Batch

    try:
        with Batch(count) as level:
            starts = [None if start is None else level.batched(start) for start in given]
            found = grad(roots, targets, starts, True, **options)
    except BatchError:
        rows = []
        for i in range(count):
            starts = [None if start is None else start[i] for start in given]
            rows.append(grad(roots, targets, starts, keep_graph or i < count - 1, **options))
        return tuple(None if column[0] is None else ops.stack(column) for column in zip(*rows, strict=True))
    if not keep_graph:
        for node in Pass([t._edge() for t in roots], True, False, None).towards([t._edge() for t in targets]).order:
            node.release()
    return tuple(None if gradient is None else level.unbatched(gradient) for gradient in found)


def _check_place(target: Any) -> None:
    if not hasattr(target, "_edge"):
        raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {type(target).__name__}")


def _as_tuple(tensors: Any) -> tuple[Any, ...]:
    """One tensor or edge, or a sequence of them, as a tuple."""
    return (tensors,) if hasattr(tensors, "_edge") else tuple(tensors)


def _given(gradients: Gradient) -> tuple[Gradient, ...] | None:
    return None if gradients is None else _as_tuple(gradients)
