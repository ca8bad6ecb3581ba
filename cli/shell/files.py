"""Files that appear whole or not at all, whoever writes them."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import stat
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO

from ...parser.syntax.errors import failing
from ...parser.syntax.wording import quoted
from .stores import Store, is_address, store_to_write

# Those that end a process beside Ctrl-C, which is an exception; not all systems have both.
_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def paths_beginning(start: str) -> list[str]:
    """The files and folders whose path begins so, as it is typed; a folder ends in a slash."""
    import glob

    typed = os.path.expanduser(start)
    found = sorted(glob.glob(glob.escape(typed) + "*"))
    return [start + path[len(typed) :] + ("/" if os.path.isdir(path) else "") for path in found]


def open_to_read(path: str) -> Any:
    """The bytes of a file, of this machine or a store. OSError, UsageError: it cannot be read."""
    return Store(path).open() if is_address(path) else open(path, "rb")


def state_of(path: str) -> str:
    """What is another text when a file has changed. OSError, UsageError: there is none."""
    if is_address(path):
        found = Store(path).look()
        return "" if found is None else found.state
    status = os.stat(path)
    return f"{status.st_size} {status.st_mtime_ns}"


def make_folder_of(path: str) -> None:
    """Makes the folder in which a file is to stand; stores need none. OSError: it cannot be made."""
    if not is_address(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)


def names_in(folder: str) -> list[str]:
    """What stands in a folder, in order; none where there is no such. OSError, UsageError: it cannot be read."""
    if is_address(folder):
        return Store(folder).names()
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        return []


def remove(path: str) -> None:
    """Removes a file. OSError, UsageError: it cannot be."""
    if is_address(path):
        Store(path).remove()
    else:
        os.unlink(path)


@contextlib.contextmanager
def replacing(path: str) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` when the block ends, and vanishes when it fails or the process is ended.

    It is written beside `path`, or what that links to, under a name that nobody can foresee, so that whatever happens
    the old file stays, or none; it has the old one's permissions. What is for an address is written in the folder for
    temporary files. What is no regular file, such as a device or a named pipe, is written to directly. UsageError: it
    cannot be written.
    """
    store = store_to_write(path) if is_address(path) else None
    with failing(f"write {quoted(path)}"):
        if not os.path.basename(path):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        mode = os.stat(path).st_mode if os.path.exists(path) else None
        if mode is not None and not stat.S_ISREG(mode):
            with open(path, "wb") as file:
                yield file
            return
        target = os.path.realpath(path) if store is None else _passing(path)
        folder, name = os.path.split(target)
        temporary = os.path.join(folder, f".{name}.{os.urandom(8).hex()}.tmp")
        file = open(temporary, "xb")  # noqa: SIM115
    with _removed_at_the_end(temporary):
        with file:
            if mode is not None:
                os.chmod(temporary, stat.S_IMODE(mode))
            yield file
        if store is None:
            os.replace(temporary, target)
        else:
            store.put(temporary)
            os.unlink(temporary)


def _passing(address: str) -> str:
    """Where on this machine a file is written before it is put elsewhere."""
    import tempfile

    return os.path.join(tempfile.gettempdir(), os.path.basename(address))


@contextlib.contextmanager
def _removed_at_the_end(path: str) -> Iterator[None]:
    """Removes a file where the block fails, or a signal ends the process before its end."""

    def remove() -> None:
        with contextlib.suppress(OSError):
            os.unlink(path)

    def end(number: int, frame: Any) -> None:
        remove()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    # Only the main thread may say what a signal does. One that is ignored, as under `nohup`, stays so.
    is_main = threading.current_thread() is threading.main_thread()
    caught = [number for number in _ENDING if is_main and signal.getsignal(number) == signal.SIG_DFL]
    for number in caught:
        signal.signal(number, end)
    try:
        yield
    except BaseException:
        remove()
        raise
    finally:
        for number in caught:
            signal.signal(number, signal.SIG_DFL)
