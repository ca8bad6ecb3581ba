"""Which workers may take part: those that would write the same bytes, and see what they are to read and write."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from typing import Any

from ...parser.syntax.errors import UsageError, failing
from ...parser.syntax.extras import Environment, how_to_install
from ...parser.syntax.wording import quoted, sentence
from ..shell.files import make_folder_of, remove, replacing
from ..shell.stores import extra_of, shown, without_keys
from .preflight import look
from .scheduler import Cluster

# What the bits of results and the bytes of files depend on.
PACKAGES = ["autodiff-cli", "numpy", "scipy", "pyarrow", "llvmlite"]
_MOST_LOOKED_FOR = 1000


def check_workers(cluster: Cluster, seen: Mapping[str, str], folder: str) -> None:
    """UsageError: a worker is another version than this, or does not see the tables or the folder of the parts.

    `seen` has the paths of the tables with what errors call them.
    """
    # One in each folder: what is in one is on one file system.
    places = list(seen)[:_MOST_LOOKED_FOR]
    paths = list({os.path.dirname(path): path for path in reversed(places)}.values())
    mark = os.path.join(folder, f".{secrets.token_hex(8)}.tmp")
    with failing(f"write to the folder {shown(folder)}"):
        make_folder_of(mark)
        with replacing(mark):
            pass
    try:
        own = look(PACKAGES, [], "")["versions"]
        found = cluster.look(PACKAGES, [*paths, mark], folder)
    finally:
        remove(mark)
    for worker, said in sorted(found.items()):
        _check(f"the worker {worker}", said, own, seen, mark, folder)


def _check(
    there: str, said: dict[str, Any], own: Mapping[str, str | None], seen: Mapping[str, str], mark: str, folder: str
) -> None:
    environment = Environment(*said["environment"])
    for name, version in said["versions"].items():
        called = name.removesuffix("-cli")
        if version is None and own[name] is not None:
            help = f"install it where the worker runs, with what it needs: `{how_to_install('cluster', environment)}`"
            raise UsageError(f"{there} has no {called}", help)
        if version != own[name]:
            help = "install the same version on all of them: results are the same to the last bit only then"
            raise UsageError(f"{there} has {called} {version}, and here is {own[name] or 'none'}", help)
    if said["fault"] is not None:
        path, reason, lacking = said["fault"]
        extra = extra_of(path)
        if lacking and extra:
            help = f"install it where the worker runs: `{how_to_install(extra, environment)}`"
            raise UsageError(f"{there} cannot open {shown(path)} without {lacking}", help)
        raise UsageError(
            f"{there} cannot open {shown(path)}: {without_keys(sentence(reason))}",
            "the rights are those of the worker's own environment",
        )
    missing = [path for path in said["missing"] if path != mark]
    if missing:
        title = seen[missing[0]]
        here = "" if title == shown(missing[0]) else f", which is {quoted(missing[0])} here"
        help = "put the tables where all workers see them by the same path"
        raise UsageError(f"{there} does not see {title}{here}", help)
    if said["missing"] or not said["writes"]:
        what = "does not see" if said["missing"] else "may not write to"
        raise UsageError(
            f"{there} {what} the folder {shown(folder)}", "choose a folder that all workers share: `-o FOLDER`"
        )
