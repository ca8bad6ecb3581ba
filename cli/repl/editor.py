"""The line editor: typing with history, completion and blocks of several lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.history import History
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import Output
from prompt_toolkit.output.defaults import create_output
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.shortcuts import CompleteStyle

from .typed import CONTINUATION, INDENT, PROMPT, indentation_after, may_end

Complete = Callable[[str], tuple[str, list[str]]]


class Editor:
    """Reads one input after the other from a terminal.

    `complete` is given the text before the cursor, and returns the word at its end and what that may become.
    """

    def __init__(
        self, history: History, complete: Complete, input: Input | None = None, output: Output | None = None
    ) -> None:
        self.prompt: PromptSession[str] = PromptSession(
            PROMPT,
            multiline=True,
            # A line that is too long for the window goes on without a mark.
            prompt_continuation=lambda width, line, wraps: "" if wraps else CONTINUATION,
            history=history,
            completer=_Completer(complete),
            complete_while_typing=False,
            # As in a shell; a menu would need rows below, which a small window does not have.
            complete_style=CompleteStyle.READLINE_LIKE,
            key_bindings=_bindings(),
            enable_suspend=True,
            input=input,
            output=output or _terminal(),
        )

    def read(self) -> str:
        """The next input. EOFError: there is none. KeyboardInterrupt: it was dropped."""
        return self.prompt.prompt()


def _terminal() -> Output:
    """The terminal, also where results go to a file."""
    output = create_output(always_prefer_tty=True)
    if isinstance(output, Vt100_Output):
        # Without a menu nobody needs to know where the cursor is, and some terminals do not answer.
        output.enable_cpr = False
    return output


class _Completer(Completer):
    def __init__(self, complete: Complete) -> None:
        self.complete = complete

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        word, candidates = self.complete(document.text_before_cursor)
        return (Completion(candidate, -len(word)) for candidate in candidates)


def _bindings() -> KeyBindings:
    """What keys do beside what they do in every line editor."""
    keys: Any = KeyBindings()
    typing = has_focus(DEFAULT_BUFFER)

    @keys.add("enter", filter=typing)
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if "\n" not in buffer.document.text_after_cursor and may_end(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n" + indentation_after(buffer.document.text_before_cursor))

    @keys.add("tab", filter=typing & Condition(lambda: not _line_before_cursor().strip()))
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(" " * (INDENT - len(_line_before_cursor()) % INDENT))

    @keys.add("backspace", filter=typing & Condition(lambda: _line_before_cursor().isspace()))
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.delete_before_cursor((len(_line_before_cursor()) - 1) % INDENT + 1)

    return keys


def _line_before_cursor() -> str:
    return get_app().current_buffer.document.current_line_before_cursor
