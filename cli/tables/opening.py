"""Where tables come from: files by name or pattern, folders, standard input, each of them perhaps compressed."""

from __future__ import annotations

import glob
import io
import os
import re
import select
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import unquote

from ...parser.frames.arrow_import import arrow
from ...parser.syntax.errors import UsageError, failing
from ...parser.syntax.wording import reason_of
from ..shell.foreign_options import refused
from ..shell.stores import Store, is_address, shown

_HIDDEN = re.compile(r"/[._]")
_MAGIC = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zst"}
_HEAD = 1 << 12
# A first line, or the first bytes of a stream of Arrow: what tells how to go on. Nothing else is waited for.
_TOLD = re.compile(rb"\xff{4}|\s*\S[^\r\n]*(?:\n|\r.)", re.DOTALL)
_MOST = 1 << 24
_PAUSE = 0.02

_Errors: TypeAlias = Sequence[type[Exception]]


class Place(NamedTuple):
    """Where one table is: a path or an address, None for standard input, and what folders `name=value` on its way say.

    `stored` is how many bytes it has where that is an address.
    """

    path: str | None
    keys: Mapping[str, str] = {}
    called: str | None = None
    stored: int | None = None

    @property
    def title(self) -> str:
        """What errors call it."""
        if self.called is not None:
            return self.called
        return "standard input" if self.path is None else shown(self.path)

    @property
    def size(self) -> int:
        """How many bytes it has; 0 if it is no file, or nobody knows."""
        if self.path is None or is_address(self.path):
            return self.stored or 0
        try:
            return os.path.getsize(self.path) if os.path.isfile(self.path) else 0
        except OSError:
            return 0


def places(words: Iterable[str | Place]) -> list[Place]:
    """The tables that words name: files, patterns such as `*.csv`, folders with all files below, `-`; or places.

    UsageError: nothing is there.
    """
    found: list[Place] = []
    for word in words:
        if isinstance(word, Place):
            found.append(word)
            continue
        if word == "-":
            found.append(Place(None))
            continue
        is_folder = os.path.isdir(word)
        if is_address(word):
            files, is_folder = _stored(word)
        elif is_folder:
            files = _files_below(word, word)
        elif os.path.lexists(word):
            # A name may look like a pattern.
            files = [Place(word)]
        else:
            files = _matching(os.path.expanduser(word))
        if not files:
            raise refused(word, f"there is no file{' in the folder' if is_folder else ''} {shown(word)}")
        found += files
    return found


def _matching(pattern: str) -> list[Place]:
    """The files that a pattern matches, and those in folders that it matches, in order."""
    parts = pattern.split(os.sep)
    fixed = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    base = os.sep.join(parts[:fixed]) or (os.sep if pattern.startswith(os.sep) else os.curdir)
    found: list[Place] = []
    for path in sorted(glob.glob(pattern, recursive=True)):
        if os.path.isdir(path):
            found += _files_below(path, base)
        else:
            found.append(Place(path, _keys(os.path.relpath(os.path.dirname(path) or os.curdir, base))))
    return found


def _files_below(folder: str, base: str) -> list[Place]:
    """The files in a folder and its folders in order of their names, without hidden ones and those in `_` folders."""
    found: list[Place] = []
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        keys = _keys(os.path.relpath(path, base))
        found += [Place(os.path.join(path, n), keys) for n in sorted(names) if not n.startswith((".", "_"))]
    return found


def _stored(word: str) -> tuple[list[Place], bool]:
    """The files that an address names, as `places` has them, and whether it is a folder's."""
    store = Store(word)
    found = store.look()
    if found is not None and not found.is_folder:
        return [Place(store.prefix + store.path.lstrip("/"), {}, store.title, found.size)], False
    base, matches = store.matching() if found is None else (word.rstrip("/"), [("", None, True)])
    every: list[tuple[str, int | None]] = []
    for name, size, is_folder in matches:
        if not is_folder:
            every.append((name, size))
            continue
        inner = Store(f"{base}/{name}").below()
        inner = [(path, size) for path, size in inner if not path.startswith((".", "_")) and not _HIDDEN.search(path)]
        # Files before the folders beside them, as on a disk.
        inner.sort(key=lambda file: [(rest != "", part) for part, rest in _steps(file[0])])
        every += [("/".join(filter(None, (name, path))), size) for path, size in inner]
    return [Place(f"{base}/{n}", _keys(os.path.dirname(n)), None, size) for n, size in every], found is not None


def _steps(path: str) -> Iterator[tuple[str, str]]:
    """Each name of a path, and what follows it."""
    while path:
        name, _, path = path.partition("/")
        yield name, path


