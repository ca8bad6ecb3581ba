"""The backward pass: the way of a gradient from the results of a graph to its leaves.

It is read in the order it happens, which is that of `Pass.run`:

1. *Order.* `below` lists the nodes that the roots lead to, last made first. A node made earlier never depends on one
   made later, so each has all its gradients when its turn comes. Leaves have no turn: it counts what each will receive.
2. *Send.* The gradients to start from go to the roots. A gradient that reaches a node is brought to the shape and
   dtype of the value it belongs to, and added to what has arrived there before.
3. *Run.* Each node in turn makes of what arrived the gradients of its arguments (`table/nodes.py`: by the rules of its
   operation), lets go of what it saved, and they are sent on along its edges.
4. *Deliver.* A leaf that has received its last gradient hands over the sum: to its `.grad`, or to whoever asked.

Of a batch, what travels are its data (`tensors/batched.py`), and rules are run on them as on arrays.

Few passes need more of a node than that. Where a gradient is asked for, or a node has hooks, or its run is watched
(`graph/observers.py`), the pass *attends* to it: `attend` and `receive` have all that happens around a run. So it does
where nothing arrived, because no use of a node's outputs has a derivative: an undefined gradient, None, travels as any
other does, so that all hooks are called and each leaf is sent as much as it waits for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterable, Sequence
from functools import cached_property, partial
from operator import attrgetter
from typing import Any, cast

import numpy as np

from ..graph.hooks import next_sequence
from ..graph.node import AccumulateGrad, Edge, Node
from ..graph.observers import watch
from ..table.nodes import PrimitiveNode
from ..table.scalars import check_numbers, newest
from ..tensors.aliases import Gradient
from ..tensors.modes import recording
from ..tensors.tensor import Tensor
from .gradients import added, fit

_FLOAT64 = np.float64

Deliver = Callable[[Tensor, Gradient, bool], None]


class Pass:
    """A backward pass from `roots`, and all that it knows while it runs.

    `order` are the nodes it runs, `arrivals` how many gradients each leaf still waits for, `pending` what has arrived.
    With `targets`, only what leads there is run, and `captured` is what arrived at each of their nodes. If that is not
    all there is, `needed` are the nodes on the way, `wanted` the targets' nodes too, `attended` these and the nodes
    that lead elsewhere as well. `deliver` adds a gradient to a leaf (None: nothing does). Operations recorded before
    `since` are not run.
    """

    # Few passes are more than these say.
    captured: dict[Node | None, dict[int, Gradient]] = {}  # noqa: RUF012  (never written to)
    needed: set[Node] | None = None
    wanted: set[Node | None] | None = None
    attended: Container[Node] = ()
    callbacks: Sequence[Callable[[], object]] = ()
    # NumPy's error state, from the first array on. The warnings of scalars are filtered (see the engine's `__init__`),
    # and a pass over few of them is 1.1 times as fast without it.
    silenced: Any = None
    # Whether what it computes is recorded, if that is not said by `create_graph`.
    records: bool | None = None

    def __init__(
        self, roots: Sequence[Edge], keeps_graph: bool, create_graph: bool, deliver: Deliver | None, since: int = 0
    ) -> None:
        self.roots = roots
        self.keeps_graph = keeps_graph
        self.create_graph = create_graph
        self.deliver = deliver
        self.order, self.arrivals = below(roots, since)
        self.pending: dict[Node, Any] = {}

    def towards(self, targets: Iterable[Edge]) -> Pass:
        """The pass, running no more than what leads to `targets`."""
        self.captured = {}
        for node, number in targets:
            self.captured.setdefault(node, {})[number] = None
        if self.captured.keys() == self.arrivals.keys():
            # The targets are the leaves, all of them: nothing leads elsewhere, as in most passes.
            return self
        needed, wanted, attended = set[Node](), set(self.captured), set(self.captured)
        # First what was made first, so that all that a node leads to is known.
        for node in reversed(self.order):
            for child, _ in node.next_functions:
                if child in wanted:
                    needed.add(node)
                elif child is not None:
                    attended.add(node)
            if node in needed:
                wanted.add(node)
        self.needed, self.wanted, self.attended = needed, wanted, attended
        if self.deliver is not None:
            # Where gradients are kept, what keeps them runs too, though it sends nothing on, as in PyTorch.
            self.needed.update(node for node in self.captured if node is not None)
        self.order = [node for node in self.order if node in self.wanted]
        return self

    def is_plain(self) -> bool:
        """Whether it only runs rules of the table's, and nobody watches."""
        nodes = [*self.order, *self.arrivals]
        return not watch.run and all(
            node._hooks is None and isinstance(node, (PrimitiveNode, AccumulateGrad)) for node in nodes
        )

    @cached_property
    def id(self) -> int:
        """A number that no other pass has."""
        return next_sequence()

    @cached_property
    def notes(self) -> dict[Any, Any]:
        """For hooks that wait for several gradients: what they have so far."""
        return {}

    def run(self, starts: Sequence[Gradient]) -> None:
        """Sends `starts`, one gradient for each root, through the graph."""
        order, arrivals, pending, create_graph = self.order, self.arrivals, self.pending, self.create_graph
        outdated = newest.sequence > 0 and bool(order) and order[-1]._sequence < newest.sequence
        attends, attended = outdated or bool(watch.run), self.attended
        was_enabled = recording.enabled
        recording.enabled = create_graph if self.records is None else self.records
        _passes.running.append(self)
        try:
            # The first round hands the start gradients to the roots; each later one runs a node.
            for running in (None, *order):
                edges, sent = self.roots, starts
                if running is not None:
                    arrived = pending.pop(running, None)
                    if attends or arrived is None or running._hooks is not None or running in attended:
                        sent = self.attend(running, arrived)
                        if sent is None:
                            continue
                    else:
                        try:
                            sent = running.apply(arrived, create_graph)
                        except (RuntimeWarning, FloatingPointError):
                            # The caller wants these as errors; inf and nan are none.
                            self.silence()
                            sent = running.apply(arrived, create_graph)
                    if not self.keeps_graph:
                        running.release()
                    edges = running.next_functions
                # Sent on from here and not by a method of its own, a pass over scalars is 1.1 times as fast.
                for i, (node, number) in enumerate(edges):
                    if node is None:
                        continue
                    gradient = sent[i]
                    # To look before the call, for the common scalar, makes it 1.2 times as fast.
                    if type(gradient) is not _FLOAT64 or node._outputs is not None:
                        self.silence()
                        gradient = fit(gradient, node._outputs, number)
                    if gradient is not None:
                        if node.is_multiple:
                            slots = pending.setdefault(node, [None] * node.output_count)
                            slots[number] = gradient if slots[number] is None else added(slots[number], gradient)
                        else:
                            present = pending.get(node)
                            pending[node] = gradient if present is None else added(present, gradient)
                    if node._sequence < 0:
                        arrivals[node] -= 1
                        if not arrivals[node]:
                            self.finish(cast(AccumulateGrad, node))
            for callback in self.callbacks:
                callback()
        finally:
            recording.enabled = was_enabled
            _passes.running.pop()
            if self.silenced is not None:
                self.silenced.__exit__()

    def silence(self) -> None:
        """Keeps NumPy from warning until the end of the pass."""
        if self.silenced is None:
            self.silenced = np.errstate(all="ignore")
            self.silenced.__enter__()

    def finish(self, leaf: AccumulateGrad) -> None:
        """Hands over to a leaf, or to whoever asked, what all its uses sent."""
        if self.wanted is not None and leaf not in self.wanted:
            return
        total = self.pending.pop(leaf, None)
        hooks = leaf._hooks
        if self.captured or hooks is not None:
            received = self.receive(leaf, [total], runs=self.deliver is not None)
            total = None if received is None else received[0]
        if self.deliver is None:
            return
        first = leaf.variable._grad is None
        self.deliver(leaf.variable, total, self.create_graph)
        if hooks is not None:
            kept = leaf.variable._grad
            if first and kept is not None and not self.create_graph:
                total = kept._data  # the leaf's own from now on, as hooks see it
            hooks.run_after((), [total], self.create_graph)

    def attend(self, node: Node, arrived: Any) -> Sequence[Gradient] | None:
        """What a node sends on, with all that happens around its run; None: it is not to run."""
        self.silence()
        outputs: list[Gradient] = arrived if node.is_multiple and arrived else [arrived] * node.output_count
        gradients = self.receive(node, outputs, runs=self.needed is None or node in self.needed)
        if gradients is None:
            return None
        if newest.sequence > node._sequence:
            check_numbers(node)
        arrived = gradients if node.is_multiple else gradients[0]
        if all(g is None for g in gradients):
            run = partial(node.apply_undefined, self.create_graph)
        elif self.wanted is None:
            run = partial(node.apply, arrived, self.create_graph)
        else:
            run = partial(node.apply_towards, self.wanted, arrived, self.create_graph)
        for observer in watch.run:
            run = partial(observer, node, run)
        sent = run()
        if node._hooks is not None and node._hooks.after:
            # A hook sees what each input will receive, and its answer is fitted as a rule's is.
            sent = [n and fit(g, n._outputs, i) for (n, i), g in zip(node.next_functions, sent, strict=True)]
            sent = node._hooks.run_after(sent, gradients, self.create_graph)
        return sent

    def receive(self, node: Node, gradients: list[Gradient], runs: bool) -> Sequence[Gradient] | None:
        """What arrived at a node's outputs as its hooks leave it, noted for those who asked; None: it is not to run."""
        hooks = node._hooks
        if hooks is not None:
            gradients = hooks.run_tensor(gradients, self.create_graph)
        asked = self.captured.get(node, {})
        for number in asked:
            asked[number] = gradients[number]
        if not runs:
            return None
        return gradients if hooks is None else hooks.run_before(gradients, self.create_graph)

    def will_reach(self, node: Node | None) -> bool:
        """Whether the pass brings a gradient to the node."""
        return (node in self.arrivals or node in self.order) and (self.wanted is None or node in self.wanted)


