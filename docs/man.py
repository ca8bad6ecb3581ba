"""Writes docs/autodiff.1, the page of `man autodiff`, from the commands themselves."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

from autodiff.cli.main import COMMANDS, EXAMPLES, EXIT_CODES, cli

PAGE = Path(__file__).with_name("autodiff.1")


def page() -> str:
    """The page in the language of troff's man macros."""
    lines = ['.TH AUTODIFF 1 "" "autodiff" "User Commands"', ".SH NAME"]
    lines += [r"autodiff \- differentiate expressions at the command line", ".SH SYNOPSIS"]
    lines += [r"\fBautodiff\fR \fICOMMAND\fR [\fIEXPR\fR] [\fB\-\-x\fR \fI3\fR] [\fIOPTIONS\fR]", ".SH DESCRIPTION"]
    lines += [_text(cli.help or "")]
    with click.Context(cli, info_name="autodiff") as group:
        for name in COMMANDS:
            command = import_module(f"autodiff.cli.commands.{name}").command
            lines += _command(name, command, click.Context(command, info_name=name, parent=group))
    lines += [".SH EXIT STATUS"]
    for code, meaning in EXIT_CODES:
        lines += [".TP", _text(code), _text(meaning)]
    lines += [".SH EXAMPLES", *_examples(EXAMPLES)]
    lines += [
        ".SH ENVIRONMENT",
        ".TP",
        "AUTODIFF_CONFIG",
        "A file of defaults in place of the usual ones.",
    ]
    lines += [".TP", "AUTODIFF_HISTORY", "Where the prompt keeps what was typed; empty: nowhere.", ".TP", "NO_COLOR"]
    return "\n".join([*lines, "Without colours."]) + "\n"


def _command(name: str, command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield from (f".SH AUTODIFF {name.upper()}", rf"\fBautodiff {name}\fR {_text(usage)}")
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(command.help or "")):
        yield from (".PP", _text(" ".join(paragraph.split())))
    for param in command.get_params(context):
        record = param.get_help_record(context)
        if record is not None:
            spelled, meaning = record
            yield from (".TP", rf"\fB{_text(spelled)}\fR", _text(" ".join(meaning.split())))
    yield from _examples(getattr(command, "examples", ()))


def _examples(examples: object) -> Iterator[str]:
    for call, purpose in examples:  # type: ignore[attr-defined]
        yield from (".PP", ".nf", _text(call), ".fi", ".RS", _text(purpose), ".RE")


def _text(text: str) -> str:
    r"""Text in which nothing is a request: a dot at the start of a line, backslashes, and dashes that are options'."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    return "\n".join(rf"\&{line}" if line.startswith((".", "'")) else line for line in escaped.split("\n"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
