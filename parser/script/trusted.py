"""A session of the person's own Python: nothing is kept from it, and `import torch` means this engine."""

from __future__ import annotations

import ast
import builtins
import linecache
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from io import TextIOBase
from itertools import islice
from types import CodeType, FrameType, ModuleType
from typing import Any

from ... import engine
from ...engine.graph.observers import nodes_observed
from ...engine.table.nodes import PrimitiveNode
from ...engine.tensors.errors import kind_of
from ..syntax.errors import ExpressionError, did_you_mean
from .reading.reader import parse
from .reading.script import Place, Script
from .running.exceptions import Call, ScriptError, notes_of
from .running.machine import UNEXPLAINED
from .running.modules import lacks
from .running.pretty import pretty
from .running.resources import Timer
from .session import Observer, Origin, Write
from .torch_import import torch_is_the_engine

_MAIN = "__main__"
_NAME_ERRORS = (NameError, AttributeError, ImportError)
# What Python itself does not show of warnings, unless asked.
_UNSHOWN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)


class TrustedSession:
    """Runs scripts, as Python runs them, in one module of the name `__main__`.

    `write`, `warn`, `observe`, `names` and `shown` are as in `Session`; without `write`, what is printed goes to
    standard output itself. `path` is the file that the scripts are from, if they are from one. A script may take
    `seconds`, and all else that it likes.
    """

    def __init__(
        self,
        write: Write | None,
        seconds: float,
        warn: Callable[[ExpressionError], None],
        observe: Observer | None = None,
        path: str | None = None,
    ) -> None:
        self.stream = None if write is None else _Stream(write)
        self.warn = warn
        self.observe = observe
        self.path = path
        self.timer = Timer(seconds)
        self.seconds = seconds
        self.module = ModuleType(_MAIN)
        self.names: dict[str, Any] = vars(self.module)
        self.names.update(__builtins__=builtins, **({} if path is None else {"__file__": path}))
        self.shown: Any = None
        self.scripts: dict[str, Script] = {}
        self.warned: set[tuple[Any, ...]] = set()
        # To tell the operations of a sub-expression from those of the same one in the next round of a loop.
        self.step = 0
        self.entered: FrameType | None = None

    def run(self, source: str, name: str = "<script>", first_line: int = 1) -> None:
        """Runs a script, and writes the value of its last statement, if that is an expression and not None.

        Raises ExpressionError for what is no Python, ScriptError for what goes wrong as it runs; SystemExit, if it asks
        for it. Names are kept, and errors call the source, as in `Session`.
        """
        self._run(source, name, first_line, self._show)

    def value_of(self, source: str, name: str = "<script>") -> Any:
        """Runs a script and returns the value of its last statement, None if that is no expression; errors as `run`."""
        values: list[Any] = []
        self._run(source, name, 1, values.append)
        return values[0] if values else None

    def names_below(self, owners: Sequence[str]) -> Iterator[str]:
        """The names that may follow after `a.b.`, or begin an expression; nothing is run to find out."""
        if not owners:
            yield from (*self.names, *vars(builtins))
            return
        value = self.names.get(owners[0])
        for name in owners[1:]:
            value = vars(value).get(name) if isinstance(value, ModuleType) else None
        yield from () if value is None else dir(value if isinstance(value, ModuleType) else type(value))

    def _run(self, source: str, name: str, first_line: int, show: Callable[[Any], None]) -> None:
        script = parse(source, name, first_line)
        file = self._file_of(script)
        last = script.shown
        body = script.body if last is None else script.body[:-1]
        statements = compile(ast.Module(body, []), file, "exec", dont_inherit=True)
        try:
            with self._environment():
                exec(statements, self.names)  # noqa: S102  (what it is trusted for)
                if last is not None:
                    value = compile(ast.Expression(last.value), file, "eval", dont_inherit=True)
                    show(eval(value, self.names))  # noqa: S307
        except (SystemExit, BrokenPipeError):
            raise
        except KeyboardInterrupt as error:
            if not self.timer.expired:
                raise
            message = f"it takes more than {self.seconds:g} s"
            raise self._error(error, "timeout", message, "give it more with `--timeout SECONDS`") from None
        except BaseException as error:
            raise self._explained(error) from error

    @contextmanager
    def _environment(self) -> Iterator[None]:
        """What surrounds a script that runs: torch, its folder, its streams, the time it may take."""
        folder = os.getcwd() if self.path is None else os.path.dirname(os.path.abspath(self.path))
        before = sys.modules.get(_MAIN), sys.argv
        sys.modules[_MAIN], sys.argv = self.module, ["" if self.path is None else self.path]
        sys.path.insert(0, folder)
        try:
            with (
                torch_is_the_engine(),
                warnings.catch_warnings(),
                nullcontext() if self.stream is None else redirect_stdout(self.stream),
                nodes_observed(self._observe) if self.observe is not None else nullcontext(),
                self.timer,
            ):
                warnings.simplefilter("always")
                for category in _UNSHOWN:
                    warnings.simplefilter("ignore", category)
                warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"autodiff\.engine")
                warnings.showwarning = self._warn
                yield
        finally:
            self.entered = None
            sys.path.remove(folder)
            sys.argv = before[1]
            if before[0] is not None:
                sys.modules[_MAIN] = before[0]

    def _file_of(self, script: Script) -> str:
        """The name of a file that no other script has. What looks for the lines of one finds those of the script."""
        file = script.name
        while file in self.scripts:
            file += "+"
        self.scripts[file] = script
        linecache.cache[file] = (len(script.source), None, script.source.splitlines(True), file)
        return file

    def _show(self, value: Any) -> None:
        if value is not None:
            self.shown = value
            sys.stdout.write(f"{pretty(value)}\n")

    def _observe(self, node: PrimitiveNode, result: Any) -> None:
        assert self.observe is not None
        frame, entered = sys._getframe(1), None
        while frame is not None and frame.f_code.co_filename not in self.scripts:
            frame, entered = frame.f_back, frame
        if frame is not None:
            self.step += entered is not self.entered
            self.entered = entered
            call = self._call(frame.f_code, frame.f_lasti)
            self.observe(node, result, Origin(call.script, call.place, self.step))

    def _warn(self, message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        calls = self._running(sys._getframe(1))
        if not calls:
            return
        call = calls[-1]
        script, span = call.script, call.script.span(call.place)
        error = ScriptError("value", category.__name__, str(message), script, span, None, notes_of(calls))
        key = (script.name, script.source, span, str(message))
        if key not in self.warned:
            self.warned.add(key)
            self.warn(error)

    def _explained(self, error: BaseException) -> ExpressionError:
        """The error as one of the script, with its place and words that help."""
        if isinstance(error, ExpressionError):
            return error
        kind = "value"
        if isinstance(error, _NAME_ERRORS):
            kind = "name"
        elif isinstance(error, AssertionError):
            kind = "assert"
        elif isinstance(error, MemoryError):
            kind = "limit"
        elif isinstance(error, Exception):
            kind = kind_of(error)
        unexplained = UNEXPLAINED if isinstance(error, AssertionError) else type(error).__name__
        message = str(error) or unexplained
        if engine.__name__ in message:
            own = f" ({error.path})" if isinstance(error, ImportError) else ""
            message = message.replace(engine.__name__, "torch").removesuffix(own)
        message = message.removesuffix(" (unknown location)")
        return self._error(error, kind, message, self._help(error))

    def _help(self, error: BaseException) -> str | None:
        close, missing = None, getattr(error, "name", None)
        if isinstance(error, AttributeError) and missing is not None and error.obj is not None:
            close = did_you_mean(missing, dir(error.obj))
            module = getattr(error.obj, "__name__", "") if isinstance(error.obj, ModuleType) else ""
        elif isinstance(error, NameError) and missing is not None:
            close = did_you_mean(missing, [*self.names, *vars(builtins)])
            module = ""
        else:
            module = (isinstance(error, ImportError) and missing) or ""
        module = module.replace(engine.__name__, "torch", 1)
        if missing == "bfloat16" or (module.partition(".")[0] == "torch" and close is None):
            return lacks(module, missing or "")
        if isinstance(error, ModuleNotFoundError) and missing:
            return f"if it is not on this machine, `pip install {missing.partition('.')[0]}` may get it"
        return f"did you mean `{close}`?" if close else None

    def _error(self, error: BaseException, kind: str, message: str, help: str | None) -> ScriptError:
        calls: list[Call] = []
        beyond: CodeType | None = None
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            if code.co_filename in self.scripts:
                calls.append(self._call(code, trace.tb_lasti))
                beyond = None
            else:
                beyond = code
            trace = trace.tb_next
        notes = notes_of(calls)
        if beyond is not None and "autodiff" not in (beyond.co_filename.split(os.sep)):
            notes.insert(0, f"raised in {beyond.co_filename}, by `{beyond.co_name}`")
        latest = next(reversed(self.scripts.values()))
        script, place, _ = calls[-1] if calls else Call(latest, Place(1, 0, 1, 0), "")
        return ScriptError(kind, type(error).__name__, message, script, script.span(place), help, notes)

    def _running(self, frame: FrameType | None) -> list[Call]:
        """Those functions of the person's that run, the innermost last."""
        calls: list[Call] = []
        while frame is not None:
            if frame.f_code.co_filename in self.scripts:
                calls.insert(0, self._call(frame.f_code, frame.f_lasti))
            frame = frame.f_back
        return calls

    def _call(self, code: CodeType, instruction: int) -> Call:
        script = self.scripts[code.co_filename]
        line, end_line, column, end_column = next(islice(code.co_positions(), instruction // 2, None))
        line = line or 1
        if end_line is None or column is None or end_column is None:
            end_line, column, end_column = line, 0, 0
        return Call(script, Place(line, column, end_line, end_column), code.co_name)


class _Stream(TextIOBase):
    """Standard output of a script, for `write`."""

    encoding = "utf-8"

    def __init__(self, write: Write) -> None:
        self.give = write

    def write(self, text: str) -> int:
        self.give(text)
        return len(text)

    def writable(self) -> bool:
        return True