_sequence = attrgetter("_sequence")


def below(roots: Iterable[Edge], since: int = 0) -> tuple[list[Node], dict[Node, int]]:
    """The operations that `roots` lead to, last made first, and how many gradients each leaf will receive.

    What was made before `since` is no more than the end of an edge.
    """
    arrivals: dict[Node, int] = {}
    seen: set[Node] = set()
    edges = list(roots)
    # The list grows while it is gone through.
    for node, _ in edges:
        if node is None:
            continue
        if node._sequence < since:
            if node._sequence < 0:
                arrivals[node] = arrivals.get(node, 0) + 1
        elif node not in seen:
            seen.add(node)
            edges += node.next_functions
    return sorted(seen, key=_sequence, reverse=True), arrivals


class _Passes(threading.local):
    def __init__(self) -> None:
        # A rule or a hook may run a pass of its own.
        self.running: list[Pass] = []


_passes = _Passes()


def current_pass() -> Pass:
    """The innermost backward pass that is running in this thread. RuntimeError: none is."""
    if not _passes.running:
        raise RuntimeError("no backward pass is running")
    return _passes.running[-1]


def queue_callback(callback: Callable[[], object]) -> None:
    """Calls `callback()` at the end of the backward pass that is running. RuntimeError: none is."""
    if not _passes.running:
        raise RuntimeError("Final callbacks can only be installed during backward pass.")
    running = current_pass()
    if not isinstance(running.callbacks, list):
        running.callbacks = []
    running.callbacks.append(callback)
