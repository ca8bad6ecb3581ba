"""Machine code as a run of bytes that works wherever it is put, made from what LLVM writes.

LLVM writes an object file in ELF, whose sections refer to each other. With the sections laid out one behind the other
and these references filled in, nothing in them depends on the address: that is an image. It refers to nothing outside.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

_ALLOCATED = 2
_NO_BITS = 8
_RELOCATIONS = 4
_SYMBOLS = 2
_PAGE = 4096


class ImageError(Exception):
    """An object file has something that an image cannot have."""


class _Section(NamedTuple):
    name: str
    kind: int
    flags: int
    data: bytes
    link: int
    info: int
    alignment: int


def image_of(elf: bytes, function: str) -> bytes:
    """The image of an object file in ELF for 64 bits: 8 bytes that say where the function begins, then the code.

    ImageError: it refers to what is not in it, or in a way that is not known here.
    """
    sections = _sections(elf)
    places: dict[int, int] = {}
    size = 0
    for i, section in enumerate(sections):
        if section.flags & _ALLOCATED and section.kind != _NO_BITS and section.name != ".eh_frame":
            size = -(-size // section.alignment) * section.alignment
            places[i] = size
            size += len(section.data)
    code = bytearray(size)
    for i, place in places.items():
        code[place : place + len(sections[i].data)] = sections[i].data
    entry: int | None = None
    symbols: list[tuple[int, int]] = []
    for section in sections:
        if section.kind == _SYMBOLS:
            names = sections[section.link].data
            for name, _, _, index, value, _ in struct.iter_unpack("<IBBHQQ", section.data):
                symbols.append((index, value))
                if _text(names, name) == function and index in places:
                    entry = places[index] + value
    machine = struct.unpack_from("<H", elf, 18)[0]
    for section in sections:
        if section.kind == _RELOCATIONS and section.info in places:
            for offset, info, addend in struct.iter_unpack("<QQq", section.data):
                index, value = symbols[info >> 32]
                if index not in places:
                    raise ImageError("a reference to what is elsewhere")
                at, target = places[section.info] + offset, places[index] + value + addend
                _refer(code, machine, info & 0xFFFFFFFF, at, target)
    if entry is None:
        raise ImageError(f"no function {function}")
    return struct.pack("<Q", entry) + bytes(code)


def _sections(elf: bytes) -> list[_Section]:
    if elf[:6] != b"\x7fELF\x02\x01":
        raise ImageError("no object file in ELF for 64 bits")
    (table,) = struct.unpack_from("<Q", elf, 40)
    length, count, names = struct.unpack_from("<HHH", elf, 58)
    headers = [struct.unpack_from("<IIQQQQIIQQ", elf, table + i * length) for i in range(count)]
    text = elf[headers[names][4] : headers[names][4] + headers[names][5]]
    return [
        _Section(
            _text(text, name),
            kind,
            flags,
            elf[place : place + size] if kind != _NO_BITS else b"",
            link,
            info,
            max(align, 1),
        )
        for name, kind, flags, _, place, size, link, info, align, _ in headers
    ]


def _text(names: bytes, start: int) -> str:
    return names[start : names.index(b"\0", start)].decode()


_X86_64, _AARCH64 = 62, 183
# Relocations of AArch64 that put the lower 12 bits of an address into an instruction, by how many it leaves out.
_LOWER_BITS = {277: 0, 278: 0, 284: 1, 285: 2, 286: 3, 299: 4}


def _refer(code: bytearray, machine: int, kind: int, at: int, target: int) -> None:
    """Fills in a reference at one place of the code to another. ImageError: its kind is not known."""
    if machine == _X86_64 and kind in (2, 4):  # R_X86_64_PC32, R_X86_64_PLT32
        struct.pack_into("<i", code, at, target - at)
    elif machine == _AARCH64 and kind == 275:  # R_AARCH64_ADR_PREL_PG_HI21
        (word,) = struct.unpack_from("<I", code, at)
        pages = (target // _PAGE) - (at // _PAGE)
        struct.pack_into("<I", code, at, word | (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5)
    elif machine == _AARCH64 and kind in _LOWER_BITS:
        (word,) = struct.unpack_from("<I", code, at)
        struct.pack_into("<I", code, at, word | (target % _PAGE >> _LOWER_BITS[kind]) << 10)
    else:
        raise ImageError(f"a reference of kind {kind}")
