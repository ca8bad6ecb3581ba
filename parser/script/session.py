"""Scripts that run one after another with the same names, as the cells of a notebook do."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.api.offered import entered
from ...engine.autograd.anomaly import stack_given_by
from ...engine.graph.observers import nodes_observed
from ...engine.table.nodes import PrimitiveNode
from ...engine.tensors.size import at_most
from ..syntax.errors import ExpressionError
from .reading.language import checked
from .reading.reader import parse
from .reading.script import Script, Span
from .running.attributes import names_of
from .running.function import Scope
from .running.guard import shown
from .running.machine import Machine
from .running.modules import Module
from .running.pretty import pretty
from .running.resources import MemoryLimit
from .running.script_limits import Limits

# Attributes of a tensor that are tensors themselves: so much is known without asking for them.
_TENSORS = ("T", "H", "mT", "mH", "data", "grad")

Write = Callable[[str], None]


class Origin(NamedTuple):
    """Where a node of a graph was made: the sub-expression of a script, and the number of the step that ran it."""

    script: Script
    node: Any
    step: int

    @property
    def place(self) -> Span:
        """Where the sub-expression stands in the script."""
        return self.script.span(self.node)


Observer = Callable[[PrimitiveNode, Any, Origin], None]


class Session:
    """Runs scripts in one namespace.

    What they print goes to `write`. A warning of the engine's goes to `warn`, as an error with its place, once for each
    place. `observe(node, result, origin)` is called for every operation that is recorded in a graph. `names` are the
    script's own names, with their values; `shown` is the last value that was shown.
    """

    def __init__(
        self,
        write: Write,
        limits: Limits = Limits(),  # noqa: B008  (a tuple of constants)
        warn: Callable[[ExpressionError], None] = lambda error: None,
        observe: Observer | None = None,
    ) -> None:
        self.write = write
        self.limits = limits
        self.warn = warn
        self.observe = observe
        self.names: dict[str, Any] = {}
        self.shown: Any = None
        self.warned: set[tuple[Any, ...]] = set()
        self.machine = Machine(limits, write, self._show)

    def run(self, source: str, name: str = "<script>", first_line: int = 1) -> None:
        """Runs a script, and writes the value of its last statement, if that is an expression and not None.

        Raises ExpressionError for what is outside the language, ScriptError for what goes wrong as it runs. Names that
        have been given values by then keep them. Errors call the source `name` and count its lines from `first_line`.
        """
        self._run(source, name, first_line, self._show)

    def value_of(self, source: str, name: str = "<script>") -> Any:
        """Runs a script and returns the value of its last statement, None if that is no expression. Errors: as `run`.

        Nothing is written but what it prints.
        """
        values: list[Any] = []
        self._run(source, name, 1, values.append)
        return values[0] if values else None

    def names_below(self, owners: Sequence[str]) -> Iterable[str]:
        """The names that may follow after `a.b.`, or begin an expression; nothing is run to find out."""
        namespace = self.machine.namespace
        if not owners:
            return [*self.names, *namespace]
        owner = self.names[owners[0]] if owners[0] in self.names else namespace.get(owners[0])
        for name in owners[1:]:
            owner = _attribute(owner, name)
        return names_of(owner)

    def _run(self, source: str, name: str, first_line: int, show: Callable[[Any], None]) -> None:
        script = parse(source, name, first_line, max_length=self.limits.length, max_depth=self.limits.depth)
        code = checked(script)
        self.machine.show = show
        self.machine.begin(code, Scope(self.names, None))
        try:
            with (
                np.errstate(all="ignore"),
                warnings.catch_warnings(),
                stack_given_by(self.machine.traceback),
                modules_counted(self.machine.count_module),
                nodes_observed(self._observe) if self.observe is not None else nullcontext(),
            ):
                warnings.simplefilter("always")
                # NumPy's, about infinities: those are results.
                warnings.simplefilter("ignore", RuntimeWarning)
                warnings.showwarning = self._warn
                # The thread of the timer takes memory, so it begins before.
                with self.machine.timer, MemoryLimit(self.limits.memory), at_most(self.limits.elements):
                    self.machine.go_on()
        except BaseException as error:
            # Not inside, where no time or memory may be left to say so.
            self.machine.fail(error)

    def _observe(self, node: PrimitiveNode, result: Any) -> None:
        assert self.observe is not None
        frame = self.machine.frames[-1]
        self.observe(node, result, Origin(frame.code.script, frame.place, self.machine.steps))

    def _show(self, value: Any) -> None:
        if value is not None:
            self.machine.guard.whole(value)
            self.shown = value
            self.write(f"{shown(value, pretty)}\n")

    def _warn(self, message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        error = self.machine.error("value", category.__name__, str(message))
        key = (error.name, error.source, error.line, error.start, error.message)
        if key not in self.warned:
            self.warned.add(key)
            self.warn(error)


@contextmanager
def modules_counted(count: Callable[[], None]) -> Iterator[None]:
    """Calls a function for each module of a network that is gone through in the block."""
    entered.append(count)
    try:
        yield
    finally:
        entered.remove(count)


def _attribute(owner: Any, name: str) -> Any:
    """An attribute, or what has the same names as it; None where that would take running something."""
    if isinstance(owner, Module) and name in owner.names:
        return owner.member(name)
    return owner if isinstance(owner, Tensor) and name in _TENSORS else None
