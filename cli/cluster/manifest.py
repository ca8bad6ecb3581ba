"""What is done of a run, by content: a file beside the parts, written whole each time."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Mapping
from typing import Any

from ...parser.syntax.errors import UsageError, failing
from ...parser.syntax.wording import counted, listed
from ..shell.files import names_in, open_to_read, replacing
from ..shell.stores import is_address
from .tasks import Outcome, Task

# Tables that are read leave out files with such names.
NAME = "_autodiff.json"
# Of the time, at most so much goes into writing it, and not more often than every second.
_SHARE = 0.05


class Manifest:
    """The run that a folder has the parts of, and what became of those that are done, by their names."""

    def __init__(
        self,
        folder: str,
        title: str,
        run: Mapping[str, Any],
        planned: int | None = None,
        parts: Mapping[str, Any] | None = None,
    ) -> None:
        self.folder = folder
        # What errors call the folder.
        self.title = title
        self.run = run
        self.planned = planned
        self.parts = dict(parts or {})
        self._due = 0.0

    def plan(self, parts: int) -> None:
        """Says into how many parts the input is cut, and makes the folder. UsageError: it was into others."""
        if self.planned not in (None, parts):
            raise UsageError(
                f"the input is cut into {counted(parts, 'part')} now, and was into {self.planned:,} for {self.title}",
                "it has changed; write to another folder",
            )
        self.planned = parts
        self.write()

    def finish(self, parts: int) -> None:
        """Says that all parts are there, as many. UsageError: there are others, of an input that was longer."""
        others = [name for name in names_in(self.folder) if name.startswith("part-") and name not in self.parts]
        if others or len(self.parts) > parts:
            raise UsageError(
                f"the input is cut into {counted(parts, 'part')} now, and {self.title} has more",
                "it has changed; write to another folder",
            )
        self.plan(parts)
        if not is_address(self.folder):
            _remove_remains(self.folder)

    def recorded(self, task: Task) -> Outcome | None:
        """What became of a part when it was made of the same bytes in the same way, None where it was not."""
        found = self.parts.get(self._name(task))
        return None if found is None or found["task"] != task.digest else Outcome(*found["outcome"])

    def add(self, task: Task, outcome: Outcome) -> None:
        """Records what became of a part, and writes all that is known by now if that has not been done for a while."""
        self.parts[self._name(task)] = {
            "task": task.digest,
            "outcome": [outcome.report, outcome.size, outcome.digest],
        }
        if time.monotonic() >= self._due:
            self.write()

    def write(self) -> None:
        """Writes what is known."""
        start = time.monotonic()
        found = {"run": self.run, "planned": self.planned, "parts": dict(sorted(self.parts.items()))}
        with replacing(os.path.join(self.folder, NAME)) as file:
            file.write(json.dumps(found, indent=1).encode())
        now = time.monotonic()
        self._due = now + max(1.0, (now - start) / _SHARE)

    def _name(self, task: Task) -> str:
        return task.path.removeprefix(self.folder).lstrip("/")


def _remove_remains(folder: str) -> None:
    """Removes what workers that died have left of parts."""
    for way, _, names in os.walk(folder):
        for name in names:
            if name.startswith(".part-") and name.endswith(".tmp"):
                with contextlib.suppress(OSError):
                    os.unlink(os.path.join(way, name))


def opened_manifest(folder: str, title: str, run: Mapping[str, Any], resume: bool) -> Manifest:
    """What is done of a run in a folder that it may write to; `title` is what errors call that.

    UsageError: something stands there already and `resume` is not asked for, or it is of another run.
    """
    with failing(f"write to the folder {title}"):
        held = [name for name in names_in(folder) if not name.startswith(".")]
    if not held:
        return Manifest(folder, title, run)
    if not resume:
        help = "go on with `--resume`, or write to another folder" if NAME in held else "write to another folder"
        raise UsageError(f"the folder {title} holds {_what(held)} already", help)
    try:
        with open_to_read(os.path.join(folder, NAME)) as file:
            found = json.loads(file.read())
        before, parts = found["run"], found["parts"]
        other = [key for key in {**before, **run} if before.get(key) != json.loads(json.dumps(run)).get(key)]
        known = found["planned"]
    except (OSError, UsageError, ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(
            f"the folder {title} has no `{NAME}` that says what is done", "write to another folder"
        ) from None
    if other:
        words = [key.replace("_", " ") for key in other if key != "machine_code_from_row"] or ["the number of rows"]
        raise UsageError(
            f"the parts in {title} are of another run: they differ in {listed(words)}",
            "repeat the command as it was, or write to another folder",
        )
    return Manifest(folder, title, run, known, parts)


def _what(held: list[str]) -> str:
    if NAME in held:
        return "the parts of a run"
    return listed(held[:3]) + (" and more" if len(held) > 3 else "")
