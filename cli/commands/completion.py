"""`autodiff completion`: the script that teaches a shell to complete commands and options."""

from __future__ import annotations

import click

from ..shell.command import Command
from ..shell.streams import write

EXAMPLES = [
    ("autodiff completion bash >> ~/.bashrc", "for good, in bash"),
    ("source <(autodiff completion zsh)", "for this zsh session"),
    ("autodiff completion fish > ~/.config/fish/completions/autodiff.fish", "for good, in fish"),
]


@click.command(cls=Command, examples=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL")
def command(shell: str) -> None:
    """A script that completes commands and options in your shell: bash, zsh or fish."""
    from click.shell_completion import get_completion_class

    from ..main import cli

    completion = get_completion_class(shell)
    assert completion is not None
    write(completion(cli, {}, "autodiff", "_AUTODIFF_COMPLETE").source() + "\n")
