"""Pictures on a terminal, by plotext: in dots of Braille, or in letters where there is no Unicode."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...parser.syntax.errors import UsageError
from .palette import SIGNS, TERMINAL
from .picture import Arrows, Band, Contours, Level, Line, Marks, Panel, Picture, Points
from .ticks import round_ticks

_LETTERS = "*+x~#%"
_SHAPES = "\N{BULLET}+x~#%"
_MOST_LEVELS = 10
_LEVELS = "0123456789abcdefgh"
_ARROWS = {False: "→↗↑↖←↙↓↘", True: ">/^\\</v\\"}
_FRAME = str.maketrans("┌─┐│└┘┤┬┼├┴", "+-+|++++++-")
# Columns and rows of the window from one arrow to the next.
_APART = 6, 3
_SMALLEST = 20, 5
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


class _Layout(NamedTuple):
    """How a panel is drawn: its data limits, its size in characters, and with what."""

    x: tuple[float, float]
    y: tuple[float, float]
    width: int
    height: int
    color: bool
    ascii: bool
    slots: tuple[int, ...]


def terminal_picture(
    picture: Picture, width: int, height: int, color: bool, ascii: bool = False, theme: str | None = None
) -> str:
    """The picture in lines of `width` columns, about `height` of them, the last of which ends too.

    Without `color` curves are told apart by their signs. `theme` is that of the window, None where nobody knows.
    UsageError: the extra is missing.
    """
    check_terminal()
    width = max(width, _SMALLEST[0])
    total = sum(panel.height for panel in picture.panels)
    lines = [_cut(picture.title, width)] if picture.title else []
    x = picture.x_limits or _limits([a for panel in picture.panels for a in _arrays(panel, 0)])
    drawn: list[tuple[Panel, _Layout]] = []
    for panel in picture.panels:
        rows = max(_SMALLEST[1], round((height - len(picture.panels)) * panel.height / total) - 1)
        y = panel.y_limits or _limits(list(_arrays(panel, 1)))
        drawn.append((panel, _Layout(x, y, width, rows, color, ascii, TERMINAL[theme])))
    ticks = [round_ticks(*layout.y, max(3, layout.height // 3)) for _, layout in drawn]
    margin = max(len(name) for _, names in ticks for name in names)
    for (panel, layout), (places, names) in zip(drawn, ticks, strict=True):
        lines += _heading(panel, layout)
        is_last = panel is picture.panels[-1]
        lines += _drawn(panel, layout, (places, [n.rjust(margin) for n in names]), picture.x_label if is_last else "")
    return "".join(line.rstrip() + "\n" for line in lines)


def check_terminal() -> None:
    """UsageError: plotext is not installed, or too old."""
    try:
        from plotext import figure  # noqa: F401
    except ImportError:
        from ...parser.syntax.extras import how_to_install

        raise UsageError(
            "a picture on the terminal needs plotext 6, which is not installed",
            f"install it with `{how_to_install('plot')}`, or write a file: `-o picture.svg`",
        ) from None


def _arrays(panel: Panel, axis: int) -> Iterator[Any]:
    """The numbers that a panel has along an axis."""
    for layer in panel.layers:
        match layer:
            case Level(y, x):
                yield np.array([v for v in [(x, y)[axis]] if v is not None])
            case Band(x, low, high):
                yield from [x] if axis == 0 else [low, high]
            case _:
                yield np.ravel((layer.x, layer.y)[axis])


def _limits(arrays: list[Any]) -> tuple[float, float]:
    numbers = np.concatenate([np.asarray(a, float) for a in arrays]) if arrays else np.zeros(0)
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return 0.0, 1.0
    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        size = abs(low) / 2 or 1.0
        return low - size, high + size
    return low, high


def _sign(slot: int, layout: _Layout) -> str:
    """What a curve is drawn with."""
    if layout.ascii:
        return _LETTERS[slot % len(_LETTERS)]
    return "braille" if layout.color or not slot else _SHAPES[slot % len(_SHAPES)]


def _heading(panel: Panel, layout: _Layout) -> list[str]:
    """The lines above a panel: its title, and what is drawn with which sign."""
    entries: list[str] = []
    for layer in panel.layers:
        if isinstance(layer, (Level, Arrows)) or not layer.label:
            continue
        match layer:
            case Contours():
                entries += [f"{layer.label}:", *_level_entries(layer, layout)]
                continue
            case Points():
                sign = "o"
            case Marks():
                sign = SIGNS[layer.sign][1]
            case Band():
                sign = "." if layout.ascii else "\N{LIGHT SHADE}"
            case _:
                sign = _sign(layer.slot, layout)
                sign = "\N{BRAILLE PATTERN DOTS-14}\N{BRAILLE PATTERN DOTS-14}" if sign == "braille" else sign * 2
        entries.append(f"{_painted(sign, layer.slot, layout)} {_cut(layer.label, layout.width - 4)}")
    lines = [_cut(panel.title, layout.width)] if panel.title else []
    line = _cut(panel.y_label, layout.width)
    used = len(line)
    for entry in entries:
        length = len(_ESCAPE.sub("", entry))
        if line and used + 3 + length > layout.width:
            lines.append(line)
            line, used = "", 0
        line, used = (f"{line}   {entry}", used + 3 + length) if line else (entry, length)
    return [*lines, *([line] if line else [])]


def _levels(layer: Contours, layout: _Layout) -> Sequence[float]:
    """The levels that a window has room for."""
    most = _MOST_LEVELS if layout.color else _MOST_LEVELS // 2
    return layer.levels[:: -(-len(layer.levels) // most)]


def _level_entries(layer: Contours, layout: _Layout) -> Iterator[str]:
    """What the contours stand for."""
    levels = _levels(layer, layout)
    count = len(levels)
    for number, level in enumerate(levels):
        sign = f"\x1b[38;5;{ramp(number, count)}m--\x1b[0m" if layout.color else _LEVELS[number % len(_LEVELS)]
        yield f"{sign} {level:.6g}"


def _painted(text: str, slot: int, layout: _Layout) -> str:
    return f"\x1b[38;5;{layout.slots[slot % len(layout.slots)]}m{text}\x1b[0m" if layout.color else text


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(0, width - 3)] + "..."


def _drawn(panel: Panel, layout: _Layout, y_ticks: tuple[list[float], list[str]], x_label: str) -> list[str]:
    import plotext

    figure = plotext.figure
    figure.clear()
    plotext.terminal.limit(False, False)
    figure.plot_size(layout.width, layout.height + (2 if x_label else 1))
    figure.theme("colorless")
    figure.legend(False)
    x_ticks = round_ticks(*layout.x, max(3, layout.width // 10))
    for axis, (low, high), (places, names) in ((0, layout.x, x_ticks), (1, layout.y, y_ticks)):
        figure.ruler(axis, 0).lim(0.0, 1.0).ticks([(place - low) / (high - low) for place in places], names)
    if x_label:
        figure.label(x_label, 0, 0)
    for layer in panel.layers:
        for x, y, sign, number, joined in _strokes(layer, layout):
            pixel = number if layout.color else None
            for start, end in _runs(x, y):
                marker = plotext.marker(sign, pixel)
                signal = figure.signal(x[start:end].tolist(), y[start:end].tolist(), marker=marker)
                figure.draw(signal.lines() if joined else signal)
    text = figure.build().string(not layout.color)
    lines = text.rstrip("\n").split("\n")
    return [line.translate(_FRAME) for line in lines] if layout.ascii else lines


def _strokes(layer: Any, layout: _Layout) -> Iterator[tuple[Any, Any, str, int, bool]]:
    """What a layer is drawn of: points from 0 to 1 along both axes, a sign, a colour, and whether they are joined."""
    color = layout.slots[getattr(layer, "slot", 0) % len(layout.slots)]
    match layer:
        case Line(x, y, _, slot):
            yield *_clipped(x, y, layout), _sign(slot, layout), color, True
        case Band(x, low, high):
            steps = np.linspace(0, 1, 2 * layout.height)[:, None]
            xs = np.linspace(*layout.x, layout.width)
            edges = [np.interp(xs, np.asarray(x, float), np.asarray(edge, float)) for edge in (low, high)]
            inside = edges[0] * (1 - steps) + edges[1] * steps
            yield *_inside(np.tile(xs, len(steps)), inside.ravel(), layout), "." if layout.ascii else "░", color, False
        case Points(x, y, error):
            if error is not None:
                for place, middle, size in zip(x, y, np.broadcast_to(error, np.shape(x)), strict=True):
                    bar = np.array([place, place]), np.array([middle - size, middle + size])
                    yield *_clipped(*bar, layout), "|" if layout.ascii else "│", color, True
            yield *_inside(x, y, layout), "o", color, False
        case Marks(x, y, name):
            yield *_inside(x, y, layout), SIGNS[name][1], color, False
        case Level(y, x):
            upright = x is not None
            ends = (np.array([x, x]), np.array(layout.y)) if upright else (np.array(layout.x), np.array([y, y]))
            sign = {True: ":", False: "-"}[upright] if layout.ascii else {True: "┊", False: "─"}[upright]
            yield *_clipped(*ends, layout), sign, 244, True
        case Contours():
            yield from _contour_strokes(layer, layout)
        case Arrows():
            yield from _arrow_strokes(layer, layout)


def _contour_strokes(layer: Contours, layout: _Layout) -> Iterator[tuple[Any, Any, str, int, bool]]:
    levels = _levels(layer, layout)
    for number, level in enumerate(levels):
        sign = "braille" if layout.color and not layout.ascii else _LEVELS[number % len(_LEVELS)]
        for line in _contour_lines(layer, level):
            yield *_clipped(line[:, 0], line[:, 1], layout), sign, ramp(number, len(levels)), True


def _contour_lines(layer: Contours, level: float) -> Sequence[Any]:
    """The lines along which z is a level, each an array (n, 2) of points."""
    from contourpy import contour_generator

    found: Any = contour_generator(layer.x, layer.y, np.ma.masked_invalid(layer.z)).lines(level)
    return found


def ramp(number: int, count: int) -> int:
    """One of the 256 colours for a place on the way from low to high: from blue by green to yellow."""
    shades = (55, 61, 31, 37, 35, 71, 113, 148, 184, 220)
    return shades[round(number / max(1, count - 1) * (len(shades) - 1))]


def _arrow_strokes(layer: Arrows, layout: _Layout) -> Iterator[tuple[Any, Any, str, int, bool]]:
    # What a step along each axis is on the screen, where a character is twice as high as wide.
    across = np.ravel(layer.u) * layout.width / (layout.x[1] - layout.x[0])
    up = np.ravel(layer.v) * 2 * layout.height / (layout.y[1] - layout.y[0])
    directions = np.round(np.arctan2(up, across) / (math.pi / 4)) % 8
    known = np.isfinite(across) & np.isfinite(up) & ((across != 0) | (up != 0))
    columns = np.floor((np.ravel(layer.x) - layout.x[0]) / (layout.x[1] - layout.x[0]) * layout.width / _APART[0])
    rows = np.floor((np.ravel(layer.y) - layout.y[0]) / (layout.y[1] - layout.y[0]) * layout.height / _APART[1])
    _, first = np.unique(np.stack([columns, rows]), axis=1, return_index=True)
    chosen = np.zeros(len(known), bool)
    chosen[first] = True
    for number, sign in enumerate(_ARROWS[layout.ascii]):
        here = known & chosen & (directions == number)
        yield *_inside(np.ravel(layer.x)[here], np.ravel(layer.y)[here], layout), sign, 244, False


def _scaled(x: Any, y: Any, layout: _Layout) -> tuple[Any, Any]:
    (left, right), (low, high) = layout.x, layout.y
    with np.errstate(all="ignore"):
        return (np.asarray(x, float) - left) / (right - left), (np.asarray(y, float) - low) / (high - low)


def _inside(x: Any, y: Any, layout: _Layout) -> tuple[Any, Any]:
    """The points within the limits, from 0 to 1."""
    x, y = _scaled(x, y, layout)
    keep = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
    return x[keep], y[keep]


def _clipped(x: Any, y: Any, layout: _Layout) -> tuple[Any, Any]:
    """A line within the limits, from 0 to 1: cut where it leaves them (Liang and Barsky), nan between the parts."""
    points = np.stack(_scaled(x, y, layout), axis=1)
    start, end = points[:-1], points[1:]
    with np.errstate(all="ignore"):
        way = end - start
        edges = np.sort([-start / way, (1 - start) / way], axis=0)
    beside = (start < 0) | (start > 1)
    edges = np.where(way == 0, np.where(beside, np.nan, [[[0.0]], [[1.0]]]), edges)
    first, last = np.maximum(edges[0].max(axis=1), 0), np.minimum(edges[1].min(axis=1), 1)
    kept = (first <= last) & np.isfinite(way).all(axis=1)
    start, end, way, first, last = start[kept], end[kept], way[kept], first[kept, None], last[kept, None]
    enters, leaves = start + first * way, np.where(last == 1, end, start + last * way)
    # A part that begins where the one before ends goes on from there.
    begins = np.append(True, (enters[1:] != leaves[:-1]).any(axis=1))[: len(enters)]
    parts = np.stack([np.full_like(enters, np.nan), enters, leaves], axis=1)
    found = parts[np.stack([begins, begins, np.ones_like(begins)], axis=1)]
    return found[:, 0], found[:, 1]


def _runs(x: Any, y: Any) -> Iterator[tuple[int, int]]:
    """Where there are numbers without a gap: from the first to behind the last."""
    known = np.concatenate([[False], ~np.isnan(x + y), [False]])
    changes = np.flatnonzero(known[1:] != known[:-1])
    yield from zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True)
