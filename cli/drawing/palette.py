"""The colours of pictures, for light and dark backgrounds.

The first two are those of Okabe and Ito (2008). All have a contrast of 3 and more with their background, and the first
four are at least 18 apart in CIELAB (the first three 36) as eyes without red, green or blue cones see them, by the
model of Machado, Oliveira and Fernandes (2009).
"""

from __future__ import annotations

from typing import NamedTuple


class Theme(NamedTuple):
    """A background, the colour of text and axes, one of faint lines, and those of the slots of a picture."""

    background: str
    text: str
    faint: str
    slots: tuple[str, ...]
    # The name of a range of colours for contours in matplotlib.
    scale: str


THEMES = {
    "light": Theme(
        "#ffffff",
        "#222222",
        "#b8b8b8",
        ("#0072b2", "#d55e00", "#444444", "#c2679a", "#0a8f6c", "#8a6d00"),
        "viridis",
    ),
    "dark": Theme(
        "#14171c",
        "#e6e6e6",
        "#5a6068",
        ("#56b4e9", "#e69f00", "#e8e8e8", "#e06cae", "#1fae84", "#f0e442"),
        "viridis",
    ),
}

# On a terminal, by numbers of the 256 colours: those of a known background, and some to be seen on any.
TERMINAL = {
    "light": (25, 166, 238, 132, 29, 94),
    "dark": (75, 214, 254, 170, 36, 227),
    None: (32, 172, 36, 170, 142, 244),
}

# How curves are dashed in files: lengths of strokes and gaps in points; the first is whole.
DASHES: tuple[tuple[float, ...], ...] = ((), (6, 2), (2, 1.5), (7, 2, 1.5, 2), (4, 1.5, 1, 1.5, 1, 1.5), (1, 1.5))

# The signs for points of interest, in matplotlib's letters and on a terminal.
SIGNS = {
    "ring": ("o", "o"),
    "down": ("v", "v"),
    "up": ("^", "^"),
    "diamond": ("D", "k"),
    "small diamond": ("d", "i"),
    "square": ("s", "j"),
    "cross": ("x", "x"),
    "star": ("*", "*"),
}
