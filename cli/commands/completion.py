"""`autodiff completion`: the script that teaches a shell to complete commands and options."""

from __future__ import annotations

import click

from ..shell.command import command as declared
from ..shell.exit_codes import OK
from ..shell.streams import write

EXAMPLES = [
    ("autodiff completion bash >> ~/.bashrc", "for good, in bash"),
    ("source <(autodiff completion zsh)", "for this zsh session"),
    ("autodiff completion fish > ~/.config/fish/completions/autodiff.fish", "for good, in fish"),
]

SHELL = click.Argument(["shell"], type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL")


@declared(EXAMPLES, SHELL, takes_variables=False)
def command(shell: str) -> int:
    """A script that completes commands and options in your shell: bash, zsh or fish."""
    from click.shell_completion import get_completion_class

    completion = get_completion_class(shell)
    assert completion is not None
    root = click.get_current_context().find_root().command
    script = completion(root, {}, "autodiff", "_AUTODIFF_COMPLETE").source()
    # Click's script for fish cuts descriptions at their first comma.
    write(script.replace('string split "," ', 'string split --max 1 "," ') + "\n")
    return OK
