"""What there is to do, as data: parts, what each is made of, and what became of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

from ...parser.syntax.errors import AutodiffError


class Task(NamedTuple):
    """What becomes the file `path`: `work` is all of it that other parts do not share, `digest` that of all that its
    bytes depend on.
    """

    path: str
    work: tuple[Any, ...]
    digest: str


class Outcome(NamedTuple):
    """What became of a part: what there is to say of it, as JSON has it, and its bytes.

    `error` is why there is none; `is_stopped` that something in it failed and nothing was to be written.
    """

    report: Mapping[str, Any] = {}
    size: int = 0
    digest: str = ""
    error: AutodiffError | None = None
    is_stopped: bool = False


# Writes a part: given what all have in common, pickled, the work of one and a file, it returns the report.
Work = Callable[..., Mapping[str, Any]]


class StoppedPartError(Exception):
    """Something failed, and nothing is to be written from there on; its argument is the report of the part."""


@cache
def own_version(package: str = "autodiff-cli") -> str | None:
    """Which version of a package this is, None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def own_versions(*libraries: str) -> dict[str, str | None]:
    """The versions of autodiff and of the libraries that bytes depend on, by name."""
    return {"autodiff": own_version(), **{library: own_version(library) for library in libraries}}


def digest_of(*things: Any) -> str:
    """The digest of some numbers and texts, of dictionaries and lists of such."""
    return hashlib.blake2b(json.dumps(things).encode(), digest_size=16).hexdigest()
