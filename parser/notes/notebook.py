"""The code cells of a Jupyter notebook: JSON, in version 4 of its format."""

from __future__ import annotations

import json
import re
from typing import Any

from ..syntax.errors import UsageError
from ..syntax.wording import quoted, sentence
from .cell import Cell

_FORMAT = 4
# What is shown in place of the text of an output, by the beginning of its type.
_SHOWN = {"image/": "figure", "application/vnd.jupyter.widget": "progress bar", "application/": "figure"}
_MEASURED = {
    "progress bar": re.compile(r"\s*(?:[^|]{0,60}: *)?\d{1,3}%\||.*(?:it/s|s/it|B/s)\]?\s*$"),
    "measured time": re.compile(r"CPU times: |Wall time: |[\d.]+ (?:[nµm]|µ)?s ± .* per loop"),
}
_DAMAGED = "the notebook is damaged: save it again in Jupyter"


def read(text: str, name: str, shown: str) -> list[Cell]:
    """The code cells, numbered as running all of them numbers them: in order, from 1, without those that are empty.

    In errors a cell's source is called `lesson.ipynb:cell 3`, after `name`, and the file `shown`. UsageError: it is no
    such notebook.
    """
    content = _content(text, shown)
    cells: list[Cell] = []
    for position, item in enumerate(content["cells"], 1):
        where = f"item {position} of `cells` in {shown}"
        if not isinstance(item, dict) or "cell_type" not in item:
            raise UsageError(f"{where} has no type", _DAMAGED)
        if item["cell_type"] != "code":
            continue
        code = _text(item.get("source"), f"the source of {where}")
        outputs = item.get("outputs", [])
        if not isinstance(outputs, list):
            raise UsageError(f"the outputs of {where} are no list", _DAMAGED)
        if not code.strip():
            continue
        ignored: list[str] = []
        output = "".join(_output(output, f"an output of {where}", ignored) for output in outputs)
        fails = any(output["output_type"] == "error" for output in outputs)
        number = len(cells) + 1
        stripped = code.lstrip("\n")
        first = 1 + len(code) - len(stripped)
        ran = item.get("execution_count")
        ran = ran if isinstance(ran, int) else None
        source = f"{name}:cell {number}"
        cells.append(Cell(number, stripped.rstrip(), source, first, output, fails, "", ran, tuple(ignored)))
    return cells


def _content(text: str, shown: str) -> dict[str, Any]:
    """The notebook as JSON holds it."""
    try:
        content = json.loads(text)
    except (RecursionError, ValueError) as error:
        raise UsageError(f"{shown} is not JSON: {sentence(str(error))}", "a notebook is a file of JSON") from None
    if not isinstance(content, dict) or "nbformat" not in content:
        raise UsageError(f"{shown} is not a notebook", "a notebook is an object with `cells` and `nbformat`")
    if content["nbformat"] != _FORMAT:
        message = f"{shown} is a notebook in version {quoted(json.dumps(content['nbformat']))} of the format"
        raise UsageError(message, f"open it in Jupyter and save it, which makes that version {_FORMAT}")
    if not isinstance(content.get("cells"), list):
        raise UsageError(f"the cells of {shown} are missing or no list", _DAMAGED)
    return content


def _output(output: Any, where: str, ignored: list[str]) -> str:
    """The text of one output. What went to standard error has none; what else is left out is `ignored`."""
    kind = output.get("output_type") if isinstance(output, dict) else None
    if kind == "stream":
        return "" if output.get("name") == "stderr" else _printed(_text(output.get("text"), where), ignored)
    if kind in ("execute_result", "display_data"):
        data = output.get("data")
        if not isinstance(data, dict):
            raise UsageError(f"{where} has no data", _DAMAGED)
        shown = next((name for start, name in _SHOWN.items() for key in data if key.startswith(start)), None)
        text = _text(data["text/plain"], where) + "\n" if "text/plain" in data else ""
        if shown is None and kind == "display_data" and "text/html" in data and text.startswith("<IPython."):
            shown = "HTML"
        if shown is not None:
            ignored.append(shown)
        return "" if shown is not None else text
    if kind == "error":
        name, message = _text(output.get("ename"), where), _text(output.get("evalue"), where)
        return f"{name}: {message}\n" if message else f"{name}\n"
    raise UsageError(f"{where} is of no known type", _DAMAGED)


def _printed(text: str, ignored: list[str]) -> str:
    """What was printed, without progress bars, and without times that were measured, which are never the same."""
    lines: list[str] = []
    for line in text.split("\n"):
        for name, pattern in _MEASURED.items():
            if pattern.match(line):
                ignored.append(name)
                break
        else:
            lines.append(line)
    return "\n".join(lines)


def _text(value: Any, where: str) -> str:
    """A text as a notebook holds it: in one piece, or as a list of lines."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    if not isinstance(value, str):
        raise UsageError(f"{where} is missing or no text", _DAMAGED)
    return value.replace("\r\n", "\n")
