"""One task, run in a worker: a part written into a file of its own."""

from __future__ import annotations

import hashlib
import pickle
from functools import lru_cache
from typing import Any

from ...parser.syntax.errors import AutodiffError, UsageError
from ...parser.syntax.wording import reason_of
from ..shell.files import make_folder_of, open_to_read, replacing
from ..shell.stores import shown
from .file_range import digest_of_range
from .tasks import Outcome, StoppedPartError, Task, Work, own_version


def compute(work: Work, data: bytes, made_by: str, task: Task, recorded: Outcome | None) -> Outcome:
    """Writes the part of a task, unless it is there as it was `recorded`.

    `data` is what all parts share, pickled, by the version `made_by` of autodiff.
    """
    if recorded is not None and _digest_of_file(task.path) == recorded.digest:
        return recorded
    try:
        if made_by != own_version():
            raise UsageError(f"a worker has autodiff {own_version()}, and this is {made_by}")
        make_folder_of(task.path)
        with replacing(task.path) as opened:
            file = _Digested(opened)
            report = work(data, file, *task.work)
        return Outcome(report, file.size, file.digest.hexdigest())
    except StoppedPartError as stopped:
        return Outcome(stopped.args[0], is_stopped=True)
    except OSError as error:
        return Outcome(error=UsageError(f"cannot write {shown(task.path)}: {reason_of(error)}"))
    except AutodiffError as error:
        return Outcome(error=error)


@lru_cache(4)
def loaded(data: bytes) -> Any:
    """What all parts of a run share, once for all its tasks in a worker: what is traced for one serves for others."""
    return pickle.loads(data)


def _digest_of_file(path: str) -> str | None:
    """The digest of what is in a file, None where there is none."""
    try:
        with open_to_read(path) as file:
            return digest_of_range(file)
    except (OSError, UsageError):
        return None


class _Digested:
    """A file that knows the size and the digest of what was written to it."""

    closed = False

    def __init__(self, file: Any) -> None:
        self.file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: Any) -> int:
        self.digest.update(data)
        written = memoryview(data).nbytes
        self.size += written
        self.file.write(data)
        return written

    def flush(self) -> None:
        self.file.flush()
