"""Runs the nodes of a script. Neither calls of its functions nor its expressions take room on Python's stack."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from ....engine.tensors.dtypes import float64, get_default_dtype
from ....engine.tensors.errors import kind_of
from ....engine.tensors.size import TooLargeError
from ..reading.language import Code
from .exceptions import NEVER_CAUGHT, Call, Raised, ScriptError, UnknownName, catchable, failure_of, notes_of
from .expressions import Visit
from .frames import Frame
from .function import Function, Scope
from .guard import Guard, LimitError, exceeded, shown
from .namespace import Namespace
from .resources import Timer
from .script_limits import Limits
from .statements import Statements

_STEPS_OF_MODULE = 100  # what a module that is called or gone through counts
UNEXPLAINED = "this does not hold"  # of an assert without words of its own


class Machine(Statements):
    """Runs scripts within limits; `write` is given what they print, `show` the value of a script's last expression."""

    def __init__(self, limits: Limits, write: Callable[[str], None], show: Callable[[Any], None]) -> None:
        self.limits = limits
        self.modules = 0
        self.guard = Guard(limits.elements)
        self.namespace = Namespace(write, self.guard)
        self.show = show
        self.timer = Timer(limits.seconds)
        self.frames: list[Frame] = []
        self.steps = 0
        self.result: Any = None
        self.visits: dict[type, Callable[[Any, Frame], Visit]] = {
            kind: getattr(self, f"visit_{name.lower()}")
            for name, kind in vars(ast).items()
            if hasattr(self, f"visit_{name.lower()}")
        }
        self.visits[list] = self.block
        self.suspended = False
        self.thrown: Raised | None = None
        self.thread: int | None = None  # where a script runs whose generators may still be closed

    def count_module(self) -> None:
        """Called for each module of a network that is gone through. LimitError: there were too many."""
        self.modules += 1
        if self.modules > self.limits.steps // _STEPS_OF_MODULE:
            raise exceeded("steps", self.limits.steps, "steps")

    def begin(self, code: Code, scope: Scope) -> None:
        """Makes ready to run a script in a scope."""
        self.steps = self.modules = 0
        self.thrown = None
        self.thread = threading.get_ident()
        frame = Frame(code, scope)
        frame.stack.append(self.script(code.script, frame))
        self.frames.append(frame)

    def may_close(self) -> bool:
        """Whether something of a script can be run where a generator is left: not after its end, nor elsewhere."""
        return bool(self.frames) and self.thread == threading.get_ident()

    def go_on(self, base: int = 0, value: Any = None, error: BaseException | None = None) -> None:
        """Runs until no more than `base` calls are left. What goes wrong, and nothing catches, is for `fail`.

        What is under way is first given a value, or an error.
        """
        if error is not None:
            self.thrown = self._caught(error, base)
        while len(self.frames) > base:
            try:
                self._run(base, value)
            except BaseException as error:
                self.thrown = self._caught(error, base)
        # Raised here, so that it holds nothing of what it came through. GeneratorExit has done all it is for.
        thrown, self.thrown = self.thrown, None
        if thrown is not None:
            self.result, failure = None, failure_of(thrown.error)
            if failure is not None:
                raise failure from thrown.error

    def _run(self, base: int, value: Any) -> None:
        """Gives what is under way what it asks for, one step after the other; first a value, or what is thrown."""
        frames, visits, most = self.frames, self.visits, self.limits.steps
        # Kept nowhere: it holds all that it came through.
        thrown, self.thrown = self.thrown, None
        while len(frames) > base:
            frame = frames[-1]
            stack, names = frame.stack, frame.scope.names
            while stack:
                self.steps += 1
                if self.steps > most:
                    raise exceeded("steps", most, "steps")
                send = stack[-1].send
                try:
                    asked = send(value) if thrown is None else stack[-1].throw(thrown)
                    thrown = None
                    while True:
                        kind = type(asked)
                        if kind is ast.Name:
                            if asked.id not in names:
                                break
                            asked = send(names[asked.id])
                        elif kind is ast.Constant:
                            asked = send(asked.value)
                        else:
                            break
                except StopIteration as stop:
                    thrown, value = None, stop.value
                    stack.pop()
                    continue
                value = None
                visit = visits.get(kind)
                if visit is not None:
                    stack.append(visit(asked, frame))
                elif kind is ast.Name:
                    frame.place = asked
                    value = self.lookup(frame, asked.id, frame.scope)
                elif kind is Frame:
                    self._enter(asked)
                    break
                else:
                    frames.pop()
                    self.result, self.suspended = asked.value, True
                    return
            else:
                frames.pop()
                self.result = value

    def _enter(self, frame: Frame) -> None:
        """Begins, or goes on with, a call. LimitError: it is inside of too many."""
        if len(self.frames) > self.limits.calls:
            raise exceeded("calls", self.limits.calls, "calls of functions inside each other")
        self.frames.append(frame)

    def _caught(self, error: BaseException, base: int) -> Raised:
        """What is to be thrown into what is under way next. The error itself: no script can catch it."""
        frames = self.frames
        if isinstance(error, RuntimeError) and isinstance(error.__cause__, StopIteration):
            # What no generator of Python's lets through.
            error = error.__cause__
        if isinstance(error, GeneratorExit):
            error = Raised(error)
        elif not isinstance(error, Raised):
            failure = failure_of(error) or self._explained(error)
            caught = catchable(error, failure)
            if caught is None:
                raise error
            error = Raised(caught)
        error.__traceback__ = error.__context__ = None
        if frames[-1].stack[-1].gi_frame is None:
            frames[-1].stack.pop()
        while len(frames) > base and not frames[-1].stack:
            error.left.append(frames.pop())
        return error

    def fail(self, error: BaseException, base: int = 0) -> None:
        """Leaves the calls beyond `base` and their `with` blocks. ScriptError: the error, with its place.

        It is one that no script can catch, and nothing of the script runs any more.
        """
        if not self.frames and isinstance(error, KeyboardInterrupt) and self.timer.expired:
            return  # as the script had just ended
        failure = self._explained(error)
        known = failure or failure_of(error)
        if known is None or known.kind in NEVER_CAUGHT:
            self.thread = None
        for frame in reversed(self.frames[base:]):
            for under_way in reversed(frame.stack):
                with suppress(Exception):
                    under_way.close()
        del self.frames[base:]
        if failure is None:
            raise error
        raise failure from error

    def call(self, function: Function, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Calls a function of the script from outside of it."""
        made = self.begun(function, args, kwargs)
        if isinstance(made, Frame):
            self._finished(made)
            self.guard.whole(self.result)
            return self.result
        return made

    def resume(self, frame: Frame, value: Any, error: BaseException | None) -> tuple[bool, Any]:
        """Goes on with a function that yields: whether it does so again, and the value. Errors: as `call`.

        It goes on with a value, or with an error; GeneratorExit ends it.
        """
        self.suspended = False
        self._finished(frame, value, error)
        suspended, self.suspended = self.suspended, False
        return suspended, self.result

    def _finished(self, frame: Frame, value: Any = None, error: BaseException | None = None) -> None:
        """Goes through a call to its end, or until it yields."""
        base = len(self.frames)
        self._enter(frame)
        try:
            self.go_on(base, value, error)
        except BaseException as error:
            self.fail(error, base)

    def _explained(self, error: BaseException) -> ScriptError | None:
        """The error as one of the script, with its place; None for what is not about the script.

        A script reads and writes nothing itself, so an OSError is about the output.
        """
        if isinstance(error, KeyboardInterrupt) and self.timer.expired:
            message = f"it takes more than {self.limits.seconds:g} s"
            return self.error("timeout", "LimitError", message, "give it more with `--timeout SECONDS`")
        if isinstance(error, RecursionError):
            error = LimitError("this goes too deep: lists, or calls through a function of torch, inside each other")
        elif isinstance(error, TooLargeError):
            error = self.guard.error("tensor")
        elif isinstance(error, MemoryError):
            error = exceeded("memory", self.limits.memory, "megabytes of memory")
        if isinstance(error, (ScriptError, OSError)) or not isinstance(error, Exception):
            return None
        if isinstance(error, LimitError):
            return self.error("limit", "LimitError", str(error), error.help)
        if isinstance(error, UnknownName):
            help = f"did you mean `{error.close}`?" if error.close else error.help
            return self.error("name", error.type_name, str(error), help)
        kind = "assert" if isinstance(error, AssertionError) else kind_of(error)
        op = getattr(self.frames[-1].place, "op", None)
        is_xor = isinstance(error, (TypeError, NotImplementedError)) and isinstance(op, ast.BitXor)
        help = "`^` is exclusive or in a script; a power is written `**`" if is_xor else None
        if getattr(error, "unlike", False) and get_default_dtype() is float64:
            help = "floats are float64 here; with `--dtype float32` they are float32, as PyTorch's are"
        return self.error(kind, type(error).__name__, self._words(error) or type(error).__name__, help)

    def _words(self, error: Exception) -> str:
        if isinstance(error, AssertionError) and not error.args:
            return UNEXPLAINED
        try:
            self.guard.whole(error)
            return shown(error, str)
        except (LimitError, RecursionError):
            return ""

    def error(self, kind: str, type_name: str, message: str, help: str | None = None) -> ScriptError:
        """An error at the instruction that runs."""
        frame = self.frames[-1]
        script = frame.code.script
        return ScriptError(kind, type_name, message, script, script.span(frame.place), help, self._calls())

    def traceback(self) -> list[str]:
        """Which functions run, the outermost first, as the lines of Python's tracebacks."""
        lines = []
        for frame in self.frames:
            script = frame.code.script
            start = script.span(frame.place).start
            number = script.source.count("\n", 0, start) + script.first_line
            line = script.source[script.source.rfind("\n", 0, start) + 1 :].partition("\n")[0].strip()
            name = "<module>" if frame is self.frames[0] else frame.code.name
            lines.append(f'  File "{script.name}", line {number}, in {name}\n    {line}\n')
        return lines

    def _calls(self) -> list[str]:
        """Which functions run, the innermost first, and where each was called."""
        return notes_of([Call(frame.code.script, frame.place, frame.code.name) for frame in self.frames])
