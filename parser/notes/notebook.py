"""The code cells of a Jupyter notebook: JSON, in version 4 of its format."""

from __future__ import annotations

import json
from typing import Any

from ..syntax.errors import UsageError
from ..syntax.wording import quoted, sentence
from .cell import Cell

_FORMAT = 4
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
        output = "".join(_output(output, f"an output of {where}") for output in outputs)
        fails = any(output["output_type"] == "error" for output in outputs)
        number = len(cells) + 1
        stripped = code.lstrip("\n")
        first = 1 + len(code) - len(stripped)
        cells.append(Cell(number, stripped.rstrip(), f"{name}:cell {number}", first, output, fails))
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


def _output(output: Any, where: str) -> str:
    """The text of one output. What went to standard error, and pictures, have none."""
    kind = output.get("output_type") if isinstance(output, dict) else None
    if kind == "stream":
        return "" if output.get("name") == "stderr" else _text(output.get("text"), where)
    if kind in ("execute_result", "display_data"):
        data = output.get("data")
        if not isinstance(data, dict):
            raise UsageError(f"{where} has no data", _DAMAGED)
        return _text(data["text/plain"], where) + "\n" if "text/plain" in data else ""
    if kind == "error":
        name, message = _text(output.get("ename"), where), _text(output.get("evalue"), where)
        return f"{name}: {message}\n" if message else f"{name}\n"
    raise UsageError(f"{where} is of no known type", _DAMAGED)


def _text(value: Any, where: str) -> str:
    """A text as a notebook holds it: in one piece, or as a list of lines."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    if not isinstance(value, str):
        raise UsageError(f"{where} is missing or no text", _DAMAGED)
    return value.replace("\r\n", "\n").replace("\r", "\n")
