"""Pages of the documentation that are made from the program itself, when the site is built."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from autodiff.cli.drawing.palette import THEMES
from autodiff.cli.drawing.picture_file import rendered_picture
from autodiff.cli.functions.markdown import described
from autodiff.cli.functions.selection import all_functions, by_family
from autodiff.cli.main import COMMANDS, cli
from autodiff.cli.plot.picture_of_curves import picture_of_curves
from autodiff.engine.table.record import Operation
from autodiff.parser.analysis.function_entry import entry_of
from autodiff.parser.analysis.ranges import read_range
from autodiff.parser.rows.curve import Plotted
from autodiff.parser.semantics.computing import computing
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.errors import AutodiffError
from autodiff.parser.syntax.parse import parse

if TYPE_CHECKING:
    from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[1]


def on_files(files: Files, config: Any) -> Files:
    """Adds the pages."""
    from mkdocs.structure.files import File

    pictures: dict[str, str] = {}
    pages = {"index.md": index(), "commands.md": commands(), "functions.md": functions(pictures=pictures)}
    for name, text in {**pages, **{f"pictures/{name}": svg for name, svg in pictures.items()}}.items():
        files.append(File.generated(config, name, content=text))
    return files


def index() -> str:
    """The README, with links as from this folder."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text = re.sub(r"\]\(docs/", "](", text)
    # What the site has no page of, and pictures, stand in words.
    text = re.sub(r"!\[([^\]]*)\]\([^)]*\)\n", "", text)
    return re.sub(r"\[([^\]]*)\]\((?:CONTRIBUTING|CHANGELOG|SECURITY)\.md\)", r"\1", text)


def commands() -> str:
    """Every command, as its help has it."""
    parts = ["# Commands\n"]
    with click.Context(cli, info_name="autodiff") as group:
        for name in COMMANDS:
            command = import_module(f"autodiff.cli.commands.{name}").command
            context = click.Context(command, info_name=name, parent=group, terminal_width=100)
            parts.append(f"## {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def functions(chosen: Sequence[Operation] | None = None, pictures: dict[str, str] | None = None) -> str:
    """Every function, or those chosen, by family, with its formula, derivatives, domain and kinks.

    `pictures` takes the drawings by the names of their files; without it there are none.
    """
    parts = ["# Functions\n", "`autodiff functions NAME` shows the same on a terminal.\n"]
    for family, members in by_family(all_functions() if chosen is None else chosen):
        parts.append(f"## {family}\n")
        for function in members:
            entry = entry_of(function)
            parts.append(described(entry))
            if pictures is None or not function.elementwise:
                continue
            # One takes a third of a second: all of them are for who asks for them.
            found = drawn(function) if "AUTODIFF_THOROUGH" in os.environ or not pictures else None
            if found is not None:
                call, pictures[f"{function.name}.svg"] = found
                parts.append(
                    f"![the value and the derivative as curves](pictures/{function.name}.svg){{ loading=lazy }}\n\n"
                    f"`{call}`\n"
                )
    return "\n".join(parts)


def drawn(function: Operation) -> tuple[str, str] | None:
    """The call of `plot` for a function, over where it has values, and what it draws; None where that is nothing."""
    needed = function.arguments[: max(function.required, function.tensors)]
    variable = "x" if "x" in needed else needed[-1]
    expr = f"{function.name}({', '.join(name if name == variable else '2' for name in needed)})"

    def plotted(text: str) -> Plotted:
        return Plotted(parse(expr), variable, read_range(variable, text), {}, 1, Limits())

    ends = max([4.0, *(abs(e.arguments[0]) for e in function.edges if np.isfinite(e.arguments[0]))])
    try:
        with computing("float64"):
            tried = plotted(f"-{ends:g}:{ends:g}:{ends / 80:g}")
            there = tried.axis.values()[np.isfinite(tried.columns()["value"])]
            if not there.size or len(tried.names) == 1:
                return None
            low, high = np.floor(2 * there.min()) / 2, np.ceil(2 * there.max()) / 2
            axis = f"{low:g}:{high:g}"
            picture = picture_of_curves([plotted(axis)], None, None, None)
    except AutodiffError:
        return None
    return f'autodiff plot "{expr}" --{variable} {axis}', _in_both_schemes(rendered_picture(picture, "svg").decode())


def _in_both_schemes(svg: str) -> str:
    """A drawing for a light ground, with colours that follow the reader's scheme."""
    light, dark = ([t.background, t.text, t.faint, *t.slots] for t in (THEMES["light"], THEMES["dark"]))
    names = {color: f"--c{i}" for i, color in enumerate(light)}
    scheme, other = (
        "".join(f"{name}:{color};" for name, color in zip(names.values(), colors, strict=True))
        for colors in (light, dark)
    )
    style = f"<style>svg{{{scheme}}}@media(prefers-color-scheme:dark){{svg{{{other}}}}}</style>"
    svg = re.sub("|".join(light), lambda color: f"var({names[color[0]]})", svg)
    return svg.replace("</metadata>", f"</metadata>{style}", 1)
