"""Writes JSON Lines: objects as they were read with new members at their end, or all members anew."""

from __future__ import annotations

import json

import numpy as np

from .cells import json_cells, json_cells_of_text
from .chunk import Chunk, Results
from .delimited import DelimitedChunk
from .insertion import splice
from .jsonl import JsonChunk, loaded
from .layout import TextWriter, written_rows
from .spelling import JSON, Texts, as_list, texts


class JsonWriter(TextWriter):
    """Writes JSON Lines, strictly: a number that is not finite is null."""

    def encode(self, chunk: Chunk, results: Results) -> tuple[bytes, bytes]:
        """The lines of a chunk with their results, and nothing behind them."""
        return self._encoded(chunk, results), b""

    def _encoded(self, chunk: Chunk, results: Results) -> bytes:
        if isinstance(chunk, JsonChunk) and not self.layout.only_new:
            if not chunk.rows:
                return chunk.data
            if chunk.is_plain and not chunk.malformed and not self.layout.removed:
                return _spliced(chunk, results)
            return self._line_by_line(chunk, results)
        is_text = isinstance(chunk, DelimitedChunk)
        rows, old, results = written_rows(self.layout, chunk, results, chunk.texts if is_text else None)
        if not rows:
            return b""
        names = [*self.layout.old_names(chunk.source.names), *results.columns]
        first, other = b"{", b"}\n{"
        bounds = np.append(0, len(first) + len(other) * np.arange(rows))
        if is_text and old:
            schema = chunk.source.schema
            kinds = [schema.field(name).type for name in self.layout.old_names(schema.names)]
            columns = [json_cells_of_text(array, kind) for array, kind in zip(old, kinds, strict=True)]
        else:
            columns = [json_cells(array) for array in old]
        columns += _values(results)
        leads = [f"{', ' if i else ''}{lead}" for i, lead in enumerate(_leads(names))]
        return b"".join([splice(first + other * (rows - 1), bounds, leads, columns), b"}\n"])

    def _line_by_line(self, chunk: JsonChunk, results: Results) -> bytes:
        """The lines with their results, those that are no objects unchanged."""
        members = list(zip(*map(as_list, _values(results)), strict=True))
        leads = _leads(list(results.columns))
        places = chunk.lines.tolist()
        rows = range(len(places)) if results.keep is None else np.flatnonzero(results.keep).tolist()
        lines: list[bytes] = []
        for row in rows:
            line = chunk.data[slice(*places[row])]
            if row not in chunk.malformed:
                old = self._body(line)
                new = ", ".join([lead + text for lead, text in zip(leads, members[row], strict=True)])
                line = old + (b"" if old.strip() == b"{" else b", ") + new.encode() + b"}"
            lines.append(line + b"\n")
        text = b"".join(lines)
        return text if chunk.data.endswith(b"\n") else text.removesuffix(b"\n")

    def _body(self, line: bytes) -> bytes:
        """The object on a line without its closing brace and the members to be replaced."""
        if self.layout.removed:
            members = loaded(line)
            if any(name in members for name in self.layout.removed):
                rest = {name: value for name, value in members.items() if name not in self.layout.removed}
                line = json.dumps(rest).encode()
        return line.rstrip()[:-1]


def _spliced(chunk: JsonChunk, results: Results) -> bytes:
    closing = chunk.lines[:, 1] - 1
    leads = [f", {lead}" for lead in _leads(list(results.columns))]
    text = splice(chunk.data, np.append(0, closing), leads, _values(results), results.keep)
    whole = b"".join([text, chunk.data[int(closing[-1]) :]])
    if results.keep is None or results.keep[0]:
        return whole
    # The first object written is not the first: what closes another stands before it.
    return whole[whole.index(b"\n") + 1 :] if results.keep.any() else b""


def _values(results: Results) -> list[Texts]:
    return [texts(values, results.blank, JSON) for values in results.columns.values()]


def _leads(names: list[str]) -> list[str]:
    return [f"{json.dumps(name, ensure_ascii=False)}: " for name in names]
