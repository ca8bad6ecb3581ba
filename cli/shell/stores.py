"""Files that are elsewhere: in object stores and on web servers, by their addresses, through fsspec.

Who may read and write there is said by the environment (`AWS_ACCESS_KEY_ID`, a profile, a role), never by an address.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted, sentence

_ADDRESS = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+)://")
_PASSWORD = re.compile(r"[^/?#@:]*:[^/?#@]*@")
# What may be a key to what it asks for, in addresses that messages of libraries have too.
_QUERY = re.compile(r"(https?://[^\s'\"?]+)\?[^\s'\"]*")
_MAGIC = re.compile(r"[*?\[]")
# Bytes that are asked for at a time: where each answer takes its 30 ms, 250 MB a second.
_BLOCK = 1 << 23
# The extra that has what a scheme needs, and what gives the right to what is there.
_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs", "http": "http", "https": "http"}
_RIGHTS = {
    "s3": "S3 takes them from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or the machine's role; "
    "FSSPEC_S3_ANON=true reads what is public",
    "gs": "Google takes them from GOOGLE_APPLICATION_CREDENTIALS or the machine's account; "
    "FSSPEC_GS_TOKEN=anon reads what is public",
}
_NOT_FOUND = 404
_WEB = ("http://", "https://")
# Where a file is there when all of it is, and seen by nobody before; elsewhere it is moved to its place.
_WHOLE = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "oci"}


class Found(NamedTuple):
    """What is at an address: how many bytes, None where nobody says; a file or a folder; and what changes with it."""

    size: int | None
    is_folder: bool
    state: str


def is_address(path: str | None) -> bool:
    """Whether it is no path but an address: `s3://bucket/key`."""
    return path is not None and _ADDRESS.match(path) is not None


def shown(address: str) -> str:
    """What messages call an address: without what may be a key."""
    return quoted(without_keys(address))


def without_keys(text: str) -> str:
    """A text without what stands behind the question marks of addresses, and may be a key."""
    return _QUERY.sub(r"\1", text)


def extra_of(address: str) -> str | None:
    """The extra that has what the address needs."""
    return _EXTRAS.get(address.partition("://")[0].lower())


def _found(details: Mapping[str, Any]) -> Found:
    is_folder = details["type"] == "directory" or details["name"].endswith("/")
    return Found(details.get("size"), is_folder, str(sorted((key, str(value)) for key, value in details.items())))


def _below(name: str, folder: str) -> str:
    return name.strip("/").removeprefix(folder.strip("/")).lstrip("/")


class Store:
    """What is at an address, or below it. UsageError, of all it does: it cannot be done."""

    def __init__(self, address: str) -> None:
        self.scheme = address.partition("://")[0].lower()
        rest = address.partition("://")[2]
        self.title = shown(address)
        if _PASSWORD.match(rest):
            raise UsageError(
                f"an address of `{self.scheme}://` has a password in it, which others may read on this machine",
                self._rights() or "leave it out: rights come from the environment",
            )
        try:
            import fsspec
        except ImportError:
            raise self._needs("fsspec") from None
        with self._words("open"):
            try:
                # Nothing is remembered: workers live long, and others write.
                found: Any = fsspec.core.url_to_fs(address, use_listings_cache=False)
            except ImportError as error:
                raise self._needs(getattr(error.__cause__, "name", None) or f"more: {error}") from None
            except ValueError:
                kinds = "`s3://`, `gs://`, `https://` or `file://`"
                raise UsageError(f"there is no store `{self.scheme}://`", f"addresses begin with {kinds}") from None
        self.fs, self.path = found
        # All that stands before the path in addresses of this store.
        bare, path = address.rstrip("/"), self.path.lstrip("/")
        is_end = bool(path) and bare.endswith(path)
        self.prefix = bare[: len(bare) - len(path)] if is_end else f"{self.scheme}://"

    def look(self) -> Found | None:
        """What is there, None if nothing is."""
        with self._words("read"):
            try:
                found = self.fs.info(self.path)
            except FileNotFoundError as error:
                if error.__cause__ is None or getattr(error.__cause__, "status", None) == _NOT_FOUND:
                    return None
                # A web server that does not answer, or a store without such a bucket.
                raise error.__cause__ from None
        return _found(found)

    def open(self) -> StoredFile:
        """The bytes of a file: a stream where it is a web server's, of which not all answer with a part of a file."""
        with self._words("read"):
            if self.scheme == "memory":
                # All that open a file there have one place in it.
                return StoredFile(self, io.BytesIO(self.fs.cat_file(self.path)))
            return StoredFile(self, self.fs.open(self.path, "rb", block_size=0 if self.is_web else _BLOCK))

    @property
    def is_web(self) -> bool:
        """Whether it is a web server's, for reading alone, and from the start."""
        return f"{self.scheme}://" in _WEB

    def below(self) -> list[tuple[str, int | None]]:
        """The files below a folder, by their paths from there in no order, and their sizes."""
        with self._words("read"):
            every = self.fs.find(self.path, detail=True)
        found = [(_below(name, self.path), _found(details)) for name, details in every.items()]
        return [(name, file.size) for name, file in found if name and not file.is_folder]

    def matching(self) -> tuple[str, list[tuple[str, int | None, bool]]]:
        """The folder that a pattern begins with, and what matches it from there: its path, its size, whether a folder.

        As in a shell, a star does not stand for a name that begins with a dot.
        """
        parts = self.path.split("/")
        fixed = next((i for i, part in enumerate(parts) if _MAGIC.search(part)), len(parts))
        base = "/".join(parts[:fixed])
        with self._words("read"):
            every: Mapping[str, Any] = self.fs.glob(self.path, detail=True) if fixed < len(parts) else {}
        found = [(_below(name, base), _found(details)) for name, details in sorted(every.items())]
        names = [(name, f.size, f.is_folder) for name, f in found if not name.startswith(".") and "/." not in name]
        return self.prefix + base.lstrip("/"), names

    def names(self) -> list[str]:
        """What stands in a folder, none where there is no such."""
        with self._words("read"):
            try:
                found = self.fs.ls(self.path, detail=False)
            except FileNotFoundError:
                return []
        return sorted({_below(name, self.path).rstrip("/") for name in found} - {""})

    def put(self, path: str) -> None:
        """Puts a file of this machine there, whole or not at all."""
        with self._words("write"):
            if self.scheme in _WHOLE:
                self.fs.put_file(path, self.path)
                return
            folder, _, name = self.path.rpartition("/")
            self.fs.makedirs(folder, exist_ok=True)
            temporary = f"{folder}/.{name}.{os.urandom(8).hex()}.tmp"
            try:
                self.fs.put_file(path, temporary)
                self.fs.mv(temporary, self.path)
            except BaseException:
                with contextlib.suppress(Exception):
                    self.fs.rm_file(temporary)
                raise

    def remove(self) -> None:
        """Removes a file."""
        with self._words("remove"):
            self.fs.rm_file(self.path)

    @contextlib.contextmanager
    def _words(self, doing: str, *passed: type[Exception]) -> Iterator[None]:
        """UsageError: what libraries say, of which each has errors of its own."""
        try:
            yield
        except (UsageError, *passed):
            raise
        except FileNotFoundError:
            raise UsageError(f"cannot {doing} {self.title}: there is no such file or bucket") from None
        except Exception as error:
            text = without_keys(str(error).partition("\n")[0]) or type(error).__name__
            rights = self._rights()
            raise UsageError(
                f"cannot {doing} {self.title}: {sentence(text)}",
                rights and f"see to the address and the rights: {rights}",
            ) from None

    def _rights(self) -> str | None:
        return _RIGHTS.get(extra_of(self.scheme) or "")

    def _needs(self, package: str) -> UsageError:
        from ...parser.syntax.extras import how_to_add, how_to_install

        extra = extra_of(self.scheme)
        help = f"install it with `{how_to_install(extra) if extra else how_to_add(package)}`"
        return UsageError(f"`{self.scheme}://` needs {package}, which is not installed", help)


def store_to_write(address: str) -> Store:
    """The store that a file is to be put into. UsageError: it cannot be, as far as can be known before."""
    if address.lower().startswith(_WEB):
        raise UsageError(f"cannot write {shown(address)}: web servers are for reading", "write to a file")
    store = Store(address)
    # One may be allowed to write and not to look.
    unknown = (PermissionError, FileNotFoundError)
    with contextlib.suppress(*unknown), store._words("write", *unknown):
        if store.fs.info(store.path)["type"] == "directory" and store.scheme not in _WHOLE:
            raise UsageError(f"cannot write {store.title}: it is a folder")
    return store


class StoredFile(io.RawIOBase):
    """A file of a store, open to be read. UsageError: it cannot be."""

    def __init__(self, store: Store, file: Any) -> None:
        super().__init__()
        self.store = store
        self.file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return not self.store.is_web

    def tell(self) -> int:
        return self.file.tell()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        with self.store._words("read"):
            return self.file.seek(offset, whence)

    def read(self, size: int = -1, /) -> bytes:
        with self.store._words("read"):
            return self.file.read(size)

    def readinto(self, buffer: Any, /) -> int:
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self.file.close()
        super().close()
