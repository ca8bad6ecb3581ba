"""Images kept on disk in the user's cache folder, so that a loop is compiled once.

What is kept is machine code that will be run, so a file is used only if nobody else can have written it: the folder and
the file belong to the user, nobody else may write to them, neither is a link; and only if the digest in it is that of
its name and its content, so that a damaged file, or one under another's name, is not run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path

_DIGEST = 32
_MOST_FILES = 512


def folder() -> Path | None:
    """Where images are kept, made if it is missing. None: there is no place that is the user's alone."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    if not os.path.isabs(home) or not hasattr(os, "getuid"):
        return None
    path = Path(home, "autodiff", "machine-code")
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = os.lstat(path)
    except OSError:
        return None
    return path if stat.S_ISDIR(found.st_mode) and _is_ours(found) else None


def _is_ours(found: os.stat_result) -> bool:
    return found.st_uid == os.getuid() and not found.st_mode & 0o077


def key_of(*parts: str) -> str:
    """The name of an image by all that it depends on."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def load(key: str) -> bytes | None:
    """The image of this key. None: there is none, or it is not as it was written."""
    place = folder()
    if place is None:
        return None
    try:
        descriptor = os.open(place / key, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or not _is_ours(found):
            return None
        content = file.read()
    digest, image = content[:_DIGEST], content[_DIGEST:]
    return image if digest == _digest(key, image) else None


def keep(key: str, image: bytes) -> None:
    """Keeps an image, if there is a place; a file appears whole or not at all."""
    place = folder()
    if place is None:
        return
    # Here, as it is seldom needed.
    import tempfile

    with contextlib.suppress(OSError):
        descriptor, name = tempfile.mkstemp(dir=place)
        try:
            with open(descriptor, "wb") as file:
                file.write(_digest(key, image) + image)
            os.replace(name, place / key)
        except BaseException:
            os.unlink(name)
            raise
        _forget_old(place)


def _digest(key: str, image: bytes) -> bytes:
    return hashlib.sha256(key.encode() + image).digest()


def _forget_old(place: Path) -> None:
    """Removes the files that have not been written for longest, where there are many."""
    files = sorted(place.iterdir(), key=lambda file: file.stat().st_mtime)
    for file in files[:-_MOST_FILES]:
        file.unlink()
