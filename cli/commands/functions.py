"""`autodiff functions`: what can be called in an expression."""

from __future__ import annotations

import shutil
import sys

import click

from ...parser.syntax.errors import UsageError
from ..shell.command import command as declared
from ..shell.exit_codes import OK
from ..shell.options import Format, format_option, json_option, option
from ..shell.printing import printer
from ..shell.streams import is_terminal, write, write_listing

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


NAME = click.Argument(["name"], required=False, shell_complete=_complete)
SEARCH = option("--search", "text", metavar="WORDS", help="Those whose name or description has these words.")


class Listing(Format):
    """How to print functions."""

    format_name: str = format_option(("pretty", "plain", "json", "markdown"))
    as_json: bool = json_option("Short for --format json: an object a line.")


@declared(EXAMPLES, NAME, SEARCH, Listing, takes_variables=False)
def command(name: str | None, text: str | None, listing: Listing) -> int:
    """What can be called in an expression: by family, or one function."""
    if name is not None and text is not None:
        raise UsageError("a function's name and --search exclude each other", "leave out one of them")

    # Here, so that `--help` costs no import of NumPy.
    from ..functions.selection import all_functions, found, named

    shown = printer("functions", listing.format_name)
    if name is not None:
        from ...parser.analysis.function_entry import entry_of

        write(shown.described(entry_of(named(name))))
        return OK
    width = shutil.get_terminal_size().columns if is_terminal(sys.stdout) else _NEVER_FOLDED
    write_listing(shown.listed(all_functions() if text is None else found(text), width))
    return OK
