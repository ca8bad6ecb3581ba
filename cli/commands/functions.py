"""`autodiff functions`: what can be called in an expression."""

from __future__ import annotations

import shutil
import sys

import click

from ...parser.syntax.errors import UsageError
from ..shell import options
from ..shell.command import Command
from ..shell.errors import OK
from ..shell.streams import is_terminal, write

FORMATS = ("plain", "json", "markdown")

EXAMPLES = [
    ("autodiff functions", "all of them, by family"),
    ("autodiff functions --search bessel", "those that have to do with a word"),
    ("autodiff functions atan2", "one of them: its derivatives, its domain, an example"),
    ('autodiff functions "**"', "what an operator stands for"),
    ("autodiff functions --json", "all of them, for a program"),
]
_NEVER_FOLDED = 10_000


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The names that begin with what is typed, for the shell."""
    from ...engine import FUNCTIONS

    return [name for name in FUNCTIONS if name.startswith(incomplete)]


@click.command(cls=Command, examples=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name", required=False, shell_complete=_complete)
@click.option("--search", "text", metavar="WORDS", help="Those whose name or description has these words.")
@click.option(
    "--format", "format_name", type=click.Choice(FORMATS), help="How to print; markdown is a table.  [default: plain]"
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json: an object a line.")
def command(name: str | None, text: str | None, format_name: str | None, as_json: bool) -> int:
    """What can be called in an expression: by family, or one function."""
    format_name = options.chosen_format(format_name or (None if as_json else "plain"), as_json, None)
    if name is not None and text is not None:
        raise UsageError("a function's name and --search exclude each other", "leave out one of them")

    # Here, so that `--help` costs no import of NumPy.
    from ..functions import json, markdown, plain
    from ..functions.selection import all_functions, found, named

    if name is not None:
        from ..functions.entry import entry_of

        describe = {"plain": plain.described, "json": json.described, "markdown": markdown.described}
        write(describe[format_name](entry_of(named(name))))
        return OK
    functions = all_functions() if text is None else found(text)
    if format_name == "plain":
        write(plain.listed(functions, shutil.get_terminal_size().columns if is_terminal(sys.stdout) else _NEVER_FOLDED))
    else:
        write((json if format_name == "json" else markdown).listed(functions))
    return OK