def _keys(path: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in path.split(os.sep) if "=" in part]
    return {name: unquote(value) for name, _, value in pairs}


def open_bytes(place: Place) -> Headed:
    """The bytes of a table, decompressed. UsageError: it cannot be read."""
    if place.path is None:
        raw = _standard_input()
        return _decompressed(Headed(raw, place.title, number=_number(raw)))
    raw: Any
    if is_address(place.path):
        raw = Store(place.path).open()
        return _decompressed(Headed(raw, place.title, [raw], file=raw if raw.seekable() else None))
    with failing(f"read {place.title}"):
        raw = open(place.path, "rb", buffering=0)  # noqa: SIM115
    return _decompressed(Headed(raw, place.title, [raw], raw.fileno(), file=raw if raw.seekable() else None))


class Headed(io.RawIOBase):
    """A stream whose first bytes, `head`, can be looked at before they are read."""

    def __init__(
        self,
        raw: Any,
        title: str,
        owned: Sequence[Any] = (),
        number: int | None = None,
        errors: _Errors = (),
        file: Any = None,
    ) -> None:
        """UsageError, also of `read`: it cannot be read. `title` is what errors call it, `owned` is closed with it.

        `number` is that of the file that says whether more is there; `errors` are those of `raw` beside the usual;
        `file` is what can be read anywhere, if it has the same bytes.
        """
        super().__init__()
        self.raw = raw
        self.file = file
        self.number = number
        self.errors: tuple[type[Exception], ...] = (EOFError, OSError, ValueError, *errors)
        self.title = title
        self.owned = owned
        # Whether nothing follows `head`.
        self.is_drained = False
        self.head = b""
        self.head = self.read(_HEAD)
        while not self.is_drained and len(self.head) < _HEAD and not _TOLD.match(self.head):
            self.head += self._read(self.raw.read, _HEAD - len(self.head))

    @property
    def ended(self) -> bool:
        """Whether all has been read."""
        return self.is_drained and not self.head

    def close(self) -> None:
        """Closes what it owns, which is not standard input."""
        for stream in self.owned:
            stream.close()
        super().close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes: fewer at the end, or where the writer of a pipe pauses."""
        pieces: list[bytes] = []
        wanted = size if size >= 0 else sys.maxsize
        if self.head:
            pieces.append(self.head[:wanted])
            self.head = self.head[wanted:]
            wanted -= len(pieces[0])
        if self.head:
            return pieces[0]
        while wanted > 0 and (not pieces or _ready(self.number)):
            piece = self._read(self.raw.read, min(wanted, _MOST))
            if not piece:
                break
            pieces.append(piece)
            wanted -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def read1(self, size: int, /) -> bytes:
        """At most `size` bytes: those that are there, of which it waits for the first alone."""
        piece, self.head = self.head[:size], self.head[size:]
        if piece and (len(piece) == size or self.is_drained or not _ready(self.number, 0)):
            return piece
        return piece + self._read(getattr(self.raw, "read1", self.raw.read), size - len(piece))

    def _read(self, read: Callable[[int], bytes], size: int) -> bytes:
        try:
            piece = read(size)
            self.is_drained = not piece
            return piece
        except self.errors as error:
            raise UsageError(f"cannot read {self.title}: {reason_of(error)}") from None


def _ready(number: int | None, pause: float = _PAUSE) -> bool:
    """Whether reading more will not wait, or not for long."""
    try:
        return number is None or bool(select.select([number], [], [], pause)[0])
    except (OSError, ValueError):
        return True


def _standard_input() -> Any:
    """Standard input without Python's buffer, whose lock a waiting thread would hold at the end of the process."""
    binary: Any = getattr(sys.stdin, "buffer", sys.stdin)
    return getattr(binary, "raw", binary)


def _number(stream: Any) -> int | None:
    try:
        return stream.fileno()
    except (AttributeError, OSError):
        return None


def _decompressed(stream: Any) -> Headed:
    """The stream, or what it holds where its first bytes are those of gzip, bzip2, xz or Zstandard."""
    kind = next((name for magic, name in _MAGIC.items() if stream.head.startswith(magic)), None)
    if kind is None:
        return stream
    # Here, as most files are not compressed.
    import bz2
    import gzip
    import lzma
    import zlib

    if kind == "zst":
        inner: Any = arrow("reading .zst").CompressedInputStream(stream, "zstd")
    elif kind == "gz":
        inner = gzip.GzipFile(fileobj=stream)
    else:
        inner = bz2.BZ2File(stream) if kind == "bz2" else lzma.LZMAFile(stream)  # noqa: SIM115
    return Headed(inner, stream.title, [inner, stream], errors=(lzma.LZMAError, zlib.error))
