# pyright: strict, reportPrivateUsage=false
"""What watches a graph in this thread, from outside: while it is recorded, and while a backward pass runs its nodes.

Saved-tensor hooks, anomaly detection and whoever wants to see each node put a function into one of two lists and take
it out again. Both lists are empty as a rule, and all that an operation or a backward pass then pays is a look at them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any

from .node import Node

# Called with each node of an operation of the table, the operation's arguments, and its result or results.
MadeObserver = Callable[[Any, Sequence[Any], Any], None]
# Called with a node that a backward pass runs, and with the function that runs it; returns what that returns.
RunObserver = Callable[[Node, Callable[[], Sequence[Any]]], Sequence[Any]]


class _Watch(threading.local):
    def __init__(self) -> None:
        self.made: list[MadeObserver] = []
        self.run: list[RunObserver] = []


watch = _Watch()


def node_made(node: Node, args: Sequence[Any], result: Any) -> None:
    """Tells those who watch of a node that was just recorded."""
    for observer in watch.made:
        observer(node, args, result)


@contextmanager
def nodes_observed(observer: Callable[[Any, Any], None]) -> Generator[None]:
    """Calls `observer(node, result)` for every table node made in the block; a result may be several tensors."""

    def told(node: Any, args: Sequence[Any], result: Any) -> None:
        observer(node, result)

    # Before those that change what a node keeps.
    watch.made.insert(0, told)
    try:
        yield
    finally:
        watch.made.remove(told)
