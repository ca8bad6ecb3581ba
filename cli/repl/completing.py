"""What may follow what is typed: names, attributes, commands, files. Nothing of the session is run to find out."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from keyword import kwlist
from typing import Any

from ...engine import FUNCTIONS, Tensor
from ...parser.script.running.attributes import names_of
from ...parser.script.running.modules import Module
from ...parser.script.session import Session
from .commands import COMMANDS

# All of Python's but those that scripts lack.
_KEYWORDS = tuple(word for word in kwlist if word not in ("async", "await"))
_PATH = re.compile(r"(?:[^\W\d]\w*\.)*(?:[^\W\d]\w*)?\Z")
# Attributes of a tensor that are tensors themselves: so much is known without asking for them.
_TENSORS = ("T", "H", "mT", "mH", "data", "grad")


def completions(session: Session, text: str) -> tuple[str, list[str]]:
    """The word that is being typed at the end of the text, and the words that it may become, in order."""
    if not text.startswith(":"):
        return _names(session, text)
    command, space, argument = text.partition(" ")
    if not space:
        return command, _beginning(command, COMMANDS)
    if command == ":save":
        return argument, _files(argument)
    if command == ":help":
        return argument, _beginning(argument, [*COMMANDS, *FUNCTIONS])
    return _names(session, argument)


def _names(session: Session, text: str) -> tuple[str, list[str]]:
    match = _PATH.search(text)
    assert match is not None
    *owners, word = match[0].split(".")
    if text[: match.start()].endswith((".", *"0123456789")):
        # An attribute of what is known only when it is computed.
        return word, []
    namespace = session.machine.namespace
    if not owners:
        return word, _beginning(word, [*session.names, *namespace, *_KEYWORDS])
    owner = session.names[owners[0]] if owners[0] in session.names else namespace.get(owners[0])
    for name in owners[1:]:
        owner = _attribute(owner, name)
    return word, _beginning(word, names_of(owner))


def _attribute(owner: Any, name: str) -> Any:
    """An attribute, or what has the same names as it; None where that would take running something."""
    if isinstance(owner, Module) and name in owner.names:
        return owner.member(name)
    return owner if isinstance(owner, Tensor) and name in _TENSORS else None


def _beginning(word: str, names: Iterable[str]) -> list[str]:
    """The names that begin with a word, those with an underscore only where it asks for them."""
    found = sorted({name for name in names if name.startswith(word)}, key=str.casefold)
    return found if word.startswith("_") else [name for name in found if not name.startswith("_")]


def _files(start: str) -> list[str]:
    """The files and folders whose path begins so."""
    typed = os.path.expanduser(start)
    found = sorted(glob.glob(glob.escape(typed) + "*"))
    return [start + path[len(typed) :] + ("/" if os.path.isdir(path) else "") for path in found]
