"""`autodiff repl`: a prompt to type scripts at, one statement or block after the other."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from ..shell.command import command as declared
from ..shell.exit_codes import OK
from ..shell.failures import DEBUG
from ..shell.options import Scripts
from ..shell.progress import progress
from ..shell.saying import say
from ..shell.streams import is_terminal, read_text

if TYPE_CHECKING:
    from ..repl.console import Console
    from ..repl.conversation import Reader

EXAMPLES = [
    ("autodiff repl", "a prompt; `:help` lists its commands and keys"),
    ("autodiff repl --timeout 5", "no input runs longer than 5 seconds"),
    ("autodiff repl < lesson.py", "without a prompt, as `autodiff run` does"),
]


@declared(EXAMPLES, Scripts, takes_variables=False)
def command(scripts: Scripts) -> int:
    """A prompt to type a script at, line by line.

    The language is that of `autodiff run`. The value of an input is shown if it is an expression; an error points at
    its place, and the session goes on. `:graph` and `:trace` show how a tensor was computed and how its gradient flows
    back, `:diff` and `:check` take a formula, `:vars` lists the names, `:save FILE` writes a script of what was typed,
    `:load FILE` runs one, `:help` lists all commands and keys. Each limit holds for each input. Where standard input is
    no terminal, it is run as a whole.
    With --trust the language is Python itself, and torch is this engine.

    What was typed is kept in a file for the next time: AUTODIFF_HISTORY names it, and none if it is empty.
    """
    if not is_terminal(sys.stdin):
        _run_input(scripts)
        return OK
    kind = "Python, and torch" if scripts.trusted else "torch"
    say(f"autodiff: {kind} with {scripts.dtype} numbers; :help lists commands and keys, Ctrl-D ends")
    _converse(scripts, bool(scripts.context.meta.get(DEBUG)))
    return OK


def _run_input(scripts: Scripts) -> None:
    source = read_text(None)

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.semantics.computing import computing
    from ..run.session import open_session, setting_of

    with computing(scripts.dtype):
        open_session(setting_of(scripts, source=source)).run(source, "<stdin>")


def _converse(scripts: Scripts, debug: bool) -> None:
    from ..repl.conversation import converse

    progress.end()

    # The prompt does not wait for NumPy: what runs inputs is imported while the first is typed.
    loading = Thread(target=import_module, args=("..repl.console", __package__))

    @cache
    def console() -> Console:
        loading.join()
        from ...parser.semantics.computing import computing
        from ..repl.console import Console
        from ..run.session import setting_of

        usual = "float32" if scripts.trusted else "float64"
        start = "" if scripts.dtype == usual else f"torch.set_default_dtype(torch.{scripts.dtype})\n"
        with computing(scripts.dtype):
            return Console(setting_of(scripts), start, debug)

    reader = _reader(console)
    loading.start()
    converse(reader, console, scripts.dtype)


def _reader(console: Callable[[], Console]) -> Reader:
    """How to read from this terminal."""
    if os.environ.get("TERM") == "dumb":
        from ..repl.dumb_terminal import Lines

        return Lines()
    from ..repl.editor import Editor
    from ..repl.history import history_path, open_history

    def complete(text: str) -> tuple[str, list[str]]:
        from ..repl.completing import completions

        return completions(console().session, text)

    return Editor(open_history(history_path()), complete)
