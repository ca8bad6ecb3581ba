"""Notebooks as Jupyter saves them, for tests."""

from __future__ import annotations

import json
from typing import Any


def code(source: str | list[str], *outputs: dict[str, Any]) -> dict[str, Any]:
    """A code cell."""
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": list(outputs), "source": source}


def words(source: str) -> dict[str, Any]:
    """A cell of Markdown."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def printed(text: str | list[str], name: str = "stdout") -> dict[str, Any]:
    """What a cell printed."""
    return {"output_type": "stream", "name": name, "text": text}


def result(text: str | list[str]) -> dict[str, Any]:
    """The value of a cell."""
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": text}}


def failure(name: str, message: str) -> dict[str, Any]:
    """The error that a cell ended with."""
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": ["\x1b[31mTraceback\x1b[0m"]}


def notebook(*cells: Any, **fields: Any) -> str:
    """The text of a notebook."""
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **fields}, indent=1)
