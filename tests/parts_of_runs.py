"""What a run on a cluster leaves behind, and says."""

from __future__ import annotations

import re
from pathlib import Path


def parts(folder: Path) -> dict[str, bytes]:
    """The parts in a folder, by their names in order."""
    found = sorted((path for path in folder.rglob("part-*")), key=lambda path: path.name)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def without_time(text: str) -> str:
    """What is said, without how long it took."""
    return re.sub(r", [\d.]+ s$", "", text, flags=re.MULTILINE)
