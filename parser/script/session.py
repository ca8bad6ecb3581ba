"""Scripts that run one after another with the same names, as the cells of a notebook do."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import ExpressionError
from .compile import compile_script
from .function import Scope
from .limits import Limits
from .machine import Machine
from .parse import parse
from .resources import memory_limit

Write = Callable[[str], None]


class Session:
    """Runs scripts in one namespace.

    What they print goes to `write`. A warning of the engine's goes to `warn`, as an error with its place, once for each
    place. `names` are the script's own names, with their values.
    """

    def __init__(
        self,
        write: Write,
        limits: Limits = Limits(),  # noqa: B008  (a tuple of constants)
        warn: Callable[[ExpressionError], None] = lambda error: None,
    ) -> None:
        self.write = write
        self.limits = limits
        self.warn = warn
        self.names: dict[str, Any] = {}
        self.warned: set[tuple[Any, ...]] = set()
        self.machine = Machine(limits, write, self._show)

    def run(self, source: str, name: str = "<script>", first_line: int = 1) -> None:
        """Runs a script, and writes the value of its last statement, if that is an expression and not None.

        Raises ExpressionError for what is outside the language, ScriptError for what goes wrong as it runs. Names that
        have been given values by then keep them. Errors call the source `name` and count its lines from `first_line`.
        """
        script = parse(source, name, first_line, max_length=self.limits.length, max_depth=self.limits.depth)
        code = compile_script(script)
        self.machine.steps = 0
        with (
            np.errstate(all="ignore"),
            warnings.catch_warnings(),
            memory_limit(self.limits.memory),
            self.machine.timer,
        ):
            warnings.simplefilter("always")
            # NumPy's, about infinities: those are results.
            warnings.simplefilter("ignore", RuntimeWarning)
            warnings.showwarning = self._warn
            self.machine.run(code, Scope(self.names, None))

    def _show(self, value: Any) -> None:
        if value is not None:
            self.machine.guard.whole(value)
            self.write(f"{value!r}\n")

    def _warn(self, message: Warning | str, category: type[Warning], *_: Any) -> None:
        error = self.machine.error("value", category.__name__, str(message))
        key = (error.name, error.source, error.line, error.start, error.message)
        if key not in self.warned:
            self.warned.add(key)
            self.warn(error)
