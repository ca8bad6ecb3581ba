"""The backward pass: runs the nodes of a graph, last recorded first, and delivers the gradients."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np

from ..graph.hooks import next_sequence
from ..graph.node import Edge, Node
from ..graph.observers import watch
from ..graph.transforms import active, entered, hold, tracing
from ..primitives.broadcasting import sum_array_to, sum_to_size
from ..primitives.copying import to_copy
from ..primitives.joining import stack
from ..primitives.writing import copied
from ..table.scalars import check_numbers, newest
from ..tensors.modes import recording
from ..tensors.tensor import Size, Tensor

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
    # A trace sees operations on tensors only.
    on_tensors = create_graph or (bool(entered) and tracing())
    starts = _start_gradients(roots, grad_tensors, on_tensors)
    keep = create_graph if retain_graph is None else retain_graph
    edges = None if targets is None else [_receiving_edge(t) for t in targets]
    _run(roots, starts, edges, keep, on_tensors, accumulate if create_graph == on_tensors else _accumulate_bare)


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
        if materialize_grads and not isinstance(target, Tensor):
            raise RuntimeError("materialize_grads cannot be used when the given input is a GradientEdge")
    keep = create_graph if retain_graph is None else retain_graph
    if is_grads_batched:
        return _batched(roots, targets, grad_outputs, keep, create_graph, allow_unused, materialize_grads)
    # Where tensors have tangents, gradients have them too; they are computed with as the recorded ones are.
    on_tensors = create_graph or active()
    starts = _start_gradients(roots, grad_outputs, on_tensors)
    if not all(t.requires_grad for t in targets):
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    captured = _run(roots, starts, [t._edge() for t in targets], keep, on_tensors, None)
    if on_tensors and not create_graph:
        captured = [None if gradient is None else _without_history(gradient) for gradient in captured]
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


def _batched(
    roots: tuple[Tensor, ...],
    targets: tuple[Tensor, ...],
    batches: Any,
    keep_graph: bool,
    create_graph: bool,
    allow_unused: bool | None,
    materialize_grads: bool,
) -> tuple[Tensor | None, ...]:
    """The gradients for each of a batch of gradients to start from, stacked."""
    given: tuple[Any, ...] = (None,) * len(roots) if batches is None else _as_tuple(batches)
    for i, (root, batch) in enumerate(zip(roots, given, strict=True)):
        if batch is not None and (not batch.ndim or batch.shape[1:] != root.shape):
            raise RuntimeError(
                "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch "
                "dimension. The sizes of the remaining dimensions are expected to match the shape of corresponding "
                f"output, but a mismatch was detected: grad_output[{i}] has a shape of {batch.shape} and output[{i}] "
                f"has a shape of {root.shape}. If you only want some tensors in `grad_output` to be considered "
                "batched, consider using vmap."
            )
    count = next((len(batch) for batch in given if batch is not None), 0)
    rows: list[tuple[Tensor | None, ...]] = []
    for i in range(count):
        starts = [None if batch is None else batch[i] for batch in given]
        keep = keep_graph or i < count - 1
        rows.append(grad(roots, targets, starts, keep, create_graph, allow_unused, False, materialize_grads))
    if not rows:
        return tuple(Tensor(np.zeros((0, *t._data.shape), t._data.dtype)) for t in targets)
    return tuple(None if column[0] is None else stack(column) for column in zip(*rows, strict=True))


def _without_history(tensor: Tensor) -> Tensor:
    """The data of a tensor and its tangents, outside the graph."""
    bare = Tensor(tensor._data)
    for level, tangent in (tensor._tangents or {}).items():
        bare._tangents = hold(bare._tangents, level, None if tangent is None else _without_history(tangent))
    return bare


def _check_place(target: Any) -> None:
    if not hasattr(target, "_edge"):
        raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {type(target).__name__}")


def accumulate(leaf: Tensor, gradient: Any, create_graph: bool) -> None:
    """Adds a gradient to `leaf.grad`: in place, so that the object stays, unless the sum is itself recorded."""
    present = leaf._grad
    if present is None and type(gradient) is _FLOAT64:
        leaf._grad = Tensor(gradient)
    elif present is None:
        data = gradient._data if isinstance(gradient, Tensor) else gradient
        if create_graph and isinstance(gradient, Tensor) and gradient.requires_grad:
            leaf._grad = copied(Tensor(np.zeros_like(data)), gradient)
        else:
            # A rule may hand the same array to two inputs, or one that is a view.
            leaf._grad = Tensor(np.array(data)[()] if isinstance(data, np.ndarray) else data)
    elif create_graph:
        leaf._grad = present + _as_tensor(gradient)
    else:
        data = gradient._data if isinstance(gradient, Tensor) else gradient
        if isinstance(present._data, np.ndarray):
            present._data += data
        else:
            present._data = _added(present._data, data)
    for hook in list(leaf._post_accumulate_hooks.values()) if leaf._post_accumulate_hooks else ():
        returned = hook(leaf)
        if returned is None or returned is leaf:
            continue
        if not isinstance(returned, Tensor):
            raise TypeError(f"expected Variable, but hook returned '{type(returned).__name__}'")
        raise RuntimeError("Tensor post accumulate grad hooks should return None.")


def _accumulate_bare(leaf: Tensor, gradient: Any, create_graph: bool) -> None:
    """As `accumulate`, of a gradient that was recorded only to be traced."""
    accumulate(leaf, _without_history(gradient), False)


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
    root_edges: list[Edge] = [t._edge() for t in roots]
    order, arrivals = _reachable([node for node, _ in root_edges if node is not None])
    captured: dict[Edge, Any] = {}
    needed: set[Node] | None = None
    wanted: set[Node | None] | None = None
    if targets is not None:
        captured = dict.fromkeys(targets)
        ends = {node for node, _ in targets}
        needed = _leading_to(order, ends)
        wanted = needed | ends
        order = [node for node in order if node in wanted]
    pending: dict[Node, Any] = {}
    outdated = newest.sequence > 0 and bool(order) and order[-1].sequence < newest.sequence
    # Most passes need no more of a node than to run it.
    unattended = not (captured or outdated or watch.run)
    was_enabled = recording.enabled
    recording.enabled = create_graph
    passes = _passes.running
    passes.append((order, arrivals, pending, captured, needed, wanted, outdated, keep_graph, create_graph, deliver))
    # Scalars' warnings are filtered (see the engine's __init__), so NumPy is silenced only from the first array on.
    silenced: Any = None
    try:
        # The first round hands the start gradients to the roots; each later one runs a node.
        for running in (None, *order):
            edges: Sequence[Edge] = root_edges
            gradients: Sequence[Any] | None = starts
            if running is not None:
                if unattended and running.hooks is None:
                    arrived = pending.pop(running, None)
                    if arrived is None:
                        continue
                    try:
                        gradients = running.apply(arrived, create_graph)
                    except (RuntimeWarning, FloatingPointError):
                        # The caller wants these as errors; inf and nan are none.
                        silenced = silenced or _silence()
                        gradients = running.apply(arrived, create_graph)
                else:
                    silenced = silenced or _silence()
                    gradients = current_pass().run_node(running)
                    if gradients is None:
                        continue
                edges = running.next_functions
                if not keep_graph:
                    running.release()
            for i, (node, number) in enumerate(edges):
                if node is None:
                    continue
                gradient = gradients[i]
                if type(gradient) is not _FLOAT64 or node.outputs is not None:
                    silenced = silenced or _silence()
                    gradient = _fit(gradient, node.outputs, number)
                if gradient is not None:
                    if node.is_multiple:
                        slots = pending.setdefault(node, [None] * node.output_count)
                        slots[number] = gradient if slots[number] is None else _added(slots[number], gradient)
                    else:
                        present = pending.get(node)
                        pending[node] = gradient if present is None else _added(present, gradient)
                if node.sequence < 0:
                    arrivals[node] -= 1
                    if arrivals[node] or (wanted is not None and node not in wanted):
                        continue
                    if captured or node.hooks is not None:
                        current_pass().finish(node)
                    elif deliver is not None and node in pending:
                        deliver(node.variable, pending.pop(node), create_graph)  # pyright: ignore[reportAttributeAccessIssue]
        if type(passes[-1]) is Pass:
            for callback in passes[-1].callbacks:
                callback()
    finally:
        if silenced is not None:
            silenced.__exit__()
        recording.enabled = was_enabled
        passes.pop()
    return [captured[t] for t in targets] if targets is not None else []


def _silence() -> Any:
    """NumPy's error state in which nothing warns, entered."""
    state = np.errstate(all="ignore")
    state.__enter__()
    return state


