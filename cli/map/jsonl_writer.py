"""Writes JSON Lines: objects as they were read with new members at their end, or all members anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...parser.frames.arrow_import import arrow, has_arrow
from .cells import json_cells, json_cells_of_text, nonfinite_cells
from .chunk import Chunk, Results
from .delimited import DelimitedChunk
from .insertion import splice
from .jsonl import JsonChunk, exact
from .layout import TextWriter, written_rows
from .spelling import JSON, Texts, as_list, texts

_MEMBER = b'"nonfinite"'


class JsonWriter(TextWriter):
    """Writes JSON Lines, strictly: a number that is not finite is null, and the member `nonfinite` says what it is."""

    def encode(self, chunk: Chunk, results: Results) -> tuple[bytes, bytes]:
        """The lines of a chunk with their results, and nothing behind them."""
        return self._encoded(chunk, results), b""

    def _encoded(self, chunk: Chunk, results: Results) -> bytes:
        if isinstance(chunk, JsonChunk) and not self.layout.only_new:
            if not chunk.rows:
                return chunk.data
            is_taken = _MEMBER in chunk.data and _nonfinite(results)
            if chunk.is_plain and not chunk.malformed and not self.layout.removed and not is_taken:
                return _spliced(chunk, results)
            return self._line_by_line(chunk, results)
        is_text = isinstance(chunk, DelimitedChunk)
        rows, old, results = written_rows(self.layout, chunk, results, chunk.texts if is_text else None)
        if not rows:
            return b""
        old_names = self.layout.old_names(chunk.source.names)
        names = [*old_names, *self.layout.new_names()]
        first, other = b"{", b"}\n{"
        bounds = np.append(0, len(first) + len(other) * np.arange(rows))
        if is_text and old:
            schema = chunk.source.schema
            kinds = [schema.field(name).type for name in old_names]
            mark = chunk.source.dialect.decimal
            parts = zip(old, old_names, kinds, strict=True)
            columns = [json_cells_of_text(array, name, kind, mark) for array, name, kind in parts]
        else:
            columns = [json_cells(array, name) for array, name in zip(old, old_names, strict=False)]
        columns += _values(results)
        # A column of that name is the table's own.
        tails = [] if "nonfinite" in names else _tails(results, dict(zip(names, old, strict=False)))
        leads = [f"{_name(name)}: " for name in old_names] + _leads(results)
        leads = [f"{', ' if i else ''}{lead}" for i, lead in enumerate(leads)]
        return b"".join(
            [splice(first + other * (rows - 1), bounds, [*leads, *[""] * len(tails)], [*columns, *tails]), b"}\n"]
        )

    def _line_by_line(self, chunk: JsonChunk, results: Results) -> bytes:
        """The lines with their results, those that are no objects unchanged."""
        members = list(zip(*map(as_list, _values(results)), strict=True))
        leads = _leads(results)
        places = chunk.lines.tolist()
        rows = range(len(places)) if results.keep is None else np.flatnonzero(results.keep).tolist()
        nonfinite = _nonfinite(results)
        lines: list[bytes] = []
        for row in rows:
            line = chunk.data[slice(*places[row])]
            if row not in chunk.malformed:
                old, found = self._body(line, nonfinite.get(row, {}))
                new = ", ".join([lead + text for lead, text in zip(leads, members[row], strict=True)]) + _tail(found)
                line = old + (b"" if old.strip() == b"{" else b", ") + new.encode() + b"}"
            lines.append(line + b"\n")
        text = b"".join(lines)
        return text if chunk.data.endswith(b"\n") else text.removesuffix(b"\n")

    def _body(self, line: bytes, nonfinite: dict[str, str]) -> tuple[bytes, dict[str, str]]:
        """The object on a line without its closing brace and the members to be replaced, and its `nonfinite`."""
        removed = self.layout.removed
        if removed or (nonfinite and _MEMBER in line):
            members = exact(line)
            before = members.get("nonfinite")
            if isinstance(before, dict):
                kept = {path: text for path, text in before.items() if path.partition("[")[0] not in removed}
                nonfinite, removed = {**kept, **nonfinite}, (*removed, "nonfinite")
            if any(name in members for name in removed):
                rest = {name: value for name, value in members.items() if name not in removed}
                line = json.dumps(rest, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return line.rstrip()[:-1], nonfinite


def _spliced(chunk: JsonChunk, results: Results) -> bytes:
    closing = chunk.lines[:, 1] - 1
    leads = [f", {lead}" for lead in _leads(results)]
    tails = _tails(results)
    leads += [""] * len(tails)
    text = splice(chunk.data, np.append(0, closing), leads, [*_values(results), *tails], results.keep)
    whole = b"".join([text, chunk.data[int(closing[-1]) :]])
    if results.keep is None or results.keep[0]:
        return whole
    # The first object written is not the first: what closes another stands before it.
    return whole[whole.index(b"\n") + 1 :] if results.keep.any() else b""


def _nonfinite(results: Results) -> dict[int, dict[str, str]]:
    """What the numbers of rows are that are not finite, by their paths such as `value[0]`."""
    found: dict[int, dict[str, str]] = {}
    for name, values in results.columns.items():
        if values.dtype.kind != "f" or np.isfinite(values).all():
            continue
        for row, *place in np.argwhere(~np.isfinite(values)).tolist():
            if results.blank is None or not results.blank[row]:
                path = name + "".join(f"[{i}]" for i in place)
                found.setdefault(row, {})[path] = repr(float(values[(row, *place)]))
    return found


def _tail(nonfinite: dict[str, str]) -> str:
    return f', "nonfinite": {json.dumps(nonfinite, ensure_ascii=False)}' if nonfinite else ""


def _tails(results: Results, old: Mapping[str, Any] | None = None) -> list[Texts]:
    """A column of what stands at the end of each object, none where nothing does; `old` are columns in Arrow."""
    found = _nonfinite(results)
    for name, array in (old or {}).items():
        for row, text in nonfinite_cells(array):
            found[row] = {name: text, **found.get(row, {})}
    rows = len(next(iter(results.columns.values()), ()))
    texts = [_tail(found.get(row, {})) for row in range(rows)] if found else []
    return [arrow("fast text").array(texts) if has_arrow() else texts] if texts else []


def _values(results: Results) -> list[Texts]:
    return [texts(values, results.blank, JSON) for values in results.columns.values()]


def _leads(results: Results) -> list[str]:
    """What stands before each new value: before the first, what the folders say."""
    leads = [f"{_name(name)}: " for name in results.columns]
    keys = [f"{_name(name)}: {json.dumps(key.value, ensure_ascii=False)}, " for name, key in results.keys.items()]
    return ["".join([*keys, leads[0]]), *leads[1:]]


def _name(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
