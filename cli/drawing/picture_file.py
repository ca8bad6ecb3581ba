"""Pictures as files, by matplotlib: the same bytes for the same picture."""

from __future__ import annotations

import importlib.util
import io
import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted
from ..shell.files import replacing
from .palette import DASHES, SIGNS, THEMES, Theme
from .picture import Arrows, Band, Contours, Layer, Level, Line, Marks, Panel, Picture, Points

FORMATS = ("svg", "png", "pdf")
# Inches.
_WIDTH, _FURNITURE = 7.2, 0.8
_HEIGHTS = {"alone": 3.6, "contours": 5.0, "among others": 2.6}
_DOTS_PER_INCH = 150
# Limits that are smaller are none to matplotlib.
_TINY, _LARGER = 1e-280, 1e280
# What would tell when and by which version a file was written.
_METADATA: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": None},
}


def check_drawable(path: str) -> str:
    """The format of a picture in a file of this name. UsageError: it has another ending, or the extra is missing."""
    ending = Path(path).suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise UsageError(
            f"{quoted(path)} does not say in which format to draw", f"name a file ending in .{', .'.join(FORMATS)}"
        )
    if importlib.util.find_spec("matplotlib") is None:
        from ...parser.syntax.extras import how_to_install

        raise UsageError(
            f"a picture in {ending} needs matplotlib, which is not installed",
            f"install it with `{how_to_install('plot')}`",
        )
    return ending


def write_picture(picture: Picture, path: str, theme: str = "light") -> None:
    """Draws into a file, whose ending says how, for a `light` or `dark` background.

    UsageError: as `check_drawable`; the file cannot be written.
    """
    drawn = rendered_picture(picture, check_drawable(path), theme)
    with replacing(path) as file:
        file.write(drawn)


def rendered_picture(picture: Picture, format_name: str, theme: str = "light") -> bytes:
    """The picture in one of the FORMATS."""
    # It tells of its caches.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib
    from matplotlib.figure import Figure

    colors = THEMES[theme]
    picture = _scaled(picture)
    buffer = io.BytesIO()
    with matplotlib.rc_context(), warnings.catch_warnings():
        # About letters that a font lacks.
        warnings.simplefilter("ignore")
        matplotlib.rcdefaults()
        params: Any = matplotlib.rcParams
        params.update(_style(colors))
        heights = [panel.height for panel in picture.panels]
        figure = Figure(figsize=(_WIDTH, _height(picture) + _FURNITURE), layout="constrained")
        rows = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
        for axes, panel in zip(rows, picture.panels, strict=True):
            _draw_panel(axes, panel, colors)
        if picture.title:
            rows[0].set_title(picture.title, parse_math=False, loc="left")
        rows[-1].set_xlabel(picture.x_label, parse_math=False)
        if picture.x_limits is not None:
            rows[0].set_xlim(*picture.x_limits)
        figure.savefig(buffer, format=format_name, dpi=_DOTS_PER_INCH, metadata=_METADATA[format_name])
    return buffer.getvalue()


def _scaled(picture: Picture) -> Picture:
    """The picture with heights that matplotlib tells apart from 0, and a label that says what they are a part of."""
    panels: list[Panel] = []
    for panel in picture.panels:
        low, high = panel.y_limits or (0.0, 1.0)
        if not 0 < max(abs(low), abs(high)) < _TINY:
            panels.append(panel)
            continue
        names = ("y", "low", "high", "error")
        layers = [
            layer._replace(**{n: v * _LARGER for n in names if (v := getattr(layer, n, None)) is not None})
            for layer in panel.layers
        ]
        label = f"{panel.y_label} times {_LARGER:g}"
        panels.append(panel._replace(layers=layers, y_label=label, y_limits=(low * _LARGER, high * _LARGER)))
    return picture._replace(panels=panels)


def _height(picture: Picture) -> float:
    heights = [panel.height for panel in picture.panels]
    if any(isinstance(layer, Contours) for panel in picture.panels for layer in panel.layers):
        return _HEIGHTS["contours"] * sum(heights) / max(heights)
    return _HEIGHTS["alone" if len(heights) == 1 else "among others"] * sum(heights) / max(heights)


