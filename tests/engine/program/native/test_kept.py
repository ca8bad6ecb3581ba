"""Machine code on disk: used only as it was written, by the user it belongs to; and images of object files."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from autodiff.engine.program.native import kept
from autodiff.engine.program.native.image import ImageError, image_of

KEY = kept.key_of("a", "b")
IMAGE = b"\0" * 8 + b"code"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "autodiff" / "machine-code"


def test_what_is_kept_is_found_and_belongs_to_the_user_alone(folder: Path) -> None:
    assert kept.load(KEY) is None
    kept.keep(KEY, IMAGE)
    assert kept.load(KEY) == IMAGE
    assert [path.name for path in folder.iterdir()] == [KEY]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / KEY).stat().st_mode & 0o777 == 0o600


def test_what_was_damaged_or_is_of_another_key_is_not_used(folder: Path) -> None:
    kept.keep(KEY, IMAGE)
    content = (folder / KEY).read_bytes()
    other = kept.key_of("ab")
    (folder / other).write_bytes(content)
    (folder / other).chmod(0o600)
    assert kept.load(other) is None
    for damaged in (content[:-1], content[:20], b"", content[:-1] + b"f"):
        (folder / KEY).write_bytes(damaged)
        assert kept.load(KEY) is None


@pytest.mark.parametrize("mode", [0o666, 0o620, 0o604])
def test_a_file_that_others_can_write_to_or_read_is_not_used(folder: Path, mode: int) -> None:
    kept.keep(KEY, IMAGE)
    (folder / KEY).chmod(mode)
    assert kept.load(KEY) is None


def test_a_folder_that_others_can_write_to_is_not_used(folder: Path) -> None:
    kept.keep(KEY, IMAGE)
    folder.chmod(0o770)
    assert kept.load(KEY) is None
    kept.keep(kept.key_of("c"), IMAGE)
    assert len(list(folder.iterdir())) == 1


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    kept.keep(KEY, IMAGE)
    (folder / KEY).rename(tmp_path / "file")
    (folder / KEY).symlink_to(tmp_path / "file")
    assert kept.load(KEY) is None
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert kept.folder() is None


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(folder: Path) -> None:
    kept.keep(KEY, IMAGE)
    (folder / KEY).unlink()
    os.mkfifo(folder / KEY, 0o600)
    assert kept.load(KEY) is None


def test_nothing_is_kept_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    for home in (str(tmp_path / "file"), "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", home)
        kept.keep(KEY, IMAGE)
        assert kept.load(KEY) is None


def test_old_files_make_room_for_new_ones(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_MOST_FILES", 2)
    keys = [kept.key_of(str(i)) for i in range(3)]
    for i, key in enumerate(keys):
        kept.keep(key, IMAGE)
        os.utime(folder / key, (i, i))
    kept.keep(KEY, IMAGE)
    assert {path.name for path in folder.iterdir()} == {keys[2], KEY}


def elf(machine: int, relocation: int, symbol_section: int = 1) -> bytes:
    """An object file of 16 bytes of code and 8 of data, where byte 4 of the one refers to byte 4 of the other."""
    names = b"\0.text\0.rodata\0.rela.text\0.symtab\0.strtab\0"
    strings = b"\0loop\0"
    symbols = (
        bytes(24) + struct.pack("<IBBHQQ", 1, 0x12, 0, 1, 0, 16) + struct.pack("<IBBHQQ", 0, 3, 0, symbol_section, 0, 0)
    )
    parts = [
        (".text", 1, 6, bytes(16), 0, 0, 16),
        (".rodata", 1, 2, b"constant", 0, 0, 32),
        (".rela.text", 4, 0, struct.pack("<QQq", 4, 2 << 32 | relocation, 4), 4, 1, 8),
        (".symtab", 2, 0, symbols, 5, 0, 8),
        (".strtab", 3, 0, strings + names, 0, 0, 1),
    ]
    body, headers = b"", bytes(64)
    for name, kind, flags, data, link, info, alignment in parts:
        place = len(strings) + names.index(name.encode() + b"\0")
        headers += struct.pack(
            "<IIQQQQIIQQ", place, kind, flags, 0, 64 + len(body), len(data), link, info, alignment, 0
        )
        body += data
    start = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", 1, machine, 1, 0, 0, 64 + len(body), 0, 64, 0, 0, 64, 6, 5
    )
    return start + body + headers


def test_an_image_has_its_sections_behind_each_other_and_references_between_them() -> None:
    image = image_of(elf(62, 2, 2), "loop")
    assert image[:8] == bytes(8)
    assert struct.unpack_from("<i", image, 8 + 4) == (32 + 4 - 4,)
    assert image[8 + 32 :] == b"constant"


def test_an_image_for_the_other_processor_has_pages_and_places_in_them() -> None:
    assert struct.unpack_from("<I", image_of(elf(183, 275, 2), "loop"), 8 + 4) == (0,)
    assert struct.unpack_from("<I", image_of(elf(183, 286, 2), "loop"), 8 + 4) == ((32 + 4 >> 3) << 10,)


@pytest.mark.parametrize(
    ("data", "function"),
    [(elf(62, 1, 2), "loop"), (elf(62, 2, 0), "loop"), (elf(62, 2, 2), "other"), (b"no object file at all", "loop")],
)
def test_what_cannot_be_an_image_is_an_error(data: bytes, function: str) -> None:
    with pytest.raises(ImageError):
        image_of(data, function)
