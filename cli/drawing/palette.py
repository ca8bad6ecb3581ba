"""The colours of pictures, for light and dark backgrounds.

They are from the palette of Okabe and Ito (2008), made so that all kinds of colour vision tell them apart, in an order
in which the first have the most contrast with the background; on black, lighter relatives stand for the darkest.
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
        ("#0072b2", "#d55e00", "#009e73", "#aa4499", "#e69f00", "#56b4e9"),
        "viridis",
    ),
    "dark": Theme(
        "#14171c",
        "#e6e6e6",
        "#5a6068",
        ("#56b4e9", "#e69f00", "#2bc49a", "#e58fc0", "#f0e442", "#ff8a5c"),
        "viridis",
    ),
}

# On a terminal, by numbers of the 256 colours: those of a known background, and some to be seen on any.
TERMINAL = {
    "light": (25, 166, 29, 127, 136, 31),
    "dark": (75, 214, 79, 212, 227, 209),
    None: (32, 172, 36, 170, 142, 38),
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
    "bar": ("|", "e"),
    "star": ("*", "*"),
}
