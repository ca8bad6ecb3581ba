"""What may follow what is typed: names, attributes, commands, files. Nothing of the session is run to find out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from keyword import kwlist

from ...engine import FUNCTIONS
from ..run.session import AnySession
from ..shell.files import paths_beginning
from .commands import COMMANDS

# All of Python's but those that scripts lack.
_KEYWORDS = tuple(word for word in kwlist if word not in ("async", "await"))
_PATH = re.compile(r"(?:[^\W\d]\w*\.)*(?:[^\W\d]\w*)?\Z")


def completions(session: AnySession, text: str) -> tuple[str, list[str]]:
    """The word that is being typed at the end of the text, and the words that it may become, in order."""
    if not text.startswith(":"):
        return _names(session, text)
    command, space, argument = text.partition(" ")
    if not space:
        return command, _beginning(command, COMMANDS)
    if command in (":save", ":load"):
        return argument, paths_beginning(argument)
    if command == ":help":
        return argument, _beginning(argument, [*COMMANDS, *FUNCTIONS])
    return _names(session, argument)


def _names(session: AnySession, text: str) -> tuple[str, list[str]]:
    match = _PATH.search(text)
    assert match is not None
    *owners, word = match[0].split(".")
    if text[: match.start()].endswith((".", *"0123456789")):
        # An attribute of what is known only when it is computed.
        return word, []
    names = session.names_below(owners)
    return word, _beginning(word, names if owners else [*names, *_KEYWORDS])


def _beginning(word: str, names: Iterable[str]) -> list[str]:
    """The names that begin with a word, those with an underscore only where it asks for them."""
    found = sorted({name for name in names if name.startswith(word)}, key=str.casefold)
    return found if word.startswith("_") else [name for name in found if not name.startswith("_")]