def _added(x: Any, y: Any) -> Any:
    try:
        return x + y
    except (RuntimeWarning, FloatingPointError):
        with np.errstate(all="ignore"):
            return x + y


class Pass:
    """A backward pass while it runs, for what few passes have: hooks, gradients asked for, anomaly detection.

    `order` are the nodes it runs, `arrivals` how many gradients each leaf still waits for, `pending` what arrived.
    With `captured`, the edges that are asked for, `needed` are the nodes that lead there and `wanted` the ends too.
    """

    __slots__ = (
        "arrivals",
        "asked",
        "callbacks",
        "captured",
        "create_graph",
        "deliver",
        "id",
        "keeps_graph",
        "needed",
        "notes",
        "order",
        "outdated",
        "pending",
        "wanted",
    )

    def __init__(
        self,
        order: list[Node],
        arrivals: dict[Node, int],
        pending: dict[Node, Any],
        captured: dict[Edge, Any],
        needed: set[Node] | None,
        wanted: set[Node | None] | None,
        outdated: bool,
        keeps_graph: bool,
        create_graph: bool,
        deliver: Callable[[Tensor, Any, bool], None] | None,
    ) -> None:
        self.id = next_sequence()
        self.order = order
        self.arrivals = arrivals
        self.pending = pending
        self.captured = captured
        self.needed = needed
        self.wanted = wanted
        self.outdated = outdated
        self.keeps_graph = keeps_graph
        self.create_graph = create_graph
        self.deliver = deliver
        self.asked: dict[Node | None, list[Edge]] = {}
        for edge in captured:
            self.asked.setdefault(edge[0], []).append(edge)
        # What to call at the end; a callback may add another.
        self.callbacks: list[Callable[[], object]] = []
        # For hooks that wait for several gradients: what they have so far.
        self.notes: dict[Any, Any] = {}

    def will_reach(self, node: Node | None) -> bool:
        """Whether the pass brings a gradient to the node."""
        return (node in self.arrivals or node in self.order) and (self.wanted is None or node in self.wanted)

    def run_node(self, node: Node) -> Sequence[Any] | None:
        """What a node sends on; None: it is not to run."""
        arrived = self._arrived(node, self.needed is None or node in self.needed)
        if arrived is None:
            return None
        if self.outdated:
            check_numbers(node)
        if self.wanted is None:
            run = partial(node.apply, arrived, self.create_graph)
        else:
            run = partial(node.apply_towards, self.wanted, arrived, self.create_graph)
        for observer in watch.run:
            run = partial(observer, node, run)
        sent = run()
        if node.hooks is not None and node.hooks.after:
            # A hook sees what each input will receive, and its answer is fitted as a rule's is.
            sent = [n and _fit(g, n.outputs, i) for (n, i), g in zip(node.next_functions, sent, strict=True)]
            sent = node.hooks.run_after(sent, arrived if node.is_multiple else [arrived], self.create_graph)
        return sent

    def finish(self, leaf: Any) -> None:
        """Delivers to a leaf what all its uses sent."""
        total = self._arrived(leaf, self.deliver is not None)
        if self.deliver is not None and total is not None:
            self.deliver(leaf.variable, total, self.create_graph)
            if leaf.hooks is not None:
                leaf.hooks.run_after((), [total], self.create_graph)

    def _arrived(self, node: Node, runs: bool) -> Any:
        """Takes what arrived at a node through its hooks, notes it for those who asked; None: it is not to run."""
        arrived = self.pending.pop(node, None)
        if arrived is None:
            return None
        hooks = node.hooks
        if hooks is not None:
            arrived = hooks.run_tensor(arrived if node.is_multiple else [arrived], self.create_graph)
            arrived = arrived if node.is_multiple else arrived[0]
        for edge in self.asked.get(node, ()):
            self.captured[edge] = arrived[edge[1]] if node.is_multiple else arrived
        if not runs:
            return None
        if hooks is not None and hooks.before:
            arrived = hooks.run_before(arrived if node.is_multiple else [arrived], self.create_graph)
            arrived = arrived if node.is_multiple else arrived[0]
        return arrived


