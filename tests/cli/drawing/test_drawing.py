"""Pictures: in files, where they are the same bytes each time, and on terminals of all kinds."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from groups import grouped

from autodiff.cli.drawing import (
    Arrows,
    Band,
    Contours,
    Level,
    Line,
    Marks,
    Panel,
    Picture,
    Points,
    check_drawable,
    contour_levels,
    terminal_picture,
    write_picture,
)
from autodiff.cli.drawing.palette import THEMES
from autodiff.cli.drawing.ticks import round_ticks
from autodiff.parser.syntax.errors import UsageError

X = np.linspace(0, 6, 40)
GRID = np.linspace(-2, 2, 12)
ROWS, COLUMNS = np.meshgrid(GRID, GRID, indexing="ij")

CURVES = Picture(
    [
        Panel(
            [
                Level(0),
                Band(X, np.sin(X) - 0.2, np.sin(X) + 0.2, "95 %"),
                Line(X, np.sin(X), "_sin_ of $x$"),
                Line(X, np.where(np.cos(X) > 0.9, np.nan, np.cos(X)), "cos(x)", 1),
                Points(X[::4], np.sin(X[::4]), 0.1, "measured", 2),
                Marks(np.array([np.pi]), np.array([0.0]), "ring", "roots"),
                Level(x=3.0),
            ],
            y_label="f",
        ),
        Panel([Line(X, np.exp(X))], y_label="g", is_log=True, height=0.5),
    ],
    "curves",
    "x",
)
FIELD = Picture(
    [
        Panel(
            [
                Contours(GRID, GRID, COLUMNS**2 + ROWS**2, contour_levels(COLUMNS**2 + ROWS**2), "x**2 + y**2"),
                Arrows(COLUMNS, ROWS, 2 * COLUMNS, 2 * ROWS),
                Line(np.array([1.0, 0.2, 0.0]), np.array([1.0, 0.5, 0.0]), "path", 1, is_path=True),
            ],
            y_label="y",
        )
    ],
    x_label="x",
)


@pytest.mark.parametrize("picture", [CURVES, FIELD], ids=["curves", "field"])
def test_a_picture_on_a_terminal_has_no_line_that_is_too_long(picture: Picture) -> None:
    for width in (40, 80):
        for ascii in (False, True):
            text = terminal_picture(picture, width, 24, color=False, ascii=ascii)
            assert max(map(len, text.splitlines())) <= width
            assert text.isascii() or not ascii
            assert "\x1b" not in text
    colored = terminal_picture(picture, 60, 24, color=True)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert plain != colored
    assert max(map(len, plain.splitlines())) <= 60


def test_a_curve_is_drawn_where_it_is_and_its_gap_is_left_open() -> None:
    y = np.where(abs(X - 3) < 1, np.nan, X)
    lines = terminal_picture(Picture([Panel([Line(X, y)])]), 40, 16, color=False, ascii=True).splitlines()
    columns = {column - 2 for line in lines[1:-2] for column, letter in enumerate(line) if letter == "*"}
    # From 2 to 4 of 6, on 37 columns.
    assert columns == {*range(12), *range(25, 37)} | columns & {12, 24}
    assert (lines[1][-2], lines[-3][2]) == ("*", "*")


def test_a_picture_of_the_largest_numbers_is_drawn() -> None:
    huge = Picture([Panel([Line(X, np.exp(X * 118)), Line(X, -np.exp(X * 118)), Line(X, np.full(40, np.inf))])])
    tiny = Picture([Panel([Line(X * 1e-300, np.sin(X) * 1e-320)])])
    for picture in (huge, tiny, Picture([Panel([Line(X, X * np.nan)])]), Picture([Panel([])])):
        assert len(terminal_picture(picture, 40, 12, color=False).splitlines()) > 5


@grouped(
    "low, high, names",
    [
        (0.0, 6.28, ["0", "1", "2", "3", "4", "5", "6"]),
        (-1.0, 1.0, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
        (0.0, 1e-5, ["0", "2e-6", "4e-6", "6e-6", "8e-6", "1.0e-5"]),
        (0.0, 4.9e8, ["0", "1e8", "2e8", "3e8", "4e8"]),
        (1e9, 1e9 + 4, ["1.000000000e9", "1.000000001e9", "1.000000002e9", "1.000000003e9", "1.000000004e9"]),
        (99.0, 101.0, ["99.0", "99.5", "100.0", "100.5", "101.0"]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, names: list[str]) -> None:
    ticks, found = round_ticks(low, high, 6)
    assert found == names
    assert ticks == [float(name) for name in names]


def test_contours_of_something_steep_show_the_rest_too() -> None:
    assert len(contour_levels(np.exp(np.linspace(0, 30, 1000)))) > 3
    assert contour_levels(np.full((3, 3), 2.0)) == [2.0]


def test_a_picture_in_a_file_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    named = Picture([Panel([Line(X, X, "_x_ for $x$")])])
    path = tmp_path / "picture.svg"
    for theme in ("light", "dark"):
        write_picture(named, str(path), theme)
        written = path.read_bytes()
        assert b"_x_ for $x$" in written
        assert b"date" not in written
        write_picture(named, str(path), theme)
        assert path.read_bytes() == written
    write_picture(FIELD, str(tmp_path / "picture.png"))
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_every_colour_stands_out_from_its_background() -> None:
    def light(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    for theme in THEMES.values():
        for color in (*theme.slots, theme.text):
            low, high = sorted((light(color), light(theme.background)))
            assert (high + 0.05) / (low + 0.05) > 3


def test_what_cannot_be_drawn_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="in which format") as wrong:
        check_drawable("picture.jpeg")
    assert wrong.value.help == "name a file ending in .svg, .png, .pdf"
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "plotext", None)
    with pytest.raises(UsageError) as missing:
        check_drawable("picture.svg")
    assert '[plot]"`' in str(missing.value)
    with pytest.raises(UsageError) as missing:
        terminal_picture(CURVES, 80, 24, color=False)
    assert '[plot]"`' in str(missing.value)
