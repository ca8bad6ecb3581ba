"""The prompt: reads what a person types and runs it, until they are done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .console import Console


class Reader(Protocol):
    """Where inputs come from."""

    def read(self) -> str:
        """The next input. EOFError: there is none. KeyboardInterrupt: it was dropped."""
        ...


def converse(reader: Reader, open_console: Callable[[], Console], dtype: str) -> None:
    """Runs one input after the other; numbers are of the type named. OSError: the output cannot be written.

    The console is opened when there is something to run, as that takes longer than to show the prompt.
    """
    text = _next_input(reader)
    if text is None:
        return
    console = open_console()
    from ...parser.semantics.computing import computing

    with computing(dtype), suppress(EOFError):
        while text is not None:
            # Of two interrupts, the second may come when the first is being reported.
            with suppress(KeyboardInterrupt):
                console.take(text)
            text = _next_input(reader)


def _next_input(reader: Reader) -> str | None:
    """What is typed next; None: nothing is."""
    while True:
        try:
            return reader.read()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return None
