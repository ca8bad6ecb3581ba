"""A loop over rows in LLVM's language, around the instructions for some rows at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from .lanes import TYPES, Body, Lane

_READ = re.compile(r"%x\d+\b")


def read(body: Body, number: int, dtype: str) -> Lane:
    """The lanes of what the loop reads: first columns, then numbers that are the same in all rows."""
    return Lane(body, np.dtype(dtype), f"%x{number}")


def loop_text(body: Body, columns: Sequence[str], fixed: Sequence[str], results: Sequence[Lane]) -> str:
    """The module of a body that computes results from columns and fixed numbers of these dtypes, named by `read`.

    Its one function, `loop`, takes the number of rows, at least as many as there are lanes, and an array of pointers:
    to the columns, to the fixed numbers, to where the results are written, and to the functions that it calls. The last
    step is moved back so that it ends with the last row: some rows are then computed twice.
    """
    # The stack is aligned for whole registers, which are put there while a function is called.
    reads = {f"%x{i}": _read(body, np.dtype(name), i) for i, name in enumerate(columns)}
    places = len(columns) + len(fixed)
    writes: dict[str, list[str]] = {}
    for i, lane in enumerate(results):
        writes.setdefault(lane.name, []).extend(_write(body, lane, i, places + i))
    places += len(results)
    entry = [_pointer(f"%p{i}", i) for i in range(places)]
    entry += [_pointer(f"%f{i}", places + i) for i in range(len(body.symbols))]
    entry += [line for i, name in enumerate(fixed) for line in _spread(body, np.dtype(name), len(columns) + i)]
    lines = [
        *body.intrinsics.values(),
        "define void @loop(i64 %rows, ptr %pointers) nounwind alignstack(64) {",
        "entry:",
        *(part for line in entry for part in line.split("\n")),
        f"%last = sub i64 %rows, {body.lanes}",
        "br label %step",
        "step:",
        "%start = phi i64 [0, %entry], [%next, %step]",
        "%beyond = icmp sgt i64 %start, %last",
        "%row = select i1 %beyond, i64 %last, i64 %start",
        *_placed(body.lines, reads, writes),
        f"%next = add i64 %start, {body.lanes}",
        "%more = icmp slt i64 %next, %rows",
        "br i1 %more, label %step, label %done",
        "done:",
        "ret void",
        "}",
    ]
    return "\n".join(lines)


def _placed(lines: Sequence[str], reads: dict[str, list[str]], writes: dict[str, list[str]]) -> list[str]:
    """The lines, with what is read just before it is used, and what is written as soon as it is there.

    A function that is called may use all registers: each number that is needed before and after it costs time.
    """
    placed: list[str] = []
    for line in lines:
        for name in _READ.findall(line):
            placed += reads.pop(name, ())
        placed.append(line)
        placed += writes.pop(line.partition(" ")[0], ())
    # What is a column as it was read, or the same in all rows.
    for name, rest in writes.items():
        placed += [*reads.pop(name, ()), *rest]
    return placed


def _pointer(name: str, place: int) -> str:
    return f"{name}.place = getelementptr ptr, ptr %pointers, i64 {place}\n{name} = load ptr, ptr {name}.place"


def _stored(dtype: np.dtype[Any]) -> str:
    """LLVM's type of an element in memory."""
    return "i8" if dtype.kind == "b" else TYPES[dtype.name]


def _read(body: Body, dtype: np.dtype[Any], number: int) -> list[str]:
    """Reads the lanes of a column."""
    kind = _stored(dtype)
    vector = f"<{body.lanes} x {kind}>"
    name = f"%x{number}.bytes" if dtype.kind == "b" else f"%x{number}"
    lines = [
        f"%x{number}.place = getelementptr {kind}, ptr %p{number}, i64 %row",
        f"{name} = load {vector}, ptr %x{number}.place, align 1",
    ]
    return [*lines, f"%x{number} = trunc {vector} {name} to {body.vector(dtype)}"] if dtype.kind == "b" else lines


def _spread(body: Body, dtype: np.dtype[Any], number: int) -> list[str]:
    """Reads a number that is the same in all rows into all lanes."""
    kind, vector, name = _stored(dtype), body.vector(dtype), f"%x{number}"
    element = TYPES[dtype.name]
    lines = [f"{name}.number = load {kind}, ptr %p{number}, align 1"]
    one = f"{name}.number"
    if dtype.kind == "b":
        lines.append(f"{name}.truth = trunc i8 {one} to i1")
        one = f"{name}.truth"
    return [
        *lines,
        f"{name}.first = insertelement {vector} poison, {element} {one}, i64 0",
        f"{name} = shufflevector {vector} {name}.first, {vector} poison, <{body.lanes} x i32> zeroinitializer",
    ]


def _write(body: Body, lane: Lane, number: int, place: int) -> list[str]:
    """Writes the lanes of a result."""
    kind = _stored(lane.dtype)
    vector, name, lines = f"<{body.lanes} x {kind}>", lane.name, []
    if lane.dtype.kind == "b":
        name = f"%r{number}.bytes"
        lines = [f"{name} = zext {body.vector(lane.dtype)} {lane.name} to {vector}"]
    return [
        *lines,
        f"%r{number}.place = getelementptr {kind}, ptr %p{place}, i64 %row",
        f"store {vector} {name}, ptr %r{number}.place, align 1",
    ]
