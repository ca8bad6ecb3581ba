"""What a person types: whether it may be done, and what it is without a prompt that was pasted with it."""

from __future__ import annotations

import re

from ...parser.script.reading.reader import is_complete

PROMPT = ">>> "
CONTINUATION = "... "
INDENT = 4

_ENDINGS = ("exit", "quit", "exit()", "quit()")
_HELP = re.compile(r"help\((?:torch\.)?([\w.]+)\)|(?:help|info) +(?:torch\.)?([\w.]+)|(?:torch\.)?([\w.]+)\?")
_LEAVING = ("return", "raise", "pass", "break", "continue")


def is_command(text: str) -> bool:
    """Whether it is a command of the prompt, such as `:help`."""
    return text.lstrip().startswith(":")


def is_ending(text: str) -> bool:
    """Whether it is one of the words that end a session, as in Python."""
    return text.strip() in _ENDINGS


def asked_help(text: str) -> str | None:
    """The command for what asks for help as elsewhere, `help`, `?`, `help(sin)`, `info sin`, `sin?`; else None."""
    words = text.strip()
    if words in ("help", "help()", "?"):
        return ":help"
    found = _HELP.fullmatch(words)
    return f":help {found[found.lastindex or 0]}" if found else None


def may_end(text: str) -> bool:
    """Whether a person may be done with it: a command, or whole statements, the last block ended by an empty line."""
    before, newline, line = unprompted(text).rpartition("\n")
    return is_command(text) or is_complete(before + newline + line.rstrip())


def unprompted(text: str) -> str:
    """The text without Python's prompts, where every line begins with one, as in what is copied from a session."""
    lines = text.split("\n")
    marks = (PROMPT, CONTINUATION, PROMPT.rstrip(), CONTINUATION.rstrip())
    filled = [line.lstrip() for line in lines if line.strip()]
    if not filled or not filled[0].startswith(PROMPT) or not all(line.startswith(marks) for line in filled):
        return text
    return "\n".join(line.lstrip()[len(PROMPT) :] for line in lines)


def indentation_after(text: str) -> str:
    """The spaces at which the line after these begins: those of the last, more after a `:`, less after a `return`."""
    line = text.rpartition("\n")[2]
    width = len(line) - len(line.lstrip(" "))
    words = line.split("#")[0].split()
    if words and words[-1].endswith(":"):
        width += INDENT
    elif words and words[0].rstrip(";") in _LEAVING:
        width = max(width - INDENT, 0)
    return " " * width
