"""Pages of the documentation that are made from the program itself, when the site is built."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]


def on_files(files: Files, config: Any) -> Files:
    """Adds the pages."""
    for name, text in (("index", index()), ("commands", commands()), ("functions", functions())):
        files.append(File.generated(config, f"{name}.md", content=text))
    return files


def index() -> str:
    """The README, with links as from this folder."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text = re.sub(r"\]\(docs/", "](", text)
    # What the site has no page of, and pictures, stand in words.
    text = re.sub(r"!\[([^\]]*)\]\([^)]*\)\n", "", text)
    return re.sub(r"\[([^\]]*)\]\((?:CONTRIBUTING|CHANGELOG|SECURITY)\.md\)", r"\1", text)


def commands() -> str:
    """Every command, as its help has it."""
    from autodiff.cli.main import COMMANDS, cli

    parts = ["# Commands\n"]
    with click.Context(cli, info_name="autodiff") as group:
        for name in COMMANDS:
            command = import_module(f"autodiff.cli.commands.{name}").command
            context = click.Context(command, info_name=name, parent=group, terminal_width=100)
            parts.append(f"## {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def functions() -> str:
    """Every function, by family, with its formula, derivatives, domain and kinks."""
    from autodiff.cli.functions.markdown import described
    from autodiff.cli.functions.selection import all_functions, by_family
    from autodiff.parser.analysis.function_entry import entry_of

    parts = ["# Functions\n", "`autodiff functions NAME` shows the same on a terminal.\n"]
    for family, members in by_family(all_functions()):
        parts.append(f"## {family}\n")
        parts += [described(entry_of(function)) for function in members]
    return "\n".join(parts)
