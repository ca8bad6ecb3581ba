"""Runs the instructions of a script. Calls of its functions take no room on Python's stack."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from types import BuiltinFunctionType
from typing import Any

from ....engine.tensors.dtypes import float64, get_default_dtype
from ....engine.tensors.errors import kind_of
from ....engine.tensors.size import TooLargeError
from ...syntax.errors import did_you_mean
from ...syntax.what_is_meant import meant_by_word
from ..reading.script import TRUSTED
from .blocks import Block, Kind, Returning, catches, left
from .classes import Instance, is_special
from .exceptions import Call, ScriptError, UnknownName, catchable, failure_of, notes_of
from .function import Function, Scope
from .generators import Generator
from .guard import Guard, LimitError, check_bits, exceeded, shown
from .instructions import Code
from .namespace import Namespace
from .resources import Timer
from .script_limits import Limits

_STEPS_OF_MODULE = 100  # what a module that is called or gone through counts
_PYTHON = (BuiltinFunctionType, partial, type)  # what Python's own functions and methods are
UNEXPLAINED = "this does not hold"  # of an assert without words of its own


class Frame:
    """A script or a function that runs: its next instruction, its values under way, the blocks it is in.

    `caller` is the frame that waits for its value; a script, and a function that the engine called, have none.
    """

    __slots__ = ("blocks", "caller", "code", "next", "scope", "stack")

    def __init__(self, code: Code, scope: Scope, caller: Frame | None) -> None:
        self.caller = caller
        self.code = code
        self.scope = scope
        self.next = 0
        self.stack: list[Any] = []
        self.blocks: list[Block] = []

    @property
    def closure(self) -> Scope | None:
        """The scope that functions made here see: the names of the body of a class are not theirs."""
        return self.scope.outer if self.code.is_class else self.scope

    @property
    def place(self) -> Any:
        """Where the instruction stands that runs, or the first where none has begun: a node, or a `Place`."""
        return self.code.instructions[max(self.next - 1, 0)].place


class Machine:
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
        self.suspended = False

    def count_module(self) -> None:
        """Called for each module of a network that is gone through. LimitError: there were too many."""
        self.modules += 1
        if self.modules > self.limits.steps // _STEPS_OF_MODULE:
            raise exceeded("steps", self.limits.steps, "steps")

    def begin(self, code: Code, scope: Scope) -> None:
        """Makes ready to run a script in a scope."""
        self.steps = self.modules = 0
        self.frames.append(Frame(code, scope, None))

    def go_on(self, base: int = 0) -> None:
        """Runs until no more than `base` calls are left. What goes wrong, and nothing catches, is for `fail`."""
        while len(self.frames) > base:
            try:
                self._run(base)
            except BaseException as error:
                if not self._caught(error, base):
                    raise

    def _run(self, base: int) -> None:
        frames, most = self.frames, self.limits.steps
        while len(frames) > base:
            frame = frames[-1]
            operation, argument, _ = frame.code.instructions[frame.next]
            frame.next += 1
            self.steps += 1
            if self.steps > most:
                raise exceeded("steps", most, "steps")
            operation(self, frame, argument)

    def _caught(self, error: BaseException, base: int) -> bool:
        """Whether the script goes on after an error. ScriptError: nothing catches it."""
        failure = failure_of(error) or self._explained(error)
        caught = catchable(error, failure)
        while caught is not None and len(self.frames) > base:
            try:
                if catches(self.frames[-1], caught):
                    return True
                self.frames.pop()
            except Exception as another:
                # As in Python, what leaving a block raises stands for the error that it was left by.
                failure = failure_of(another) or self._explained(another)
                caught = catchable(another, failure)
                error = another
        if caught is not None and failure is not None:
            raise failure from caught
        return False

    def fail(self, error: BaseException, base: int = 0) -> None:
        """Leaves the calls beyond `base` and their `with` blocks. ScriptError: the error, with its place.

        It is one that no script can catch, and nothing of the script runs any more.
        """
        if not self.frames and isinstance(error, KeyboardInterrupt) and self.timer.expired:
            return  # as the script had just ended
        failure = self._explained(error)
        for frame in reversed(self.frames[base:]):
            for block in reversed(frame.blocks):
                if block.kind is Kind.WITH and not isinstance(block.value, Instance):
                    with suppress(Exception):
                        block.value.__exit__(type(error), error, None)
        del self.frames[base:]
        if failure is None:
            raise error
        raise failure from error

    def call(self, function: Function, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Calls a function of the script from outside of it."""
        base = len(self.frames)
        self.enter(function, args, kwargs, None)
        try:
            self.go_on(base)
        except BaseException as error:
            self.fail(error, base)
        self.guard.whole(self.result)
        return self.result

    def enter(self, function: Function, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Frame | None) -> None:
        """Begins a call of a function of the script, which goes on in the loop."""
        if len(self.frames) > self.limits.calls:
            raise exceeded("calls", self.limits.calls, "calls of functions inside each other")
        frame = Frame(function.code, Scope(function.bind(args, kwargs), function.scope), caller)
        if not function.code.generates:
            self.frames.append(frame)
            return
        frame.caller = None
        generator = Generator(self, frame)
        if caller is None:
            self.result = generator
        else:
            caller.stack.append(generator)

    def enter_class(self, code: Code, scope: Scope, caller: Frame, base: Any) -> None:
        """Begins the body of a class in a scope of its own."""
        frame = Frame(code, Scope({}, scope), caller)
        frame.stack.append(base)
        self.frames.append(frame)

    def resume(self, frame: Frame) -> tuple[bool, Any]:
        """Goes on with a function that yields: whether it does so again, and the value. Errors: as `call`."""
        base = len(self.frames)
        if base > self.limits.calls:
            raise exceeded("calls", self.limits.calls, "calls of functions inside each other")
        self.frames.append(frame)
        self.suspended = False
        try:
            self.go_on(base)
        except BaseException as error:
            self.fail(error, base)
        suspended, self.suspended = self.suspended, False
        return suspended, self.result

    def suspend(self, value: Any) -> None:
        """Stops the innermost function with a value; `resume` goes on with it."""
        self.frames.pop()
        self.result = value
        self.suspended = True

    def give_back(self, value: Any) -> None:
        """Ends the innermost call with its value."""
        frame = self.frames[-1]
        if frame.blocks and not left(frame, 0, Returning(value)):
            return
        self.frames.pop()
        if frame.caller is None:
            self.result = value
        else:
            frame.caller.stack.append(value)

    def outside(self, callee: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """The result of calling what is no function of the script."""
        if not callable(callee):
            raise TypeError(f"'{type(callee).__name__}' object is not callable")
        if not isinstance(callee, _PYTHON):
            # The engine makes tensors of lists.
            self.guard.whole((*args, *kwargs.values()))
        result = self.guard.result(callee(*args, **kwargs))
        if type(result) is int:
            check_bits(result.bit_length())
        # A method may have made its list longer.
        self.guard.result(getattr(callee, "__self__", None))
        return result

    def lookup(self, frame: Frame, name: str, scope: Scope | None) -> Any:
        """The value of a name, seen from a scope of a frame. UnknownName, in Python's words: it has none."""
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            if scope is frame.scope and frame.code.names is not None and name in frame.code.names:
                message = f"cannot access local variable '{name}' where it is not associated with a value"
                raise UnknownName("UnboundLocalError", message)
            scope = scope.outer
        if name in self.namespace:
            return self.namespace[name]
        known = [*self.namespace, *frame.scope.names]
        help = meant_by_word("script", name)
        close = None if help or is_special(name) else did_you_mean(name, known)
        if help is None and hasattr(builtins, name) and not is_special(name):
            help, close = f"it is not part of the language; {TRUSTED}", None
        raise UnknownName("NameError", f"name '{name}' is not defined", close, help)

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
