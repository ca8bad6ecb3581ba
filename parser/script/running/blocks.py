"""The statements `with` and `try`: what a frame is inside of, and how it is left."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from .exceptions import caught_by, raised
from .instructions import Label


class Kind(Enum):
    """What a block is: of `with`, of `try` with handlers or an end, a handler, or an end that was begun."""

    WITH = "with"
    EXCEPT = "except"
    FINALLY = "finally"
    HANDLER = "handler"
    ENDING = "ending"


class Block(NamedTuple):
    """A block that a frame is in.

    `label` is where it goes on after an error, `depth` how many values were on the stack before it; `value` is the
    manager of `with`, and the error that a handler has caught.
    """

    kind: Kind
    label: Label | None
    depth: int
    value: Any = None


class Returning(NamedTuple):
    """A value that is given back once the ends of `try` statements have run."""

    value: Any


class Leaving(NamedTuple):
    """A loop that is left, or begun again, once the ends of `try` statements have run.

    The frame goes on at `label`, in as many blocks as `blocks`; `iterates` says that the loop's iterator is dropped.
    """

    label: Label
    blocks: int
    iterates: bool


def begin(machine: Any, frame: Any, argument: tuple[Kind, Label]) -> None:
    frame.blocks.append(Block(*argument, len(frame.stack)))


def end(machine: Any, frame: Any, argument: None) -> None:
    frame.blocks.pop()


def enter(machine: Any, frame: Any, label: Label) -> None:
    manager: Any = frame.stack.pop()
    kind = type(manager)
    if not hasattr(kind, "__enter__") or not hasattr(kind, "__exit__"):
        raise TypeError(f"'{kind.__name__}' object does not support the context manager protocol")
    value = manager.__enter__()
    frame.blocks.append(Block(Kind.WITH, label, len(frame.stack), manager))
    frame.stack.append(value)


def leave(machine: Any, frame: Any, argument: None) -> None:
    frame.blocks.pop().value.__exit__(None, None, None)


def match(machine: Any, frame: Any, otherwise: Label) -> None:
    """Goes on if the error below the types on the stack is of one of them."""
    kinds = frame.stack.pop()
    if not caught_by(frame.stack[-1], kinds):
        frame.next = otherwise.position


def handle(machine: Any, frame: Any, argument: None) -> None:
    frame.blocks.append(Block(Kind.HANDLER, None, len(frame.stack) - 1, frame.stack[-1]))


def raise_again(machine: Any, frame: Any, argument: None) -> None:
    raise frame.stack.pop()


def raise_value(machine: Any, frame: Any, has_cause: bool) -> None:
    if has_cause:
        frame.stack.pop()
    raise raised(frame.stack.pop(), machine.guard)


def raise_handled(machine: Any, frame: Any, argument: None) -> None:
    """The error that the innermost handler has caught."""
    for other in reversed(machine.frames):
        for block in reversed(other.blocks):
            if block.kind is Kind.HANDLER:
                raise block.value
    raise RuntimeError("No active exception to reraise")


def finish(machine: Any, frame: Any, argument: None) -> None:
    """Begins the end of a `try` statement, after which it goes on as usual."""
    frame.blocks.pop()
    _begin_end(frame, None)


def go_on(machine: Any, frame: Any, argument: None) -> None:
    """What had been about to happen before the end of a `try` statement."""
    frame.blocks.pop()
    then = frame.stack.pop()
    if isinstance(then, Returning):
        machine.give_back(then.value)
    elif isinstance(then, Leaving):
        leave_loop(machine, frame, then)
    elif then is not None:
        raise then


def leave_loop(machine: Any, frame: Any, loop: Leaving) -> None:
    """`break` and `continue`."""
    if left(frame, loop.blocks, loop):
        if loop.iterates:
            frame.stack.pop()
        frame.next = loop.label.position


def left(frame: Any, count: int, then: Returning | Leaving) -> bool:
    """Leaves all blocks but so many. False: the end of one begins, after which it will go on with `then`."""
    while len(frame.blocks) > count:
        block = frame.blocks.pop()
        del frame.stack[block.depth :]
        if block.kind is Kind.WITH:
            block.value.__exit__(None, None, None)
        elif block.kind is Kind.FINALLY:
            frame.next = block.label.position
            _begin_end(frame, then)
            return False
    return True


def catches(frame: Any, error: Exception) -> bool:
    """Whether one of the blocks goes on after an error; all are left until there is one.

    What leaving a `with` block raises is raised here; it stands for the error that the block was left by.
    """
    while frame.blocks:
        block = frame.blocks.pop()
        del frame.stack[block.depth :]
        if block.kind is Kind.WITH:
            if block.value.__exit__(type(error), error, None):
                frame.next = block.label.position
                return True
        elif block.kind is Kind.EXCEPT:
            frame.next = block.label.position
            frame.stack.append(error)
            return True
        elif block.kind is Kind.FINALLY:
            frame.next = block.label.position
            _begin_end(frame, error)
            return True
    return False


def _begin_end(frame: Any, then: Exception | Returning | Leaving | None) -> None:
    frame.blocks.append(Block(Kind.ENDING, None, len(frame.stack)))
    frame.stack.append(then)
