"""`autodiff repl`: a prompt to type scripts at, one statement or block after the other."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from ..shell import options
from ..shell.command import Command
from ..shell.errors import OK
from ..shell.failures import DEBUG
from ..shell.streams import is_terminal, read_text, say

if TYPE_CHECKING:
    from ..repl.console import Console
    from ..repl.conversation import Reader

EXAMPLES = [
    ("autodiff repl", "a prompt; `:help` lists its commands and keys"),
    ("autodiff repl --timeout 5", "no input runs longer than 5 seconds"),
    ("autodiff repl < lesson.py", "without a prompt, as `autodiff run` does"),
]


@click.command(cls=Command, examples=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@options.scripts
@click.pass_context
def command(ctx: click.Context, dtype: str, timeout: float | None, limit_texts: tuple[str, ...]) -> int:
    """A prompt to type a script at, line by line.

    The language is that of `autodiff run`. The value of an input is shown if it is an expression; an error points at
    its place, and the session goes on. `:graph` and `:trace` show how a tensor was computed and how its
    gradient flows back, `:vars` lists the names, `:save FILE` writes a script of what was typed, `:help` lists all
    commands and keys. Each limit holds for each input. Where standard input is no terminal, it is run as a whole.

    What was typed is kept in a file for the next time: AUTODIFF_HISTORY names it, and none if it is empty.
    """
    limits = options.parse_script_limits(limit_texts, timeout)
    if not is_terminal(sys.stdin):
        _run_input(limits, dtype)
        return OK
    say(f"autodiff: torch with {dtype} numbers; :help lists commands and keys, Ctrl-D ends")
    _converse(limits, dtype, bool(ctx.meta.get(DEBUG)))
    return OK


def _run_input(limits: dict[str, Any], dtype: str) -> None:
    source = read_text(None)

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.script.running.guard import Limits
    from ...parser.semantics.computing import computing
    from ..run.session import open_session

    with computing(dtype):
        open_session(Limits()._replace(**limits)).run(source, "<stdin>")


def _converse(limits: dict[str, Any], dtype: str, debug: bool) -> None:
    from ..repl.conversation import converse

    # The prompt does not wait for NumPy: what runs inputs is imported while the first is typed.
    loading = Thread(target=import_module, args=("..repl.console", __package__))

    @cache
    def console() -> Console:
        loading.join()
        from ...parser.script.running.guard import Limits
        from ..repl.console import Console

        start = "" if dtype == "float64" else f"torch.set_default_dtype(torch.{dtype})\n"
        return Console(Limits()._replace(**limits), start, debug)

    reader = _reader(console)
    loading.start()
    converse(reader, console, dtype)


def _reader(console: Callable[[], Console]) -> Reader:
    """How to read from this terminal."""
    if os.environ.get("TERM") == "dumb":
        from ..repl.lines import Lines

        return Lines()
    from ..repl.editor import Editor
    from ..repl.history import history_path, open_history

    def complete(text: str) -> tuple[str, list[str]]:
        from ..repl.completion import completions

        return completions(console().session, text)

    return Editor(open_history(history_path()), complete)