def _style(theme: Theme) -> dict[str, Any]:
    names = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "legend.labelcolor")
    return {
        **dict.fromkeys(names, theme.text),
        "figure.facecolor": theme.background,
        "axes.facecolor": theme.background,
        "savefig.facecolor": theme.background,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.8,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.titlesize": "medium",
        "grid.color": theme.faint,
        "grid.linewidth": 0.4,
        "grid.alpha": 0.6,
        "legend.frameon": False,
        "legend.fontsize": "small",
        "font.size": 10,
        "font.family": ["DejaVu Sans", "sans-serif"],
        # Text that can be searched and read aloud, and names that do not change from run to run.
        "svg.fonttype": "none",
        "svg.hashsalt": "autodiff",
        "pdf.fonttype": 42,
    }


def _draw_panel(axes: Any, panel: Panel, theme: Theme) -> None:
    if panel.is_log:
        axes.set_yscale("log")
    labelled: list[tuple[Any, str]] = []
    for layer in panel.layers:
        handle = _draw(axes, layer, theme)
        label = getattr(layer, "label", "")
        if handle is not None and label:
            labelled.append((handle, label))
    axes.set_ylabel(panel.y_label, parse_math=False)
    if panel.title:
        axes.set_title(panel.title, parse_math=False, loc="left")
    if panel.y_limits is not None:
        axes.set_ylim(*panel.y_limits)
    if labelled:
        # Beside the axes, where nothing is hidden; names that begin with an underscore are names too.
        numbers = [str(i) for i in range(len(labelled))]
        legend = axes.legend([handle for handle, _ in labelled], numbers, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        for text, (_, label) in zip(legend.get_texts(), labelled, strict=True):
            text.set_parse_math(False)
            text.set_text(label)


def _draw(axes: Any, layer: Layer, theme: Theme) -> Any:
    """Draws a layer. Returns what stands for it in a legend."""
    match layer:
        case Line(x, y, _, slot, is_path):
            style = {"marker": ".", "markersize": 5, "linewidth": 1} if is_path else {"linewidth": 1.6}
            dashes = DASHES[slot % len(DASHES)]
            return axes.plot(x, y, color=_color(theme, slot), dashes=dashes or (None, None), **style)[0]
        case Points(x, y, error, _, slot):
            if error is None:
                return axes.plot(x, y, "o", color=_color(theme, slot), markersize=3.5, alpha=0.85)[0]
            return axes.errorbar(
                x, y, error, fmt="o", color=_color(theme, slot), markersize=3.5, elinewidth=0.9, capsize=2
            )
        case Band(x, low, high, _, slot):
            return axes.fill_between(x, low, high, color=_color(theme, slot), alpha=0.22, linewidth=0)
        case Marks(x, y, name, _, slot):
            sign = SIGNS[name][0]
            face = theme.background if name == "ring" else _color(theme, slot)
            return axes.plot(
                *(x, y, sign),
                color=_color(theme, slot),
                markerfacecolor=face,
                markersize=6,
                linestyle="none",
                zorder=3,
                clip_on=False,
            )[0]
        case Level(y, x):
            line = axes.axvline(x) if x is not None else axes.axhline(y)
            line.set(color=theme.faint, linewidth=0.9, linestyle="--" if x is not None else "-", zorder=1)
            return None
        case Contours():
            return _draw_contours(axes, layer, theme)
        case Arrows(x, y, u, v):
            size = np.hypot(u, v)
            with np.errstate(all="ignore"):
                u, v = u / size, v / size
            axes.quiver(x, y, u, v, color=theme.text, alpha=0.6, angles="xy", pivot="mid", scale=28, width=0.0025)
            return None


def _draw_contours(axes: Any, layer: Contours, theme: Theme) -> None:
    z = np.ma.masked_invalid(layer.z)
    axes.grid(False)
    if len(layer.levels) > 1:
        axes.contourf(layer.x, layer.y, z, layer.levels, cmap=theme.scale, alpha=0.35, extend="both")
    lines = axes.contour(layer.x, layer.y, z, layer.levels, cmap=theme.scale, linewidths=1.1)
    axes.clabel(lines, fontsize="x-small", colors=theme.text, fmt="%.4g")


def _color(theme: Theme, slot: int) -> str:
    return theme.slots[slot % len(theme.slots)]
