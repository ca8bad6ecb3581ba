"""What PyTorch was recorded to do, as tests read it: the files in data/, each read once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@cache
def entries(name: str) -> list[dict[str, Any]]:
    """The entries of a file in data/, which its README describes: `entries("expressions.jsonl")`."""
    text = (DATA / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if name.endswith(".jsonl") else json.loads(text)
