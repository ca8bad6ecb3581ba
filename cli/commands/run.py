"""`autodiff run`: scripts in the words of PyTorch, from a file or standard input."""

from __future__ import annotations

import sys

import click

from .. import options
from ..command import Command
from ..errors import OK, UsageError
from ..streams import is_terminal, read_text

EXAMPLES = [
    ("autodiff run lesson.py", "what the file prints, and the value of its last expression"),
    ("echo 'x = torch.tensor(3.0); print(x**2)' | autodiff run", "a script from standard input"),
    ("autodiff run --timeout 5 --limit memory=500 theirs.py", "a script by somebody else"),
]


@click.command(cls=Command, examples=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("path", required=False, metavar="[FILE]")
@options.scripts
def command(path: str | None, dtype: str, timeout: float | None, limit_texts: tuple[str, ...]) -> int:
    """A script in PyTorch's words, or the cells of a notebook.

    The language is a safe part of Python: assignments, def and lambda, if, for, while, with, assert, print, f-strings,
    lists, tuples and comprehensions; the methods and attributes of tensors; functions as torch.NAME or NAME. import
    torch may stand there, and nothing else can be imported: a script reaches no files and nothing else on the machine.
    The value of the last statement is printed if it is an expression, as in a notebook. A FILE that is - or left out is
    read from standard input.
    """
    limits = options.parse_script_limits(limit_texts, timeout)
    if path is None and is_terminal(sys.stdin):
        raise UsageError("the script is missing", "write `autodiff run FILE`, or `autodiff repl` to type one")
    source = read_text(path)

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.script.limits import Limits
    from ..computing import computing
    from ..session import open_session

    with computing(dtype):
        open_session(Limits()._replace(**limits)).run(source, "<stdin>" if path is None or path == "-" else path)
    return OK