class _Passes(threading.local):
    def __init__(self) -> None:
        # Each as a Pass once somebody asks, till then as what one is made of.
        self.running: list[Any] = []


_passes = _Passes()


def current_pass() -> Pass:
    """The innermost backward pass that is running in this thread. RuntimeError: none is."""
    passes = _passes.running
    if not passes:
        raise RuntimeError("no backward pass is running")
    if type(passes[-1]) is not Pass:
        passes[-1] = Pass(*passes[-1])
    return passes[-1]


def queue_callback(callback: Callable[[], object]) -> None:
    """Calls `callback()` at the end of the backward pass that is running. RuntimeError: none is."""
    if not _passes.running:
        raise RuntimeError("Final callbacks can only be installed during backward pass.")
    current_pass().callbacks.append(callback)


_sequence = attrgetter("sequence")


def _reachable(roots: Sequence[Node]) -> tuple[list[Node], dict[Node, int]]:
    """The operations below the roots, last made first, and how many gradients each leaf will receive."""
    arrivals: dict[Node, int] = {}
    seen: set[Node] = set()
    for root in roots:
        if root.sequence < 0:
            arrivals[root] = arrivals.get(root, 0) + 1
        else:
            seen.add(root)
    stack = list(seen)
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
            gradient = sum_to_size(gradient, shape)
        if data.dtype != dtype:
            gradient = to_copy(gradient, dtype)
        return gradient
    gradient = np.asarray(gradient)
    if gradient.shape != shape:
        gradient = sum_array_to(gradient, shape)
    if gradient.dtype != dtype:
        gradient = gradient.astype(dtype)
    return gradient if shape else gradient[()]


