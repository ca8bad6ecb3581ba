"""`autodiff completion`: the script that teaches a shell to complete commands and options."""

from __future__ import annotations

import sys

import click

from ..command import Command

EXAMPLES = [
    ("autodiff completion bash >> ~/.bashrc", "for good, in bash"),
    ("source <(autodiff completion zsh)", "for this zsh session"),
]


@click.command(cls=Command, examples=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """A script that completes commands and options in your shell."""
    from click.shell_completion import get_completion_class

    from ..main import cli

    completion = get_completion_class(shell)
    assert completion is not None
    sys.stdout.write(completion(cli, {}, "autodiff", "_AUTODIFF_COMPLETE").source())