def _as_tensor(gradient: Any) -> Tensor:
    return gradient if isinstance(gradient, Tensor) else Tensor(gradient)


def _as_tuple(tensors: Any) -> tuple[Tensor, ...]:
    return (tensors,) if hasattr(tensors, "_edge") else tuple(tensors)


def _stand_in(edge: Any) -> Any:
    """Data of the shape and dtype that belong to an edge."""
    outputs = edge.node.outputs[edge.output_nr] if edge.node.is_multiple else edge.node.outputs
    return _ONE if outputs is None else np.broadcast_to(np.zeros((), outputs[1]), outputs[0])


def _start_gradients(roots: Sequence[Tensor], given: Any, create_graph: bool) -> list[Any]:
    gradients = [None] * len(roots) if given is None else _as_tuple(given)
    if len(gradients) != len(roots):
        raise RuntimeError(f"got {len(roots)} tensors and {len(gradients)} gradients")
    for gradient in gradients:
        if gradient is not None and not isinstance(gradient, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    starts: list[Any] = []
    for i, (root, gradient) in enumerate(zip(roots, gradients, strict=True)):
        data = root._data if isinstance(root, Tensor) else _stand_in(root)
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
                f"shape of {Size(data.shape)}."
            )
        if not root.requires_grad:
            raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
        starts.append(start)
    return starts
